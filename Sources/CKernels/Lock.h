/* What a lock is, for those who have one in static memory. */
#ifndef VAELIB_LOCK_H
#define VAELIB_LOCK_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * Two halves, which the kernel and we change together or one at a time:
 *
 *     low   the futex: 0 if free, else the owner's thread id, and the kernel's bits about waiters
 *     high  the fork generation in which it was last locked; in a later one, the lock is free whatever the low half says
 */
struct vaelib_lock {
    union {
        _Atomic uint64_t whole;
        struct {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            uint32_t futex, generation;
#else
            uint32_t generation, futex;
#endif
        } half;
    } state;
};

#endif
