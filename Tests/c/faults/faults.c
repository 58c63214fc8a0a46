#define _GNU_SOURCE
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Shared with children: a call there counts as well. */
static struct state {
    long calls;
    long nth;
    int is_armed;
    char failed[64];
    char refused[64]; /* a function that always fails, uncounted */
} *state;

/* Not shared: what a child leaves open ends with it. */
static long identifiers;

/* How many functions of libhdf5 were looked up. */
static size_t replaced;

static void share_state(void) {
    if (state != NULL) return;
    state = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (state == MAP_FAILED) exit(1);
}

void faults_refuse(const char *name) {
    share_state();
    snprintf(state->refused, sizeof state->refused, "%s", name);
}

void faults_arm(long nth) {
    share_state();
    state->calls = 0;
    state->nth = nth;
    state->failed[0] = '\0';
    identifiers = 0;
    state->is_armed = 1;
}

long faults_disarm(void) {
    state->is_armed = 0;
    return state->calls;
}

long faults_position(void) { return state->nth; }

const char *faults_failed(void) { return state->failed; }

long faults_identifiers(void) { return identifiers; }

static void count_identifiers(long change) { __atomic_add_fetch(&identifiers, change, __ATOMIC_RELAXED); }

static int is_due(const char *name) {
    if (state == NULL) return 0;
    if (strcmp(name, state->refused) == 0) return 1;
    if (!state->is_armed) return 0;
    if (__atomic_add_fetch(&state->calls, 1, __ATOMIC_RELAXED) != state->nth) return 0;
    snprintf(state->failed, sizeof state->failed, "%s", name);
    return 1;
}

/* The C library's dlsym(), which this file replaces. */
static void *look_up(void *handle, const char *name) {
    static void *(*real)(void *, const char *);
    /* The version that dlsym() has had since the first glibc for a processor. */
    if (real == NULL) *(void **)&real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
    if (real == NULL) *(void **)&real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.17");
    if (real == NULL) abort();
    return real(handle, name);
}

/* The function of this name that the program would have called without this file. */
static void *next(const char *name) {
    void *function = look_up(RTLD_NEXT, name);
    if (function == NULL) abort();
    return function;
}

