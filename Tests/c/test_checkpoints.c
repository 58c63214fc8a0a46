/*
 * Checkpoints: interrupted trainings of models and stacks end with the bits of uninterrupted ones; good and bad
 * configurations, what files say of their training, and what goes wrong with them.
 */
#include <sys/stat.h>
#include <unistd.h>
#include "support.h"

enum { rows = 60, columns = 12 };

static float *images;
static int64_t *digits;
static vaelib_dataset *examples;

/* Stops when so many epochs have ended. */
static int stop_after(const vaelib_progress *progress, void *user_data) {
    size_t *left = user_data;
    if (progress->kind == VAELIB_PROGRESS_EPOCH && --*left == 0) return 1;
    return 0;
}

static vaelib_checkpoint_config make_checkpoint(const char *name) {
    vaelib_checkpoint_config checkpoint = VAELIB_CHECKPOINT_CONFIG_INIT;
    REQUIRE_OK(vaelib_checkpoint_config_init(&checkpoint));
    checkpoint.path = scratch_path(name);
    return checkpoint;
}

static vaelib_checkpoint_info describe_checkpoint(const char *path) {
    vaelib_checkpoint_info info = VAELIB_CHECKPOINT_INFO_INIT;
    REQUIRE_OK(vaelib_checkpoint_describe(path, 0, &info));
    return info;
}

static void check_defaults(void) {
    vaelib_checkpoint_config checkpoint = make_checkpoint("defaults.h5");
    vaelib_training_config plan = make_plan(1), back = VAELIB_TRAINING_CONFIG_INIT;
    vaelib_model *model = make_model(columns, 2);
    CHECK(checkpoint.every_seconds == 600 && checkpoint.every_epochs == 0 && checkpoint.every_steps == 0);
    CHECK(checkpoint.resume == 1);
    CHECK(plan.checkpoint == NULL);
    plan.checkpoint = &checkpoint;
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK_OK(vaelib_model_get_training_config(model, VAELIB_FIT, &back));
    CHECK(back.checkpoint == NULL);
    CHECK_STATUS(vaelib_checkpoint_config_init(NULL), VAELIB_INVALID_ARGUMENT);
    vaelib_model_free(model);
}

static void check_model(void) {
    vaelib_checkpoint_config checkpoint = make_checkpoint("model-run.h5");
    vaelib_training_config plan = make_plan(6);
    vaelib_model *whole = make_model(columns, 2), *loaded = NULL;
    static const char *const names[] = {"loss", "kl", "examples_seen"};
    vaelib_checkpoint_info info;
    plan.seed = 11;
    CHECK_OK(vaelib_vae_fit(whole, examples, NULL, &plan, NULL, NULL));
    plan.checkpoint = &checkpoint;
    for (size_t stop = 1; stop <= 6; stop++) {
        vaelib_model *cut = make_model(columns, 2), *resumed = make_model(columns, 2);
        size_t left = stop;
        unlink(checkpoint.path);
        CHECK_STATUS(vaelib_vae_fit(cut, examples, NULL, &plan, stop_after, &left), VAELIB_CANCELLED);
        info = describe_checkpoint(checkpoint.path);
        CHECK(strcmp(info.kind, "vae") == 0 && strcmp(info.phase, "fit") == 0 && info.layer == 0);
        CHECK(info.epoch == stop + 1 && info.epochs == 6 && info.examples == 0 && info.examples_per_epoch == rows);
        CHECK(info.complete == 0 && info.seed == 11);
        CHECK_OK(vaelib_vae_fit(resumed, examples, NULL, &plan, NULL, NULL));
        CHECK(hash_parameters(resumed) == hash_parameters(whole));
        for (size_t epoch = 0; epoch < 6; epoch++) {
            for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
                CHECK(history_value(resumed, names[i], epoch) == history_value(whole, names[i], epoch));
            }
        }
        vaelib_model_free(cut);
        vaelib_model_free(resumed);
    }
    info = describe_checkpoint(checkpoint.path);
    CHECK(info.epoch == 7 && info.complete == 1);
    REQUIRE_OK(vaelib_model_load(checkpoint.path, 0, &loaded)); /* a checkpoint is a model file too */
    CHECK(hash_parameters(loaded) == hash_parameters(whole));
    vaelib_model_free(loaded);
    vaelib_model_free(whole);
}

