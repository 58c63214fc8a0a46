/*
 * A copy of the system's libhdf5 that belongs to this library alone.
 *
 * A host program may have a libhdf5 as well: another one, whose functions the loader would take for those of ours, or
 * the same file, whose identifiers, error handlers and settings we would share. So the system's file is found, copied,
 * changed in one word (vaelib_copy_private) and opened under a name that nobody else can use. Every function then
 * comes from that copy, by its address.
 *
 * Callers take turns.
 */
#ifndef VAELIB_CHDF5_PRIVATE_LIBRARY_H
#define VAELIB_CHDF5_PRIVATE_LIBRARY_H

/* The names by which the loader knows the series of libhdf5 that this library was compiled for, with commas between. */
extern const char *const vaelib_hdf5_names;

/* Has the loader find the system's libhdf5, which stays open until dlclose(); *out_path is its file. NULL, with the
 * loader's reason in *out_reason, if there is none. */
void *vaelib_hdf5_find(const char **out_path, const char **out_reason);

/* A new file in memory that may hold a program: its descriptor, or -1 with errno. */
int vaelib_memory_file(void);

/* Copies the shared library at `path` to an open, empty file, and changes the copy: it has no name by which others would
 * find it, and looks up its own functions in itself first; those of others, such as malloc, are looked up as ever.
 * Returns 0, an errno, or -1 if there is nothing to change. */
int vaelib_copy_private(const char *path, int copy);

/* Looks up every function in the open copy, which is to stay open if this succeeds, and has it start. If it is not what
 * we need, writes why into `reason` and returns 0. */
int vaelib_hdf5_start(void *library, char *reason, size_t size);

/* Whether that has succeeded. */
int vaelib_hdf5_is_started(void);

#endif
