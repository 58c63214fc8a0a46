/* Arrays in the caller's memory: every type, every stride, and views that leave their buffer. */
#include "support.h"

static vaelib_status try_array(const vaelib_array *array) {
    vaelib_dataset *dataset = NULL;
    vaelib_status status = vaelib_dataset_from_array(array, NULL, &dataset);
    CHECK((status == VAELIB_OK) == (dataset != NULL));
    vaelib_dataset_free(dataset);
    return status;
}

/* Reads an array of 2 x 3 through the library. */
static void read_six(const vaelib_array *array, float *out_values) {
    vaelib_dataset *dataset = NULL;
    REQUIRE_OK(vaelib_dataset_from_array(array, NULL, &dataset));
    REQUIRE_OK(vaelib_dataset_read(dataset, out_values, 6));
    vaelib_dataset_free(dataset);
}

static void check_values(const vaelib_array *array, double a, double b, double c, double d, double e, double f) {
    float values[6];
    read_six(array, values);
    CHECK_NEAR(values[0], a, 1e-6);
    CHECK_NEAR(values[1], b, 1e-6);
    CHECK_NEAR(values[2], c, 1e-6);
    CHECK_NEAR(values[3], d, 1e-6);
    CHECK_NEAR(values[4], e, 1e-6);
    CHECK_NEAR(values[5], f, 1e-6);
}

static void check_types(void) {
    const uint8_t bytes[] = {0, 1, 2, 128, 254, 255};
    const int8_t signed_bytes[] = {-128, -1, 0, 1, 2, 127};
    const int16_t shorts[] = {-32768, -1, 0, 1, 2, 32767};
    const int32_t ints[] = {-65536, -1, 0, 1, 2, 65536};
    const int64_t longs[] = {-1048576, -1, 0, 1, 2, 1048576};
    const float floats[] = {-1.5f, -1, 0, 1, 2, 0.25f};
    const double doubles[] = {-1.5, -1, 0, 1, 2, 0.25};
    vaelib_array array = VAELIB_ARRAY_INIT;
    CHECK_OK(vaelib_array_init(&array, bytes, VAELIB_UINT8, 2, 3));
    check_values(&array, 0, 1, 2, 128, 254, 255);
    array.scale = 0.5;
    array.shift = -1;
    check_values(&array, -1, -0.5, 0, 63, 126, 126.5);
    CHECK_OK(vaelib_array_init(&array, signed_bytes, VAELIB_INT8, 2, 3));
    check_values(&array, -128, -1, 0, 1, 2, 127);
    CHECK_OK(vaelib_array_init(&array, shorts, VAELIB_INT16, 2, 3));
    check_values(&array, -32768, -1, 0, 1, 2, 32767);
    CHECK_OK(vaelib_array_init(&array, ints, VAELIB_INT32, 2, 3));
    check_values(&array, -65536, -1, 0, 1, 2, 65536);
    CHECK_OK(vaelib_array_init(&array, longs, VAELIB_INT64, 2, 3));
    check_values(&array, -1048576, -1, 0, 1, 2, 1048576);
    CHECK_OK(vaelib_array_init(&array, floats, VAELIB_FLOAT32, 2, 3));
    check_values(&array, -1.5, -1, 0, 1, 2, 0.25);
    CHECK_OK(vaelib_array_init(&array, doubles, VAELIB_FLOAT64, 2, 3));
    check_values(&array, -1.5, -1, 0, 1, 2, 0.25);
}

static void check_strides(void) {
    const float values[] = {0, 1, 2, 3, 4, 5};
    unsigned char packed[1 + 6 * sizeof(double)];
    const double doubles[] = {0, 1, 2, 3, 4, 5};
    vaelib_array array = VAELIB_ARRAY_INIT;

    CHECK_OK(vaelib_array_init(&array, values, VAELIB_FLOAT32, 2, 3));
    CHECK(array.struct_size == sizeof array && array.buffer == values && array.buffer_bytes == sizeof values);
    CHECK(array.offset == 0 && array.row_stride == 12 && array.column_stride == 4);
    CHECK(array.scale == 1 && array.shift == 0);

    array.row_stride = 4; /* Fortran order */
    array.column_stride = 8;
    check_values(&array, 0, 2, 4, 1, 3, 5);

    array.row_stride = -12; /* rows backwards */
    array.column_stride = 4;
    array.offset = 12;
    check_values(&array, 3, 4, 5, 0, 1, 2);

    array.row_stride = -12; /* all backwards */
    array.column_stride = -4;
    array.offset = 20;
    check_values(&array, 5, 4, 3, 2, 1, 0);

    array.row_stride = 0; /* the same row twice */
    array.column_stride = 4;
    array.offset = 12;
    check_values(&array, 3, 4, 5, 3, 4, 5);

    array.row_stride = 0; /* one number everywhere */
    array.column_stride = 0;
    array.offset = 20;
    check_values(&array, 5, 5, 5, 5, 5, 5);

    memcpy(packed + 1, doubles, sizeof doubles); /* unaligned */
    CHECK_OK(vaelib_array_init(&array, packed, VAELIB_FLOAT64, 2, 3));
    array.buffer_bytes = sizeof packed;
    array.offset = 1;
    check_values(&array, 0, 1, 2, 3, 4, 5);
}

