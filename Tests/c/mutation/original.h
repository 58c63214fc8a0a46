/* A file that mutants are made of, and where its structures are. */
#ifndef ORIGINAL_H
#define ORIGINAL_H

#include <stddef.h>

/* Numbers that grow one by one. */
typedef struct size_list {
    size_t *values;
    size_t count;
} size_list;

typedef struct original {
    unsigned char *bytes;
    size_t size;
    /* Where the checksummed parts begin, and where each ends; the last four bytes are its checksum. */
    size_list begins, ends;
    /* Where structures begin: those with a signature, and object headers of the older kind. */
    size_list places;
    /* Where the address of a structure is stored, in 8 bytes. */
    size_list links;
} original;

/* The bytes before the HDF5 file in a model file. */
enum { user_block = 512 };

/* Reads a file of at most 4 MiB; ends the program if it cannot. */
original original_read(const char *path);
void original_free(original *file);

#endif
