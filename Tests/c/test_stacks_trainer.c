/* The trainer of a stack, in each phase: steps, gradients against differences of the loss, who keeps whom alive. */
#include "support.h"

enum { rows = 24, columns = 7, classes = 4 };

static float *images;
static int64_t *labels;
static vaelib_dataset *batch;

static vaelib_trainer *make_trainer(
    vaelib_stack *stack, vaelib_phase phase, size_t layer, const vaelib_training_config *plan) {
    vaelib_trainer *trainer = NULL;
    REQUIRE_OK(vaelib_stack_trainer_create(
        stack, phase, layer, phase == VAELIB_SUPERVISED ? classes : 0, plan, rows, &trainer));
    return trainer;
}

/* A step is compute_gradients and then apply_gradients, to the bit; and steps make the loss smaller. */
static void check_steps(vaelib_phase phase, size_t layer) {
    vaelib_stack *whole = make_stack(columns), *halves = make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *stepping, *applying;
    vaelib_step_result first = {.struct_size = sizeof first}, result = {.struct_size = sizeof result}, same = result;
    plan.learning_rate = 0.01;
    stepping = make_trainer(whole, phase, layer, &plan);
    applying = make_trainer(halves, phase, layer, &plan);
    CHECK(describe_stack(whole).class_count == (phase == VAELIB_SUPERVISED ? classes : 0u));
    for (int step = 0; step < 200; step++) {
        CHECK_OK(vaelib_trainer_step(stepping, batch, &result));
        CHECK_OK(vaelib_trainer_compute_gradients(applying, batch, &same));
        CHECK_OK(vaelib_trainer_apply_gradients(applying));
        if (step == 0) first = result;
        CHECK(result.loss == same.loss && result.gradient_norm == same.gradient_norm);
    }
    CHECK(hash_stack(whole) == hash_stack(halves));
    CHECK(result.loss > 0 && result.loss < first.loss);
    CHECK(result.learning_rate == 0.01 && result.gradient_norm > 0);
    CHECK(isnan(result.elbo) && isnan(result.reconstruction) && isnan(result.kl) && isnan(result.kl_weight));
    CHECK_OK(vaelib_trainer_step(stepping, batch, NULL));
    CHECK(stack_history_count(whole) == 0); /* steps are no epochs */
    vaelib_trainer_free(stepping);
    vaelib_trainer_free(applying);
    vaelib_stack_free(whole);
    vaelib_stack_free(halves);
}

/* 1 if this tensor learns in this phase. */
static int is_trained(const char *name, vaelib_phase phase, size_t layer) {
    char prefix[32];
    snprintf(prefix, sizeof prefix, "layers/%zu/", layer);
    if (phase == VAELIB_PRETRAINING) return strncmp(name, prefix, strlen(prefix)) == 0;
    if (phase == VAELIB_SUPERVISED) return strstr(name, "decoder") == NULL;
    return strncmp(name, "layers/", 7) == 0;
}

/*
 * The gradient buffer against central differences of the loss, (loss(+h) - loss(-h)) / 2h, for every parameter that the
 * phase trains; the others' gradients are 0, and their tensors stay as they are.
 */
