/* Datasets with weights: what is made of them, which are refused, and trainings in which rows count by them. */
#include "heads.h"

static heads_data data;
static double weights[rows];

static vaelib_dataset *weigh(const vaelib_dataset *set, const double *numbers, size_t count) {
    vaelib_array view = make_view(numbers, VAELIB_FLOAT64, count, 1);
    vaelib_dataset *weighted = NULL;
    REQUIRE_OK(vaelib_dataset_with_weights(set, &view, &weighted));
    return weighted;
}

static void check_weights(const vaelib_dataset *set, const size_t *of, size_t count) {
    float found[2 * rows];
    vaelib_dataset_info info = describe_set(set);
    CHECK(info.rows == count && info.has_weights == 1);
    REQUIRE_OK(vaelib_dataset_read_weights(set, found, count));
    for (size_t i = 0; i < count; i++) CHECK(found[i] == (float)weights[of[i]]);
}

static void check_composition(void) {
    size_t order[2 * rows], seen = 0;
    static const size_t chosen[] = {7, 3, 3};
    vaelib_dataset *set = weigh(data.measured, weights, rows), *part = NULL, *some = NULL, *both = NULL, *bare = NULL;
    vaelib_dataset *training = NULL, *validation = NULL, *learned = NULL, *none = NULL, *twins = NULL;
    const vaelib_dataset *pair[2] = {set, set}, *sides[2];
    float ones[2 * rows], values[rows * columns], found[rows];
    for (size_t i = 0; i < 2 * rows; i++) order[i] = i % rows;
    CHECK(describe_set(data.measured).has_weights == 0);
    CHECK(describe_set(set).target_columns == targets);
    check_weights(set, order, rows);
    REQUIRE_OK(vaelib_dataset_slice(set, 5, 10, &part));
    check_weights(part, order + 5, 10);
    REQUIRE_OK(vaelib_dataset_select(set, chosen, 3, &some));
    check_weights(some, chosen, 3);
    REQUIRE_OK(vaelib_dataset_concatenate(pair, 2, &both));
    check_weights(both, order, 2 * rows);
    /* Rows of a set without weights count once. */
    pair[1] = data.measured;
    REQUIRE_OK(vaelib_dataset_concatenate(pair, 2, &twins));
    REQUIRE_OK(vaelib_dataset_read_weights(twins, ones, 2 * rows));
    for (size_t i = 0; i < rows; i++) CHECK(ones[i] == (float)weights[i] && ones[rows + i] == 1);
    /* Targets and labels come and go, weights stay. */
    REQUIRE_OK(vaelib_dataset_relabel(set, NULL, &bare));
    check_weights(bare, order, rows);
    REQUIRE_OK(vaelib_dataset_with_targets(bare, data.label_targets, "sigmoid", &learned));
    check_weights(learned, order, rows);
    vaelib_dataset_free(learned);
    REQUIRE_OK(vaelib_dataset_with_weights(set, NULL, &learned));
    CHECK(describe_set(learned).has_weights == 0 && describe_set(learned).target_columns == targets);
    CHECK_MESSAGE(vaelib_dataset_read_weights(learned, ones, rows), VAELIB_INVALID_ARGUMENT, "has no weights");
    /* Each row of a side has the weight that it had. */
    REQUIRE_OK(vaelib_dataset_split(set, 0.25, 1, 0, &training, &validation));
    sides[0] = training;
    sides[1] = validation;
    for (size_t side = 0; side < 2; side++) {
        const size_t count = describe_set(sides[side]).rows;
        REQUIRE_OK(vaelib_dataset_read(sides[side], values, count * columns));
        REQUIRE_OK(vaelib_dataset_read_weights(sides[side], found, count));
        for (size_t i = 0, row = 0; i < count; i++, row++, seen++) {
            while (memcmp(values + i * columns, data.images + row * columns, columns * sizeof *values) != 0) row++;
            CHECK(found[i] == (float)weights[row]);
        }
    }
    CHECK(seen == rows && none == NULL);
    vaelib_dataset_free(twins);
    vaelib_dataset_free(validation);
    vaelib_dataset_free(training);
    vaelib_dataset_free(learned);
    vaelib_dataset_free(bare);
    vaelib_dataset_free(both);
    vaelib_dataset_free(some);
    vaelib_dataset_free(part);
    vaelib_dataset_free(set);
}

