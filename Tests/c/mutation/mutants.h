/*
 * Mutants: copies of a file with something changed in them, numbered from 0 on. The same file and number always give
 * the same mutant, so that one that did harm can be made again.
 */
#ifndef MUTANTS_H
#define MUTANTS_H

#include <stddef.h>
#include <stdint.h>

/* What makes the checksums of a changed file right again, as somebody would who damages it on purpose. */
typedef enum seal_kind {
    SEAL_NONE,
    /* The user block of a model file. */
    SEAL_MODEL,
    /* Every checksummed part of an HDF5 file of a newer format. */
    SEAL_METADATA
} seal_kind;

/* A file, and where the checksummed parts in it are. */
typedef struct original {
    unsigned char *bytes;
    size_t size;
    /* [begin, end) of each part; the last four bytes are its checksum. */
    size_t (*parts)[2];
    size_t part_count;
} original;

/* Reads a file of at most 1 MiB; ends the program if it cannot. */
original original_read(const char *path);
void original_free(original *file);

/* Makes mutant `number` in `bytes`, which has room for `file->size`; returns how many bytes it has. */
size_t make_mutant(const original *file, size_t number, seal_kind seal, unsigned char *bytes);

/* Mutants with lower numbers are the file cut off everywhere that matters; no others are. */
size_t truncation_count(const original *file);

#endif
