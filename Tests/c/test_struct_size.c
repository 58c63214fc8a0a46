/*
 * Structures that the caller fills, of other sizes than the library's: too small is refused, larger is fine as long as
 * what the library does not know is zero.
 */
#include "support.h"

enum { rows = 8, columns = 4, extra = 64 };

static vaelib_model *model;
static vaelib_model *stack;
static vaelib_dataset *examples;
static const float zeros[rows * columns];
static vaelib_layer_config layer;

/* The calls that take each structure: the structure is at `memory`, its size already in it. */
typedef vaelib_status (*use_fn)(void *memory);

static vaelib_status use_array(void *memory) {
    vaelib_dataset *dataset = NULL;
    vaelib_status status = vaelib_dataset_from_array(memory, NULL, &dataset);
    vaelib_dataset_free(dataset);
    return status;
}
static vaelib_status use_csr(void *memory) {
    vaelib_dataset *dataset = NULL;
    vaelib_status status = vaelib_dataset_from_csr(memory, NULL, &dataset);
    vaelib_dataset_free(dataset);
    return status;
}
static vaelib_status use_label_array(void *memory) {
    vaelib_array array = VAELIB_ARRAY_INIT;
    vaelib_dataset *dataset = NULL;
    vaelib_status status;
    CHECK_OK(vaelib_array_init(&array, zeros, VAELIB_FLOAT32, rows, columns));
    status = vaelib_dataset_from_array(&array, memory, &dataset);
    vaelib_dataset_free(dataset);
    return status;
}
static vaelib_status use_options(void *memory) {
    vaelib_dataset *dataset = NULL;
    vaelib_status status = vaelib_dataset_open(scratch_path("data.h5"), "f4", memory, &dataset);
    vaelib_dataset_free(dataset);
    return status;
}
static vaelib_status use_vae_config(void *memory) {
    vaelib_model *made = NULL;
    vaelib_status status = vaelib_vae_create(memory, &made);
    vaelib_model_free(made);
    return status;
}
static vaelib_status use_training_config(void *memory) {
    return vaelib_vae_fit(model, examples, NULL, memory, NULL, NULL);
}
static vaelib_status use_training_config_in_trainer(void *memory) {
    vaelib_trainer *trainer = NULL;
    vaelib_status status = vaelib_trainer_create(model, VAELIB_FIT, 0, memory, rows, &trainer);
    vaelib_trainer_free(trainer);
    return status;
}
static vaelib_status use_batch_place(void *memory) {
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    vaelib_status status;
    REQUIRE_OK(vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, rows, &trainer));
    status = vaelib_trainer_compute_gradients(trainer, examples, memory, NULL);
    vaelib_trainer_free(trainer);
    return status;
}
static vaelib_status use_checkpoint_config(void *memory) {
    vaelib_training_config plan = make_plan(1);
    plan.checkpoint = memory;
    return vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL);
}
static vaelib_status use_evaluation_config(void *memory) {
    double elbo[rows];
    return vaelib_vae_estimate_elbo(model, examples, memory, NULL, NULL, elbo, NULL, NULL, rows);
}
static vaelib_status use_evaluation_config_in_likelihood(void *memory) {
    double likelihood[rows];
    return vaelib_vae_estimate_log_likelihood(model, examples, memory, NULL, NULL, likelihood, NULL, rows);
}

static vaelib_status use_imputation_config(void *memory) {
    float completed[rows * columns];
    vaelib_model *tolerant = NULL;
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_status status;
    REQUIRE_OK(vaelib_vae_config_init(&config));
    config.data_dim = columns;
    config.likelihood = "bernoulli";
    config.missing = "ignore";
    REQUIRE_OK(vaelib_vae_create(&config, &tolerant));
    status = vaelib_vae_impute(tolerant, examples, memory, NULL, NULL, completed, rows * columns);
    vaelib_model_free(tolerant);
    return status;
}

static vaelib_status use_writer_config(void *memory) {
    vaelib_writer *writer = NULL;
    vaelib_status status;
    REQUIRE_OK(vaelib_writer_create(scratch_path("sizes.h5"), &writer));
    status = vaelib_writer_add(writer, "x", memory);
    vaelib_writer_free(writer);
    return status;
}

