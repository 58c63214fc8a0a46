/* Sparse matrices in the caller's memory: every type, and what contradicts itself. */
#include <time.h>
#include "support.h"

/* 5 . . 1 / . . . . / . 2 . 3, with an unsorted last row. */
static const float data[] = {5, 1, 3, 2};
static const int32_t indices[] = {0, 3, 3, 1}, indptr[] = {0, 2, 2, 4};
static const float dense[] = {5, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 3};

static vaelib_csr counts(void) {
    vaelib_csr csr = VAELIB_CSR_INIT;
    csr.data = data;
    csr.dtype = VAELIB_FLOAT32;
    csr.indices = indices;
    csr.indptr = indptr;
    csr.index_dtype = VAELIB_INT32;
    csr.rows = 3;
    csr.columns = 4;
    csr.entries = 4;
    csr.scale = 1;
    return csr;
}

static vaelib_dataset *make(const vaelib_csr *csr) {
    vaelib_dataset *dataset = NULL;
    REQUIRE_OK(vaelib_dataset_from_csr(csr, NULL, &dataset));
    return dataset;
}

static void check_values(const vaelib_csr *csr, double scale, double shift) {
    float values[12];
    vaelib_dataset *dataset = make(csr);
    CHECK_OK(vaelib_dataset_read(dataset, values, 12));
    for (int i = 0; i < 12; i++) CHECK(values[i] == (float)(dense[i] * scale + shift));
    vaelib_dataset_free(dataset);
}

static void check_types(void) {
    const int64_t long_indices[] = {0, 3, 3, 1}, long_indptr[] = {0, 2, 2, 4};
    const uint8_t bytes[] = {5, 1, 3, 2};
    const int8_t signed_bytes[] = {5, 1, 3, 2};
    const int16_t shorts[] = {5, 1, 3, 2};
    const int32_t ints[] = {5, 1, 3, 2};
    const int64_t longs[] = {5, 1, 3, 2};
    const double doubles[] = {5, 1, 3, 2};
    const void *const all[] = {bytes, signed_bytes, shorts, ints, longs, data, doubles};
    for (int dtype = VAELIB_UINT8; dtype <= VAELIB_FLOAT64; dtype++) {
        vaelib_csr csr = counts();
        csr.data = all[dtype];
        csr.dtype = (vaelib_dtype)dtype;
        check_values(&csr, 1, 0);
        csr.indices = long_indices;
        csr.indptr = long_indptr;
        csr.index_dtype = VAELIB_INT64;
        check_values(&csr, 1, 0);
        csr.scale = -0.3;
        csr.shift = 0.7;
        check_values(&csr, -0.3, 0.7);
    }
}

static void check_description(void) {
    vaelib_csr csr = counts();
    const int64_t classes[] = {1, 0, 1};
    vaelib_array labels = VAELIB_ARRAY_INIT;
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    vaelib_dataset *dataset = NULL, *slice = NULL, *chosen = NULL;
    int64_t read[3];
    CHECK_OK(vaelib_array_init(&labels, classes, VAELIB_INT64, 3, 1));
    REQUIRE_OK(vaelib_dataset_from_csr(&csr, &labels, &dataset));
    CHECK_OK(vaelib_dataset_describe(dataset, &info));
    CHECK(info.rows == 3 && info.columns == 4 && info.dtype == VAELIB_FLOAT32 && info.has_labels && info.in_memory);
    CHECK(info.sparse == 1 && info.stored_numbers == 4 && info.memory_bytes == 4 * 8 + 4 * 8);
    CHECK_OK(vaelib_dataset_read_labels(dataset, read, 3));
    CHECK(read[0] == 1 && read[1] == 0 && read[2] == 1);

    const size_t rows[] = {2, 0, 2};
    float values[12];
    REQUIRE_OK(vaelib_dataset_select(dataset, rows, 3, &chosen));
    CHECK_OK(vaelib_dataset_read(chosen, values, 12));
    CHECK(memcmp(values, dense + 8, 16) == 0 && memcmp(values + 4, dense, 16) == 0);
    CHECK(memcmp(values + 8, dense + 8, 16) == 0);
    CHECK_OK(vaelib_dataset_describe(chosen, &info));
    CHECK(info.stored_numbers == 6);
    REQUIRE_OK(vaelib_dataset_slice(dataset, 1, 2, &slice));
    CHECK_OK(vaelib_dataset_read(slice, values, 8));
    CHECK(memcmp(values, dense + 4, 32) == 0);
    CHECK_OK(vaelib_dataset_describe(slice, &info));
    CHECK(info.rows == 2 && info.sparse == 1 && info.stored_numbers == 2);

    vaelib_dataset *both = NULL, *array = wrap(dense, 3, 4);
    const vaelib_dataset *const parts[] = {slice, array};
    vaelib_dataset *bare = NULL;
    REQUIRE_OK(vaelib_dataset_relabel(slice, NULL, &bare));
    const vaelib_dataset *const unlabelled[] = {bare, array};
    CHECK_STATUS(vaelib_dataset_concatenate(parts, 2, &both), VAELIB_INVALID_ARGUMENT);
    REQUIRE_OK(vaelib_dataset_concatenate(unlabelled, 2, &both));
    CHECK_OK(vaelib_dataset_describe(both, &info));
    CHECK(info.rows == 5 && info.sparse == 1 && info.stored_numbers == 14);
    CHECK_OK(vaelib_dataset_describe(array, &info));
    CHECK(info.sparse == 0 && info.stored_numbers == 12 && info.memory_bytes == 48);
    vaelib_dataset_free(both);
    vaelib_dataset_free(bare);
    vaelib_dataset_free(array);
    vaelib_dataset_free(slice);
    vaelib_dataset_free(chosen);
    vaelib_dataset_free(dataset);
}

