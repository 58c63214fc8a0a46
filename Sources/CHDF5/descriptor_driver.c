#include "CHDF5.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if H5_VERSION_GE(1, 13, 0)
#include VAELIB_HDF5_HEADER(H5FDdevelop.h)
#endif

struct vaelib_h5fd_access {
    struct vaelib_h5fd_target *target;
};

struct vaelib_h5fd_file {
    H5FD_t pub;
    struct vaelib_h5fd_target *target;
    /* The ends of the file: as libhdf5 allots it, and as it is. */
    haddr_t allotted, end;
};

static H5FD_t *vaelib_h5fd_open(const char *name, unsigned flags, hid_t access, haddr_t greatest)
{
    const struct vaelib_h5fd_access *info = (const struct vaelib_h5fd_access *)H5Pget_driver_info(access);
    struct vaelib_h5fd_file *file;
    struct stat status;
    (void)name;
    (void)flags;
    (void)greatest;
    if (info == NULL || fstat(info->target->descriptor, &status) != 0) return NULL;
    file = (struct vaelib_h5fd_file *)calloc(1, sizeof *file);
    if (file == NULL) return NULL;
    file->target = info->target;
    file->end = (haddr_t)status.st_size;
    return &file->pub;
}

static herr_t vaelib_h5fd_close(H5FD_t *pub)
{
    free(pub);
    return 0;
}

static herr_t vaelib_h5fd_query(const H5FD_t *pub, unsigned long *flags)
{
    (void)pub;
    if (flags != NULL) {
        *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
                 H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    }
    return 0;
}

static haddr_t vaelib_h5fd_get_eoa(const H5FD_t *pub, H5FD_mem_t type)
{
    (void)type;
    return ((const struct vaelib_h5fd_file *)pub)->allotted;
}

static herr_t vaelib_h5fd_set_eoa(H5FD_t *pub, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((struct vaelib_h5fd_file *)pub)->allotted = address;
    return 0;
}

static haddr_t vaelib_h5fd_get_eof(const H5FD_t *pub, H5FD_mem_t type)
{
    (void)type;
    return ((const struct vaelib_h5fd_file *)pub)->end;
}

/* Beyond the end of the file, and after a refusal, there are zeros. */
static herr_t vaelib_h5fd_read(
    H5FD_t *pub, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *buffer)
{
    const struct vaelib_h5fd_file *file = (const struct vaelib_h5fd_file *)pub;
    size_t done = 0;
    (void)type;
    (void)transfer;
    while (done < size && file->target->error == 0) {
        ssize_t length = pread(
            file->target->descriptor, (char *)buffer + done, size - done, (off_t)address + (off_t)done);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) file->target->error = errno;
        if (length <= 0) break;
        done += (size_t)length;
    }
    memset((char *)buffer + done, 0, size - done);
    return 0;
}

static herr_t vaelib_h5fd_write(
    H5FD_t *pub, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, const void *buffer)
{
    struct vaelib_h5fd_file *file = (struct vaelib_h5fd_file *)pub;
    size_t done = 0;
    (void)type;
    (void)transfer;
    while (done < size && file->target->error == 0) {
        ssize_t length = pwrite(
            file->target->descriptor, (const char *)buffer + done, size - done, (off_t)address + (off_t)done);
        if (length < 0 && errno == EINTR) continue;
        if (length <= 0) file->target->error = length < 0 ? errno : ENOSPC;
        else done += (size_t)length;
    }
    if (address + size > file->end) file->end = address + size;
    return 0;
}

static herr_t vaelib_h5fd_truncate(H5FD_t *pub, hid_t transfer, hbool_t closing)
{
    struct vaelib_h5fd_file *file = (struct vaelib_h5fd_file *)pub;
    (void)transfer;
    (void)closing;
    if (file->end == file->allotted) return 0;
    if (file->target->error == 0 && ftruncate(file->target->descriptor, (off_t)file->allotted) != 0) {
        file->target->error = errno;
    }
    file->end = file->allotted;
    return 0;
}

hid_t vaelib_h5fd_access_list(struct vaelib_h5fd_target *target)
{
    static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION
        .version = H5FD_CLASS_VERSION,
        .value = (H5FD_class_value_t)600,
#endif
        .name = "vaelib_descriptor",
        .maxaddr = (haddr_t)INT64_MAX,
        .fc_degree = H5F_CLOSE_WEAK,
        .fapl_size = sizeof(struct vaelib_h5fd_access),
        .open = vaelib_h5fd_open,
        .close = vaelib_h5fd_close,
        .query = vaelib_h5fd_query,
        .get_eoa = vaelib_h5fd_get_eoa,
        .set_eoa = vaelib_h5fd_set_eoa,
        .get_eof = vaelib_h5fd_get_eof,
        .read = vaelib_h5fd_read,
        .write = vaelib_h5fd_write,
        .truncate = vaelib_h5fd_truncate,
        .fl_map = H5FD_FLMAP_DICHOTOMY,
    };
    /* Registered once; all calls of libhdf5 take turns. */
    static hid_t registered = -1;
    struct vaelib_h5fd_access info = {target};
    hid_t list;
    if (registered < 0) registered = H5FDregister(&driver);
    list = registered < 0 ? -1 : H5Pcreate(vaelib_h5p_file_access());
    if (list >= 0 && H5Pset_driver(list, registered, &info) < 0) {
        H5Pclose(list);
        return -1;
    }
    return list;
}
