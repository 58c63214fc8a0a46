/*
 * Queries from C, and their products of matrices alone, timed block by block as the program that started this one asks.
 *
 *     queries MODEL OPENBLAS encode|decode ROWS WIDTH...
 *
 * MODEL is the file of a variational auto-encoder, WIDTH... are the inputs and outputs of the layers that answer.
 * OPENBLAS is the library that numpy brings, or "-". Each line of standard input is a request, each answer a line:
 *
 *     vaelib N      seconds of a query, of N
 *     products N    seconds of its products by cblas_sgemm (cblas_sgemv for one row), of N times
 *     answer        the last row of the query's result
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vaelib.h>

#define MAXIMUM_WIDTHS 16

/* CBLAS's numbers for row-major matrices, and for matrices as they are or transposed. */
enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };

typedef void multiply_matrices(
    int order, int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k, float alpha, const float *a,
    int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
typedef void multiply_vector(
    int order, int transpose, int64_t m, int64_t n, float alpha, const float *a, int64_t lda, const float *x,
    int64_t incx, float beta, float *y, int64_t incy);

static vaelib_model *model;
static int decodes;
static size_t rows, width_count, widths[MAXIMUM_WIDTHS];
/* Inputs, then the outputs of each layer; the layers' weights; means and log-variances. */
static float *values[MAXIMUM_WIDTHS], *weights[MAXIMUM_WIDTHS], *results[2];
static multiply_matrices *sgemm;
static multiply_vector *sgemv;

static void fail(const char *what) {
    fprintf(stderr, "queries: %s\n", what);
    exit(1);
}

static void require(vaelib_status status) {
    if (status != VAELIB_OK) fail(vaelib_last_error());
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static float *allocate(size_t count) {
    float *memory = calloc(count, sizeof(float));
    if (memory == NULL) fail("out of memory");
    return memory;
}

static void *find(void *library, const char *name) {
    void *function = dlsym(library, name);
    if (function == NULL) fail(dlerror());
    return function;
}

/* The 64-bit interface, by the names that numpy's own copy has. */
static void open_products(const char *path) {
    void *library, *function;
    if (strcmp(path, "-") == 0) return;
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) fail(dlerror());
    function = find(library, "scipy_cblas_sgemm64_");
    memcpy(&sgemm, &function, sizeof sgemm);
    function = find(library, "scipy_cblas_sgemv64_");
    memcpy(&sgemv, &function, sizeof sgemv);
}

static size_t answer_width(void) {
    size_t last = widths[width_count - 1];
    return decodes ? last : last / 2;
}

static void prepare(void) {
    for (size_t i = 0; i < width_count; i++) values[i] = allocate(rows * widths[i]);
    for (size_t i = 0; i < rows * widths[0]; i++) values[0][i] = (float)(i % 7) / 7.0f;
    for (size_t i = 0; i + 1 < width_count; i++) {
        weights[i] = allocate(widths[i] * widths[i + 1]);
        for (size_t j = 0; j < widths[i] * widths[i + 1]; j++) weights[i][j] = (float)(j % 13) / 130.0f - 0.05f;
    }
    for (int i = 0; i < 2; i++) results[i] = allocate(rows * answer_width());
}

/* What a program does that has an array: wrap it, ask, let go of it. */
static void query(void) {
    vaelib_array array = VAELIB_ARRAY_INIT;
    vaelib_dataset *dataset = NULL;
    size_t count = rows * answer_width();
    require(vaelib_array_init(&array, values[0], VAELIB_FLOAT32, rows, widths[0]));
    require(vaelib_dataset_from_array(&array, NULL, &dataset));
    if (decodes) {
        require(vaelib_vae_decode(model, dataset, NULL, results[0], NULL, count));
    } else {
        require(vaelib_vae_encode(model, dataset, results[0], results[1], count));
    }
    vaelib_dataset_free(dataset);
}

static void multiply(void) {
    if (sgemm == NULL) fail("products were asked for without OpenBLAS");
    for (size_t i = 0; i + 1 < width_count; i++) {
        int64_t inputs = (int64_t)widths[i], outputs = (int64_t)widths[i + 1];
        if (rows == 1) {
            sgemv(ROW_MAJOR, TRANSPOSED, inputs, outputs, 1, weights[i], outputs, values[i], 1, 0, values[i + 1], 1);
        } else {
            sgemm(ROW_MAJOR, PLAIN, PLAIN, (int64_t)rows, outputs, inputs, 1, values[i], inputs, weights[i], outputs,
                  0, values[i + 1], outputs);
        }
    }
}

static void answer(void) {
    size_t width = answer_width();
    query();
    for (size_t i = 0; i < width; i++) printf("%.9g ", (double)results[0][(rows - 1) * width + i]);
    printf("\n");
}

/* Seconds of one, after one that is not counted. */
static double seconds(void (*work)(void), long count) {
    double started;
    work();
    started = now();
    for (long i = 0; i < count; i++) work();
    return (now() - started) / (double)count;
}

static void serve(void) {
    char line[64];
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *number = strchr(line, ' ');
        long count = number == NULL ? 1 : strtol(number, NULL, 10);
        if (strncmp(line, "answer", 6) == 0) {
            answer();
        } else {
            printf("%.9g\n", seconds(strncmp(line, "products", 8) == 0 ? multiply : query, count));
        }
        fflush(stdout);
    }
}

int main(int count, char **arguments) {
    if (count < 7 || count > 5 + MAXIMUM_WIDTHS) fail("usage: queries MODEL OPENBLAS encode|decode ROWS WIDTH...");
    decodes = strcmp(arguments[3], "decode") == 0;
    rows = strtoul(arguments[4], NULL, 10);
    for (int i = 5; i < count; i++) widths[width_count++] = strtoul(arguments[i], NULL, 10);
    require(vaelib_model_load(arguments[1], 0, &model));
    open_products(arguments[2]);
    prepare();
    serve();
    vaelib_model_free(model);
    return 0;
}
