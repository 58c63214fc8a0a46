/* Handles that are NULL, freed, of another kind or no handles at all: every function recognises them. */
#include "support.h"

enum { rows = 8, columns = 4, latents = 2, width = 5 };

static const vaelib_status bad = VAELIB_INVALID_HANDLE;
static vaelib_dataset *examples, *codes;
static const float plain_rows[rows * width]; /* examples or codes */

/* Every function that takes a model of either kind, with arguments that are otherwise right. */
static void check_any_model(vaelib_model *model) {
    vaelib_model *other = NULL;
    vaelib_model_info info = VAELIB_MODEL_INFO_INIT;
    vaelib_training_config trained = VAELIB_TRAINING_CONFIG_INIT;
    vaelib_tensor tensor = VAELIB_TENSOR_INIT;
    vaelib_history_column column = VAELIB_HISTORY_COLUMN_INIT;
    const char *text = NULL;
    void *bytes = NULL;
    float values[256] = {0};
    double history[1];
    size_t count = 0;
    CHECK_STATUS(vaelib_model_kind(model, &text), bad);
    CHECK_STATUS(vaelib_model_describe(model, &info), bad);
    CHECK_STATUS(vaelib_model_copy(model, &other), bad);
    CHECK_STATUS(vaelib_model_save(model, scratch_path("handle.h5")), bad);
    CHECK_STATUS(vaelib_model_save_to_memory(model, &bytes, &count), bad);
    CHECK_STATUS(vaelib_model_describe_tensor(model, 0, &tensor), bad);
    CHECK_STATUS(vaelib_model_get_parameters(model, values, 90), bad);
    CHECK_STATUS(vaelib_model_set_parameters(model, values, 90), bad);
    CHECK_STATUS(vaelib_model_cancel(model), bad);
    CHECK_STATUS(vaelib_model_describe_history(model, 0, &column), bad);
    CHECK_STATUS(vaelib_model_get_history(model, "loss", history, 1), bad);
    CHECK_STATUS(vaelib_model_get_training_config(model, VAELIB_FIT, &trained), bad);
    CHECK(other == NULL && text == NULL && column.name == NULL && bytes == NULL && count == 0);
}

