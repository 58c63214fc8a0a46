/* Queries of plain rows: the same bits as with a dataset of them, the same refusals. */
#include "support.h"

enum { rows = 300, columns = 16, latents = 2, wide = 8, top = 5, classes = 4 };

static const vaelib_status bad = VAELIB_INVALID_ARGUMENT;
static float *images;

/* ---- the same bits ---- */

static vaelib_model *make_gaussian(const char *variance, size_t standardize) {
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_model *gaussian = NULL;
    CHECK_OK(vaelib_vae_config_init(&config));
    config.data_dim = columns;
    config.latent_dim = latents;
    config.likelihood = "gaussian";
    config.variance = variance;
    config.standardize = standardize;
    REQUIRE_OK(vaelib_vae_create(&config, &gaussian));
    return gaussian;
}

/* The first `count` images as a dataset, as rows, and what is made of their means. */
static void check_same_bits_of_vae(vaelib_model *model, size_t count) {
    static float mean[2][rows * latents], log_variance[2][rows * latents];
    static float decoded[2][rows * columns], variance[2][rows * columns];
    const int has_variance = describe(model).has_variance;
    const uint64_t hash = hash_bytes(images, count * columns * sizeof *images);
    vaelib_dataset *examples = wrap(images, count, columns), *codes;
    const size_t codes_count = count * latents, values_count = count * columns;
    CHECK_OK(vaelib_vae_encode(model, examples, mean[0], log_variance[0], codes_count));
    CHECK_OK(vaelib_vae_encode_rows(model, images, count, mean[1], log_variance[1], codes_count));
    CHECK(memcmp(mean[0], mean[1], codes_count * sizeof *mean[0]) == 0);
    CHECK(memcmp(log_variance[0], log_variance[1], codes_count * sizeof *log_variance[0]) == 0);
    CHECK_OK(vaelib_vae_encode(model, examples, mean[0], NULL, codes_count));
    CHECK_OK(vaelib_vae_encode_rows(model, images, count, mean[1], NULL, codes_count));
    CHECK(memcmp(mean[0], mean[1], codes_count * sizeof *mean[0]) == 0);
    CHECK_OK(vaelib_vae_encode_rows(model, images, count, NULL, log_variance[1], codes_count));
    CHECK(memcmp(log_variance[0], log_variance[1], codes_count * sizeof *log_variance[0]) == 0);

    codes = wrap(mean[0], count, latents);
    CHECK_OK(vaelib_vae_decode(model, codes, NULL, decoded[0], has_variance ? variance[0] : NULL, values_count));
    CHECK_OK(vaelib_vae_decode_rows(
        model, mean[0], count, NULL, decoded[1], has_variance ? variance[1] : NULL, values_count));
    CHECK(memcmp(decoded[0], decoded[1], values_count * sizeof *decoded[0]) == 0);
    CHECK(memcmp(variance[0], variance[1], values_count * sizeof *variance[0]) == 0);
    CHECK_OK(vaelib_vae_decode_rows(model, mean[0], count, NULL, decoded[1], NULL, values_count));
    CHECK(memcmp(decoded[0], decoded[1], values_count * sizeof *decoded[0]) == 0);
    CHECK(hash_bytes(images, count * columns * sizeof *images) == hash);
    vaelib_dataset_free(codes);
    vaelib_dataset_free(examples);
}

static void check_same_bits_of_stack(vaelib_model *stack, size_t count) {
    static const size_t widths[] = {wide, top};
    static float codes[2][rows * wide], probabilities[2][rows * classes];
    vaelib_dataset *examples = wrap(images, count, columns);
    for (size_t layer = 0; layer < 2; layer++) {
        const size_t values = count * widths[layer];
        CHECK_OK(vaelib_stack_encode(stack, examples, layer, codes[0], values));
        CHECK_OK(vaelib_stack_encode_rows(stack, images, count, layer, codes[1], values));
        CHECK(memcmp(codes[0], codes[1], values * sizeof *codes[0]) == 0);
    }
    CHECK_OK(vaelib_stack_predict_probabilities(stack, examples, probabilities[0], count * classes));
    CHECK_OK(vaelib_stack_predict_probabilities_rows(stack, images, count, probabilities[1], count * classes));
    CHECK(memcmp(probabilities[0], probabilities[1], count * classes * sizeof *probabilities[0]) == 0);
    vaelib_dataset_free(examples);
}

/* ---- refusals ---- */

/* How a call ended: its status, and its message without the function's name. */
typedef struct {
    vaelib_status status;
    char text[256];
} outcome;

