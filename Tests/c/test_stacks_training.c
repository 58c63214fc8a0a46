/* Training stacks: what is learned and recorded, validation, early stopping, the callback. */
#include "support.h"

enum { rows = 200, others = 60, columns = 16 };

static float *images, *other_images;
static int64_t *labels, *other_labels;
static vaelib_dataset *examples, *validation;

static vaelib_training_config make_fast_plan(size_t epochs) {
    vaelib_training_config plan = make_plan(epochs);
    plan.learning_rate = 0.01;
    return plan;
}

/* The share of examples of a set that are given a wrong label, and the mean of -log p(label). */
static double wrong_share(vaelib_model *stack, const vaelib_dataset *set, const int64_t *right, size_t count) {
    int64_t classes[rows];
    size_t wrong = 0;
    CHECK_OK(vaelib_stack_predict(stack, set, classes, count));
    for (size_t i = 0; i < count; i++) wrong += classes[i] != right[i];
    return (double)wrong / (double)count;
}
static double label_loss(vaelib_model *stack, const vaelib_dataset *set, const int64_t *right, size_t count) {
    float probabilities[rows * 4];
    double sum = 0;
    CHECK_OK(vaelib_stack_predict_probabilities(stack, set, probabilities, count * 4));
    for (size_t i = 0; i < count; i++) sum -= log((double)probabilities[i * 4 + (size_t)right[i]]);
    return sum / (double)count;
}
static double mean_reconstruction_error(vaelib_model *stack, const vaelib_dataset *set, size_t layer, size_t count) {
    double errors[rows], sum = 0;
    CHECK_OK(vaelib_stack_compute_reconstruction_error(stack, set, layer, errors, count));
    for (size_t i = 0; i < count; i++) sum += errors[i];
    return sum / (double)count;
}

/* Layers are pretrained bottom first; a layer's own epochs and rate go before those of the call. */
static void check_pretraining(void) {
    vaelib_layer_config layers[] = {make_layer(12), make_layer(8), make_layer(6)};
    vaelib_model *stack;
    vaelib_training_config plan = make_fast_plan(6);
    const size_t lengths[] = {6, 9, 6};
    size_t index = 0;
    layers[1].epochs = 9;
    layers[1].learning_rate = 0.02;
    stack = make_stack_of(columns, layers, 3);
    CHECK(history_epochs(stack) == 0);
    CHECK_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    CHECK(history_epochs(stack) == 21);
    for (size_t layer = 0; layer < 3; layer++) {
        double first = history_value(stack, "loss", index);
        for (size_t epoch = 1; epoch <= lengths[layer]; epoch++, index++) {
            CHECK(history_value(stack, "phase", index) == VAELIB_PRETRAINING);
            CHECK(history_value(stack, "layer", index) == (double)layer);
            CHECK(history_value(stack, "epoch", index) == (double)epoch);
            CHECK(history_value(stack, "learning_rate", index) == (layer == 1 ? 0.02 : 0.01));
            CHECK(history_value(stack, "seconds", index) >= 0 && history_value(stack, "loss", index) > 0);
            CHECK(isnan(history_value(stack, "validation_loss", index)) && isnan(history_value(stack, "error", index)));
        }
        CHECK(history_value(stack, "loss", index - 1) < first);
    }
    CHECK(describe(stack).output_count == 0);
    CHECK_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL)); /* epochs count from 1 again */
    CHECK(history_epochs(stack) == 42 && history_value(stack, "epoch", 21) == 1);
    vaelib_model_free(stack);
}

/* Without corruption and penalties, the loss of the first step over all rows is the mean reconstruction error. */
static void check_first_loss(const char *loss) {
    vaelib_layer_config layer = make_layer(7);
    vaelib_training_config plan = make_plan(1);
    vaelib_model *stack;
    double expected;
    layer.corruption_level = 0;
    layer.loss = loss;
    stack = make_stack_of(columns, &layer, 1);
    expected = mean_reconstruction_error(stack, examples, 0, rows);
    plan.batch_size = rows;
    CHECK_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    CHECK_NEAR(history_value(stack, "loss", 0), expected, 1e-5 * expected);
    vaelib_model_free(stack);
}

