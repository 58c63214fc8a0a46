/* Queries: shapes, choices, seeds, bounds and likelihoods, and what is refused. */
#include "support.h"

enum { rows = 60, columns = 16, latents = 2 };

static float *images;
static vaelib_dataset *examples, *narrow;
static vaelib_model *model;

static vaelib_model *make_gaussian(const char *variance) {
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_model *gaussian = NULL;
    CHECK_OK(vaelib_vae_config_init(&config));
    config.data_dim = columns;
    config.latent_dim = latents;
    config.likelihood = "gaussian";
    config.variance = variance;
    config.standardize = 0;
    config.noise_stddev = 0.5;
    REQUIRE_OK(vaelib_vae_create(&config, &gaussian));
    return gaussian;
}

static void check_encode(void) {
    float mean[rows * latents], log_variance[rows * latents], again[rows * latents], one[latents];
    vaelib_dataset *row = NULL;
    const size_t count = rows * latents;
    CHECK_OK(vaelib_vae_encode(model, examples, mean, log_variance, count));
    for (size_t i = 0; i < count; i++) CHECK(isfinite(mean[i]) && isfinite(log_variance[i]));
    CHECK_OK(vaelib_vae_encode(model, examples, again, NULL, count));
    CHECK(memcmp(mean, again, sizeof mean) == 0);
    CHECK_OK(vaelib_vae_encode(model, examples, NULL, again, count));
    CHECK(memcmp(log_variance, again, sizeof mean) == 0);
    CHECK_OK(vaelib_dataset_slice(examples, 17, 1, &row));
    CHECK_OK(vaelib_vae_encode(model, row, one, NULL, latents));
    CHECK_NEAR(one[0], mean[17 * latents], 1e-5);
    CHECK_NEAR(one[1], mean[17 * latents + 1], 1e-5);
    vaelib_dataset_free(row);
    CHECK_STATUS(vaelib_vae_encode(model, examples, NULL, NULL, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_encode(model, examples, mean, NULL, count - 1), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_vae_encode(model, examples, mean, mean, count), VAELIB_INVALID_ARGUMENT, "share memory");
    CHECK_STATUS(vaelib_vae_encode(model, examples, mean, mean + count - 1, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_encode(model, examples, mean + 1, mean, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_encode(model, examples, mean, NULL, 0), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_vae_encode(model, narrow, mean, NULL, count), VAELIB_DATA_ERROR, "15");

    CHECK_OK(vaelib_vae_encode_sample(model, examples, 5, again, count));
    CHECK(memcmp(mean, again, sizeof mean) != 0);
    CHECK_OK(vaelib_vae_encode_sample(model, examples, 5, mean, count));
    CHECK(memcmp(mean, again, sizeof mean) == 0);
    CHECK_OK(vaelib_vae_encode_sample(model, examples, 6, mean, count));
    CHECK(memcmp(mean, again, sizeof mean) != 0);
    CHECK_STATUS(vaelib_vae_encode_sample(model, examples, 5, mean, count + 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_encode_sample(model, examples, 5, NULL, count), VAELIB_INVALID_ARGUMENT);
}

static void check_decode(void) {
    float mean[rows * latents], decoded[rows * columns], other[rows * columns];
    vaelib_dataset *codes;
    const size_t count = rows * columns;
    size_t zeros = 0, ones = 0;
    CHECK_OK(vaelib_vae_encode(model, examples, mean, NULL, rows * latents));
    codes = wrap(mean, rows, latents);
    CHECK_OK(vaelib_vae_decode(model, codes, NULL, decoded, NULL, count));
    for (size_t i = 0; i < count; i++) CHECK(decoded[i] >= 0 && decoded[i] <= 1);
    CHECK_OK(vaelib_vae_reconstruct(model, examples, VAELIB_MEAN, 0, other, count));
    for (size_t i = 0; i < count; i++) CHECK_NEAR(decoded[i], other[i], 1e-5);
    CHECK_OK(vaelib_vae_decode_sample(model, codes, NULL, 3, other, count));
    for (size_t i = 0; i < count; i++) {
        zeros += other[i] == 0;
        ones += other[i] == 1;
    }
    CHECK(zeros + ones == count && zeros > 0 && ones > 0);
    CHECK_STATUS(vaelib_vae_decode(model, codes, NULL, decoded, other, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_decode(model, codes, NULL, NULL, NULL, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_decode(model, codes, NULL, decoded, NULL, count - 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_decode(model, examples, NULL, decoded, NULL, count), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_vae_decode_sample(model, codes, NULL, 3, NULL, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_decode_sample(model, codes, NULL, 3, other, 1), VAELIB_INVALID_ARGUMENT);
    mean[7] = NAN;
    CHECK_STATUS(vaelib_vae_decode(model, codes, NULL, decoded, NULL, count), VAELIB_DATA_ERROR);
    vaelib_dataset_free(codes);
}

static void check_gaussian(void) {
    static const char *const variances[] = {"fixed", "learned", "predicted"};
    const float z[2 * latents] = {0, 0, 1, -1};
    float mean[2 * columns], variance[2 * columns], sample[2 * columns];
    vaelib_dataset *codes = wrap(z, 2, latents);
    for (size_t i = 0; i < 3; i++) {
        vaelib_model *gaussian = make_gaussian(variances[i]);
        CHECK_OK(vaelib_vae_decode(gaussian, codes, NULL, mean, variance, 2 * columns));
        for (size_t d = 0; d < 2 * columns; d++) {
            CHECK(variance[d] > 0);
            if (i == 0) CHECK_NEAR(variance[d], 0.25, 1e-6);
        }
        CHECK_OK(vaelib_vae_decode(gaussian, codes, NULL, mean, NULL, 2 * columns));
        CHECK_OK(vaelib_vae_decode_sample(gaussian, codes, NULL, 1, sample, 2 * columns));
        CHECK(memcmp(mean, sample, sizeof mean) != 0);
        vaelib_model_free(gaussian);
    }
    vaelib_dataset_free(codes);
}

static void check_reconstruct_and_sample(void) {
    float first[rows * columns], second[rows * columns];
    const size_t count = rows * columns;
    CHECK_OK(vaelib_vae_reconstruct(model, examples, VAELIB_SAMPLE, 1, first, count));
    CHECK_OK(vaelib_vae_reconstruct(model, examples, VAELIB_SAMPLE, 1, second, count));
    CHECK(memcmp(first, second, sizeof first) == 0);
    CHECK_OK(vaelib_vae_reconstruct(model, examples, VAELIB_SAMPLE, 2, second, count));
    CHECK(memcmp(first, second, sizeof first) != 0);
    CHECK_STATUS(vaelib_vae_reconstruct(model, examples, (vaelib_choice)2, 1, first, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_reconstruct(model, examples, VAELIB_MEAN, 1, NULL, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_reconstruct(model, examples, VAELIB_MEAN, 1, first, rows), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_reconstruct(model, narrow, VAELIB_MEAN, 1, first, count), VAELIB_DATA_ERROR);

    CHECK_OK(vaelib_vae_sample(model, rows, NULL, VAELIB_MEAN, 1, first, count));
    CHECK_OK(vaelib_vae_sample(model, rows, NULL, VAELIB_MEAN, 1, second, count));
    CHECK(memcmp(first, second, sizeof first) == 0);
    CHECK_OK(vaelib_vae_sample(model, rows, NULL, VAELIB_SAMPLE, 1, second, count));
    for (size_t i = 0; i < count; i++) CHECK(second[i] == 0 || second[i] == 1);
    CHECK_STATUS(vaelib_vae_sample(model, rows, NULL, (vaelib_choice)-1, 1, first, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_sample(model, 0, NULL, VAELIB_MEAN, 1, first, 0), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_sample(model, rows + 1, NULL, VAELIB_MEAN, 1, first, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_sample(model, SIZE_MAX, NULL, VAELIB_MEAN, 1, first, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_sample(model, (size_t)1 << 60, NULL, VAELIB_MEAN, 1, first, 0), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_sample(model, rows, NULL, VAELIB_MEAN, 1, NULL, count), VAELIB_INVALID_ARGUMENT);
}

static int count_calls(const vaelib_progress *progress, void *user_data) {
    size_t *calls = user_data;
    CHECK(progress->phase == VAELIB_QUERY && progress->layer == 0 && progress->metric_count == 0);
    if (progress->kind == VAELIB_PROGRESS_EPOCH && progress->epochs == 1 && progress->examples == rows) ++*calls;
    return 0;
}

static int stop_at_once(const vaelib_progress *progress, void *user_data) {
    (void)progress;
    (void)user_data;
    return 1;
}

static void check_elbo(void) {
    double elbo[rows], reconstruction[rows], kl[rows], again[rows];
    vaelib_evaluation_config config = VAELIB_EVALUATION_CONFIG_INIT;
    size_t calls = 0;
    CHECK_OK(vaelib_vae_estimate_elbo(model, examples, NULL, NULL, NULL, elbo, reconstruction, kl, rows));
    for (size_t i = 0; i < rows; i++) {
        CHECK_NEAR(elbo[i], reconstruction[i] - kl[i], 1e-9);
        CHECK(kl[i] >= 0 && reconstruction[i] < 0);
    }
    CHECK_OK(vaelib_evaluation_config_init(&config));
    CHECK_OK(vaelib_vae_estimate_elbo(model, examples, &config, count_calls, &calls, again, NULL, NULL, rows));
    CHECK(memcmp(elbo, again, sizeof elbo) == 0);
    CHECK(calls == 1);
    CHECK_OK(vaelib_vae_estimate_elbo(model, examples, &config, NULL, NULL, NULL, NULL, again, rows));
    CHECK(memcmp(kl, again, sizeof kl) == 0);
    config.seed++;
    CHECK_OK(vaelib_vae_estimate_elbo(model, examples, &config, NULL, NULL, again, NULL, NULL, rows));
    CHECK(memcmp(elbo, again, sizeof elbo) != 0);
    {
        double terms[rows * columns];
        CHECK_OK(vaelib_vae_estimate_column_terms(model, examples, &config, count_calls, &calls, terms, rows * columns));
        CHECK_OK(vaelib_vae_estimate_elbo(model, examples, &config, NULL, NULL, NULL, reconstruction, NULL, rows));
        for (size_t i = 0; i < rows; i++) {
            double sum = 0;
            for (size_t j = 0; j < columns; j++) sum += terms[i * columns + j];
            CHECK_NEAR(sum, reconstruction[i], 1e-4);
        }
        CHECK_STATUS(vaelib_vae_estimate_column_terms(model, examples, &config, stop_at_once, NULL, terms, rows * columns),
                     VAELIB_CANCELLED);
    }
    config.estimator = "monte_carlo";
    config.samples = 20;
    config.binarization = "dynamic";
    CHECK_OK(vaelib_vae_estimate_elbo(model, examples, &config, NULL, NULL, again, reconstruction, kl, rows));

    CHECK_STATUS(vaelib_vae_estimate_elbo(model, examples, NULL, NULL, NULL, NULL, NULL, NULL, rows),
                 VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_estimate_elbo(model, examples, NULL, NULL, NULL, elbo, NULL, NULL, rows - 1),
                 VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_estimate_elbo(model, narrow, NULL, NULL, NULL, elbo, NULL, NULL, rows), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_vae_estimate_elbo(model, examples, NULL, stop_at_once, NULL, elbo, NULL, NULL, rows),
                 VAELIB_CANCELLED);
    config.samples = 0;
    CHECK_MESSAGE(
        vaelib_vae_estimate_elbo(model, examples, &config, NULL, NULL, elbo, NULL, NULL, rows), VAELIB_INVALID_ARGUMENT,
        "samples");
    config.samples = 1;
    config.estimator = "best";
    CHECK_MESSAGE(
        vaelib_vae_estimate_elbo(model, examples, &config, NULL, NULL, elbo, NULL, NULL, rows), VAELIB_INVALID_ARGUMENT,
        "best");
    config.estimator = "analytic";
    config.binarization = NULL;
    CHECK_MESSAGE(vaelib_vae_estimate_elbo(model, examples, &config, NULL, NULL, elbo, NULL, NULL, rows),
                  VAELIB_INVALID_ARGUMENT,
                  "binarization");
}

static void check_log_likelihood(void) {
    double bound[rows], loose[rows], tight[rows], error[rows];
    double means[3] = {0, 0, 0};
    vaelib_evaluation_config config = VAELIB_EVALUATION_CONFIG_INIT;
    CHECK_OK(vaelib_evaluation_config_init(&config));
    config.samples = 100;
    CHECK_OK(vaelib_vae_estimate_elbo(model, examples, &config, NULL, NULL, bound, NULL, NULL, rows));
    CHECK_OK(vaelib_vae_estimate_log_likelihood(model, examples, &config, NULL, NULL, tight, error, rows));
    for (size_t i = 0; i < rows; i++) CHECK(isfinite(error[i]) && error[i] >= 0);
    config.samples = 1;
    CHECK_OK(vaelib_vae_estimate_log_likelihood(model, examples, &config, NULL, NULL, loose, error, rows));
    for (size_t i = 0; i < rows; i++) {
        CHECK(isnan(error[i]));
        means[0] += bound[i] / rows;
        means[1] += loose[i] / rows;
        means[2] += tight[i] / rows;
    }
    CHECK(means[2] > means[0] - 0.05); /* the bound lies below, and more samples tighten it */
    CHECK(means[2] > means[1]);
    CHECK_OK(vaelib_vae_estimate_log_likelihood(model, examples, NULL, NULL, NULL, loose, NULL, rows));
    CHECK_STATUS(
        vaelib_vae_estimate_log_likelihood(model, examples, NULL, NULL, NULL, NULL, error, rows),
        VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_estimate_log_likelihood(model, examples, NULL, NULL, NULL, loose, NULL, 1),
                 VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_estimate_log_likelihood(model, narrow, NULL, NULL, NULL, loose, NULL, rows),
                 VAELIB_DATA_ERROR);
    CHECK_STATUS(
        vaelib_vae_estimate_log_likelihood(model, examples, NULL, stop_at_once, NULL, loose, NULL, rows),
        VAELIB_CANCELLED);
    config.samples = 0;
    CHECK_STATUS(
        vaelib_vae_estimate_log_likelihood(model, examples, &config, NULL, NULL, loose, NULL, rows),
        VAELIB_INVALID_ARGUMENT);
}

static void check_interpolate(void) {
    float line[5 * columns], ends[rows * columns];
    const size_t count = 5 * columns;
    CHECK_OK(vaelib_vae_interpolate(model, examples, 3, 50, 5, line, count));
    CHECK_OK(vaelib_vae_reconstruct(model, examples, VAELIB_MEAN, 0, ends, rows * columns));
    for (size_t d = 0; d < columns; d++) {
        CHECK_NEAR(line[d], ends[3 * columns + d], 1e-5);
        CHECK_NEAR(line[4 * columns + d], ends[50 * columns + d], 1e-5);
    }
    CHECK_OK(vaelib_vae_interpolate(model, examples, 3, 3, 2, line, 2 * columns));
    CHECK_STATUS(vaelib_vae_interpolate(model, examples, rows, 0, 5, line, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_interpolate(model, examples, 0, SIZE_MAX, 5, line, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_interpolate(model, examples, 0, 1, 1, line, columns), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_interpolate(model, examples, 0, 1, 0, line, 0), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_interpolate(model, examples, 0, 1, SIZE_MAX, line, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_interpolate(model, examples, 0, 1, 5, NULL, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_interpolate(model, examples, 0, 1, 5, line, count - 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_interpolate(model, narrow, 0, 1, 5, line, count), VAELIB_DATA_ERROR);
}

/* With side 2 the grid lies at the quartiles, +-0.6745; the first row has the higher second latent. */
static void check_manifold(void) {
    const float z[4 * latents] = {-0.67449f, 0.67449f, 0.67449f, 0.67449f, -0.67449f, -0.67449f, 0.67449f, -0.67449f};
    float grid[4 * columns], decoded[4 * columns];
    vaelib_dataset *codes = wrap(z, 4, latents);
    vaelib_model *three = make_model(columns, 3);
    CHECK_OK(vaelib_vae_draw_manifold(model, 2, NULL, grid, 4 * columns));
    CHECK_OK(vaelib_vae_decode(model, codes, NULL, decoded, NULL, 4 * columns));
    for (size_t i = 0; i < 4 * columns; i++) CHECK_NEAR(grid[i], decoded[i], 1e-4);
    CHECK_OK(vaelib_vae_draw_manifold(model, 1, NULL, grid, columns));
    CHECK_STATUS(vaelib_vae_draw_manifold(model, 0, NULL, grid, 0), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_draw_manifold(model, 2, NULL, grid, 3 * columns), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_draw_manifold(model, (size_t)1 << 32, NULL, grid, 0), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_draw_manifold(model, SIZE_MAX, NULL, grid, columns), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_draw_manifold(model, 2, NULL, NULL, 4 * columns), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_vae_draw_manifold(three, 2, NULL, grid, 4 * columns), VAELIB_INVALID_ARGUMENT, "latent_dim");
    vaelib_model_free(three);
    vaelib_dataset_free(codes);
}

int main(void) {
    vaelib_training_config plan = make_plan(10);
    plan.learning_rate = 0.01;
    images = make_images(rows, columns, 1);
    examples = wrap(images, rows, columns);
    narrow = wrap(images, rows, columns - 1);
    model = make_model(columns, latents);
    REQUIRE_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    check_encode();
    check_decode();
    check_gaussian();
    check_reconstruct_and_sample();
    check_elbo();
    check_log_likelihood();
    check_interpolate();
    check_manifold();
    vaelib_model_free(model);
    vaelib_dataset_free(narrow);
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