static void check_refusals(void) {
    const vaelib_status bad = VAELIB_INVALID_ARGUMENT;
    static double numbers[2 * rows];
    static const double wrong[] = {-1, NAN, INFINITY, 1e300};
    vaelib_array view = make_view(numbers, VAELIB_FLOAT64, rows, 1);
    vaelib_array few = make_view(numbers, VAELIB_FLOAT64, rows - 1, 1), wide = make_view(numbers, VAELIB_FLOAT64, rows, 2);
    vaelib_dataset *none = NULL, *zeros = NULL, *set = NULL;
    vaelib_model *stack = make_relu_stack();
    vaelib_training_config plan = make_plan(1);
    const uint64_t hash = hash_parameters(stack);
    float found[rows];
    CHECK_MESSAGE(vaelib_dataset_with_weights(data.examples, &view, &none), VAELIB_DATA_ERROR, "all zero");
    numbers[0] = 1;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        numbers[70] = wrong[i];
        CHECK_MESSAGE(vaelib_dataset_with_weights(data.examples, &view, &none), VAELIB_DATA_ERROR, "row 70");
        CHECK_MESSAGE(vaelib_dataset_with_weights(data.examples, &view, &none), VAELIB_DATA_ERROR, "at least 0");
    }
    numbers[70] = 0;
    CHECK_MESSAGE(vaelib_dataset_with_weights(data.examples, &few, &none), bad, "119 x 1; expected 120 x 1");
    CHECK_MESSAGE(vaelib_dataset_with_weights(data.examples, &wide, &none), bad, "120 x 2; expected 120 x 1");
    CHECK_STATUS(vaelib_dataset_with_weights(data.examples, &view, NULL), bad);
    CHECK_STATUS(vaelib_dataset_with_weights(NULL, &view, &none), VAELIB_INVALID_HANDLE);
    CHECK(none == NULL);
    /* A part of a set may have no row that counts, which is found when it is to be learned from. */
    set = weigh(data.measured, numbers, rows);
    REQUIRE_OK(vaelib_dataset_slice(set, 10, 20, &zeros));
    CHECK_MESSAGE(finetune(stack, zeros, NULL, &plan), VAELIB_DATA_ERROR, "weights of the training examples are all zero");
    CHECK_MESSAGE(finetune(stack, set, zeros, &plan), VAELIB_DATA_ERROR, "weights of the validation examples are all zero");
    CHECK_MESSAGE(vaelib_stack_pretrain(stack, zeros, &plan, NULL, NULL), VAELIB_DATA_ERROR, "all zero");
    CHECK(hash_parameters(stack) == hash && history_epochs(stack) == 0);
    CHECK_STATUS(vaelib_dataset_read_weights(set, found, rows - 1), bad);
    CHECK_STATUS(vaelib_dataset_read_weights(set, NULL, rows), bad);
    vaelib_dataset_free(zeros);
    vaelib_dataset_free(set);
    vaelib_model_free(stack);
}

/* Weights in files, of a file of their own too; what is no weight for each row is refused. */
static void check_files(size_t memory_budget) {
    static const size_t shapes[2][1] = {{columns}, {2}};
    const char *path = scratch_path("weights.h5");
    vaelib_writer *writer = create_writer(path);
    vaelib_writer_config wide = make_writer_config(VAELIB_FLOAT32, shapes[0], 1);
    vaelib_writer_config two = make_writer_config(VAELIB_FLOAT64, shapes[1], 1), plain = VAELIB_WRITER_CONFIG_INIT;
    vaelib_array views[3];
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset *set = NULL, *none = NULL;
    size_t order[rows];
    for (size_t i = 0; i < rows; i++) order[i] = i;
    REQUIRE_OK(vaelib_writer_config_init(&plain));
    plain.dtype = VAELIB_FLOAT64;
    views[0] = make_view(data.images, VAELIB_FLOAT32, rows, columns);
    views[1] = make_view(weights, VAELIB_FLOAT64, rows, 1);
    views[2] = make_view(weights, VAELIB_FLOAT64, rows / 2, 2);
    REQUIRE_OK(vaelib_writer_add(writer, "x", &wide));
    REQUIRE_OK(vaelib_writer_add(writer, "w", &plain));
    REQUIRE_OK(vaelib_writer_add(writer, "two", &two));
    REQUIRE_OK(vaelib_writer_append(writer, "x", &views[0]));
    REQUIRE_OK(vaelib_writer_append(writer, "w", &views[1]));
    REQUIRE_OK(vaelib_writer_append(writer, "two", &views[2]));
    REQUIRE_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    REQUIRE_OK(vaelib_dataset_options_init(&options));
    CHECK(options.weights == NULL && options.weights_path == NULL);
    options.memory_budget = memory_budget;
    options.weights = "w";
    REQUIRE_OK(vaelib_dataset_open(path, "x", &options, &set));
    check_weights(set, order, rows);
    vaelib_dataset_free(set);
    options.weights_path = path;
    options.check_in_child = 1;
    REQUIRE_OK(vaelib_dataset_open(path, "x", &options, &set));
    check_weights(set, order, rows);
    vaelib_dataset_free(set);
    options.check_in_child = 0;
    options.weights = "two";
    CHECK_MESSAGE(vaelib_dataset_open(path, "x", &options, &none), VAELIB_FORMAT_ERROR, "60 x 2; the examples need 120");
    options.weights = "nothing";
    CHECK_MESSAGE(vaelib_dataset_open(path, "x", &options, &none), VAELIB_FORMAT_ERROR, "nothing");
    options.weights_path = scratch_path("missing.h5");
    CHECK_MESSAGE(vaelib_dataset_open(path, "x", &options, &none), VAELIB_FILE_ERROR, "missing.h5");
    CHECK(none == NULL);
}

