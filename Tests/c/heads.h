/*
 * What the tests of heads share: examples with real targets and with several labels, and stacks that learn them.
 */
#ifndef HEADS_H
#define HEADS_H

#include "support.h"

enum { rows = 120, columns = 6, targets = 3, labels = 4 };

typedef struct {
    float images[rows * columns], reals[rows * targets], switches[rows * labels];
    /* The examples; their targets; examples with real targets, and with several labels. */
    vaelib_dataset *examples, *real_targets, *label_targets, *measured, *labelled;
} heads_data;

/* Real targets far from 0 in units of their own, the last of them constant; labels that depend on the examples. */
static inline void make_heads_data(heads_data *data) {
    uint64_t state = 5;
    for (size_t row = 0; row < rows; row++) {
        float *x = data->images + row * columns;
        for (size_t c = 0; c < columns; c++) x[c] = (float)(random_word(&state) & 0xffff) / 65536.0f;
        data->reals[row * targets] = 1000.0f + 50.0f * (x[0] - x[1]);
        data->reals[row * targets + 1] = 0.001f * (x[2] + x[0]);
        data->reals[row * targets + 2] = -7.0f;
        for (size_t k = 0; k < labels; k++) data->switches[row * labels + k] = x[k] > x[k + 1] ? 1.0f : 0.0f;
    }
    data->examples = wrap(data->images, rows, columns);
    data->real_targets = wrap(data->reals, rows, targets);
    data->label_targets = wrap(data->switches, rows, labels);
    REQUIRE_OK(vaelib_dataset_with_targets(data->examples, data->real_targets, "gaussian", &data->measured));
    REQUIRE_OK(vaelib_dataset_with_targets(data->examples, data->label_targets, "sigmoid", &data->labelled));
}

static inline void free_heads_data(heads_data *data) {
    vaelib_dataset_free(data->labelled);
    vaelib_dataset_free(data->measured);
    vaelib_dataset_free(data->label_targets);
    vaelib_dataset_free(data->real_targets);
    vaelib_dataset_free(data->examples);
}

static inline vaelib_model *make_relu_stack(void) {
    vaelib_layer_config layers[] = {make_layer(16), make_layer(8)};
    layers[0].activation = layers[1].activation = "relu";
    layers[1].loss = "squared_error";
    return make_stack_of(columns, layers, 2);
}

static inline vaelib_training_config make_long_plan(size_t epochs) {
    vaelib_training_config plan = make_plan(epochs);
    plan.learning_rate = 0.01;
    return plan;
}

static inline vaelib_status finetune(
    vaelib_model *stack, const vaelib_dataset *set, const vaelib_dataset *validation,
    const vaelib_training_config *plan) {
    return vaelib_stack_finetune(stack, set, validation, VAELIB_SUPERVISED, plan, NULL, NULL);
}

static inline vaelib_dataset_info describe_set(const vaelib_dataset *set) {
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    REQUIRE_OK(vaelib_dataset_describe(set, &info));
    return info;
}

#endif
