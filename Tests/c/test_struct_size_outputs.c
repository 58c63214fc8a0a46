/*
 * Structures that the library fills, of other sizes than its own: too small is refused, and no result is written beyond
 * the size that the caller gave.
 */
#include "support.h"

enum { rows = 8, columns = 4, extra = 64 };

static vaelib_model *model, *stack;
static vaelib_dataset *examples;

/* The calls that fill each structure: the structure is at `memory`, its size already in it. */
typedef vaelib_status (*fill_fn)(void *memory);

static vaelib_status fill_writer_config(void *memory) { return vaelib_writer_config_init(memory); }
static vaelib_status fill_parameter(void *memory) { return vaelib_parameter_describe(0, memory); }
static vaelib_status fill_dataset_info(void *memory) { return vaelib_dataset_describe(examples, memory); }
static vaelib_status fill_model_info(void *memory) { return vaelib_model_describe(model, memory); }
static vaelib_status fill_vae_config(void *memory) { return vaelib_vae_get_config(model, memory); }
static vaelib_status fill_training_config(void *memory) {
    return vaelib_model_get_training_config(model, VAELIB_FIT, memory);
}
static vaelib_status fill_dataset_options(void *memory) { return vaelib_dataset_options_init(memory); }
static vaelib_status fill_new_vae_config(void *memory) { return vaelib_vae_config_init(memory); }
static vaelib_status fill_new_training_config(void *memory) { return vaelib_training_config_init(memory); }
static vaelib_status fill_evaluation_config(void *memory) { return vaelib_evaluation_config_init(memory); }
static vaelib_status fill_imputation_config(void *memory) { return vaelib_imputation_config_init(memory); }
static vaelib_status fill_file_report(void *memory) {
    return vaelib_file_verify(scratch_path("sizes_run.h5"), 0, memory);
}
static vaelib_status fill_checkpoint_config(void *memory) { return vaelib_checkpoint_config_init(memory); }
static vaelib_status fill_checkpoint_info(void *memory) {
    return vaelib_checkpoint_describe(scratch_path("sizes_run.h5"), 0, memory);
}
static vaelib_status fill_tensor(void *memory) { return vaelib_model_describe_tensor(model, 0, memory); }
static vaelib_status fill_history_column(void *memory) { return vaelib_model_describe_history(model, 0, memory); }
static vaelib_status fill_metrics(void *memory) {
    vaelib_trainer *trainer = NULL;
    vaelib_training_config plan = make_plan(1);
    vaelib_status status;
    REQUIRE_OK(vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, rows, &trainer));
    status = vaelib_trainer_compute_gradients(trainer, examples, NULL, memory);
    vaelib_trainer_free(trainer);
    return status;
}
static vaelib_status fill_batch_place(void *memory) { return vaelib_batch_place_init(memory); }

static vaelib_status fill_layer_config(void *memory) { return vaelib_layer_config_init(memory); }
static vaelib_status fill_new_stack_config(void *memory) { return vaelib_stack_config_init(memory); }
static vaelib_status fill_stack_config(void *memory) { return vaelib_stack_get_config(stack, memory); }
static vaelib_status fill_stack_info(void *memory) { return vaelib_model_describe(stack, memory); }
static vaelib_status fill_stack_tensor(void *memory) { return vaelib_model_describe_tensor(stack, 0, memory); }

/* How many of `count` bytes differ from `value`. */
static size_t changed(const unsigned char *bytes, size_t count, unsigned char value) {
    size_t differing = 0;
    for (size_t i = 0; i < count; i++) differing += bytes[i] != value;
    return differing;
}