/* One row without an end: what needs memory for all rows is refused with the size. */
static void check_endless_rows(void) {
    static const float row[columns];
    vaelib_dataset *set = weigh(data.examples, weights, rows), *endless = NULL, *none = NULL;
    vaelib_array array = VAELIB_ARRAY_INIT, view = VAELIB_ARRAY_INIT;
    const vaelib_dataset *pair[2];
    REQUIRE_OK(vaelib_array_init(&array, row, VAELIB_FLOAT32, 1, columns));
    REQUIRE_OK(vaelib_array_init(&view, weights + 1, VAELIB_FLOAT64, 1, 1));
    array.rows = view.rows = (size_t)1 << 50;
    array.row_stride = view.row_stride = 0;
    REQUIRE_OK(vaelib_dataset_from_array(&array, NULL, &endless));
    CHECK_STATUS(vaelib_dataset_with_weights(endless, &view, &none), VAELIB_OUT_OF_MEMORY);
    pair[0] = set;
    pair[1] = endless;
    CHECK_STATUS(vaelib_dataset_concatenate(pair, 2, &none), VAELIB_OUT_OF_MEMORY);
    CHECK(none == NULL);
    vaelib_dataset_free(endless);
    vaelib_dataset_free(set);
}

/* Rows of weight 0 are not there, whatever they hold; errors name rows as the caller has them. */
static void check_absence(void) {
    static double numbers[rows];
    size_t kept[rows], count = 0;
    vaelib_dataset *set, *some = NULL;
    vaelib_model *stacks[2] = {make_relu_stack(), make_relu_stack()};
    vaelib_training_config plan = make_long_plan(5);
    float *bad = data.images + 9 * columns + 2;
    const float value = *bad;
    plan.validation_fraction = 0.2;
    for (size_t i = 0; i < rows; i++) {
        numbers[i] = i % 3 == 0 ? 0 : (double)(i % 5 + 1);
        if (numbers[i] > 0) kept[count++] = i;
    }
    set = weigh(data.measured, numbers, rows);
    REQUIRE_OK(vaelib_dataset_select(set, kept, count, &some));
    *bad = NAN; /* row 9 does not count */
    CHECK_OK(vaelib_stack_pretrain(stacks[0], set, &plan, NULL, NULL));
    CHECK_OK(finetune(stacks[0], set, NULL, &plan));
    CHECK_OK(vaelib_threads_set(1));
    CHECK_OK(vaelib_stack_pretrain(stacks[1], some, &plan, NULL, NULL));
    CHECK_OK(finetune(stacks[1], some, NULL, &plan));
    CHECK_OK(vaelib_threads_set(0));
    CHECK(hash_parameters(stacks[0]) == hash_parameters(stacks[1]));
    CHECK(history_value(stacks[0], "validation_loss", 14) == history_value(stacks[1], "validation_loss", 14));
    *bad = value;
    bad += columns;
    *bad = NAN;
    CHECK_MESSAGE(finetune(stacks[0], set, NULL, &plan), VAELIB_DATA_ERROR, "row 10, column 2");
    *bad = value;
    vaelib_dataset_free(some);
    vaelib_dataset_free(set);
    vaelib_model_free(stacks[1]);
    vaelib_model_free(stacks[0]);
}

/* Weights that are alike are none. */
static void check_equal_weights(void) {
    static double numbers[rows];
    vaelib_dataset *set;
    vaelib_model *models[2] = {make_model(columns, 2), make_model(columns, 2)};
    vaelib_training_config plan = make_plan(3);
    for (size_t i = 0; i < rows; i++) numbers[i] = 0.3;
    set = weigh(data.examples, numbers, rows);
    CHECK_OK(vaelib_vae_fit(models[0], set, set, &plan, NULL, NULL));
    CHECK_OK(vaelib_vae_fit(models[1], data.examples, data.examples, &plan, NULL, NULL));
    CHECK(hash_parameters(models[0]) == hash_parameters(models[1]));
    CHECK(history_value(models[0], "validation_elbo", 2) == history_value(models[1], "validation_elbo", 2));
    vaelib_dataset_free(set);
    vaelib_model_free(models[1]);
    vaelib_model_free(models[0]);
}

int main(void) {
    make_heads_data(&data);
    for (size_t i = 0; i < rows; i++) weights[i] = (double)(i % 7) / 2;
    check_composition();
    check_refusals();
    check_files(0);
    check_files((size_t)1 << 20);
    check_endless_rows();
    check_absence();
    check_equal_weights();
    free_heads_data(&data);
    return report();
}
