/* Datasets in HDF5 files: every type, in memory and streamed, slices and labels, and files that are not right. */
#include "support.h"

enum { rows = 50, columns = 6 };

static float expected(size_t row, size_t column) { return (float)((7 * row + 3 * column) % 100); }

static vaelib_dataset *open_set(const char *name, const vaelib_dataset_options *options) {
    vaelib_dataset *dataset = NULL;
    if (!CHECK_OK(vaelib_dataset_open(scratch_path("data.h5"), name, options, &dataset))) {
        fprintf(stderr, "    dataset %s\n", name);
    }
    return dataset;
}

static vaelib_dataset_info info_of(const vaelib_dataset *dataset) {
    vaelib_dataset_info info = {.struct_size = sizeof info};
    CHECK_OK(vaelib_dataset_describe(dataset, &info));
    return info;
}

/* All numbers of `dataset` are those that make_data.py wrote from row `first` on, times `scale`. */
static void check_numbers(const vaelib_dataset *dataset, size_t first, size_t count, float scale, const char *name) {
    float values[rows * columns];
    int wrong = 0;
    CHECK_OK(vaelib_dataset_read(dataset, values, count * columns));
    for (size_t r = 0; r < count; r++) {
        for (size_t c = 0; c < columns; c++) {
            wrong += fabsf(values[r * columns + c] - scale * expected(first + r, c)) > 1e-5f;
        }
    }
    if (!CHECK(wrong == 0)) fprintf(stderr, "    %d numbers of %s\n", wrong, name);
}

static void check_types(void) {
    static const char *const names[] = {"u1", "i1", "i2", "big_i2", "u2", "i4", "big_i4", "u4", "i8", "u8", "f2", "f4",
                                        "big_f4", "f8", "big_f8", "cube", "packed", "group/inner"};
    vaelib_dataset_options options = {.struct_size = sizeof options};
    CHECK_OK(vaelib_dataset_options_init(&options));
    options.scale = 0.01;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (int streamed = 0; streamed <= 1; streamed++) {
            vaelib_dataset *dataset;
            vaelib_dataset_info info;
            options.memory_budget = streamed ? 0 : (size_t)1 << 20;
            dataset = open_set(names[i], &options);
            if (dataset == NULL) continue;
            info = info_of(dataset);
            CHECK(info.rows == rows && info.columns == columns);
            CHECK(info.in_memory == !streamed && info.has_labels == 0);
            CHECK(info.scale == 0.01 && info.shift == 0.0);
            check_numbers(dataset, 0, rows, 0.01f, names[i]);
            vaelib_dataset_free(dataset);
        }
    }
}

static void check_shapes(void) {
    vaelib_dataset *line = open_set("line", NULL), *pictures = open_set("images", NULL);
    vaelib_dataset_info info = info_of(line);
    CHECK(info.rows == rows && info.columns == 1 && info.dtype == VAELIB_FLOAT32);
    info = info_of(pictures);
    CHECK(info.rows == 300 && info.columns == 64 && info.dtype == VAELIB_UINT8 && info.in_memory == 1);
    vaelib_dataset_free(line);
    vaelib_dataset_free(pictures);
}

static void check_labels(void) {
    int64_t labels[rows];
    vaelib_dataset_options options = {.struct_size = sizeof options};
    vaelib_dataset *dataset, *slice = NULL, *none = NULL;
    const char *path = scratch_path("data.h5");
    CHECK_OK(vaelib_dataset_options_init(&options));
    options.labels = "labels";
    dataset = open_set("f4", &options);
    CHECK(info_of(dataset).has_labels == 1);
    CHECK_OK(vaelib_dataset_read_labels(dataset, labels, rows));
    CHECK(labels[0] == -5 && labels[rows - 1] == rows - 6);
    CHECK_OK(vaelib_dataset_slice(dataset, 10, 3, &slice));
    CHECK_OK(vaelib_dataset_read_labels(slice, labels, 3));
    CHECK(labels[0] == 5 && labels[2] == 7);
    vaelib_dataset_free(slice);
    vaelib_dataset_free(dataset);

    options.labels = "short_labels";
    CHECK_MESSAGE(vaelib_dataset_open(path, "f4", &options, &none), VAELIB_FORMAT_ERROR, "short_labels");
    options.labels = "real_labels";
    CHECK_MESSAGE(vaelib_dataset_open(path, "f4", &options, &none), VAELIB_FORMAT_ERROR, "real_labels");
    options.labels = "no-such-labels";
    CHECK_MESSAGE(vaelib_dataset_open(path, "f4", &options, &none), VAELIB_FORMAT_ERROR, "no-such-labels");
    CHECK(none == NULL);
}

