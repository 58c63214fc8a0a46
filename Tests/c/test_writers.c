/* Writing datasets: every type and layout, odd pieces, several sets in a file, what does not fit, what is given up. */
#include "support.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { rows = 50, columns = 6 };

static vaelib_writer *create(const char *path) {
    vaelib_writer *writer = NULL;
    REQUIRE_OK(vaelib_writer_create(path, &writer));
    return writer;
}

static vaelib_writer_config make_config(vaelib_dtype dtype, const size_t *shape, size_t shape_count) {
    vaelib_writer_config config = {.struct_size = sizeof config};
    REQUIRE_OK(vaelib_writer_config_init(&config));
    config.dtype = dtype;
    config.shape = shape;
    config.shape_count = shape_count;
    return config;
}

static vaelib_array view(const void *buffer, vaelib_dtype dtype, size_t count, size_t width) {
    vaelib_array array = {.struct_size = sizeof array};
    REQUIRE_OK(vaelib_array_init(&array, buffer, dtype, count, width));
    return array;
}

static vaelib_dataset *open_set(const char *path, const char *name, const char *labels) {
    vaelib_dataset_options options = {.struct_size = sizeof options};
    vaelib_dataset *dataset = NULL;
    CHECK_OK(vaelib_dataset_options_init(&options));
    options.labels = labels;
    REQUIRE_OK(vaelib_dataset_open(path, name, &options, &dataset));
    return dataset;
}

/* How many temporary files there are in the scratch folder. */
static int leftovers(void) {
    const char *path = getenv("VAELIB_TEST_FOLDER");
    DIR *folder = path == NULL ? NULL : opendir(path);
    int count = 0;
    require(folder != NULL);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += strncmp(entry->d_name, ".vaelib-", 8) == 0;
    }
    closedir(folder);
    return count;
}

static int exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}

static float number(size_t row, size_t column) { return (float)((7 * row + 3 * column) % 100); }

/* Pictures in odd pieces, and their labels, come back as they were. */
static void check_round_trip(vaelib_dtype dtype, size_t compression, size_t chunk_rows) {
    static const size_t shape[] = {2, 3};
    const char *path = scratch_path("written.h5");
    vaelib_writer *writer = create(path);
    vaelib_writer_config images = make_config(dtype, shape, 2), labels = make_config(VAELIB_INT64, NULL, 0);
    vaelib_dataset *dataset;
    vaelib_dataset_info info = {.struct_size = sizeof info};
    float values[rows * columns], back[rows * columns];
    int64_t numbers[rows], numbers_back[rows];
    images.compression = compression;
    images.chunk_rows = chunk_rows;
    for (size_t r = 0; r < rows; r++) {
        numbers[r] = (int64_t)r - 5;
        for (size_t c = 0; c < columns; c++) values[r * columns + c] = number(r, c);
    }
    CHECK_OK(vaelib_writer_add(writer, "train/x", &images));
    CHECK_OK(vaelib_writer_add(writer, "y", &labels));
    for (size_t first = 0, piece = 1; first < rows; first += piece, piece = piece * 2 + 1) {
        vaelib_array array, column;
        if (piece > rows - first) piece = rows - first;
        array = view(values + first * columns, VAELIB_FLOAT32, piece, columns);
        column = view(numbers + first, VAELIB_INT64, piece, 1);
        CHECK_OK(vaelib_writer_append(writer, "train/x", &array));
        CHECK_OK(vaelib_writer_append(writer, "y", &column));
        if (first + piece == rows) break;
    }
    CHECK_OK(vaelib_writer_finish(writer));
    CHECK_MESSAGE(vaelib_writer_finish(writer), VAELIB_INVALID_ARGUMENT, "finished");
    CHECK_MESSAGE(vaelib_writer_add(writer, "z", &labels), VAELIB_INVALID_ARGUMENT, "finished");
    vaelib_writer_free(writer);

    dataset = open_set(path, "train/x", "y");
    CHECK_OK(vaelib_dataset_describe(dataset, &info));
    CHECK(info.rows == rows && info.columns == columns && info.dtype == dtype);
    CHECK_OK(vaelib_dataset_read(dataset, back, rows * columns));
    CHECK_OK(vaelib_dataset_labels(dataset, numbers_back, rows));
    CHECK(memcmp(values, back, sizeof values) == 0 && memcmp(numbers, numbers_back, sizeof numbers) == 0);
    vaelib_dataset_free(dataset);
    CHECK(leftovers() == 0);
}

