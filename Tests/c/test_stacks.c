/* Stacks: creating, describing, parameters, copies, and architectures that are refused. */
#include "support.h"

enum { columns = 6 };

static void check_description(void) {
    vaelib_model *stack = make_stack(columns);
    vaelib_model_info info = describe(stack);
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    CHECK(info.struct_size == sizeof info && info.data_dim == columns && info.layer_count == 2);
    CHECK(info.output_count == 0 && info.data_scale == 1 && info.data_shift == 0);
    CHECK(info.tensor_count == 6);
    CHECK(info.parameter_count == (columns * 8 + 8 + columns) + (8 * 5 + 5 + 8));
    REQUIRE_OK(vaelib_stack_get_config(stack, &config));
    CHECK(config.data_dim == columns && config.layer_count == 2 && config.seed == 1);
    CHECK(strcmp(config.initializer, "glorot_uniform") == 0 && config.initializer_stddev > 0);
    CHECK(config.layers[0].struct_size == sizeof(vaelib_layer_config));
    CHECK(config.layers[0].width == 8 && config.layers[1].width == 5 && config.layers[1].tied == 1);
    CHECK(strcmp(config.layers[1].activation, "sigmoid") == 0);
    CHECK(strcmp(config.layers[1].loss, "cross_entropy") == 0);
    CHECK(strcmp(config.layers[1].corruption, "masking") == 0);
    CHECK_STATUS(vaelib_model_describe(stack, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_get_config(stack, NULL), VAELIB_INVALID_ARGUMENT);
    vaelib_model_free(stack);
}

/* Every field of every layer comes back as it went in. */
static void check_config_round_trip(void) {
    vaelib_layer_config layers[2] = {make_layer(4), make_layer(3)};
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT, back = VAELIB_STACK_CONFIG_INIT;
    const vaelib_layer_config *layer;
    vaelib_model *stack = NULL, *again = NULL;
    layers[0] = (vaelib_layer_config){
        .struct_size = sizeof layers[0], .width = 4, .activation = "sigmoid", .tied = 0, .loss = "squared_error",
        .corruption = "salt_and_pepper", .corruption_level = 0.125, .corruption_range = "data",
        .corruption_low = -1.5, .corruption_high = 2.5, .corrupted_weight = 0.75,
        .untouched_weight = 0.5, .weight_l1 = 0.01, .weight_l2 = 0.02,
        .sparsity_target = 0.25, .sparsity_weight = 0.03, .contraction_weight = 0.04, .epochs = 9,
        .learning_rate = 0.06};
    REQUIRE_OK(vaelib_stack_config_init(&config));
    config.data_dim = columns;
    config.layers = layers;
    config.layer_count = 2;
    config.initializer = "normal";
    config.initializer_stddev = 0.375;
    config.seed = UINT64_MAX;
    REQUIRE_OK(vaelib_stack_create(&config, &stack));
    memset(layers, 0, sizeof layers); /* nothing of the caller's is kept */
    REQUIRE_OK(vaelib_stack_get_config(stack, &back));
    CHECK(back.initializer_stddev == 0.375 && back.seed == UINT64_MAX && strcmp(back.initializer, "normal") == 0);
    layer = &back.layers[0];
    CHECK(layer->width == 4 && layer->tied == 0 && layer->epochs == 9 && layer->learning_rate == 0.06);
    CHECK(strcmp(layer->loss, "squared_error") == 0 && strcmp(layer->corruption, "salt_and_pepper") == 0);
    CHECK(strcmp(layer->corruption_range, "data") == 0 && layer->corruption_level == 0.125);
    CHECK(layer->corruption_low == -1.5 && layer->corruption_high == 2.5);
    CHECK(layer->corrupted_weight == 0.75 && layer->untouched_weight == 0.5);
    CHECK(layer->weight_l1 == 0.01 && layer->weight_l2 == 0.02 && layer->contraction_weight == 0.04);
    CHECK(layer->sparsity_target == 0.25 && layer->sparsity_weight == 0.03);
    CHECK(back.layers[1].width == 3 && back.layers[1].corruption_level == make_layer(3).corruption_level);
    REQUIRE_OK(vaelib_stack_create(&back, &again)); /* what comes back goes in */
    CHECK(hash_parameters(again) == hash_parameters(stack));
    vaelib_model_free(again);
    vaelib_model_free(stack);
}

static void check_tensor(
    const vaelib_model *stack, size_t index, const char *name, size_t rows, size_t tensor_columns, size_t offset) {
    vaelib_tensor tensor = VAELIB_TENSOR_INIT;
    CHECK_OK(vaelib_model_describe_tensor(stack, index, &tensor));
    if (!CHECK(strcmp(tensor.name, name) == 0)) fprintf(stderr, "    %s is no %s\n", tensor.name, name);
    CHECK(tensor.rows == rows && tensor.columns == tensor_columns && tensor.offset == offset);
}

static void check_tensors(void) {
    vaelib_layer_config layers[2] = {make_layer(4), make_layer(3)};
    vaelib_model *stack;
    vaelib_tensor tensor = VAELIB_TENSOR_INIT;
    layers[1].tied = 0;
    stack = make_stack_of(columns, layers, 2);
    CHECK(describe(stack).tensor_count == 7);
    check_tensor(stack, 0, "layers/0/weight", columns, 4, 0);
    check_tensor(stack, 1, "layers/0/bias", 1, 4, 24);
    check_tensor(stack, 2, "layers/0/decoder/bias", 1, columns, 28);
    check_tensor(stack, 3, "layers/1/weight", 4, 3, 34);
    check_tensor(stack, 4, "layers/1/bias", 1, 3, 46);
    check_tensor(stack, 5, "layers/1/decoder/weight", 3, 4, 49);
    check_tensor(stack, 6, "layers/1/decoder/bias", 1, 4, 61);
    CHECK_STATUS(vaelib_model_describe_tensor(stack, 7, &tensor), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_describe_tensor(stack, SIZE_MAX, &tensor), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_describe_tensor(stack, 0, NULL), VAELIB_INVALID_ARGUMENT);
    vaelib_model_free(stack);
}

/* Parameters go out and in; biases start at 0, weights at random; the seed decides. */
static void check_parameters(void) {
    vaelib_model *stack = make_stack(columns), *same = make_stack(columns);
    size_t count = describe(stack).parameter_count;
    float *values = copy_parameters(stack), kept;
    uint64_t hash = hash_parameters(stack);
    CHECK(hash_parameters(same) == hash);
    CHECK(values[0] != 0 && values[0] != values[1] && values[columns * 8] == 0 && values[columns * 8 + 8] == 0);
    values[3] = 0.5f;
    CHECK_OK(vaelib_model_set_parameters(stack, values, count));
    CHECK(hash_parameters(stack) != hash);
    hash = hash_parameters(stack);
    kept = values[2];
    values[2] = NAN;
    CHECK_STATUS(vaelib_model_set_parameters(stack, values, count), VAELIB_DATA_ERROR);
    values[2] = INFINITY;
    CHECK_STATUS(vaelib_model_set_parameters(stack, values, count), VAELIB_DATA_ERROR);
    values[2] = kept;
    CHECK_STATUS(vaelib_model_set_parameters(stack, values, count - 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_set_parameters(stack, values, count + 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_set_parameters(stack, NULL, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_get_parameters(stack, values, count - 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_get_parameters(stack, NULL, count), VAELIB_INVALID_ARGUMENT);
    CHECK(hash_parameters(stack) == hash);
    free(values);
    vaelib_model_free(same);
    vaelib_model_free(stack);
}

/* A copy is equal and goes its own way, with its classifier and its history. */
static void check_copy(void) {
    float *images = make_images(40, columns, 1);
    int64_t *labels = make_labels(40, columns, 1);
    vaelib_dataset *examples = wrap_labelled(images, labels, 40, columns);
    vaelib_model *stack = make_stack(columns), *copy = NULL;
    vaelib_training_config plan = make_plan(2);
    REQUIRE_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    REQUIRE_OK(vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK_STATUS(vaelib_model_copy(stack, NULL), VAELIB_INVALID_ARGUMENT);
    REQUIRE_OK(vaelib_model_copy(stack, &copy));
    CHECK(hash_parameters(copy) == hash_parameters(stack));
    CHECK(describe(copy).output_count == 4);
    CHECK(history_epochs(copy) == 6 && history_epochs(stack) == 6);
    CHECK(history_value(copy, "loss", 5) == history_value(stack, "loss", 5));
    CHECK(history_value(copy, "error", 5) == history_value(stack, "error", 5));
    CHECK(history_value(copy, "phase", 5) == VAELIB_SUPERVISED);
    REQUIRE_OK(vaelib_stack_finetune(copy, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK(hash_parameters(copy) != hash_parameters(stack));
    CHECK(history_epochs(copy) == 8 && history_epochs(stack) == 6);
    vaelib_model_free(stack);
    CHECK(describe(copy).output_count == 4); /* outlives what it was copied from */
    vaelib_model_free(copy);
    vaelib_dataset_free(examples);
    free(labels);
    free(images);
}

/* Makes a stack of two good layers after `change`, and expects a refusal whose message names the field. */
#define CHECK_REFUSED(change, field) \
    do { \
        vaelib_layer_config layers[2] = {make_layer(4), make_layer(3)}; \
        vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT; \
        vaelib_model *refused = NULL; \
        REQUIRE_OK(vaelib_stack_config_init(&config)); \
        config.data_dim = columns; \
        config.layers = layers; \
        config.layer_count = 2; \
        change; \
        CHECK_MESSAGE(vaelib_stack_create(&config, &refused), VAELIB_INVALID_ARGUMENT, field); \
        CHECK(refused == NULL); \
    } while (0)

static void check_bad_pointers(void) {
    const vaelib_layer_config layer = make_layer(4);
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    vaelib_model *none = NULL;
    REQUIRE_OK(vaelib_stack_config_init(&config));
    config.data_dim = columns;
    config.layers = &layer;
    config.layer_count = 1;
    CHECK_STATUS(vaelib_stack_create(NULL, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_create(&config, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK(none == NULL);
}

static void check_bad_stacks(void) {
    CHECK_REFUSED(config.data_dim = 0, "data_dim");
    CHECK_REFUSED(config.data_dim = SIZE_MAX, "data_dim");
    CHECK_REFUSED(config.layers = NULL, "layers");
    CHECK_REFUSED(config.layer_count = 0, "layer");
    CHECK_REFUSED(config.layer_count = 1000000, "layer");
    CHECK_REFUSED(config.layer_count = SIZE_MAX, "layer");
    CHECK_REFUSED(config.initializer = "uniform", "initializer");
    CHECK_REFUSED(config.initializer = NULL, "initializer");
    CHECK_REFUSED(config.initializer_stddev = 0, "initializer_stddev");
    CHECK_REFUSED(config.initializer_stddev = NAN, "initializer_stddev");
}

static void check_bad_layers(void) {
    CHECK_REFUSED(layers[0].width = 0, "width");
    CHECK_REFUSED(layers[1].width = SIZE_MAX, "width");
    CHECK_REFUSED(layers[1].width = 0, "layer 1"); /* the message says which layer */
    CHECK_REFUSED(layers[1].activation = "sigmoids", "sigmoids");
    CHECK_REFUSED(layers[0].activation = "", "activation");
    CHECK_REFUSED(layers[0].activation = NULL, "activation");
    CHECK_REFUSED(layers[0].tied = 2, "tied");
    CHECK_REFUSED(layers[0].loss = "entropy", "cross_entropy"); /* lists what there is */
    CHECK_REFUSED(layers[0].loss = NULL, "loss");
    CHECK_REFUSED(layers[0].corruption = "mask", "salt_and_pepper");
    CHECK_REFUSED(layers[0].corruption = NULL, "corruption");
    CHECK_REFUSED(layers[0].corruption_level = 1.01, "corruption_level");
    CHECK_REFUSED(layers[1].corruption_level = -0.01, "corruption_level");
    CHECK_REFUSED(layers[0].corruption_level = NAN, "corruption_level");
    CHECK_REFUSED(layers[0].corruption_range = "minmax", "given, data");
    CHECK_REFUSED(layers[0].corruption_range = NULL, "corruption_range");
    CHECK_REFUSED(layers[0].corruption_low = INFINITY, "corruption_low");
    CHECK_REFUSED(layers[0].corruption_high = NAN, "corruption_high");
    CHECK_REFUSED(layers[0].corrupted_weight = -1, "corrupted_weight");
    CHECK_REFUSED(layers[0].untouched_weight = NAN, "untouched_weight");
    CHECK_REFUSED(layers[0].weight_l1 = -1, "weight_l1");
    CHECK_REFUSED(layers[0].weight_l2 = INFINITY, "weight_l2");
    CHECK_REFUSED(layers[0].sparsity_target = 0, "sparsity_target");
    CHECK_REFUSED(layers[0].sparsity_target = 1, "sparsity_target");
    CHECK_REFUSED(layers[0].sparsity_weight = -1, "sparsity_weight");
    CHECK_REFUSED(layers[0].contraction_weight = -1, "contraction_weight");
    CHECK_REFUSED(layers[0].epochs = SIZE_MAX, "epochs");
    CHECK_REFUSED(layers[0].learning_rate = -1, "learning_rate");
    CHECK_REFUSED(layers[0].learning_rate = NAN, "learning_rate");
    CHECK_REFUSED(layers[0].corruption = "independent_masking"; layers[0].corruption_level = 1.5, "corruption_level");
    CHECK_REFUSED(layers[0].corruption = "salt_and_pepper"; layers[0].corruption_level = 1.5, "corruption_level");
    CHECK_REFUSED(layers[0].corruption = "salt_and_pepper"; layers[0].corruption_low = 2, "corruption_low");
    /* Fields that contradict each other. */
    CHECK_REFUSED(layers[1].activation = "tanh"; layers[1].sparsity_weight = 1, "sparsity");
    CHECK_REFUSED(layers[0].activation = "tanh", "cross_entropy"); /* its codes are no probabilities */
    CHECK_REFUSED(layers[0].corruption = "gaussian"; layers[0].untouched_weight = 0.5, "untouched_weight");
}

/* Levels at the ends of their range, a Gaussian's above 1, every name. */
static void check_good_layers(void) {
    static const char *const corruptions[] = {"masking", "independent_masking", "gaussian", "salt_and_pepper"};
    static const char *const activations[] = {
        "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu", "identity"};
    for (size_t i = 0; i < 36; i++) {
        vaelib_layer_config layer = make_layer(4);
        layer.activation = activations[i % 9];
        layer.corruption = corruptions[i % 4];
        layer.corruption_level = i % 4 == 2 ? 3.5 : (double)(i % 3) / 2;
        vaelib_model_free(make_stack_of(columns, &layer, 1));
    }
}

int main(void) {
    check_description();
    check_config_round_trip();
    check_tensors();
    check_parameters();
    check_copy();
    check_bad_pointers();
    check_bad_stacks();
    check_bad_layers();
    check_good_layers();
    return report();
}
