/* Writing datasets: every type and layout, odd pieces, several sets in a file, what does not fit. */
#include "support.h"

enum { rows = 50, columns = 6 };

static float number(size_t row, size_t column) { return (float)((7 * row + 3 * column) % 100); }

/* Pictures in odd pieces, and their labels, come back as they were. */
static void check_round_trip(vaelib_dtype dtype, size_t compression, size_t chunk_rows) {
    static const size_t shape[] = {2, 3};
    const char *path = scratch_path("written.h5");
    vaelib_writer *writer = create_writer(path);
    vaelib_writer_config images = make_writer_config(dtype, shape, 2);
    vaelib_writer_config labels = make_writer_config(VAELIB_INT64, NULL, 0);
    vaelib_dataset *dataset;
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
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
        array = make_view(values + first * columns, VAELIB_FLOAT32, piece, columns);
        column = make_view(numbers + first, VAELIB_INT64, piece, 1);
        CHECK_OK(vaelib_writer_append(writer, "train/x", &array));
        CHECK_OK(vaelib_writer_append(writer, "y", &column));
        if (first + piece == rows) break;
    }
    CHECK_OK(vaelib_writer_finish(writer));
    CHECK_MESSAGE(vaelib_writer_finish(writer), VAELIB_INVALID_ARGUMENT, "finished");
    CHECK_MESSAGE(vaelib_writer_add(writer, "z", &labels), VAELIB_INVALID_ARGUMENT, "finished");
    vaelib_writer_free(writer);

    dataset = open_labelled(path, "train/x", "y");
    CHECK_OK(vaelib_dataset_describe(dataset, &info));
    CHECK(info.rows == rows && info.columns == columns && info.dtype == dtype);
    CHECK_OK(vaelib_dataset_read(dataset, back, rows * columns));
    CHECK_OK(vaelib_dataset_read_labels(dataset, numbers_back, rows));
    CHECK(memcmp(values, back, sizeof values) == 0 && memcmp(numbers, numbers_back, sizeof numbers) == 0);
    vaelib_dataset_free(dataset);
    CHECK(temporary_files() == 0);
}

/* Views with strides, and scaled ones, are written as the library sees them. */
static void check_views(void) {
    static const size_t shape[] = {3};
    static const unsigned char bytes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    const char *path = scratch_path("views.h5");
    const float expected[] = {-1.0f + 11.0f, -1.0f + 10.0f, -1.0f + 9.0f, -1.0f + 3.0f, -1.0f + 2.0f, -1.0f + 1.0f};
    float back[6];
    vaelib_writer *writer = create_writer(path);
    vaelib_writer_config config = make_writer_config(VAELIB_INT16, shape, 1);
    vaelib_array array = make_view(bytes, VAELIB_UINT8, 2, 3);
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
    dataset = open_labelled(path, "x", NULL);
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
        vaelib_writer *writer = create_writer(path);
        vaelib_writer_config config = make_writer_config(misfits[i].dtype, shape, 1);
        double good[] = {1, 2, 3, 4}, bad[] = {5, 6, 7, 8};
        float back[4];
        vaelib_array good_array = make_view(good, VAELIB_FLOAT64, 2, 2);
        vaelib_array bad_array = make_view(bad, VAELIB_FLOAT64, 2, 2);
        vaelib_dataset *dataset;
        bad[3] = misfits[i].value;
        CHECK_OK(vaelib_writer_add(writer, "x", &config));
        CHECK_OK(vaelib_writer_append(writer, "x", &good_array));
        CHECK_MESSAGE(vaelib_writer_append(writer, "x", &bad_array), VAELIB_DATA_ERROR, misfits[i].text);
        CHECK_MESSAGE(vaelib_writer_append(writer, "x", &bad_array), VAELIB_DATA_ERROR, "row 1, column 1");
        CHECK_OK(vaelib_writer_finish(writer));
        vaelib_writer_free(writer);
        dataset = open_labelled(path, "x", NULL);
        CHECK_OK(vaelib_dataset_read(dataset, back, 4));
        CHECK(back[0] == 1 && back[3] == 4);
        vaelib_dataset_free(dataset);
    }
    {
        /* Whole numbers are not rounded on their way to whole numbers. */
        vaelib_writer *writer = create_writer(path);
        vaelib_writer_config config = make_writer_config(VAELIB_INT64, NULL, 0);
        vaelib_array array = make_view(large, VAELIB_INT64, 2, 1);
        int64_t back[2];
        vaelib_dataset *dataset;
        CHECK_OK(vaelib_writer_add(writer, "x", &config));
        CHECK_OK(vaelib_writer_append(writer, "x", &array));
        CHECK_OK(vaelib_writer_finish(writer));
        vaelib_writer_free(writer);
        dataset = open_labelled(path, "x", "x");
        CHECK_OK(vaelib_dataset_read_labels(dataset, back, 2));
        CHECK(memcmp(back, large, sizeof back) == 0);
        vaelib_dataset_free(dataset);
    }
}

static void check_names(void) {
    const char *path = scratch_path("written.h5");
    char names[64];
    size_t needed = 0;
    CHECK_OK(vaelib_dataset_list(path, 0, NULL, 0, &needed));
    CHECK(needed == sizeof "train/x" + sizeof "y");
    memset(names, '?', sizeof names);
    CHECK_OK(vaelib_dataset_list(path, 0, names, needed - 1, &needed));
    CHECK(names[0] == '?');
    CHECK_OK(vaelib_dataset_list(path, 0, names, sizeof names, &needed));
    CHECK(memcmp(names, "train/x\0y\0?", needed + 1) == 0);
    CHECK_STATUS(vaelib_dataset_list(path, 0, NULL, sizeof names, &needed), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_list(path, 0, names, sizeof names, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_list(NULL, 0, names, sizeof names, &needed), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_list(scratch_path("missing.h5"), 0, names, 9, &needed), VAELIB_FILE_ERROR);
    CHECK_STATUS(vaelib_dataset_list(scratch_path("text.h5"), 0, names, 9, &needed), VAELIB_FORMAT_ERROR);
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
    return report();
}
