/* Stopping a long call from a signal handler, from another thread, from the callback: in every phase, and a query. */
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include "support.h"

enum { rows = 300, columns = 100 };

/* The promise is 100 ms; a loaded machine, or one that runs sanitizers, gets more. */
static const double patience = 1.0;

static const vaelib_phase phases[] = {VAELIB_FIT, VAELIB_PRETRAINING, VAELIB_SUPERVISED, VAELIB_UNSUPERVISED};

static vaelib_dataset *examples;
static vaelib_model *running;
static volatile double cancelled_at, returned_at;

static void cancel_now(void) {
    cancelled_at = now();
    vaelib_model_cancel(running);
}

static void on_alarm(int signal_number) {
    (void)signal_number;
    cancel_now();
}

static void *cancel_soon(void *unused) {
    const struct timespec a_moment = {0, 300000000};
    (void)unused;
    nanosleep(&a_moment, NULL);
    cancel_now();
    return NULL;
}

static int cancel_in_callback(const vaelib_progress *progress, void *user_data) {
    (void)user_data;
    if (progress->epoch == 3) cancel_now();
    return 0;
}

/* A call that takes hours: training in this phase, or with VAELIB_QUERY a query. */
static vaelib_status begin_for_hours(vaelib_phase phase, vaelib_progress_fn callback) {
    static double likelihood[rows];
    vaelib_training_config plan = make_plan(10000000);
    vaelib_evaluation_config config = VAELIB_EVALUATION_CONFIG_INIT;
    if (phase != VAELIB_QUERY) return train_in(running, examples, phase, &plan, callback, NULL);
    CHECK_OK(vaelib_evaluation_config_init(&config));
    config.samples = 1000000;
    return vaelib_vae_estimate_log_likelihood(running, examples, &config, callback, NULL, likelihood, NULL, rows);
}

static vaelib_status run_for_hours(vaelib_phase phase, vaelib_progress_fn callback) {
    vaelib_status status = begin_for_hours(phase, callback);
    returned_at = now();
    return status;
}

/* The call ended because of the cancellation, soon after it, and the model still learns. */
static void check_stopped(vaelib_status status) {
    vaelib_training_config plan = make_plan(1);
    double waited = returned_at - cancelled_at;
    CHECK_STATUS(status, VAELIB_CANCELLED);
    if (!CHECK(waited < patience)) fprintf(stderr, "    it took %.3f s\n", waited);
    printf("stopped after %.1f ms\n", 1000 * waited);
    CHECK_OK(train(running, examples, &plan));
}

static void check_signal_handler(vaelib_phase phase) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    alarm(1);
    check_stopped(run_for_hours(phase, NULL));
}

static void check_other_thread(vaelib_phase phase) {
    pthread_t thread;
    vaelib_status status;
    CHECK(pthread_create(&thread, NULL, cancel_soon, NULL) == 0);
    status = run_for_hours(phase, NULL);
    pthread_join(thread, NULL);
    check_stopped(status);
}

/* Cancelling what does not run does nothing, and is forgotten. */
static void check_idle(void) {
    vaelib_training_config plan = make_plan(1);
    CHECK_OK(vaelib_model_cancel(running));
    CHECK_OK(vaelib_model_cancel(running));
    CHECK_OK(train(running, examples, &plan));
}

static void check_phase(vaelib_phase phase) {
    running = make_model_of(phase == VAELIB_FIT ? "vae" : "stack", columns);
    check_idle();
    check_signal_handler(phase);
    check_other_thread(phase);
    check_stopped(run_for_hours(phase, cancel_in_callback));
    if (phase == VAELIB_FIT) {
        check_signal_handler(VAELIB_QUERY);
        check_other_thread(VAELIB_QUERY);
    }
    vaelib_model_free(running);
}

int main(void) {
    float *images = make_images(rows, columns, 1);
    int64_t *labels = make_labels(rows, columns, 1);
    examples = wrap_labelled(images, labels, rows, columns);
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) check_phase(phases[i]);
    vaelib_dataset_free(examples);
    free(labels);
    free(images);
    return report();
}