static void check_init(void) {
    vaelib_array array = VAELIB_ARRAY_INIT;
    float value = 0;
    CHECK_STATUS(vaelib_array_init(NULL, &value, VAELIB_FLOAT32, 1, 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_array_init(&array, &value, (vaelib_dtype)7, 1, 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_array_init(&array, &value, (vaelib_dtype)-1, 1, 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_array_init(&array, &value, VAELIB_FLOAT32, SIZE_MAX, 2), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_array_init(&array, &value, VAELIB_FLOAT64, SIZE_MAX / 8 + 1, 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(
        vaelib_array_init(&array, &value, VAELIB_FLOAT64, (size_t)1 << 32, (size_t)1 << 32), VAELIB_INVALID_ARGUMENT);
}

/* A change to a good 2 x 3 array that makes it a bad one. */
#define CHECK_REFUSED(change) \
    do { \
        vaelib_array array = VAELIB_ARRAY_INIT; \
        CHECK_OK(vaelib_array_init(&array, values, VAELIB_FLOAT32, 2, 3)); \
        change; \
        CHECK_STATUS(try_array(&array), VAELIB_INVALID_ARGUMENT); \
    } while (0)

static void check_views_that_leave(void) {
    static const float values[6] = {0};
    CHECK_REFUSED(array.buffer = NULL);
    CHECK_REFUSED(array.buffer_bytes = 23);
    CHECK_REFUSED(array.buffer_bytes = 0);
    CHECK_REFUSED(array.offset = 1);
    CHECK_REFUSED(array.offset = 24);
    CHECK_REFUSED(array.offset = SIZE_MAX);
    CHECK_REFUSED(array.row_stride = 13);
    CHECK_REFUSED(array.row_stride = -1);
    CHECK_REFUSED(array.row_stride = -12);
    CHECK_REFUSED(array.row_stride = PTRDIFF_MAX);
    CHECK_REFUSED(array.row_stride = PTRDIFF_MIN);
    CHECK_REFUSED(array.column_stride = 5);
    CHECK_REFUSED(array.column_stride = -4);
    CHECK_REFUSED(array.column_stride = PTRDIFF_MAX);
    CHECK_REFUSED(array.column_stride = PTRDIFF_MIN);
    CHECK_REFUSED(array.column_stride = PTRDIFF_MAX; array.row_stride = PTRDIFF_MIN);
    CHECK_REFUSED(array.rows = 3);
    CHECK_REFUSED(array.rows = 0);
    CHECK_REFUSED(array.rows = SIZE_MAX);
    CHECK_REFUSED(array.rows = (size_t)1 << 63);
    CHECK_REFUSED(array.rows = (size_t)1 << 63; array.row_stride = 2);
    CHECK_REFUSED(array.rows = SIZE_MAX; array.row_stride = 0);
    CHECK_REFUSED(array.columns = 0);
    CHECK_REFUSED(array.columns = 4);
    CHECK_REFUSED(array.columns = SIZE_MAX);
    CHECK_REFUSED(array.dtype = (vaelib_dtype)7);
    CHECK_REFUSED(array.dtype = VAELIB_FLOAT64);
    CHECK_REFUSED(array.scale = NAN);
    CHECK_REFUSED(array.scale = INFINITY);
    CHECK_REFUSED(array.shift = -INFINITY);
    CHECK_STATUS(try_array(NULL), VAELIB_INVALID_ARGUMENT);
}

static void check_labels(void) {
    const float values[6] = {0};
    const int32_t numbers[] = {4, 0, -2};
    const float reals[] = {0, 1};
    int64_t read[2] = {0, 0};
    vaelib_array examples = VAELIB_ARRAY_INIT, labels = VAELIB_ARRAY_INIT;
    vaelib_dataset *dataset = NULL;
    CHECK_OK(vaelib_array_init(&examples, values, VAELIB_FLOAT32, 2, 3));
    CHECK_STATUS(vaelib_dataset_from_array(&examples, NULL, NULL), VAELIB_INVALID_ARGUMENT);

    CHECK_OK(vaelib_array_init(&labels, numbers, VAELIB_INT32, 2, 1));
    labels.row_stride = 8;
    labels.buffer_bytes = sizeof numbers;
    CHECK_OK(vaelib_dataset_from_array(&examples, &labels, &dataset));
    CHECK_OK(vaelib_dataset_read_labels(dataset, read, 2));
    CHECK(read[0] == 4 && read[1] == -2);
    CHECK_STATUS(vaelib_dataset_read_labels(dataset, read, 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_read_labels(dataset, NULL, 2), VAELIB_INVALID_ARGUMENT);
    vaelib_dataset_free(dataset);
    dataset = NULL;

    CHECK_OK(vaelib_array_init(&labels, numbers, VAELIB_INT32, 3, 1));
    CHECK_STATUS(vaelib_dataset_from_array(&examples, &labels, &dataset), VAELIB_INVALID_ARGUMENT);
    CHECK_OK(vaelib_array_init(&labels, numbers, VAELIB_INT32, 1, 2));
    CHECK_STATUS(vaelib_dataset_from_array(&examples, &labels, &dataset), VAELIB_INVALID_ARGUMENT);
    CHECK_OK(vaelib_array_init(&labels, reals, VAELIB_FLOAT32, 2, 1));
    CHECK_STATUS(vaelib_dataset_from_array(&examples, &labels, &dataset), VAELIB_INVALID_ARGUMENT);
    CHECK(dataset == NULL);

    dataset = wrap(values, 2, 3);
    CHECK_STATUS(vaelib_dataset_read_labels(dataset, read, 2), VAELIB_INVALID_ARGUMENT);
    vaelib_dataset_free(dataset);
}

int main(void) {
    check_init();
    check_types();
    check_strides();
    check_views_that_leave();
    check_labels();
    return report();
}