static outcome refused(vaelib_status status) {
    outcome found = {.status = status};
    const char *colon = strchr(vaelib_last_error(), ':');
    CHECK(status != VAELIB_OK && colon != NULL);
    if (colon != NULL) snprintf(found.text, sizeof found.text, "%s", colon);
    return found;
}

/* The calls that ended so were refused alike, in a message with this text. */
static void check_alike(outcome with_dataset, outcome with_rows, vaelib_status expected, const char *text) {
    CHECK(with_dataset.status == expected && with_rows.status == expected);
    CHECK(strcmp(with_dataset.text, with_rows.text) == 0);
    CHECK(strstr(with_rows.text, text) != NULL);
}

static const size_t no_row_counts[] = {0, SIZE_MAX, (size_t)1 << 63, (size_t)1 << 61, SIZE_MAX / 8};
enum { no_row_count_count = sizeof no_row_counts / sizeof *no_row_counts };

static void check_bad_arguments_of_vae(vaelib_model *model) {
    float mean[3 * latents], other[3 * latents], codes[3 * latents] = {0}, decoded[3 * columns], variance[3 * columns];
    const size_t count = 3 * latents, wide_count = 3 * columns;
    vaelib_dataset *examples = wrap(images, 3, columns), *latent = wrap(codes, 3, latents);
    CHECK_MESSAGE(vaelib_vae_encode_rows(model, NULL, 3, mean, NULL, count), bad, "rows is NULL");
    CHECK_MESSAGE(vaelib_vae_decode_rows(model, NULL, 3, NULL, decoded, NULL, wide_count), bad, "latents is NULL");
    for (size_t i = 0; i < no_row_count_count; i++) {
        size_t number = no_row_counts[i];
        CHECK_MESSAGE(vaelib_vae_encode_rows(model, images, number, mean, NULL, number * latents), bad, "row_count");
        CHECK_MESSAGE(
            vaelib_vae_decode_rows(model, codes, number, NULL, decoded, NULL, number * columns), bad, "row_count");
    }
    check_alike(refused(vaelib_vae_encode(model, examples, NULL, NULL, count)),
                refused(vaelib_vae_encode_rows(model, images, 3, NULL, NULL, count)), bad, "at least one");
    check_alike(refused(vaelib_vae_encode(model, examples, mean, NULL, count - 1)),
                refused(vaelib_vae_encode_rows(model, images, 3, mean, NULL, count - 1)), bad, "expected 6 (3 x 2)");
    check_alike(refused(vaelib_vae_encode(model, examples, mean, other, SIZE_MAX)),
                refused(vaelib_vae_encode_rows(model, images, 3, mean, other, SIZE_MAX)), bad, "out_count");
    check_alike(refused(vaelib_vae_encode(model, examples, mean, mean + 1, count)),
                refused(vaelib_vae_encode_rows(model, images, 3, mean, mean + 1, count)), bad, "share memory");
    check_alike(refused(vaelib_vae_decode(model, latent, NULL, NULL, variance, wide_count)),
                refused(vaelib_vae_decode_rows(model, codes, 3, NULL, NULL, variance, wide_count)), bad,
                "out_mean is NULL");
    check_alike(refused(vaelib_vae_decode(model, latent, NULL, decoded, NULL, count)),
                refused(vaelib_vae_decode_rows(model, codes, 3, NULL, decoded, NULL, count)), bad,
                "expected 48 (3 x 16)");
    check_alike(refused(vaelib_vae_decode(model, latent, NULL, decoded, decoded, wide_count)),
                refused(vaelib_vae_decode_rows(model, codes, 3, NULL, decoded, decoded, wide_count)), bad,
                "share memory");
    check_alike(refused(vaelib_vae_decode(model, latent, NULL, decoded, variance, wide_count)),
                refused(vaelib_vae_decode_rows(model, codes, 3, NULL, decoded, variance, wide_count)), bad, "variance");
    vaelib_dataset_free(latent);
    vaelib_dataset_free(examples);
}

