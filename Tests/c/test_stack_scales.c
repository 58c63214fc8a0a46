/* What a stack takes from its examples: the loss of its lowest layer, and the scales of the columns. */
#include "support.h"

enum { rows = 60, columns = 3 };

/* The loss that these values get, one column of them. */
static const char *loss_of(const float *values, size_t count) {
    vaelib_layer_config layer = VAELIB_LAYER_CONFIG_INIT;
    vaelib_dataset *examples = wrap(values, count, 1);
    REQUIRE_OK(vaelib_layer_config_init(&layer));
    CHECK(strcmp(layer.loss, "auto") == 0);
    CHECK_OK(vaelib_layer_config_resolve(&layer, examples));
    vaelib_dataset_free(examples);
    return layer.loss;
}

static void check_losses(void) {
    static const float binary[] = {0, 1, 1}, grey[] = {0, 7 / 255.0f, 1}, real[] = {0, 0.3f, 0.123f}, wide[] = {-1, 1};
    CHECK(strcmp(loss_of(binary, 3), "cross_entropy") == 0);
    CHECK(strcmp(loss_of(grey, 3), "cross_entropy") == 0);
    CHECK(strcmp(loss_of(real, 3), "squared_error") == 0);
    CHECK(strcmp(loss_of(wide, 2), "squared_error") == 0);
}

static void check_arguments(const vaelib_dataset *examples) {
    vaelib_layer_config layer = make_layer(4), kept;
    CHECK_OK(vaelib_layer_config_resolve(&layer, examples));
    CHECK(strcmp(layer.loss, "cross_entropy") == 0); /* What the caller chose stays. */
    layer.loss = "auto";
    layer.width = 0;
    kept = layer;
    CHECK_MESSAGE(vaelib_layer_config_resolve(&layer, examples), VAELIB_INVALID_ARGUMENT, "width");
    CHECK(memcmp(&layer, &kept, sizeof layer) == 0);
    layer = make_layer(4);
    layer.struct_size = 3;
    CHECK_MESSAGE(vaelib_layer_config_resolve(&layer, examples), VAELIB_INVALID_ARGUMENT, "struct_size");
    layer = make_layer(4);
    CHECK_STATUS(vaelib_layer_config_resolve(NULL, examples), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_layer_config_resolve(&layer, NULL), VAELIB_INVALID_HANDLE);
}

/* A stack of these layers that standardises. */
static vaelib_model *make_standardising(const vaelib_layer_config *layers, size_t count) {
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    vaelib_model *stack = NULL;
    REQUIRE_OK(vaelib_stack_config_init(&config));
    CHECK(config.standardize == 1);
    config.data_dim = columns;
    config.layers = layers;
    config.layer_count = count;
    REQUIRE_OK(vaelib_stack_create(&config, &stack));
    return stack;
}

/* The losses of layers above are decided by the codes below them. */
static void check_upper_layers(void) {
    vaelib_layer_config layers[3] = {make_layer(4), make_layer(3), make_layer(2)};
    vaelib_stack_config back = VAELIB_STACK_CONFIG_INIT;
    vaelib_model *stack;
    layers[1].loss = layers[2].loss = "auto";
    layers[1].activation = "relu";
    stack = make_standardising(layers, 3);
    REQUIRE_OK(vaelib_stack_get_config(stack, &back));
    CHECK(back.standardize == 1);
    CHECK(strcmp(back.layers[1].loss, "cross_entropy") == 0 && strcmp(back.layers[2].loss, "squared_error") == 0);
    vaelib_model_free(stack);
}

static void check_undecided(void) {
    vaelib_layer_config layer = make_layer(4);
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    vaelib_model *stack = NULL;
    layer.loss = "auto";
    REQUIRE_OK(vaelib_stack_config_init(&config));
    config.data_dim = columns;
    config.layers = &layer;
    config.layer_count = 1;
    CHECK_MESSAGE(vaelib_stack_create(&config, &stack), VAELIB_INVALID_ARGUMENT, "loss of layer 0 is auto");
    CHECK(stack == NULL);
    layer.loss = "squared_error";
    config.standardize = 2;
    CHECK_MESSAGE(vaelib_stack_create(&config, &stack), VAELIB_INVALID_ARGUMENT, "standardize is 2");
}

/* The first training takes the scales, and no later one changes them; a trainer needs them before. */
static void check_scales(const vaelib_dataset *examples, const vaelib_dataset *others) {
    vaelib_layer_config layer = make_layer(4);
    vaelib_training_config plan = make_plan(2);
    vaelib_trainer *trainer = NULL;
    vaelib_model *stack, *trained;
    float *parameters;
    const size_t first = columns * 4 + 4 + columns; /* The scales lie behind the layer's tensors. */
    uint64_t hash;
    layer.loss = "squared_error";
    stack = make_standardising(&layer, 1);
    trained = make_standardising(&layer, 1);
    CHECK_MESSAGE(
        vaelib_trainer_create(stack, VAELIB_PRETRAINING, 0, &plan, rows, &trainer), VAELIB_INVALID_ARGUMENT,
        "standardize");
    CHECK_OK(vaelib_model_standardize(stack, examples));
    CHECK_OK(vaelib_stack_pretrain(trained, examples, &plan, NULL, NULL));
    CHECK_OK(vaelib_stack_pretrain(trained, others, &plan, NULL, NULL));
    parameters = copy_parameters(stack);
    hash = hash_bytes(parameters + first, 2 * columns * sizeof *parameters);
    CHECK_NEAR(parameters[first], 10, 1e-6);
    CHECK_NEAR(parameters[first + columns], 2, 1e-6);
    CHECK_NEAR(parameters[first + columns + 1], 0.5, 1e-6);
    free(parameters);
    parameters = copy_parameters(trained);
    CHECK(hash_bytes(parameters + first, 2 * columns * sizeof *parameters) == hash);
    free(parameters);
    CHECK_OK(vaelib_trainer_create(stack, VAELIB_PRETRAINING, 0, &plan, rows, &trainer));
    vaelib_trainer_free(trainer);
    vaelib_model_free(trained);
    vaelib_model_free(stack);
}

int main(void) {
    float values[rows * columns], *images = make_images(rows, columns, 1);
    vaelib_dataset *examples, *others = wrap(images, rows, columns);
    size_t i;
    for (i = 0; i < rows; i++) {
        const float sign = i % 2 == 0 ? 1.0f : -1.0f;
        values[columns * i] = 10 + 2 * sign;
        values[columns * i + 1] = -3 - 0.5f * sign;
        values[columns * i + 2] = 7; /* a constant */
    }
    examples = wrap(values, rows, columns);
    check_losses();
    check_arguments(examples);
    check_upper_layers();
    check_undecided();
    check_scales(examples, others);
    vaelib_dataset_free(others);
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
