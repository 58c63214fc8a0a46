/* Trainers in every phase: steps, metrics, gradients against differences of the loss, who keeps whom alive. */
#include "support.h"

enum { rows = 24, columns = 7, classes = 4 };

static float *images;
static int64_t *labels;
static vaelib_dataset *batch;

/* A model for this phase: a vae, or a stack, with a classifier where there are labels. */
static vaelib_model *make_model_for(vaelib_phase phase) {
    vaelib_model *model = phase == VAELIB_FIT ? make_model(columns, 2) : make_stack(columns);
    if (phase == VAELIB_SUPERVISED) REQUIRE_OK(vaelib_stack_add_head(model, "softmax", classes));
    return model;
}

static vaelib_trainer *make_trainer(
    vaelib_model *model, vaelib_phase phase, size_t layer, const vaelib_training_config *plan) {
    vaelib_trainer *trainer = NULL;
    REQUIRE_OK(vaelib_trainer_create(model, phase, layer, plan, rows, &trainer));
    return trainer;
}

/* 1 if this tensor learns in this phase. */
static int is_trained(const char *name, vaelib_phase phase, size_t layer) {
    char prefix[32];
    snprintf(prefix, sizeof prefix, "layers/%zu/", layer);
    if (phase == VAELIB_FIT) return 1;
    if (phase == VAELIB_PRETRAINING) return strncmp(name, prefix, strlen(prefix)) == 0;
    if (phase == VAELIB_SUPERVISED) return strstr(name, "decoder") == NULL;
    return strncmp(name, "layers/", 7) == 0;
}

/* A step is compute_gradients and then apply_gradients, to the bit; and steps make the loss smaller. */
static void check_steps(vaelib_phase phase, size_t layer) {
    vaelib_model *whole = make_model_for(phase), *halves = make_model_for(phase);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *stepping, *applying;
    vaelib_metrics found = VAELIB_METRICS_INIT, also = found;
    double first = 0, loss = 0;
    plan.learning_rate = 0.01;
    stepping = make_trainer(whole, phase, layer, &plan);
    applying = make_trainer(halves, phase, layer, &plan);
    for (int step = 0; step < 200; step++) {
        CHECK_OK(vaelib_trainer_step(stepping, batch, &found));
        CHECK_OK(vaelib_trainer_compute_gradients(applying, batch, NULL, &also));
        CHECK_OK(vaelib_trainer_apply_gradients(applying, 0));
        loss = step_metric(&found, "loss");
        if (step == 0) first = loss;
        CHECK(step_metric(&also, "loss") == loss);
        CHECK(step_metric(&also, "gradient_norm") == step_metric(&found, "gradient_norm"));
    }
    CHECK(hash_parameters(whole) == hash_parameters(halves));
    CHECK(loss > 0 && loss < first);
    CHECK(step_metric(&found, "learning_rate") == 0.01 && step_metric(&found, "gradient_norm") > 0);
    CHECK(isnan(step_metric(&found, "kl")) == (phase != VAELIB_FIT));
    CHECK(isnan(step_metric(&found, "error")) == (phase != VAELIB_SUPERVISED));
    CHECK(history_epochs(whole) == 0); /* steps are no epochs */
    vaelib_trainer_free(stepping);
    vaelib_trainer_free(applying);
    vaelib_model_free(whole);
    vaelib_model_free(halves);
}