#define REAL(result, name, parameters) \
    static result(*real) parameters; \
    if (real == NULL) *(void **)&real = next(#name);

/* ---- libhdf5, whose functions libvaelib looks up by dlsym() ---- */

#define CALL(result, name, parameters, arguments, failure) \
    static result(*real_##name) parameters; \
    static result faulty_##name parameters { \
        if (is_due(#name)) return failure; \
        return real_##name arguments; \
    }
#define OPEN(name, parameters, arguments) \
    static hid_t(*real_##name) parameters; \
    static hid_t faulty_##name parameters { \
        hid_t outcome = is_due(#name) ? -1 : real_##name arguments; \
        if (outcome >= 0) count_identifiers(1); \
        return outcome; \
    }
#define CLOSE(name, parameters, arguments) \
    static herr_t(*real_##name) parameters; \
    static herr_t faulty_##name parameters { \
        herr_t outcome = real_##name arguments; \
        count_identifiers(-1); \
        return is_due(#name) ? -1 : outcome; \
    }
#define SURE(result, name, parameters, arguments)
#include "../../../Sources/CHDF5/functions.inc"
#undef CALL
#undef OPEN
#undef CLOSE

void *dlsym(void *restrict handle, const char *restrict wanted) {
    void *found;
    if (is_due("dlsym")) return NULL;
    found = look_up(handle, wanted);
#define CALL(result, name, parameters, arguments, failure) \
    if (found != NULL && strcmp(wanted, #name) == 0) { \
        static result(*const faulty) parameters = faulty_##name; \
        *(void **)&real_##name = found; \
        memcpy(&found, &faulty, sizeof found); \
        replaced++; \
    }
#define OPEN(name, parameters, arguments) CALL(hid_t, name, parameters, arguments, -1)
#define CLOSE(name, parameters, arguments) CALL(herr_t, name, parameters, arguments, -1)
#include "../../../Sources/CHDF5/functions.inc"
    return found;
}

#undef CALL
#undef OPEN
#undef CLOSE

int faults_are_complete(void) {
    size_t expected = 0;
#define CALL(result, name, parameters, arguments, failure) expected++;
#define OPEN(name, parameters, arguments) expected++;
#define CLOSE(name, parameters, arguments) expected++;
#include "../../../Sources/CHDF5/functions.inc"
    return replaced == expected;
}

/* ---- the file system ---- */

#define SYSTEM_CALL(result, name, parameters, arguments, number) \
    result name parameters { \
        REAL(result, name, parameters) \
        if (is_due(#name)) { \
            errno = number; \
            return -1; \
        } \
        return real arguments; \
    }
SYSTEM_CALL(ssize_t, read, (int a, void *b, size_t c), (a, b, c), EIO)
SYSTEM_CALL(ssize_t, pread, (int a, void *b, size_t c, off_t d), (a, b, c, d), EIO)
SYSTEM_CALL(ssize_t, write, (int a, const void *b, size_t c), (a, b, c), ENOSPC)
SYSTEM_CALL(ssize_t, pwrite, (int a, const void *b, size_t c, off_t d), (a, b, c, d), ENOSPC)
SYSTEM_CALL(int, fsync, (int a), (a), EIO)
SYSTEM_CALL(int, ftruncate, (int a, off_t b), (a, b), EIO)
SYSTEM_CALL(int, rename, (const char *a, const char *b), (a, b), EIO)
SYSTEM_CALL(int, unlink, (const char *a), (a), EIO)
SYSTEM_CALL(int, stat, (const char *a, struct stat *b), (a, b), EIO)
SYSTEM_CALL(int, fstat, (int a, struct stat *b), (a, b), EIO)
SYSTEM_CALL(int, fstatvfs, (int a, struct statvfs *b), (a, b), EIO)
SYSTEM_CALL(int, flock, (int a, int b), (a, b), EIO)
SYSTEM_CALL(int, fchmod, (int a, mode_t b), (a, b), EIO)
SYSTEM_CALL(int, fchown, (int a, uid_t b, gid_t c), (a, b, c), EIO)
SYSTEM_CALL(int, pipe, (int a[2]), (a), EMFILE)
SYSTEM_CALL(pid_t, fork, (void), (), EAGAIN)
SYSTEM_CALL(ssize_t, sendfile, (int a, int b, off_t *c, size_t d), (a, b, c, d), EIO)
SYSTEM_CALL(int, memfd_create, (const char *a, unsigned b), (a, b), EMFILE)
SYSTEM_CALL(int, mprotect, (void *a, size_t b, int c), (a, b, c), ENOMEM)
SYSTEM_CALL(int, dlinfo, (void *restrict a, int b, void *restrict c), (a, b, c), EINVAL)

void *dlopen(const char *a, int b) {
    REAL(void *, dlopen, (const char *, int))
    return is_due("dlopen") ? NULL : real(a, b);
}

void *mmap(void *a, size_t b, int c, int d, int e, off_t f) {
    REAL(void *, mmap, (void *, size_t, int, int, int, off_t))
    if (!is_due("mmap")) return real(a, b, c, d, e, f);
    errno = ENOMEM;
    return MAP_FAILED;
}

/* The descriptor is closed, as Linux does it, and what was written may be lost. */
int close(int a) {
    REAL(int, close, (int))
    int outcome = real(a);
    if (!is_due("close")) return outcome;
    errno = EIO;
    return -1;
}

char *realpath(const char *restrict a, char *restrict b) {
    REAL(char *, realpath, (const char *, char *))
    if (!is_due("realpath")) return real(a, b);
    errno = EIO;
    return NULL;
}

static mode_t mode_of(int flags, va_list rest) {
    return flags & O_CREAT ? va_arg(rest, mode_t) : 0;
}

int open(const char *a, int flags, ...) {
    va_list rest;
    mode_t mode;
    REAL(int, open, (const char *, int, ...))
    va_start(rest, flags);
    mode = mode_of(flags, rest);
    va_end(rest);
    if (!is_due("open")) return real(a, flags, mode);
    errno = ENOSPC;
    return -1;
}

int openat(int a, const char *b, int flags, ...) {
    va_list rest;
    mode_t mode;
    REAL(int, openat, (int, const char *, int, ...))
    va_start(rest, flags);
    mode = mode_of(flags, rest);
    va_end(rest);
    if (!is_due("openat")) return real(a, b, flags, mode);
    errno = ENOSPC;
    return -1;
}
