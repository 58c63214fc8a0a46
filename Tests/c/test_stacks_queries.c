/* Questions to stacks, against the formulas of the header computed here, and questions that are refused. */
#include "support.h"

enum { rows = 60, columns = 10, wide = 8, top = 5, classes = 4 };

static float *images;
static int64_t *labels;
static vaelib_dataset *examples;

/* ---- the formulas, in double precision ---- */

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static const float *tensor_named(
    const vaelib_model *stack, const float *parameters, const char *name, size_t *out_rows, size_t *out_columns) {
    vaelib_tensor tensor = VAELIB_TENSOR_INIT;
    for (size_t index = 0; index < describe(stack).tensor_count; index++) {
        REQUIRE_OK(vaelib_model_describe_tensor(stack, index, &tensor));
        if (strcmp(tensor.name, name) == 0) {
            *out_rows = tensor.rows;
            *out_columns = tensor.columns;
            return parameters + tensor.offset;
        }
    }
    return NULL;
}

/* x W + b, W [inputs, outputs]. */
static void affine(
    const double *x, const float *weight, const float *bias, size_t inputs, size_t outputs, double *out) {
    for (size_t j = 0; j < outputs; j++) {
        out[j] = (double)bias[j];
        for (size_t i = 0; i < inputs; i++) out[j] += x[i] * (double)weight[i * outputs + j];
    }
}

/* Up one layer: sigmoid(x W + b). */
static size_t up(const vaelib_model *stack, const float *parameters, size_t layer, const double *x, double *out) {
    char name[64];
    size_t inputs, outputs, one;
    const float *weight, *bias;
    snprintf(name, sizeof name, "layers/%zu/weight", layer);
    weight = tensor_named(stack, parameters, name, &inputs, &outputs);
    snprintf(name, sizeof name, "layers/%zu/bias", layer);
    bias = tensor_named(stack, parameters, name, &one, &outputs);
    affine(x, weight, bias, inputs, outputs, out);
    for (size_t j = 0; j < outputs; j++) out[j] = sigmoid(out[j]);
    return outputs;
}

/* Down one layer: y W^T + b', or y W' + b' if not tied; through a sigmoid where the loss is the cross-entropy. */
static void down(const vaelib_model *stack, const float *parameters, size_t layer, const double *y, double *out) {
    char name[64];
    size_t inputs, outputs, one, own_rows, own_columns;
    const float *weight, *own, *bias;
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    REQUIRE_OK(vaelib_stack_get_config(stack, &config));
    snprintf(name, sizeof name, "layers/%zu/weight", layer);
    weight = tensor_named(stack, parameters, name, &inputs, &outputs);
    snprintf(name, sizeof name, "layers/%zu/decoder/weight", layer);
    own = tensor_named(stack, parameters, name, &own_rows, &own_columns);
    snprintf(name, sizeof name, "layers/%zu/decoder/bias", layer);
    bias = tensor_named(stack, parameters, name, &one, &inputs);
    for (size_t i = 0; i < inputs; i++) {
        out[i] = (double)bias[i];
        for (size_t j = 0; j < outputs; j++) {
            out[i] += y[j] * (double)(own != NULL ? own[j * inputs + i] : weight[i * outputs + j]);
        }
        if (strcmp(config.layers[layer].loss, "cross_entropy") == 0) out[i] = sigmoid(out[i]);
    }
}