/* Every function that takes a variational auto-encoder. */
static void check_vae(vaelib_model *model) {
    const vaelib_training_config plan = make_plan(1);
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_writer *writer = create_writer(scratch_path("handle_results.h5"));
    float values[256] = {0};
    double terms[rows];
    CHECK_STATUS(vaelib_vae_get_config(model, &config), bad);
    CHECK_STATUS(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), bad);
    CHECK_STATUS(vaelib_vae_encode(model, examples, values, NULL, rows * latents), bad);
    CHECK_STATUS(vaelib_vae_encode_sample(model, examples, 1, values, rows * latents), bad);
    CHECK_STATUS(vaelib_vae_decode(model, codes, NULL, values, NULL, rows * columns), bad);
    CHECK_STATUS(vaelib_vae_decode_sample(model, codes, NULL, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_vae_reconstruct(model, examples, VAELIB_MEAN, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_vae_sample(model, rows, NULL, VAELIB_MEAN, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_vae_estimate_elbo(model, examples, NULL, NULL, NULL, terms, NULL, NULL, rows), bad);
    CHECK_STATUS(vaelib_vae_estimate_log_likelihood(model, examples, NULL, NULL, NULL, terms, NULL, rows), bad);
    CHECK_STATUS(vaelib_vae_interpolate(model, examples, 0, 1, 2, values, 2 * columns), bad);
    CHECK_STATUS(vaelib_vae_draw_manifold(model, 2, NULL, values, 4 * columns), bad);
    CHECK_STATUS(vaelib_vae_encode_rows(model, plain_rows, rows, values, NULL, rows * latents), bad);
    CHECK_STATUS(vaelib_vae_decode_rows(model, plain_rows, rows, NULL, values, NULL, rows * columns), bad);
    CHECK_STATUS(vaelib_vae_encode_to(model, examples, writer, "a", "b", NULL, NULL), bad);
    CHECK_STATUS(vaelib_vae_decode_to(model, codes, NULL, writer, "a", NULL, NULL, NULL), bad);
    CHECK_STATUS(vaelib_vae_reconstruct_to(model, examples, VAELIB_MEAN, 1, writer, "a", NULL, NULL), bad);
    vaelib_writer_free(writer);
}

/* Every function that takes a stack. */
static void check_stack(vaelib_model *model) {
    const vaelib_training_config plan = make_plan(1);
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    vaelib_writer *writer = create_writer(scratch_path("handle_results.h5"));
    float values[256] = {0};
    double errors[rows];
    int64_t classes[rows];
    size_t count = 0;
    const char *type = NULL;
    const char *const *names = NULL;
    CHECK_STATUS(vaelib_stack_get_config(model, &config), bad);
    CHECK_STATUS(vaelib_stack_add_head(model, "softmax", 2), bad);
    CHECK_STATUS(vaelib_stack_set_class_names(model, NULL, NULL, 0), bad);
    CHECK_STATUS(vaelib_stack_get_class_names(model, &type, &names, &count), bad);
    CHECK_STATUS(vaelib_stack_pretrain(model, examples, &plan, NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_finetune(model, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_corrupt(model, examples, 0, 1, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_encode(model, examples, 1, values, rows * width), bad);
    CHECK_STATUS(vaelib_stack_decode(model, codes, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_reconstruct(model, examples, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_compute_reconstruction_error(model, examples, 1, errors, rows), bad);
    CHECK_STATUS(vaelib_stack_predict_probabilities(model, examples, values, rows * 2), bad);
    CHECK_STATUS(vaelib_stack_predict(model, examples, classes, rows), bad);
    CHECK_STATUS(vaelib_stack_get_filters(model, 1, values, width * columns), bad);
    CHECK_STATUS(vaelib_stack_sample(model, examples, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_encode_rows(model, plain_rows, rows, 1, values, rows * width), bad);
    CHECK_STATUS(vaelib_stack_predict_probabilities_rows(model, plain_rows, rows, values, rows * 2), bad);
    CHECK_STATUS(vaelib_stack_encode_to(model, examples, 1, writer, "a", NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_reconstruct_to(model, examples, 1, writer, "a", NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_predict_probabilities_to(model, examples, writer, "a", NULL, NULL), bad);
    CHECK(type == NULL && names == NULL && count == 0);
    vaelib_writer_free(writer);
}

/* No model: every function says so, and freeing it does nothing. */
static void check_no_model(vaelib_model *model) {
    const vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    check_any_model(model);
    check_vae(model);
    check_stack(model);
    CHECK_STATUS(vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, rows, &trainer), bad);
    CHECK(trainer == NULL);
    vaelib_model_free(model);
}

/* No dataset: every function that takes one says so. */
static void check_no_dataset(vaelib_dataset *dataset, vaelib_model *vae, vaelib_model *stack) {
    const vaelib_training_config plan = make_plan(1);
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    vaelib_dataset *slice = NULL, *other = NULL;
    vaelib_trainer *trainer = NULL;
    const size_t first_row = 0;
    float values[256] = {0};
    double terms[rows];
    int64_t labels[rows];
    CHECK_STATUS(vaelib_dataset_slice(dataset, 0, 1, &slice), bad);
    CHECK_STATUS(vaelib_dataset_select(dataset, &first_row, 1, &slice), bad);
    CHECK_STATUS(vaelib_dataset_concatenate((const vaelib_dataset *const *)&dataset, 1, &slice), bad);
    CHECK_STATUS(vaelib_dataset_split(dataset, 0.5, 1, 0, &slice, &other), bad);
    CHECK_STATUS(vaelib_dataset_relabel(dataset, NULL, &slice), bad);
    CHECK_STATUS(vaelib_dataset_describe(dataset, &info), bad);
    CHECK_STATUS(vaelib_dataset_read(dataset, values, rows * columns), bad);
    CHECK_STATUS(vaelib_dataset_read_labels(dataset, labels, rows), bad);
    CHECK_STATUS(vaelib_vae_fit(vae, dataset, NULL, &plan, NULL, NULL), bad);
    CHECK_STATUS(vaelib_vae_encode(vae, dataset, values, NULL, rows * latents), bad);
    CHECK_STATUS(vaelib_vae_encode_sample(vae, dataset, 1, values, rows * latents), bad);
    CHECK_STATUS(vaelib_vae_decode(vae, dataset, NULL, values, NULL, rows * columns), bad);
    CHECK_STATUS(vaelib_vae_decode_sample(vae, dataset, NULL, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_vae_reconstruct(vae, dataset, VAELIB_MEAN, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_vae_estimate_elbo(vae, dataset, NULL, NULL, NULL, terms, NULL, NULL, rows), bad);
    CHECK_STATUS(vaelib_vae_estimate_log_likelihood(vae, dataset, NULL, NULL, NULL, terms, NULL, rows), bad);
    CHECK_STATUS(vaelib_vae_interpolate(vae, dataset, 0, 1, 2, values, 2 * columns), bad);
    CHECK_STATUS(vaelib_stack_pretrain(stack, dataset, &plan, NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_finetune(stack, dataset, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_corrupt(stack, dataset, 0, 1, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_encode(stack, dataset, 1, values, rows * width), bad);
    CHECK_STATUS(vaelib_stack_decode(stack, dataset, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_reconstruct(stack, dataset, 1, values, rows * columns), bad);
    CHECK_STATUS(vaelib_stack_compute_reconstruction_error(stack, dataset, 1, terms, rows), bad);
    CHECK_STATUS(vaelib_stack_predict_probabilities(stack, dataset, values, rows * 2), bad);
    CHECK_STATUS(vaelib_stack_predict(stack, dataset, labels, rows), bad);
    CHECK_STATUS(vaelib_stack_sample(stack, dataset, 1, values, rows * columns), bad);
    if (dataset != NULL) { /* NULL stands for no validation set */
        CHECK_STATUS(vaelib_vae_fit(vae, examples, dataset, &plan, NULL, NULL), bad);
        CHECK_STATUS(vaelib_stack_finetune(stack, examples, dataset, VAELIB_SUPERVISED, &plan, NULL, NULL), bad);
    }
    REQUIRE_OK(vaelib_trainer_create(vae, VAELIB_FIT, 0, &plan, rows, &trainer));
    CHECK_STATUS(vaelib_trainer_step(trainer, dataset, NULL), bad);
    CHECK_STATUS(vaelib_trainer_compute_gradients(trainer, dataset, NULL, NULL), bad);
    vaelib_trainer_free(trainer);
    CHECK(slice == NULL && other == NULL);
    vaelib_dataset_free(dataset);
}

/* No trainer: every function that takes one says so. */
static void check_no_trainer(vaelib_trainer *trainer) {
    float *values = NULL;
    size_t count = 0;
    CHECK_STATUS(vaelib_trainer_step(trainer, examples, NULL), bad);
    CHECK_STATUS(vaelib_trainer_compute_gradients(trainer, examples, NULL, NULL), bad);
    CHECK_STATUS(vaelib_trainer_apply_gradients(trainer, 0), bad);
    CHECK_STATUS(vaelib_trainer_get_parameters(trainer, &values, &count), bad);
    CHECK_STATUS(vaelib_trainer_get_gradients(trainer, &values, &count), bad);
    CHECK(values == NULL && count == 0);
    vaelib_trainer_free(trainer);
}

static void check_none_of(void *pointer, vaelib_model *vae, vaelib_model *stack) {
    check_no_model(pointer);
    check_no_dataset(pointer, vae, stack);
    check_no_trainer(pointer);
}

/* Numbers that were never handles; none of them may be followed as a pointer. */
static void check_mistaken(vaelib_model *vae, vaelib_model *stack) {
    const uintptr_t numbers[] = {0, 1, 2, 8, 4096, UINTPTR_MAX, UINTPTR_MAX / 2, (uintptr_t)1 << 32, 0xdeadbeef};
    size_t local = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) check_none_of((void *)numbers[i], vae, stack);
    check_none_of(&local, vae, stack);
    CHECK(local == 0);
}

/* Freed, and freed again by the checks. New objects that may take their places stay unharmed. */
static void check_freed(const char *kind, vaelib_model *vae, vaelib_model *stack) {
    static const float zeros[rows * columns];
    const vaelib_training_config plan = make_plan(1);
    vaelib_dataset *data = wrap(zeros, rows, columns);
    vaelib_model *model = make_model_of(kind, columns);
    vaelib_trainer *trainer = NULL;
    vaelib_phase phase = strcmp(kind, "vae") == 0 ? VAELIB_FIT : VAELIB_PRETRAINING;
    REQUIRE_OK(vaelib_trainer_create(model, phase, 0, &plan, rows, &trainer));
    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
    vaelib_dataset_free(data);
    for (size_t i = 0; i < 100; i++) {
        vaelib_dataset *another = wrap(zeros, rows, columns);
        vaelib_model *another_model = make_model_of(kind, columns);
        CHECK((void *)another != (void *)data && another_model != model);
        vaelib_model_free(model);
        CHECK(describe(another_model).data_dim == columns);
        vaelib_model_free(another_model);
        vaelib_dataset_free(another);
    }
    check_no_model(model);
    check_no_dataset(data, vae, stack);
    check_no_trainer(trainer);
}

int main(void) {
    static const float zeros[rows * width] = {0};
    static const int64_t labels[rows] = {0, 1};
    vaelib_model *vae = make_model(columns, latents), *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    examples = wrap_labelled(zeros, labels, rows, columns);
    codes = wrap(zeros, rows, width);
    REQUIRE_OK(vaelib_trainer_create(vae, VAELIB_FIT, 0, &plan, rows, &trainer));

    check_mistaken(vae, stack);
    /* Of another kind; freeing with the wrong function leaves them alone. */
    check_no_model((vaelib_model *)(void *)examples);
    check_no_model((vaelib_model *)(void *)trainer);
    check_no_dataset((vaelib_dataset *)(void *)vae, vae, stack);
    check_no_dataset((vaelib_dataset *)(void *)trainer, vae, stack);
    check_no_trainer((vaelib_trainer *)(void *)stack);
    check_no_trainer((vaelib_trainer *)(void *)examples);
    CHECK_OK(vaelib_trainer_step(trainer, examples, NULL));
    CHECK(describe(vae).data_dim == columns && describe(stack).data_dim == columns);

    /* Models of the other kind, with a message that names both kinds. */
    check_vae(stack);
    check_stack(vae);
    CHECK_MESSAGE(vaelib_vae_fit(stack, examples, NULL, &plan, NULL, NULL), bad, "vae");
    CHECK_MESSAGE(vaelib_vae_fit(stack, examples, NULL, &plan, NULL, NULL), bad, "stack");
    CHECK_MESSAGE(vaelib_stack_pretrain(vae, examples, &plan, NULL, NULL), bad, "vae");
    CHECK_MESSAGE(vaelib_stack_pretrain(vae, examples, &plan, NULL, NULL), bad, "stack");

    check_freed("vae", vae, stack);
    check_freed("stack", vae, stack);

    vaelib_trainer_free(trainer);
    vaelib_model_free(stack);
    vaelib_model_free(vae);
    vaelib_dataset_free(codes);
    vaelib_dataset_free(examples);
    return report();
}