/* Views with strides, and scaled ones, are written as the library sees them. */
static void check_views(void) {
    static const size_t shape[] = {3};
    static const unsigned char bytes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    const char *path = scratch_path("views.h5");
    const float expected[] = {-1.0f + 11.0f, -1.0f + 10.0f, -1.0f + 9.0f, -1.0f + 3.0f, -1.0f + 2.0f, -1.0f + 1.0f};
    float back[6];
    vaelib_writer *writer = create(path);
    vaelib_writer_config config = make_config(VAELIB_INT16, shape, 1);
    vaelib_array array = view(bytes, VAELIB_UINT8, 2, 3);
    vaelib_dataset *dataset;
    array.buffer_bytes = sizeof bytes;
    array.offset = 11;
    array.row_stride = -8;
    array.column_stride = -1;
    array.shift = -1.0;
    CHECK_OK(vaelib_writer_add(writer, "x", &config));
    CHECK_OK(vaelib_writer_append(writer, "x", &array));
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    dataset = open_set(path, "x", NULL);
    CHECK_OK(vaelib_dataset_read(dataset, back, 6));
    CHECK(memcmp(back, expected, sizeof back) == 0);
    vaelib_dataset_free(dataset);
}

/* A number that does not fit is named by its place, and nothing of its call is written. */
static void check_misfits(void) {
    static const size_t shape[] = {2};
    static const struct {
        vaelib_dtype dtype;
        double value;
        const char *text;
    } misfits[] = {
        {VAELIB_UINT8, 300, "300"}, {VAELIB_UINT8, -1, "-1"}, {VAELIB_UINT8, 0.5, "0.5"}, {VAELIB_INT8, 128, "128"},
        {VAELIB_INT16, 40000, "40000"}, {VAELIB_INT32, 3e9, "3"}, {VAELIB_INT64, 1e19, "1e+19"},
        {VAELIB_INT64, NAN, "NaN"}, {VAELIB_UINT8, INFINITY, "inf"}, {VAELIB_FLOAT32, 1e39, "1e+39"}};
    static const int64_t large[] = {(int64_t)1 << 53, ((int64_t)1 << 53) + 1};
    const char *path = scratch_path("misfits.h5");
    for (size_t i = 0; i < sizeof misfits / sizeof misfits[0]; i++) {
        vaelib_writer *writer = create(path);
        vaelib_writer_config config = make_config(misfits[i].dtype, shape, 1);
        double good[] = {1, 2, 3, 4}, bad[] = {5, 6, 7, 8};
        float back[4];
        vaelib_array good_array = view(good, VAELIB_FLOAT64, 2, 2), bad_array = view(bad, VAELIB_FLOAT64, 2, 2);
        vaelib_dataset *dataset;
        bad[3] = misfits[i].value;
        CHECK_OK(vaelib_writer_add(writer, "x", &config));
        CHECK_OK(vaelib_writer_append(writer, "x", &good_array));
        CHECK_MESSAGE(vaelib_writer_append(writer, "x", &bad_array), VAELIB_DATA_ERROR, misfits[i].text);
        CHECK_MESSAGE(vaelib_writer_append(writer, "x", &bad_array), VAELIB_DATA_ERROR, "row 1, column 1");
        CHECK_OK(vaelib_writer_finish(writer));
        vaelib_writer_free(writer);
        dataset = open_set(path, "x", NULL);
        CHECK_OK(vaelib_dataset_read(dataset, back, 4));
        CHECK(back[0] == 1 && back[3] == 4);
        vaelib_dataset_free(dataset);
    }
    {
        /* Whole numbers are not rounded on their way to whole numbers. */
        vaelib_writer *writer = create(path);
        vaelib_writer_config config = make_config(VAELIB_INT64, NULL, 0);
        vaelib_array array = view(large, VAELIB_INT64, 2, 1);
        int64_t back[2];
        vaelib_dataset *dataset;
        CHECK_OK(vaelib_writer_add(writer, "x", &config));
        CHECK_OK(vaelib_writer_append(writer, "x", &array));
        CHECK_OK(vaelib_writer_finish(writer));
        vaelib_writer_free(writer);
        dataset = open_set(path, "x", "x");
        CHECK_OK(vaelib_dataset_labels(dataset, back, 2));
        CHECK(memcmp(back, large, sizeof back) == 0);
        vaelib_dataset_free(dataset);
    }
}

