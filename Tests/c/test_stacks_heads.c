/*
 * Heads of stacks that learn targets: regression, several labels at once, what is predicted and reported, files, early
 * stopping, trainers.
 */
#include "heads.h"

static heads_data data;

/* ---- regression ---- */

/* 1 - R^2 of predictions, with the means and variances of all rows; constant targets count as they are. */
static double unexplained(const float *predicted, const float *found, size_t count) {
    double sum = 0;
    for (size_t k = 0; k < targets; k++) {
        double mean = 0, variance = 0, squares = 0;
        for (size_t row = 0; row < rows; row++) mean += data.reals[row * targets + k] / (double)rows;
        for (size_t row = 0; row < rows; row++) variance += pow(data.reals[row * targets + k] - mean, 2) / (double)rows;
        for (size_t row = 0; row < count; row++) {
            squares += pow(predicted[row * targets + k] - found[row * targets + k], 2) / (double)count;
        }
        sum += variance == 0 ? squares : squares / variance;
    }
    return sum / targets;
}

static void check_regression(void) {
    vaelib_model *stack = make_relu_stack(), *back = NULL;
    vaelib_training_config plan = make_long_plan(60);
    vaelib_dataset *held = NULL;
    float predicted[rows * targets], again[rows * targets];
    const char *path = scratch_path("regressor.h5");
    vaelib_model_info info;
    double last;
    REQUIRE_OK(vaelib_dataset_slice(data.measured, 40, 30, &held));
    CHECK_OK(finetune(stack, data.measured, held, &plan));
    info = describe(stack);
    CHECK(strcmp(info.head, "gaussian") == 0 && info.output_count == targets);
    CHECK_OK(vaelib_stack_predict_targets(stack, data.examples, predicted, rows * targets));
    CHECK(unexplained(predicted, data.reals, rows) < 0.05);
    for (size_t row = 0; row < rows; row++) CHECK(predicted[row * targets + 2] == -7.0f); /* the constant */
    /* What is reported of validation examples is what can be computed from their predictions. */
    last = history_value(stack, "validation_error", 59);
    CHECK_NEAR(last, unexplained(predicted + 40 * targets, data.reals + 40 * targets, 30), 1e-4 * last);
    CHECK_NEAR(history_value(stack, "validation_loss", 59), last * targets / 2, 1e-9);
    CHECK_NEAR(history_value(stack, "loss", 30), history_value(stack, "error", 30) * targets / 2, 1e-9);
    /* Rows, files and copies say the same. */
    CHECK_OK(vaelib_stack_predict_targets_rows(stack, data.images, rows, again, rows * targets));
    CHECK(memcmp(predicted, again, sizeof again) == 0);
    CHECK_OK(vaelib_model_save(stack, path));
    REQUIRE_OK(vaelib_model_load(path, 0, &back));
    CHECK(hash_parameters(back) == hash_parameters(stack) && strcmp(describe(back).head, "gaussian") == 0);
    CHECK_OK(vaelib_stack_predict_targets(back, data.examples, again, rows * targets));
    CHECK(memcmp(predicted, again, sizeof again) == 0);
    vaelib_model_free(back);
    REQUIRE_OK(vaelib_model_copy(stack, &back));
    CHECK(hash_parameters(back) == hash_parameters(stack));
    /* A later training keeps the scale of targets, and may have others. */
    CHECK_OK(finetune(back, held, NULL, &plan));
    CHECK_OK(vaelib_stack_predict_targets(back, data.examples, again, rows * targets));
    CHECK(unexplained(again + 40 * targets, data.reals + 40 * targets, 30) < 0.05);
    vaelib_model_free(back);
    vaelib_dataset_free(held);
    vaelib_model_free(stack);
}

/* ---- several labels ---- */

static void check_labels(void) {
    vaelib_model *stack = make_relu_stack(), *back = NULL;
    vaelib_training_config plan = make_long_plan(80);
    float probabilities[rows * labels], again[rows * labels];
    const char *path = scratch_path("multilabel.h5");
    size_t wrong = 0;
    double loss = 0, last;
    CHECK_OK(finetune(stack, data.labelled, data.labelled, &plan));
    CHECK(strcmp(describe(stack).head, "sigmoid") == 0 && describe(stack).output_count == labels);
    CHECK_OK(vaelib_stack_predict_probabilities(stack, data.examples, probabilities, rows * labels));
    for (size_t row = 0; row < rows; row++) {
        int is_wrong = 0;
        for (size_t k = 0; k < labels; k++) {
            double p = probabilities[row * labels + k];
            CHECK(p >= 0 && p <= 1);
            is_wrong |= (p > 0.5) != (data.switches[row * labels + k] > 0);
            loss -= log(data.switches[row * labels + k] > 0 ? p : 1 - p) / (double)rows;
        }
        wrong += (size_t)is_wrong;
    }
    CHECK(wrong < rows / 4);
    last = history_value(stack, "validation_error", 79);
    CHECK_NEAR(last, (double)wrong / rows, 1e-12);
    CHECK_NEAR(history_value(stack, "validation_loss", 79), loss, 1e-4 * loss);
    CHECK_OK(vaelib_stack_predict_probabilities_rows(stack, data.images, rows, again, rows * labels));
    CHECK(memcmp(probabilities, again, sizeof again) == 0);
    CHECK_OK(vaelib_model_save(stack, path));
    REQUIRE_OK(vaelib_model_load(path, 0, &back));
    CHECK_OK(vaelib_stack_predict_probabilities(back, data.examples, again, rows * labels));
    CHECK(memcmp(probabilities, again, sizeof again) == 0);
    vaelib_model_free(back);
    vaelib_model_free(stack);
}

