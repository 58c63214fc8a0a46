/* What trainers hand out, and what they refuse. */
#include "support.h"

enum { rows = 24, columns = 7, classes = 4 };

static float *images;
static int64_t *labels;
static vaelib_dataset *batch;

static vaelib_trainer *make_trainer(
    vaelib_model *model, vaelib_phase phase, size_t layer, const vaelib_training_config *plan) {
    vaelib_trainer *trainer = NULL;
    REQUIRE_OK(vaelib_trainer_create(model, phase, layer, plan, rows, &trainer));
    return trainer;
}

/* What the caller writes into the gradient buffer is what is applied. */
static void check_buffer(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer;
    float *gradients = NULL, *parameters = NULL, *before = copy_parameters(model), *after;
    size_t count = 0;
    uint64_t hash = hash_parameters(model);
    plan.optimizer = "sgd";
    plan.momentum = 0;
    plan.learning_rate = 0.5;
    trainer = make_trainer(model, VAELIB_FIT, 0, &plan);
    CHECK_OK(vaelib_trainer_get_gradients(trainer, &gradients, &count));
    CHECK_OK(vaelib_trainer_get_parameters(trainer, &parameters, &count));
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, NULL, NULL));
    memset(gradients, 0, count * sizeof *gradients);
    gradients[5] = 2;
    CHECK_OK(vaelib_trainer_apply_gradients(trainer, 0));
    after = copy_parameters(model);
    for (size_t i = 0; i < count; i++) CHECK_NEAR(after[i], before[i] - (i == 5 ? 1.0f : 0.0f), i == 5 ? 1e-6 : 0);
    CHECK(memcmp(after, parameters, count * sizeof *after) == 0);

    hash = hash_parameters(model);
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, NULL, NULL));
    gradients[count - 1] = NAN;
    CHECK_STATUS(vaelib_trainer_apply_gradients(trainer, 0), VAELIB_NUMERICAL_ERROR);
    CHECK(hash_parameters(model) == hash);
    parameters[0] = 7; /* seen by the model at once */
    free(after);
    after = copy_parameters(model);
    CHECK(after[0] == 7);
    free(after);
    free(before);
    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
}

/*
 * A classifier moves the parameters to a larger array. What an older trainer handed out stays valid until that trainer
 * is freed; its steps are refused, and change nothing.
 */
static void check_classifier_beside_trainer(void) {
    vaelib_model *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *older = make_trainer(stack, VAELIB_PRETRAINING, 0, &plan), *newer = NULL;
    float *parameters = NULL, *gradients = NULL;
    size_t count = 0;
    uint64_t hash;
    CHECK_OK(vaelib_trainer_step(older, batch, NULL));
    CHECK_OK(vaelib_trainer_get_parameters(older, &parameters, &count));
    CHECK_OK(vaelib_trainer_get_gradients(older, &gradients, &count));
    CHECK_OK(vaelib_stack_add_head(stack, "softmax", classes));
    newer = make_trainer(stack, VAELIB_SUPERVISED, 0, &plan);
    hash = hash_parameters(stack);
    for (size_t i = 0; i < count; i++) parameters[i] += gradients[i]; /* still the older trainer's memory */
    CHECK(hash_parameters(stack) == hash);
    CHECK_MESSAGE(vaelib_trainer_step(older, batch, NULL), VAELIB_INVALID_ARGUMENT, "a head was added");
    CHECK_MESSAGE(vaelib_trainer_compute_gradients(older, batch, NULL, NULL), VAELIB_INVALID_ARGUMENT, "a head was added");
    CHECK_MESSAGE(vaelib_trainer_apply_gradients(older, 0), VAELIB_INVALID_ARGUMENT, "a head was added");
    CHECK_OK(vaelib_trainer_get_parameters(older, &parameters, &count));
    CHECK(count == describe(stack).parameter_count - 5 * classes - classes);
    CHECK(hash_parameters(stack) == hash);
    CHECK_OK(vaelib_trainer_step(newer, batch, NULL));
    CHECK(hash_parameters(stack) != hash);
    vaelib_trainer_free(newer);
    vaelib_trainer_free(older);
    vaelib_model_free(stack);
}