static void refuse(const vaelib_csr *csr, const char *text) {
    vaelib_dataset *dataset = NULL;
    CHECK_MESSAGE(vaelib_dataset_from_csr(csr, NULL, &dataset), VAELIB_INVALID_ARGUMENT, text);
    CHECK(dataset == NULL);
}

static void check_contradictions(void) {
    const int32_t first[] = {1, 2, 2, 4}, falling[] = {0, 3, 2, 4}, beyond[] = {0, 5, 5, 5}, short_of[] = {0, 2, 2, 3};
    const int32_t negative[] = {0, -1, 3, 1}, outside[] = {0, 3, 4, 1}, least[] = {0, 3, INT32_MIN, 1};
    const int32_t twice[] = {0, 3, 1, 1}, sorted_outside[] = {0, 3, 1, 4};
    vaelib_csr csr = counts();
    csr.indptr = first;
    refuse(&csr, "indptr begins with 1");
    csr.indptr = falling;
    refuse(&csr, "indptr falls from 3 to 2 at row 1");
    csr.indptr = beyond;
    refuse(&csr, "row 0 ends at entry 5, but there are 4");
    csr.columns = 1;
    csr.indptr = indptr;
    refuse(&csr, "row 0 has 2 entries, more than there are columns, 1");
    csr.columns = 4;
    csr.indptr = short_of;
    refuse(&csr, "indptr ends with 3, but there are 4 entries");
    csr.indptr = indptr;
    csr.indices = negative;
    refuse(&csr, "row 0 has an entry of column -1 (indices[1]), but the columns are 0 to 3");
    csr.indices = outside;
    refuse(&csr, "row 2 has an entry of column 4 (indices[2])");
    csr.indices = sorted_outside;
    refuse(&csr, "row 2 has an entry of column 4 (indices[3])");
    csr.indices = least;
    refuse(&csr, "row 2 has an entry of column -2147483648");
    csr.indices = twice;
    refuse(&csr, "row 2 has several entries of column 1; add them up");
}

static void check_bad_fields(void) {
    vaelib_csr csr;
    vaelib_dataset *dataset = NULL;
#define REFUSE(field, value, text) csr = counts(), csr.field = (value), refuse(&csr, text)
    REFUSE(struct_size, 8, "struct_size");
    REFUSE(data, NULL, "data is NULL");
    REFUSE(indices, NULL, "indices is NULL");
    REFUSE(indptr, NULL, "indptr is NULL");
    REFUSE(dtype, (vaelib_dtype)7, "dtype is 7");
    REFUSE(index_dtype, VAELIB_INT16, "index_dtype is 2, int16");
    REFUSE(index_dtype, VAELIB_FLOAT32, "index_dtype is 5, float32");
    REFUSE(rows, 0, "rows is 0");
    REFUSE(columns, 0, "columns is 0");
    REFUSE(rows, SIZE_MAX, "rows is");
    REFUSE(rows, SIZE_MAX / 2, "rows is");
    REFUSE(columns, SIZE_MAX, "columns is");
    REFUSE(entries, SIZE_MAX, "entries is");
    REFUSE(entries, SIZE_MAX / 8, "entries is");
    REFUSE(scale, 0, "scale");
    REFUSE(scale, NAN, "scale");
    REFUSE(shift, INFINITY, "shift");
    csr = counts();
    CHECK_MESSAGE(vaelib_dataset_from_csr(NULL, NULL, &dataset), VAELIB_INVALID_ARGUMENT, "examples is NULL");
    CHECK_MESSAGE(vaelib_dataset_from_csr(&csr, NULL, NULL), VAELIB_INVALID_ARGUMENT, "out_dataset is NULL");
    const int64_t classes[] = {1, 0};
    vaelib_array labels = VAELIB_ARRAY_INIT;
    CHECK_OK(vaelib_array_init(&labels, classes, VAELIB_INT64, 2, 1));
    CHECK_MESSAGE(vaelib_dataset_from_csr(&csr, &labels, &dataset), VAELIB_INVALID_ARGUMENT, "expected 3 x 1");
    CHECK(dataset == NULL);
}

