#define _GNU_SOURCE
#include "CKernels.h"

#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int vaelib_instruction_set(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("x86-64-v4")) {
        return 4;
    }
    if (__builtin_cpu_supports("x86-64-v3")) {
        return 3;
    }
#endif
    return 1;
}

static atomic_uint fork_generation;
static pthread_once_t fork_watch = PTHREAD_ONCE_INIT;

static void after_fork_in_child(void)
{
    atomic_fetch_add_explicit(&fork_generation, 1, memory_order_relaxed);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, after_fork_in_child);
}

uint32_t vaelib_fork_generation(void)
{
    pthread_once(&fork_watch, watch_forks);
    return atomic_load_explicit(&fork_generation, memory_order_relaxed);
}

float *vaelib_product_reserve(void)
{
    static _Alignas(64) float reserve[VAELIB_PRODUCT_RESERVE];
    return reserve;
}

struct start {
    void (*body)(void *);
    void *argument;
};

static void *run_thread(void *pointer)
{
    struct start start = *(struct start *)pointer;
    free(pointer);
    start.body(start.argument);
    return NULL;
}

static int create_thread(pthread_t *thread, void (*body)(void *), void *argument)
{
    struct start *start = malloc(sizeof(*start));
    if (start == NULL) {
        return -1;
    }
    start->body = body;
    start->argument = argument;

    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    int error = pthread_create(thread, NULL, run_thread, start);
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    if (error != 0) {
        free(start);
    }
    return error;
}

int vaelib_start_thread(void (*body)(void *), void *argument)
{
    pthread_t thread;
    int error = create_thread(&thread, body, argument);
    if (error == 0) {
        pthread_detach(thread);
    }
    return error;
}

struct vaelib_thread {
    pthread_t thread;
};

vaelib_thread *vaelib_thread_start(void (*body)(void *), void *argument)
{
    vaelib_thread *thread = malloc(sizeof(*thread));
    if (thread != NULL && create_thread(&thread->thread, body, argument) != 0) {
        free(thread);
        return NULL;
    }
    return thread;
}

void vaelib_thread_join(vaelib_thread *thread)
{
    pthread_join(thread->thread, NULL);
    free(thread);
}

void vaelib_use(const void *value)
{
    __asm__ volatile("" : : "r"(value) : "memory");
}

void vaelib_yield(void)
{
    sched_yield();
}

void vaelib_pause(uint64_t nanoseconds)
{
    struct timespec time = {(time_t)(nanoseconds / 1000000000u), (long)(nanoseconds % 1000000000u)};
    nanosleep(&time, NULL);
}

void vaelib_return_freed_memory(void)
{
    malloc_trim(0);
}

uint64_t vaelib_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct vaelib_parking {
    pthread_mutex_t lock;
    pthread_cond_t woken;
};

vaelib_parking *vaelib_parking_create(void)
{
    vaelib_parking *parking = malloc(sizeof(*parking));
    pthread_condattr_t clock;
    pthread_mutexattr_t priority;
    if (parking == NULL) {
        return NULL;
    }
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutexattr_init(&priority);
    pthread_mutexattr_setprotocol(&priority, PTHREAD_PRIO_INHERIT);
    if (pthread_mutex_init(&parking->lock, &priority) != 0 || pthread_cond_init(&parking->woken, &clock) != 0) {
        free(parking);
        parking = NULL;
    }
    pthread_mutexattr_destroy(&priority);
    pthread_condattr_destroy(&clock);
    return parking;
}

void vaelib_parking_destroy(vaelib_parking *parking)
{
    pthread_cond_destroy(&parking->woken);
    pthread_mutex_destroy(&parking->lock);
    free(parking);
}

void vaelib_parking_doze(
    vaelib_parking *parking, int (*still_idle)(void *), void *argument, uint64_t nanoseconds)
{
    uint64_t end = vaelib_nanoseconds() + nanoseconds;
    struct timespec time = {(time_t)(end / 1000000000u), (long)(end % 1000000000u)};
    pthread_mutex_lock(&parking->lock);
    if (still_idle(argument)) {
        pthread_cond_timedwait(&parking->woken, &parking->lock, &time);
    }
    pthread_mutex_unlock(&parking->lock);
}

void vaelib_parking_sleep(vaelib_parking *parking, int (*still_idle)(void *), void *argument)
{
    pthread_mutex_lock(&parking->lock);
    if (still_idle(argument)) {
        pthread_cond_wait(&parking->woken, &parking->lock);
    }
    pthread_mutex_unlock(&parking->lock);
}

void vaelib_parking_wake(vaelib_parking *parking, int count)
{
    pthread_mutex_lock(&parking->lock);
    for (int i = 0; i < count; i++) {
        pthread_cond_signal(&parking->woken);
    }
    pthread_mutex_unlock(&parking->lock);
}

/* In the memory that each thread has from its start, since other thread-local memory may be refused. */
static __thread void *thread_profiler __attribute__((tls_model("initial-exec")));

void *vaelib_thread_profiler(void)
{
    return thread_profiler;
}

void vaelib_set_thread_profiler(void *profiler)
{
    thread_profiler = profiler;
}