static void check_bad_arguments(vaelib_phase phase) {
    const vaelib_status bad = VAELIB_INVALID_ARGUMENT;
    vaelib_model *model = phase == VAELIB_FIT ? make_model(columns, 2) : make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    vaelib_dataset *narrow = wrap_labelled(images, labels, rows, columns - 1);
    float *values = NULL, kept = images[4 * columns + 3];
    size_t count = 0;
    uint64_t hash;
    if (phase == VAELIB_SUPERVISED) REQUIRE_OK(vaelib_stack_add_head(model, "softmax", classes));
    CHECK_STATUS(vaelib_trainer_create(model, phase, 0, NULL, rows, &trainer), bad);
    CHECK_STATUS(vaelib_trainer_create(model, phase, 0, &plan, rows, NULL), bad);
    CHECK_STATUS(vaelib_trainer_create(model, phase, 0, &plan, 0, &trainer), bad);
    CHECK_MESSAGE(vaelib_trainer_create(model, phase, 2, &plan, rows, &trainer), bad, "layer");
    CHECK_MESSAGE(vaelib_trainer_create(model, phase, SIZE_MAX, &plan, rows, &trainer), bad, "layer");
    CHECK_MESSAGE(vaelib_trainer_create(model, VAELIB_QUERY, 0, &plan, rows, &trainer), bad, "phase");
    CHECK_MESSAGE(vaelib_trainer_create(model, (vaelib_phase)17, 0, &plan, rows, &trainer), bad, "phase");
    CHECK_MESSAGE(vaelib_trainer_create(
        model, phase == VAELIB_FIT ? VAELIB_PRETRAINING : VAELIB_FIT, 0, &plan, rows, &trainer), bad, "phase");
    CHECK(trainer == NULL);
    trainer = make_trainer(model, phase, 0, &plan);
    hash = hash_parameters(model);
    CHECK_MESSAGE(vaelib_trainer_apply_gradients(trainer, 0), bad, "compute");
    CHECK_STATUS(vaelib_trainer_step(trainer, narrow, NULL), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_trainer_compute_gradients(trainer, narrow, NULL, NULL), VAELIB_DATA_ERROR);
    images[4 * columns + 3] = NAN;
    CHECK_MESSAGE(vaelib_trainer_step(trainer, batch, NULL), VAELIB_DATA_ERROR, "4");
    images[4 * columns + 3] = kept;
    CHECK(hash_parameters(model) == hash);
    CHECK_STATUS(vaelib_trainer_get_parameters(trainer, NULL, &count), bad);
    CHECK_STATUS(vaelib_trainer_get_parameters(trainer, &values, NULL), bad);
    CHECK_STATUS(vaelib_trainer_get_gradients(trainer, NULL, &count), bad);
    CHECK_STATUS(vaelib_trainer_get_gradients(trainer, &values, NULL), bad);
    CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    vaelib_dataset_free(narrow);
    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
}

/* A supervised trainer needs a head, and labels that it knows. */
static void check_labels(void) {
    vaelib_model *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    vaelib_dataset *unlabelled = wrap(images, rows, columns);
    vaelib_trainer *trainer = NULL;
    int64_t kept = labels[5];
    uint64_t hash;
    CHECK_MESSAGE(vaelib_trainer_create(stack, VAELIB_SUPERVISED, 0, &plan, rows, &trainer), VAELIB_INVALID_ARGUMENT,
                  "no head yet");
    CHECK(trainer == NULL && describe(stack).output_count == 0);
    REQUIRE_OK(vaelib_stack_add_head(stack, "softmax", classes));
    trainer = make_trainer(stack, VAELIB_SUPERVISED, 0, &plan);
    hash = hash_parameters(stack);
    CHECK_MESSAGE(vaelib_trainer_step(trainer, unlabelled, NULL), VAELIB_INVALID_ARGUMENT, "label");
    CHECK_MESSAGE(vaelib_trainer_compute_gradients(trainer, unlabelled, NULL, NULL), VAELIB_INVALID_ARGUMENT, "label");
    labels[5] = classes;
    CHECK_MESSAGE(vaelib_trainer_step(trainer, batch, NULL), VAELIB_DATA_ERROR, "5");
    labels[5] = -1;
    CHECK_MESSAGE(vaelib_trainer_step(trainer, batch, NULL), VAELIB_DATA_ERROR, "5");
    labels[5] = kept;
    CHECK(hash_parameters(stack) == hash);
    CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    vaelib_trainer_free(trainer);
    vaelib_dataset_free(unlabelled);
    vaelib_model_free(stack);
}

/* A trainer sees one batch at a time, so that it cannot know the range of all inputs; with no noise it need not. */
static void check_corruption_range(void) {
    vaelib_layer_config layer = make_layer(4);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    layer.corruption = "salt_and_pepper";
    layer.corruption_range = "data";
    for (int noisy = 0; noisy < 2; noisy++) {
        vaelib_model *stack;
        layer.corruption_level = 0.25 * noisy;
        stack = make_stack_of(columns, &layer, 1);
        CHECK_MESSAGE(
            vaelib_trainer_create(stack, VAELIB_PRETRAINING, 0, &plan, rows, &trainer),
            noisy ? VAELIB_INVALID_ARGUMENT : VAELIB_OK, noisy ? "corruption_range" : "");
        vaelib_trainer_free(trainer);
        trainer = NULL;
        vaelib_model_free(stack);
    }
}

int main(void) {
    images = make_images(rows, columns, 1);
    labels = make_labels(rows, columns, 1);
    batch = wrap_labelled(images, labels, rows, columns);
    check_buffer();
    check_classifier_beside_trainer();
    check_bad_arguments(VAELIB_FIT);
    check_bad_arguments(VAELIB_PRETRAINING);
    check_bad_arguments(VAELIB_SUPERVISED);
    check_bad_arguments(VAELIB_UNSUPERVISED);
    check_labels();
    check_corruption_range();
    vaelib_dataset_free(batch);
    free(labels);
    free(images);
    return report();
}
