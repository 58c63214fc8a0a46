/* Datasets made of datasets: selections, concatenations, splits, in memory and streamed; labels from another file. */
#include "support.h"

enum { rows = 50, columns = 6 };

static float expected(size_t row, size_t column) { return (float)((7 * row + 3 * column) % 100); }

static vaelib_dataset_options make_options(size_t memory_budget) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    CHECK_OK(vaelib_dataset_options_init(&options));
    options.labels = "labels";
    options.memory_budget = memory_budget;
    return options;
}

/* The set "packed" with labels, which are row - 5. */
static vaelib_dataset *open_packed(size_t memory_budget) {
    vaelib_dataset_options options = make_options(memory_budget);
    vaelib_dataset *dataset = NULL;
    CHECK_OK(vaelib_dataset_open(scratch_path("data.h5"), "packed", &options, &dataset));
    return dataset;
}

/* Numbers and labels of `dataset` are those of these rows. */
static void check_rows(const vaelib_dataset *dataset, const size_t *numbers, size_t count, const char *name) {
    float values[4 * rows * columns];
    int64_t labels[4 * rows];
    size_t wrong = 0;
    CHECK_OK(vaelib_dataset_read(dataset, values, count * columns));
    CHECK_OK(vaelib_dataset_read_labels(dataset, labels, count));
    for (size_t r = 0; r < count; r++) {
        wrong += labels[r] != (int64_t)numbers[r] - 5;
        for (size_t c = 0; c < columns; c++) wrong += values[r * columns + c] != expected(numbers[r], c);
    }
    if (!CHECK(wrong == 0)) fprintf(stderr, "    %zu numbers of %s\n", wrong, name);
}

