/* Every optimiser, schedule, kind of corruption and penalty trains a stack; penalties; training that diverges. */
#include "support.h"

enum { rows = 200, columns = 16 };

static float *images;
static int64_t *labels;
static vaelib_dataset *examples;

/* A rate that throws the weights out of the finite numbers: an error, and a stack of finite weights. */
static void check_divergence(vaelib_phase phase) {
    vaelib_layer_config layers[] = {make_layer(8), make_layer(5)};
    vaelib_model *stack;
    vaelib_training_config plan = make_plan(50);
    size_t count;
    float *values, sum = 0;
    layers[0].activation = layers[1].activation = "identity";
    layers[0].loss = layers[1].loss = "squared_error";
    stack = make_stack_of(columns, layers, 2);
    plan.optimizer = "sgd";
    plan.learning_rate = 1e30;
    CHECK_STATUS(train_in(stack, examples, phase, &plan, NULL, NULL), VAELIB_NUMERICAL_ERROR);
    count = describe(stack).parameter_count;
    values = copy_parameters(stack);
    for (size_t i = 0; i < count; i++) sum += values[i] * 0;
    CHECK(sum == 0);
    free(values);
    vaelib_model_free(stack);
}

/* Every optimiser, schedule, kind of corruption and penalty trains. */
static void check_variety(void) {
    static const char *const optimizers[] = {"sgd", "adagrad", "rmsprop", "adam", "adamw"};
    static const char *const schedules[] = {"constant", "step", "exponential", "cosine"};
    static const char *const corruptions[] = {"masking", "independent_masking", "gaussian", "salt_and_pepper"};
    for (size_t i = 0; i < 20; i++) {
        vaelib_layer_config layers[] = {make_layer(10), make_layer(6)};
        vaelib_model *stack;
        vaelib_training_config plan = make_plan(8);
        layers[0].corruption = corruptions[i % 4];
        layers[1].corruption = corruptions[(i + 1) % 4];
        layers[1].tied = layers[0].tied = i % 2;
        if (i % 4 == 0) layers[0].corrupted_weight = 1, layers[0].untouched_weight = 0.5;
        if (i % 3 == 0) layers[0].weight_l1 = layers[1].weight_l2 = 1e-3;
        if (i % 5 == 0) layers[0].sparsity_weight = layers[1].contraction_weight = 0.01;
        stack = make_stack_of(columns, layers, 2);
        plan.learning_rate = 0.01;
        plan.optimizer = optimizers[i % 5];
        plan.schedule = schedules[i % 4];
        plan.schedule_factor = 0.9;
        plan.weight_decay = 0.1;
        plan.warmup_epochs = 1;
        plan.gradient_clip_norm = 10;
        plan.momentum = 0.5;
        plan.nesterov = 1;
        CHECK_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
        if (!CHECK(history_value(stack, "loss", 7) < history_value(stack, "loss", 0))) {
            fprintf(stderr, "    case %zu\n", i);
        }
        CHECK_OK(vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
        CHECK(history_value(stack, "loss", 23) < history_value(stack, "loss", 16));
        vaelib_model_free(stack);
    }
}

static vaelib_trainer *make_trainer(vaelib_model *stack, const vaelib_training_config *plan) {
    vaelib_trainer *trainer = NULL;
    REQUIRE_OK(vaelib_trainer_create(stack, VAELIB_PRETRAINING, 0, plan, rows, &trainer));
    return trainer;
}

/* The loss with a penalty is the loss without, plus the penalty: weight_l1 sum |W| + weight_l2 / 2 sum W^2. */
static void check_penalties(void) {
    vaelib_layer_config layer = make_layer(6);
    vaelib_training_config plan = make_plan(1);
    vaelib_model *stack = make_stack_of(columns, &layer, 1);
    vaelib_trainer *trainer = make_trainer(stack, &plan);
    float *values = copy_parameters(stack);
    double absolute = 0, squares = 0, plain, penalised;
    vaelib_metrics found = VAELIB_METRICS_INIT;
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, examples, NULL, &found));
    plain = step_metric(&found, "loss");
    vaelib_trainer_free(trainer);
    vaelib_model_free(stack);
    for (size_t i = 0; i < columns * 6; i++) {
        absolute += fabs((double)values[i]);
        squares += (double)values[i] * (double)values[i];
    }
    layer.weight_l1 = 0.5;
    layer.weight_l2 = 0.25;
    stack = make_stack_of(columns, &layer, 1);
    trainer = make_trainer(stack, &plan);
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, examples, NULL, &found));
    penalised = step_metric(&found, "loss");
    CHECK_NEAR(penalised, plain + 0.5 * absolute + 0.125 * squares, 1e-5 * penalised);
    free(values);
    vaelib_trainer_free(trainer);
    vaelib_model_free(stack);
}

int main(void) {
    images = make_images(rows, columns, 1);
    labels = make_labels(rows, columns, 1);
    examples = wrap_labelled(images, labels, rows, columns);
    check_variety();
    check_penalties();
    check_divergence(VAELIB_PRETRAINING);
    check_divergence(VAELIB_SUPERVISED);
    check_divergence(VAELIB_UNSUPERVISED);
    vaelib_dataset_free(examples);
    free(labels);
    free(images);
    return report();
}
