/* The list of hyper-parameters agrees with the configuration structures: every field is there, with its default. */
#include "support.h"

static vaelib_parameter find(const char *group, const char *name) {
    vaelib_parameter parameter = VAELIB_PARAMETER_INIT, found = {0};
    int times = 0;
    for (size_t index = 0; index < vaelib_parameter_count(); index++) {
        REQUIRE_OK(vaelib_parameter_describe(index, &parameter));
        if (strcmp(parameter.group, group) == 0 && strcmp(parameter.name, name) == 0) {
            found = parameter;
            times++;
        }
    }
    if (!CHECK(times == 1)) fprintf(stderr, "    %s of %s is described %d times\n", name, group, times);
    require(times >= 1);
    return found;
}

static void check_count(const char *group, const char *name, size_t value) {
    vaelib_parameter parameter = find(group, name);
    CHECK(strcmp(parameter.type, "count") == 0);
    CHECK(strtoull(parameter.default_value, NULL, 10) == value);
}

static void check_flag(const char *group, const char *name, size_t value) {
    vaelib_parameter parameter = find(group, name);
    CHECK(strcmp(parameter.type, "flag") == 0);
    CHECK(strtoull(parameter.default_value, NULL, 10) == value);
}

static void check_seed(const char *group, uint64_t value) {
    vaelib_parameter parameter = find(group, "seed");
    CHECK(strcmp(parameter.type, "seed") == 0);
    CHECK(strtoull(parameter.default_value, NULL, 10) == value);
}

static void check_real(const char *group, const char *name, double value) {
    vaelib_parameter parameter = find(group, name);
    CHECK(strcmp(parameter.type, "real") == 0);
    CHECK_NEAR(strtod(parameter.default_value, NULL), value, 1e-12 * fabs(value));
}

/* Numbers that the library decides by the data unless they are given, as they are by default. */
static void check_automatic_count(const char *group, const char *name, size_t value) {
    vaelib_parameter parameter = find(group, name);
    CHECK(strcmp(parameter.type, "automatic count") == 0 && strcmp(parameter.default_value, "auto") == 0);
    CHECK(strncmp(parameter.allowed, "auto, or ", 9) == 0 && value == VAELIB_AUTO);
}

static void check_automatic_real(const char *group, const char *name, double value) {
    vaelib_parameter parameter = find(group, name);
    CHECK(strcmp(parameter.type, "automatic real") == 0 && strcmp(parameter.default_value, "auto") == 0);
    CHECK(strncmp(parameter.allowed, "auto, or ", 9) == 0 && value == VAELIB_AUTO_REAL);
}

static void check_choice(const char *group, const char *name, const char *value) {
    vaelib_parameter parameter = find(group, name);
    CHECK(strcmp(parameter.type, "choice") == 0);
    CHECK(strcmp(parameter.default_value, value) == 0);
    CHECK(strstr(parameter.allowed, value) != NULL);
}

static void check_architecture(void) {
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    REQUIRE_OK(vaelib_vae_config_init(&config));
    CHECK(config.struct_size == sizeof config);
    CHECK(find("vae", "data_dim").default_value[0] == '\0');
    check_count("vae", "latent_dim", config.latent_dim);
    CHECK(strcmp(find("vae", "hidden").type, "widths") == 0);
    CHECK(strcmp(find("vae", "decoder_hidden").type, "optional widths") == 0);
    CHECK(config.decoder_hidden == NULL);
    check_choice("vae", "activation", config.activation);
    check_choice("vae", "likelihood", config.likelihood);
    check_choice("vae", "missing", config.missing);
    check_choice("vae", "variance", config.variance);
    check_choice("vae", "mean_activation", config.mean_activation);
    check_real("vae", "noise_stddev", config.noise_stddev);
    check_real("vae", "stddev_floor", config.stddev_floor);
    check_flag("vae", "standardize", config.standardize);
    check_choice("vae", "count_mean", config.count_mean);
    check_choice("vae", "standardize_by", config.standardize_by);
    check_choice("vae", "initializer", config.initializer);
    check_real("vae", "initializer_stddev", config.initializer_stddev);
    check_seed("vae", config.seed);
}

