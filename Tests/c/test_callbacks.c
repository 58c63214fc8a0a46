/*
 * What a progress callback may do with the model that is being trained, and what becomes of a model whose callback never
 * returns.
 */
#include <pthread.h>
#include <setjmp.h>
#include <time.h>
#include <unistd.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif
#include "support.h"

enum { rows = 200, columns = 30 };

static vaelib_dataset *examples;
static vaelib_model *model;

/* What a call that is given up has allocated, or keeps alive, is lost: the leak checker shall not count it. */
static void expect_leaks(int do_expect) {
#ifdef __SANITIZE_ADDRESS__
    if (do_expect) __lsan_disable();
    else __lsan_enable();
#else
    (void)do_expect;
#endif
}

/* ---- querying the model in its callback ---- */

static jmp_buf within_the_callback;

static int go_on(const vaelib_progress *progress, void *unused) {
    (void)progress;
    (void)unused;
    return 0;
}

static int jump_within(const vaelib_progress *progress, void *unused) {
    (void)progress;
    (void)unused;
    longjmp(within_the_callback, 1);
}

/* At the end of each epoch: the model answers, with the weights that it has then. */
static int use_in_callback(const vaelib_progress *progress, void *out_epochs) {
    static float latents[rows * 2], again[rows * 2];
    static double elbo[rows];
    size_t *epochs = out_epochs;
    vaelib_model *copy = NULL, *saved = NULL;
    uint64_t hash;
    if (progress->kind != VAELIB_PROGRESS_EPOCH) return 0;
    *epochs += 1;
    hash = hash_parameters(model);
    CHECK(history_epochs(model) == *epochs);
    /* A query with a callback of its own leaves the model open to this one. */
    CHECK_OK(vaelib_vae_estimate_elbo(model, examples, NULL, go_on, NULL, elbo, NULL, NULL, rows));
    if (setjmp(within_the_callback) == 0) {
        vaelib_vae_estimate_elbo(model, examples, NULL, jump_within, NULL, elbo, NULL, NULL, rows);
    }
    CHECK_OK(vaelib_vae_encode(model, examples, latents, NULL, rows * 2));
    CHECK_OK(vaelib_model_copy(model, &copy));
    CHECK_OK(vaelib_vae_encode(copy, examples, again, NULL, rows * 2));
    CHECK(memcmp(latents, again, sizeof latents) == 0);
    CHECK_OK(vaelib_model_save(model, scratch_path("callback.h5")));
    CHECK_OK(vaelib_model_load(scratch_path("callback.h5"), 0, &saved));
    CHECK(hash_parameters(saved) == hash && hash_parameters(copy) == hash && hash_parameters(model) == hash);
    vaelib_model_free(copy);
    vaelib_model_free(saved);
    return 0;
}

static int change_in_callback(const vaelib_progress *progress, void *unused) {
    float value = 0;
    vaelib_training_config plan = make_plan(1);
    (void)progress;
    (void)unused;
    CHECK_STATUS(vaelib_model_set_parameters(model, &value, 1), VAELIB_BUSY);
    CHECK_STATUS(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_BUSY);
    return 0;
}

static void check_use_in_callback(void) {
    vaelib_training_config plan = make_plan(3);
    size_t epochs = 0;
    uint64_t expected;
    model = make_model(columns, 2);
    REQUIRE_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    expected = hash_parameters(model);
    vaelib_model_free(model);
    /* The query that a callback left keeps the model alive. */
    expect_leaks(1);
    model = make_model(columns, 2);
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, use_in_callback, &epochs));
    expect_leaks(0);
    CHECK(epochs == 3 && hash_parameters(model) == expected);
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, change_in_callback, NULL));
    vaelib_model_free(model);
}

/* ---- callbacks that never return ---- */

static jmp_buf before_the_call;

static int jump_out(const vaelib_progress *progress, void *user_data) {
    (void)user_data;
    if (progress->kind == VAELIB_PROGRESS_EPOCH) longjmp(before_the_call, 1);
    return 0;
}

static int end_thread(const vaelib_progress *progress, void *user_data) {
    if (progress->kind == VAELIB_PROGRESS_EPOCH) pthread_exit(user_data);
    return 0;
}

