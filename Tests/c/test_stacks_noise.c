/* What stacks draw at random: corrupted examples and codes, and new examples. */
#include "support.h"

enum { rows = 60, columns = 10, wide = 8, top = 5 };

static float *images;
static vaelib_dataset *examples;

/* ---- corruption ---- */

/* How many components of a row differ between two matrices. */
static size_t differing(const float *left, const float *right, size_t row, size_t width) {
    size_t count = 0;
    for (size_t i = 0; i < width; i++) count += left[row * width + i] != right[row * width + i];
    return count;
}

static vaelib_model *make_corrupting(const char *corruption, double level) {
    vaelib_layer_config layers[] = {make_layer(wide), make_layer(top)};
    for (size_t layer = 0; layer < 2; layer++) {
        layers[layer].corruption = corruption;
        layers[layer].corruption_level = level;
        layers[layer].corruption_low = -1;
        layers[layer].corruption_high = 2;
    }
    return make_stack_of(columns, layers, 2);
}

/* Exactly the proportion is corrupted, of the examples for layer 0 and of the clean codes for layer 1. */
static void check_exact_corruption(const char *corruption) {
    const double levels[] = {0, 0.25, 0.5, 1};
    size_t highs = 0, lows = 0;
    for (size_t i = 0; i < 4; i++) {
        vaelib_model *stack = make_corrupting(corruption, levels[i]);
        float code[rows * wide], below[rows * wide], clean[rows * columns], noisy[rows * columns];
        for (size_t k = 0; k < rows * columns; k++) clean[k] = 0.5f; /* unlike any value of the noise */
        vaelib_dataset *grey = wrap(clean, rows, columns);
        CHECK_OK(vaelib_stack_corrupt(stack, grey, 0, 3, 1, noisy, rows * columns));
        CHECK_OK(vaelib_stack_encode(stack, grey, 0, code, rows * wide));
        CHECK_OK(vaelib_stack_corrupt(stack, grey, 1, 3, 1, below, rows * wide));
        for (size_t row = 0; row < rows; row++) {
            CHECK(differing(noisy, clean, row, columns) == (size_t)round(levels[i] * columns));
            CHECK(differing(below, code, row, wide) == (size_t)round(levels[i] * wide));
        }
        for (size_t k = 0; k < rows * columns; k++) {
            if (noisy[k] == clean[k]) continue;
            highs += noisy[k] == 2;
            lows += noisy[k] == -1;
            CHECK(strcmp(corruption, "masking") == 0 ? noisy[k] == 0 : noisy[k] == 2 || noisy[k] == -1);
        }
        vaelib_dataset_free(grey);
        vaelib_model_free(stack);
    }
    if (strcmp(corruption, "salt_and_pepper") == 0) CHECK(highs > 450 && lows > 450); /* a fair coin, 1080 times */
}

/* About the proportion; and noise of the right standard deviation. */
static void check_independent_corruption(void) {
    vaelib_model *masking = make_corrupting("independent_masking", 0.3);
    vaelib_model *gaussian = make_corrupting("gaussian", 0.5);
    float ones[rows * columns], noisy[rows * columns];
    vaelib_dataset *white;
    size_t masked = 0;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < rows * columns; i++) ones[i] = 1;
    white = wrap(ones, rows, columns);
    CHECK_OK(vaelib_stack_corrupt(masking, white, 0, 1, 1, noisy, rows * columns));
    for (size_t i = 0; i < rows * columns; i++) {
        CHECK(noisy[i] == 0 || noisy[i] == 1);
        masked += noisy[i] == 0;
    }
    CHECK(masked > 130 && masked < 230); /* 180 expected, standard deviation 11 */
    CHECK_OK(vaelib_stack_corrupt(gaussian, white, 0, 1, 1, noisy, rows * columns));
    for (size_t i = 0; i < rows * columns; i++) {
        sum += (double)noisy[i] - 1;
        squares += ((double)noisy[i] - 1) * ((double)noisy[i] - 1);
    }
    CHECK_NEAR(sum / (rows * columns), 0, 0.1);
    CHECK_NEAR(sqrt(squares / (rows * columns)), 0.5, 0.08);
    vaelib_dataset_free(white);
    vaelib_model_free(gaussian);
    vaelib_model_free(masking);
}

