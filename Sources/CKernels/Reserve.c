/*
 * A reserve for small allocations that the system refuses.
 *
 * Swift ends the process if it cannot allocate an object, a string or an array. The linker leads all allocations of the
 * library here (--wrap in Package.swift). What malloc refuses is taken from static memory, of which the system gives a page
 * only when it is first written. So a call that runs out of memory ends with an error instead of the process: what a caller
 * or a file sizes is asked for by vaelib_allocate(), which never takes from the reserve.
 */
#define _GNU_SOURCE
#include "CKernels.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

/* The reserve is handed out in units; no piece is larger than `largest`. */
enum { unit = 64, units = 8 << 20 >> 6, largest = 2 << 20 };

static _Alignas(4096) unsigned char reserve[(size_t)units * unit];
/* How many units the piece has that begins at this unit; 0 where none begins. */
static uint32_t lengths[units];
/* One bit for each unit that is in use. */
static uint64_t used[units / 64];
static uint64_t lock;

static __thread struct {
    /* How often this thread took from the reserve. */
    uint32_t taken;
    /* The size of the last allocation that was refused all the same. */
    size_t refused;
} shortage __attribute__((tls_model("initial-exec")));

/* The functions of the C library. Not there where the linker was not told to wrap them: in tests of parts of the library. */
__attribute__((weak)) void *__real_malloc(size_t bytes);
__attribute__((weak)) void *__real_calloc(size_t count, size_t bytes);
__attribute__((weak)) void *__real_realloc(void *memory, size_t bytes);
__attribute__((weak)) void __real_free(void *memory);
__attribute__((weak)) int __real_posix_memalign(void **out_memory, size_t alignment, size_t bytes);
__attribute__((weak)) void *__real_aligned_alloc(size_t alignment, size_t bytes);
__attribute__((weak)) size_t __real_malloc_usable_size(void *memory);
/* Those of C++, which Swift's runtime calls: new and delete of objects and arrays, with and without size and alignment. */
__attribute__((weak)) void __real__ZdlPv(void *memory);
__attribute__((weak)) void *_ZnwmRKSt9nothrow_t(size_t bytes, const void *nothrow);
__attribute__((weak)) void *_ZnwmSt11align_val_tRKSt9nothrow_t(size_t bytes, size_t alignment, const void *nothrow);
__attribute__((weak)) void __real__ZdlPvSt11align_val_t(void *memory, size_t alignment);
__attribute__((weak)) void _ZSt17__throw_bad_allocv(void);

void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);
void __wrap_free(void *memory);
int __wrap_posix_memalign(void **out_memory, size_t alignment, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);
size_t __wrap_malloc_usable_size(void *memory);
void *__wrap__Znwm(size_t bytes);
void *__wrap__Znam(size_t bytes);
void __wrap__ZdlPv(void *memory);
void __wrap__ZdaPv(void *memory);
void __wrap__ZdlPvm(void *memory, size_t bytes);
void __wrap__ZdaPvm(void *memory, size_t bytes);
void *__wrap__ZnwmSt11align_val_t(size_t bytes, size_t alignment);
void __wrap__ZdlPvSt11align_val_t(void *memory, size_t alignment);
void __wrap__ZdlPvmSt11align_val_t(void *memory, size_t bytes, size_t alignment);

void vaelib_memory_begin(void)
{
    shortage.taken = 0;
    shortage.refused = 0;
}

int vaelib_memory_ran_short(void)
{
    return shortage.taken != 0;
}

size_t vaelib_memory_refused(void)
{
    return shortage.refused;
}

void *vaelib_allocate(size_t alignment, size_t bytes)
{
    void *memory = NULL;
    int error = __real_posix_memalign != NULL ? __real_posix_memalign(&memory, alignment, bytes)
                                              : posix_memalign(&memory, alignment, bytes);
    return error == 0 ? memory : NULL;
}

void *vaelib_allocate_numbers(size_t bytes)
{
#if defined(MADV_HUGEPAGE)
    const size_t page = (size_t)2 << 20;
    if (bytes >= page / 2 && bytes <= SIZE_MAX - page) {
        const size_t whole = (bytes + page - 1) / page * page;
        void *memory = vaelib_allocate(page, whole);
        /* Where the system has no large pages, those that it gave are as good as any. */
        if (memory != NULL) (void)madvise(memory, whole, MADV_HUGEPAGE);
        return memory;
    }
#endif
    return vaelib_allocate(64, bytes);
}

static int is_reserved(const void *memory)
{
    return (uintptr_t)memory - (uintptr_t)reserve < sizeof(reserve);
}

static size_t unit_of(const void *memory)
{
    return ((uintptr_t)memory - (uintptr_t)reserve) / unit;
}

static int is_used(size_t place)
{
    return (int)(used[place / 64] >> place % 64 & 1);
}

static void mark(size_t first, size_t count, int in_use)
{
    for (size_t place = first; place < first + count; place++) {
        uint64_t bit = (uint64_t)1 << place % 64;
        used[place / 64] = in_use ? used[place / 64] | bit : used[place / 64] & ~bit;
    }
}

/* The first of `count` free units that begin at a multiple of `step`; `units` if there are none. */
static size_t find(size_t count, size_t step)
{
    size_t first = 0;
    while (first + count <= units) {
        size_t place = first;
        while (place < first + count && !is_used(place)) {
            place++;
        }
        if (place == first + count) {
            return first;
        }
        first = (place / step + 1) * step;
    }
    return units;
}