static void check_no_entries(void) {
    const int32_t zeros[] = {0, 0, 0, 0};
    float values[12];
    vaelib_csr csr = counts();
    csr.entries = 0;
    csr.data = csr.indices = NULL;
    csr.indptr = zeros;
    csr.shift = 2;
    vaelib_dataset *dataset = make(&csr);
    CHECK_OK(vaelib_dataset_read(dataset, values, 12));
    for (int i = 0; i < 12; i++) CHECK(values[i] == 2);
    vaelib_dataset_free(dataset);
}

/* Memory that changes against the contract must not lead anywhere else. */
static void check_changes(void) {
    int32_t columns[] = {0, 3, 3, 1}, ends[] = {0, 2, 2, 4};
    float values[14] = {0};
    vaelib_csr csr = counts();
    csr.indices = columns;
    csr.indptr = ends;
    vaelib_dataset *dataset = make(&csr);
    columns[0] = -7;
    columns[1] = 1 << 20;
    ends[1] = INT32_MAX;
    ends[2] = INT32_MIN;
    values[12] = values[13] = 42;
    CHECK_OK(vaelib_dataset_read(dataset, values, 12));
    CHECK(values[12] == 42 && values[13] == 42);
    vaelib_dataset_free(dataset);
}

/* The same bits as with the dense array, for any number of threads. */
static void check_training(void) {
    enum { rows = 300, columns = 40 };
    float *images = make_images(rows, columns, 3);
    int32_t *places = malloc(rows * columns * sizeof *places);
    int64_t *begins = malloc((rows + 1) * sizeof *begins);
    float *numbers = malloc(rows * columns * sizeof *numbers);
    int64_t *wide = malloc(rows * columns * sizeof *wide);
    int64_t count = 0;
    for (int row = 0; row < rows; row++) {
        begins[row] = count;
        for (int column = 0; column < columns; column++) {
            if (images[row * columns + column] == 0) continue;
            numbers[count] = images[row * columns + column];
            wide[count] = places[count] = column;
            count++;
        }
    }
    begins[rows] = count;
    vaelib_csr csr = counts();
    csr.data = numbers;
    csr.indices = wide;
    csr.indptr = begins;
    csr.index_dtype = VAELIB_INT64;
    csr.rows = rows;
    csr.columns = columns;
    csr.entries = (size_t)count;
    vaelib_dataset *sets[] = {wrap(images, rows, columns), make(&csr)};
    vaelib_training_config plan = make_plan(3);
    uint64_t expected = 0;
    float *codes[2] = {calloc(rows * 2, sizeof(float)), calloc(rows * 2, sizeof(float))};
    for (size_t threads = 1; threads <= 3; threads += 2) {
        CHECK_OK(vaelib_threads_set(threads));
        for (int i = 0; i < 2; i++) {
            vaelib_model *model = make_model(columns, 2);
            CHECK_OK(vaelib_vae_fit(model, sets[i], NULL, &plan, NULL, NULL));
            if (expected == 0) expected = hash_parameters(model);
            CHECK(hash_parameters(model) == expected);
            CHECK_OK(vaelib_vae_encode(model, sets[i], codes[i], NULL, rows * 2));
            vaelib_model_free(model);
        }
        CHECK(memcmp(codes[0], codes[1], rows * 2 * sizeof(float)) == 0);
    }
    CHECK_OK(vaelib_threads_set(0));
    /* Results that would be written over the matrix while it is read. */
    vaelib_model *model = make_model(columns, 2);
    CHECK_MESSAGE(
        vaelib_vae_encode(model, sets[1], numbers, NULL, rows * 2), VAELIB_INVALID_ARGUMENT, "shares memory");
    CHECK_MESSAGE(
        vaelib_vae_encode(model, sets[1], (float *)wide, NULL, rows * 2), VAELIB_INVALID_ARGUMENT, "shares memory");
    vaelib_model_free(model);
    for (int i = 0; i < 2; i++) {
        vaelib_dataset_free(sets[i]);
        free(codes[i]);
    }
    free(images);
    free(places);
    free(begins);
    free(numbers);
    free(wide);
}