static void check_training(void) {
    vaelib_training_config config = VAELIB_TRAINING_CONFIG_INIT;
    REQUIRE_OK(vaelib_training_config_init(&config));
    CHECK(config.struct_size == sizeof config);
    check_automatic_count("training", "epochs", config.epochs);
    check_automatic_count("training", "batch_size", config.batch_size);
    check_choice("training", "estimator", config.estimator);
    check_count("training", "samples", config.samples);
    check_real("training", "beta", config.beta);
    check_real("training", "kl_warmup_epochs", config.kl_warmup_epochs);
    check_choice("training", "binarization", config.binarization);
    check_choice("training", "optimizer", config.optimizer);
    check_real("training", "learning_rate", config.learning_rate);
    check_real("training", "momentum", config.momentum);
    check_flag("training", "nesterov", config.nesterov);
    check_real("training", "beta1", config.beta1);
    check_real("training", "beta2", config.beta2);
    check_real("training", "epsilon", config.epsilon);
    check_choice("training", "schedule", config.schedule);
    check_real("training", "schedule_epochs", config.schedule_epochs);
    check_real("training", "schedule_factor", config.schedule_factor);
    check_real("training", "warmup_epochs", config.warmup_epochs);
    check_real("training", "weight_decay", config.weight_decay);
    check_automatic_real("training", "gradient_clip_norm", config.gradient_clip_norm);
    check_automatic_count("training", "patience", config.patience);
    check_choice("training", "monitor", config.monitor);
    check_automatic_real("training", "validation_fraction", config.validation_fraction);
    check_choice("training", "validation_split", config.validation_split);
    check_real("training", "dropout", config.dropout);
    check_real("training", "trim_fraction", config.trim_fraction);
    check_real("training", "hide_fraction", config.hide_fraction);
    check_seed("training", config.seed);
    CHECK(config.beta == 1.0 && config.dropout == 0.5);
    CHECK(strcmp(find("training", "epochs").phases, "pretraining, supervised, unsupervised, fit") == 0);
    CHECK(strcmp(find("training", "dropout").phases, "supervised") == 0);
    CHECK(strcmp(find("layer", "epochs").phases, "") == 0);
}

static void check_layer(void) {
    vaelib_layer_config config = VAELIB_LAYER_CONFIG_INIT;
    REQUIRE_OK(vaelib_layer_config_init(&config));
    CHECK(config.struct_size == sizeof config);
    check_count("layer", "width", config.width);
    check_choice("layer", "activation", config.activation);
    check_flag("layer", "tied", config.tied);
    check_choice("layer", "loss", config.loss);
    check_choice("layer", "corruption", config.corruption);
    check_real("layer", "corruption_level", config.corruption_level);
    check_choice("layer", "corruption_range", config.corruption_range);
    check_real("layer", "corruption_low", config.corruption_low);
    check_real("layer", "corruption_high", config.corruption_high);
    check_real("layer", "corrupted_weight", config.corrupted_weight);
    check_real("layer", "untouched_weight", config.untouched_weight);
    check_real("layer", "weight_l1", config.weight_l1);
    check_real("layer", "weight_l2", config.weight_l2);
    check_real("layer", "sparsity_target", config.sparsity_target);
    check_real("layer", "sparsity_weight", config.sparsity_weight);
    check_real("layer", "contraction_weight", config.contraction_weight);
    check_count("layer", "epochs", config.epochs);
    check_real("layer", "learning_rate", config.learning_rate);
    CHECK(config.epochs == 0 && config.learning_rate == 0);
}

static void check_stack(void) {
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    REQUIRE_OK(vaelib_stack_config_init(&config));
    CHECK(config.struct_size == sizeof config);
    CHECK(config.data_dim == 0 && config.layers == NULL && config.layer_count == 0);
    CHECK(find("stack", "data_dim").default_value[0] == '\0');
    check_choice("stack", "initializer", config.initializer);
    check_real("stack", "initializer_stddev", config.initializer_stddev);
    check_seed("stack", config.seed);
}

