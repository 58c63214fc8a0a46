/* Datasets with targets: what is made of them, where targets may be, and which are refused. */
#include "heads.h"

static heads_data data;

static void check_dataset(const vaelib_dataset *set, size_t count, size_t wide, const char *head) {
    vaelib_dataset_info info = describe_set(set);
    CHECK(info.rows == count && info.columns == columns && info.target_columns == wide && info.has_labels == 0);
    CHECK(strcmp(info.head, head) == 0);
}

static void check_composition(void) {
    static const size_t chosen[] = {7, 3, 3};
    const vaelib_dataset *pair[2] = {data.measured, data.measured};
    vaelib_dataset *slice = NULL, *some = NULL, *both = NULL, *part = NULL, *rest = NULL, *bare = NULL, *none = NULL;
    check_dataset(data.examples, rows, 0, "");
    check_dataset(data.measured, rows, targets, "gaussian");
    check_dataset(data.labelled, rows, labels, "sigmoid");
    REQUIRE_OK(vaelib_dataset_slice(data.measured, 5, 10, &slice));
    check_dataset(slice, 10, targets, "gaussian");
    REQUIRE_OK(vaelib_dataset_select(data.measured, chosen, 3, &some));
    check_dataset(some, 3, targets, "gaussian");
    REQUIRE_OK(vaelib_dataset_concatenate(pair, 2, &both));
    check_dataset(both, 2 * rows, targets, "gaussian");
    REQUIRE_OK(vaelib_dataset_split(data.labelled, 0.25, 1, 0, &part, &rest));
    check_dataset(part, 90, labels, "sigmoid");
    check_dataset(rest, 30, labels, "sigmoid");
    REQUIRE_OK(vaelib_dataset_relabel(data.measured, NULL, &bare));
    check_dataset(bare, rows, 0, "");
    CHECK_MESSAGE(vaelib_dataset_split(data.measured, 0.25, 1, 1, &none, &none), VAELIB_INVALID_ARGUMENT, "no labels");
    pair[1] = data.labelled;
    CHECK_MESSAGE(vaelib_dataset_concatenate(pair, 2, &none), VAELIB_INVALID_ARGUMENT, "4 targets for a sigmoid head");
    pair[1] = data.examples;
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
    vaelib_dataset *few = wrap(data.reals, rows - 1, targets), *none = NULL, *vast = NULL;
    vaelib_array array = VAELIB_ARRAY_INIT;
    static const float zero = 0;
    CHECK_MESSAGE(vaelib_dataset_with_targets(data.examples, few, "gaussian", &none), bad, "119 rows; expected 120");
    CHECK_MESSAGE(vaelib_dataset_with_targets(data.examples, data.real_targets, "softmax", &none), bad,
                  "gaussian, sigmoid");
    CHECK_MESSAGE(vaelib_dataset_with_targets(data.examples, data.real_targets, "", &none), bad, "head is \"\"");
    CHECK_MESSAGE(vaelib_dataset_with_targets(data.examples, data.real_targets, NULL, &none), bad, "head is NULL");
    CHECK_STATUS(vaelib_dataset_with_targets(data.examples, data.real_targets, "gaussian", NULL), bad);
    CHECK_STATUS(vaelib_dataset_with_targets(NULL, data.real_targets, "gaussian", &none), VAELIB_INVALID_HANDLE);
    CHECK_STATUS(vaelib_dataset_with_targets(data.examples, NULL, "gaussian", &none), VAELIB_INVALID_HANDLE);
    REQUIRE_OK(vaelib_array_init(&array, &zero, VAELIB_FLOAT32, rows, ((size_t)1 << 20) + 1));
    array.row_stride = array.column_stride = 0;
    array.buffer_bytes = sizeof zero;
    REQUIRE_OK(vaelib_dataset_from_array(&array, NULL, &vast));
    CHECK_MESSAGE(vaelib_dataset_with_targets(data.examples, vast, "gaussian", &none), bad, "1048576");
    CHECK(none == NULL);
    vaelib_dataset_free(vast);
    vaelib_dataset_free(few);
}

