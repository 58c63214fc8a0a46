/*
 * CKernels: the few things the kernels and the worker pool need that Swift 6.3 cannot express.
 * Each function states why it is here and when it can go. Most are static inline: they disappear into their callers.
 */
#ifndef VAELIB_CKERNELS_H
#define VAELIB_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "RegisterTiles.h"

/* ------------------------------------------------------------------------------------------------------------------
 * Arithmetic
 * --------------------------------------------------------------------------------------------------------------- */

/*
 * a * b + c: one fused instruction where the target has it, two otherwise.
 * Swift never contracts a * b + c, and its addingProduct calls fmaf() on a target without FMA.
 */
static inline float vaelib_fma(float a, float b, float c)
{
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/*
 * a * b - p for p = the rounded product a * b: the rounding error where the target has FMA, 0 otherwise.
 */
static inline float vaelib_product_error(float a, float b, float p)
{
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_fmaf(a, b, -p);
#else
    (void)a, (void)b, (void)p;
    return 0.0f;
#endif
}

/*
 * sum + term, where the compiler may reorder a chain of such additions. It then keeps one partial sum per vector lane:
 * an order fixed at compile time, the same in every run. Swift has no way to allow this.
 */
static inline double vaelib_add(double sum, double term)
{
#if defined(__clang__)
#pragma clang fp reassociate(on)
#endif
    return sum + term;
}

/* As vaelib_add, for short chains in single precision. */
static inline float vaelib_addf(float sum, float term)
{
#if defined(__clang__)
#pragma clang fp reassociate(on)
#endif
    return sum + term;
}

/* ------------------------------------------------------------------------------------------------------------------
 * Processor
 * --------------------------------------------------------------------------------------------------------------- */

/* The best instruction set of this processor: 4 for x86-64-v4, 3 for x86-64-v3, 1 for anything else. */
int vaelib_instruction_set(void);

/* How many processors this process may run on, at least 1. Swift cannot import the CPU_COUNT macro. */
int vaelib_processor_count(void);

/* The number of the processor on which the calling thread runs; -1 if that is not known. */
int vaelib_current_processor(void);

/* One bit for each processor. */
typedef struct vaelib_processors {
    unsigned char bits[128];
} vaelib_processors;

/*
 * Which processors a thread may run on, and which of these it has chosen itself. Zero at first; whenever the thread's
 * processors are others than it chose, somebody else has set them, and they are what it may choose from.
 */
typedef struct vaelib_processor_choice {
    vaelib_processors allowed;
    vaelib_processors chosen;
} vaelib_processor_choice;

/*
 * Keeps the calling thread on the other processors that it may run on, if there are enough of them for so many threads
 * (at least 1); else it may run on all again.
 */
void vaelib_keep_off_processor(int processor, int threads, vaelib_processor_choice *choice);

/* A hint to the processor that the calling thread spins. */
static inline void vaelib_spin_hint(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

/*
 * The floating-point mode of this thread (rounding, flushing of denormals), to be saved and restored. Denormals cost
 * up to a hundred times as much as other numbers, and decaying optimiser moments produce many.
 */
static inline uint64_t vaelib_floating_point_mode(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_stmxcsr();
#elif defined(__aarch64__)
    uint64_t mode;
    __asm__ __volatile__("mrs %0, fpcr" : "=r"(mode));
    return mode;
#else
    return 0;
#endif
}

static inline void vaelib_set_floating_point_mode(uint64_t mode)
{
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr((unsigned)mode);
#elif defined(__aarch64__)
    __asm__ __volatile__("msr fpcr, %0" : : "r"(mode));
#else
    (void)mode;
#endif
}

/*
 * The mode that the library computes in, whatever the host has set: rounding to nearest, no traps, denormal inputs and
 * results taken as zero.
 */
static inline uint64_t vaelib_numeric_mode(void)
{
#if defined(__x86_64__)
    return 0x1f80 | 0x8040; /* all exceptions masked; DAZ | FTZ */
#elif defined(__aarch64__)
    return (uint64_t)1 << 24; /* FZ */
#else
    return 0;
#endif
}

/* The same but that denormals are numbers like others: for data that is passed on, not computed with. */
static inline uint64_t vaelib_exact_mode(void)
{
#if defined(__x86_64__)
    return 0x1f80;
#else
    return 0;
#endif
}

/* ------------------------------------------------------------------------------------------------------------------
 * Memory
 * --------------------------------------------------------------------------------------------------------------- */

/*
 * Memory for what a caller or a file sizes: NULL if the system refuses it. The alignment is a power of 2, at least that of
 * malloc. To be freed with free(). All else that the library allocates is small, and what the system refuses of it comes
 * from a reserve (Reserve.c), since Swift ends the process where an allocation fails.
 */
void *vaelib_allocate(size_t alignment, size_t bytes);

/*
 * The same, at a multiple of 64 bytes, for numbers that products and optimisers pass over again and again. Much memory is
 * taken in pages of 2 MiB where the system has such: with those of 4 KiB a processor spends a tenth of the time looking
 * up where they are. Sizes are then rounded up to whole pages, which at most doubles them.
 */
void *vaelib_allocate_numbers(size_t bytes);

/* Whether this thread took memory from the reserve since vaelib_memory_begin(). */
int vaelib_memory_ran_short(void);
/* The size of what neither the system nor the reserve could give it since then; 0 if there was no such thing. */
size_t vaelib_memory_refused(void);
void vaelib_memory_begin(void);

/* Floats for one product where the system has no memory left. Swift has no static arrays. */
#define VAELIB_PRODUCT_RESERVE 4096
float *vaelib_product_reserve(void);

/* ------------------------------------------------------------------------------------------------------------------
 * Processes and threads
 * --------------------------------------------------------------------------------------------------------------- */

/*
 * How many times this process and its ancestors forked since the first call. A child has no thread but the one that
 * called fork(), so whatever counts on other threads compares this number. getpid() would be a system call each time.
 */
uint32_t vaelib_fork_generation(void);

/*
 * Starts a detached thread that runs body(argument) with all signals blocked, so that the host's signal handlers run on
 * the host's threads. Returns 0 or an errno value. pthread types differ between platforms; this hides them.
 */
int vaelib_start_thread(void (*body)(void *), void *argument);

/* A thread that is waited for. Starts as above; NULL if the system has no resources for it. */
typedef struct vaelib_thread vaelib_thread;
vaelib_thread *vaelib_thread_start(void (*body)(void *), void *argument);
/* Waits for the thread's end and forgets it. */
void vaelib_thread_join(vaelib_thread *thread);

/* Lets another thread have the processor, if one of at least this priority wants it. */
void vaelib_yield(void);
/* Lets any thread have the processor for so many nanoseconds, of whatever priority. */
void vaelib_pause(uint64_t nanoseconds);

/*
 * A lock for short sections: 64 bits that are 0 at first. Whoever holds it runs with the priority of the most urgent
 * thread that waits for it, which sleeps meanwhile. In a forked child it is free, whatever thread of the parent held it.
 * try() returns nonzero if it took the lock.
 */
int vaelib_lock_try(uint64_t *lock);
void vaelib_lock_take(uint64_t *lock);
void vaelib_lock_release(uint64_t *lock);

/* Does nothing with a value, but the compiler does not know that, so that the value is computed. */
void vaelib_use(const void *value);

/* One pointer for each thread, NULL at first: what its call is measured by. */
void *vaelib_thread_profiler(void);
void vaelib_set_thread_profiler(void *profiler);

/* Returns memory to the system that was freed but kept by malloc. */
void vaelib_return_freed_memory(void);

/* Nanoseconds on a clock that never goes back. */
uint64_t vaelib_nanoseconds(void);

/* A place where threads sleep until they are woken. NULL if memory or the system's limits do not allow it. */
typedef struct vaelib_parking vaelib_parking;
vaelib_parking *vaelib_parking_create(void);
/* Runs still_idle(argument) under the parking's lock and, if it returns nonzero, sleeps until woken, which may
 * happen without a reason. */
void vaelib_parking_sleep(vaelib_parking *parking, int (*still_idle)(void *), void *argument);
/* The same, but wakes after so many nanoseconds at the latest. */
void vaelib_parking_doze(
    vaelib_parking *parking, int (*still_idle)(void *), void *argument, uint64_t nanoseconds);
/* For a parking where nobody sleeps. */
void vaelib_parking_destroy(vaelib_parking *parking);
/* Wakes up to `count` sleepers. */
void vaelib_parking_wake(vaelib_parking *parking, int count);

#endif