/* A slice is a dataset of its own: it can be sliced again, and outlives what it was cut from. */
static void check_slices(size_t memory_budget) {
    vaelib_dataset_options options = {.struct_size = sizeof options};
    vaelib_dataset *whole, *middle = NULL, *inner = NULL, *none = NULL;
    float two[2 * columns];
    CHECK_OK(vaelib_dataset_options_init(&options));
    options.memory_budget = memory_budget;
    whole = open_set("packed", &options);
    CHECK_OK(vaelib_dataset_slice(whole, 5, 40, &middle));
    CHECK_OK(vaelib_dataset_slice(middle, 3, 2, &inner));
    CHECK_STATUS(vaelib_dataset_slice(whole, 0, rows + 1, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_slice(whole, rows, 1, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_slice(whole, 1, SIZE_MAX, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_slice(whole, SIZE_MAX, 2, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_slice(whole, 0, 0, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_slice(middle, 39, 2, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_slice(whole, 0, 1, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK(none == NULL);
    CHECK_STATUS(vaelib_dataset_read(inner, two, 2 * columns - 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_read(inner, two, 0), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_read(inner, NULL, 2 * columns), VAELIB_INVALID_ARGUMENT);
    vaelib_dataset_free(whole);
    check_numbers(middle, 5, 40, 1, "a slice");
    vaelib_dataset_free(middle);
    check_numbers(inner, 8, 2, 1, "a slice of a slice");
    vaelib_dataset_free(inner);
}

static void check_bad_files(void) {
    vaelib_dataset *none = NULL;
    CHECK_MESSAGE(vaelib_dataset_open(scratch_path("missing.h5"), "x", NULL, &none), VAELIB_FILE_ERROR, "missing.h5");
    CHECK_MESSAGE(vaelib_dataset_open(scratch_path("folder.h5"), "x", NULL, &none), VAELIB_FILE_ERROR, "folder.h5");
    CHECK_MESSAGE(vaelib_dataset_open(scratch_path("text.h5"), "x", NULL, &none), VAELIB_FORMAT_ERROR, "text.h5");
    CHECK_MESSAGE(vaelib_dataset_open(scratch_path("empty.h5"), "x", NULL, &none), VAELIB_FORMAT_ERROR, "empty.h5");
    CHECK_MESSAGE(vaelib_dataset_open(scratch_path("half.h5"), "f4", NULL, &none), VAELIB_FORMAT_ERROR, "half.h5");
    CHECK(none == NULL);
}

static void check_bad_sets(void) {
    static const char *const names[] = {"text", "no_rows", "scalar", "complex", "group"};
    const char *path = scratch_path("data.h5");
    vaelib_dataset *none = NULL;
    /* The message lists what is there. */
    CHECK_MESSAGE(vaelib_dataset_open(path, "imagse", NULL, &none), VAELIB_FORMAT_ERROR, "images");
    CHECK_MESSAGE(vaelib_dataset_open(path, "imagse", NULL, &none), VAELIB_FORMAT_ERROR, "imagse");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK_MESSAGE(vaelib_dataset_open(path, names[i], NULL, &none), VAELIB_FORMAT_ERROR, names[i]);
    }
    CHECK(none == NULL);
}

static void check_bad_arguments(void) {
    const char *path = scratch_path("data.h5");
    vaelib_dataset_options options = {.struct_size = sizeof options};
    vaelib_dataset *none = NULL;
    CHECK_STATUS(vaelib_dataset_open(NULL, "f4", NULL, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_open(path, NULL, NULL, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_open(path, "f4", NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_OK(vaelib_dataset_options_init(&options));
    options.scale = NAN;
    CHECK_STATUS(vaelib_dataset_open(path, "f4", &options, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_OK(vaelib_dataset_options_init(&options));
    options.shift = INFINITY;
    CHECK_STATUS(vaelib_dataset_open(path, "f4", &options, &none), VAELIB_INVALID_ARGUMENT);
    CHECK(none == NULL);
}

int main(void) {
    check_types();
    check_shapes();
    check_labels();
    check_slices((size_t)1 << 20);
    check_slices(0);
    check_bad_files();
    check_bad_sets();
    check_bad_arguments();
    return report();
}