static void add_list(vaelib_writer *writer, const char *name, const void *numbers, vaelib_dtype dtype, size_t count) {
    vaelib_writer_config config = make_writer_config(dtype, NULL, 0);
    vaelib_array column = make_view(numbers, dtype, count, 1);
    REQUIRE_OK(vaelib_writer_add(writer, name, &config));
    REQUIRE_OK(vaelib_writer_append(writer, name, &column));
}

/* Wants the end at the question of this number, from 1; 0 for never. Asks for so long that the next one is due. */
struct patience {
    int questions, last;
};

static int ask(void *user_data) {
    const struct timespec longer_than_between_two = {0, 60000000};
    struct patience *patience = user_data;
    if (++patience->questions == patience->last) return 1;
    return nanosleep(&longer_than_between_two, NULL);
}

/* Opening ends when it is told to: in memory and streamed, row by row and column by column, with and without a child. */
static void check_stopped_openings(const char *path) {
    for (int kind = 0; kind < 8; kind++) {
        vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
        vaelib_dataset *dataset = NULL;
        struct patience patience = {0, 0};
        const size_t descriptors = open_descriptors();
        int questions;
        CHECK_OK(vaelib_dataset_options_init(&options));
        CHECK(options.should_stop == NULL && options.user_data == NULL);
        options.memory_budget = kind & 1 ? 0 : 1 << 20;
        options.row_axis = kind & 2 ? 0 : 1;
        options.check_in_child = kind & 4 ? 1 : 0;
        options.should_stop = ask;
        options.user_data = &patience;
        REQUIRE_OK(vaelib_dataset_open(path, "matrix", &options, &dataset));
        vaelib_dataset_free(dataset);
        dataset = NULL;
        /* Once at the beginning; in a look for what the child says; for what is counted; for what is read to memory. */
        questions = patience.questions;
        CHECK(questions >= 1 + (kind & 2 ? 1 : 0) + (kind & 1 ? 0 : 1) + (kind & 4 ? 1 : 0));
        for (patience.last = 1; patience.last <= questions; patience.last++) {
            vaelib_status status;
            patience.questions = 0;
            status = vaelib_dataset_open(path, "matrix", &options, &dataset);
            if (status == VAELIB_OK && kind & 4) break; /* the child was quicker this time */
            CHECK_STATUS(status, VAELIB_CANCELLED);
            CHECK(dataset == NULL && patience.questions == patience.last && open_descriptors() == descriptors);
        }
    }
}

/* A dense set is read to memory in pieces, between which the opening can end. */
static void check_stopped_dense_opening(void) {
    enum { dense_rows = 20 << 10, row_bytes = 1 << 10 };
    const size_t shape[] = {row_bytes};
    const char *path = scratch_path("dense.h5");
    uint8_t *bytes = calloc(dense_rows, row_bytes);
    vaelib_writer *writer = create_writer(path);
    vaelib_writer_config config = make_writer_config(VAELIB_UINT8, shape, 1);
    vaelib_array array = make_view(bytes, VAELIB_UINT8, dense_rows, row_bytes);
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset *dataset = NULL;
    struct patience patience = {0, 0};
    const size_t descriptors = open_descriptors();
    REQUIRE_OK(vaelib_writer_add(writer, "x", &config));
    REQUIRE_OK(vaelib_writer_append(writer, "x", &array));
    REQUIRE_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    free(bytes);
    CHECK_OK(vaelib_dataset_options_init(&options));
    options.should_stop = ask;
    options.user_data = &patience;
    for (patience.last = 1; patience.last <= 2; patience.last++) {
        patience.questions = 0;
        CHECK_STATUS(vaelib_dataset_open(path, "x", &options, &dataset), VAELIB_CANCELLED);
        CHECK(dataset == NULL && patience.questions == patience.last && open_descriptors() <= descriptors);
    }
    remove(path);
}