/* Fine-tuned, so that no bias is 0; the second layer has its own decoder if asked. */
static vaelib_model *make_trained(size_t tied, const char *loss) {
    vaelib_layer_config layers[] = {make_layer(wide), make_layer(top)};
    vaelib_training_config plan = make_plan(3);
    vaelib_model *stack;
    layers[1].tied = tied;
    layers[0].loss = loss;
    stack = make_stack_of(columns, layers, 2);
    plan.learning_rate = 0.05;
    REQUIRE_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    REQUIRE_OK(vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    return stack;
}

/* ---- queries against formulas ---- */

static void check_ways_up_and_down(size_t tied, const char *loss) {
    vaelib_model *stack = make_trained(tied, loss);
    float *parameters = copy_parameters(stack);
    float codes[2][rows * wide], reconstructed[2][rows * columns], decoded[rows * columns];
    double errors[2][rows];
    const size_t widths[] = {wide, top};
    vaelib_dataset *code_set;
    for (size_t layer = 0; layer < 2; layer++) {
        CHECK_OK(vaelib_stack_encode(stack, examples, layer, codes[layer], rows * widths[layer]));
        CHECK_OK(vaelib_stack_reconstruct(stack, examples, layer, reconstructed[layer], rows * columns));
        CHECK_OK(vaelib_stack_compute_reconstruction_error(stack, examples, layer, errors[layer], rows));
        code_set = wrap(codes[layer], rows, widths[layer]);
        CHECK_OK(vaelib_stack_decode(stack, code_set, layer, decoded, rows * columns));
        vaelib_dataset_free(code_set);
        for (size_t i = 0; i < rows * columns; i++) CHECK_NEAR(decoded[i], reconstructed[layer][i], 1e-5);
    }
    for (size_t row = 0; row < rows; row++) {
        double x[columns], code[2][wide], half[wide], back[columns], sum;
        for (size_t i = 0; i < columns; i++) x[i] = (double)images[row * columns + i];
        up(stack, parameters, 0, x, code[0]);
        up(stack, parameters, 1, code[0], code[1]);
        for (size_t layer = 0; layer < 2; layer++) {
            for (size_t j = 0; j < widths[layer]; j++) {
                CHECK_NEAR(codes[layer][row * widths[layer] + j], code[layer][j], 1e-5);
            }
            if (layer == 1) down(stack, parameters, 1, code[1], half);
            down(stack, parameters, 0, layer == 1 ? half : code[0], back);
            sum = 0;
            for (size_t i = 0; i < columns; i++) {
                CHECK_NEAR(reconstructed[layer][row * columns + i], back[i], 1e-4);
                if (strcmp(loss, "cross_entropy") == 0) sum -= x[i] * log(back[i]) + (1 - x[i]) * log(1 - back[i]);
                else sum += (x[i] - back[i]) * (x[i] - back[i]) / 2;
            }
            CHECK_NEAR(errors[layer][row], sum, 1e-4 * (1 + sum));
        }
    }
    free(parameters);
    vaelib_model_free(stack);
}

static void check_predictions(void) {
    vaelib_model *stack = make_trained(1, "cross_entropy");
    float *parameters = copy_parameters(stack), probabilities[rows * classes];
    int64_t predicted[rows];
    size_t inputs, outputs, one;
    const float *weight = tensor_named(stack, parameters, "classifier/weight", &inputs, &outputs);
    const float *bias = tensor_named(stack, parameters, "classifier/bias", &one, &outputs);
    CHECK(inputs == top && outputs == classes && one == 1);
    CHECK_OK(vaelib_stack_predict_probabilities(stack, examples, probabilities, rows * classes));
    CHECK_OK(vaelib_stack_predict(stack, examples, predicted, rows));
    for (size_t row = 0; row < rows; row++) {
        double x[columns], code[wide], code_above[wide], logits[classes], sum = 0;
        const float *of_row = probabilities + row * classes;
        for (size_t i = 0; i < columns; i++) x[i] = (double)images[row * columns + i];
        up(stack, parameters, 0, x, code);
        up(stack, parameters, 1, code, code_above);
        affine(code_above, weight, bias, top, classes, logits);
        for (size_t c = 0; c < classes; c++) sum += exp(logits[c]);
        for (size_t c = 0; c < classes; c++) {
            CHECK_NEAR(of_row[c], exp(logits[c]) / sum, 1e-5);
            CHECK(predicted[row] >= 0 && predicted[row] < classes && of_row[c] <= of_row[predicted[row]]);
        }
    }
    free(parameters);
    vaelib_model_free(stack);
}

/* Row j of the filters of layer 1 is column j of W0 W1. */
static void check_filters(void) {
    vaelib_model *stack = make_trained(1, "cross_entropy");
    float *parameters = copy_parameters(stack), low[wide * columns], high[top * columns];
    size_t r, c;
    const float *first = tensor_named(stack, parameters, "layers/0/weight", &r, &c);
    const float *second = tensor_named(stack, parameters, "layers/1/weight", &r, &c);
    CHECK_OK(vaelib_stack_get_filters(stack, 0, low, wide * columns));
    CHECK_OK(vaelib_stack_get_filters(stack, 1, high, top * columns));
    for (size_t i = 0; i < columns; i++) {
        for (size_t j = 0; j < wide; j++) CHECK_NEAR(low[j * columns + i], first[i * wide + j], 0);
        for (size_t k = 0; k < top; k++) {
            double sum = 0;
            for (size_t j = 0; j < wide; j++) sum += (double)first[i * wide + j] * (double)second[j * top + k];
            CHECK_NEAR(high[k * columns + i], sum, 1e-5);
        }
    }
    free(parameters);
    vaelib_model_free(stack);
}

/* ---- refusals ---- */

static void check_bad_arguments(void) {
    const vaelib_status bad = VAELIB_INVALID_ARGUMENT;
    vaelib_model *stack = make_stack(columns);
    vaelib_dataset *narrow = wrap(images, rows, columns - 1), *codes = wrap(images, rows, top);
    float values[rows * columns];
    double errors[rows];
    int64_t predicted[rows];
    const float kept = images[11];
    const size_t no_layers[] = {2, 100, SIZE_MAX};
    for (size_t i = 0; i < 3; i++) {
        size_t layer = no_layers[i];
        CHECK_MESSAGE(vaelib_stack_encode(stack, examples, layer, values, rows * top), bad, "layer");
        CHECK_MESSAGE(vaelib_stack_decode(stack, codes, layer, values, rows * columns), bad, "layer");
        CHECK_MESSAGE(vaelib_stack_reconstruct(stack, examples, layer, values, rows * columns), bad, "layer");
        CHECK_MESSAGE(vaelib_stack_compute_reconstruction_error(stack, examples, layer, errors, rows), bad, "layer");
        CHECK_MESSAGE(vaelib_stack_corrupt(stack, examples, layer, 1, 1, values, rows * wide), bad, "layer");
        CHECK_MESSAGE(vaelib_stack_get_filters(stack, layer, values, top * columns), bad, "layer");
    }
    CHECK_STATUS(vaelib_stack_encode(stack, examples, 1, NULL, rows * top), bad);
    CHECK_STATUS(vaelib_stack_decode(stack, codes, 1, NULL, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_reconstruct(stack, examples, 1, NULL, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_compute_reconstruction_error(stack, examples, 1, NULL, rows), bad);
    CHECK_STATUS(vaelib_stack_corrupt(stack, examples, 1, 1, 1, NULL, rows * wide), bad);
    CHECK_STATUS(vaelib_stack_get_filters(stack, 1, NULL, top * columns), bad);
    CHECK_STATUS(vaelib_stack_sample(stack, examples, 1, NULL, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_encode(stack, examples, 1, values, rows * top - 1), bad);
    CHECK_STATUS(vaelib_stack_decode(stack, codes, 1, values, rows * columns + 1), bad);
    CHECK_STATUS(vaelib_stack_reconstruct(stack, examples, 1, values, 0), bad);
    CHECK_STATUS(vaelib_stack_compute_reconstruction_error(stack, examples, 1, errors, rows - 1), bad);
    CHECK_STATUS(vaelib_stack_corrupt(stack, examples, 1, 1, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_get_filters(stack, 1, values, SIZE_MAX), bad);
    CHECK_STATUS(vaelib_stack_sample(stack, examples, 1, values, rows * top), bad);
    /* Width and values of what is given. */
    CHECK_STATUS(vaelib_stack_encode(stack, narrow, 1, values, rows * top), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_stack_decode(stack, examples, 1, values, rows * columns), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_stack_decode(stack, codes, 0, values, rows * columns), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_stack_reconstruct(stack, narrow, 1, values, rows * columns), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_stack_compute_reconstruction_error(stack, narrow, 1, errors, rows), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_stack_corrupt(stack, narrow, 0, 1, 1, values, rows * columns), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_stack_sample(stack, narrow, 1, values, rows * columns), VAELIB_DATA_ERROR);
    images[11] = NAN;
    CHECK_MESSAGE(vaelib_stack_encode(stack, examples, 1, values, rows * top), VAELIB_DATA_ERROR, "1");
    CHECK_STATUS(vaelib_stack_decode(stack, codes, 1, values, rows * columns), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_stack_reconstruct(stack, examples, 1, values, rows * columns), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_stack_corrupt(stack, examples, 0, 1, 1, values, rows * columns), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_stack_sample(stack, examples, 1, values, rows * columns), VAELIB_DATA_ERROR);
    images[11] = 2; /* no probability, but a picture with noise may hold it */
    CHECK_OK(vaelib_stack_reconstruct(stack, examples, 1, values, rows * columns));
    CHECK_STATUS(vaelib_stack_compute_reconstruction_error(stack, examples, 1, errors, rows), VAELIB_DATA_ERROR);
    images[11] = kept;
    /* Nothing can be predicted before labels were learned; the message says what to do first. */
    CHECK_MESSAGE(vaelib_stack_predict(stack, examples, predicted, rows), bad, "fine-tune it");
    CHECK_MESSAGE(vaelib_stack_predict_probabilities(stack, examples, values, rows * classes), bad,
                  "fine-tune it");
    vaelib_dataset_free(codes);
    vaelib_dataset_free(narrow);
    vaelib_model_free(stack);
}

static void check_bad_predictions(void) {
    const vaelib_status bad = VAELIB_INVALID_ARGUMENT;
    vaelib_model *stack = make_trained(1, "cross_entropy");
    vaelib_dataset *narrow = wrap(images, rows, columns - 1);
    float values[rows * columns];
    int64_t predicted[rows];
    CHECK_STATUS(vaelib_stack_predict(stack, examples, NULL, rows), bad);
    CHECK_STATUS(vaelib_stack_predict(stack, examples, predicted, rows - 1), bad);
    CHECK_STATUS(vaelib_stack_predict(stack, narrow, predicted, rows), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_stack_predict_probabilities(stack, examples, NULL, rows * classes), bad);
    CHECK_STATUS(vaelib_stack_predict_probabilities(stack, examples, values, rows), bad);
    CHECK_STATUS(vaelib_stack_predict_probabilities(stack, narrow, values, rows * classes), VAELIB_DATA_ERROR);
    CHECK_OK(vaelib_stack_predict(stack, examples, predicted, rows));
    vaelib_dataset_free(narrow);
    vaelib_model_free(stack);
}

int main(void) {
    images = make_images(rows, columns, 1);
    labels = make_labels(rows, columns, 1);
    examples = wrap_labelled(images, labels, rows, columns);
    check_ways_up_and_down(1, "cross_entropy");
    check_ways_up_and_down(0, "squared_error");
    check_predictions();
    check_filters();
    check_bad_arguments();
    check_bad_predictions();
    vaelib_dataset_free(examples);
    free(labels);
    free(images);
    return report();
}