static vaelib_status use_stack_config(void *memory) {
    vaelib_model *made = NULL;
    vaelib_status status = vaelib_stack_create(memory, &made);
    vaelib_model_free(made);
    return status;
}
/* The structure as the only group of columns. */
static vaelib_status use_column_group(void *memory) {
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_model *made = NULL;
    vaelib_status status;
    CHECK_OK(vaelib_vae_config_init(&config));
    config.data_dim = columns;
    config.column_groups = memory;
    config.column_group_count = 1;
    status = vaelib_vae_create(&config, &made);
    vaelib_model_free(made);
    return status;
}
/* The structure as the only layer of a stack. */
static vaelib_status use_layer_config(void *memory) {
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    CHECK_OK(vaelib_stack_config_init(&config));
    config.data_dim = columns;
    config.layers = memory;
    config.layer_count = 1;
    return use_stack_config(&config);
}
static vaelib_status use_training_config_in_pretraining(void *memory) {
    return vaelib_stack_pretrain(stack, examples, memory, NULL, NULL);
}
static vaelib_status use_training_config_in_fine_tuning(void *memory) {
    return vaelib_stack_finetune(stack, examples, NULL, VAELIB_UNSUPERVISED, memory, NULL, NULL);
}
static vaelib_status use_training_config_in_stack_trainer(void *memory) {
    vaelib_trainer *trainer = NULL;
    vaelib_status status = vaelib_trainer_create(stack, VAELIB_PRETRAINING, 0, memory, rows, &trainer);
    vaelib_trainer_free(trainer);
    return status;
}

/* `good` is a filled structure of `size` bytes; `use` hands it in. */
static void check_input(const char *name, const void *good, size_t size, use_fn use) {
    const size_t bad_sizes[] = {0, 1, size - 1, size - sizeof(size_t)};
    union { size_t align; double also; unsigned char bytes[512]; } room;
    unsigned char *const memory = room.bytes;
    size_t larger = size + extra;
    printf("%s\n", name);
    memset(memory, 0, sizeof room.bytes);
    memcpy(memory, good, size);
    CHECK_OK(use(memory));
    for (size_t i = 0; i < sizeof bad_sizes / sizeof bad_sizes[0]; i++) {
        memcpy(memory, &bad_sizes[i], sizeof(size_t));
        CHECK_MESSAGE(use(memory), VAELIB_INVALID_ARGUMENT, "struct_size");
    }
    memcpy(memory, &larger, sizeof larger);
    CHECK_OK(use(memory));
    memory[size + extra - 1] = 1; /* a newer program asks for something that this library does not know */
    CHECK_STATUS(use(memory), VAELIB_INVALID_ARGUMENT);
    memset(memory + size, 0xa5, sizeof room.bytes - size); /* nothing beyond the structure's own size is looked at */
    memcpy(memory, &size, sizeof size);
    CHECK_OK(use(memory));
}

static void check_inputs(void) {
    static const int32_t labels[rows];
    vaelib_array array = VAELIB_ARRAY_INIT;
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_column_group group = VAELIB_COLUMN_GROUP_INIT;
    vaelib_training_config plan = make_plan(1);
    vaelib_evaluation_config evaluation = VAELIB_EVALUATION_CONFIG_INIT;
    vaelib_imputation_config imputation = VAELIB_IMPUTATION_CONFIG_INIT;
    vaelib_writer_config writer = VAELIB_WRITER_CONFIG_INIT;
    vaelib_checkpoint_config checkpoint = VAELIB_CHECKPOINT_CONFIG_INIT;
    vaelib_batch_place place = VAELIB_BATCH_PLACE_INIT;
    const int32_t begins[] = {0, 0};
    vaelib_csr csr = VAELIB_CSR_INIT;
    CHECK_OK(vaelib_writer_config_init(&writer));
    check_input("vaelib_writer_config", &writer, sizeof writer, use_writer_config);
    CHECK_OK(vaelib_batch_place_init(&place));
    CHECK(place.global_rows == 0 && place.first_row == SIZE_MAX);
    check_input("vaelib_batch_place", &place, sizeof place, use_batch_place);
    CHECK_OK(vaelib_array_init(&array, zeros, VAELIB_FLOAT32, rows, columns));
    REQUIRE_OK(vaelib_checkpoint_config_init(&checkpoint));
    checkpoint.path = scratch_path("sizes.h5");
    checkpoint.resume = 0;
    check_input("vaelib_checkpoint_config", &checkpoint, sizeof checkpoint, use_checkpoint_config);
    check_input("vaelib_array", &array, sizeof array, use_array);
    csr.indptr = begins;
    csr.dtype = VAELIB_FLOAT32;
    csr.index_dtype = VAELIB_INT32;
    csr.rows = 1;
    csr.columns = 2;
    csr.scale = 1;
    check_input("vaelib_csr", &csr, sizeof csr, use_csr);
    CHECK_OK(vaelib_array_init(&array, labels, VAELIB_INT32, rows, 1));
    check_input("vaelib_array of labels", &array, sizeof array, use_label_array);
    CHECK_OK(vaelib_dataset_options_init(&options));
    check_input("vaelib_dataset_options", &options, sizeof options, use_options);
    CHECK_OK(vaelib_vae_config_init(&config));
    config.data_dim = 3;
    config.likelihood = "bernoulli";
    check_input("vaelib_vae_config", &config, sizeof config, use_vae_config);
    CHECK_OK(vaelib_column_group_init(&group));
    group.columns = columns;
    group.likelihood = "gaussian";
    check_input("vaelib_column_group", &group, sizeof group, use_column_group);
    check_input("vaelib_training_config", &plan, sizeof plan, use_training_config);
    check_input("vaelib_training_config (trainer)", &plan, sizeof plan, use_training_config_in_trainer);
    CHECK_OK(vaelib_evaluation_config_init(&evaluation));
    check_input("vaelib_evaluation_config", &evaluation, sizeof evaluation, use_evaluation_config);
    CHECK_OK(vaelib_imputation_config_init(&imputation));
    check_input("vaelib_imputation_config", &imputation, sizeof imputation, use_imputation_config);
    check_input("vaelib_evaluation_config (likelihood)", &evaluation, sizeof evaluation,
                use_evaluation_config_in_likelihood);
}

