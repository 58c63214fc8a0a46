/* Results of queries in files: the same numbers as in memory, joined, cancelled, refused. */
#include "support.h"

enum { rows = 1500, columns = 12, latents = 3 };

static float *images;
static vaelib_dataset *examples;

static vaelib_writer *create(const char *name) {
    vaelib_writer *writer = NULL;
    REQUIRE_OK(vaelib_writer_create(scratch_path(name), &writer));
    return writer;
}

/* The file's dataset holds exactly these numbers. */
static void check_stored(const char *file, const char *name, const float *expected, size_t height, size_t width) {
    vaelib_dataset *dataset = NULL;
    float *values = malloc(height * width * sizeof *values);
    require(values != NULL);
    REQUIRE_OK(vaelib_dataset_open(scratch_path(file), name, NULL, &dataset));
    CHECK_OK(vaelib_dataset_read(dataset, values, height * width));
    CHECK(memcmp(values, expected, height * width * sizeof *values) == 0);
    vaelib_dataset_free(dataset);
    free(values);
}

static void check_model(void) {
    vaelib_model *model = make_model(columns, latents);
    vaelib_writer *writer = create("model_results.h5");
    static float mean[rows * latents], log_variance[rows * latents], out[rows * columns], decoded[rows * columns];
    vaelib_dataset *codes;
    CHECK_OK(vaelib_vae_encode(model, examples, mean, log_variance, rows * latents));
    CHECK_OK(vaelib_vae_reconstruct(model, examples, VAELIB_SAMPLE, 9, out, rows * columns));
    codes = wrap(mean, rows, latents);
    CHECK_OK(vaelib_vae_decode(model, codes, NULL, decoded, NULL, rows * columns));

    CHECK_OK(vaelib_vae_encode_to(model, examples, writer, "mean", "log_variance", NULL, NULL));
    CHECK_OK(vaelib_vae_encode_to(model, examples, writer, NULL, "only/log_variance", NULL, NULL));
    CHECK_OK(vaelib_vae_reconstruct_to(model, examples, VAELIB_SAMPLE, 9, writer, "reconstructions", NULL, NULL));
    CHECK_OK(vaelib_vae_decode_to(model, codes, NULL, writer, "decoded", NULL, NULL, NULL));

    CHECK_STATUS(vaelib_vae_encode_to(model, examples, writer, NULL, NULL, NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_encode_to(model, examples, writer, "a", "a", NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_encode_to(model, examples, writer, "a", "a/b", NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_decode_to(model, codes, NULL, writer, NULL, "v", NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_vae_decode_to(model, codes, NULL, writer, "a", "v", NULL, NULL), VAELIB_INVALID_ARGUMENT,
                  "bernoulli");
    CHECK_STATUS(vaelib_vae_decode_to(model, examples, NULL, writer, "a", NULL, NULL, NULL), VAELIB_DATA_ERROR);
    CHECK_STATUS(
        vaelib_vae_reconstruct_to(model, examples, VAELIB_MEAN, 0, writer, NULL, NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(
        vaelib_vae_reconstruct_to(model, examples, (vaelib_choice)2, 0, writer, "a", NULL, NULL),
        VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_vae_encode_to(model, examples, writer, "decoded", NULL, NULL, NULL), VAELIB_DATA_ERROR,
                  "decoded");
    CHECK_STATUS(vaelib_vae_encode_to(NULL, examples, writer, "a", NULL, NULL, NULL), VAELIB_INVALID_HANDLE);
    CHECK_STATUS(vaelib_vae_encode_to(model, NULL, writer, "a", NULL, NULL, NULL), VAELIB_INVALID_HANDLE);
    /* None of these has harmed the writer. */
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    check_stored("model_results.h5", "mean", mean, rows, latents);
    check_stored("model_results.h5", "log_variance", log_variance, rows, latents);
    check_stored("model_results.h5", "only/log_variance", log_variance, rows, latents);
    check_stored("model_results.h5", "reconstructions", out, rows, columns);
    check_stored("model_results.h5", "decoded", decoded, rows, columns);
    vaelib_dataset_free(codes);
    vaelib_model_free(model);
}

/* The halves of a set, encoded one after another, give what the whole gives: noise is keyed by the row. */
static void check_joined(void) {
    vaelib_model *model = make_model(columns, latents);
    vaelib_writer *writer = create("joined.h5");
    vaelib_dataset *halves[2] = {NULL, NULL};
    static float expected[rows * columns];
    CHECK_OK(vaelib_vae_reconstruct(model, examples, VAELIB_SAMPLE, 4, expected, rows * columns));
    CHECK_OK(vaelib_dataset_slice(examples, 0, 512, &halves[0]));
    CHECK_OK(vaelib_dataset_slice(examples, 512, rows - 512, &halves[1]));
    for (int i = 0; i < 2; i++) {
        CHECK_OK(vaelib_vae_reconstruct_to(model, halves[i], VAELIB_SAMPLE, 4, writer, "x", NULL, NULL));
        vaelib_dataset_free(halves[i]);
    }
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    check_stored("joined.h5", "x", expected, rows, columns);
    vaelib_model_free(model);
}

static void check_stack(void) {
    vaelib_model *stack = make_stack(columns);
    vaelib_writer *writer = create("stack_results.h5");
    vaelib_training_config plan = make_plan(1);
    int64_t *labels = make_labels(rows, columns, 1);
    vaelib_dataset *labelled = wrap_labelled(images, labels, rows, columns);
    static float code[rows * 8], out[rows * columns], probabilities[rows * 4];
    CHECK_STATUS(
        vaelib_stack_predict_probabilities_to(stack, examples, writer, "p", NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_OK(vaelib_stack_finetune(stack, labelled, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK_OK(vaelib_stack_encode(stack, examples, 0, code, rows * 8));
    CHECK_OK(vaelib_stack_reconstruct(stack, examples, 1, out, rows * columns));
    CHECK_OK(vaelib_stack_predict_probabilities(stack, examples, probabilities, rows * 4));
    CHECK_OK(vaelib_stack_encode_to(stack, examples, 0, writer, "code", NULL, NULL));
    CHECK_OK(vaelib_stack_reconstruct_to(stack, examples, 1, writer, "out", NULL, NULL));
    CHECK_OK(vaelib_stack_predict_probabilities_to(stack, examples, writer, "p", NULL, NULL));
    CHECK_MESSAGE(
        vaelib_stack_encode_to(stack, examples, 2, writer, "a", NULL, NULL), VAELIB_INVALID_ARGUMENT, "layer");
    CHECK_STATUS(
        vaelib_stack_reconstruct_to(stack, examples, SIZE_MAX, writer, "a", NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_encode_to(stack, examples, 0, writer, NULL, NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_encode_to(NULL, examples, 0, writer, "a", NULL, NULL), VAELIB_INVALID_HANDLE);
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    check_stored("stack_results.h5", "code", code, rows, 8);
    check_stored("stack_results.h5", "out", out, rows, columns);
    check_stored("stack_results.h5", "p", probabilities, rows, 4);
    vaelib_dataset_free(labelled);
    vaelib_model_free(stack);
    free(labels);
}

static int count_reports(const vaelib_progress *progress, void *user_data) {
    size_t *reports = user_data;
    CHECK(progress->epoch == 1 && progress->epochs == 1 && progress->examples <= progress->examples_per_epoch);
    CHECK(progress->examples_per_epoch % rows == 0);
    CHECK(progress->phase == VAELIB_QUERY && progress->layer == 0 && progress->metric_count == 0);
    reports[progress->kind == VAELIB_PROGRESS_EPOCH]++;
    return 0;
}

static int stop(const vaelib_progress *progress, void *user_data) {
    (void)progress;
    (void)user_data;
    return 1;
}

static int cancel(const vaelib_progress *progress, void *user_data) {
    if (progress->examples > 0) CHECK_OK(vaelib_model_cancel(user_data));
    return 0;
}

/* A large set, made of one row repeated, so that there is time to report and to stop. */
static void check_progress_and_stopping(void) {
    const size_t height = 1000 * (size_t)rows;
    vaelib_model *model = make_model(columns, latents);
    vaelib_array array = VAELIB_ARRAY_INIT;
    vaelib_dataset *large = NULL;
    vaelib_writer *writer = create("large.h5");
    size_t reports[2] = {0, 0};
    REQUIRE_OK(vaelib_array_init(&array, images, VAELIB_FLOAT32, 1, columns));
    array.rows = height;
    array.row_stride = 0;
    REQUIRE_OK(vaelib_dataset_from_array(&array, NULL, &large));
    CHECK_OK(vaelib_vae_encode_to(model, large, writer, "x", NULL, count_reports, reports));
    CHECK(reports[0] > 0 && reports[1] == 1);
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);

    for (int how = 0; how < 2; how++) {
        vaelib_dataset *dataset = NULL;
        writer = create("stopped.h5");
        CHECK_STATUS(
            vaelib_vae_encode_to(model, large, writer, "x", NULL, how == 0 ? stop : cancel, model), VAELIB_CANCELLED);
        CHECK_MESSAGE(vaelib_writer_finish(writer), VAELIB_INVALID_ARGUMENT, "cancelled");
        CHECK_STATUS(vaelib_vae_encode_to(model, examples, writer, "y", NULL, NULL, NULL), VAELIB_INVALID_ARGUMENT);
        vaelib_writer_free(writer);
        CHECK_STATUS(vaelib_dataset_open(scratch_path("stopped.h5"), "x", NULL, &dataset), VAELIB_FILE_ERROR);
    }
    vaelib_dataset_free(large);
    vaelib_model_free(model);
}

/* What is wrong late in the data ends the writer; what is wrong early does not. */
static void check_unsuitable_data(void) {
    const size_t height = 1000 * (size_t)rows, bad_rows[] = {height - 1, 3};
    vaelib_model *model = make_model(columns, latents);
    float *values = calloc(height * columns, sizeof *values);
    require(values != NULL);
    for (int i = 0; i < 2; i++) {
        vaelib_writer *writer = create("unsuitable.h5");
        vaelib_dataset *set = wrap(values, height, columns);
        values[bad_rows[i] * columns + 5] = NAN;
        CHECK_MESSAGE(vaelib_vae_encode_to(model, set, writer, "x", NULL, NULL, NULL), VAELIB_DATA_ERROR, "column 5");
        values[bad_rows[i] * columns + 5] = 0;
        CHECK_STATUS(
            vaelib_vae_encode_to(model, set, writer, "x", NULL, NULL, NULL),
            i == 0 ? VAELIB_INVALID_ARGUMENT : VAELIB_OK);
        vaelib_dataset_free(set);
        vaelib_writer_free(writer);
    }
    free(values);
    vaelib_model_free(model);
}

int main(void) {
    images = make_images(rows, columns, 1);
    examples = wrap(images, rows, columns);
    check_model();
    check_joined();
    check_stack();
    check_progress_and_stopping();
    check_unsuitable_data();
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
