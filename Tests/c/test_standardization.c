/* What a model takes from its examples: the likelihood, where it is left to them, and the scales of the columns. */
#include "support.h"

enum { rows = 64, columns = 4 };

static vaelib_vae_config automatic_config(void) {
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    REQUIRE_OK(vaelib_vae_config_init(&config));
    config.latent_dim = 2;
    return config;
}

/* The likelihood that these values get, one column of them. */
static const char *likelihood_of(const float *values, size_t count) {
    vaelib_vae_config config = automatic_config();
    vaelib_dataset *examples = wrap(values, count, 1);
    CHECK_OK(vaelib_vae_config_resolve(&config, examples));
    CHECK(config.data_dim == 1);
    vaelib_dataset_free(examples);
    return config.likelihood;
}

static void check_likelihoods(void) {
    static const float binary[] = {0, 1, 1, 0}, grey[] = {0, 7 / 255.0f, 1, 254 / 255.0f}, digits[] = {3 / 16.0f, 1},
                       real[] = {0, 0.3f, 0.123f}, beyond[] = {0, 1, 1.5f}, negative[] = {-1, 1}, zeros[] = {0, 0};
    CHECK(strcmp(likelihood_of(binary, 4), "bernoulli") == 0);
    CHECK(strcmp(likelihood_of(grey, 4), "bernoulli") == 0);
    CHECK(strcmp(likelihood_of(digits, 2), "bernoulli") == 0);
    CHECK(strcmp(likelihood_of(zeros, 2), "bernoulli") == 0);
    CHECK(strcmp(likelihood_of(real, 3), "gaussian") == 0);
    CHECK(strcmp(likelihood_of(beyond, 3), "gaussian") == 0);
    CHECK(strcmp(likelihood_of(negative, 2), "gaussian") == 0);
}

/* The last row decides, however many come before it. */
static void check_late_decision(void) {
    enum { many = 3000 };
    float *values = calloc(many, sizeof *values);
    CHECK(strcmp(likelihood_of(values, many), "bernoulli") == 0);
    values[many - 1] = 0.123f;
    CHECK(strcmp(likelihood_of(values, many), "gaussian") == 0);
    free(values);
}

static void check_resolution(const vaelib_dataset *examples) {
    vaelib_vae_config config = automatic_config(), kept;
    vaelib_model *model = NULL;
    config.data_dim = columns;
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "likelihood is auto");
    CHECK(model == NULL);
    config.likelihood = "bernoulli"; /* What the caller chose stays. */
    CHECK_OK(vaelib_vae_config_resolve(&config, examples));
    CHECK(strcmp(config.likelihood, "bernoulli") == 0);
    config.data_dim = columns + 1;
    kept = config;
    CHECK_MESSAGE(vaelib_vae_config_resolve(&config, examples), VAELIB_DATA_ERROR, "4 columns");
    CHECK(memcmp(&config, &kept, sizeof config) == 0);
    CHECK_STATUS(vaelib_vae_config_resolve(NULL, examples), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_config_resolve(&config, NULL), VAELIB_INVALID_HANDLE);
}

/* The tensor of this name, inside the parameters. */
static const float *tensor(const vaelib_model *model, const float *parameters, const char *name) {
    size_t i, count = describe(model).tensor_count;
    for (i = 0; i < count; i++) {
        vaelib_tensor found = VAELIB_TENSOR_INIT;
        REQUIRE_OK(vaelib_model_describe_tensor(model, i, &found));
        if (strcmp(found.name, name) == 0) return parameters + found.offset;
    }
    require(CHECK(0));
    return NULL;
}

/* Column 0 has mean 10 and deviation 2, column 1 mean -1 and deviation 4, column 2 mean 0 and deviation 1, 3 is 5. */
static float *make_columns(void) {
    float *values = malloc(sizeof(float) * rows * columns);
    size_t i;
    for (i = 0; i < rows; i++) {
        const float sign = i % 2 == 0 ? 1.0f : -1.0f;
        values[columns * i] = 10 + 2 * sign;
        values[columns * i + 1] = -1 - 4 * sign;
        values[columns * i + 2] = sign;
        values[columns * i + 3] = 5;
    }
    return values;
}

static void check_scales(const vaelib_model *model) {
    static const float means[] = {10, -1, 0, 5}, deviations[] = {2, 4, 1, 2}, floors[] = {1e-3f, 1e-3f, 1e-3f, 1};
    float *parameters = copy_parameters(model);
    size_t i;
    for (i = 0; i < columns; i++) {
        CHECK_NEAR(tensor(model, parameters, "standardization/mean")[i], means[i], 1e-6);
        CHECK_NEAR(tensor(model, parameters, "standardization/deviation")[i], deviations[i], 1e-6);
        CHECK_NEAR(tensor(model, parameters, "standardization/floor")[i], floors[i], 1e-9);
    }
    free(parameters);
}

static vaelib_model *make_automatic(const vaelib_dataset *examples) {
    vaelib_vae_config config = automatic_config();
    vaelib_model *model = NULL;
    REQUIRE_OK(vaelib_vae_config_resolve(&config, examples));
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    return model;
}