/* Pretrains, then fine-tunes, and stops after so many epochs; 0 for never. */
static vaelib_status train_stack(vaelib_model *stack, const vaelib_training_config *plan, size_t epochs) {
    size_t left = epochs;
    vaelib_status status = vaelib_stack_pretrain(stack, examples, plan, stop_after, &left);
    if (status != VAELIB_OK) return status;
    return vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, plan, stop_after, &left);
}

static void check_stack(void) {
    vaelib_checkpoint_config checkpoint = make_checkpoint("stack-run.h5");
    vaelib_training_config plan = make_plan(3);
    vaelib_model *whole = make_stack(columns), *loaded = NULL, *other = make_stack(columns);
    vaelib_checkpoint_info info;
    size_t epochs;
    CHECK_OK(train_stack(whole, &plan, 0));
    epochs = history_epochs(whole);
    CHECK(epochs == 9);
    plan.checkpoint = &checkpoint;
    for (size_t stop = 1; stop <= epochs; stop++) {
        vaelib_model *cut = make_stack(columns), *resumed = make_stack(columns);
        unlink(checkpoint.path);
        CHECK_STATUS(train_stack(cut, &plan, stop), VAELIB_CANCELLED);
        info = describe_checkpoint(checkpoint.path);
        CHECK(strcmp(info.kind, "stack") == 0 && strcmp(info.phase, stop <= 6 ? "pretraining" : "supervised") == 0);
        CHECK(info.layer == (stop > 3 && stop <= 6 ? 1 : 0) && info.epoch == (stop - 1) % 3 + 2 && info.epochs == 3);
        CHECK_OK(train_stack(resumed, &plan, 0));
        CHECK(history_epochs(resumed) == epochs);
        CHECK(hash_parameters(resumed) == hash_parameters(whole));
        vaelib_model_free(cut);
        vaelib_model_free(resumed);
    }
    /* Pretraining with a checkpoint that is beyond it takes over all of it, the classifier too. */
    CHECK_OK(vaelib_stack_pretrain(other, examples, &plan, NULL, NULL));
    CHECK(hash_parameters(other) == hash_parameters(whole));
    REQUIRE_OK(vaelib_model_load(checkpoint.path, 0, &loaded));
    CHECK(hash_parameters(loaded) == hash_parameters(whole));
    vaelib_model_free(loaded);
    vaelib_model_free(other);
    vaelib_model_free(whole);
}

