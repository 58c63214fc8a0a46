#define _GNU_SOURCE
#include "functions.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* The number that a series gave its binary interface. scripts/check-exports.sh compares this with what is installed. */
#if H5_VERSION_GE(2, 0, 0)
#define INTERFACE "320"
#elif H5_VERSION_GE(1, 14, 0)
#define INTERFACE "310"
#elif H5_VERSION_GE(1, 12, 0)
#define INTERFACE "200"
#else
#define INTERFACE "103"
#endif
/* Debian's name and that of the HDF Group. */
#define DEBIAN_NAME "libhdf5_serial.so." INTERFACE
#define NAME "libhdf5.so." INTERFACE

const char *const vaelib_hdf5_names = DEBIAN_NAME ", " NAME;

static int is_started;

void *vaelib_hdf5_find(const char **out_path, const char **out_reason)
{
    struct link_map *map;
    void *found = dlopen(DEBIAN_NAME, RTLD_LAZY | RTLD_LOCAL);
    if (found == NULL) {
        /* Both are told of: the first may be there, and lack something. */
        static char reasons[1024];
        const char *reason = dlerror();
        size_t length = (size_t)snprintf(reasons, sizeof reasons / 2, "%s; ", reason != NULL ? reason : "");
        if (length >= sizeof reasons / 2) length = sizeof reasons / 2 - 1;
        found = dlopen(NAME, RTLD_LAZY | RTLD_LOCAL);
        if (found == NULL) {
            reason = dlerror();
            snprintf(reasons + length, sizeof reasons - length, "%s", reason != NULL ? reason : "");
            *out_reason = reasons;
            return NULL;
        }
    }
    if (dlinfo(found, RTLD_DI_LINKMAP, &map) == 0) {
        *out_path = map->l_name;
        return found;
    }
    *out_reason = dlerror();
    return NULL;
}

/* Whether `count` items of `size` bytes from `offset` on lie within so many bytes. */
static int fits(size_t offset, size_t count, size_t size, size_t bytes)
{
    return offset <= bytes && count <= (bytes - offset) / size;
}

/* Makes the bytes of a shared library private, as vaelib_copy_private() says; 0 if that cannot be done. */
static int make_private(void *bytes, size_t count)
{
    const ElfW(Ehdr) *header = bytes;
    const ElfW(Phdr) *segment;
    if (count < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return 0;
    if (!fits(header->e_phoff, header->e_phnum, sizeof *segment, count)) return 0;
    segment = (const ElfW(Phdr) *)((char *)bytes + header->e_phoff);
    for (size_t i = 0; i < header->e_phnum; i++) {
        ElfW(Dyn) *entry = (ElfW(Dyn) *)((char *)bytes + segment[i].p_offset);
        size_t entries = segment[i].p_filesz / sizeof *entry;
        if (segment[i].p_type != PT_DYNAMIC) continue;
        if (!fits(segment[i].p_offset, entries, sizeof *entry, count)) return 0;
        for (size_t j = 0; j < entries && entry[j].d_tag != DT_NULL; j++) {
            /* One entry says the name, by which the loader would give this copy to others who ask for that name. In
             * its place comes the one that has the library search itself first; its value means nothing. */
            if (entry[j].d_tag == DT_SONAME) {
                entry[j].d_tag = DT_SYMBOLIC;
                return 1;
            }
        }
    }
    return 0;
}

/* Appends the whole of one file to another; 0 or an errno. */
static int append(int from, int to, size_t count)
{
    while (count > 0) {
        ssize_t length = sendfile(to, from, NULL, count);
        if (length < 0 && errno == EINTR) continue;
        if (length <= 0) return length < 0 ? errno : EIO;
        count -= (size_t)length;
    }
    return 0;
}

int vaelib_copy_private(const char *path, int copy)
{
    struct stat status;
    void *bytes;
    int error, is_private, original = open(path, O_RDONLY | O_CLOEXEC);
    if (original < 0) return errno;
    error = fstat(original, &status) != 0 ? errno : append(original, copy, (size_t)status.st_size);
    close(original);
    if (error != 0) return error;
    bytes = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, copy, 0);
    if (bytes == MAP_FAILED) return errno;
    is_private = make_private(bytes, (size_t)status.st_size);
    munmap(bytes, (size_t)status.st_size);
    return is_private ? 0 : -1;
}

int vaelib_memory_file(void)
{
    static const char name[] = "libhdf5";
    /* Since Linux 6.3 one has to say that it may hold a program (MFD_EXEC); earlier ones know no such flag. */
    static const unsigned executable = 0x10;
    int descriptor = memfd_create(name, MFD_CLOEXEC | executable);
    return descriptor < 0 && errno == EINVAL ? memfd_create(name, MFD_CLOEXEC) : descriptor;
}

