/* The trainer: steps, the gradient buffer, parameters in place. */
#include "support.h"

enum { rows = 32, columns = 12 };

static float *images;
static vaelib_dataset *batch;

static vaelib_trainer *make_trainer(vaelib_model *model, const vaelib_training_config *plan) {
    vaelib_trainer *trainer = NULL;
    REQUIRE_OK(vaelib_trainer_create(model, plan, rows, &trainer));
    return trainer;
}

/* A step is compute_gradients and then apply_gradients, to the bit. */
static void check_steps(void) {
    vaelib_model *whole = make_model(columns, 2), *halves = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *stepping, *applying;
    vaelib_step_result first = {.struct_size = sizeof first}, result = {.struct_size = sizeof result}, same = result;
    plan.learning_rate = 0.01;
    stepping = make_trainer(whole, &plan);
    applying = make_trainer(halves, &plan);
    for (int step = 0; step < 100; step++) {
        CHECK_OK(vaelib_trainer_step(stepping, batch, &result));
        CHECK_OK(vaelib_trainer_compute_gradients(applying, batch, &same));
        CHECK_OK(vaelib_trainer_apply_gradients(applying));
        if (step == 0) first = result;
        CHECK(result.loss == same.loss && result.gradient_norm == same.gradient_norm);
        CHECK_NEAR(result.elbo, result.reconstruction - result.kl, 1e-9);
        CHECK_NEAR(result.loss, result.kl_weight * result.kl - result.reconstruction, 1e-9);
    }
    CHECK(hash_parameters(whole) == hash_parameters(halves));
    CHECK(result.loss < first.loss - 1);
    CHECK(result.learning_rate == 0.01 && result.kl_weight == 1);
    CHECK_OK(vaelib_trainer_step(stepping, batch, NULL));
    vaelib_trainer_free(stepping);
    vaelib_trainer_free(applying);
    vaelib_model_free(whole);
    vaelib_model_free(halves);
}

/* The gradient buffer against central differences of the loss, every parameter: d loss = (loss(+h) - loss(-h)) / 2h. */
static void check_gradients(const char *estimator) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer;
    vaelib_step_result result = {.struct_size = sizeof result};
    float *gradients = NULL, *parameters = NULL, *kept;
    size_t count = 0, parameter_count = 0, wrong = 0;
    double norm = 0;
    plan.estimator = estimator;
    plan.samples = 2;
    trainer = make_trainer(model, &plan);
    CHECK_OK(vaelib_trainer_gradients(trainer, &gradients, &count));
    CHECK_OK(vaelib_trainer_parameters(trainer, &parameters, &parameter_count));
    CHECK(count == describe(model).parameter_count && count == parameter_count);
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, &result));
    kept = malloc(count * sizeof *kept);
    if (kept == NULL) exit(1);
    memcpy(kept, gradients, count * sizeof *kept);
    for (size_t i = 0; i < count; i++) {
        const float value = parameters[i], step = 1e-2f;
        double losses[2], difference;
        norm += (double)kept[i] * (double)kept[i];
        for (int side = 0; side < 2; side++) {
            parameters[i] = side == 0 ? value - step : value + step;
            CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, &result));
            losses[side] = result.loss;
        }
        parameters[i] = value;
        difference = (losses[1] - losses[0]) / (2 * (double)step);
        if (fabs(difference - (double)kept[i]) > 2e-3 + 1e-2 * fabs(difference)) {
            fprintf(stderr, "    parameter %zu: gradient %g, difference %g\n", i, (double)kept[i], difference);
            wrong++;
        }
    }
    CHECK(wrong == 0);
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, &result));
    CHECK(memcmp(kept, gradients, count * sizeof *kept) == 0);
    CHECK_NEAR(result.gradient_norm, sqrt(norm), 1e-4 * sqrt(norm));
    free(kept);
    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
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
    trainer = make_trainer(model, &plan);
    CHECK_OK(vaelib_trainer_gradients(trainer, &gradients, &count));
    CHECK_OK(vaelib_trainer_parameters(trainer, &parameters, &count));
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, NULL));
    memset(gradients, 0, count * sizeof *gradients);
    gradients[5] = 2;
    CHECK_OK(vaelib_trainer_apply_gradients(trainer));
    after = copy_parameters(model);
    for (size_t i = 0; i < count; i++) CHECK_NEAR(after[i], before[i] - (i == 5 ? 1.0f : 0.0f), i == 5 ? 1e-6 : 0);
    CHECK(memcmp(after, parameters, count * sizeof *after) == 0);

    hash = hash_parameters(model);
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, batch, NULL));
    gradients[count - 1] = NAN;
    CHECK_STATUS(vaelib_trainer_apply_gradients(trainer), VAELIB_NUMERICAL_ERROR);
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

/* The trainer keeps its model alive; the model outlives the trainer. */
static void check_lifetimes(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = make_trainer(model, &plan);
    double elbo[rows];
    CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    CHECK_OK(vaelib_elbo(model, batch, NULL, NULL, NULL, elbo, NULL, NULL, rows));
    vaelib_model_free(model);
    CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    vaelib_trainer_free(trainer);

    model = make_model(columns, 2);
    trainer = make_trainer(model, &plan);
    CHECK_OK(vaelib_trainer_step(trainer, batch, NULL));
    vaelib_trainer_free(trainer);
    CHECK_OK(vaelib_fit(model, batch, NULL, &plan, NULL, NULL));
    vaelib_model_free(model);
}

static void check_bad_arguments(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    vaelib_dataset *narrow = wrap(images, rows, columns - 1);
    vaelib_step_result result = {.struct_size = sizeof result};
    float *values = NULL;
    size_t count = 0;
    float kept = images[4 * columns + 3];
    uint64_t hash;
    CHECK_STATUS(vaelib_trainer_create(model, NULL, rows, &trainer), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_trainer_create(model, &plan, rows, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_trainer_create(model, &plan, 0, &trainer), VAELIB_INVALID_ARGUMENT);
    CHECK(trainer == NULL);
    trainer = make_trainer(model, &plan);
    hash = hash_parameters(model);
    CHECK_STATUS(vaelib_trainer_step(trainer, narrow, &result), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_trainer_compute_gradients(trainer, narrow, &result), VAELIB_DATA_ERROR);
    images[4 * columns + 3] = NAN;
    CHECK_MESSAGE(vaelib_trainer_step(trainer, batch, &result), VAELIB_DATA_ERROR, "4");
    images[4 * columns + 3] = kept;
    CHECK(hash_parameters(model) == hash);
    CHECK_STATUS(vaelib_trainer_parameters(trainer, NULL, &count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_trainer_parameters(trainer, &values, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_trainer_gradients(trainer, NULL, &count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_trainer_gradients(trainer, &values, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_OK(vaelib_trainer_step(trainer, batch, &result));
    vaelib_dataset_free(narrow);
    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
}

int main(void) {
    images = make_images(rows, columns, 1);
    batch = wrap(images, rows, columns);
    check_steps();
    check_gradients("analytic");
    check_gradients("monte_carlo");
    check_buffer();
    check_lifetimes();
    check_bad_arguments();
    vaelib_dataset_free(batch);
    free(images);
    return report();
}