static void check_output(const char *name, size_t size, fill_fn fill) {
    const size_t bad_sizes[] = {0, 1, size - 1, size - sizeof(size_t)};
    union { size_t align; double also; unsigned char bytes[1024]; } room;
    unsigned char *const memory = room.bytes;
    size_t larger = size + extra, came_back;
    printf("%s\n", name);
    for (size_t i = 0; i < sizeof bad_sizes / sizeof bad_sizes[0]; i++) {
        memset(memory, 0xa5, sizeof room.bytes);
        memcpy(memory, &bad_sizes[i], sizeof(size_t));
        CHECK_MESSAGE(fill(memory), VAELIB_INVALID_ARGUMENT, "struct_size");
        CHECK(changed(memory + sizeof(size_t), sizeof room.bytes - sizeof(size_t), 0xa5) == 0);
    }
    memset(memory, 0xa5, sizeof room.bytes);
    memcpy(memory, &size, sizeof size);
    CHECK_OK(fill(memory));
    CHECK(changed(memory + size, sizeof room.bytes - size, 0xa5) == 0);
    CHECK(changed(memory + sizeof(size_t), size - sizeof(size_t), 0xa5) > 0);
    memset(memory, 0xa5, sizeof room.bytes);
    memcpy(memory, &larger, sizeof larger);
    CHECK_OK(fill(memory));
    CHECK(changed(memory + larger, sizeof room.bytes - larger, 0xa5) == 0);
    memcpy(&came_back, memory, sizeof came_back);
    CHECK(came_back == size || came_back == larger);
}

static void check_outputs(void) {
    check_output("vaelib_writer_config", sizeof(vaelib_writer_config), fill_writer_config);
    check_output("vaelib_parameter", sizeof(vaelib_parameter), fill_parameter);
    check_output("vaelib_dataset_info", sizeof(vaelib_dataset_info), fill_dataset_info);
    check_output("vaelib_model_info", sizeof(vaelib_model_info), fill_model_info);
    check_output("vaelib_vae_config", sizeof(vaelib_vae_config), fill_vae_config);
    check_output("vaelib_training_config", sizeof(vaelib_training_config), fill_training_config);
    check_output("vaelib_dataset_options", sizeof(vaelib_dataset_options), fill_dataset_options);
    check_output("vaelib_vae_config (new)", sizeof(vaelib_vae_config), fill_new_vae_config);
    check_output("vaelib_training_config (new)", sizeof(vaelib_training_config), fill_new_training_config);
    check_output("vaelib_evaluation_config", sizeof(vaelib_evaluation_config), fill_evaluation_config);
    check_output("vaelib_imputation_config", sizeof(vaelib_imputation_config), fill_imputation_config);
    check_output("vaelib_file_report", sizeof(vaelib_file_report), fill_file_report);
    check_output("vaelib_checkpoint_config", sizeof(vaelib_checkpoint_config), fill_checkpoint_config);
    check_output("vaelib_checkpoint_info", sizeof(vaelib_checkpoint_info), fill_checkpoint_info);
    check_output("vaelib_tensor", sizeof(vaelib_tensor), fill_tensor);
    check_output("vaelib_history_column", sizeof(vaelib_history_column), fill_history_column);
    check_output("vaelib_metrics", sizeof(vaelib_metrics), fill_metrics);
    check_output("vaelib_batch_place", sizeof(vaelib_batch_place), fill_batch_place);
    check_output("vaelib_layer_config", sizeof(vaelib_layer_config), fill_layer_config);
    check_output("vaelib_stack_config (new)", sizeof(vaelib_stack_config), fill_new_stack_config);
    check_output("vaelib_stack_config", sizeof(vaelib_stack_config), fill_stack_config);
    check_output("vaelib_model_info (stack)", sizeof(vaelib_model_info), fill_stack_info);
    check_output("vaelib_tensor (stack)", sizeof(vaelib_tensor), fill_stack_tensor);
}

/* The size that a callback is told is the library's own. */
static int note_size(const vaelib_progress *progress, void *user_data) {
    size_t *size = user_data;
    *size = progress->struct_size;
    return 0;
}

int main(void) {
    static const float zeros[rows * columns];
    vaelib_training_config plan = make_plan(1);
    vaelib_checkpoint_config checkpoint = VAELIB_CHECKPOINT_CONFIG_INIT;
    size_t progress_size = 0;
    model = make_model(columns, 2);
    stack = make_stack(columns);
    examples = wrap(zeros, rows, columns);
    REQUIRE_OK(vaelib_checkpoint_config_init(&checkpoint));
    checkpoint.path = scratch_path("sizes_run.h5");
    plan.checkpoint = &checkpoint;
    REQUIRE_OK(vaelib_vae_fit(model, examples, NULL, &plan, note_size, &progress_size));
    CHECK(progress_size == sizeof(vaelib_progress));
    check_outputs();
    vaelib_model_free(stack);
    vaelib_dataset_free(examples);
    vaelib_model_free(model);
    return report();
}