static void check_refusals(void) {
    vaelib_checkpoint_config checkpoint = make_checkpoint("refused.h5");
    vaelib_checkpoint_info info = VAELIB_CHECKPOINT_INFO_INIT;
    vaelib_training_config plan = make_plan(2);
    vaelib_model *model = make_model(columns, 2), *wider = make_model(columns, 3);
    vaelib_model *stack = make_stack(columns);
    vaelib_trainer *trainer = NULL;
    vaelib_dataset *fewer = NULL;
    uint64_t before = hash_parameters(model);
    plan.checkpoint = &checkpoint;

#define REFUSED(field, value, text) \
    do { \
        vaelib_checkpoint_config good = checkpoint; \
        checkpoint.field = (value); \
        CHECK_MESSAGE(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT, text); \
        checkpoint = good; \
    } while (0)
    REFUSED(path, NULL, "path is NULL");
    REFUSED(every_seconds, -1, "every_seconds is -1");
    REFUSED(every_seconds, (double)NAN, "every_seconds is nan");
    REFUSED(every_epochs, SIZE_MAX, "every_epochs");
    REFUSED(every_steps, SIZE_MAX, "every_steps");
    REFUSED(resume, 2, "resume is 2");
    REFUSED(resume, -1, "resume is -1");
    checkpoint.path = "";
    CHECK_STATUS(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_FILE_ERROR);
    checkpoint.path = scratch_path("missing/refused.h5");
    CHECK_MESSAGE(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_FILE_ERROR, "missing/refused.h5");
    checkpoint.path = scratch_path("refused.h5");
    CHECK(hash_parameters(model) == before);
    CHECK_MESSAGE(vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, rows, &trainer), VAELIB_INVALID_ARGUMENT,
                  "checkpoint");
    CHECK_MESSAGE(vaelib_trainer_create(stack, VAELIB_PRETRAINING, 0, &plan, rows, &trainer),
                  VAELIB_INVALID_ARGUMENT, "checkpoint");

    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    before = hash_parameters(wider);
    CHECK_MESSAGE(vaelib_vae_fit(wider, examples, NULL, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT,
                  "latent_dim was 2 in the checkpoint, is 3 now");
    CHECK(hash_parameters(wider) == before);
    plan.batch_size += 1;
    CHECK_MESSAGE(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT, "batch_size was");
    plan.batch_size -= 1;
    REQUIRE_OK(vaelib_dataset_slice(examples, 0, rows - 1, &fewer));
    CHECK_MESSAGE(vaelib_vae_fit(model, fewer, NULL, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT, "60 rows");
    CHECK_MESSAGE(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL), VAELIB_FORMAT_ERROR, "kind");
    REQUIRE_OK(vaelib_model_save(model, scratch_path("plain.h5")));
    CHECK_MESSAGE(vaelib_checkpoint_describe(scratch_path("plain.h5"), 0, &info), VAELIB_FORMAT_ERROR, "no checkpoint");
    CHECK_STATUS(vaelib_checkpoint_describe(scratch_path("not-there.h5"), 0, &info), VAELIB_FILE_ERROR);
    CHECK_STATUS(vaelib_checkpoint_describe(NULL, 0, &info), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_checkpoint_describe(scratch_path("refused.h5"), 0, NULL), VAELIB_INVALID_ARGUMENT);
    vaelib_dataset_free(fewer);
    vaelib_model_free(stack);
    vaelib_model_free(wider);
    vaelib_model_free(model);
}

/* Moves the folder of the checkpoint away while the training runs. */
static int move_folder(const vaelib_progress *progress, void *user_data) {
    (void)user_data;
    if (progress->kind != VAELIB_PROGRESS_EPOCH) return 0;
    if (progress->epoch == 1) CHECK(rename(scratch_path("folder"), scratch_path("elsewhere")) == 0);
    return progress->epoch == 3;
}

/* Not for want of a disk is a training lost, and its caller hears of it even when it was cancelled. */
static void check_failing_writes(void) {
    vaelib_checkpoint_config checkpoint = make_checkpoint("folder/run.h5");
    vaelib_training_config plan = make_plan(3);
    vaelib_model *model = make_model(columns, 2), *whole = make_model(columns, 2);
    CHECK(mkdir(scratch_path("folder"), 0777) == 0);
    CHECK_OK(vaelib_vae_fit(whole, examples, NULL, &plan, NULL, NULL));
    checkpoint.every_epochs = 1;
    plan.checkpoint = &checkpoint;
    CHECK_STATUS(vaelib_vae_fit(model, examples, NULL, &plan, move_folder, NULL), VAELIB_CANCELLED);
    CHECK(strstr(vaelib_last_warning(), "checkpoints could not be written") != NULL);
    CHECK(hash_parameters(model) == hash_parameters(whole));
    vaelib_model_free(whole);
    vaelib_model_free(model);
}

int main(void) {
    images = make_images(rows, columns, 1);
    digits = make_labels(rows, columns, 1);
    examples = wrap_labelled(images, digits, rows, columns);
    check_defaults();
    check_model();
    check_stack();
    check_refusals();
    check_failing_writes();
    vaelib_dataset_free(examples);
    free(digits);
    free(images);
    return report();
}