/* A writer that is not finished harms nothing and leaves nothing. */
static void check_abandoned(void) {
    const char *path = scratch_path("abandoned.h5"), *fresh = scratch_path("never.h5");
    vaelib_writer *writer = create(path);
    vaelib_writer_config config = make_config(VAELIB_FLOAT32, NULL, 0);
    float values[rows], back[rows];
    vaelib_array array = view(values, VAELIB_FLOAT32, rows, 1);
    vaelib_dataset *dataset;
    for (size_t r = 0; r < rows; r++) values[r] = (float)r;
    CHECK_OK(vaelib_writer_add(writer, "x", &config));
    CHECK_OK(vaelib_writer_append(writer, "x", &array));
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);

    config.chunk_rows = 3;
    for (int appended = 0; appended <= 2; appended++) {
        writer = create(appended == 1 ? fresh : path);
        CHECK(leftovers() == 1);
        CHECK_OK(vaelib_writer_add(writer, "other", &config));
        for (int i = 0; i < appended; i++) CHECK_OK(vaelib_writer_append(writer, "other", &array));
        vaelib_writer_free(writer);
        CHECK(leftovers() == 0);
    }
    CHECK(!exists(fresh));
    dataset = open_set(path, "x", NULL);
    CHECK_OK(vaelib_dataset_read(dataset, back, rows));
    CHECK(memcmp(values, back, sizeof back) == 0);
    vaelib_dataset_free(dataset);
}

static void check_bad_arguments(void) {
    const size_t zero[] = {0}, wide[] = {SIZE_MAX / 2}, many[40] = {1};
    const char *path = scratch_path("bad.h5");
    vaelib_writer *none = NULL, *writer;
    vaelib_writer_config config = make_config(VAELIB_UINT8, NULL, 0), bad;
    const unsigned char values[4] = {1, 2, 3, 4};
    vaelib_array column = view(values, VAELIB_UINT8, 4, 1), matrix = view(values, VAELIB_UINT8, 2, 2);
    CHECK_STATUS(vaelib_writer_config_init(NULL), VAELIB_INVALID_ARGUMENT);
    bad.struct_size = 8;
    CHECK_MESSAGE(vaelib_writer_config_init(&bad), VAELIB_INVALID_ARGUMENT, "struct_size");
    CHECK_STATUS(vaelib_writer_create(NULL, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_writer_create(path, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_writer_create(scratch_path("no/such/folder.h5"), &none), VAELIB_FILE_ERROR, "folder.h5");
    CHECK_MESSAGE(vaelib_writer_create(scratch_path("folder.h5"), &none), VAELIB_FILE_ERROR, "directory");
    CHECK_STATUS(vaelib_writer_create("", &none), VAELIB_FILE_ERROR);
    CHECK_MESSAGE(vaelib_writer_create("/dev/null", &none), VAELIB_FILE_ERROR, "device");
    CHECK(none == NULL);

    writer = create(path);
    CHECK_MESSAGE(vaelib_writer_finish(writer), VAELIB_INVALID_ARGUMENT, "no dataset");
    CHECK_STATUS(vaelib_writer_add(writer, NULL, &config), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_writer_add(writer, "x", NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_writer_add(writer, "", &config), VAELIB_INVALID_ARGUMENT, "name");
    CHECK_MESSAGE(vaelib_writer_add(writer, "//", &config), VAELIB_INVALID_ARGUMENT, "name");
    CHECK_MESSAGE(vaelib_writer_add(writer, "a/./b", &config), VAELIB_INVALID_ARGUMENT, "a/./b");
    bad = config;
    bad.dtype = (vaelib_dtype)7;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "dtype");
    bad = config;
    bad.compression = 10;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "compression");
    bad.compression = SIZE_MAX;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "compression");
    bad = config;
    bad.chunk_rows = SIZE_MAX;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "chunk_rows");
    bad.chunk_rows = ((size_t)1 << 30) + 1;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "chunk_rows");
    bad = config;
    bad.shape_count = 1;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "shape");
    bad.shape = zero;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "shape");
    bad.shape = wide;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "shape");
    bad.shape = many;
    bad.shape_count = 40;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "shape");
    bad.shape_count = SIZE_MAX;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "shape");

    CHECK_OK(vaelib_writer_add(writer, "/x", &config));
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &config), VAELIB_INVALID_ARGUMENT, "already");
    CHECK_MESSAGE(vaelib_writer_add(writer, "x/y", &config), VAELIB_INVALID_ARGUMENT, "already");
    CHECK_MESSAGE(vaelib_writer_append(writer, "z", &column), VAELIB_INVALID_ARGUMENT, "\"x\"");
    CHECK_STATUS(vaelib_writer_append(writer, NULL, &column), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_writer_append(writer, "x", NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_writer_append(writer, "x", &matrix), VAELIB_DATA_ERROR, "2 columns");
    column.buffer_bytes = 3;
    CHECK_STATUS(vaelib_writer_append(writer, "x", &column), VAELIB_INVALID_ARGUMENT);
    column.buffer_bytes = 4;
    CHECK_MESSAGE(vaelib_writer_finish(writer), VAELIB_INVALID_ARGUMENT, "no rows");
    CHECK_OK(vaelib_writer_append(writer, "x", &column));
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    CHECK(leftovers() == 0);
}

