/* Handles that are NULL, freed, of another kind or no handles at all: every function recognises them. */
#include "support.h"

enum { rows = 8, columns = 4, latents = 2 };

/* Every function that takes a model, with arguments that are otherwise right. */
static void check_model(vaelib_model *model, const vaelib_dataset *examples, const vaelib_dataset *codes) {
    const vaelib_status bad = VAELIB_INVALID_HANDLE;
    vaelib_model *other = NULL;
    vaelib_trainer *trainer = NULL;
    vaelib_model_info info = {.struct_size = sizeof info};
    vaelib_vae_config config = {.struct_size = sizeof config};
    vaelib_training_config plan = make_plan(1), plan_back = {.struct_size = sizeof plan_back};
    vaelib_tensor tensor = {.struct_size = sizeof tensor};
    vaelib_history_record record = {.struct_size = sizeof record};
    float values[256] = {0};
    double terms[rows];
    size_t count = 0;
    CHECK_STATUS(vaelib_model_copy(model, &other), bad);
    CHECK_STATUS(vaelib_model_save(model, scratch_path("handle.h5")), bad);
    CHECK_STATUS(vaelib_model_describe(model, &info), bad);
    CHECK_STATUS(vaelib_model_config(model, &config), bad);
    CHECK_STATUS(vaelib_model_tensor(model, 0, &tensor), bad);
    CHECK_STATUS(vaelib_model_get_parameters(model, values, 90), bad);
    CHECK_STATUS(vaelib_model_set_parameters(model, values, 90), bad);
    CHECK_STATUS(vaelib_fit(model, examples, NULL, &plan, NULL, NULL), bad);
    CHECK_STATUS(vaelib_cancel(model), bad);
    CHECK_STATUS(vaelib_history_count(model, &count), bad);
    CHECK_STATUS(vaelib_history_get(model, 0, &record), bad);
    CHECK_STATUS(vaelib_model_training_config(model, &plan_back), bad);
    CHECK_STATUS(vaelib_encode(model, examples, values, NULL, rows * latents), bad);
    CHECK_STATUS(vaelib_encode_sample(model, examples, 1, values, rows * latents), bad);
    CHECK_STATUS(vaelib_decode(model, codes, values, NULL, rows * columns), bad);
    CHECK_STATUS(vaelib_decode_sample(model, codes, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_reconstruct(model, examples, VAELIB_MEAN, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_sample(model, rows, VAELIB_MEAN, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_elbo(model, examples, NULL, NULL, NULL, terms, NULL, NULL, rows), bad);
    CHECK_STATUS(vaelib_log_likelihood(model, examples, NULL, NULL, NULL, terms, NULL, rows), bad);
    CHECK_STATUS(vaelib_interpolate(model, examples, 0, 1, 2, values, 2 * columns), bad);
    CHECK_STATUS(vaelib_manifold(model, 2, values, 4 * columns), bad);
    CHECK_STATUS(vaelib_trainer_create(model, &plan, rows, &trainer), bad);
    CHECK(other == NULL && trainer == NULL && count == 0);
    vaelib_model_free(model);
}

/* Every function that takes a dataset. */
static void check_dataset(vaelib_dataset *dataset, vaelib_model *model, vaelib_trainer *trainer) {
    const vaelib_status bad = VAELIB_INVALID_HANDLE;
    const vaelib_training_config plan = make_plan(1);
    vaelib_dataset_info info = {.struct_size = sizeof info};
    vaelib_dataset *slice = NULL, *other = NULL;
    const size_t first_row = 0;
    float values[256] = {0};
    double terms[rows];
    int64_t labels[rows];
    CHECK_STATUS(vaelib_dataset_slice(dataset, 0, 1, &slice), bad);
    CHECK_STATUS(vaelib_dataset_select(dataset, &first_row, 1, &slice), bad);
    CHECK_STATUS(vaelib_dataset_concatenate((const vaelib_dataset *const *)&dataset, 1, &slice), bad);
    CHECK_STATUS(vaelib_dataset_split(dataset, 0.5, 1, 0, &slice, &other), bad);
    CHECK_STATUS(vaelib_dataset_describe(dataset, &info), bad);
    CHECK_STATUS(vaelib_dataset_read(dataset, values, rows * columns), bad);
    CHECK_STATUS(vaelib_dataset_labels(dataset, labels, rows), bad);
    CHECK_STATUS(vaelib_fit(model, dataset, NULL, &plan, NULL, NULL), bad);
    CHECK_STATUS(vaelib_encode(model, dataset, values, NULL, rows * latents), bad);
    CHECK_STATUS(vaelib_encode_sample(model, dataset, 1, values, rows * latents), bad);
    CHECK_STATUS(vaelib_decode(model, dataset, values, NULL, rows * columns), bad);
    CHECK_STATUS(vaelib_decode_sample(model, dataset, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_reconstruct(model, dataset, VAELIB_MEAN, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_elbo(model, dataset, NULL, NULL, NULL, terms, NULL, NULL, rows), bad);
    CHECK_STATUS(vaelib_log_likelihood(model, dataset, NULL, NULL, NULL, terms, NULL, rows), bad);
    CHECK_STATUS(vaelib_interpolate(model, dataset, 0, 1, 2, values, 2 * columns), bad);
    CHECK_STATUS(vaelib_trainer_step(trainer, dataset, NULL), bad);
    CHECK_STATUS(vaelib_trainer_compute_gradients(trainer, dataset, NULL), bad);
    CHECK(slice == NULL);
    vaelib_dataset_free(dataset);
}

/* Every function that takes a trainer. */
static void check_trainer(vaelib_trainer *trainer, const vaelib_dataset *examples) {
    const vaelib_status bad = VAELIB_INVALID_HANDLE;
    float *values = NULL;
    size_t count = 0;
    CHECK_STATUS(vaelib_trainer_step(trainer, examples, NULL), bad);
    CHECK_STATUS(vaelib_trainer_compute_gradients(trainer, examples, NULL), bad);
    CHECK_STATUS(vaelib_trainer_apply_gradients(trainer), bad);
    CHECK_STATUS(vaelib_trainer_parameters(trainer, &values, &count), bad);
    CHECK_STATUS(vaelib_trainer_gradients(trainer, &values, &count), bad);
    CHECK(values == NULL && count == 0);
    vaelib_trainer_free(trainer);
}

/* Numbers that were never handles; none of them may be followed as a pointer. */
static void check_mistaken(
    vaelib_model *model, vaelib_dataset *examples, vaelib_dataset *codes, vaelib_trainer *trainer) {
    const uintptr_t numbers[] = {1, 2, 8, 4096, UINTPTR_MAX, UINTPTR_MAX / 2, (uintptr_t)1 << 32, 0xdeadbeef};
    size_t local = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        check_model((vaelib_model *)numbers[i], examples, codes);
        check_dataset((vaelib_dataset *)numbers[i], model, trainer);
        check_trainer((vaelib_trainer *)numbers[i], examples);
    }
    check_model((vaelib_model *)(void *)&local, examples, codes);
    check_dataset((vaelib_dataset *)(void *)&local, model, trainer);
    check_trainer((vaelib_trainer *)(void *)&local, examples);
    CHECK(local == 0);
}

int main(void) {
    static const float zeros[rows * columns] = {0};
    vaelib_dataset *examples = wrap(zeros, rows, columns), *codes = wrap(zeros, rows, latents), *freed;
    vaelib_model *model = make_model(columns, latents), *freed_model;
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL, *freed_trainer = NULL;
    vaelib_stack *stack = make_stack(columns);
    vaelib_status status;
    REQUIRE_OK(vaelib_trainer_create(model, &plan, rows, &trainer));

    check_model(NULL, examples, codes);
    check_dataset(NULL, model, trainer);
    check_trainer(NULL, examples);

    /* Of another kind; freeing with the wrong function leaves them alone. */
    check_model((vaelib_model *)(void *)examples, examples, codes);
    check_model((vaelib_model *)(void *)trainer, examples, codes);
    check_dataset((vaelib_dataset *)(void *)model, model, trainer);
    check_dataset((vaelib_dataset *)(void *)trainer, model, trainer);
    check_trainer((vaelib_trainer *)(void *)model, examples);
    check_trainer((vaelib_trainer *)(void *)examples, examples);
    check_model((vaelib_model *)(void *)stack, examples, codes);
    check_dataset((vaelib_dataset *)(void *)stack, model, trainer);
    check_trainer((vaelib_trainer *)(void *)stack, examples);
    CHECK_OK(vaelib_trainer_step(trainer, examples, NULL));
    CHECK(describe_stack(stack).data_dim == columns);

    check_mistaken(model, examples, codes, trainer);

    /* Freed, and freed again by the checks. New objects that may take their places stay unharmed. */
    freed = wrap(zeros, rows, columns);
    freed_model = make_model(columns, latents);
    REQUIRE_OK(vaelib_trainer_create(freed_model, &plan, rows, &freed_trainer));
    vaelib_trainer_free(freed_trainer);
    vaelib_model_free(freed_model);
    vaelib_dataset_free(freed);
    for (size_t i = 0; i < 100; i++) {
        vaelib_dataset *another = wrap(zeros, rows, columns);
        vaelib_model *another_model = make_model(columns, latents);
        CHECK((void *)another != (void *)freed && (void *)another_model != (void *)freed_model);
        vaelib_model_free(another_model);
        vaelib_dataset_free(another);
    }
    check_model(freed_model, examples, codes);
    check_dataset(freed, model, trainer);
    check_trainer(freed_trainer, examples);

    /* A bad validation set is found, too. NULL is no bad one. */
    status = vaelib_fit(model, examples, freed, &plan, NULL, NULL);
    CHECK_STATUS(status, VAELIB_INVALID_HANDLE);
    CHECK_STATUS(vaelib_fit(model, examples, (vaelib_dataset *)(void *)model, &plan, NULL, NULL), VAELIB_INVALID_HANDLE);
    CHECK_OK(vaelib_fit(model, examples, NULL, &plan, NULL, NULL));

    vaelib_stack_free(stack);
    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
    vaelib_dataset_free(codes);
    vaelib_dataset_free(examples);
    vaelib_trainer_free(NULL);
    vaelib_model_free(NULL);
    vaelib_dataset_free(NULL);
    return report();
}
