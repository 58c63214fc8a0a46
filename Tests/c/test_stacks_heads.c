/*
 * Heads of stacks that learn targets: datasets with targets, regression, several labels at once, what is predicted and
 * reported, checkpoints, files, and what is refused.
 */
#include <unistd.h>
#include "support.h"

enum { rows = 120, columns = 6, targets = 3, labels = 4 };

static float images[rows * columns], reals[rows * targets], switches[rows * labels];
static vaelib_dataset *examples, *real_targets, *label_targets, *measured, *labelled;

/* Real targets far from 0 in units of their own, the last of them constant; labels that depend on the examples. */
static void make_data(void) {
    uint64_t state = 5;
    for (size_t row = 0; row < rows; row++) {
        float *x = images + row * columns;
        for (size_t c = 0; c < columns; c++) x[c] = (float)(random_word(&state) & 0xffff) / 65536.0f;
        reals[row * targets] = 1000.0f + 50.0f * (x[0] - x[1]);
        reals[row * targets + 1] = 0.001f * (x[2] + x[0]);
        reals[row * targets + 2] = -7.0f;
        for (size_t k = 0; k < labels; k++) switches[row * labels + k] = x[k] > x[k + 1] ? 1.0f : 0.0f;
    }
    examples = wrap(images, rows, columns);
    real_targets = wrap(reals, rows, targets);
    label_targets = wrap(switches, rows, labels);
    REQUIRE_OK(vaelib_dataset_with_targets(examples, real_targets, "gaussian", &measured));
    REQUIRE_OK(vaelib_dataset_with_targets(examples, label_targets, "sigmoid", &labelled));
}

static vaelib_model *make_relu_stack(void) {
    vaelib_layer_config layers[] = {make_layer(16), make_layer(8)};
    layers[0].activation = layers[1].activation = "relu";
    layers[1].loss = "squared_error";
    return make_stack_of(columns, layers, 2);
}

static vaelib_training_config make_long_plan(size_t epochs) {
    vaelib_training_config plan = make_plan(epochs);
    plan.learning_rate = 0.01;
    return plan;
}

static vaelib_status finetune(
    vaelib_model *stack, const vaelib_dataset *set, const vaelib_dataset *validation,
    const vaelib_training_config *plan) {
    return vaelib_stack_finetune(stack, set, validation, VAELIB_SUPERVISED, plan, NULL, NULL);
}

static vaelib_dataset_info describe_set(const vaelib_dataset *set) {
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    REQUIRE_OK(vaelib_dataset_describe(set, &info));
    return info;
}

/* ---- datasets ---- */

static void check_dataset(const vaelib_dataset *set, size_t count, size_t wide, const char *head) {
    vaelib_dataset_info info = describe_set(set);
    CHECK(info.rows == count && info.columns == columns && info.target_columns == wide && info.has_labels == 0);
    CHECK(strcmp(info.head, head) == 0);
}

static void check_composition(void) {
    static const size_t chosen[] = {7, 3, 3};
    const vaelib_dataset *pair[2] = {measured, measured};
    vaelib_dataset *slice = NULL, *some = NULL, *both = NULL, *part = NULL, *rest = NULL, *bare = NULL, *none = NULL;
    check_dataset(examples, rows, 0, "");
    check_dataset(measured, rows, targets, "gaussian");
    check_dataset(labelled, rows, labels, "sigmoid");
    REQUIRE_OK(vaelib_dataset_slice(measured, 5, 10, &slice));
    check_dataset(slice, 10, targets, "gaussian");
    REQUIRE_OK(vaelib_dataset_select(measured, chosen, 3, &some));
    check_dataset(some, 3, targets, "gaussian");
    REQUIRE_OK(vaelib_dataset_concatenate(pair, 2, &both));
    check_dataset(both, 2 * rows, targets, "gaussian");
    REQUIRE_OK(vaelib_dataset_split(labelled, 0.25, 1, 0, &part, &rest));
    check_dataset(part, 90, labels, "sigmoid");
    check_dataset(rest, 30, labels, "sigmoid");
    REQUIRE_OK(vaelib_dataset_relabel(measured, NULL, &bare));
    check_dataset(bare, rows, 0, "");
    CHECK_MESSAGE(vaelib_dataset_split(measured, 0.25, 1, 1, &none, &none), VAELIB_INVALID_ARGUMENT, "no labels");
    pair[1] = labelled;
    CHECK_MESSAGE(vaelib_dataset_concatenate(pair, 2, &none), VAELIB_INVALID_ARGUMENT, "4 targets for a sigmoid head");
    pair[1] = examples;
    CHECK_MESSAGE(vaelib_dataset_concatenate(pair, 2, &none), VAELIB_INVALID_ARGUMENT, "no targets");
    CHECK(none == NULL);
    vaelib_dataset_free(bare);
    vaelib_dataset_free(rest);
    vaelib_dataset_free(part);
    vaelib_dataset_free(both);
    vaelib_dataset_free(some);
    vaelib_dataset_free(slice);
}

