/* Profiles of calls: when there are any, what their tables say, and whose they are. */
#include <pthread.h>
#include <setjmp.h>
#include <time.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif
#include "support.h"

enum { rows = 300, columns = 30 };

static vaelib_dataset *examples;
static float latents[rows * 2];

static int profile_has(const char *text) { return strstr(vaelib_last_profile(), text) != NULL; }

static int profile_begins(const char *text) { return strncmp(vaelib_last_profile(), text, strlen(text)) == 0; }

/* How often something was done, according to the table; 0 if it has no such line. */
static unsigned long times(const char *work) {
    char line[160], tail[80];
    const char *text = vaelib_last_profile();
    snprintf(tail, sizeof tail, " %s", work);
    while (sscanf(text, "%159[^\n]", line) == 1) {
        const size_t length = strlen(line);
        char share[16], seconds[24];
        unsigned long count;
        if (length > strlen(tail) && strcmp(line + length - strlen(tail), tail) == 0
            && sscanf(line, "%15s %23s %lu", share, seconds, &count) == 3)
            return count;
        text += length + 1;
    }
    return 0;
}

static vaelib_status encode(vaelib_model *model) { return vaelib_vae_encode(model, examples, latents, NULL, rows * 2); }

static void check_switch(void) {
    vaelib_model *model = make_model(columns, 2);
    CHECK_OK(encode(model));
    CHECK(strcmp(vaelib_last_profile(), "") == 0);
    CHECK_MESSAGE(vaelib_profiling_set(2), VAELIB_INVALID_ARGUMENT, "on is 2");
    CHECK_STATUS(vaelib_profiling_set(-1), VAELIB_INVALID_ARGUMENT);
    CHECK_OK(encode(model));
    CHECK(strcmp(vaelib_last_profile(), "") == 0);
    CHECK_OK(vaelib_profiling_set(1));
    CHECK_OK(encode(model));
    CHECK(profile_begins("vaelib_vae_encode: ") && profile_has(vaelib_cpu_description()));
    CHECK(times("encoder/0 forward") == times("encoder/head forward") && times("encoder/0 forward") > 0);
    CHECK(times("everything else") == 1 && times("encoder/0 backward") == 0 && times("optimiser") == 0);
    /* What is not measured leaves the last table alone. */
    CHECK_OK(vaelib_profiling_set(0));
    CHECK_OK(vaelib_vae_sample(model, 1, NULL, VAELIB_MEAN, 1, latents, columns));
    CHECK(profile_begins("vaelib_vae_encode: "));
    vaelib_model_free(model);
}

static int count_reports(const vaelib_progress *progress, void *out_count) {
    const struct timespec pause = {0, 2000000};
    (void)progress;
    *(unsigned long *)out_count += 1;
    nanosleep(&pause, NULL);
    return 0;
}

static void check_training(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(3);
    unsigned long reports = 0, steps;
    plan.batch_size = 50;
    steps = 3 * rows / plan.batch_size;
    CHECK_OK(vaelib_profiling_set(1));
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, count_reports, &reports));
    CHECK(profile_begins("vaelib_vae_fit: "));
    CHECK(reports >= 3 && times("outside: callbacks") == reports);
    CHECK(times("optimiser") == steps);
    CHECK(times("encoder/0 backward") == steps && times("decoder/head backward") == steps);
    CHECK(times("gathering and conversion") >= steps && times("random numbers") >= steps);
    CHECK(times("likelihood or loss") >= steps && times("latents and KL") >= steps);
    CHECK(times("biases and activations") >= steps);
    vaelib_model_free(model);
}

static void check_stack(void) {
    vaelib_model *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    CHECK_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    CHECK(profile_begins("vaelib_stack_pretrain: "));
    CHECK(times("layers/0 forward") > times("layers/1 forward") && times("layers/1 forward") > 0);
    CHECK(times("layers/0 backward") > 0 && times("layers/1/decoder backward") > 0);
    vaelib_model_free(stack);
}

/* What fails has a table too, and the next call another. */
static void check_failure(void) {
    static float bad[rows * columns];
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    vaelib_dataset *set = NULL;
    bad[columns] = NAN;
    set = wrap(bad, rows, columns);
    CHECK_STATUS(vaelib_vae_encode(model, set, latents, NULL, rows * 2), VAELIB_DATA_ERROR);
    CHECK(profile_begins("vaelib_vae_encode: ") && strstr(vaelib_last_error(), "row 1") != NULL);
    CHECK_STATUS(vaelib_vae_fit(model, set, NULL, &plan, NULL, NULL), VAELIB_DATA_ERROR);
    CHECK(profile_begins("vaelib_vae_fit: "));
    CHECK_OK(encode(model));
    CHECK(profile_begins("vaelib_vae_encode: ") && times("encoder/0 forward") > 0);
    vaelib_dataset_free(set);
    vaelib_model_free(model);
}

/* ---- threads ---- */

static void *use_trainer(void *trainer) {
    CHECK(strcmp(vaelib_last_profile(), "") == 0);
    CHECK_OK(vaelib_trainer_step(trainer, examples, NULL));
    CHECK(times("optimiser") == 3);
    return NULL;
}

