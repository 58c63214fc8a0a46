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
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
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
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
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
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
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

static vaelib_dataset *open_with_labels(const char *labels) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    CHECK_OK(vaelib_dataset_options_init(&options));
    options.labels = labels;
    options.scale = 0.01;
    return open_set("f4", &options);
}

/* Labels that are texts, or numbers from any base, become classes that keep their names. */
static void check_names_of_labels(void) {
    vaelib_dataset *texts = open_with_labels("text_labels"), *fewer = open_with_labels("fewer_labels");
    vaelib_dataset *other = open_with_labels("other_labels"), *whole = open_with_labels("whole_labels"), *both = NULL;
    vaelib_dataset *parts[] = {NULL, NULL};
    vaelib_model *stack = make_stack(columns), *second = make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    const char *type = NULL;
    const char *const *names = NULL;
    int64_t labels[2 * rows];
    size_t count = 0;
    CHECK_OK(vaelib_dataset_get_class_names(texts, &type, &names, &count));
    CHECK(count == 3 && strcmp(type, "text") == 0);
    CHECK(count == 3 && strcmp(names[0], "east") == 0 && strcmp(names[2], "west") == 0);
    CHECK_OK(vaelib_dataset_read_labels(texts, labels, rows));
    CHECK(labels[0] == 2 && labels[1] == 0 && labels[2] == 1);
    CHECK_OK(vaelib_dataset_get_class_names(whole, &type, &names, &count));
    CHECK(count == 0 && names == NULL && strcmp(type, "integer") == 0);
    CHECK_OK(vaelib_dataset_read_labels(whole, labels, rows));
    CHECK(labels[0] == 1 && labels[2] == 3);

    CHECK_OK(vaelib_stack_finetune(stack, texts, fewer, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK_OK(vaelib_stack_get_class_names(stack, &type, &names, &count));
    CHECK(count == 3 && strcmp(type, "text") == 0 && strcmp(names[1], "north") == 0);
    CHECK_OK(vaelib_stack_finetune(stack, fewer, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK_MESSAGE(
        vaelib_stack_finetune(stack, other, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL), VAELIB_DATA_ERROR, "south");
    CHECK_OK(vaelib_stack_finetune(second, whole, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK_OK(vaelib_stack_get_class_names(second, &type, &names, &count));
    CHECK(count == 3 && strcmp(type, "integer") == 0 && strcmp(names[0], "1") == 0);
    CHECK_OK(vaelib_stack_finetune(second, whole, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK_MESSAGE(
        vaelib_stack_finetune(second, texts, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL), VAELIB_DATA_ERROR, "1, 2, 3");

    parts[0] = texts;
    parts[1] = other;
    CHECK_OK(vaelib_dataset_concatenate((const vaelib_dataset *const *)parts, 2, &both));
    CHECK_OK(vaelib_dataset_get_class_names(both, &type, &names, &count));
    CHECK(count == 4 && strcmp(names[2], "south") == 0);
    CHECK_OK(vaelib_dataset_read_labels(both, labels, 2 * rows));
    CHECK(labels[0] == 3 && labels[1] == 0 && labels[rows] == 3 && labels[rows + 1] == 2);
    parts[1] = whole;
    vaelib_dataset_free(both);
    both = NULL;
    CHECK_MESSAGE(
        vaelib_dataset_concatenate((const vaelib_dataset *const *)parts, 2, &both), VAELIB_INVALID_ARGUMENT,
        "datasets[1] are numbers");
    vaelib_dataset_free(texts);
    vaelib_dataset_free(fewer);
    vaelib_dataset_free(other);
    vaelib_dataset_free(whole);
    vaelib_model_free(stack);
    vaelib_model_free(second);
}

/* Tables, other axes, conventions and windows; element (r, c) of the numbers is (7 r + 3 c) mod 100. */
static void check_selections(void) {
    static const char *const names[] = {"last", "first"};
    const char *path = scratch_path("data.h5");
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset *dataset, *none = NULL;
    float values[3 * rows];
    CHECK_OK(vaelib_dataset_options_init(&options));
    CHECK(options.row_axis == SIZE_MAX && options.columns == NULL && options.window == 0);
    options.columns = names;
    CHECK_MESSAGE(vaelib_dataset_open(path, "table", &options, &none), VAELIB_INVALID_ARGUMENT, "column_count is 0");
    options.column_count = 2;
    dataset = open_set("table", &options);
    CHECK(info_of(dataset).columns == 3 && info_of(dataset).dtype == VAELIB_FLOAT32);
    CHECK_OK(vaelib_dataset_read(dataset, values, 3 * rows));
    CHECK(values[3] == 10 && values[4] == 13 && values[5] == 7);
    vaelib_dataset_free(dataset);
    CHECK_MESSAGE(vaelib_dataset_open(path, "f4", &options, &none), VAELIB_FORMAT_ERROR, "no table");

    CHECK_OK(vaelib_dataset_options_init(&options));
    dataset = open_set("columns_first", &options);
    CHECK(strstr(vaelib_last_warning(), "row_axis=1") != NULL);
    CHECK(info_of(dataset).rows == columns);
    vaelib_dataset_free(dataset);
    options.row_axis = 1;
    dataset = open_set("columns_first", &options);
    CHECK(vaelib_last_warning()[0] == '\0');
    CHECK(info_of(dataset).rows == rows && info_of(dataset).columns == columns);
    CHECK(strcmp(info_of(dataset).conventions, "_FillValue 0 as NaN") == 0);
    vaelib_dataset_free(dataset);
    options.ignore_conventions = 1;
    dataset = open_set("columns_first", &options);
    CHECK(info_of(dataset).conventions[0] == '\0' && info_of(dataset).dtype == VAELIB_INT16);
    vaelib_dataset_free(dataset);
    options.row_axis = 2;
    CHECK_MESSAGE(vaelib_dataset_open(path, "columns_first", &options, &none), VAELIB_FORMAT_ERROR, "0 to 1");

    CHECK_OK(vaelib_dataset_options_init(&options));
    options.window_step = 10;
    CHECK_MESSAGE(vaelib_dataset_open(path, "line", &options, &none), VAELIB_INVALID_ARGUMENT, "window is 0");
    options.window = SIZE_MAX;
    CHECK_MESSAGE(vaelib_dataset_open(path, "line", &options, &none), VAELIB_INVALID_ARGUMENT, "options->window");
    options.window = 20;
    dataset = open_set("line", &options);
    CHECK(info_of(dataset).rows == 4 && info_of(dataset).columns == 20);
    vaelib_dataset_free(dataset);
    options.window = 10;
    dataset = open_set("line", &options);
    CHECK(info_of(dataset).rows == 5);
    vaelib_dataset_free(dataset);
    CHECK(none == NULL);
}

/* Links to other files are followed into folders that the caller names. */
static void check_external_links(void) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset *linked = NULL;
    const char *folders[2] = {"/proc/self", NULL};
    CHECK_OK(vaelib_dataset_options_init(&options));
    CHECK(options.external_folders == NULL && options.external_folder_count == 0);
    CHECK_MESSAGE(
        vaelib_dataset_open(scratch_path("links.h5"), "x", &options, &linked), VAELIB_FORMAT_ERROR, "external_folders");
    options.external_folder_count = 1;
    CHECK_STATUS(
        vaelib_dataset_open(scratch_path("links.h5"), "x", &options, &linked), VAELIB_INVALID_ARGUMENT);
    options.external_folders = folders;
    CHECK_MESSAGE(
        vaelib_dataset_open(scratch_path("links.h5"), "x", &options, &linked), VAELIB_FORMAT_ERROR, "not in a folder");
    options.external_folder_count = 2;
    CHECK_MESSAGE(
        vaelib_dataset_open(scratch_path("links.h5"), "x", &options, &linked), VAELIB_INVALID_ARGUMENT,
        "external_folders[1]");
    CHECK(linked == NULL);
    folders[1] = scratch_path("");
    CHECK_OK(vaelib_dataset_open(scratch_path("links.h5"), "x", &options, &linked));
    if (linked != NULL) check_numbers(linked, 0, rows, 1.0f, "x of links.h5");
    vaelib_dataset_free(linked);
}

/* A slice is a dataset of its own: it can be sliced again, and outlives what it was cut from. */
static void check_slices(size_t memory_budget) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
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
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
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
    check_names_of_labels();
    check_selections();
    check_external_links();
    check_slices((size_t)1 << 20);
    check_slices(0);
    check_bad_files();
    check_bad_sets();
    check_bad_arguments();
    return report();
}