/* Makes a model of this kind whose training is left by its callback after the first of ten epochs. */
static void abandon(const char *kind) {
    static vaelib_training_config plan;
    model = make_model_of(kind, columns);
    plan = make_plan(10);
    if (setjmp(before_the_call) == 0) {
        train_watched(model, examples, &plan, jump_out, NULL);
        CHECK(!"the callback jumps");
    }
}

/* Its model is busy until it is recovered, and then as after one epoch. */
static void check_recovery(const char *kind) {
    vaelib_training_config plan = make_plan(1);
    vaelib_model *expected = make_model_of(kind, columns);
    vaelib_trainer *trainer = NULL, *later = NULL;
    const vaelib_phase phase = strcmp(kind, "vae") == 0 ? VAELIB_FIT : VAELIB_PRETRAINING;
    float *parameters;
    REQUIRE_OK(train(expected, examples, &plan));
    CHECK_STATUS(vaelib_model_save(model, scratch_path("busy.h5")), VAELIB_OK); /* on the callback's thread */
    CHECK_STATUS(train(model, examples, &plan), VAELIB_BUSY);
    CHECK_OK(vaelib_trainer_create(model, phase, 0, &plan, rows, &trainer));
    CHECK_OK(vaelib_model_recover(model));
    CHECK_OK(vaelib_model_recover(model));
    CHECK(history_epochs(model) == 1);
    if (phase == VAELIB_FIT) CHECK(hash_parameters(model) == hash_parameters(expected));
    CHECK_MESSAGE(vaelib_trainer_step(trainer, examples, NULL), VAELIB_INVALID_ARGUMENT, "vaelib_model_recover");
    CHECK_OK(vaelib_trainer_create(model, phase, 0, &plan, rows, &later));
    CHECK_OK(vaelib_trainer_step(later, examples, NULL));
    parameters = copy_parameters(expected);
    CHECK_OK(vaelib_model_set_parameters(model, parameters, describe(expected).parameter_count));
    CHECK_OK(train(model, examples, &plan));
    CHECK(history_epochs(model) == 1 + history_epochs(expected));
    free(parameters);
    vaelib_trainer_free(trainer);
    vaelib_trainer_free(later);
    vaelib_model_free(expected);
    vaelib_model_free(model);
}

/* A query whose callback jumps keeps changes out until the model is recovered. */
static void check_abandoned_query(void) {
    static double elbo[rows];
    vaelib_training_config plan = make_plan(1);
    model = make_model(columns, 2);
    if (setjmp(before_the_call) == 0) {
        vaelib_vae_estimate_elbo(model, examples, NULL, jump_out, NULL, elbo, NULL, NULL, rows);
        CHECK(!"the callback jumps");
    }
    CHECK_OK(vaelib_vae_estimate_elbo(model, examples, NULL, NULL, NULL, elbo, NULL, NULL, rows));
    CHECK_STATUS(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_BUSY);
    CHECK_OK(vaelib_model_recover(model));
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    vaelib_model_free(model);
}

/* A query into a file whose callback jumps: the file never appears, and the writer can be freed. */
static void check_abandoned_writer(void) {
    vaelib_writer *writer = create_writer(scratch_path("abandoned.h5"));
    vaelib_training_config plan = make_plan(1);
    model = make_model(columns, 2);
    if (setjmp(before_the_call) == 0) {
        vaelib_vae_encode_to(model, examples, writer, "codes", NULL, jump_out, NULL);
        CHECK(!"the callback jumps");
    }
    CHECK_STATUS(vaelib_writer_finish(writer), VAELIB_BUSY);
    vaelib_writer_free(writer);
    CHECK(access(scratch_path("abandoned.h5"), F_OK) != 0);
    CHECK_OK(vaelib_model_recover(model));
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    vaelib_model_free(model);
}

static void *train_and_exit(void *user_data) {
    vaelib_training_config plan = make_plan(10);
    expect_leaks(1);
    train_watched(model, examples, &plan, end_thread, user_data);
    CHECK(!"the callback ends the thread");
    return NULL;
}

