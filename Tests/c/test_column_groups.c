/* Tables whose columns are of several kinds, by groups of neighbouring columns. */
#include "support.h"

enum { rows = 120, columns = 4, groups_there = 3 };

/* Two real numbers, three categories, counts. */
static float *make_table(void) {
    float *values = malloc(sizeof(float) * rows * columns);
    size_t i;
    for (i = 0; i < rows; i++) {
        float *row = values + columns * i;
        row[0] = 100 + 3 * sinf((float)i);
        row[1] = 0.01f * cosf((float)i);
        row[2] = (float)(i % 3);
        row[3] = (float)(i % 7);
    }
    return values;
}

static void fill(vaelib_column_group groups[groups_there]) {
    size_t i;
    for (i = 0; i < groups_there; i++) {
        groups[i] = (vaelib_column_group)VAELIB_COLUMN_GROUP_INIT;
        REQUIRE_OK(vaelib_column_group_init(&groups[i]));
    }
    groups[0].columns = 2;
    groups[1].likelihood = "categorical";
    groups[2].likelihood = "negative_binomial";
}

static vaelib_vae_config config_of(const vaelib_column_group *groups, size_t count) {
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    REQUIRE_OK(vaelib_vae_config_init(&config));
    config.data_dim = columns;
    config.latent_dim = 2;
    config.column_groups = groups;
    config.column_group_count = count;
    return config;
}

static void check_defaults(void) {
    vaelib_column_group group = VAELIB_COLUMN_GROUP_INIT;
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    CHECK_OK(vaelib_column_group_init(&group));
    CHECK(group.columns == 1 && group.classes == 0 && group.size_factor == 0 && strcmp(group.likelihood, "auto") == 0);
    CHECK(strcmp(group.variance, "learned") == 0 && group.standardize == 1);
    CHECK(group.degrees_of_freedom == VAELIB_AUTO_REAL && strcmp(group.count_mean, "column") == 0);
    CHECK(strcmp(group.standardize_by, "moments") == 0);
    CHECK_OK(vaelib_vae_config_init(&config));
    CHECK(config.column_groups == NULL && config.column_group_count == 0);
    CHECK_STATUS(vaelib_column_group_init(NULL), VAELIB_INVALID_ARGUMENT);
    group.struct_size = 8;
    CHECK_MESSAGE(vaelib_column_group_init(&group), VAELIB_INVALID_ARGUMENT, "struct_size");
}

static void check_resolution(const vaelib_dataset *examples) {
    vaelib_column_group groups[groups_there], kept[groups_there];
    fill(groups);
    CHECK_OK(vaelib_column_groups_resolve(groups, groups_there, examples));
    CHECK(strcmp(groups[0].likelihood, "gaussian") == 0 && groups[0].classes == 0);
    CHECK(strcmp(groups[1].likelihood, "categorical") == 0 && groups[1].classes == 3);
    CHECK(strcmp(groups[2].likelihood, "negative_binomial") == 0 && groups[2].columns == 1);
    memcpy(kept, groups, sizeof groups);
    CHECK_OK(vaelib_column_groups_resolve(groups, groups_there, examples));
    CHECK(memcmp(kept, groups, sizeof groups) == 0);

    CHECK_STATUS(vaelib_column_groups_resolve(NULL, groups_there, examples), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_column_groups_resolve(groups, groups_there, NULL), VAELIB_INVALID_HANDLE);
    CHECK_STATUS(vaelib_column_groups_resolve(groups, 0, examples), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_column_groups_resolve(groups, (size_t)-1, examples), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_column_groups_resolve(groups, 2, examples), VAELIB_INVALID_ARGUMENT, "3 columns together");
    groups[1].struct_size = sizeof groups[1] + 8;
    CHECK_MESSAGE(
        vaelib_column_groups_resolve(groups, groups_there, examples), VAELIB_INVALID_ARGUMENT, "groups[1].struct_size");
    fill(groups);
    groups[2].likelihood = NULL;
    CHECK_MESSAGE(vaelib_column_groups_resolve(groups, groups_there, examples), VAELIB_INVALID_ARGUMENT, "likelihood");
    groups[2].likelihood = "negative_binomial";
    groups[2].variance = "fixed";
    CHECK_MESSAGE(
        vaelib_column_groups_resolve(groups, groups_there, examples), VAELIB_INVALID_ARGUMENT, "variance is fixed");
}

