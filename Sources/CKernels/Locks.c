/* The lock behind ForkSafeLock: a futex with priority inheritance (FUTEX_LOCK_PI) that a forked child finds free. */
#define _GNU_SOURCE
#include "CKernels.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * Where the kernel hands the lock from one thread to the next, ThreadSanitizer sees neither; it is told, lest it take
 * what the lock orders for a race.
 */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#include <sanitizer/tsan_interface.h>
#define TELL_SANITIZER(event, lock) __tsan_##event(lock)
#endif
#endif
#ifndef TELL_SANITIZER
#define TELL_SANITIZER(event, lock) ((void)0)
#endif

/*
 * A lock is 64 bits in two halves, which the kernel and we change together or one at a time:
 *
 *     low   the futex: 0 if free, else the owner's thread id, and the kernel's bits about waiters
 *     high  the fork generation in which it was last locked; in a later one, the lock is free whatever the low half says
 */
typedef union {
    _Atomic uint64_t whole;
    struct {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        uint32_t futex, generation;
#else
        uint32_t generation, futex;
#endif
    } half;
} lock_word;

/* The calling thread's id. A child's only thread has another one than in its parent, so it is asked for again. */
static uint32_t own_id(uint32_t generation)
{
    static __thread struct {
        uint32_t id, generation;
    } known __attribute__((tls_model("initial-exec")));
    if (known.id == 0 || known.generation != generation) {
        known.id = (uint32_t)syscall(SYS_gettid);
        known.generation = generation;
    }
    return known.id;
}

static uint64_t state(uint32_t generation, uint32_t futex)
{
    return (uint64_t)generation << 32 | futex;
}

int vaelib_lock_try(uint64_t *lock)
{
    lock_word *word = (lock_word *)lock;
    uint32_t generation = vaelib_fork_generation();
    uint64_t seen = atomic_load_explicit(&word->whole, memory_order_relaxed);
    if (seen >> 32 == generation && (uint32_t)seen != 0) {
        return 0;
    }
    return atomic_compare_exchange_strong_explicit(
        &word->whole, &seen, state(generation, own_id(generation)), memory_order_acquire,
        memory_order_relaxed);
}

static long futex(uint64_t *lock, int operation)
{
    return syscall(SYS_futex, &((lock_word *)lock)->half.futex, operation | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
}

void vaelib_lock_take(uint64_t *lock)
{
    int saved = errno;
    while (!vaelib_lock_try(lock)) {
        if (futex(lock, FUTEX_LOCK_PI) == 0) {
            TELL_SANITIZER(acquire, lock);
            break;
        }
        /* A sandbox without this call: the owner gets the processor all the same. */
        if (errno != EAGAIN && errno != EINTR) {
            vaelib_pause(50000);
        }
    }
    errno = saved;
}

void vaelib_lock_release(uint64_t *lock)
{
    lock_word *word = (lock_word *)lock;
    uint32_t generation = vaelib_fork_generation();
    uint64_t own = state(generation, own_id(generation));
    if (atomic_compare_exchange_strong_explicit(
            &word->whole, &own, state(generation, 0), memory_order_release, memory_order_relaxed)) {
        return;
    }
    /* Somebody waits, and the kernel hands the lock over; or this is a child, where the lock is free. */
    if (own >> 32 == generation) {
        int saved = errno;
        TELL_SANITIZER(release, lock);
        futex(lock, FUTEX_UNLOCK_PI);
        errno = saved;
    }
}
