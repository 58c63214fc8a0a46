/* Stopping a long call: from a signal handler, from another thread, from the callback. */
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include "support.h"

enum { rows = 500, columns = 100 };

/* The promise is 100 ms; a loaded machine, or one that runs sanitizers, gets more. */
static const double patience = 1.0;

static vaelib_dataset *examples;
static vaelib_model *model;
static volatile double cancelled_at;

static void cancel_now(void) {
    cancelled_at = now();
    vaelib_model_cancel(model);
}

static void on_alarm(int signal_number) {
    (void)signal_number;
    cancel_now();
}

static void *cancel_soon(void *unused) {
    const struct timespec half_a_second = {0, 500000000};
    (void)unused;
    nanosleep(&half_a_second, NULL);
    cancel_now();
    return NULL;
}

static vaelib_status fit_for_hours(vaelib_progress_fn callback) {
    vaelib_training_config plan = make_plan(10000000);
    return vaelib_vae_fit(model, examples, NULL, &plan, callback, NULL);
}

static vaelib_status evaluate_for_hours(void) {
    static double likelihood[rows];
    vaelib_evaluation_config config = {.struct_size = sizeof config};
    CHECK_OK(vaelib_evaluation_config_init(&config));
    config.samples = 1000000;
    return vaelib_vae_estimate_log_likelihood(model, examples, &config, NULL, NULL, likelihood, NULL, rows);
}

static int cancel_in_callback(const vaelib_progress *progress, void *user_data) {
    (void)user_data;
    if (progress->epoch == 3) cancel_now();
    return 0;
}

/* The call ended because of the cancellation, soon after it, and the model still learns. */
static void check_stopped(vaelib_status status) {
    vaelib_training_config plan = make_plan(1);
    double waited = now() - cancelled_at;
    CHECK_STATUS(status, VAELIB_CANCELLED);
    if (!CHECK(waited < patience)) fprintf(stderr, "    it took %.3f s\n", waited);
    printf("stopped after %.1f ms\n", 1000 * waited);
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
}

static void check_signal_handler(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    alarm(1);
    check_stopped(fit_for_hours(NULL));
    alarm(1);
    check_stopped(evaluate_for_hours());
}

static void check_other_thread(void) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, cancel_soon, NULL) == 0);
    check_stopped(fit_for_hours(NULL));
    pthread_join(thread, NULL);
    CHECK(pthread_create(&thread, NULL, cancel_soon, NULL) == 0);
    check_stopped(evaluate_for_hours());
    pthread_join(thread, NULL);
}

/* Cancelling what does not run does nothing, and is forgotten. */
static void check_idle(void) {
    vaelib_training_config plan = make_plan(1);
    CHECK_OK(vaelib_model_cancel(model));
    CHECK_OK(vaelib_model_cancel(model));
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
}

int main(void) {
    float *images = make_images(rows, columns, 1);
    examples = wrap(images, rows, columns);
    model = make_model(columns, 2);
    check_idle();
    check_signal_handler();
    check_other_thread();
    check_stopped(fit_for_hours(cancel_in_callback));
    vaelib_model_free(model);
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
