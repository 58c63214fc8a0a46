/*
 * A thread of real-time priority never waits for threads that have nothing to do with its call: on one processor, a lock
 * that spins would keep that processor from the very thread that holds the lock. Skipped where the system does not let us
 * have such a thread.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>
#include "support.h"

enum { rows = 100, columns = 20, calls = 4000, ordinary_threads = 4 };

/* What a call may take, in seconds: a thousand times what one takes, a tenth of what spinning costs. */
static const double limit = 0.1;

static vaelib_dataset *examples;
static volatile int is_over;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *describe_all_the_time(void *unused) {
    vaelib_dataset_info info;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    while (!is_over && vaelib_dataset_describe(examples, &info) == VAELIB_OK) {
    }
    return unused;
}

/* Describes the dataset now and then; *out_longest is how long the slowest call took. */
static void *describe_now_and_then(void *out_longest) {
    vaelib_dataset_info info;
    double longest = 0;
    int i;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    for (i = 0; i < calls; i++) {
        const struct timespec pause = {0, 200000};
        double begin, took;
        nanosleep(&pause, NULL);
        begin = seconds();
        if (vaelib_dataset_describe(examples, &info) != VAELIB_OK) break;
        took = seconds() - begin;
        if (took > longest) longest = took;
    }
    CHECK(i == calls);
    *(double *)out_longest = longest;
    return NULL;
}

/* Starts a thread of real-time priority; nonzero if the system refuses. */
static int start_urgent(pthread_t *thread, void *(*body)(void *), void *argument) {
    pthread_attr_t attributes;
    const struct sched_param priority = {.sched_priority = 10};
    int error;
    pthread_attr_init(&attributes);
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
    pthread_attr_setschedparam(&attributes, &priority);
    error = pthread_create(thread, &attributes, body, argument);
    pthread_attr_destroy(&attributes);
    return error;
}

static void stay_on_one_processor(void) {
    cpu_set_t allowed, one;
    size_t processor = 0;
    CHECK(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
    while (!CPU_ISSET(processor, &allowed)) processor++;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
}

int main(void) {
    pthread_t ordinary[ordinary_threads], urgent;
    double longest = 0;
    float *values;
    int error, i;
    alarm(60);
    stay_on_one_processor();
    values = make_images(rows, columns, 1);
    examples = wrap(values, rows, columns);
    error = start_urgent(&urgent, describe_now_and_then, &longest);
    if (error != 0) {
        printf("skipped: no thread of real-time priority (%s)\n", strerror(error));
        return 0;
    }
    for (i = 0; i < ordinary_threads; i++) {
        CHECK(pthread_create(&ordinary[i], NULL, describe_all_the_time, NULL) == 0);
    }
    pthread_join(urgent, NULL);
    is_over = 1;
    for (i = 0; i < ordinary_threads; i++) pthread_join(ordinary[i], NULL);
    printf("the slowest of %d calls took %.6f s\n", calls, longest);
    CHECK(longest < limit);
    vaelib_dataset_free(examples);
    free(values);
    return report();
}
