/*
 * What a compiled program relies on: the numbers of the constants, and the sizes and places of the fields. A failure
 * here means that programs would have to be compiled again: either undo the change or raise VAELIB_ABI_VERSION.
 */
#include "support.h"

#define LAST_FIELD(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))

static void check_constants(void) {
    CHECK(VAELIB_OK == 0);
    CHECK(VAELIB_INVALID_ARGUMENT == 1);
    CHECK(VAELIB_INVALID_HANDLE == 2);
    CHECK(VAELIB_OUT_OF_MEMORY == 3);
    CHECK(VAELIB_BUSY == 4);
    CHECK(VAELIB_CANCELLED == 5);
    CHECK(VAELIB_FILE_ERROR == 6);
    CHECK(VAELIB_FORMAT_ERROR == 7);
    CHECK(VAELIB_DATA_ERROR == 8);
    CHECK(VAELIB_NUMERICAL_ERROR == 9);
    CHECK(VAELIB_INTERNAL_ERROR == 10);
    CHECK(VAELIB_UINT8 == 0 && VAELIB_INT8 == 1 && VAELIB_INT16 == 2 && VAELIB_INT32 == 3 && VAELIB_INT64 == 4);
    CHECK(VAELIB_FLOAT32 == 5 && VAELIB_FLOAT64 == 6);
    CHECK(VAELIB_PROGRESS_STEP == 0 && VAELIB_PROGRESS_EPOCH == 1);
    CHECK(VAELIB_MEAN == 0 && VAELIB_SAMPLE == 1);
    CHECK(VAELIB_PRETRAINING == 0 && VAELIB_SUPERVISED == 1 && VAELIB_UNSUPERVISED == 2 && VAELIB_FIT == 3);
    CHECK(VAELIB_QUERY == 4);
}

/* On the 64-bit systems that the library is built for. Every structure begins with its size. */
static void check_structures(void) {
    if (sizeof(size_t) != 8) return;
    CHECK(sizeof(vaelib_parameter) == 64 && LAST_FIELD(vaelib_parameter, phases) == 64);
    CHECK(sizeof(vaelib_array) == 88 && LAST_FIELD(vaelib_array, shift) == 88);
    CHECK(offsetof(vaelib_array, dtype) == 32 && offsetof(vaelib_array, rows) == 40);
    CHECK(sizeof(vaelib_dataset_options) == 56 && LAST_FIELD(vaelib_dataset_options, check_in_child) == 52);
    CHECK(sizeof(vaelib_file_report) == 112 && LAST_FIELD(vaelib_file_report, datasets_unread) == 112);
    CHECK(sizeof(vaelib_dataset_info) == 56 && LAST_FIELD(vaelib_dataset_info, in_memory) == 56);
    CHECK(sizeof(vaelib_writer_config) == 48 && LAST_FIELD(vaelib_writer_config, chunk_rows) == 48);
    CHECK(sizeof(vaelib_vae_config) == 128 && LAST_FIELD(vaelib_vae_config, seed) == 128);
    CHECK(offsetof(vaelib_vae_config, activation) == 56 && offsetof(vaelib_vae_config, initializer) == 104);
    CHECK(sizeof(vaelib_model_info) == 112 && LAST_FIELD(vaelib_model_info, has_variance) == 108);
    CHECK(sizeof(vaelib_tensor) == 40 && LAST_FIELD(vaelib_tensor, offset) == 40);
    CHECK(sizeof(vaelib_training_config) == 200 && LAST_FIELD(vaelib_training_config, seed) == 192);
    CHECK(LAST_FIELD(vaelib_training_config, checkpoint) == 200);
    CHECK(sizeof(vaelib_checkpoint_config) == 48 && LAST_FIELD(vaelib_checkpoint_config, resume) == 44);
    CHECK(sizeof(vaelib_checkpoint_info) == 80 && LAST_FIELD(vaelib_checkpoint_info, seed) == 80);
    CHECK(offsetof(vaelib_training_config, optimizer) == 64 && offsetof(vaelib_training_config, schedule) == 120);
    CHECK(sizeof(vaelib_metric) == 16 && LAST_FIELD(vaelib_metric, value) == 16);
    CHECK(sizeof(vaelib_history_column) == 24 && LAST_FIELD(vaelib_history_column, type) == 24);
    CHECK(sizeof(vaelib_progress) == 72 && LAST_FIELD(vaelib_progress, metric_count) == 72);
    CHECK(offsetof(vaelib_progress, layer) == 16 && offsetof(vaelib_progress, metrics) == 56);
    CHECK(sizeof(vaelib_evaluation_config) == 40 && LAST_FIELD(vaelib_evaluation_config, seed) == 40);
    CHECK(sizeof(vaelib_metrics) == 528 && offsetof(vaelib_metrics, values) == 16);
    CHECK(sizeof(vaelib_batch_place) == 24 && LAST_FIELD(vaelib_batch_place, first_row) == 24);
    CHECK(sizeof(vaelib_layer_config) == 152 && LAST_FIELD(vaelib_layer_config, learning_rate) == 152);
    CHECK(offsetof(vaelib_layer_config, tied) == 24 && offsetof(vaelib_layer_config, epochs) == 136);
    CHECK(sizeof(vaelib_stack_config) == 56 && LAST_FIELD(vaelib_stack_config, seed) == 56);
    CHECK(offsetof(vaelib_layer_config, struct_size) == 0 && offsetof(vaelib_stack_config, struct_size) == 0);
    CHECK(offsetof(vaelib_parameter, struct_size) == 0 && offsetof(vaelib_array, struct_size) == 0);
    CHECK(offsetof(vaelib_vae_config, struct_size) == 0 && offsetof(vaelib_training_config, struct_size) == 0);
}

int main(void) {
    check_constants();
    check_structures();
    CHECK(strcmp(vaelib_version(), VAELIB_VERSION) == 0);
    CHECK(vaelib_abi_version() == VAELIB_ABI_VERSION);
    return report();
}