static void check_attaching(void) {
    const vaelib_status bad = VAELIB_INVALID_ARGUMENT;
    vaelib_dataset *few = wrap(reals, rows - 1, targets), *none = NULL, *vast = NULL;
    vaelib_array array = VAELIB_ARRAY_INIT;
    static const float zero = 0;
    CHECK_MESSAGE(vaelib_dataset_with_targets(examples, few, "gaussian", &none), bad, "119 rows; expected 120");
    CHECK_MESSAGE(vaelib_dataset_with_targets(examples, real_targets, "softmax", &none), bad, "gaussian, sigmoid");
    CHECK_MESSAGE(vaelib_dataset_with_targets(examples, real_targets, "", &none), bad, "head is \"\"");
    CHECK_MESSAGE(vaelib_dataset_with_targets(examples, real_targets, NULL, &none), bad, "head is NULL");
    CHECK_STATUS(vaelib_dataset_with_targets(examples, real_targets, "gaussian", NULL), bad);
    CHECK_STATUS(vaelib_dataset_with_targets(NULL, real_targets, "gaussian", &none), VAELIB_INVALID_HANDLE);
    CHECK_STATUS(vaelib_dataset_with_targets(examples, NULL, "gaussian", &none), VAELIB_INVALID_HANDLE);
    REQUIRE_OK(vaelib_array_init(&array, &zero, VAELIB_FLOAT32, rows, ((size_t)1 << 20) + 1));
    array.row_stride = array.column_stride = 0;
    array.buffer_bytes = sizeof zero;
    REQUIRE_OK(vaelib_dataset_from_array(&array, NULL, &vast));
    CHECK_MESSAGE(vaelib_dataset_with_targets(examples, vast, "gaussian", &none), bad, "1048576");
    CHECK(none == NULL);
    vaelib_dataset_free(vast);
    vaelib_dataset_free(few);
}

/* ---- regression ---- */

