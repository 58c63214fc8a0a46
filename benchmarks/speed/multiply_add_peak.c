/*
 * The most float32 multiplications and additions a second: independent fused multiply-adds in registers.
 *
 *     multiply_add_peak THREADS
 *
 * prints the operations a second of one thread and of all, of which a fused multiply-add is two: the best of several
 * blocks, for a machine with other work shows what it can do now and then.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__AVX512F__)
#define WIDTH 16
#elif defined(__AVX__)
#define WIDTH 8
#else
#define WIDTH 4
#endif
/* Enough to fill two units of four or five cycles each, and no more than there are registers. */
#define SUMS 12
#define STEPS 2000000
#define BLOCKS 12
#define MAXIMUM_THREADS 1024

typedef float vector __attribute__((vector_size(WIDTH * sizeof(float))));

static pthread_barrier_t barrier;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Each sum converges to 2, so that no number is special. */
static float multiply_and_add(void) {
    vector sums[SUMS], factor, term, total;
    for (int lane = 0; lane < WIDTH; lane++) {
        factor[lane] = 0.5f;
        term[lane] = 1.0f;
        total[lane] = 0.0f;
    }
    for (int i = 0; i < SUMS; i++) sums[i] = term + (float)i;
    for (long step = 0; step < STEPS; step++) {
        /* Neither constant is known to the compiler, which would else compute all this beforehand. */
        __asm__ volatile("" : "+x"(factor), "+x"(term));
#pragma GCC unroll 12
        for (int i = 0; i < SUMS; i++) sums[i] = sums[i] * factor + term;
    }
    for (int i = 0; i < SUMS; i++) total += sums[i];
    return total[0];
}

static void *work(void *results) {
    float *result = results;
    for (int block = 0; block < BLOCKS; block++) {
        pthread_barrier_wait(&barrier);
        *result += multiply_and_add();
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

/* Operations a second of so many threads. */
static double peak(size_t threads) {
    static pthread_t others[MAXIMUM_THREADS];
    static float results[MAXIMUM_THREADS];
    double best = 0;
    pthread_barrier_init(&barrier, NULL, (unsigned)threads);
    for (size_t i = 1; i < threads; i++) {
        if (pthread_create(&others[i], NULL, work, &results[i]) != 0) exit(1);
    }
    for (int block = 0; block < BLOCKS; block++) {
        double started, operations = 2.0 * WIDTH * SUMS * STEPS * (double)threads;
        pthread_barrier_wait(&barrier);
        started = now();
        results[0] += multiply_and_add();
        pthread_barrier_wait(&barrier);
        operations /= now() - started;
        if (operations > best) best = operations;
    }
    for (size_t i = 1; i < threads; i++) pthread_join(others[i], NULL);
    pthread_barrier_destroy(&barrier);
    return best;
}

int main(int count, char **arguments) {
    long threads = count == 2 ? strtol(arguments[1], NULL, 10) : 0;
    if (threads < 1 || threads > MAXIMUM_THREADS) {
        fprintf(stderr, "usage: multiply_add_peak THREADS, 1 to %d\n", MAXIMUM_THREADS);
        return 2;
    }
    printf("%.0f %.0f\n", peak(1), peak((size_t)threads));
    return 0;
}
