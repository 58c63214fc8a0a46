/* After fork() the child goes on using the library: it gets the same bits, and never hangs. */
#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support.h"

enum { rows = 300, columns = 50 };

static vaelib_dataset *examples;

static uint64_t fit_and_hash(vaelib_model *model) {
    vaelib_training_config plan = make_plan(2);
    if (!CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL))) return 0;
    return hash_parameters(model);
}

/* What a child may take; it takes a second. */
enum { patience = 120 };

/* Goes on with the parent's model, makes one of its own, saves and reads a file. */
static int work_in_child(void *parents_model) {
    vaelib_model *model = parents_model, *own = make_model(columns, 2), *loaded = NULL;
    float latents[rows * 2];
    double elbo[rows];
    uint64_t expected;
    if (vaelib_vae_encode(model, examples, latents, NULL, rows * 2) != VAELIB_OK) return 10;
    if (vaelib_vae_estimate_elbo(model, examples, NULL, NULL, NULL, elbo, NULL, NULL, rows) != VAELIB_OK) return 11;
    expected = fit_and_hash(own);
    if (vaelib_model_save(own, scratch_path("child.h5")) != VAELIB_OK) return 12;
    if (vaelib_model_load(scratch_path("child.h5"), 0, &loaded) != VAELIB_OK) return 13;
    if (hash_parameters(loaded) != expected) return 14;
    if (fit_and_hash(model) == 0) return 15;
    vaelib_model_free(own);
    vaelib_model_free(loaded);
    vaelib_model_free(model);
    return 0;
}

static int fit_in_child(void *out_expected) {
    vaelib_model *model = make_model(columns, 2);
    const uint64_t *expected = out_expected;
    return fit_and_hash(model) == *expected ? 0 : 1;
}

static int forks_left = 3;

/* In the child the model that the parent trains can still not be changed; other models work. */
static int find_busy(void *trained_model) {
    float value = 0;
    vaelib_model *own = make_model(columns, 2);
    if (vaelib_model_set_parameters(trained_model, &value, 1) != VAELIB_BUSY) return 20;
    if (fit_and_hash(own) == 0) return 21;
    vaelib_model_free(own);
    return 0;
}

/* Called in the middle of a fit, on the fit's own thread: forks from there. */
static int fork_in_callback(const vaelib_progress *progress, void *user_data) {
    (void)progress;
    if (forks_left > 0) {
        forks_left--;
        CHECK(run_in_child(find_busy, user_data, patience) == 0);
    }
    return 0;
}

#ifndef __SANITIZE_ADDRESS__
/* Called in the middle of an epoch that is read from a file: the child goes on beside the parent, without the thread
 * that read ahead. */
static int fork_once(const vaelib_progress *progress, void *user_data) {
    pid_t *child = user_data;
    if (*child == -1 && progress->kind == VAELIB_PROGRESS_STEP) {
        fflush(stdout);
        fflush(stderr);
        *child = fork();
        if (*child == 0) alarm(120);
    }
    return 0;
}

static vaelib_dataset *write_and_stream(const float *values, size_t many) {
    const size_t shape[] = {columns};
    const char *path = scratch_path("stream.h5");
    vaelib_writer *writer = create_writer(path);
    vaelib_writer_config config = make_writer_config(VAELIB_FLOAT32, shape, 1);
    vaelib_array array = make_view(values, VAELIB_FLOAT32, many, columns);
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset *stream = NULL;
    config.chunk_rows = 100;
    REQUIRE_OK(vaelib_writer_add(writer, "x", &config));
    REQUIRE_OK(vaelib_writer_append(writer, "x", &array));
    REQUIRE_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    REQUIRE_OK(vaelib_dataset_options_init(&options));
    options.memory_budget = 0;
    REQUIRE_OK(vaelib_dataset_open(path, "x", &options, &stream));
    return stream;
}

/* Parent and child of a fork in the middle of a streamed fit both end with the bits of a fit that did not fork. */
static void check_while_streaming(void) {
    const size_t many = 60000;
    float *images = make_images(many, columns, 2);
    vaelib_dataset *stream = write_and_stream(images, many);
    vaelib_model *calm = make_model(columns, 2), *forked = make_model(columns, 2);
    vaelib_training_config plan = make_plan(2);
    pid_t child = -1;
    int status = -1;
    CHECK_OK(vaelib_vae_fit(calm, stream, NULL, &plan, NULL, NULL));
    CHECK_OK(vaelib_vae_fit(forked, stream, NULL, &plan, fork_once, &child));
    CHECK(hash_parameters(forked) == hash_parameters(calm));
    if (child == 0) _exit(hash_parameters(forked) == hash_parameters(calm) ? 0 : 30);
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    vaelib_model_free(forked);
    vaelib_model_free(calm);
    vaelib_dataset_free(stream);
    free(images);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t fit_began = PTHREAD_COND_INITIALIZER;
static int fit_runs;

static int tell_that_it_runs(const vaelib_progress *progress, void *user_data) {
    (void)progress;
    (void)user_data;
    pthread_mutex_lock(&mutex);
    fit_runs = 1;
    pthread_cond_signal(&fit_began);
    pthread_mutex_unlock(&mutex);
    return 0;
}

static void *train_for_long(void *model) {
    vaelib_training_config plan = make_plan(10000000);
    vaelib_vae_fit(model, examples, NULL, &plan, tell_that_it_runs, NULL);
    return NULL;
}

/* Forks at moments when another thread is anywhere inside a fit. */
static void check_beside_a_fit(void) {
    vaelib_model *model = make_model(columns, 2);
    float latents[rows * 2];
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, train_for_long, model) == 0);
    pthread_mutex_lock(&mutex);
    while (!fit_runs) pthread_cond_wait(&fit_began, &mutex);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < 20; i++) CHECK(run_in_child(find_busy, model, patience) == 0);
    CHECK_OK(vaelib_model_cancel(model));
    pthread_join(thread, NULL);
    CHECK_OK(vaelib_vae_encode(model, examples, latents, NULL, rows * 2));
    vaelib_model_free(model);
}
#endif

int main(void) {
    float *images = make_images(rows, columns, 1);
    vaelib_model *model = make_model(columns, 2), *watched = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    uint64_t expected;
    examples = wrap(images, rows, columns);
    CHECK(run_in_child(work_in_child, model, patience) == 0); /* before the parent started any thread */
    expected = fit_and_hash(model);
    CHECK(run_in_child(fit_in_child, &expected, patience) == 0);
    CHECK(run_in_child(work_in_child, model, patience) == 0);
    CHECK_OK(vaelib_vae_fit(watched, examples, NULL, &plan, fork_in_callback, watched));
    CHECK(forks_left < 3);
#ifndef __SANITIZE_ADDRESS__
    /* AddressSanitizer's allocator (GCC 12) leaves its locks in a child as other threads of the parent held them. */
    check_while_streaming();
    check_beside_a_fit();
#endif
    CHECK(run_in_child(fit_in_child, &expected, patience) == 0);
    vaelib_model_free(watched);
    vaelib_model_free(model);
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
