/* Filled in by the kernels. */
#ifndef VAELIB_CKERNELS_H
#define VAELIB_CKERNELS_H
#endif
