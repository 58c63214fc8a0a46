/* Numbers of a training that are left to the library, by the names that the header has for them. */
#include "support.h"

enum { rows = 150, columns = 16 };

static float *images;
static vaelib_dataset *examples;

static vaelib_training_config defaults(void) {
    vaelib_training_config plan = VAELIB_TRAINING_CONFIG_INIT;
    REQUIRE_OK(vaelib_training_config_init(&plan));
    return plan;
}

static vaelib_training_config trained_with(const vaelib_model *model, vaelib_phase phase) {
    vaelib_training_config plan = VAELIB_TRAINING_CONFIG_INIT;
    REQUIRE_OK(vaelib_model_get_training_config(model, phase, &plan));
    return plan;
}

/* The init function leaves to the library what it can decide. */
static void check_defaults(void) {
    vaelib_training_config plan = defaults();
    CHECK(plan.epochs == VAELIB_AUTO && plan.batch_size == VAELIB_AUTO && plan.patience == VAELIB_AUTO);
    CHECK(plan.gradient_clip_norm == VAELIB_AUTO_REAL && plan.validation_fraction == VAELIB_AUTO_REAL);
    CHECK(strcmp(plan.validation_split, "random") == 0);
}

/* Ends a training after its first epoch. */
static int stop_at_once(const vaelib_progress *progress, void *user_data) {
    (void)user_data;
    return progress->kind == VAELIB_PROGRESS_EPOCH;
}

/* What is decided for the first so many rows. */
static void check_numbers(size_t count, size_t batch, size_t epochs, size_t patience, double fraction) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_dataset *some = NULL;
    vaelib_training_config plan = defaults(), back;
    REQUIRE_OK(vaelib_dataset_slice(examples, 0, count, &some));
    CHECK_STATUS(vaelib_vae_fit(model, some, NULL, &plan, stop_at_once, NULL), VAELIB_CANCELLED);
    back = trained_with(model, VAELIB_FIT);
    CHECK(back.batch_size == batch && back.epochs == epochs && back.patience == patience);
    CHECK(back.validation_fraction == fraction && back.gradient_clip_norm == VAELIB_AUTO_REAL);
    vaelib_model_free(model);
    vaelib_dataset_free(some);
}

/* A training of its own length is the one with the decided numbers, on the two sides of a split. */
static void check_division(void) {
    vaelib_model *left = make_model(columns, 2), *given = make_model(columns, 2);
    vaelib_dataset *training = NULL, *validation = NULL;
    vaelib_training_config plan = defaults();
    plan.seed = 5;
    plan.learning_rate = 0.01;
    CHECK_OK(vaelib_vae_fit(left, examples, NULL, &plan, NULL, NULL));
    REQUIRE_OK(vaelib_dataset_split(examples, 0.1, 5, 0, &training, &validation));
    plan = trained_with(left, VAELIB_FIT);
    CHECK(plan.seed == 5 && history_epochs(left) < plan.epochs);
    CHECK_OK(vaelib_vae_fit(given, training, validation, &plan, NULL, NULL));
    CHECK(hash_parameters(left) == hash_parameters(given));
    CHECK(trained_with(given, VAELIB_FIT).validation_fraction == 0);
    vaelib_model_free(left);
    vaelib_model_free(given);
    vaelib_dataset_free(training);
    vaelib_dataset_free(validation);
}

/* So many passes over all examples, where a number is given; patience of 0 only keeps it from ending early. */
static void check_given_length(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = defaults();
    plan.epochs = 4;
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK(history_epochs(model) == 4 && describe(model).examples_seen == 4 * rows);
    CHECK(isnan(history_value(model, "validation_elbo", 3)));
    plan = defaults();
    plan.patience = 0;
    plan.batch_size = 10;
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK(history_epochs(model) == 4 + 400 && describe(model).examples_seen == 404 * rows);
    vaelib_model_free(model);
}