/* The terms of the bound, and the share of wrong labels as predictions have it. */
static void check_metrics(void) {
    vaelib_model *vae = make_model_for(VAELIB_FIT), *stack = make_model_for(VAELIB_SUPERVISED);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *fitting = make_trainer(vae, VAELIB_FIT, 0, &plan);
    vaelib_trainer *reading = make_trainer(stack, VAELIB_SUPERVISED, 0, &plan);
    vaelib_metrics found = VAELIB_METRICS_INIT;
    int64_t predicted[rows];
    CHECK_OK(vaelib_trainer_step(fitting, batch, &found));
    CHECK_NEAR(step_metric(&found, "elbo"), step_metric(&found, "reconstruction") - step_metric(&found, "kl"), 1e-9);
    CHECK_NEAR(step_metric(&found, "loss"), -step_metric(&found, "elbo"), 1e-9);
    CHECK(step_metric(&found, "kl_weight") == 1);
    for (int step = 0; step < 30; step++) {
        size_t wrong = 0;
        CHECK_OK(vaelib_stack_predict(stack, batch, predicted, rows));
        for (size_t row = 0; row < rows; row++) wrong += predicted[row] != labels[row];
        CHECK_OK(vaelib_trainer_step(reading, batch, &found));
        CHECK_NEAR(step_metric(&found, "error"), (double)wrong / rows, 1e-9);
    }
    vaelib_trainer_free(reading);
    vaelib_trainer_free(fitting);
    vaelib_model_free(stack);
    vaelib_model_free(vae);
}

/*
 * The gradient buffer against central differences of the loss, (loss(+h) - loss(-h)) / 2h, for every parameter that the
 * phase trains; the others' gradients are 0. Frees the model.
 */
static void check_gradients(
    vaelib_model *model, vaelib_phase phase, size_t layer, const vaelib_training_config *plan) {
    vaelib_trainer *trainer;
    vaelib_metrics found = VAELIB_METRICS_INIT;
    vaelib_tensor tensor = VAELIB_TENSOR_INIT;
    float *gradients = NULL, *parameters = NULL, *kept;
    size_t count = 0, parameter_count = 0, wrong = 0;
    double norm = 0;
    trainer = make_trainer(model, phase, layer, plan);
    CHECK_OK(vaelib_trainer_get_gradients(trainer, &gradients, &count));
    CHECK_OK(vaelib_trainer_get_parameters(trainer, &parameters, &parameter_count));
    CHECK(count == describe(model).parameter_count && count == parameter_count);
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, NULL, &found));
    kept = malloc(count * sizeof *kept);
    if (kept == NULL) exit(1);
    memcpy(kept, gradients, count * sizeof *kept);
    for (size_t index = 0; index < describe(model).tensor_count; index++) {
        int trained;
        REQUIRE_OK(vaelib_model_describe_tensor(model, index, &tensor));
        trained = is_trained(tensor.name, phase, layer);
        for (size_t i = tensor.offset; i < tensor.offset + tensor.rows * tensor.columns; i++) {
            const float value = parameters[i], step = 1e-2f;
            double losses[2], difference = 0;
            for (int side = 0; trained && side < 2; side++) {
                parameters[i] = side == 0 ? value - step : value + step;
                CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, NULL, &found));
                losses[side] = step_metric(&found, "loss");
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
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, NULL, &found));
    CHECK(memcmp(kept, gradients, count * sizeof *kept) == 0);
    CHECK_NEAR(step_metric(&found, "gradient_norm"), sqrt(norm), 1e-4 * sqrt(norm));
    free(kept);
    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
}

/* A stack of these layers, with a classifier where there are labels. */
static vaelib_model *make_stack_for(vaelib_phase phase, const vaelib_layer_config *layers) {
    vaelib_model *stack = make_stack_of(columns, layers, 2);
    if (phase == VAELIB_SUPERVISED) REQUIRE_OK(vaelib_stack_add_head(stack, "softmax", classes));
    return stack;
}

