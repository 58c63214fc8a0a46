/* Handles of stacks that are NULL, freed, of another kind or no handles at all: every function recognises them. */
#include "support.h"

enum { rows = 8, columns = 4 };

/* Every function that takes a stack, with arguments that are otherwise right. */
static void check_stack(vaelib_stack *stack, const vaelib_dataset *examples, const vaelib_dataset *codes) {
    const vaelib_status bad = VAELIB_INVALID_HANDLE;
    const vaelib_training_config plan = make_plan(1);
    vaelib_stack *other = NULL;
    vaelib_trainer *trainer = NULL;
    vaelib_stack_info info = {.struct_size = sizeof info};
    vaelib_stack_config config = {.struct_size = sizeof config};
    vaelib_tensor tensor = {.struct_size = sizeof tensor};
    vaelib_stack_record record = {.struct_size = sizeof record};
    float values[256] = {0};
    double errors[rows];
    int64_t classes[rows];
    size_t count = 0;
    const char *type = NULL;
    const char *const *names = NULL;
    vaelib_training_config trained = {.struct_size = sizeof trained};
    CHECK_STATUS(vaelib_stack_add_classifier(stack, 2), bad);
    CHECK_STATUS(vaelib_stack_set_class_names(stack, NULL, NULL, 0), bad);
    CHECK_STATUS(vaelib_stack_class_names(stack, &type, &names, &count), bad);
    CHECK_STATUS(vaelib_stack_training_config(stack, VAELIB_PRETRAINING, &trained), bad);
    CHECK_STATUS(vaelib_stack_copy(stack, &other), bad);
    CHECK_STATUS(vaelib_stack_save(stack, scratch_path("handle.h5")), bad);
    CHECK_STATUS(vaelib_stack_describe(stack, &info), bad);
    CHECK_STATUS(vaelib_stack_get_config(stack, &config), bad);
    CHECK_STATUS(vaelib_stack_tensor(stack, 0, &tensor), bad);
    CHECK_STATUS(vaelib_stack_get_parameters(stack, values, 97), bad);
    CHECK_STATUS(vaelib_stack_set_parameters(stack, values, 97), bad);
    CHECK_STATUS(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_cancel(stack), bad);
    CHECK_STATUS(vaelib_stack_history_count(stack, &count), bad);
    CHECK_STATUS(vaelib_stack_history_get(stack, 0, &record), bad);
    CHECK_STATUS(vaelib_stack_corrupt(stack, examples, 0, 1, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_encode(stack, examples, 1, values, rows * 5), bad);
    CHECK_STATUS(vaelib_stack_decode(stack, codes, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_reconstruct(stack, examples, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_reconstruction_error(stack, examples, 1, errors, rows), bad);
    CHECK_STATUS(vaelib_stack_predict_probabilities(stack, examples, values, rows * 2), bad);
    CHECK_STATUS(vaelib_stack_predict(stack, examples, classes, rows), bad);
    CHECK_STATUS(vaelib_stack_filters(stack, 1, values, 5 * columns), bad);
    CHECK_STATUS(vaelib_stack_sample(stack, examples, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_trainer_create(stack, VAELIB_SUPERVISED, 0, 2, &plan, rows, &trainer), bad);
    CHECK(other == NULL && trainer == NULL && count == 0);
    vaelib_stack_free(stack);
}

/* Every function of stacks that takes a dataset. */
static void check_dataset(vaelib_dataset *dataset, vaelib_stack *stack, const vaelib_dataset *examples) {
    const vaelib_status bad = VAELIB_INVALID_HANDLE;
    const vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    float values[256] = {0};
    double errors[rows];
    int64_t classes[rows];
    CHECK_STATUS(vaelib_stack_pretrain(stack, dataset, &plan, NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_finetune(stack, dataset, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_corrupt(stack, dataset, 0, 1, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_encode(stack, dataset, 1, values, rows * 5), bad);
    CHECK_STATUS(vaelib_stack_decode(stack, dataset, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_reconstruct(stack, dataset, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_reconstruction_error(stack, dataset, 1, errors, rows), bad);
    CHECK_STATUS(vaelib_stack_predict_probabilities(stack, dataset, values, rows * 2), bad);
    CHECK_STATUS(vaelib_stack_predict(stack, dataset, classes, rows), bad);
    CHECK_STATUS(vaelib_stack_sample(stack, dataset, 1, values, rows * columns), bad);
    /* NULL is no bad validation set, but none. */
    if (dataset != NULL) {
        CHECK_STATUS(vaelib_stack_finetune(stack, examples, dataset, VAELIB_SUPERVISED, &plan, NULL, NULL), bad);
    }
    REQUIRE_OK(vaelib_stack_trainer_create(stack, VAELIB_SUPERVISED, 0, 2, &plan, rows, &trainer));
    CHECK_STATUS(vaelib_trainer_step(trainer, dataset, NULL), bad);
    CHECK_STATUS(vaelib_trainer_compute_gradients(trainer, dataset, NULL), bad);
    vaelib_trainer_free(trainer);
}

/* Numbers that were never handles; none of them may be followed as a pointer. */
static void check_mistaken(vaelib_stack *stack, vaelib_dataset *examples, vaelib_dataset *codes) {
    const uintptr_t numbers[] = {1, 2, 8, 4096, UINTPTR_MAX, UINTPTR_MAX / 2, (uintptr_t)1 << 32, 0xdeadbeef};
    size_t local = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        check_stack((vaelib_stack *)numbers[i], examples, codes);
        check_dataset((vaelib_dataset *)numbers[i], stack, examples);
    }
    check_stack((vaelib_stack *)(void *)&local, examples, codes);
    check_dataset((vaelib_dataset *)(void *)&local, stack, examples);
    CHECK(local == 0);
}

int main(void) {
    static const float zeros[rows * 5] = {0};
    static const int64_t labels[rows] = {0, 1};
    vaelib_dataset *examples = wrap_labelled(zeros, labels, rows, columns), *codes = wrap(zeros, rows, 5), *freed;
    vaelib_stack *stack = make_stack(columns), *freed_stack = make_stack(columns);
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    REQUIRE_OK(vaelib_stack_trainer_create(stack, VAELIB_SUPERVISED, 0, 2, &plan, rows, &trainer));

    check_stack(NULL, examples, codes);
    check_dataset(NULL, stack, examples);

    /* Of another kind; freeing with the wrong function leaves them alone. */
    check_stack((vaelib_stack *)(void *)model, examples, codes);
    check_stack((vaelib_stack *)(void *)examples, examples, codes);
    check_stack((vaelib_stack *)(void *)trainer, examples, codes);
    check_dataset((vaelib_dataset *)(void *)stack, stack, examples);
    check_dataset((vaelib_dataset *)(void *)model, stack, examples);
    vaelib_model_free((vaelib_model *)(void *)stack);
    vaelib_trainer_free((vaelib_trainer *)(void *)stack);
    vaelib_dataset_free((vaelib_dataset *)(void *)stack);
    CHECK_OK(vaelib_trainer_step(trainer, examples, NULL));
    CHECK(describe(model).data_dim == columns && describe_stack(stack).data_dim == columns);

    check_mistaken(stack, examples, codes);

    /* Freed, and freed again by the checks. New objects that may take their places stay unharmed. */
    freed = wrap(zeros, rows, columns);
    vaelib_dataset_free(freed);
    vaelib_stack_free(freed_stack);
    for (size_t i = 0; i < 100; i++) {
        vaelib_stack *another = make_stack(columns);
        CHECK(another != freed_stack);
        check_stack(freed_stack, examples, codes);
        CHECK(describe_stack(another).layer_count == 2);
        vaelib_stack_free(another);
    }
    check_dataset(freed, stack, examples);

    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
    vaelib_stack_free(stack);
    vaelib_dataset_free(codes);
    vaelib_dataset_free(examples);
    vaelib_stack_free(NULL);
    return report();
}