/* Noise depends on seed and epoch; a row of a slice has the noise of the row that it is. */
static void check_noise_streams(void) {
    vaelib_model *stack = make_corrupting("gaussian", 1);
    float noise[rows * columns], other[rows * columns];
    const size_t count = rows * columns;
    vaelib_dataset *slice = NULL;
    CHECK_OK(vaelib_stack_corrupt(stack, examples, 0, 1, 1, noise, count));
    CHECK_OK(vaelib_stack_corrupt(stack, examples, 0, 1, 1, other, count));
    CHECK(memcmp(noise, other, sizeof noise) == 0);
    CHECK_OK(vaelib_stack_corrupt(stack, examples, 0, 2, 1, other, count));
    CHECK(memcmp(noise, other, sizeof noise) != 0);
    CHECK_OK(vaelib_stack_corrupt(stack, examples, 0, 1, 2, other, count));
    CHECK(memcmp(noise, other, sizeof noise) != 0);
    REQUIRE_OK(vaelib_dataset_slice(examples, 20, 5, &slice));
    CHECK_OK(vaelib_stack_corrupt(stack, slice, 0, 1, 1, other, 5 * columns));
    CHECK(memcmp(noise + 20 * columns, other, 5 * columns * sizeof *noise) == 0);
    vaelib_dataset_free(slice);
    vaelib_model_free(stack);
}

/* ---- sampling ---- */

/* Three units are on or off in eight ways: each sample is what the decoder makes of one of them. */
static void check_samples(void) {
    const vaelib_layer_config layer = make_layer(3);
    vaelib_model *stack = make_stack_of(columns, &layer, 1);
    vaelib_training_config plan = make_plan(40);
    float bits[8 * 3], outcomes[8 * columns], samples[rows * columns], again[rows * columns];
    size_t seen = 0, times[8] = {0};
    vaelib_dataset *codes;
    plan.learning_rate = 0.02;
    REQUIRE_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    for (size_t i = 0; i < 24; i++) bits[i] = (float)(i / 3 >> i % 3 & 1);
    codes = wrap(bits, 8, 3);
    CHECK_OK(vaelib_stack_decode(stack, codes, 0, outcomes, 8 * columns));
    CHECK_OK(vaelib_stack_sample(stack, examples, 1, samples, rows * columns));
    for (size_t row = 0; row < rows; row++) {
        size_t found = 0;
        for (size_t way = 0; way < 8; way++) {
            double distance = 0;
            for (size_t i = 0; i < columns; i++) {
                distance = fmax(distance, fabs((double)(samples[row * columns + i] - outcomes[way * columns + i])));
            }
            if (distance < 1e-5) found++, times[way]++;
        }
        CHECK(found == 1);
    }
    for (size_t way = 0; way < 8; way++) seen += times[way] > 0;
    CHECK(seen >= 3);
    CHECK_OK(vaelib_stack_sample(stack, examples, 1, again, rows * columns));
    CHECK(memcmp(samples, again, sizeof samples) == 0);
    CHECK_OK(vaelib_stack_sample(stack, examples, 2, again, rows * columns));
    CHECK(memcmp(samples, again, sizeof samples) != 0);
    vaelib_dataset_free(codes);
    vaelib_model_free(stack);
}

/* Only sigmoid codes are probabilities that units can be switched with. */
static void check_sampling_needs_sigmoids(void) {
    vaelib_layer_config layer = make_layer(3);
    vaelib_model *stack;
    float values[rows * columns];
    layer.activation = "tanh";
    stack = make_stack_of(columns, &layer, 1);
    CHECK_MESSAGE(vaelib_stack_sample(stack, examples, 1, values, rows * columns), VAELIB_INVALID_ARGUMENT, "sigmoid");
    CHECK_OK(vaelib_stack_reconstruct(stack, examples, 0, values, rows * columns));
    vaelib_model_free(stack);
}

int main(void) {
    images = make_images(rows, columns, 1);
    examples = wrap(images, rows, columns);
    check_exact_corruption("masking");
    check_exact_corruption("salt_and_pepper");
    check_independent_corruption();
    check_noise_streams();
    check_samples();
    check_sampling_needs_sigmoids();
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