/* A trainer's table has all of its calls, whichever threads they are made by; each thread has the one that it saw. */
static void check_trainer(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    pthread_t thread;
    REQUIRE_OK(vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, rows, &trainer));
    CHECK_OK(vaelib_trainer_step(trainer, examples, NULL));
    CHECK_OK(vaelib_trainer_step(trainer, examples, NULL));
    CHECK(profile_begins("vaelib_trainer, all calls: ") && times("optimiser") == 2);
    CHECK(pthread_create(&thread, NULL, use_trainer, trainer) == 0 && pthread_join(thread, NULL) == 0);
    CHECK(times("optimiser") == 2 && times("everything else") == 2);
    vaelib_trainer_free(trainer);
    CHECK(times("optimiser") == 2);
    vaelib_model_free(model);
}

static vaelib_trainer *shared_trainer;

static void *step_and_look(void *unused) {
    (void)unused;
    for (int step = 0; step < 200; step++) {
        const vaelib_status status = vaelib_trainer_step(shared_trainer, examples, NULL);
        CHECK(status == VAELIB_OK || status == VAELIB_BUSY);
        CHECK(status == VAELIB_BUSY || profile_has("optimiser"));
        (void)vaelib_last_profile();
    }
    return NULL;
}

/* One thread looks at the table of a trainer while another uses the trainer. */
static void check_shared_trainer(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    pthread_t threads[3];
    REQUIRE_OK(vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, rows, &shared_trainer));
    for (int i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], NULL, step_and_look, NULL) == 0);
    for (int i = 0; i < 3; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    vaelib_trainer_free(shared_trainer);
    vaelib_model_free(model);
}

static int encode_in_child(void *model) {
    if (encode(model) != VAELIB_OK || times("encoder/0 forward") == 0) return 1;
    return 0;
}

/* ---- callbacks ---- */

struct nested {
    vaelib_model *model;
    jmp_buf back;
};

static int use_in_callback(const vaelib_progress *progress, void *user_data) {
    struct nested *nested = user_data;
    if (progress->kind != VAELIB_PROGRESS_EPOCH) return 0;
    for (int i = 0; i < 5; i++) CHECK_OK(encode(nested->model));
    CHECK(profile_begins("vaelib_vae_encode: ") && times("optimiser") == 0);
    CHECK(run_in_child(encode_in_child, nested->model, 20) == 0);
    return 0;
}

static int jump_out(const vaelib_progress *progress, void *user_data) {
    struct nested *nested = user_data;
    if (progress->kind == VAELIB_PROGRESS_EPOCH) longjmp(nested->back, 1);
    return 0;
}

/* Calls of a callback have tables of their own, and their work is not that of the call that waits. */
static void check_nested_calls(void) {
    static struct nested nested;
    vaelib_training_config plan = make_plan(1);
    vaelib_model *model = make_model(columns, 2);
    unsigned long forward;
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, count_reports, &(unsigned long){0}));
    forward = times("encoder/0 forward");
    vaelib_model_free(model);
    nested.model = make_model(columns, 2);
    CHECK_OK(vaelib_vae_fit(nested.model, examples, NULL, &plan, use_in_callback, &nested));
    CHECK(profile_begins("vaelib_vae_fit: ") && times("encoder/0 forward") == forward);
    vaelib_model_free(nested.model);
}

/* A call that its callback left for good has no table; those after it have theirs. */
static void check_abandoned_call(void) {
    static struct nested nested;
    static vaelib_training_config plan;
    vaelib_trainer *trainer = NULL;
    plan = make_plan(2);
    nested.model = make_model(columns, 2);
    CHECK_OK(encode(nested.model));
#ifdef __SANITIZE_ADDRESS__
    __lsan_disable(); /* what the call had taken is lost */
#endif
    if (setjmp(nested.back) == 0) {
        vaelib_vae_fit(nested.model, examples, NULL, &plan, jump_out, &nested);
        CHECK(!"the callback jumps");
    }
#ifdef __SANITIZE_ADDRESS__
    __lsan_enable();
#endif
    CHECK(profile_begins("vaelib_vae_encode: "));
    CHECK_OK(vaelib_model_recover(nested.model));
    REQUIRE_OK(vaelib_trainer_create(nested.model, VAELIB_FIT, 0, &plan, rows, &trainer));
    CHECK_OK(vaelib_trainer_step(trainer, examples, NULL));
    CHECK(times("optimiser") == 1 && times("encoder/0 forward") == 1);
    vaelib_trainer_free(trainer);
    CHECK_OK(encode(nested.model));
    CHECK(profile_begins("vaelib_vae_encode: ") && times("everything else") == 1);
    vaelib_model_free(nested.model);
}

int main(void) {
    float *images = make_images(rows, columns, 1);
    examples = wrap(images, rows, columns);
    check_switch();
    check_training();
    check_stack();
    check_failure();
    check_trainer();
    check_shared_trainer();
    check_nested_calls();
    check_abandoned_call();
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