/* ---- files of predictions ---- */

static void check_file_of(vaelib_model *stack, const char *name, const float *expected, size_t wide) {
    const char *path = scratch_path("predictions.h5");
    vaelib_writer *writer = create_writer(path);
    vaelib_dataset *back = NULL;
    float *found = malloc(rows * wide * sizeof *found);
    if (found == NULL) exit(1);
    if (strcmp(name, "targets") == 0) {
        CHECK_OK(vaelib_stack_predict_targets_to(stack, data.examples, writer, name, NULL, NULL));
    } else {
        CHECK_OK(vaelib_stack_predict_probabilities_to(stack, data.examples, writer, name, NULL, NULL));
    }
    REQUIRE_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    REQUIRE_OK(vaelib_dataset_open(path, name, NULL, &back));
    CHECK(describe_set(back).columns == wide);
    CHECK_OK(vaelib_dataset_read(back, found, rows * wide));
    CHECK(memcmp(found, expected, rows * wide * sizeof *found) == 0);
    vaelib_dataset_free(back);
    free(found);
}

static void check_files(void) {
    vaelib_model *regressor = make_relu_stack(), *stack = make_relu_stack();
    vaelib_training_config plan = make_long_plan(2);
    float values[rows * labels];
    CHECK_OK(finetune(regressor, data.measured, NULL, &plan));
    CHECK_OK(vaelib_stack_predict_targets(regressor, data.examples, values, rows * targets));
    check_file_of(regressor, "targets", values, targets);
    CHECK_OK(finetune(stack, data.labelled, NULL, &plan));
    CHECK_OK(vaelib_stack_predict_probabilities(stack, data.examples, values, rows * labels));
    check_file_of(stack, "probabilities", values, labels);
    vaelib_model_free(stack);
    vaelib_model_free(regressor);
}

/* ---- early stopping ---- */

static void check_patience(void) {
    vaelib_model *stack = make_relu_stack();
    vaelib_training_config plan = VAELIB_TRAINING_CONFIG_INIT;
    size_t epochs;
    REQUIRE_OK(vaelib_training_config_init(&plan));
    plan.monitor = "error";
    plan.dropout = 0;
    CHECK_OK(finetune(stack, data.measured, NULL, &plan)); /* all else is left to the library */
    epochs = history_epochs(stack);
    CHECK(epochs > 20 && !isnan(history_value(stack, "validation_error", epochs - 1)));
    CHECK(history_value(stack, "validation_error", epochs - 1) < 0.1);
    vaelib_model_free(stack);
}

/* ---- trainers ---- */

static void check_trainer_of(const vaelib_dataset *set, const char *head, size_t outputs) {
    vaelib_model *stack = make_relu_stack(), *same = make_relu_stack();
    vaelib_training_config plan = make_long_plan(1);
    vaelib_trainer *trainer = NULL;
    vaelib_metrics found = VAELIB_METRICS_INIT;
    double first;
    CHECK_MESSAGE(vaelib_trainer_create(stack, VAELIB_SUPERVISED, 0, &plan, rows, &trainer), VAELIB_INVALID_ARGUMENT,
                  "vaelib_stack_add_head");
    REQUIRE_OK(vaelib_stack_add_head(stack, head, outputs));
    REQUIRE_OK(vaelib_trainer_create(stack, VAELIB_SUPERVISED, 0, &plan, rows, &trainer));
    CHECK_MESSAGE(vaelib_trainer_step(trainer, data.examples, NULL), VAELIB_INVALID_ARGUMENT, "no targets");
    CHECK_OK(vaelib_trainer_step(trainer, set, &found));
    first = step_metric(&found, "loss");
    for (size_t i = 0; i < 60; i++) CHECK_OK(vaelib_trainer_step(trainer, set, &found));
    CHECK(step_metric(&found, "loss") < 0.9 * first && step_metric(&found, "error") <= 1.0);
    CHECK_STATUS(vaelib_trainer_step(trainer, set == data.labelled ? data.measured : data.labelled, NULL),
                 VAELIB_INVALID_ARGUMENT);
    /* The loss of the first batch is that of a call which makes the same step. */
    plan.batch_size = rows;
    CHECK_OK(finetune(same, set, NULL, &plan));
    if (set == data.labelled) CHECK_NEAR(history_value(same, "loss", 0), first, 1e-6 * first);
    vaelib_trainer_free(trainer);
    vaelib_model_free(same);
    vaelib_model_free(stack);
}

static void check_trainers(void) {
    vaelib_dataset *small = wrap(data.switches, rows, labels), *set = NULL;
    REQUIRE_OK(vaelib_dataset_with_targets(data.examples, small, "gaussian", &set));
    check_trainer_of(data.labelled, "sigmoid", labels);
    check_trainer_of(set, "gaussian", labels); /* of a trainer, targets are as they are */
    vaelib_dataset_free(set);
    vaelib_dataset_free(small);
}

int main(void) {
    make_heads_data(&data);
    check_regression();
    check_labels();
    check_files();
    check_patience();
    check_trainers();
    free_heads_data(&data);
    return report();
}
