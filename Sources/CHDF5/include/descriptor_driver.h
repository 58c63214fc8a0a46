/*
 * A file driver of libhdf5 that writes to an open descriptor and never fails.
 *
 * libhdf5 cannot close a file whose last blocks the disk refuses: it keeps the descriptor, and crashes at exit. So the
 * first refusal is remembered here, for the caller to look at after each call, and what libhdf5 writes from then on is
 * discarded; the file can then be closed as usual, and deleted. The table of callbacks that libhdf5 wants is made of
 * macros and casts, which Swift cannot write.
 */
#ifndef VAELIB_CHDF5_DESCRIPTOR_DRIVER_H
#define VAELIB_CHDF5_DESCRIPTOR_DRIVER_H

/* Where a file is written. Outlives the file; the caller closes it. */
struct vaelib_h5fd_target {
    int descriptor;
    /* The errno of the first refusal, or 0. */
    int error;
};

/* A file access list whose files are written to `target`, or a negative number. */
hid_t vaelib_h5fd_access_list(struct vaelib_h5fd_target *target);

#endif