static void check_stack_inputs(void) {
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    vaelib_training_config plan = make_plan(1);
    CHECK_OK(vaelib_stack_config_init(&config));
    config.data_dim = columns;
    config.layers = &layer;
    config.layer_count = 1;
    check_input("vaelib_stack_config", &config, sizeof config, use_stack_config);
    check_input("vaelib_layer_config", &layer, sizeof layer, use_layer_config);
    check_input("vaelib_training_config (pretraining)", &plan, sizeof plan, use_training_config_in_pretraining);
    check_input("vaelib_training_config (fine-tuning)", &plan, sizeof plan, use_training_config_in_fine_tuning);
    check_input("vaelib_training_config (stack trainer)", &plan, sizeof plan, use_training_config_in_stack_trainer);
}

/* Three layers of a newer program: each as far from the one before as the first says, and all of one size. */
static void check_layer_array(void) {
    struct newer_layer { vaelib_layer_config known; size_t unknown[2]; } layers[3];
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT, back = VAELIB_STACK_CONFIG_INIT;
    const size_t bad_sizes[] = {0, 1, sizeof layer, sizeof layer - 8, sizeof layers[0] + 8, SIZE_MAX};
    vaelib_model *made = NULL;
    CHECK_OK(vaelib_stack_config_init(&config));
    config.data_dim = columns;
    config.layers = &layers[0].known;
    config.layer_count = 3;
    memset(layers, 0, sizeof layers);
    for (size_t i = 0; i < 3; i++) {
        layers[i].known = layer;
        layers[i].known.struct_size = sizeof layers[0];
        layers[i].known.width = i + 2;
    }
    REQUIRE_OK(vaelib_stack_create(&config, &made));
    REQUIRE_OK(vaelib_stack_get_config(made, &back));
    CHECK(back.layer_count == 3);
    for (size_t i = 0; i < 3; i++) { /* what comes back has the library's size */
        CHECK(back.layers[i].struct_size == sizeof layer && back.layers[i].width == i + 2);
    }
    vaelib_model_free(made);
    for (size_t i = 0; i < 3; i++) {
        layers[i].unknown[1] = 1;
        CHECK_STATUS(use_stack_config(&config), VAELIB_INVALID_ARGUMENT);
        layers[i].unknown[1] = 0;
    }
    for (size_t i = 1; i < 3; i++) {
        for (size_t bad = 0; bad < sizeof bad_sizes / sizeof bad_sizes[0]; bad++) {
            layers[i].known.struct_size = bad_sizes[bad];
            CHECK_MESSAGE(use_stack_config(&config), VAELIB_INVALID_ARGUMENT, "struct_size");
        }
        layers[i].known.struct_size = sizeof layers[0];
    }
    CHECK_OK(use_stack_config(&config));
}

int main(void) {
    model = make_model(columns, 2);
    stack = make_stack(columns);
    layer = make_layer(3);
    examples = wrap(zeros, rows, columns);
    check_inputs();
    check_stack_inputs();
    check_layer_array();
    vaelib_model_free(stack);
    vaelib_dataset_free(examples);
    vaelib_model_free(model);
    return report();
}
