/* Every way in which a program can have vaelib read a file. */
#ifndef LOADING_H
#define LOADING_H

enum {
    /* What the file says it is was refused, with a message that names it. */
    LOADING_REFUSED,
    LOADING_ACCEPTED,
    /* There was not enough memory. */
    LOADING_GREEDY,
    /* It was refused with a message that does not name it. */
    LOADING_SILENT
};

/*
 * Loads a file as `kind` says:
 *
 *   model     a model
 *   memory    a model whose bytes are read first
 *   verify    the whole file
 *   every     the names in it; each of its first datasets: read, with other rows, as labels, from other files; the
 *             dataset behind the link "external"; the whole file; a model
 *   NAME      a dataset, read whole and block by block
 *   child:... the same after a child process read it; not for memory
 */
int load(const char *kind, const char *path);

#endif
