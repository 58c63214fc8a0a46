/*
 * Mutants: copies of a file with something changed in them, numbered from 0 on. The same file and number always give
 * the same mutant, so that one that did harm can be made again.
 */
#ifndef MUTANTS_H
#define MUTANTS_H

#include <stddef.h>
#include "original.h"

/* What makes the checksums of a changed file right again, as somebody would who damages it on purpose. */
typedef enum seal_kind {
    SEAL_NONE,
    /* The user block of a model file. */
    SEAL_MODEL,
    /* Every checksummed part of an HDF5 file of a newer format. */
    SEAL_METADATA
} seal_kind;

/*
 * Makes mutant `number` in `bytes`, which has room for `file->size`; returns how many bytes it has.
 *
 * Some have bytes or numbers changed anywhere, some near the beginning of a structure, where its sizes and counts are.
 * In others an address leads to another structure than it should, to one that contains it, or into the middle of one;
 * or a structure stands in the place of another. Every fourth is the file cut off, until it was cut off everywhere that
 * matters.
 */
size_t make_mutant(const original *file, size_t number, seal_kind seal, unsigned char *bytes);

#endif
