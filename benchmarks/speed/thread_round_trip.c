/*
 * How far apart cores are: nanoseconds that a word takes from a thread on the first core to one on another, and back.
 *
 *     thread_round_trip CORE CORE...
 *
 * prints the longest of the times between the first core and each other, each the least of several blocks. Some 50 ns
 * mean a common cache, several hundred that data go from chip to chip.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TRIPS 2000
#define BLOCKS 5

static volatile int ball;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void move_to(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) exit(1);
}

static int throw(int seen, int thrown) {
    while (__atomic_load_n(&ball, __ATOMIC_ACQUIRE) != seen) {
    }
    __atomic_store_n(&ball, thrown, __ATOMIC_RELEASE);
    return thrown;
}

static void *other(void *core) {
    move_to(*(int *)core);
    for (int trip = 0; trip < TRIPS * BLOCKS; trip++) throw(2 * trip + 1, 2 * trip + 2);
    return NULL;
}

static double round_trip(int core) {
    double least = 0;
    pthread_t thread;
    ball = 0;
    if (pthread_create(&thread, NULL, other, &core) != 0) exit(1);
    for (int block = 0; block < BLOCKS; block++) {
        double started = now(), time;
        for (int trip = block * TRIPS; trip < (block + 1) * TRIPS; trip++) throw(2 * trip, 2 * trip + 1);
        time = (now() - started) / TRIPS;
        if (block == 0 || time < least) least = time;
    }
    pthread_join(thread, NULL);
    return least;
}

int main(int count, char **arguments) {
    double longest = 0;
    if (count < 3) {
        fprintf(stderr, "usage: thread_round_trip CORE CORE...\n");
        return 2;
    }
    move_to(atoi(arguments[1]));
    for (int i = 2; i < count; i++) {
        double time = round_trip(atoi(arguments[i]));
        if (time > longest) longest = time;
    }
    printf("%.0f\n", longest);
    return 0;
}
