/* Models: architectures good and bad, parameters and tensors, copies. */
#include "support.h"

/* A good architecture, which each check spoils in one place. */
static vaelib_vae_config good_config(void) {
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    REQUIRE_OK(vaelib_vae_config_init(&config));
    config.data_dim = 5;
    config.likelihood = "bernoulli";
    config.latent_dim = 2;
    return config;
}

static vaelib_status try_config(const vaelib_vae_config *config) {
    vaelib_model *model = NULL;
    vaelib_status status = vaelib_vae_create(config, &model);
    CHECK((status == VAELIB_OK) == (model != NULL));
    vaelib_model_free(model);
    return status;
}

#define CHECK_REFUSED(change, field) \
    do { \
        vaelib_vae_config config = good_config(); \
        change; \
        CHECK_MESSAGE(try_config(&config), VAELIB_INVALID_ARGUMENT, field); \
    } while (0)

static void check_bad_configs(void) {
    static const size_t zero_inside[] = {4, 0, 4}, huge[] = {SIZE_MAX / 2, SIZE_MAX / 2}, one[] = {4};
    const vaelib_vae_config good = good_config();
    vaelib_model *model = NULL;
    CHECK_STATUS(vaelib_vae_create(NULL, &model), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_create(&good, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_REFUSED(config.data_dim = 0, "data_dim");
    CHECK_REFUSED(config.data_dim = SIZE_MAX, "data_dim");
    CHECK_REFUSED(config.latent_dim = 0, "latent_dim");
    CHECK_REFUSED(config.latent_dim = SIZE_MAX / 2 + 1, "latent_dim");
    CHECK_REFUSED(config.hidden = zero_inside; config.hidden_count = 3, "hidden");
    CHECK_REFUSED(config.hidden = huge; config.hidden_count = 2, "hidden");
    CHECK_REFUSED(config.hidden = NULL; config.hidden_count = 2, "hidden");
    CHECK_REFUSED(config.hidden = one; config.hidden_count = SIZE_MAX, "hidden");
    CHECK_REFUSED(config.decoder_hidden = zero_inside; config.decoder_hidden_count = 3, "decoder_hidden");
    CHECK_REFUSED(config.decoder_hidden = one; config.decoder_hidden_count = SIZE_MAX, "decoder_hidden");
    CHECK_REFUSED(config.activation = "sigmiod", "sigmiod");
    CHECK_REFUSED(config.activation = "sigmiod", "sigmoid"); /* what would have been right */
    CHECK_REFUSED(config.activation = NULL, "activation");
    CHECK_REFUSED(config.activation = "", "activation");
    CHECK_REFUSED(config.activation = "\xff\xfe", "activation");
    CHECK_REFUSED(config.likelihood = "weibull", "likelihood");
    CHECK_REFUSED(config.likelihood = NULL, "likelihood");
    CHECK_REFUSED(config.variance = "free", "variance");
    CHECK_REFUSED(config.mean_activation = "relu", "mean_activation");
    CHECK_REFUSED(config.count_mean = "shares", "count_mean");
    CHECK_REFUSED(config.count_mean = NULL, "count_mean");
    CHECK_REFUSED(config.count_mean = "share", "not one of counts");
    CHECK_REFUSED(config.count_mean = "share"; config.likelihood = "poisson"; config.standardize = 0, "standardize");
    CHECK_REFUSED(config.count_mean = "share"; config.likelihood = "poisson"; config.data_dim = 1, "1 column");
    CHECK_REFUSED(config.standardize_by = "ranks", "standardize_by");
    CHECK_REFUSED(config.standardize_by = NULL, "standardize_by");
    CHECK_REFUSED(config.standardize_by = "quantiles"; config.likelihood = "log_normal", "not one of normal scores");
    CHECK_REFUSED(config.standardize_by = "quantiles"; config.likelihood = "gaussian"; config.standardize = 0, "standardize");
    CHECK_REFUSED(config.standardize_by = "quantiles"; config.likelihood = "gaussian"; config.variance = "fixed", "fixed");
    CHECK_REFUSED(config.initializer = "zeros", "initializer");
    CHECK_REFUSED(config.noise_stddev = 0, "noise_stddev");
    CHECK_REFUSED(config.noise_stddev = -1, "noise_stddev");
    CHECK_REFUSED(config.noise_stddev = NAN, "noise_stddev");
    CHECK_REFUSED(config.noise_stddev = INFINITY, "noise_stddev");
    CHECK_REFUSED(config.stddev_floor = NAN, "stddev_floor");
    CHECK_REFUSED(config.stddev_floor = -1, "stddev_floor");
    CHECK_REFUSED(config.initializer_stddev = NAN, "initializer_stddev");
    CHECK_REFUSED(config.initializer_stddev = -0.1, "initializer_stddev");
}

/* Sizes that are numbers, but more than a machine has. */
static void check_too_large(void) {
    static const size_t wide[] = {(size_t)1 << 31, (size_t)1 << 31};
    vaelib_vae_config config = good_config();
    vaelib_status status;
    config.hidden = wide;
    config.hidden_count = 2;
    status = try_config(&config);
    CHECK(status == VAELIB_INVALID_ARGUMENT || status == VAELIB_OUT_OF_MEMORY);
    config = good_config();
    config.data_dim = (size_t)1 << 40;
    status = try_config(&config);
    CHECK(status == VAELIB_INVALID_ARGUMENT || status == VAELIB_OUT_OF_MEMORY);
}

static void check_choices(void) {
    static const char *const activations[] = {"sigmoid", "tanh", "relu", "leaky_relu", "elu",
                                              "softplus", "silu", "gelu", "identity"};
    static const char *const initializers[] = {"normal", "glorot_uniform", "glorot_normal", "he_uniform",
                                               "he_normal", "lecun_uniform", "lecun_normal"};
    static const char *const variances[] = {"fixed", "learned", "predicted"};
    static const char *const means[] = {"identity", "sigmoid"};
    for (size_t i = 0; i < 9; i++) {
        vaelib_vae_config config = good_config();
        config.activation = activations[i];
        CHECK_OK(try_config(&config));
    }
    for (size_t i = 0; i < 7; i++) {
        vaelib_vae_config config = good_config();
        config.initializer = initializers[i];
        CHECK_OK(try_config(&config));
    }
    for (size_t i = 0; i < 6; i++) {
        vaelib_vae_config config = good_config();
        config.likelihood = "gaussian";
        config.variance = variances[i % 3];
        config.mean_activation = means[i % 2];
        CHECK_OK(try_config(&config));
    }
}

/* Variances can be had where the model says so, and nowhere else. */
static void check_variances(void) {
    static const char *const likelihoods[] = {"bernoulli", "gaussian"};
    static const float codes[2] = {0.5f, -1.0f};
    vaelib_dataset *latents = wrap(codes, 1, 2);
    vaelib_model *stack = make_stack(5);
    for (size_t i = 0; i < 2; i++) {
        vaelib_vae_config config = good_config();
        vaelib_model *model = NULL;
        float mean[5], variance[5];
        config.likelihood = likelihoods[i];
        REQUIRE_OK(vaelib_vae_create(&config, &model));
        CHECK(describe(model).has_variance == (int)i);
        CHECK_OK(vaelib_vae_decode(model, latents, NULL, mean, NULL, 5));
        vaelib_status status = vaelib_vae_decode(model, latents, NULL, mean, variance, 5);
        CHECK((status == VAELIB_OK) == describe(model).has_variance);
        vaelib_model_free(model);
    }
    CHECK(describe(stack).has_variance == 0);
    vaelib_model_free(stack);
    vaelib_dataset_free(latents);
}

static void check_tensor(
    const vaelib_model *model, size_t index, const char *name, size_t rows, size_t columns, size_t *offset) {
    vaelib_tensor tensor = VAELIB_TENSOR_INIT;
    if (!CHECK_OK(vaelib_model_describe_tensor(model, index, &tensor))) return;
    if (!CHECK(strcmp(tensor.name, name) == 0)) fprintf(stderr, "    %s is %s\n", name, tensor.name);
    CHECK(tensor.rows == rows && tensor.columns == columns);
    CHECK(tensor.offset == *offset);
    *offset += rows * columns;
}

/* 5 - 4 - 3 - 2 - 6 - 5, Gaussian with a learned variance: every tensor in its place. */
static void check_tensors(void) {
    static const size_t encoder[] = {4, 3}, decoder[] = {6};
    vaelib_vae_config config = good_config(), back = VAELIB_VAE_CONFIG_INIT;
    vaelib_tensor tensor = VAELIB_TENSOR_INIT;
    vaelib_model_info info;
    vaelib_model *model = NULL;
    size_t offset = 0;
    config.hidden = encoder;
    config.hidden_count = 2;
    config.decoder_hidden = decoder;
    config.decoder_hidden_count = 1;
    config.likelihood = "gaussian";
    config.variance = "learned";
    config.activation = "gelu";
    config.seed = UINT64_MAX;
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    info = describe(model);
    CHECK(info.data_dim == 5 && info.latent_dim == 2 && info.tensor_count == 14);
    CHECK(info.history_epochs == 0 && strcmp(info.kind, "vae") == 0 && info.examples_seen == 0);
    CHECK(info.data_scale == 1 && info.data_shift == 0);
    check_tensor(model, 0, "encoder/0/weight", 5, 4, &offset);
    check_tensor(model, 1, "encoder/0/bias", 1, 4, &offset);
    check_tensor(model, 2, "encoder/1/weight", 4, 3, &offset);
    check_tensor(model, 3, "encoder/1/bias", 1, 3, &offset);
    check_tensor(model, 4, "encoder/head/weight", 3, 4, &offset);
    check_tensor(model, 5, "encoder/head/bias", 1, 4, &offset);
    check_tensor(model, 6, "decoder/0/weight", 2, 6, &offset);
    check_tensor(model, 7, "decoder/0/bias", 1, 6, &offset);
    check_tensor(model, 8, "decoder/head/weight", 6, 5, &offset);
    check_tensor(model, 9, "decoder/head/bias", 1, 5, &offset);
    check_tensor(model, 10, "decoder/log_variance", 1, 5, &offset);
    check_tensor(model, 11, "standardization/mean", 1, 5, &offset);
    check_tensor(model, 12, "standardization/deviation", 1, 5, &offset);
    check_tensor(model, 13, "standardization/floor", 1, 5, &offset);
    CHECK(offset == info.parameter_count);
    CHECK_STATUS(vaelib_model_describe_tensor(model, 14, &tensor), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_describe_tensor(model, SIZE_MAX, &tensor), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_describe_tensor(model, 0, NULL), VAELIB_INVALID_ARGUMENT);

    CHECK_OK(vaelib_vae_get_config(model, &back));
    CHECK(back.data_dim == 5 && back.latent_dim == 2 && back.seed == UINT64_MAX);
    CHECK(back.hidden_count == 2 && back.hidden[0] == 4 && back.hidden[1] == 3);
    CHECK(back.decoder_hidden_count == 1 && back.decoder_hidden[0] == 6);
    CHECK(strcmp(back.activation, "gelu") == 0 && strcmp(back.variance, "learned") == 0);
    CHECK(strcmp(back.likelihood, "gaussian") == 0 && strcmp(back.mean_activation, "identity") == 0);
    CHECK_STATUS(vaelib_vae_get_config(model, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_describe(model, NULL), VAELIB_INVALID_ARGUMENT);
    vaelib_model_free(model);
}

static void check_linear_encoder(void) {
    vaelib_vae_config config = good_config();
    vaelib_model *model = NULL;
    size_t offset = 0;
    config.hidden = NULL;
    config.hidden_count = 0;
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    CHECK(describe(model).tensor_count == 4);
    check_tensor(model, 0, "encoder/head/weight", 5, 4, &offset);
    check_tensor(model, 1, "encoder/head/bias", 1, 4, &offset);
    check_tensor(model, 2, "decoder/head/weight", 2, 5, &offset);
    check_tensor(model, 3, "decoder/head/bias", 1, 5, &offset);
    vaelib_model_free(model);
}

static void check_seeds(void) {
    vaelib_vae_config config = good_config();
    vaelib_model *first = NULL, *same = NULL, *other = NULL;
    REQUIRE_OK(vaelib_vae_create(&config, &first));
    REQUIRE_OK(vaelib_vae_create(&config, &same));
    config.seed++;
    REQUIRE_OK(vaelib_vae_create(&config, &other));
    CHECK(hash_parameters(first) == hash_parameters(same));
    CHECK(hash_parameters(first) != hash_parameters(other));
    vaelib_model_free(first);
    vaelib_model_free(same);
    vaelib_model_free(other);
}

static void check_parameters(void) {
    vaelib_model *model = make_model(5, 2), *twin = NULL;
    size_t count = describe(model).parameter_count;
    float *values = copy_parameters(model);
    uint64_t before = hash_parameters(model);
    CHECK_OK(vaelib_model_copy(model, &twin));
    CHECK(hash_parameters(twin) == before);
    values[3] = 0.5f;
    CHECK_OK(vaelib_model_set_parameters(model, values, count));
    CHECK(hash_parameters(model) == hash_bytes(values, count * sizeof *values));
    CHECK(hash_parameters(twin) == before);
    before = hash_parameters(model);
    values[count - 1] = NAN;
    CHECK_STATUS(vaelib_model_set_parameters(model, values, count), VAELIB_DATA_ERROR);
    values[count - 1] = -INFINITY;
    CHECK_STATUS(vaelib_model_set_parameters(model, values, count), VAELIB_DATA_ERROR);
    values[count - 1] = 0;
    CHECK_STATUS(vaelib_model_set_parameters(model, values, count - 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_set_parameters(model, values, 0), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_set_parameters(model, values, SIZE_MAX), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_set_parameters(model, NULL, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_get_parameters(model, values, count + 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_get_parameters(model, NULL, count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_copy(model, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK(hash_parameters(model) == before);
    free(values);
    vaelib_model_free(twin);
    vaelib_model_free(model);
}

int main(void) {
    check_bad_configs();
    check_too_large();
    check_choices();
    check_variances();
    check_tensors();
    check_linear_encoder();
    check_seeds();
    check_parameters();
    return report();
}
