/*
 * Identifiers that libhdf5 keeps in variables: IDENTIFIER(the function that gives it, the variable).
 */
#ifndef VAELIB_CHDF5_IDENTIFIERS_H
#define VAELIB_CHDF5_IDENTIFIERS_H

#define VAELIB_HDF5_IDENTIFIERS(IDENTIFIER) \
    /* Types in memory. */ \
    IDENTIFIER(vaelib_h5t_native_int64, H5T_NATIVE_INT64_g) \
    IDENTIFIER(vaelib_h5t_native_uint64, H5T_NATIVE_UINT64_g) \
    IDENTIFIER(vaelib_h5t_native_float, H5T_NATIVE_FLOAT_g) \
    IDENTIFIER(vaelib_h5t_native_double, H5T_NATIVE_DOUBLE_g) \
    /* Types on disk. */ \
    IDENTIFIER(vaelib_h5t_uint8_le, H5T_STD_U8LE_g) \
    IDENTIFIER(vaelib_h5t_int8_le, H5T_STD_I8LE_g) \
    IDENTIFIER(vaelib_h5t_int16_le, H5T_STD_I16LE_g) \
    IDENTIFIER(vaelib_h5t_int32_le, H5T_STD_I32LE_g) \
    IDENTIFIER(vaelib_h5t_int64_le, H5T_STD_I64LE_g) \
    IDENTIFIER(vaelib_h5t_uint64_le, H5T_STD_U64LE_g) \
    IDENTIFIER(vaelib_h5t_float32_le, H5T_IEEE_F32LE_g) \
    IDENTIFIER(vaelib_h5t_float64_le, H5T_IEEE_F64LE_g) \
    IDENTIFIER(vaelib_h5t_c_string, H5T_C_S1_g) \
    /* Classes of property lists. */ \
    IDENTIFIER(vaelib_h5p_file_access, H5P_CLS_FILE_ACCESS_ID_g) \
    IDENTIFIER(vaelib_h5p_file_create, H5P_CLS_FILE_CREATE_ID_g) \
    IDENTIFIER(vaelib_h5p_dataset_create, H5P_CLS_DATASET_CREATE_ID_g) \
    IDENTIFIER(vaelib_h5p_link_create, H5P_CLS_LINK_CREATE_ID_g)

#define VAELIB_DECLARE(function, variable) hid_t function(void);
VAELIB_HDF5_IDENTIFIERS(VAELIB_DECLARE)
#undef VAELIB_DECLARE

#endif
