/* The first call that needs libhdf5 may come in several threads at once, and in children of a fork. */
#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../support.h"

enum { rounds = 20, thread_count = 4, child_count = 4 };

static vaelib_model *model;
static pthread_barrier_t barrier;

static int save_and_load(int number) {
    char name[32];
    vaelib_model *loaded = NULL;
    int is_equal;
    snprintf(name, sizeof name, "%ld-%d.h5", (long)getpid(), number);
    if (!CHECK_OK(vaelib_model_save(model, scratch_path(name)))) return 1;
    if (!CHECK_OK(vaelib_model_load(scratch_path(name), 0, &loaded))) return 2;
    is_equal = hash_parameters(loaded) == hash_parameters(model);
    vaelib_model_free(loaded);
    remove(scratch_path(name));
    return is_equal ? 0 : 3;
}

static void *work(void *number) {
    void *bytes = NULL;
    size_t count = 0;
    (void)number;
    pthread_barrier_wait(&barrier);
    if (!CHECK_OK(vaelib_model_save_to_memory(model, &bytes, &count))) return NULL;
    vaelib_memory_free(bytes);
    return model;
}

/* How `child` ended, 0 for well. */
static int outcome(pid_t child) {
    int status = -1;
    if (child <= 0 || waitpid(child, &status, 0) != child) return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Children that save and load, all at the same time; how many of them failed. */
static int run_children(void) {
    pid_t children[child_count];
    int wrong = 0;
    for (int i = 0; i < child_count; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            alarm(60);
            _exit(save_and_load(i));
        }
    }
    for (int i = 0; i < child_count; i++) {
        int ending = outcome(children[i]);
        if (ending != 0) fprintf(stderr, "child %d ended with %d (128 and more: a signal)\n", i, ending);
        wrong += ending != 0;
    }
    return wrong;
}

/* Threads that save, all at the same time; how many of them failed. */
static int run_threads(void) {
    pthread_t threads[thread_count];
    int wrong = 0;
    pthread_barrier_init(&barrier, NULL, thread_count);
    for (size_t i = 0; i < thread_count; i++) {
        if (pthread_create(&threads[i], NULL, work, NULL) != 0) return 1;
    }
    for (size_t i = 0; i < thread_count; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        wrong += result == NULL;
    }
    pthread_barrier_destroy(&barrier);
    return wrong;
}

/* In a process that has not used libhdf5 yet: first in its children, then in its threads, then in children again, which
 * find it open. */
static int use_first(void) { return run_children() + run_threads() + run_children() + save_and_load(0); }

int main(void) {
    model = make_model(6, 2);
    for (int round = 0; round < rounds; round++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(120);
            _exit(use_first());
        }
        CHECK(outcome(child) == 0);
    }
    vaelib_model_free(model);
    return report();
}