/* Compares header and library: the same series, and no function less than the header knows. */
static int is_suitable(char *reason, size_t size)
{
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    if (major == H5_VERS_MAJOR && minor == H5_VERS_MINOR && release >= H5_VERS_RELEASE) return 1;
    snprintf(
        reason, size, "its version is %u.%u.%u, but vaelib was compiled for %d.%d, from %d.%d.%d on", major, minor,
        release, H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE);
    return 0;
}

/* Writes one address where the loader has made memory unwritable, or has not. */
static int write_address(void **place, void *address, uintptr_t read_only_start, uintptr_t read_only_end)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = (uintptr_t)place & ~(page - 1);
    int is_read_only = start >= (read_only_start & ~(page - 1)) && start < (read_only_end & ~(page - 1));
    if (is_read_only && mprotect((void *)start, page, PROT_READ | PROT_WRITE) != 0) return 0;
    *place = address;
    if (is_read_only) mprotect((void *)start, page, PROT_READ);
    return 1;
}

/* strdup() of the C library allocates by itself. */
static char *duplicate(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

/*
 * Leads the copy's allocations to those of this library, which have a reserve where the system has no memory
 * (CKernels/Reserve.c): libhdf5 crashes in places where it gets none. What is not found is left as it is.
 */
static void lead_allocations(const struct link_map *map)
{
    static const struct {
        const char *name;
        void *address;
    } functions[] = {
        {"malloc", (void *)malloc}, {"calloc", (void *)calloc}, {"realloc", (void *)realloc}, {"free", (void *)free},
        {"strdup", (void *)duplicate}, {"__strdup", (void *)duplicate}};
    const ElfW(Ehdr) *header = (const void *)map->l_addr;
    const ElfW(Phdr) *segment = (const void *)(map->l_addr + header->e_phoff);
    const ElfW(Sym) *symbols = NULL;
    const char *names = NULL;
    const ElfW(Rela) *tables[2] = {NULL, NULL};
    size_t bytes[2] = {0, 0};
    uintptr_t read_only_start = 0, read_only_end = 0;
    for (size_t i = 0; i < header->e_phnum; i++) {
        if (segment[i].p_type != PT_GNU_RELRO) continue;
        read_only_start = map->l_addr + segment[i].p_vaddr;
        read_only_end = read_only_start + segment[i].p_memsz;
    }
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
        const void *place = (const void *)entry->d_un.d_ptr;
        if (entry->d_tag == DT_SYMTAB) symbols = place;
        if (entry->d_tag == DT_STRTAB) names = place;
        if (entry->d_tag == DT_JMPREL) tables[0] = place;
        if (entry->d_tag == DT_PLTRELSZ) bytes[0] = entry->d_un.d_val;
        if (entry->d_tag == DT_RELA) tables[1] = place;
        if (entry->d_tag == DT_RELASZ) bytes[1] = entry->d_un.d_val;
    }
    if (symbols == NULL || names == NULL) return;
    for (size_t table = 0; table < 2; table++) {
        for (size_t i = 0; tables[table] != NULL && i < bytes[table] / sizeof(ElfW(Rela)); i++) {
            const ElfW(Rela) *relocation = &tables[table][i];
            const ElfW(Sym) *symbol = &symbols[relocation->r_info >> 32];
            /* Of a function of another library, the place holds the address and nothing else. */
            if (symbol->st_name == 0 || symbol->st_shndx != SHN_UNDEF || relocation->r_addend != 0) continue;
            for (size_t j = 0; j < sizeof functions / sizeof *functions; j++) {
                if (strcmp(names + symbol->st_name, functions[j].name) != 0) continue;
                write_address(
                    (void **)(map->l_addr + relocation->r_offset), functions[j].address, read_only_start,
                    read_only_end);
            }
        }
    }
}

int vaelib_hdf5_start(void *library, char *reason, size_t size)
{
    struct link_map *map;
    const char *missing = vaelib_hdf5_find_functions(library);
    if (missing != NULL) {
        snprintf(reason, size, "it has no %s", missing);
        return 0;
    }
    if (!is_suitable(reason, size)) return 0;
    if (sizeof(void *) == 8 && dlinfo(library, RTLD_DI_LINKMAP, &map) == 0) lead_allocations(map);
    /* libhdf5's exit handler trips over what damaged files left behind. */
    H5dont_atexit();
    if (H5open() < 0) {
        snprintf(reason, size, "it does not start");
        return 0;
    }
    /* A file must not have programs loaded from the folders that HDF5_PLUGIN_PATH names. */
    H5PLset_loading_state(0);
    is_started = 1;
    return 1;
}

int vaelib_hdf5_is_started(void) { return is_started; }