/* Wherever targets come from, and however many threads there are, the bits are the same. */
static void check_sources(void) {
    static const size_t shape[1] = {targets};
    const char *path = scratch_path("targets.h5");
    vaelib_writer *writer = create_writer(path);
    vaelib_writer_config config = make_writer_config(VAELIB_FLOAT32, shape, 1);
    vaelib_array view = make_view(data.reals, VAELIB_FLOAT32, rows, targets);
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
    REQUIRE_OK(vaelib_dataset_with_targets(data.examples, streamed, "gaussian", &from_file));
    vaelib_dataset_free(streamed);
    /* Rows that are selected twice in the opposite order are what they were. */
    for (size_t i = 0; i < rows; i++) order[i] = rows - 1 - i;
    REQUIRE_OK(vaelib_dataset_select(from_file, order, rows, &reversed));
    REQUIRE_OK(vaelib_dataset_select(reversed, order, rows, &twice));
    plan.validation_fraction = 0.2;
    CHECK_OK(finetune(stacks[0], data.measured, NULL, &plan));
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

/* Examples and targets that both stay in a file belong together in every order. */
static void check_streams(void) {
    enum { many = 40000 };
    static const size_t shapes[2][1] = {{columns}, {1}};
    const char *path = scratch_path("streams.h5");
    vaelib_writer *writer = create_writer(path);
    vaelib_writer_config config = make_writer_config(VAELIB_FLOAT32, shapes[0], 1);
    vaelib_writer_config target_config = make_writer_config(VAELIB_FLOAT32, shapes[1], 1);
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset *x = NULL, *y = NULL, *both = NULL;
    vaelib_model *stack = make_relu_stack();
    vaelib_training_config plan = make_long_plan(2);
    float *values = malloc(many * columns * sizeof *values), *places = malloc(many * sizeof *places);
    vaelib_array views[2];
    uint64_t state = 9;
    if (values == NULL || places == NULL) exit(1);
    for (size_t row = 0; row < many; row++) {
        for (size_t c = 0; c < columns; c++) values[row * columns + c] = (float)(random_word(&state) & 0xff) / 255.0f;
        places[row] = (float)row / many; /* which the first column tells, where they belong together */
        values[row * columns] = places[row];
    }
    views[0] = make_view(values, VAELIB_FLOAT32, many, columns);
    views[1] = make_view(places, VAELIB_FLOAT32, many, 1);
    REQUIRE_OK(vaelib_writer_add(writer, "x", &config));
    REQUIRE_OK(vaelib_writer_add(writer, "y", &target_config));
    REQUIRE_OK(vaelib_writer_append(writer, "x", &views[0]));
    REQUIRE_OK(vaelib_writer_append(writer, "y", &views[1]));
    REQUIRE_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    REQUIRE_OK(vaelib_dataset_options_init(&options));
    options.memory_budget = 1;
    REQUIRE_OK(vaelib_dataset_open(path, "x", &options, &x));
    REQUIRE_OK(vaelib_dataset_open(path, "y", &options, &y));
    CHECK(describe_set(x).in_memory == 0 && describe_set(y).in_memory == 0);
    REQUIRE_OK(vaelib_dataset_with_targets(x, y, "gaussian", &both));
    plan.validation_fraction = 0.1;
    CHECK_OK(finetune(stack, both, NULL, &plan));
    CHECK(history_value(stack, "validation_error", 1) < 0.02 && history_value(stack, "error", 1) < 0.02);
    vaelib_dataset_free(both);
    vaelib_dataset_free(y);
    vaelib_dataset_free(x);
    vaelib_model_free(stack);
    free(places);
    free(values);
}

static void check_bad_targets(const char *head, float *values, size_t wide, float value, const char *text) {
    vaelib_model *stack = make_relu_stack();
    vaelib_training_config plan = make_plan(1);
    vaelib_dataset *bad = wrap(values, rows, wide), *set = NULL;
    const uint64_t hash = hash_parameters(stack);
    const float kept = values[70 * wide + 1];
    REQUIRE_OK(vaelib_dataset_with_targets(data.examples, bad, head, &set));
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

/* A row may lack targets, but not all of them; a target that all rows lack is none. */
static void check_gaps(const char *head, const float *values, size_t wide) {
    vaelib_model *stack = make_relu_stack();
    vaelib_training_config plan = make_plan(1);
    float gaps[rows * labels];
    vaelib_dataset *wrapped = wrap(gaps, rows, wide), *set = NULL;
    const uint64_t hash = hash_parameters(stack);
    REQUIRE_OK(vaelib_dataset_with_targets(data.examples, wrapped, head, &set));
    memcpy(gaps, values, rows * wide * sizeof *gaps);
    for (size_t column = 0; column < wide; column++) gaps[70 * wide + column] = NAN;
    CHECK_MESSAGE(finetune(stack, set, NULL, &plan), VAELIB_DATA_ERROR, "no targets at row 70");
    memcpy(gaps, values, rows * wide * sizeof *gaps);
    for (size_t row = 0; row < rows; row++) gaps[row * wide + 1] = NAN;
    CHECK_MESSAGE(finetune(stack, set, NULL, &plan), VAELIB_DATA_ERROR, "lack target 1 (counted from 0) in each row");
    CHECK(describe(stack).output_count == 0 && hash_parameters(stack) == hash && history_epochs(stack) == 0);
    gaps[wide + 1] = values[wide + 1];
    gaps[70 * wide] = NAN;
    CHECK_OK(finetune(stack, set, NULL, &plan));
    CHECK(isfinite(history_value(stack, "loss", 0)) && isfinite(history_value(stack, "error", 0)));
    CHECK(hash_parameters(stack) != hash);
    vaelib_dataset_free(set);
    vaelib_dataset_free(wrapped);
    vaelib_model_free(stack);
}

static void check_values(void) {
    check_bad_targets("gaussian", data.reals, targets, INFINITY, "finite");
    check_bad_targets("sigmoid", data.switches, labels, 0.5f, "0 and 1");
    check_gaps("gaussian", data.reals, targets);
    check_gaps("sigmoid", data.switches, labels);
}

int main(void) {
    make_heads_data(&data);
    check_composition();
    check_attaching();
    check_sources();
    check_streams();
    check_values();
    free_heads_data(&data);
    return report();
}