/* 1 - R^2 of predictions, with the means and variances of all rows; constant targets count as they are. */
static double unexplained(const float *predicted, const float *found, size_t count) {
    double sum = 0;
    for (size_t k = 0; k < targets; k++) {
        double mean = 0, variance = 0, squares = 0;
        for (size_t row = 0; row < rows; row++) mean += reals[row * targets + k] / (double)rows;
        for (size_t row = 0; row < rows; row++) variance += pow(reals[row * targets + k] - mean, 2) / (double)rows;
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
    REQUIRE_OK(vaelib_dataset_slice(measured, 40, 30, &held));
    CHECK_OK(finetune(stack, measured, held, &plan));
    info = describe(stack);
    CHECK(strcmp(info.head, "gaussian") == 0 && info.output_count == targets);
    CHECK_OK(vaelib_stack_predict_targets(stack, examples, predicted, rows * targets));
    CHECK(unexplained(predicted, reals, rows) < 0.05);
    for (size_t row = 0; row < rows; row++) CHECK(predicted[row * targets + 2] == -7.0f); /* the constant */
    /* What is reported of validation examples is what can be computed from their predictions. */
    last = history_value(stack, "validation_error", 59);
    CHECK_NEAR(last, unexplained(predicted + 40 * targets, reals + 40 * targets, 30), 1e-4 * last);
    CHECK_NEAR(history_value(stack, "validation_loss", 59), last * targets / 2, 1e-9);
    CHECK_NEAR(history_value(stack, "loss", 30), history_value(stack, "error", 30) * targets / 2, 1e-9);
    /* Rows, files and copies say the same. */
    CHECK_OK(vaelib_stack_predict_targets_rows(stack, images, rows, again, rows * targets));
    CHECK(memcmp(predicted, again, sizeof again) == 0);
    CHECK_OK(vaelib_model_save(stack, path));
    REQUIRE_OK(vaelib_model_load(path, 0, &back));
    CHECK(hash_parameters(back) == hash_parameters(stack) && strcmp(describe(back).head, "gaussian") == 0);
    CHECK_OK(vaelib_stack_predict_targets(back, examples, again, rows * targets));
    CHECK(memcmp(predicted, again, sizeof again) == 0);
    vaelib_model_free(back);
    REQUIRE_OK(vaelib_model_copy(stack, &back));
    CHECK(hash_parameters(back) == hash_parameters(stack));
    /* A later training keeps the scale of targets, and may have others. */
    CHECK_OK(finetune(back, held, NULL, &plan));
    CHECK_OK(vaelib_stack_predict_targets(back, examples, again, rows * targets));
    CHECK(unexplained(again + 40 * targets, reals + 40 * targets, 30) < 0.05);
    vaelib_model_free(back);
    vaelib_dataset_free(held);
    vaelib_model_free(stack);
}

/* Wherever targets come from, and however many threads there are, the bits are the same. */
static void check_sources(void) {
    static const size_t shape[1] = {targets};
    const char *path = scratch_path("targets.h5");
    vaelib_writer *writer = create_writer(path);
    vaelib_writer_config config = make_writer_config(VAELIB_FLOAT32, shape, 1);
    vaelib_array view = make_view(reals, VAELIB_FLOAT32, rows, targets);
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset *streamed = NULL, *from_file = NULL, *reversed = NULL, *twice = NULL;
    vaelib_model *stacks[3] = {make_relu_stack(), make_relu_stack(), make_relu_stack()};
    vaelib_training_config plan = make_long_plan(5);
    size_t order[rows];
    REQUIRE_OK(vaelib_writer_add(writer, "y", &config));
    REQUIRE_OK(vaelib_writer_append(writer, "y", &view));
    REQUIRE_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    REQUIRE_OK(vaelib_dataset_options_init(&options));
    options.memory_budget = 1;
    REQUIRE_OK(vaelib_dataset_open(path, "y", &options, &streamed));
    CHECK(describe_set(streamed).in_memory == 0);
    REQUIRE_OK(vaelib_dataset_with_targets(examples, streamed, "gaussian", &from_file));
    vaelib_dataset_free(streamed);
    /* Rows that are selected twice in the opposite order are what they were. */
    for (size_t i = 0; i < rows; i++) order[i] = rows - 1 - i;
    REQUIRE_OK(vaelib_dataset_select(from_file, order, rows, &reversed));
    REQUIRE_OK(vaelib_dataset_select(reversed, order, rows, &twice));
    plan.validation_fraction = 0.2;
    CHECK_OK(finetune(stacks[0], measured, NULL, &plan));
    CHECK_OK(vaelib_threads_set(1));
    CHECK_OK(finetune(stacks[1], from_file, NULL, &plan));
    CHECK_OK(vaelib_threads_set(3));
    CHECK_OK(finetune(stacks[2], twice, NULL, &plan));
    CHECK_OK(vaelib_threads_set(0));
    for (size_t i = 0; i < 3; i++) {
        CHECK(hash_parameters(stacks[i]) == hash_parameters(stacks[0]));
        CHECK(history_value(stacks[i], "validation_loss", 4) == history_value(stacks[0], "validation_loss", 4));
    }
    for (size_t i = 0; i < 3; i++) vaelib_model_free(stacks[i]);
    vaelib_dataset_free(twice);
    vaelib_dataset_free(reversed);
    vaelib_dataset_free(from_file);
}

/* ---- several labels ---- */

static void check_labels(void) {
    vaelib_model *stack = make_relu_stack(), *back = NULL;
    vaelib_training_config plan = make_long_plan(80);
    float probabilities[rows * labels], again[rows * labels];
    const char *path = scratch_path("multilabel.h5");
    size_t wrong = 0;
    double loss = 0, last;
    CHECK_OK(finetune(stack, labelled, labelled, &plan));
    CHECK(strcmp(describe(stack).head, "sigmoid") == 0 && describe(stack).output_count == labels);
    CHECK_OK(vaelib_stack_predict_probabilities(stack, examples, probabilities, rows * labels));
    for (size_t row = 0; row < rows; row++) {
        int is_wrong = 0;
        for (size_t k = 0; k < labels; k++) {
            double p = probabilities[row * labels + k];
            CHECK(p >= 0 && p <= 1);
            is_wrong |= (p > 0.5) != (switches[row * labels + k] > 0);
            loss -= log(switches[row * labels + k] > 0 ? p : 1 - p) / (double)rows;
        }
        wrong += (size_t)is_wrong;
    }
    CHECK(wrong < rows / 4);
    last = history_value(stack, "validation_error", 79);
    CHECK_NEAR(last, (double)wrong / rows, 1e-12);
    CHECK_NEAR(history_value(stack, "validation_loss", 79), loss, 1e-4 * loss);
    CHECK_OK(vaelib_stack_predict_probabilities_rows(stack, images, rows, again, rows * labels));
    CHECK(memcmp(probabilities, again, sizeof again) == 0);
    CHECK_OK(vaelib_model_save(stack, path));
    REQUIRE_OK(vaelib_model_load(path, 0, &back));
    CHECK_OK(vaelib_stack_predict_probabilities(back, examples, again, rows * labels));
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
        CHECK_OK(vaelib_stack_predict_targets_to(stack, examples, writer, name, NULL, NULL));
    } else {
        CHECK_OK(vaelib_stack_predict_probabilities_to(stack, examples, writer, name, NULL, NULL));
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
    CHECK_OK(finetune(regressor, measured, NULL, &plan));
    CHECK_OK(vaelib_stack_predict_targets(regressor, examples, values, rows * targets));
    check_file_of(regressor, "targets", values, targets);
    CHECK_OK(finetune(stack, labelled, NULL, &plan));
    CHECK_OK(vaelib_stack_predict_probabilities(stack, examples, values, rows * labels));
    check_file_of(stack, "probabilities", values, labels);
    vaelib_model_free(stack);
    vaelib_model_free(regressor);
}

/* ---- interrupted trainings ---- */

/* Stops when so many epochs have ended. */
static int stop_after(const vaelib_progress *progress, void *user_data) {
    size_t *left = user_data;
    return progress->kind == VAELIB_PROGRESS_EPOCH && --*left == 0;
}

static void check_checkpoints_of(const vaelib_dataset *set, const vaelib_dataset *other, const char *text) {
    vaelib_checkpoint_config checkpoint = VAELIB_CHECKPOINT_CONFIG_INIT;
    vaelib_training_config plan = make_long_plan(6);
    vaelib_model *whole = make_relu_stack(), *strange = make_relu_stack();
    REQUIRE_OK(vaelib_checkpoint_config_init(&checkpoint));
    checkpoint.path = scratch_path("heads-run.h5");
    plan.dropout = 0.3;
    plan.validation_fraction = 0.2;
    plan.patience = 5;
    CHECK_OK(finetune(whole, set, NULL, &plan));
    plan.checkpoint = &checkpoint;
    for (size_t stop = 1; stop <= 5; stop += 2) {
        vaelib_model *cut = make_relu_stack(), *resumed = make_relu_stack();
        size_t left = stop;
        unlink(checkpoint.path);
        CHECK_STATUS(vaelib_stack_finetune(cut, set, NULL, VAELIB_SUPERVISED, &plan, stop_after, &left),
                     VAELIB_CANCELLED);
        CHECK_OK(finetune(resumed, set, NULL, &plan));
        CHECK(hash_parameters(resumed) == hash_parameters(whole));
        CHECK(history_value(resumed, "validation_error", 5) == history_value(whole, "validation_error", 5));
        vaelib_model_free(resumed);
        vaelib_model_free(cut);
    }
    CHECK_MESSAGE(finetune(strange, other, NULL, &plan), VAELIB_INVALID_ARGUMENT, text);
    CHECK(describe(strange).output_count == 0);
    vaelib_model_free(strange);
    vaelib_model_free(whole);
    unlink(checkpoint.path);
}

static void check_checkpoints(void) {
    vaelib_dataset *changed = NULL, *values = NULL, *as_reals = NULL;
    float moved[rows * targets];
    memcpy(moved, reals, sizeof moved);
    moved[4] += 0.001f;
    values = wrap(moved, rows, targets);
    REQUIRE_OK(vaelib_dataset_with_targets(examples, values, "gaussian", &changed));
    check_checkpoints_of(measured, changed, "labels or targets of the training examples are not those");
    REQUIRE_OK(vaelib_dataset_with_targets(examples, label_targets, "gaussian", &as_reals));
    check_checkpoints_of(labelled, as_reals, "gaussian");
    vaelib_dataset_free(as_reals);
    vaelib_dataset_free(changed);
    vaelib_dataset_free(values);
}

/* ---- early stopping ---- */

static void check_patience(void) {
    vaelib_model *stack = make_relu_stack();
    vaelib_training_config plan = VAELIB_TRAINING_CONFIG_INIT;
    size_t epochs;
    REQUIRE_OK(vaelib_training_config_init(&plan));
    plan.monitor = "error";
    plan.dropout = 0;
    CHECK_OK(finetune(stack, measured, NULL, &plan)); /* all else is left to the library */
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
    CHECK_MESSAGE(vaelib_trainer_step(trainer, examples, NULL), VAELIB_INVALID_ARGUMENT, "no targets");
    CHECK_OK(vaelib_trainer_step(trainer, set, &found));
    first = step_metric(&found, "loss");
    for (size_t i = 0; i < 60; i++) CHECK_OK(vaelib_trainer_step(trainer, set, &found));
    CHECK(step_metric(&found, "loss") < 0.9 * first && step_metric(&found, "error") <= 1.0);
    CHECK_STATUS(vaelib_trainer_step(trainer, set == labelled ? measured : labelled, NULL), VAELIB_INVALID_ARGUMENT);
    /* The loss of the first batch is that of a call which makes the same step. */
    plan.batch_size = rows;
    CHECK_OK(finetune(same, set, NULL, &plan));
    if (set == labelled) CHECK_NEAR(history_value(same, "loss", 0), first, 1e-6 * first);
    vaelib_trainer_free(trainer);
    vaelib_model_free(same);
    vaelib_model_free(stack);
}

static void check_trainers(void) {
    vaelib_dataset *small = wrap(switches, rows, labels), *set = NULL;
    REQUIRE_OK(vaelib_dataset_with_targets(examples, small, "gaussian", &set));
    check_trainer_of(labelled, "sigmoid", labels);
    check_trainer_of(set, "gaussian", labels); /* of a trainer, targets are as they are */
    vaelib_dataset_free(set);
    vaelib_dataset_free(small);
}

/* ---- refusals ---- */

static void check_bad_targets(const char *head, float *values, size_t wide, float value, const char *text) {
    vaelib_model *stack = make_relu_stack();
    vaelib_training_config plan = make_plan(1);
    vaelib_dataset *bad = wrap(values, rows, wide), *set = NULL;
    const uint64_t hash = hash_parameters(stack);
    const float kept = values[70 * wide + 1];
    REQUIRE_OK(vaelib_dataset_with_targets(examples, bad, head, &set));
    values[70 * wide + 1] = value;
    CHECK_MESSAGE(finetune(stack, set, NULL, &plan), VAELIB_DATA_ERROR, text);
    CHECK_MESSAGE(finetune(stack, set, NULL, &plan), VAELIB_DATA_ERROR, "row 70, column 1");
    plan.validation_fraction = 0.5; /* rows keep their names, whichever side they are on */
    CHECK_MESSAGE(finetune(stack, set, NULL, &plan), VAELIB_DATA_ERROR, "row 70, column 1");
    CHECK(describe(stack).output_count == 0 && hash_parameters(stack) == hash && history_epochs(stack) == 0);
    values[70 * wide + 1] = kept;
    plan.validation_fraction = 0;
    CHECK_OK(finetune(stack, set, NULL, &plan));
    vaelib_dataset_free(set);
    vaelib_dataset_free(bad);
    vaelib_model_free(stack);
}

static void check_refusals(void) {
    const vaelib_status bad = VAELIB_INVALID_ARGUMENT;
    vaelib_model *regressor = make_relu_stack(), *stack = make_relu_stack(), *classifier = make_relu_stack();
    vaelib_training_config plan = make_plan(1);
    vaelib_dataset *narrow = wrap(reals, rows, targets - 1), *others = NULL, *classes = NULL;
    int64_t numbers[rows];
    float values[rows * labels];
    uint64_t hash;
    check_bad_targets("gaussian", reals, targets, NAN, "NaN");
    check_bad_targets("gaussian", reals, targets, INFINITY, "finite");
    check_bad_targets("sigmoid", switches, labels, 0.5f, "0 and 1");
    for (size_t i = 0; i < rows; i++) numbers[i] = (int64_t)(i % 2);
    classes = wrap_labelled(images, numbers, rows, columns);
    REQUIRE_OK(vaelib_dataset_with_targets(examples, narrow, "gaussian", &others));
    CHECK_MESSAGE(finetune(regressor, measured, others, &plan), VAELIB_DATA_ERROR, "2 targets");
    CHECK_MESSAGE(finetune(regressor, measured, examples, &plan), bad, "no targets");
    CHECK_MESSAGE(finetune(regressor, measured, labelled, &plan), bad, "sigmoid");
    CHECK_MESSAGE(finetune(regressor, examples, NULL, &plan), bad, "vaelib_dataset_with_targets");
    CHECK(describe(regressor).output_count == 0);
    CHECK_OK(finetune(regressor, measured, NULL, &plan));
    CHECK_OK(finetune(stack, labelled, NULL, &plan));
    CHECK_OK(finetune(classifier, classes, NULL, &plan));
    hash = hash_parameters(regressor);
    CHECK_MESSAGE(finetune(regressor, others, NULL, &plan), VAELIB_DATA_ERROR, "3 outputs");
    CHECK_MESSAGE(finetune(regressor, labelled, NULL, &plan), bad, "gaussian head");
    CHECK_MESSAGE(finetune(regressor, classes, NULL, &plan), bad, "no targets");
    CHECK_MESSAGE(finetune(classifier, measured, NULL, &plan), bad, "softmax head");
    CHECK(hash_parameters(regressor) == hash);
    CHECK_MESSAGE(vaelib_stack_predict_probabilities(regressor, examples, values, rows * targets), bad, "gaussian");
    CHECK_MESSAGE(vaelib_stack_predict(regressor, examples, numbers, rows), bad, "softmax");
    CHECK_MESSAGE(vaelib_stack_predict(stack, examples, numbers, rows), bad, "softmax");
    CHECK_MESSAGE(vaelib_stack_predict_targets(stack, examples, values, rows * labels), bad, "sigmoid");
    CHECK_MESSAGE(vaelib_stack_predict_targets(classifier, examples, values, rows * 2), bad, "softmax");
    CHECK_MESSAGE(vaelib_stack_predict_targets(regressor, examples, values, rows), bad, "expected 360");
    CHECK_MESSAGE(vaelib_stack_add_head(regressor, "gaussian", 3), bad, "already");
    vaelib_dataset_free(classes);
    vaelib_dataset_free(others);
    vaelib_dataset_free(narrow);
    vaelib_model_free(classifier);
    vaelib_model_free(stack);
    vaelib_model_free(regressor);
    stack = make_relu_stack();
    CHECK_MESSAGE(vaelib_stack_add_head(stack, "gaussian", 0), bad, "1 to 1048576");
    CHECK_MESSAGE(vaelib_stack_add_head(stack, "sigmoid", 1048577), bad, "1 to 1048576");
    CHECK_MESSAGE(vaelib_stack_add_head(stack, "linear", 3), bad, "softmax, gaussian, sigmoid");
    CHECK_MESSAGE(vaelib_stack_add_head(stack, NULL, 3), bad, "head is NULL");
    CHECK_MESSAGE(vaelib_stack_predict_targets(stack, examples, values, rows), bad, "no head yet");
    /* Unsupervised fine-tuning learns neither, nor does pretraining. */
    CHECK_OK(vaelib_stack_pretrain(stack, measured, &plan, NULL, NULL));
    CHECK_OK(vaelib_stack_finetune(stack, measured, labelled, VAELIB_UNSUPERVISED, &plan, NULL, NULL));
    CHECK(describe(stack).output_count == 0 && strcmp(describe(stack).head, "") == 0);
    vaelib_model_free(stack);
}

int main(void) {
    make_data();
    check_composition();
    check_attaching();
    check_regression();
    check_sources();
    check_labels();
    check_files();
    check_checkpoints();
    check_patience();
    check_trainers();
    check_refusals();
    vaelib_dataset_free(labelled);
    vaelib_dataset_free(measured);
    vaelib_dataset_free(label_targets);
    vaelib_dataset_free(real_targets);
    vaelib_dataset_free(examples);
    return report();
}