/* A structure has a field of 8 bytes for each parameter, one more for a list, and `others`: so the library finds them. */
static void check_size(const char *group, size_t size, size_t others) {
    vaelib_parameter parameter = VAELIB_PARAMETER_INIT;
    size_t fields = others;
    for (size_t index = 0; index < vaelib_parameter_count(); index++) {
        REQUIRE_OK(vaelib_parameter_describe(index, &parameter));
        if (strcmp(parameter.group, group) == 0) fields += strstr(parameter.type, "widths") == NULL ? 1 : 2;
    }
    if (!CHECK(size == 8 * fields)) fprintf(stderr, "    vaelib_%s_config: %zu fields\n", group, fields);
}

static void check_sizes(void) {
    if (sizeof(size_t) != 8) return;
    check_size("vae", sizeof(vaelib_vae_config), 3); /* struct_size, column_groups, column_group_count */
    check_size("column_group", sizeof(vaelib_column_group), 1);
    check_size("training", sizeof(vaelib_training_config), 2); /* and checkpoint */
    check_size("stack", sizeof(vaelib_stack_config), 3); /* and layers, layer_count */
    check_size("layer", sizeof(vaelib_layer_config), 1);
    check_size("evaluation", sizeof(vaelib_evaluation_config), 1);
    check_size("imputation", sizeof(vaelib_imputation_config), 1);
}

static void check_listing(void) {
    vaelib_parameter parameter = VAELIB_PARAMETER_INIT;
    size_t count = vaelib_parameter_count();
    CHECK(count == 18 + 13 + 28 + 18 + 5 + 5 + 5);
    for (size_t index = 0; index < count; index++) {
        REQUIRE_OK(vaelib_parameter_describe(index, &parameter));
        CHECK(parameter.name[0] != '\0' && parameter.allowed[0] != '\0' && parameter.meaning[0] != '\0');
    }
    CHECK_STATUS(vaelib_parameter_describe(count, &parameter), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_parameter_describe(SIZE_MAX, &parameter), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_parameter_describe(0, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_config_init(NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_training_config_init(NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_evaluation_config_init(NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_imputation_config_init(NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_dataset_options_init(NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_layer_config_init(NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_config_init(NULL), VAELIB_INVALID_ARGUMENT);
}

static void check_other_defaults(void) {
    vaelib_evaluation_config evaluation = VAELIB_EVALUATION_CONFIG_INIT;
    vaelib_imputation_config imputation = VAELIB_IMPUTATION_CONFIG_INIT;
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    CHECK_OK(vaelib_imputation_config_init(&imputation));
    CHECK(imputation.struct_size == sizeof imputation);
    check_choice("imputation", "method", imputation.method);
    check_choice("imputation", "estimate", imputation.estimate);
    check_count("imputation", "samples", imputation.samples);
    check_count("imputation", "imputations", imputation.imputations);
    check_seed("imputation", imputation.seed);
    CHECK_OK(vaelib_evaluation_config_init(&evaluation));
    CHECK(evaluation.struct_size == sizeof evaluation);
    check_count("evaluation", "samples", evaluation.samples);
    check_choice("evaluation", "estimator", evaluation.estimator);
    check_choice("evaluation", "binarization", evaluation.binarization);
    check_seed("evaluation", evaluation.seed);
    check_flag("evaluation", "common_noise", evaluation.common_noise);
    CHECK_OK(vaelib_dataset_options_init(&options));
    CHECK(options.struct_size == sizeof options && options.scale == 1.0 && options.shift == 0.0);
    CHECK(options.labels == NULL && options.memory_budget == (size_t)256 << 20);
}

int main(void) {
    check_listing();
    check_sizes();
    check_architecture();
    check_training();
    check_layer();
    check_stack();
    check_other_defaults();
    return report();
}