static void check_bad_handle(vaelib_writer *writer, vaelib_model *model, vaelib_stack *stack, vaelib_dataset *set) {
    const vaelib_status bad = VAELIB_INVALID_HANDLE;
    const unsigned char values[4] = {1, 2, 3, 4};
    const vaelib_array array = view(values, VAELIB_UINT8, 4, 1);
    const vaelib_writer_config config = make_config(VAELIB_UINT8, NULL, 0);
    CHECK_STATUS(vaelib_writer_add(writer, "x", &config), bad);
    CHECK_STATUS(vaelib_writer_append(writer, "x", &array), bad);
    CHECK_STATUS(vaelib_writer_finish(writer), bad);
    CHECK_STATUS(vaelib_encode_to(model, set, writer, "m", NULL, NULL, NULL), bad);
    CHECK_STATUS(vaelib_reconstruct_to(model, set, VAELIB_MEAN, 1, writer, "m", NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_encode_to(stack, set, 0, writer, "m", NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_reconstruct_to(stack, set, 0, writer, "m", NULL, NULL), bad);
    vaelib_writer_free(writer);
}

static void check_handles(void) {
    static const float zeros[4 * columns] = {0};
    vaelib_model *model = make_model(columns, 2);
    vaelib_stack *stack = make_stack(columns);
    vaelib_dataset *set = wrap(zeros, 4, columns);
    vaelib_writer *freed = create(scratch_path("freed.h5"));
    vaelib_writer_free(freed);
    check_bad_handle(NULL, model, stack, set);
    check_bad_handle(freed, model, stack, set);
    check_bad_handle((vaelib_writer *)(void *)model, model, stack, set);
    check_bad_handle((vaelib_writer *)(uintptr_t)12345, model, stack, set);
    CHECK(describe(model).data_dim == columns);
    vaelib_dataset_free(set);
    vaelib_stack_free(stack);
    vaelib_model_free(model);
}

/* A child neither writes to its parent's file nor takes it away. */
static void check_fork(void) {
    const char *path = scratch_path("forked.h5");
    vaelib_writer *writer = create(path);
    vaelib_writer_config config = make_config(VAELIB_FLOAT32, NULL, 0);
    const float values[3] = {1, 2, 3};
    vaelib_array array = view(values, VAELIB_FLOAT32, 3, 1);
    int status = 1;
    pid_t child;
    config.chunk_rows = 1;
    CHECK_OK(vaelib_writer_add(writer, "x", &config));
    CHECK_OK(vaelib_writer_append(writer, "x", &array));
    child = fork();
    if (child == 0) {
        int refused = vaelib_writer_append(writer, "x", &array) == VAELIB_INVALID_ARGUMENT &&
                      strstr(vaelib_last_error(), "process") != NULL;
        vaelib_writer_free(writer);
        _exit(refused ? 0 : 1);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    CHECK(leftovers() == 1);
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    vaelib_dataset_free(open_set(path, "x", NULL));
}

static void check_names(void) {
    const char *path = scratch_path("written.h5");
    char names[64];
    size_t needed = 0;
    CHECK_OK(vaelib_dataset_names(path, NULL, 0, &needed));
    CHECK(needed == sizeof "train/x" + sizeof "y");
    memset(names, '?', sizeof names);
    CHECK_OK(vaelib_dataset_names(path, names, needed - 1, &needed));
    CHECK(names[0] == '?');
    CHECK_OK(vaelib_dataset_names(path, names, sizeof names, &needed));
    CHECK(memcmp(names, "train/x\0y\0?", needed + 1) == 0);
    CHECK_STATUS(vaelib_dataset_names(path, NULL, sizeof names, &needed), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_names(path, names, sizeof names, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_names(NULL, names, sizeof names, &needed), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_names(scratch_path("missing.h5"), names, 9, &needed), VAELIB_FILE_ERROR);
    CHECK_STATUS(vaelib_dataset_names(scratch_path("text.h5"), names, 9, &needed), VAELIB_FORMAT_ERROR);
}

int main(void) {
    for (vaelib_dtype dtype = VAELIB_UINT8; dtype <= VAELIB_FLOAT64; dtype++) {
        check_round_trip(dtype, 4, 0);
        check_round_trip(dtype, 0, 7);
        check_round_trip(dtype, 9, 1);
        check_round_trip(dtype, 1, 1000);
    }
    check_names();
    check_views();
    check_misfits();
    check_abandoned();
    check_bad_arguments();
    check_handles();
    check_fork();
    return report();
}
