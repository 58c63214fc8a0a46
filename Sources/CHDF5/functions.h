/* What functions.c needs to be told before its functions can be called. */
#ifndef VAELIB_CHDF5_FUNCTIONS_H
#define VAELIB_CHDF5_FUNCTIONS_H

#include "CHDF5.h"

/* Looks up every function and identifier in an open libhdf5; returns the name of one that is missing, or NULL. */
const char *vaelib_hdf5_find_functions(void *library);

#endif