/* What a training decided is allowed for the next one, in every phase. */
static void check_stack(void) {
    int64_t *labels = make_labels(rows, columns, 3);
    vaelib_dataset *labelled = wrap_labelled(images, labels, rows, columns);
    vaelib_model *stacks[2];
    for (int index = 0; index < 2; index++) {
        vaelib_phase phases[] = {VAELIB_PRETRAINING, VAELIB_SUPERVISED};
        stacks[index] = make_stack(columns);
        for (int step = 0; step < 2; step++) {
            vaelib_training_config plan = index == 0 ? defaults() : trained_with(stacks[0], phases[step]);
            if (phases[step] == VAELIB_PRETRAINING)
                CHECK_OK(vaelib_stack_pretrain(stacks[index], labelled, &plan, NULL, NULL));
            else
                CHECK_OK(vaelib_stack_finetune(stacks[index], labelled, NULL, phases[step], &plan, NULL, NULL));
        }
    }
    CHECK(hash_parameters(stacks[0]) == hash_parameters(stacks[1]));
    CHECK(trained_with(stacks[0], VAELIB_PRETRAINING).epochs == 667);
    CHECK(trained_with(stacks[0], VAELIB_PRETRAINING).batch_size == 64);
    CHECK(trained_with(stacks[0], VAELIB_PRETRAINING).validation_fraction == 0);
    CHECK(trained_with(stacks[0], VAELIB_SUPERVISED).epochs == 1000);
    CHECK(trained_with(stacks[0], VAELIB_SUPERVISED).patience == 334);
    CHECK(trained_with(stacks[0], VAELIB_SUPERVISED).validation_fraction == 0.1);
    vaelib_model_free(stacks[0]);
    vaelib_model_free(stacks[1]);
    vaelib_dataset_free(labelled);
    free(labels);
}

static void check_refused(vaelib_training_config plan, const char *text) {
    vaelib_model *model = make_model(columns, 2);
    uint64_t before = hash_parameters(model);
    CHECK_MESSAGE(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT, text);
    CHECK(hash_parameters(model) == before && history_epochs(model) == 0);
    vaelib_model_free(model);
}

static void check_refusals(void) {
    vaelib_training_config plan = defaults();
    plan.epochs = SIZE_MAX - 1;
    check_refused(plan, "allowed: auto, or 1 to 1000000000");
    plan = defaults();
    plan.epochs = 0;
    check_refused(plan, "epochs is 0; allowed: auto, or 1 to 1000000000");
    plan = defaults();
    plan.batch_size = SIZE_MAX - 1;
    check_refused(plan, "allowed: auto, or 1 to 1048576");
    plan = defaults();
    plan.patience = SIZE_MAX - 1;
    check_refused(plan, "allowed: auto, or 0 to 1000000000");
    plan = defaults();
    plan.gradient_clip_norm = -2;
    check_refused(plan, "gradient_clip_norm is -2.0; allowed: auto, or at least 0");
    plan = defaults();
    plan.validation_fraction = 1;
    check_refused(plan, "validation_fraction is 1.0; allowed: auto, or 0 to below 1");
    plan = defaults();
    plan.validation_split = "first";
    check_refused(plan, "validation_split is first; allowed: random, last");
    plan = defaults();
    plan.validation_split = NULL;
    check_refused(plan, "validation_split");
}

/* Trainers count no epochs; what is left to the library is what a training on so many examples would have. */
static void check_trainers(void) {
    const size_t none[] = {0, SIZE_MAX, SIZE_MAX / 2 + 1};
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = defaults();
    vaelib_trainer *trainer = NULL;
    for (size_t index = 0; index < sizeof none / sizeof *none; index++) {
        CHECK_MESSAGE(
            vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, none[index], &trainer), VAELIB_INVALID_ARGUMENT,
            "examples_per_epoch");
        CHECK(trainer == NULL);
    }
    for (plan.batch_size = 1; plan.batch_size <= 2; plan.batch_size++) {
        CHECK_OK(vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, SIZE_MAX / 2, &trainer));
        vaelib_trainer_free(trainer);
        trainer = NULL;
    }
    vaelib_model_free(model);
}

/* A rate at which every epoch is worse than the beginning: the weights from before are kept, the model is usable. */
static void check_collapse(void) {
    vaelib_model *model = make_model(columns, 2);
    uint64_t before = hash_parameters(model);
    vaelib_training_config plan = defaults();
    float codes[rows * 2];
    plan.epochs = 100;
    plan.learning_rate = 10;
    CHECK_MESSAGE(
        vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_NUMERICAL_ERROR,
        "the weights from before the training were kept");
    CHECK(hash_parameters(model) == before && history_epochs(model) == 100);
    CHECK_OK(vaelib_vae_encode(model, examples, codes, NULL, rows * 2));
    plan.learning_rate = 0.01;
    plan.epochs = 10;
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK(history_value(model, "elbo", 109) > history_value(model, "elbo", 100));
    vaelib_model_free(model);
}

int main(void) {
    images = make_images(rows, columns, 3);
    examples = wrap(images, rows, columns);
    check_defaults();
    check_numbers(1, 1, 6000, 0, 0);
    check_numbers(9, 9, 6000, 0, 0);
    check_numbers(10, 9, 6000, 1200, 0.1);
    check_numbers(142, 128, 6000, 1200, 0.1);
    check_numbers(150, 128, 3000, 600, 0.1);
    check_division();
    check_given_length();
    check_stack();
    check_refusals();
    check_trainers();
    check_collapse();
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