static void check_creation(const vaelib_dataset *examples) {
    vaelib_column_group groups[groups_there];
    vaelib_vae_config config;
    vaelib_model *model = NULL;
    fill(groups);
    config = config_of(groups, groups_there);
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "likelihood is auto");
    groups[0].likelihood = "student_t";
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "column group 1: classes is 0");
    CHECK_MESSAGE(vaelib_vae_config_resolve(&config, examples), VAELIB_INVALID_ARGUMENT, "column_groups_resolve");
    groups[1].classes = 3;
    config.likelihood = "gaussian";
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "beside column groups");
    config.likelihood = "auto";
    config.data_dim = columns + 1;
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "4 columns together");
    config.data_dim = columns;
    config.column_groups = NULL;
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "column_groups is NULL");
    config.column_groups = groups;
    config.column_group_count = columns + 1;
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "column_group_count is 5");
    CHECK(model == NULL);
}

/* A model that is trained, described, saved and loaded. */
static void check_model(const float *table, const vaelib_dataset *examples) {
    vaelib_column_group groups[groups_there];
    vaelib_vae_config config, found = VAELIB_VAE_CONFIG_INIT;
    vaelib_training_config training = VAELIB_TRAINING_CONFIG_INIT;
    vaelib_model *model = NULL, *loaded = NULL;
    float means[rows * columns], again[rows * columns], *kept = malloc(sizeof(float) * rows * columns);
    void *bytes = NULL;
    size_t i, count = 0;
    memcpy(kept, table, sizeof(float) * rows * columns);
    fill(groups);
    REQUIRE_OK(vaelib_column_groups_resolve(groups, groups_there, examples));
    config = config_of(groups, groups_there);
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    groups[1].classes = 99; /* The model has its own. */
    REQUIRE_OK(vaelib_vae_get_config(model, &found));
    CHECK(found.column_group_count == groups_there && found.column_groups != groups);
    CHECK(found.column_groups[1].classes == 3 && found.column_groups[0].columns == 2);
    CHECK(found.column_groups[0].struct_size == sizeof groups[0]);
    CHECK(strcmp(found.likelihood, "auto") == 0);
    CHECK(describe(model).has_variance == 1);
    REQUIRE_OK(vaelib_training_config_init(&training));
    training.epochs = 3;
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &training, NULL, NULL));
    CHECK_OK(vaelib_vae_reconstruct(model, examples, VAELIB_MEAN, 0, means, rows * columns));
    CHECK(memcmp(kept, table, sizeof(float) * rows * columns) == 0);
    for (i = 0; i < rows; i++) {
        const float category = means[columns * i + 2];
        CHECK(category == 0 || category == 1 || category == 2);
        CHECK(means[columns * i + 3] >= 0);
    }
    REQUIRE_OK(vaelib_model_save_to_memory(model, &bytes, &count));
    REQUIRE_OK(vaelib_model_load_from_memory(bytes, count, &loaded));
    vaelib_memory_free(bytes);
    CHECK_OK(vaelib_vae_reconstruct(loaded, examples, VAELIB_MEAN, 0, again, rows * columns));
    CHECK(memcmp(means, again, sizeof means) == 0);
    vaelib_model_free(loaded);
    vaelib_model_free(model);
    free(kept);
}

static void check_unsuitable_values(float *table) {
    vaelib_column_group groups[groups_there];
    vaelib_dataset *examples;
    vaelib_vae_config config;
    vaelib_model *model = NULL;
    vaelib_training_config training = make_plan(1);
    fill(groups);
    groups[0].likelihood = "gaussian";
    groups[1].classes = 2;
    config = config_of(groups, groups_there);
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    examples = wrap(table, rows, columns);
    CHECK_MESSAGE(
        vaelib_vae_fit(model, examples, NULL, &training, NULL, NULL), VAELIB_DATA_ERROR, "row 2, column 2");
    vaelib_dataset_free(examples);
    vaelib_model_free(model);
}

int main(void) {
    float *table = make_table();
    vaelib_dataset *examples = wrap(table, rows, columns);
    check_defaults();
    check_resolution(examples);
    check_creation(examples);
    check_model(table, examples);
    check_unsuitable_values(table);
    vaelib_dataset_free(examples);
    free(table);
    return report();
}