static void check_bad_arguments_of_stack(vaelib_model *stack) {
    static const size_t no_layers[] = {2, 100, SIZE_MAX};
    float code[3 * wide], probabilities[3 * classes];
    const size_t count = 3 * top, class_count = 3 * classes;
    vaelib_dataset *examples = wrap(images, 3, columns);
    vaelib_model *unfinished = make_stack(columns);
    CHECK_MESSAGE(vaelib_stack_encode_rows(stack, NULL, 3, 1, code, count), bad, "rows is NULL");
    CHECK_MESSAGE(vaelib_stack_predict_probabilities_rows(stack, NULL, 3, probabilities, class_count), bad,
                  "rows is NULL");
    for (size_t i = 0; i < no_row_count_count; i++) {
        size_t number = no_row_counts[i];
        CHECK_MESSAGE(vaelib_stack_encode_rows(stack, images, number, 1, code, number * top), bad, "row_count");
        CHECK_MESSAGE(vaelib_stack_predict_probabilities_rows(stack, images, number, probabilities, number * classes),
                      bad, "row_count");
    }
    for (size_t i = 0; i < sizeof no_layers / sizeof *no_layers; i++) {
        check_alike(refused(vaelib_stack_encode(stack, examples, no_layers[i], code, count)),
                    refused(vaelib_stack_encode_rows(stack, images, 3, no_layers[i], code, count)), bad, "layer");
    }
    check_alike(refused(vaelib_stack_encode(stack, examples, 1, NULL, count)),
                refused(vaelib_stack_encode_rows(stack, images, 3, 1, NULL, count)), bad, "out_code is NULL");
    check_alike(refused(vaelib_stack_encode(stack, examples, 0, code, count)),
                refused(vaelib_stack_encode_rows(stack, images, 3, 0, code, count)), bad, "expected 24 (3 x 8)");
    check_alike(refused(vaelib_stack_predict_probabilities(stack, examples, NULL, class_count)),
                refused(vaelib_stack_predict_probabilities_rows(stack, images, 3, NULL, class_count)), bad, "NULL");
    check_alike(refused(vaelib_stack_predict_probabilities(stack, examples, probabilities, 3)),
                refused(vaelib_stack_predict_probabilities_rows(stack, images, 3, probabilities, 3)), bad, "(3 x 4)");
    check_alike(refused(vaelib_stack_predict_probabilities(unfinished, examples, probabilities, class_count)),
                refused(vaelib_stack_predict_probabilities_rows(unfinished, images, 3, probabilities, class_count)),
                bad, "fine-tune it");
    vaelib_model_free(unfinished);
    vaelib_dataset_free(examples);
}

/* Values that do not suit the model are named by row and column, however far down. */
static void check_bad_values(vaelib_model *vae, vaelib_model *stack) {
    static float values[rows * columns], codes[rows * latents];
    static const float unsuitable[] = {NAN, INFINITY, -INFINITY, 1.5f, -0.25f};
    const size_t place = 270 * columns + 3;
    const float kept = images[place];
    vaelib_dataset *examples = wrap(images, rows, columns), *latent = wrap(codes, rows, latents);
    for (size_t i = 0; i < sizeof unsuitable / sizeof *unsuitable; i++) {
        images[place] = unsuitable[i];
        check_alike(refused(vaelib_vae_encode(vae, examples, values, NULL, rows * latents)),
                    refused(vaelib_vae_encode_rows(vae, images, rows, values, NULL, rows * latents)),
                    VAELIB_DATA_ERROR, "row 270, column 3");
        if (isfinite(unsuitable[i])) continue; /* a picture with noise may hold it */
        check_alike(refused(vaelib_stack_encode(stack, examples, 1, values, rows * top)),
                    refused(vaelib_stack_encode_rows(stack, images, rows, 1, values, rows * top)), VAELIB_DATA_ERROR,
                    "row 270, column 3");
        check_alike(refused(vaelib_stack_predict_probabilities(stack, examples, values, rows * classes)),
                    refused(vaelib_stack_predict_probabilities_rows(stack, images, rows, values, rows * classes)),
                    VAELIB_DATA_ERROR, "row 270, column 3");
    }
    images[place] = kept;
    codes[299 * latents + 1] = NAN;
    check_alike(refused(vaelib_vae_decode(vae, latent, NULL, values, NULL, rows * columns)),
                refused(vaelib_vae_decode_rows(vae, codes, rows, NULL, values, NULL, rows * columns)),
                VAELIB_DATA_ERROR, "row 299, column 1");
    vaelib_dataset_free(latent);
    vaelib_dataset_free(examples);
}

