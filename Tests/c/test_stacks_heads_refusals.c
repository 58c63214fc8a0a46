/* Heads of stacks: trainings that were interrupted, and what does not fit a head. */
#include <unistd.h>
#include "heads.h"

static heads_data data;

/* ---- interrupted trainings ---- */

/* Stops when so many epochs have ended. */
static int stop_after(const vaelib_progress *progress, void *user_data) {
    size_t *left = user_data;
    return progress->kind == VAELIB_PROGRESS_EPOCH && --*left == 0;
}

static void check_checkpoints_of(const vaelib_dataset *set, const vaelib_dataset *other, const char *text) {
    vaelib_checkpoint_config checkpoint = VAELIB_CHECKPOINT_CONFIG_INIT;
    vaelib_training_config plan = make_long_plan(6);
    vaelib_model *whole = make_relu_stack(), *strange = make_relu_stack();
    REQUIRE_OK(vaelib_checkpoint_config_init(&checkpoint));
    checkpoint.path = scratch_path("heads-run.h5");
    plan.dropout = 0.3;
    plan.validation_fraction = 0.2;
    plan.patience = 5;
    CHECK_OK(finetune(whole, set, NULL, &plan));
    plan.checkpoint = &checkpoint;
    for (size_t stop = 1; stop <= 5; stop += 2) {
        vaelib_model *cut = make_relu_stack(), *resumed = make_relu_stack();
        size_t left = stop;
        unlink(checkpoint.path);
        CHECK_STATUS(vaelib_stack_finetune(cut, set, NULL, VAELIB_SUPERVISED, &plan, stop_after, &left),
                     VAELIB_CANCELLED);
        CHECK_OK(finetune(resumed, set, NULL, &plan));
        CHECK(hash_parameters(resumed) == hash_parameters(whole));
        CHECK(history_value(resumed, "validation_error", 5) == history_value(whole, "validation_error", 5));
        vaelib_model_free(resumed);
        vaelib_model_free(cut);
    }
    CHECK_MESSAGE(finetune(strange, other, NULL, &plan), VAELIB_INVALID_ARGUMENT, text);
    CHECK(describe(strange).output_count == 0);
    vaelib_model_free(strange);
    vaelib_model_free(whole);
    unlink(checkpoint.path);
}

static void check_checkpoints(void) {
    vaelib_dataset *changed = NULL, *values = NULL, *as_reals = NULL;
    float moved[rows * targets];
    memcpy(moved, data.reals, sizeof moved);
    moved[4] += 0.001f;
    values = wrap(moved, rows, targets);
    REQUIRE_OK(vaelib_dataset_with_targets(data.examples, values, "gaussian", &changed));
    check_checkpoints_of(data.measured, changed, "labels or targets of the training examples are not those");
    REQUIRE_OK(vaelib_dataset_with_targets(data.examples, data.label_targets, "gaussian", &as_reals));
    check_checkpoints_of(data.labelled, as_reals, "gaussian");
    vaelib_dataset_free(as_reals);
    vaelib_dataset_free(changed);
    vaelib_dataset_free(values);
}

/* ---- refusals ---- */

static void check_refusals(void) {
    const vaelib_status bad = VAELIB_INVALID_ARGUMENT;
    vaelib_model *regressor = make_relu_stack(), *stack = make_relu_stack(), *classifier = make_relu_stack();
    vaelib_training_config plan = make_plan(1);
    vaelib_dataset *narrow = wrap(data.reals, rows, targets - 1), *others = NULL, *classes = NULL;
    int64_t numbers[rows];
    float values[rows * labels];
    uint64_t hash;
    for (size_t i = 0; i < rows; i++) numbers[i] = (int64_t)(i % 2);
    classes = wrap_labelled(data.images, numbers, rows, columns);
    REQUIRE_OK(vaelib_dataset_with_targets(data.examples, narrow, "gaussian", &others));
    CHECK_MESSAGE(finetune(regressor, data.measured, others, &plan), VAELIB_DATA_ERROR, "2 targets");
    CHECK_MESSAGE(finetune(regressor, data.measured, data.examples, &plan), bad, "no targets");
    CHECK_MESSAGE(finetune(regressor, data.measured, data.labelled, &plan), bad, "sigmoid");
    CHECK_MESSAGE(finetune(regressor, data.examples, NULL, &plan), bad, "vaelib_dataset_with_targets");
    CHECK(describe(regressor).output_count == 0);
    CHECK_OK(finetune(regressor, data.measured, NULL, &plan));
    CHECK_OK(finetune(stack, data.labelled, NULL, &plan));
    CHECK_OK(finetune(classifier, classes, NULL, &plan));
    hash = hash_parameters(regressor);
    CHECK_MESSAGE(finetune(regressor, others, NULL, &plan), VAELIB_DATA_ERROR, "3 outputs");
    CHECK_MESSAGE(finetune(regressor, data.labelled, NULL, &plan), bad, "gaussian head");
    CHECK_MESSAGE(finetune(regressor, classes, NULL, &plan), bad, "no targets");
    CHECK_MESSAGE(finetune(classifier, data.measured, NULL, &plan), bad, "softmax head");
    CHECK(hash_parameters(regressor) == hash);
    CHECK_MESSAGE(vaelib_stack_predict_probabilities(regressor, data.examples, values, rows * targets), bad,
                  "gaussian");
    CHECK_MESSAGE(vaelib_stack_predict(regressor, data.examples, numbers, rows), bad, "softmax");
    CHECK_MESSAGE(vaelib_stack_predict(stack, data.examples, numbers, rows), bad, "softmax");
    CHECK_MESSAGE(vaelib_stack_predict_targets(stack, data.examples, values, rows * labels), bad, "sigmoid");
    CHECK_MESSAGE(vaelib_stack_predict_targets(classifier, data.examples, values, rows * 2), bad, "softmax");
    CHECK_MESSAGE(vaelib_stack_predict_targets(regressor, data.examples, values, rows), bad, "expected 360");
    CHECK_MESSAGE(vaelib_stack_add_head(regressor, "gaussian", 3), bad, "already");
    vaelib_dataset_free(classes);
    vaelib_dataset_free(others);
    vaelib_dataset_free(narrow);
    vaelib_model_free(classifier);
    vaelib_model_free(stack);
    vaelib_model_free(regressor);
    stack = make_relu_stack();
    CHECK_MESSAGE(vaelib_stack_add_head(stack, "gaussian", 0), bad, "1 to 1048576");
    CHECK_MESSAGE(vaelib_stack_add_head(stack, "sigmoid", 1048577), bad, "1 to 1048576");
    CHECK_MESSAGE(vaelib_stack_add_head(stack, "linear", 3), bad, "softmax, gaussian, sigmoid");
    CHECK_MESSAGE(vaelib_stack_add_head(stack, NULL, 3), bad, "head is NULL");
    CHECK_MESSAGE(vaelib_stack_predict_targets(stack, data.examples, values, rows), bad, "no head yet");
    /* Unsupervised fine-tuning learns neither, nor does pretraining. */
    CHECK_OK(vaelib_stack_pretrain(stack, data.measured, &plan, NULL, NULL));
    CHECK_OK(vaelib_stack_finetune(stack, data.measured, data.labelled, VAELIB_UNSUPERVISED, &plan, NULL, NULL));
    CHECK(describe(stack).output_count == 0 && strcmp(describe(stack).head, "") == 0);
    vaelib_model_free(stack);
}

int main(void) {
    make_heads_data(&data);
    check_checkpoints();
    check_refusals();
    free_heads_data(&data);
    return report();
}