/* A fit takes the scales of the first examples, and no later one changes them. */
static void check_fit(const vaelib_dataset *examples, const vaelib_dataset *others) {
    vaelib_model *model = make_automatic(examples), *loaded = NULL;
    vaelib_training_config plan = make_plan(2);
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    check_scales(model);
    CHECK_OK(vaelib_vae_fit(model, others, NULL, &plan, NULL, NULL));
    check_scales(model);
    CHECK_OK(vaelib_model_save(model, scratch_path("scales.h5")));
    CHECK_OK(vaelib_model_load(scratch_path("scales.h5"), 0, &loaded));
    CHECK(hash_parameters(loaded) == hash_parameters(model));
    vaelib_model_free(loaded);
    vaelib_model_free(model);
}

/* A trainer sees no examples before its first step, so it needs the scales. */
static void check_trainers(const vaelib_dataset *examples) {
    vaelib_model *model = make_automatic(examples), *bernoulli = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    uint64_t hash = hash_parameters(bernoulli);
    CHECK_MESSAGE(
        vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, rows, &trainer), VAELIB_INVALID_ARGUMENT, "standardize");
    CHECK(trainer == NULL);
    CHECK_OK(vaelib_model_standardize(model, examples));
    check_scales(model);
    CHECK_OK(vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, rows, &trainer));
    CHECK_OK(vaelib_trainer_step(trainer, examples, NULL));
    check_scales(model);
    vaelib_trainer_free(trainer);
    CHECK_MESSAGE(vaelib_model_standardize(bernoulli, examples), VAELIB_INVALID_ARGUMENT, "does not standardise");
    CHECK(hash_parameters(bernoulli) == hash);
    vaelib_model_free(bernoulli);
    vaelib_model_free(model);
}

/* Columns become normal scores: the median of each is 0, and file and copy have the same bits. */
static void check_quantiles(const vaelib_dataset *examples) {
    vaelib_vae_config config = automatic_config();
    vaelib_model *model = NULL, *loaded = NULL;
    float *parameters, row[columns] = {10, -1, 0, 5}, code[2];
    vaelib_tensor knots = VAELIB_TENSOR_INIT;
    size_t i;
    config.standardize_by = "quantiles";
    REQUIRE_OK(vaelib_vae_config_resolve(&config, examples));
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    CHECK_OK(vaelib_model_standardize(model, examples));
    for (i = 0; strcmp(knots.name == NULL ? "" : knots.name, "standardization/knots") != 0; i++) {
        knots = (vaelib_tensor)VAELIB_TENSOR_INIT;
        REQUIRE_OK(vaelib_model_describe_tensor(model, i, &knots));
    }
    CHECK(knots.rows == columns && knots.columns == 256);
    parameters = copy_parameters(model);
    /* Of two numbers that are as frequent, the unit is the distance of the normal distribution's quartiles. */
    CHECK_NEAR(tensor(model, parameters, "standardization/deviation")[0], 4 / (2 * 0.67448975), 1e-5);
    CHECK_NEAR(tensor(model, parameters, "standardization/floor")[3], 1, 1e-9); /* constant */
    for (i = 1; i < knots.rows * knots.columns; i++) {
        if (i % knots.columns == 0) continue;
        CHECK(tensor(model, parameters, "standardization/knots")[i] > parameters[knots.offset + i - 1]);
    }
    CHECK_OK(vaelib_model_save(model, scratch_path("quantiles.h5")));
    CHECK_OK(vaelib_model_load(scratch_path("quantiles.h5"), 0, &loaded));
    CHECK(hash_parameters(loaded) == hash_parameters(model));
    CHECK_OK(vaelib_vae_encode_rows(loaded, row, 1, code, NULL, 2));
    vaelib_model_free(loaded);
    vaelib_model_free(model);
    free(parameters);
}

/* Examples that do not suit leave the model as it was. */
static void check_unsuitable(const vaelib_dataset *examples, float *values) {
    vaelib_model *model = make_automatic(examples);
    vaelib_dataset *narrow = wrap(values, rows, 2), *broken;
    uint64_t hash = hash_parameters(model);
    CHECK_MESSAGE(vaelib_model_standardize(model, narrow), VAELIB_DATA_ERROR, "2 columns");
    values[columns * 40 + 1] = NAN;
    broken = wrap(values, rows, columns);
    CHECK_MESSAGE(vaelib_model_standardize(model, broken), VAELIB_DATA_ERROR, "row 40, column 1");
    CHECK(hash_parameters(model) == hash);
    vaelib_dataset_free(broken);
    vaelib_dataset_free(narrow);
    vaelib_model_free(model);
}

int main(void) {
    float *values = make_columns(), *images = make_images(rows, columns, 1);
    vaelib_dataset *examples = wrap(values, rows, columns), *others = wrap(images, rows, columns);
    check_likelihoods();
    check_late_decision();
    check_resolution(examples);
    check_fit(examples, others);
    check_trainers(examples);
    check_quantiles(examples);
    check_unsuitable(examples, values);
    vaelib_dataset_free(examples);
    vaelib_dataset_free(others);
    free(values);
    free(images);
    return report();
}