/* The layout of 10x Genomics: genes x cells, of which the cells are the examples. */
static void check_files(void) {
    const int64_t shape[] = {4, 3};
    const int32_t outside[] = {0, 3, 4, 1};
    const char *path = scratch_path("sparse.h5");
    vaelib_writer *writer = create_writer(path);
    add_list(writer, "matrix/data", data, VAELIB_FLOAT32, 4);
    add_list(writer, "matrix/indices", indices, VAELIB_INT32, 4);
    add_list(writer, "matrix/indptr", indptr, VAELIB_INT32, 4);
    add_list(writer, "matrix/shape", shape, VAELIB_INT64, 2);
    add_list(writer, "damaged/data", data, VAELIB_FLOAT32, 4);
    add_list(writer, "damaged/indices", outside, VAELIB_INT32, 4);
    add_list(writer, "damaged/indptr", indptr, VAELIB_INT32, 4);
    add_list(writer, "damaged/shape", shape, VAELIB_INT64, 2);
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);

    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    vaelib_dataset *dataset = NULL;
    float values[12];
    CHECK_OK(vaelib_dataset_options_init(&options));
    for (int streamed = 0; streamed < 2; streamed++) {
        for (int in_child = 0; in_child < 2; in_child++) {
            options.memory_budget = streamed ? 0 : 1 << 20;
            options.check_in_child = in_child;
            REQUIRE_OK(vaelib_dataset_open(path, "matrix", &options, &dataset));
            CHECK_OK(vaelib_dataset_describe(dataset, &info));
            CHECK(info.rows == 3 && info.columns == 4 && info.dtype == VAELIB_FLOAT32 && info.sparse == 1);
            CHECK(info.in_memory == !streamed && info.stored_numbers == 4 && info.memory_bytes == 4 * 8 + 4 * 8);
            CHECK_OK(vaelib_dataset_read(dataset, values, 12));
            CHECK(memcmp(values, dense, sizeof values) == 0);
            vaelib_dataset_free(dataset);
        }
    }
    options.check_in_child = 0;
    REQUIRE_OK(vaelib_dataset_open(path, "damaged", &options, &dataset));
    CHECK_MESSAGE(
        vaelib_dataset_read(dataset, values, 12), VAELIB_FORMAT_ERROR, "row 2 has an entry of column 4 (indices[2])");
    vaelib_dataset_free(dataset);
    CHECK_MESSAGE(vaelib_dataset_open(path, "damaged", NULL, &dataset), VAELIB_FORMAT_ERROR, "sparse matrix \"damaged\"");
    options.check_in_child = 1;
    CHECK_MESSAGE(vaelib_dataset_open(path, "damaged", &options, &dataset), VAELIB_FORMAT_ERROR, "row 2");
    options = (vaelib_dataset_options)VAELIB_DATASET_OPTIONS_INIT;
    CHECK_OK(vaelib_dataset_options_init(&options));
    options.row_axis = 2;
    CHECK_MESSAGE(vaelib_dataset_open(path, "matrix", &options, &dataset), VAELIB_FORMAT_ERROR,
                  "row_axis is 2, allowed: 0 or 1");
    /* The other axis: in memory, and by way of a temporary file. */
    options.row_axis = 0;
    for (int streamed = 0; streamed < 2; streamed++) {
        float turned[12];
        options.memory_budget = streamed ? 0 : 1 << 20;
        REQUIRE_OK(vaelib_dataset_open(path, "matrix", &options, &dataset));
        CHECK_OK(vaelib_dataset_describe(dataset, &info));
        CHECK(info.rows == 4 && info.columns == 3 && info.in_memory == !streamed && info.stored_numbers == 4);
        CHECK_OK(vaelib_dataset_read(dataset, turned, 12));
        for (size_t i = 0; i < 12; i++) CHECK(turned[i] == values[i % 3 * 4 + i / 3]);
        vaelib_dataset_free(dataset);
    }

    check_stopped_openings(path);

    char names[128];
    size_t needed = 0;
    CHECK_OK(vaelib_dataset_list(path, 0, names, sizeof names, &needed));
    const char expected[] = "damaged\0damaged/shape\0matrix\0matrix/shape";
    CHECK(needed == sizeof expected && memcmp(names, expected, needed) == 0);
    remove(path);
}

int main(void) {
    check_types();
    check_description();
    check_contradictions();
    check_bad_fields();
    check_no_entries();
    check_changes();
    check_training();
    check_files();
    check_stopped_dense_opening();
    return report();
}