static void check_gradients(const vaelib_layer_config *layers, vaelib_phase phase, size_t layer, double dropout) {
    vaelib_stack *stack = make_stack_of(columns, layers, 2);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer;
    vaelib_step_result result = {.struct_size = sizeof result};
    vaelib_tensor tensor = {.struct_size = sizeof tensor};
    float *gradients = NULL, *parameters = NULL, *kept;
    size_t count = 0, parameter_count = 0, wrong = 0;
    double norm = 0;
    plan.dropout = dropout;
    trainer = make_trainer(stack, phase, layer, &plan);
    CHECK_OK(vaelib_trainer_gradients(trainer, &gradients, &count));
    CHECK_OK(vaelib_trainer_parameters(trainer, &parameters, &parameter_count));
    CHECK(count == describe_stack(stack).parameter_count && count == parameter_count);
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, &result));
    kept = malloc(count * sizeof *kept);
    if (kept == NULL) exit(1);
    memcpy(kept, gradients, count * sizeof *kept);
    for (size_t index = 0; index < describe_stack(stack).tensor_count; index++) {
        int trained;
        REQUIRE_OK(vaelib_stack_tensor(stack, index, &tensor));
        trained = is_trained(tensor.name, phase, layer);
        for (size_t i = tensor.offset; i < tensor.offset + tensor.rows * tensor.columns; i++) {
            const float value = parameters[i], step = 1e-2f;
            double losses[2], difference = 0;
            for (int side = 0; trained && side < 2; side++) {
                parameters[i] = side == 0 ? value - step : value + step;
                CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, &result));
                losses[side] = result.loss;
                difference = (losses[side] - losses[0]) / (2 * (double)step);
            }
            parameters[i] = value;
            norm += (double)kept[i] * (double)kept[i];
            if (trained ? fabs(difference - (double)kept[i]) > 1e-3 + 1e-2 * fabs(difference) : kept[i] != 0) {
                fprintf(stderr, "    phase %d layer %zu, %s[%zu]: gradient %g, difference %g\n", (int)phase, layer,
                        tensor.name, i - tensor.offset, (double)kept[i], difference);
                wrong++;
            }
        }
    }
    CHECK(wrong == 0);
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, &result));
    CHECK(memcmp(kept, gradients, count * sizeof *kept) == 0);
    CHECK_NEAR(result.gradient_norm, sqrt(norm), 1e-4 * sqrt(norm));
    free(kept);
    vaelib_trainer_free(trainer);
    vaelib_stack_free(stack);
}

static void check_all_gradients(void) {
    vaelib_layer_config layers[] = {make_layer(6), make_layer(4)};
    for (size_t tied = 0; tied < 2; tied++) {
        layers[0].tied = layers[1].tied = tied;
        layers[1].loss = tied ? "squared_error" : "cross_entropy";
        layers[0].corrupted_weight = 1;
        layers[0].untouched_weight = 0.5;
        layers[0].weight_l2 = 0.1;
        layers[0].sparsity_weight = 0.2;
        layers[1].contraction_weight = 0.3;
        layers[1].corruption = tied ? "gaussian" : "salt_and_pepper";
        check_gradients(layers, VAELIB_PRETRAINING, 0, 0);
        check_gradients(layers, VAELIB_PRETRAINING, 1, 0);
        check_gradients(layers, VAELIB_SUPERVISED, 0, 0);
        check_gradients(layers, VAELIB_SUPERVISED, 0, 0.4);
        check_gradients(layers, VAELIB_UNSUPERVISED, 0, 0);
    }
}

/* What a step trains changes; what it does not stays to the bit, with momentum and a weight prior too. */
static void check_untouched(vaelib_phase phase, size_t layer) {
    vaelib_stack *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer;
    vaelib_tensor tensor = {.struct_size = sizeof tensor};
    float *before, *after;
    plan.optimizer = "adamw";
    plan.weight_decay = 1;
    trainer = make_trainer(stack, phase, layer, &plan);
    before = copy_stack_parameters(stack);
    for (size_t step = 0; step < 3; step++) CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    after = copy_stack_parameters(stack);
    for (size_t index = 0; index < describe_stack(stack).tensor_count; index++) {
        size_t bytes;
        REQUIRE_OK(vaelib_stack_tensor(stack, index, &tensor));
        bytes = tensor.rows * tensor.columns * sizeof *before;
        CHECK((memcmp(before + tensor.offset, after + tensor.offset, bytes) != 0)
              == is_trained(tensor.name, phase, layer));
    }
    free(after);
    free(before);
    vaelib_trainer_free(trainer);
    vaelib_stack_free(stack);
}

