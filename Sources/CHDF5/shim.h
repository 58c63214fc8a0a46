/*
 * What Swift cannot import from <hdf5.h>: macros that expand to run-time variables (H5T_NATIVE_*, H5P_*) or to casts
 * (H5F_ACC_*), and functions whose names are macros that depend on the version of libhdf5. Each gets a static inline
 * function here; nothing else belongs in this file. It can go when Swift imports such macros.
 */
#ifndef VAELIB_CHDF5_SHIM_H
#define VAELIB_CHDF5_SHIM_H

#include <hdf5.h>

/* Types in memory. */
static inline hid_t vaelib_h5t_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t vaelib_h5t_native_int8(void) { return H5T_NATIVE_INT8; }
static inline hid_t vaelib_h5t_native_int16(void) { return H5T_NATIVE_INT16; }
static inline hid_t vaelib_h5t_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t vaelib_h5t_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t vaelib_h5t_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t vaelib_h5t_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t vaelib_h5t_native_double(void) { return H5T_NATIVE_DOUBLE; }

/* Types on disk. */
static inline hid_t vaelib_h5t_uint8_le(void) { return H5T_STD_U8LE; }
static inline hid_t vaelib_h5t_int8_le(void) { return H5T_STD_I8LE; }
static inline hid_t vaelib_h5t_int16_le(void) { return H5T_STD_I16LE; }
static inline hid_t vaelib_h5t_int32_le(void) { return H5T_STD_I32LE; }
static inline hid_t vaelib_h5t_int64_le(void) { return H5T_STD_I64LE; }
static inline hid_t vaelib_h5t_uint64_le(void) { return H5T_STD_U64LE; }
static inline hid_t vaelib_h5t_float32_le(void) { return H5T_IEEE_F32LE; }
static inline hid_t vaelib_h5t_float64_le(void) { return H5T_IEEE_F64LE; }
static inline hid_t vaelib_h5t_c_string(void) { return H5T_C_S1; }

/* Classes of property lists. */
static inline hid_t vaelib_h5p_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t vaelib_h5p_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t vaelib_h5p_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t vaelib_h5p_link_create(void) { return H5P_LINK_CREATE; }

/* How files are opened. */
static inline unsigned vaelib_h5f_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned vaelib_h5f_truncate(void) { return H5F_ACC_TRUNC; }

/* The kind of link `name` is (an H5L_type_t), or a negative number. */
static inline int vaelib_h5l_type(hid_t group, const char *name)
{
    H5L_info_t info;
    return H5Lget_info(group, name, &info, H5P_DEFAULT) < 0 ? -1 : (int)info.type;
}

#endif