static void check_gradients_of_stacks(void) {
    vaelib_layer_config layers[] = {make_layer(6), make_layer(4)};
    vaelib_training_config plan = make_plan(1), dropping = make_plan(1);
    dropping.dropout = 0.4;
    for (size_t tied = 0; tied < 2; tied++) {
        layers[0].tied = layers[1].tied = tied;
        layers[1].loss = tied ? "squared_error" : "cross_entropy";
        layers[0].corrupted_weight = 1;
        layers[0].untouched_weight = 0.5;
        layers[0].weight_l2 = 0.1;
        layers[0].sparsity_weight = 0.2;
        layers[1].contraction_weight = 0.3;
        layers[1].corruption = tied ? "gaussian" : "salt_and_pepper";
        check_gradients(make_stack_for(VAELIB_PRETRAINING, layers), VAELIB_PRETRAINING, 0, &plan);
        check_gradients(make_stack_for(VAELIB_PRETRAINING, layers), VAELIB_PRETRAINING, 1, &plan);
        check_gradients(make_stack_for(VAELIB_SUPERVISED, layers), VAELIB_SUPERVISED, 0, &plan);
        check_gradients(make_stack_for(VAELIB_SUPERVISED, layers), VAELIB_SUPERVISED, 0, &dropping);
        check_gradients(make_stack_for(VAELIB_UNSUPERVISED, layers), VAELIB_UNSUPERVISED, 0, &plan);
    }
}

static void check_gradients_of_bounds(void) {
    vaelib_training_config plan = make_plan(1);
    plan.samples = 2;
    check_gradients(make_model(columns, 2), VAELIB_FIT, 0, &plan);
    plan.estimator = "monte_carlo";
    check_gradients(make_model(columns, 2), VAELIB_FIT, 0, &plan);
}

/* What a step trains changes; what it does not stays to the bit, with momentum and a weight prior too. */
static void check_untouched(vaelib_phase phase, size_t layer) {
    vaelib_model *stack = make_model_for(phase);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer;
    vaelib_tensor tensor = VAELIB_TENSOR_INIT;
    float *before, *after;
    plan.optimizer = "adamw";
    plan.weight_decay = 1;
    trainer = make_trainer(stack, phase, layer, &plan);
    before = copy_parameters(stack);
    for (size_t step = 0; step < 3; step++) CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    after = copy_parameters(stack);
    for (size_t index = 0; index < describe(stack).tensor_count; index++) {
        size_t bytes;
        REQUIRE_OK(vaelib_model_describe_tensor(stack, index, &tensor));
        bytes = tensor.rows * tensor.columns * sizeof *before;
        CHECK((memcmp(before + tensor.offset, after + tensor.offset, bytes) != 0)
              == is_trained(tensor.name, phase, layer));
    }
    free(after);
    free(before);
    vaelib_trainer_free(trainer);
    vaelib_model_free(stack);
}

/* The trainer keeps its model alive; the model outlives the trainer; between steps it answers queries. */
static void check_lifetimes(vaelib_phase phase) {
    vaelib_model *model = make_model_for(phase);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = make_trainer(model, phase, 0, &plan);
    float codes[rows * 5];
    CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    CHECK_OK(phase == VAELIB_FIT ? vaelib_vae_encode(model, batch, codes, NULL, rows * 2)
                                 : vaelib_stack_encode(model, batch, 1, codes, rows * 5));
    vaelib_model_free(model);
    CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    vaelib_trainer_free(trainer);

    model = make_model_for(phase);
    trainer = make_trainer(model, phase, 0, &plan);
    CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    vaelib_trainer_free(trainer);
    CHECK_OK(train(model, batch, &plan));
    vaelib_model_free(model);
}

int main(void) {
    const vaelib_phase phases[] = {VAELIB_FIT, VAELIB_PRETRAINING, VAELIB_SUPERVISED, VAELIB_UNSUPERVISED};
    images = make_images(rows, columns, 1);
    labels = make_labels(rows, columns, 1);
    batch = wrap_labelled(images, labels, rows, columns);
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        check_steps(phases[i], 0);
        check_untouched(phases[i], 0);
        check_lifetimes(phases[i]);
    }
    check_steps(VAELIB_PRETRAINING, 1);
    check_untouched(VAELIB_PRETRAINING, 1);
    check_metrics();
    check_gradients_of_stacks();
    check_gradients_of_bounds();
    vaelib_dataset_free(batch);
    free(labels);
    free(images);
    return report();
}