/* The trainer keeps its stack alive; the stack outlives the trainer. */
static void check_lifetimes(void) {
    vaelib_stack *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = make_trainer(stack, VAELIB_SUPERVISED, 0, &plan);
    int64_t predicted[rows];
    CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    CHECK_OK(vaelib_stack_predict(stack, batch, predicted, rows)); /* between steps it answers queries */
    vaelib_stack_free(stack);
    CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    vaelib_trainer_free(trainer);

    stack = make_stack(columns);
    trainer = make_trainer(stack, VAELIB_PRETRAINING, 1, &plan);
    CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    vaelib_trainer_free(trainer);
    CHECK_OK(vaelib_stack_pretrain(stack, batch, &plan, NULL, NULL));
    vaelib_stack_free(stack);
}

/*
 * A classifier moves the parameters to a larger array. What an older trainer handed out stays valid until that trainer
 * is freed; its steps are refused, and change nothing.
 */
static void check_classifier_beside_trainer(void) {
    vaelib_stack *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *older = make_trainer(stack, VAELIB_PRETRAINING, 0, &plan), *newer = NULL;
    float *parameters = NULL, *gradients = NULL;
    size_t count = 0;
    uint64_t hash;
    CHECK_OK(vaelib_trainer_step(older, batch, NULL));
    CHECK_OK(vaelib_trainer_parameters(older, &parameters, &count));
    CHECK_OK(vaelib_trainer_gradients(older, &gradients, &count));
    newer = make_trainer(stack, VAELIB_SUPERVISED, 0, &plan);
    hash = hash_stack(stack);
    for (size_t i = 0; i < count; i++) parameters[i] += gradients[i]; /* still the older trainer's memory */
    CHECK(hash_stack(stack) == hash);
    CHECK_MESSAGE(vaelib_trainer_step(older, batch, NULL), VAELIB_INVALID_ARGUMENT, "classifier");
    CHECK_MESSAGE(vaelib_trainer_compute_gradients(older, batch, NULL), VAELIB_INVALID_ARGUMENT, "classifier");
    CHECK_MESSAGE(vaelib_trainer_apply_gradients(older), VAELIB_INVALID_ARGUMENT, "classifier");
    CHECK_OK(vaelib_trainer_parameters(older, &parameters, &count));
    CHECK(count == describe_stack(stack).parameter_count - 5 * classes - classes);
    CHECK(hash_stack(stack) == hash);
    CHECK_OK(vaelib_trainer_step(newer, batch, NULL));
    CHECK(hash_stack(stack) != hash);
    vaelib_trainer_free(newer);
    vaelib_trainer_free(older);
    vaelib_stack_free(stack);
}