/* The data's prototypes are learned: nearly no label is wrong in the end, and the records say what queries say. */
static void check_supervised(void) {
    vaelib_model *stack = make_stack(columns);
    vaelib_training_config plan = make_fast_plan(5);
    size_t tensors = describe(stack).tensor_count, parameters = describe(stack).parameter_count;
    vaelib_tensor tensor = VAELIB_TENSOR_INIT;
    double last_loss;
    CHECK_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    plan.epochs = 40;
    CHECK_OK(vaelib_stack_finetune(stack, examples, validation, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK(describe(stack).output_count == 4);
    CHECK(describe(stack).tensor_count == tensors + 2);
    CHECK(describe(stack).parameter_count == parameters + 5 * 4 + 4);
    CHECK_OK(vaelib_model_describe_tensor(stack, tensors, &tensor));
    CHECK(strcmp(tensor.name, "classifier/weight") == 0 && tensor.rows == 5 && tensor.columns == 4);
    CHECK(tensor.offset == parameters);
    CHECK_OK(vaelib_model_describe_tensor(stack, tensors + 1, &tensor));
    CHECK(strcmp(tensor.name, "classifier/bias") == 0 && tensor.rows == 1 && tensor.columns == 4);
    CHECK(history_epochs(stack) == 5 + 5 + 40);
    for (size_t epoch = 1; epoch <= 40; epoch++) {
        const size_t index = 9 + epoch;
        CHECK(history_value(stack, "phase", index) == VAELIB_SUPERVISED);
        CHECK(history_value(stack, "epoch", index) == (double)epoch);
        CHECK(history_value(stack, "learning_rate", index) == 0.01);
        CHECK(history_value(stack, "loss", index) > 0 && history_value(stack, "validation_loss", index) > 0);
        CHECK(fabs(history_value(stack, "error", index) - 0.5) <= 0.5);
        CHECK(fabs(history_value(stack, "validation_error", index) - 0.5) <= 0.5);
    }
    last_loss = history_value(stack, "loss", 49);
    CHECK(last_loss < history_value(stack, "loss", 10) && history_value(stack, "error", 49) < 0.1);
    CHECK(history_value(stack, "validation_error", 49) < 0.1);
    CHECK_NEAR(history_value(stack, "validation_error", 49), wrong_share(stack, validation, other_labels, others),
               1e-9);
    CHECK_NEAR(history_value(stack, "validation_loss", 49), label_loss(stack, validation, other_labels, others), 1e-5);
    /* The classifier is there already: more of the same goes on from it. */
    plan.epochs = 1;
    CHECK_OK(vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK(describe(stack).tensor_count == tensors + 2);
    CHECK(history_value(stack, "loss", 50) < 2 * last_loss + 0.1);
    CHECK(isnan(history_value(stack, "validation_loss", 50)) && isnan(history_value(stack, "validation_error", 50)));
    vaelib_model_free(stack);
}

/* The whole stack as one auto-encoder; it needs no labels and adds no classifier. */
static void check_unsupervised(void) {
    vaelib_dataset *unlabelled = wrap(images, rows, columns), *unlabelled_others = wrap(other_images, others, columns);
    vaelib_model *stack = make_stack(columns);
    vaelib_training_config plan = make_fast_plan(30);
    double before = mean_reconstruction_error(stack, validation, 1, others);
    CHECK_OK(vaelib_stack_finetune(stack, unlabelled, unlabelled_others, VAELIB_UNSUPERVISED, &plan, NULL, NULL));
    CHECK(describe(stack).output_count == 0 && history_epochs(stack) == 30);
    CHECK(history_value(stack, "phase", 29) == VAELIB_UNSUPERVISED && history_value(stack, "epoch", 29) == 30);
    CHECK(isnan(history_value(stack, "error", 29)) && isnan(history_value(stack, "validation_error", 29)));
    CHECK(history_value(stack, "loss", 29) < history_value(stack, "loss", 0));
    CHECK(history_value(stack, "validation_loss", 29) < before - 1);
    CHECK_NEAR(history_value(stack, "validation_loss", 29), mean_reconstruction_error(stack, validation, 1, others),
               1e-5);
    vaelib_model_free(stack);
    vaelib_dataset_free(unlabelled_others);
    vaelib_dataset_free(unlabelled);
}

/* Training that only gets worse is stopped after `patience` epochs, and the best weights come back. */
static void check_patience(vaelib_phase phase) {
    vaelib_model *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(400);
    double best = HUGE_VAL, end;
    size_t count, best_index = 0;
    plan.patience = 3;
    plan.learning_rate = 0.3;
    plan.validation_fraction = 0;
    plan.monitor = phase == VAELIB_SUPERVISED ? "error" : "loss";
    CHECK_MESSAGE(vaelib_stack_finetune(stack, examples, NULL, phase, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT,
                  "patience");
    CHECK_OK(vaelib_stack_finetune(stack, examples, validation, phase, &plan, NULL, NULL));
    count = history_epochs(stack);
    CHECK(count > 3 && count < 400);
    for (size_t index = 0; index < count; index++) {
        double value = history_value(stack, phase == VAELIB_SUPERVISED ? "validation_error" : "validation_loss", index);
        if (value < best) {
            best = value;
            best_index = index;
        }
    }
    CHECK(best_index == count - 4);
    end = phase == VAELIB_SUPERVISED ? wrong_share(stack, validation, other_labels, others)
                                     : mean_reconstruction_error(stack, validation, 1, others);
    CHECK_NEAR(end, best, 1e-5);
    vaelib_model_free(stack);
}

/* Left-out units make training noisier, not impossible. */
static void check_dropout(void) {
    vaelib_model *with = make_stack(columns), *without = make_stack(columns);
    vaelib_training_config plan = make_fast_plan(60);
    CHECK_OK(vaelib_stack_finetune(without, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    plan.dropout = 0.2;
    CHECK_OK(vaelib_stack_finetune(with, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK(hash_parameters(with) != hash_parameters(without));
    CHECK(wrong_share(with, examples, labels, rows) < 0.15);
    vaelib_model_free(without);
    vaelib_model_free(with);
}

/* What a callback saw, and when it should stop. */
typedef struct {
    vaelib_model *stack;
    vaelib_phase phase;
    size_t epochs_seen, stop_after, wrong, layer;
    vaelib_status nested;
    double last_loss;
} observer;

static int observe(const vaelib_progress *progress, void *user_data) {
    observer *seen = user_data;
    float code[rows * 5];
    seen->wrong += progress->struct_size != sizeof *progress;
    seen->wrong += progress->epochs != 4 || progress->epoch < 1 || progress->epoch > 4;
    seen->wrong += progress->examples > rows || progress->examples_per_epoch != rows;
    seen->wrong += progress->phase != seen->phase;
    CHECK_OK(vaelib_stack_encode(seen->stack, examples, 1, code, rows * 5));
    seen->nested = vaelib_stack_add_head(seen->stack, "softmax", 4);
    if (progress->kind == VAELIB_PROGRESS_EPOCH) {
        seen->wrong += progress->epoch != seen->epochs_seen % 4 + 1 || progress->examples != rows;
        if (seen->phase == VAELIB_PRETRAINING) seen->wrong += progress->layer != seen->epochs_seen / 4;
        seen->epochs_seen++;
        seen->last_loss = metric(progress, "loss");
    }
    return seen->epochs_seen == seen->stop_after;
}

static vaelib_status train_observed(observer *seen, const vaelib_training_config *plan) {
    seen->epochs_seen = 0;
    return train_in(seen->stack, examples, seen->phase, plan, observe, seen);
}

static void check_callback(vaelib_phase phase, size_t epochs_of_call) {
    observer seen = {.stack = make_stack(columns), .phase = phase, .stop_after = 100};
    vaelib_training_config plan = make_plan(4);
    uint64_t hash;
    CHECK_OK(train_observed(&seen, &plan));
    CHECK(seen.epochs_seen == epochs_of_call && seen.wrong == 0);
    CHECK_STATUS(seen.nested, VAELIB_BUSY);
    CHECK(history_epochs(seen.stack) == epochs_of_call);
    CHECK(seen.last_loss == history_value(seen.stack, "loss", epochs_of_call - 1));
    hash = hash_parameters(seen.stack);
    seen.stop_after = 2;
    CHECK_STATUS(train_observed(&seen, &plan), VAELIB_CANCELLED);
    CHECK(history_epochs(seen.stack) == epochs_of_call + 2);
    CHECK(hash_parameters(seen.stack) != hash); /* the weights reached so far */
    seen.stop_after = 100;
    CHECK_OK(train_observed(&seen, &plan)); /* the stack is usable */
    CHECK(history_epochs(seen.stack) == 2 * epochs_of_call + 2 && seen.wrong == 0);
    vaelib_model_free(seen.stack);
}

int main(void) {
    images = make_images(rows, columns, 1);
    labels = make_labels(rows, columns, 1);
    other_images = make_images(others, columns, 99);
    other_labels = make_labels(others, columns, 99);
    examples = wrap_labelled(images, labels, rows, columns);
    validation = wrap_labelled(other_images, other_labels, others, columns);
    check_pretraining();
    check_first_loss("cross_entropy");
    check_first_loss("squared_error");
    check_supervised();
    check_unsupervised();
    check_patience(VAELIB_SUPERVISED);
    check_patience(VAELIB_UNSUPERVISED);
    check_dropout();
    check_callback(VAELIB_PRETRAINING, 8);
    check_callback(VAELIB_SUPERVISED, 4);
    check_callback(VAELIB_UNSUPERVISED, 4);
    vaelib_dataset_free(validation);
    vaelib_dataset_free(examples);
    free(other_labels);
    free(other_images);
    free(labels);
    free(images);
    return report();
}
