/* The checksums of HDF5 files and of models, and numbers in little-endian order. */
#ifndef CHECKSUMS_H
#define CHECKSUMS_H

#include <stddef.h>
#include <stdint.h>

/* Bob Jenkins's lookup3, hashlittle() with initial value 0, which HDF5 uses for its metadata. */
uint32_t lookup3(const unsigned char *bytes, size_t count);

/* As zlib computes it. */
uint32_t crc32(const unsigned char *bytes, size_t count);

/* Writes `count` bytes, at most 8, of a number. */
void put(unsigned char *bytes, uint64_t number, size_t count);

/* The number in `count` bytes, at most 8. */
uint64_t get(const unsigned char *bytes, size_t count);

#endif