/* Results may lie right before the rows and right behind them, but not among them, where the next rows would be lost. */
static void check_outputs_beside_rows(vaelib_model *vae, vaelib_model *stack) {
    float memory[columns + 2 * columns + columns] = {0};
    float *const examples = memory + columns, *const behind = examples + 2 * columns;
    const size_t count = 2 * latents;
    CHECK_OK(vaelib_vae_encode_rows(vae, examples, 2, examples - count, behind, count));
    CHECK_MESSAGE(vaelib_vae_encode_rows(vae, examples, 2, examples - count + 1, NULL, count), bad,
                  "out_mean shares memory with the rows");
    CHECK_MESSAGE(vaelib_vae_encode_rows(vae, examples, 2, NULL, behind - 1, count), bad,
                  "out_log_variance shares memory with the rows");
    CHECK_MESSAGE(vaelib_vae_decode_rows(vae, examples, 1, NULL, examples + 1, NULL, columns), bad,
                  "out_mean shares memory with the rows");
    CHECK_MESSAGE(vaelib_stack_encode_rows(stack, examples, 2, 1, examples, 2 * top), bad,
                  "out_code shares memory with the rows");
    CHECK_MESSAGE(vaelib_stack_predict_probabilities_rows(stack, examples, 2, examples, 2 * classes), bad,
                  "out_probabilities shares memory with the rows");
}

/* The same with datasets. A result may take the place of its own row, as when images are denoised where they are. */
/* Bounds that take the place of their rows: rows are looked at for warnings before that. */
static void check_bounds_in_place_of_rows(void) {
    enum { pairs = 200 };
    static double memory[pairs], expected[pairs];
    float *const values = (float *)(void *)memory;
    vaelib_model *vae = make_model(2, 1);
    vaelib_dataset *binary;
    size_t i;
    for (i = 0; i < 2 * pairs; i++) values[i] = (float)(i % 3 == 0);
    binary = wrap(values, pairs, 2);
    CHECK_OK(vaelib_vae_estimate_elbo(vae, binary, NULL, NULL, NULL, expected, NULL, NULL, pairs));
    CHECK(vaelib_last_warning()[0] == '\0');
    CHECK_OK(vaelib_vae_estimate_elbo(vae, binary, NULL, NULL, NULL, memory, NULL, NULL, pairs));
    CHECK(vaelib_last_warning()[0] == '\0');
    CHECK(memcmp(memory, expected, sizeof memory) == 0);
    vaelib_dataset_free(binary);
    vaelib_model_free(vae);
}

static void check_outputs_beside_datasets(vaelib_model *vae, vaelib_model *stack) {
    enum { many = 1000 };
    static float memory[many * columns], expected[many * columns];
    static double bounds[many];
    static int64_t labels[many];
    vaelib_dataset *all = NULL, *some = NULL;
    vaelib_evaluation_config plan = VAELIB_EVALUATION_CONFIG_INIT;
    float *const within = memory + columns;
    const size_t first = 600, count = many - first;
    const char *const shared = "shares memory with the rows";
    for (size_t i = 0; i < many * columns; i++) memory[i] = images[i % (rows * columns)];
    CHECK_OK(vaelib_evaluation_config_init(&plan));
    all = wrap(memory, many, columns);
    CHECK_MESSAGE(vaelib_vae_encode(vae, all, within, NULL, many * latents), bad, shared);
    CHECK_MESSAGE(vaelib_vae_encode(vae, all, NULL, within, many * latents), bad, shared);
    CHECK_MESSAGE(vaelib_vae_encode_sample(vae, all, 1, within, many * latents), bad, shared);
    CHECK_MESSAGE(vaelib_vae_reconstruct(vae, all, VAELIB_MEAN, 1, within, many * columns), bad, shared);
    CHECK_MESSAGE(vaelib_vae_estimate_elbo(vae, all, &plan, NULL, NULL, (double *)(void *)memory, NULL, NULL, many), bad,
                  shared);
    CHECK_MESSAGE(vaelib_vae_estimate_log_likelihood(vae, all, &plan, NULL, NULL, (double *)(void *)memory, NULL, many),
                  bad, shared);
    CHECK_MESSAGE(vaelib_stack_encode(stack, all, 1, within, many * top), bad, shared);
    CHECK_MESSAGE(vaelib_stack_reconstruct(stack, all, 1, within, many * columns), bad, shared);
    CHECK_MESSAGE(vaelib_stack_corrupt(stack, all, 0, 1, 1, within, many * columns), bad, shared);
    CHECK_MESSAGE(vaelib_stack_compute_reconstruction_error(stack, all, 1, (double *)(void *)memory, many), bad, shared);
    CHECK_MESSAGE(vaelib_stack_predict_probabilities(stack, all, within, many * classes), bad, shared);
    CHECK_MESSAGE(vaelib_stack_predict(stack, all, (int64_t *)(void *)memory, many), bad, shared);
    CHECK_OK(vaelib_stack_predict(stack, all, labels, many));
    CHECK_OK(vaelib_vae_estimate_elbo(vae, all, &plan, NULL, NULL, bounds, NULL, NULL, many));

    /* Rows that a slice leaves out may be written to. */
    CHECK_OK(vaelib_dataset_slice(all, first, count, &some));
    CHECK_OK(vaelib_vae_encode(vae, some, expected, NULL, count * latents));
    CHECK_OK(vaelib_vae_encode(vae, some, memory, NULL, count * latents));
    CHECK(memcmp(memory, expected, count * latents * sizeof *memory) == 0);

    CHECK_OK(vaelib_vae_reconstruct(vae, some, VAELIB_MEAN, 1, expected, count * columns));
    CHECK_OK(vaelib_vae_reconstruct(vae, some, VAELIB_MEAN, 1, memory + first * columns, count * columns));
    CHECK(memcmp(memory + first * columns, expected, count * columns * sizeof *memory) == 0);
    CHECK_OK(vaelib_stack_reconstruct(stack, some, 1, expected, count * columns));
    CHECK_OK(vaelib_stack_reconstruct(stack, some, 1, memory + first * columns, count * columns));
    CHECK(memcmp(memory + first * columns, expected, count * columns * sizeof *memory) == 0);
    vaelib_dataset_free(some);
    vaelib_dataset_free(all);
}