/* Memory from the reserve; NULL if it has not as much. */
static void *take(size_t alignment, size_t bytes)
{
    size_t count = bytes == 0 ? 1 : (bytes + unit - 1) / unit;
    size_t step = alignment <= unit ? 1 : alignment / unit;
    if (bytes > largest || alignment > 4096) {
        shortage.refused = bytes;
        return NULL;
    }
    vaelib_lock_take(&lock);
    size_t first = find(count, step);
    if (first < units) {
        mark(first, count, 1);
        lengths[first] = (uint32_t)count;
    }
    vaelib_lock_release(&lock);
    if (first == units) {
        shortage.refused = bytes;
        return NULL;
    }
    shortage.taken++;
    return reserve + first * unit;
}

static void give_back(void *memory)
{
    size_t first = unit_of(memory);
    vaelib_lock_take(&lock);
    mark(first, lengths[first], 0);
    lengths[first] = 0;
    vaelib_lock_release(&lock);
}

void *__wrap_malloc(size_t bytes)
{
    void *memory = __real_malloc(bytes);
    return memory != NULL ? memory : take(unit, bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    void *memory = __real_calloc(count, bytes);
    if (memory != NULL) {
        return memory;
    }
    if (bytes != 0 && count > largest / bytes) {
        shortage.refused = count > SIZE_MAX / bytes ? SIZE_MAX : count * bytes;
        return NULL;
    }
    memory = take(unit, count * bytes);
    return memory != NULL ? memset(memory, 0, count * bytes) : NULL;
}

int __wrap_posix_memalign(void **out_memory, size_t alignment, size_t bytes)
{
    int error = __real_posix_memalign(out_memory, alignment, bytes);
    if (error != ENOMEM) {
        return error;
    }
    void *memory = take(alignment, bytes);
    if (memory == NULL) {
        return ENOMEM;
    }
    *out_memory = memory;
    return 0;
}

void *__wrap_aligned_alloc(size_t alignment, size_t bytes)
{
    void *memory = __real_aligned_alloc(alignment, bytes);
    return memory != NULL ? memory : take(alignment, bytes);
}

size_t __wrap_malloc_usable_size(void *memory)
{
    return is_reserved(memory) ? (size_t)lengths[unit_of(memory)] * unit : __real_malloc_usable_size(memory);
}

void __wrap_free(void *memory)
{
    if (is_reserved(memory)) {
        give_back(memory);
    } else {
        __real_free(memory);
    }
}

void *__wrap_realloc(void *memory, size_t bytes)
{
    if (!is_reserved(memory)) {
        void *moved = __real_realloc(memory, bytes);
        if (moved != NULL || bytes == 0) {
            return moved;
        }
    }
    void *moved = __wrap_malloc(bytes);
    if (moved != NULL && memory != NULL) {
        size_t kept = __wrap_malloc_usable_size(memory);
        memcpy(moved, memory, kept < bytes ? kept : bytes);
        __wrap_free(memory);
    }
    return moved;
}

static const char nothrow;

/* Whether malloc has as much: where it has not, new throws and catches, for which there is no memory either. */
static int is_likely(size_t bytes)
{
    void *memory = __real_malloc(bytes);
    __real_free(memory);
    return memory != NULL;
}

/* What new found, or memory from the reserve. */
static void *found_or_reserved(void *memory, size_t alignment, size_t bytes)
{
    if (memory == NULL) {
        memory = take(alignment, bytes);
    }
    if (memory == NULL) {
        _ZSt17__throw_bad_allocv();
    }
    return memory;
}

/* The host may have its own new and delete, so they are called where the reserve is not needed. */
void *__wrap__Znwm(size_t bytes)
{
    void *memory = is_likely(bytes) ? _ZnwmRKSt9nothrow_t(bytes, &nothrow) : NULL;
    return found_or_reserved(memory, unit, bytes);
}

void *__wrap__ZnwmSt11align_val_t(size_t bytes, size_t alignment)
{
    void *memory = is_likely(bytes) ? _ZnwmSt11align_val_tRKSt9nothrow_t(bytes, alignment, &nothrow) : NULL;
    return found_or_reserved(memory, alignment, bytes);
}

void __wrap__ZdlPvSt11align_val_t(void *memory, size_t alignment)
{
    if (is_reserved(memory)) {
        give_back(memory);
    } else {
        __real__ZdlPvSt11align_val_t(memory, alignment);
    }
}

void __wrap__ZdlPvmSt11align_val_t(void *memory, size_t bytes, size_t alignment)
{
    (void)bytes;
    __wrap__ZdlPvSt11align_val_t(memory, alignment);
}

void *__wrap__Znam(size_t bytes)
{
    return __wrap__Znwm(bytes);
}

void __wrap__ZdlPv(void *memory)
{
    if (is_reserved(memory)) {
        give_back(memory);
    } else {
        __real__ZdlPv(memory);
    }
}

void __wrap__ZdaPv(void *memory)
{
    __wrap__ZdlPv(memory);
}

void __wrap__ZdlPvm(void *memory, size_t bytes)
{
    (void)bytes;
    __wrap__ZdlPv(memory);
}

void __wrap__ZdaPvm(void *memory, size_t bytes)
{
    (void)bytes;
    __wrap__ZdlPv(memory);
}