static void check_ended_thread(void) {
    pthread_t thread;
    vaelib_training_config plan = make_plan(1);
    model = make_model(columns, 2);
    CHECK(pthread_create(&thread, NULL, train_and_exit, NULL) == 0);
    pthread_join(thread, NULL);
    CHECK_STATUS(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_BUSY);
    CHECK_OK(vaelib_model_recover(model));
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK(history_epochs(model) == 2);
    vaelib_model_free(model);
}

/* ---- calls that are not in their callback ---- */

static volatile int has_begun, may_return;

static void pause_briefly(void) {
    const struct timespec millisecond = {0, 1000000};
    nanosleep(&millisecond, NULL);
}

static int wait_in_callback(const vaelib_progress *progress, void *user_data) {
    (void)progress;
    (void)user_data;
    has_begun = 1;
    while (!may_return) pause_briefly();
    return 0;
}

static void *train_for_long(void *out_status) {
    vaelib_training_config plan = make_plan(100000);
    *(vaelib_status *)out_status = train_watched(model, examples, &plan, wait_in_callback, NULL);
    return NULL;
}

/*
 * Recovery by mistake, while the callback is still running: the model is usable, and when the callback returns, its call
 * ends without touching it.
 */
static void check_recovery_by_mistake(void) {
    pthread_t thread;
    vaelib_status status = VAELIB_OK;
    vaelib_training_config plan = make_plan(1);
    uint64_t hash;
    model = make_model(columns, 2);
    CHECK(pthread_create(&thread, NULL, train_for_long, &status) == 0);
    while (!has_begun) pause_briefly();
    CHECK_OK(vaelib_model_recover(model));
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    hash = hash_parameters(model);
    may_return = 1;
    pthread_join(thread, NULL);
    CHECK_STATUS(status, VAELIB_CANCELLED);
    CHECK(hash_parameters(model) == hash);
    vaelib_model_free(model);
}

static void *train_quietly(void *out_status) {
    vaelib_training_config plan = make_plan(1000000);
    *(vaelib_status *)out_status = train(model, examples, &plan);
    return NULL;
}

#ifndef __SANITIZE_ADDRESS__
/* In the child, where the thread that trains is missing. */
static int recover_in_child(void *unused) {
    vaelib_training_config plan = make_plan(1);
    (void)unused;
    if (train(model, examples, &plan) != VAELIB_BUSY) return 1;
    if (vaelib_model_recover(model) != VAELIB_OK) return 2;
    return train(model, examples, &plan) == VAELIB_OK ? 0 : 3;
}
#endif

/* A call without a callback is never given up; in a forked child, where its thread is missing, it is. */
static void check_call_at_work(void) {
    pthread_t thread;
    vaelib_status status = VAELIB_OK;
    model = make_model(columns, 2);
    CHECK(pthread_create(&thread, NULL, train_quietly, &status) == 0);
    while (history_epochs(model) < 3) pause_briefly();
    CHECK_MESSAGE(vaelib_model_recover(model), VAELIB_BUSY, "vaelib_model_cancel");
#ifndef __SANITIZE_ADDRESS__
    /* AddressSanitizer's allocator (GCC 12) leaves its locks in a child as other threads of the parent held them. */
    CHECK(run_in_child(recover_in_child, NULL, 60) == 0);
#endif
    CHECK_OK(vaelib_model_cancel(model));
    pthread_join(thread, NULL);
    CHECK_STATUS(status, VAELIB_CANCELLED);
    vaelib_model_free(model);
}

int main(void) {
    static const char *const kinds[] = {"vae", "stack"};
    float *images = make_images(rows, columns, 1);
    int64_t *labels = make_labels(rows, columns, 1);
    size_t i;
    examples = wrap_labelled(images, labels, rows, columns);
    check_use_in_callback();
    expect_leaks(1);
    for (i = 0; i < 2; i++) {
        abandon(kinds[i]);
        check_recovery(kinds[i]);
    }
    check_abandoned_query();
    check_abandoned_writer();
    check_ended_thread();
    expect_leaks(0);
    check_recovery_by_mistake();
    check_call_at_work();
    CHECK_STATUS(vaelib_model_recover(NULL), VAELIB_INVALID_HANDLE);
    vaelib_dataset_free(examples);
    free(labels);
    free(images);
    return report();
}