static void check_selections(size_t memory_budget) {
    const size_t mixed[] = {49, 0, 7, 7, 8, 48, 21, 0}, ascending[] = {0, 0, 3, 14, 15, 49};
    const size_t inner[] = {2, 1}, inner_rows[] = {7, 0};
    const size_t beyond[] = {1, rows}, huge[] = {SIZE_MAX};
    vaelib_dataset *whole = open_packed(memory_budget), *selection = NULL, *part = NULL, *none = NULL;
    CHECK_OK(vaelib_dataset_select(whole, ascending, 6, &part));
    check_rows(part, ascending, 6, "ascending rows");
    vaelib_dataset_free(part);
    CHECK_OK(vaelib_dataset_select(whole, mixed, 8, &selection));
    CHECK_OK(vaelib_dataset_select(selection, inner, 2, &part));
    CHECK_MESSAGE(vaelib_dataset_select(whole, beyond, 2, &none), VAELIB_INVALID_ARGUMENT, "rows[1] is 50");
    CHECK_MESSAGE(vaelib_dataset_select(whole, huge, 1, &none), VAELIB_INVALID_ARGUMENT, "rows[0]");
    CHECK_STATUS(vaelib_dataset_select(whole, mixed, 0, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_select(whole, mixed, SIZE_MAX, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_select(whole, NULL, 1, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_select(whole, mixed, 1, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_select(NULL, mixed, 1, &none), VAELIB_INVALID_HANDLE);
    CHECK(none == NULL);
    vaelib_dataset_free(whole);
    check_rows(selection, mixed, 8, "a selection that outlives the whole");
    check_rows(part, inner_rows, 2, "a selection of a selection");
    vaelib_dataset_free(selection);
    vaelib_dataset_free(part);
}

static void check_concatenations(size_t memory_budget) {
    vaelib_dataset *parts[3] = {open_packed(memory_budget), open_packed((size_t)1 << 20), NULL};
    vaelib_dataset *joined = NULL, *narrow = NULL, *bare = NULL, *none = NULL;
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    size_t numbers[2 * rows + 10];
    for (size_t r = 0; r < 2 * rows + 10; r++) numbers[r] = r < 2 * rows ? r % rows : r - 2 * rows + 20;
    CHECK_OK(vaelib_dataset_slice(parts[0], 20, 10, &parts[2]));
    CHECK_OK(vaelib_dataset_concatenate((const vaelib_dataset *const *)parts, 3, &joined));
    CHECK_OK(vaelib_dataset_describe(joined, &info));
    CHECK(info.rows == 2 * rows + 10 && info.columns == columns && info.dtype == VAELIB_FLOAT32);
    CHECK(info.has_labels == 1 && info.in_memory == (memory_budget > 0));
    check_rows(joined, numbers, 2 * rows + 10, "a concatenation");
    CHECK_OK(vaelib_dataset_slice(joined, 45, 60, &bare));
    check_rows(bare, numbers + 45, 60, "a slice of a concatenation");
    vaelib_dataset_free(bare);

    CHECK_STATUS(vaelib_dataset_concatenate((const vaelib_dataset *const *)parts, 0, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_concatenate(NULL, 1, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_concatenate((const vaelib_dataset *const *)parts, 1, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_OK(vaelib_dataset_open(scratch_path("data.h5"), "line", NULL, &narrow));
    CHECK_OK(vaelib_dataset_open(scratch_path("data.h5"), "packed", NULL, &bare));
    vaelib_dataset_free(parts[2]);
    parts[2] = narrow;
    CHECK_MESSAGE(
        vaelib_dataset_concatenate((const vaelib_dataset *const *)parts, 3, &none), VAELIB_INVALID_ARGUMENT,
        "datasets[2]");
    parts[2] = bare;
    CHECK_MESSAGE(
        vaelib_dataset_concatenate((const vaelib_dataset *const *)parts, 3, &none), VAELIB_INVALID_ARGUMENT, "labels");
    parts[2] = NULL;
    CHECK_STATUS(
        vaelib_dataset_concatenate((const vaelib_dataset *const *)parts, 3, &none), VAELIB_INVALID_HANDLE);
    CHECK(none == NULL);
    vaelib_dataset_free(parts[0]);
    vaelib_dataset_free(parts[1]);
    vaelib_dataset_free(joined);
    vaelib_dataset_free(narrow);
    vaelib_dataset_free(bare);
}

static void check_splits(size_t memory_budget) {
    vaelib_dataset *whole = open_packed(memory_budget), *training = NULL, *validation = NULL, *none = NULL, *one = NULL;
    int64_t labels[rows], others[15];
    size_t numbers[rows], seen[rows] = {0};
    const double fractions[] = {0, 1, -1, NAN, INFINITY};
    CHECK_OK(vaelib_dataset_split(whole, 0.3, 5, 0, &training, &validation));
    CHECK_OK(vaelib_dataset_read_labels(training, labels, 35));
    CHECK_OK(vaelib_dataset_read_labels(validation, labels + 35, 15));
    for (size_t r = 0; r < rows; r++) {
        numbers[r] = (size_t)(labels[r] + 5);
        seen[numbers[r]]++;
        if (r != 0 && r != 35) CHECK(labels[r] > labels[r - 1]);
    }
    for (size_t r = 0; r < rows; r++) CHECK(seen[r] == 1);
    check_rows(training, numbers, 35, "the training side");
    check_rows(validation, numbers + 35, 15, "the validation side");
    vaelib_dataset_free(training);
    vaelib_dataset_free(validation);
    CHECK_OK(vaelib_dataset_split(whole, 0.3, 5, 0, &training, &validation));
    CHECK_OK(vaelib_dataset_read_labels(validation, others, 15));
    CHECK(memcmp(labels + 35, others, sizeof others) == 0);
    for (size_t i = 0; i < sizeof fractions / sizeof fractions[0]; i++) {
        CHECK_MESSAGE(
            vaelib_dataset_split(whole, fractions[i], 1, 0, &none, &one), VAELIB_INVALID_ARGUMENT, "fraction");
    }
    CHECK_STATUS(vaelib_dataset_split(NULL, 0.5, 1, 0, &none, &one), VAELIB_INVALID_HANDLE);
    CHECK_STATUS(vaelib_dataset_split(whole, 0.5, 1, 0, NULL, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_split(whole, 0.5, 1, 0, &none, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK(none == NULL && one == NULL);
    CHECK_OK(vaelib_dataset_slice(whole, 0, 1, &one));
    CHECK_STATUS(vaelib_dataset_split(one, 0.5, 1, 0, &none, &none), VAELIB_INVALID_ARGUMENT);
    vaelib_dataset_free(one);
    vaelib_dataset_free(training);
    vaelib_dataset_free(validation);
    vaelib_dataset_free(whole);
}

/* Labels 0, 0, 0, 1 in turn: the same proportions on both sides. */
static void check_other_labels(size_t memory_budget) {
    vaelib_dataset *packed = open_packed(memory_budget), *whole = NULL, *bare = NULL, *none = NULL, *other = NULL;
    vaelib_dataset *training = NULL, *validation = NULL;
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    int64_t numbers[rows], found[rows];
    vaelib_array labels = VAELIB_ARRAY_INIT;
    size_t ones = 0;
    for (size_t r = 0; r < rows; r++) numbers[r] = r % 4 == 3;
    REQUIRE_OK(vaelib_array_init(&labels, numbers, VAELIB_INT64, rows, 1));
    REQUIRE_OK(vaelib_dataset_relabel(packed, &labels, &whole));
    CHECK_OK(vaelib_dataset_read_labels(whole, found, rows));
    CHECK(memcmp(found, numbers, sizeof found) == 0);
    CHECK_OK(vaelib_dataset_describe(whole, &info));
    CHECK(info.rows == rows && info.in_memory == (memory_budget > 0));

    CHECK_OK(vaelib_dataset_split(whole, 0.2, 3, 1, &training, &validation));
    CHECK_OK(vaelib_dataset_read_labels(validation, found, 10));
    for (size_t r = 0; r < 10; r++) ones += found[r] == 1;
    CHECK(ones == 2);

    CHECK_OK(vaelib_dataset_relabel(packed, NULL, &bare));
    CHECK_STATUS(vaelib_dataset_read_labels(bare, found, rows), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_dataset_split(bare, 0.2, 3, 1, &none, &other), VAELIB_INVALID_ARGUMENT, "no labels");
    CHECK_MESSAGE(vaelib_dataset_split(whole, 0.2, 3, 2, &none, &other), VAELIB_INVALID_ARGUMENT, "stratify");
    for (size_t r = 0; r < rows; r++) numbers[r] = (int64_t)r;
    CHECK_MESSAGE(vaelib_dataset_split(whole, 0.2, 3, 1, &none, &other), VAELIB_INVALID_ARGUMENT, "one row only");
    labels.rows = rows - 1;
    CHECK_MESSAGE(vaelib_dataset_relabel(packed, &labels, &none), VAELIB_INVALID_ARGUMENT, "expected 50 x 1");
    CHECK_STATUS(vaelib_dataset_relabel(packed, &labels, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_relabel(NULL, &labels, &none), VAELIB_INVALID_HANDLE);
    CHECK(none == NULL && other == NULL);
    vaelib_dataset_free(validation);
    vaelib_dataset_free(training);
    vaelib_dataset_free(bare);
    vaelib_dataset_free(whole);
    vaelib_dataset_free(packed);
}

static void check_labels_path(size_t memory_budget) {
    vaelib_dataset_options options = make_options(memory_budget);
    vaelib_dataset *dataset = NULL, *none = NULL;
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    options.labels = "y_train";
    options.labels_path = scratch_path("digits.h5");
    CHECK_OK(vaelib_dataset_open(scratch_path("digits.h5"), "x_train", &options, &dataset));
    CHECK_OK(vaelib_dataset_describe(dataset, &info));
    CHECK(info.has_labels == 1);
    vaelib_dataset_free(dataset);
    CHECK_MESSAGE(
        vaelib_dataset_open(scratch_path("data.h5"), "packed", &options, &none), VAELIB_FORMAT_ERROR, "digits.h5");
    options.labels_path = scratch_path("missing.h5");
    CHECK_MESSAGE(
        vaelib_dataset_open(scratch_path("data.h5"), "packed", &options, &none), VAELIB_FILE_ERROR, "missing.h5");
    options.labels = NULL;
    CHECK_OK(vaelib_dataset_open(scratch_path("data.h5"), "packed", &options, &dataset));
    vaelib_dataset_free(dataset);
    CHECK(none == NULL);
}

/* One row, repeated without an end: what needs memory for all rows is refused with the size, and nothing else. */
static void check_endless_rows(void) {
    const float row[2] = {1, 2};
    const size_t chosen[] = {7, SIZE_MAX / 2 - 1}, unsorted[] = {9, 3};
    float values[4] = {0};
    vaelib_array array = VAELIB_ARRAY_INIT;
    vaelib_dataset *endless = NULL, *selection = NULL, *other = NULL;
    CHECK_OK(vaelib_array_init(&array, row, VAELIB_FLOAT32, 1, 2));
    array.rows = SIZE_MAX / 2;
    array.row_stride = 0;
    CHECK_OK(vaelib_dataset_from_array(&array, NULL, &endless));
    CHECK_OK(vaelib_dataset_select(endless, chosen, 2, &selection));
    CHECK_OK(vaelib_dataset_read(selection, values, 4));
    CHECK(values[0] == 1 && values[1] == 2 && values[2] == 1 && values[3] == 2);
    CHECK_STATUS(vaelib_dataset_select(endless, unsorted, 2, &other), VAELIB_OUT_OF_MEMORY);
    CHECK_STATUS(vaelib_dataset_split(endless, 0.5, 1, 0, &other, &other), VAELIB_OUT_OF_MEMORY);
    vaelib_dataset_free(endless);
    array.rows = (size_t)1 << 40;
    CHECK_OK(vaelib_dataset_from_array(&array, NULL, &endless));
    CHECK_MESSAGE(
        vaelib_dataset_split(endless, 0.5, 1, 0, &other, &other), VAELIB_OUT_OF_MEMORY, "43980465111040 bytes");
    CHECK(other == NULL);
    vaelib_dataset_free(selection);
    vaelib_dataset_free(endless);
}

int main(void) {
    check_endless_rows();
    const size_t budgets[] = {0, (size_t)1 << 20};
    for (size_t i = 0; i < 2; i++) {
        check_selections(budgets[i]);
        check_concatenations(budgets[i]);
        check_splits(budgets[i]);
        check_other_labels(budgets[i]);
        check_labels_path(budgets[i]);
    }
    return report();
}