static void check_bad_arguments(void) {
    const vaelib_status bad = VAELIB_INVALID_ARGUMENT;
    vaelib_stack *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    vaelib_dataset *narrow = wrap_labelled(images, labels, rows, columns - 1);
    vaelib_dataset *unlabelled = wrap(images, rows, columns);
    float kept = images[4 * columns + 3];
    int64_t kept_label = labels[5];
    uint64_t hash;
    CHECK_STATUS(vaelib_stack_trainer_create(stack, VAELIB_PRETRAINING, 0, 0, NULL, rows, &trainer), bad);
    CHECK_STATUS(vaelib_stack_trainer_create(stack, VAELIB_PRETRAINING, 0, 0, &plan, rows, NULL), bad);
    CHECK_STATUS(vaelib_stack_trainer_create(stack, VAELIB_PRETRAINING, 0, 0, &plan, 0, &trainer), bad);
    CHECK_MESSAGE(vaelib_stack_trainer_create(stack, VAELIB_PRETRAINING, 2, 0, &plan, rows, &trainer), bad, "layer");
    CHECK_STATUS(vaelib_stack_trainer_create(stack, VAELIB_PRETRAINING, SIZE_MAX, 0, &plan, rows, &trainer), bad);
    CHECK_MESSAGE(vaelib_stack_trainer_create(stack, VAELIB_SUPERVISED, 0, 0, &plan, rows, &trainer), bad, "classes");
    CHECK_MESSAGE(vaelib_stack_trainer_create(stack, VAELIB_SUPERVISED, 0, 1, &plan, rows, &trainer), bad, "classes");
    CHECK_STATUS(vaelib_stack_trainer_create(stack, VAELIB_SUPERVISED, 0, SIZE_MAX, &plan, rows, &trainer), bad);
    CHECK_STATUS(vaelib_stack_trainer_create(stack, VAELIB_SUPERVISED, 0, classes, &plan, 0, &trainer), bad);
    CHECK_STATUS(vaelib_stack_trainer_create(stack, VAELIB_SUPERVISED, 0, classes, &plan, SIZE_MAX, &trainer), bad);
    CHECK(trainer == NULL && describe_stack(stack).class_count == 0);
    /* The layer does not matter in fine-tuning. */
    REQUIRE_OK(vaelib_stack_trainer_create(stack, VAELIB_SUPERVISED, SIZE_MAX, classes, &plan, rows, &trainer));
    hash = hash_stack(stack);
    CHECK_STATUS(vaelib_trainer_step(trainer, narrow, NULL), VAELIB_DATA_ERROR);
    CHECK_MESSAGE(vaelib_trainer_step(trainer, unlabelled, NULL), bad, "label");
    CHECK_MESSAGE(vaelib_trainer_compute_gradients(trainer, unlabelled, NULL), bad, "label");
    images[4 * columns + 3] = NAN;
    CHECK_MESSAGE(vaelib_trainer_step(trainer, batch, NULL), VAELIB_DATA_ERROR, "4");
    images[4 * columns + 3] = kept;
    labels[5] = classes;
    CHECK_MESSAGE(vaelib_trainer_step(trainer, batch, NULL), VAELIB_DATA_ERROR, "5");
    labels[5] = -1;
    CHECK_MESSAGE(vaelib_trainer_step(trainer, batch, NULL), VAELIB_DATA_ERROR, "5");
    labels[5] = kept_label;
    CHECK(hash_stack(stack) == hash);
    CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    vaelib_trainer_free(trainer);
    /* There is a classifier now, so the number need not be told again. */
    REQUIRE_OK(vaelib_stack_trainer_create(stack, VAELIB_SUPERVISED, 0, 0, &plan, rows, &trainer));
    CHECK(describe_stack(stack).class_count == classes);
    vaelib_trainer_free(trainer);
    vaelib_dataset_free(unlabelled);
    vaelib_dataset_free(narrow);
    vaelib_stack_free(stack);
}

/* A trainer sees one batch at a time, so that it cannot know the range of all inputs; with no noise it need not. */
static void check_corruption_range(void) {
    vaelib_layer_config layer = make_layer(4);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    layer.corruption = "salt_and_pepper";
    layer.corruption_range = "data";
    for (int noisy = 0; noisy < 2; noisy++) {
        vaelib_stack *stack;
        layer.corruption_level = 0.25 * noisy;
        stack = make_stack_of(columns, &layer, 1);
        CHECK_MESSAGE(
            vaelib_stack_trainer_create(stack, VAELIB_PRETRAINING, 0, 0, &plan, rows, &trainer),
            noisy ? VAELIB_INVALID_ARGUMENT : VAELIB_OK, noisy ? "corruption_range" : "");
        vaelib_trainer_free(trainer);
        trainer = NULL;
        vaelib_stack_free(stack);
    }
}

int main(void) {
    images = make_images(rows, columns, 1);
    labels = make_labels(rows, columns, 1);
    batch = wrap_labelled(images, labels, rows, columns);
    check_steps(VAELIB_PRETRAINING, 0);
    check_steps(VAELIB_PRETRAINING, 1);
    check_steps(VAELIB_SUPERVISED, 0);
    check_steps(VAELIB_UNSUPERVISED, 0);
    check_all_gradients();
    check_untouched(VAELIB_PRETRAINING, 0);
    check_untouched(VAELIB_PRETRAINING, 1);
    check_untouched(VAELIB_SUPERVISED, 0);
    check_untouched(VAELIB_UNSUPERVISED, 0);
    check_lifetimes();
    check_classifier_beside_trainer();
    check_bad_arguments();
    check_corruption_range();
    vaelib_dataset_free(batch);
    free(labels);
    free(images);
    return report();
}
