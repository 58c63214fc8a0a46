/*
 * A file driver of libhdf5 that reads a file and shares it with nobody.
 *
 * libhdf5 opens a file only once: who opens it again gets the first opening, with what that remembers of the file and
 * with its descriptor. A child process, which has closed the descriptors that it inherited, would read from a number
 * that stands for another file by then or for none; and a stream would keep the metadata of a file that has changed
 * since. Drivers without a comparison have no two equal files, so each opening has its own descriptor.
 */
#ifndef VAELIB_CHDF5_READING_DRIVER_H
#define VAELIB_CHDF5_READING_DRIVER_H

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

struct vaelib_h5fd_source {
    H5FD_t pub;
    int descriptor;
    /* The ends of the file: as libhdf5 allots it, and as it was when it was opened. */
    haddr_t allotted, end;
};

/* Lets libhdf5's own error message end in the system's words. */
static inline void vaelib_h5fd_report(const char *action)
{
    H5Epush2(H5E_DEFAULT, __FILE__, "vaelib", __LINE__, H5E_ERR_CLS, H5E_IO, H5E_READERROR, "cannot %s: %s", action,
             strerror(errno));
}

static inline H5FD_t *vaelib_h5fd_source_open(const char *name, unsigned flags, hid_t access, haddr_t greatest)
{
    int descriptor = open(name, O_RDONLY | O_CLOEXEC);
    struct vaelib_h5fd_source *file = NULL;
    struct stat status;
    (void)flags;
    (void)access;
    (void)greatest;
    if (descriptor >= 0 && fstat(descriptor, &status) == 0) {
        file = (struct vaelib_h5fd_source *)calloc(1, sizeof *file);
    }
    if (file == NULL) {
        vaelib_h5fd_report("open the file");
        if (descriptor >= 0) close(descriptor);
        return NULL;
    }
    file->descriptor = descriptor;
    file->end = (haddr_t)status.st_size;
    return &file->pub;
}

static inline herr_t vaelib_h5fd_source_close(H5FD_t *pub)
{
    close(((struct vaelib_h5fd_source *)pub)->descriptor);
    free(pub);
    return 0;
}

static inline herr_t vaelib_h5fd_source_query(const H5FD_t *pub, unsigned long *flags)
{
    (void)pub;
    if (flags != NULL) {
        *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
                 H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    }
    return 0;
}

static inline haddr_t vaelib_h5fd_source_get_eoa(const H5FD_t *pub, H5FD_mem_t type)
{
    (void)type;
    return ((const struct vaelib_h5fd_source *)pub)->allotted;
}

static inline herr_t vaelib_h5fd_source_set_eoa(H5FD_t *pub, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((struct vaelib_h5fd_source *)pub)->allotted = address;
    return 0;
}

static inline haddr_t vaelib_h5fd_source_get_eof(const H5FD_t *pub, H5FD_mem_t type)
{
    (void)type;
    return ((const struct vaelib_h5fd_source *)pub)->end;
}

/* Beyond the end of the file there are zeros, as in libhdf5's own driver. */
static inline herr_t vaelib_h5fd_source_read(
    H5FD_t *pub, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *buffer)
{
    const struct vaelib_h5fd_source *file = (const struct vaelib_h5fd_source *)pub;
    size_t done = 0;
    (void)type;
    (void)transfer;
    if (address > (haddr_t)INT64_MAX || size > (size_t)((haddr_t)INT64_MAX - address)) {
        errno = EFBIG;
        vaelib_h5fd_report("read the file");
        return -1;
    }
    while (done < size) {
        ssize_t length = pread(file->descriptor, (char *)buffer + done, size - done, (off_t)address + (off_t)done);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) {
            vaelib_h5fd_report("read the file");
            return -1;
        }
        if (length == 0) break;
        done += (size_t)length;
    }
    memset((char *)buffer + done, 0, size - done);
    return 0;
}

/* libhdf5 wants the function, and calls it for files that are written only. */
static inline herr_t vaelib_h5fd_source_write(
    H5FD_t *pub, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, const void *buffer)
{
    (void)pub;
    (void)type;
    (void)transfer;
    (void)address;
    (void)size;
    (void)buffer;
    return -1;
}

/* A file access list whose files are opened for reading alone, or a negative number. */
static inline hid_t vaelib_h5fd_reading_list(void)
{
    static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION
        .version = H5FD_CLASS_VERSION,
        .value = (H5FD_class_value_t)601,
#endif
        .name = "vaelib_reading",
        .maxaddr = (haddr_t)INT64_MAX,
        .fc_degree = H5F_CLOSE_WEAK,
        .open = vaelib_h5fd_source_open,
        .close = vaelib_h5fd_source_close,
        .query = vaelib_h5fd_source_query,
        .get_eoa = vaelib_h5fd_source_get_eoa,
        .set_eoa = vaelib_h5fd_source_set_eoa,
        .get_eof = vaelib_h5fd_source_get_eof,
        .read = vaelib_h5fd_source_read,
        .write = vaelib_h5fd_source_write,
        .fl_map = H5FD_FLMAP_DICHOTOMY,
    };
    /* Registered once; all calls of libhdf5 take turns. */
    static hid_t registered = -1;
    hid_t list;
    if (registered < 0) registered = H5FDregister(&driver);
    list = registered < 0 ? -1 : H5Pcreate(H5P_FILE_ACCESS);
    if (list >= 0 && H5Pset_driver(list, registered, NULL) < 0) {
        H5Pclose(list);
        return -1;
    }
    return list;
}

#endif