/* A model of the other kind, or none. */
static void check_bad_models(vaelib_model *vae, vaelib_model *stack) {
    const vaelib_status no_model = VAELIB_INVALID_HANDLE;
    float values[columns] = {0};
    vaelib_model *const no_vaes[] = {NULL, stack, (vaelib_model *)(void *)values};
    vaelib_model *const no_stacks[] = {NULL, vae, (vaelib_model *)(void *)values};
    for (size_t i = 0; i < 3; i++) {
        CHECK_STATUS(vaelib_vae_encode_rows(no_vaes[i], images, 1, values, NULL, latents), no_model);
        CHECK_STATUS(vaelib_vae_decode_rows(no_vaes[i], images, 1, NULL, values, NULL, columns), no_model);
        CHECK_STATUS(vaelib_stack_encode_rows(no_stacks[i], images, 1, 1, values, top), no_model);
        CHECK_STATUS(vaelib_stack_predict_probabilities_rows(no_stacks[i], images, 1, values, classes), no_model);
    }
}

/* Floats at odd addresses, as in a message that came over a network. */
static void check_unaligned_rows(vaelib_model *model) {
    char memory[3 * columns * sizeof(float) + 1];
    float expected[3 * latents], mean[3 * latents];
    const void *odd = memcpy(memory + 1, images, 3 * columns * sizeof(float));
    CHECK_OK(vaelib_vae_encode_rows(model, images, 3, expected, NULL, 3 * latents));
    CHECK_OK(vaelib_vae_encode_rows(model, odd, 3, mean, NULL, 3 * latents));
    CHECK(memcmp(mean, expected, sizeof mean) == 0);
}

int main(void) {
    static const size_t counts[] = {1, 3, rows};
    vaelib_layer_config layers[] = {make_layer(wide), make_layer(top)};
    vaelib_training_config plan = make_plan(2);
    vaelib_model *vae = make_model(columns, latents), *stack = make_stack_of(columns, layers, 2);
    vaelib_model *gaussians[] = {make_gaussian("fixed", 0), make_gaussian("predicted", 1)};
    int64_t *labels = make_labels(rows, columns, 1);
    vaelib_dataset *labelled;
    images = make_images(rows, columns, 1);
    labelled = wrap_labelled(images, labels, rows, columns);
    REQUIRE_OK(vaelib_vae_fit(vae, labelled, NULL, &plan, NULL, NULL));
    REQUIRE_OK(vaelib_stack_finetune(stack, labelled, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    for (size_t i = 0; i < 2; i++) REQUIRE_OK(vaelib_vae_fit(gaussians[i], labelled, NULL, &plan, NULL, NULL));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        check_same_bits_of_vae(vae, counts[i]);
        for (size_t j = 0; j < 2; j++) check_same_bits_of_vae(gaussians[j], counts[i]);
        check_same_bits_of_stack(stack, counts[i]);
    }
    check_bad_arguments_of_vae(vae);
    check_bad_arguments_of_stack(stack);
    check_bad_values(vae, stack);
    check_outputs_beside_rows(vae, stack);
    check_outputs_beside_datasets(vae, stack);
    check_bounds_in_place_of_rows();
    check_bad_models(vae, stack);
    check_unaligned_rows(vae);
    for (size_t i = 0; i < 2; i++) vaelib_model_free(gaussians[i]);
    vaelib_model_free(stack);
    vaelib_model_free(vae);
    vaelib_dataset_free(labelled);
    free(labels);
    free(images);
    return report();
}
