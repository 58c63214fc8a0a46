/*
 * libhdf5 for Swift: its own header, the functions of which functions.c defines; what Swift cannot import from it
 * (macros that expand to run-time variables, H5T_NATIVE_* and H5P_*, or to casts, H5F_ACC_*, and functions whose names
 * are macros); and how a copy of the library that is ours alone is opened.
 */
#ifndef VAELIB_CHDF5_H
#define VAELIB_CHDF5_H

#include <stddef.h>

/* Found without pkg-config, whose flags would link the library as well. */
#if __has_include(<hdf5.h>)
#define VAELIB_HDF5_HEADER(name) <name>
#else /* Debian */
#define VAELIB_HDF5_HEADER(name) <hdf5/serial/name>
#endif
#include VAELIB_HDF5_HEADER(hdf5.h)

/* Macros of libhdf5 call these first: H5CHECK ends the process if header and library differ. vaelib_hdf5_start() has
 * compared and opened already. */
#undef H5CHECK
#define H5CHECK
#undef H5OPEN
#define H5OPEN

#include "descriptor_driver.h"
#include "identifiers.h"
#include "private_library.h"

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
