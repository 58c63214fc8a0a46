/* Columns that are given, not modelled: models that have some, queries under conditions, datasets with further columns. */
#include "support.h"

enum { rows = 60, columns = 4, given = 2, latents = 2, groups_there = 3 };

static float table[rows * columns], conditions[rows * given];

/* Two real numbers; of which of three kinds they are, and how heavy. */
static void fill_table(void) {
    for (size_t i = 0; i < rows; i++) {
        float *row = table + columns * i;
        row[2] = conditions[given * i] = (float)(i % 3);
        row[3] = conditions[given * i + 1] = 70 + 10 * cosf((float)i);
        row[0] = 5 * row[2] + sinf((float)(7 * i));
        row[1] = row[3] / 2 + sinf((float)(3 * i));
    }
}

static void fill(vaelib_column_group groups[groups_there]) {
    for (size_t i = 0; i < groups_there; i++) {
        groups[i] = (vaelib_column_group)VAELIB_COLUMN_GROUP_INIT;
        REQUIRE_OK(vaelib_column_group_init(&groups[i]));
        CHECK(groups[i].condition == 0);
    }
    groups[0].columns = 2;
    groups[0].likelihood = groups[2].likelihood = "gaussian";
    groups[1].likelihood = "categorical";
    groups[1].classes = 3;
    groups[1].condition = groups[2].condition = 1;
}

static vaelib_vae_config config_of(const vaelib_column_group groups[groups_there]) {
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    REQUIRE_OK(vaelib_vae_config_init(&config));
    config.data_dim = columns;
    config.latent_dim = latents;
    config.column_groups = groups;
    config.column_group_count = groups_there;
    return config;
}

static void check_creation(void) {
    vaelib_column_group groups[groups_there];
    vaelib_vae_config config, found = VAELIB_VAE_CONFIG_INIT;
    vaelib_model *model = NULL;
    fill(groups);
    config = config_of(groups);
    groups[1].condition = 2;
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "condition is 2; allowed: 0 or 1");
    groups[0].condition = groups[1].condition = 1;
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "nothing is modelled");
    groups[0].condition = 0;
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    CHECK(describe(model).condition_count == given && describe(model).data_dim == columns);
    REQUIRE_OK(vaelib_vae_get_config(model, &found));
    CHECK(found.column_groups[0].condition == 0 && found.column_groups[2].condition == 1);
    vaelib_model_free(model);
}

static vaelib_model *make_trained(const vaelib_dataset *examples) {
    vaelib_column_group groups[groups_there];
    vaelib_vae_config config;
    vaelib_training_config plan = make_plan(3);
    vaelib_model *model = NULL;
    fill(groups);
    config = config_of(groups);
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    REQUIRE_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    return model;
}

static void check_given(const float *found, const float *expected, size_t step) {
    for (size_t i = 0; i < rows; i++) {
        CHECK(memcmp(found + columns * i + 2, expected + step * i, given * sizeof *found) == 0);
    }
}

static void check_queries(vaelib_model *model, const vaelib_dataset *examples) {
    const size_t count = rows * columns;
    static float codes[rows * latents], mean[rows * columns], variance[rows * columns], other[rows * columns];
    float grid[4 * columns];
    vaelib_dataset *z, *c = wrap(conditions, rows, given), *one = wrap(conditions + 2 * given, 1, given);
    REQUIRE_OK(vaelib_vae_encode(model, examples, codes, NULL, rows * latents));
    z = wrap(codes, rows, latents);
    CHECK_OK(vaelib_vae_decode(model, z, c, mean, variance, count));
    check_given(mean, conditions, given);
    for (size_t i = 0; i < rows; i++) {
        CHECK(variance[columns * i] > 0 && variance[columns * i + 2] == 0 && variance[columns * i + 3] == 0);
    }
    CHECK_OK(vaelib_vae_reconstruct(model, examples, VAELIB_MEAN, 0, other, count));
    CHECK(memcmp(mean, other, sizeof mean) == 0);
    CHECK_OK(vaelib_vae_decode_rows(model, codes, rows, conditions, other, NULL, count));
    CHECK(memcmp(mean, other, sizeof mean) == 0);
    CHECK_OK(vaelib_vae_decode(model, z, one, other, NULL, count));
    check_given(other, conditions + 2 * given, 0);
    CHECK(memcmp(mean, other, sizeof mean) != 0);
    CHECK_OK(vaelib_vae_decode_sample(model, z, c, 1, other, count));
    check_given(other, conditions, given);
    CHECK_OK(vaelib_vae_sample(model, rows, c, VAELIB_SAMPLE, 1, other, count));
    check_given(other, conditions, given);
    CHECK_OK(vaelib_vae_draw_manifold(model, 2, one, grid, 4 * columns));
    CHECK(grid[2] == conditions[2 * given] && grid[columns + 3] == conditions[2 * given + 1]);
    CHECK_OK(vaelib_vae_interpolate(model, examples, 0, 1, 3, grid, 3 * columns));
    CHECK(grid[columns + 2] == 1);
    CHECK_NEAR(grid[columns + 3], (conditions[1] + conditions[3]) / 2, 1e-4);

    vaelib_dataset_free(one);
    vaelib_dataset_free(c);
    vaelib_dataset_free(z);
}

static void check_refusals(vaelib_model *model) {
    const size_t count = rows * columns;
    static const char *const names[columns] = {"length", "width", "kind", "weight"};
    static float codes[rows * latents], mean[rows * columns], bad[rows * given];
    vaelib_dataset *z = wrap(codes, rows, latents), *c = wrap(conditions, rows, given);
    vaelib_dataset *narrow = wrap(conditions, rows, 1), *few = wrap(conditions, 5, given), *wrong;
    vaelib_model *plain = make_model(columns, latents);
    CHECK_MESSAGE(vaelib_vae_decode(model, z, NULL, mean, NULL, count), VAELIB_INVALID_ARGUMENT, "none are given");
    CHECK_MESSAGE(vaelib_vae_decode_rows(model, codes, rows, NULL, mean, NULL, count), VAELIB_INVALID_ARGUMENT,
                  "none are given");
    CHECK_MESSAGE(vaelib_vae_decode_sample(model, z, NULL, 1, mean, count), VAELIB_INVALID_ARGUMENT, "none are given");
    CHECK_MESSAGE(vaelib_vae_sample(model, rows, NULL, VAELIB_MEAN, 1, mean, count), VAELIB_INVALID_ARGUMENT,
                  "none are given");
    CHECK_MESSAGE(vaelib_vae_draw_manifold(model, 2, NULL, mean, 4 * columns), VAELIB_INVALID_ARGUMENT,
                  "none are given");
    CHECK_MESSAGE(vaelib_vae_decode(plain, z, c, mean, NULL, count), VAELIB_INVALID_ARGUMENT, "no column");
    CHECK_MESSAGE(vaelib_vae_decode_rows(plain, codes, rows, conditions, mean, NULL, count), VAELIB_INVALID_ARGUMENT,
                  "no column");
    CHECK_MESSAGE(vaelib_vae_sample(plain, rows, c, VAELIB_MEAN, 1, mean, count), VAELIB_INVALID_ARGUMENT, "no column");
    CHECK_MESSAGE(vaelib_vae_decode(model, z, narrow, mean, NULL, count), VAELIB_DATA_ERROR, "have 1 columns");
    CHECK_MESSAGE(vaelib_vae_decode(model, z, few, mean, NULL, count), VAELIB_DATA_ERROR, "have 5 rows; expected 60");
    CHECK_STATUS(vaelib_vae_decode(model, z, (vaelib_dataset *)model, mean, NULL, count), VAELIB_INVALID_HANDLE);
    memcpy(bad, conditions, sizeof bad);
    bad[7 * given] = 3;
    wrong = wrap(bad, rows, given);
    CHECK_MESSAGE(vaelib_vae_decode(model, z, wrong, mean, NULL, count), VAELIB_DATA_ERROR,
                  "conditions hold 3.0 at row 7, column 0");
    bad[7 * given] = 1;
    bad[9 * given + 1] = NAN;
    CHECK_MESSAGE(vaelib_vae_sample(model, rows, wrong, VAELIB_MEAN, 1, mean, count), VAELIB_DATA_ERROR,
                  "conditions hold NaN at row 9, column 1 (counted");
    CHECK_OK(vaelib_model_set_column_names(model, "text", names, columns));
    CHECK_MESSAGE(vaelib_vae_sample(model, rows, wrong, VAELIB_MEAN, 1, mean, count), VAELIB_DATA_ERROR,
                  "conditions hold NaN at row 9, column 1 (\"weight\") (counted");
    CHECK_OK(vaelib_model_set_column_names(model, NULL, NULL, 0));
    vaelib_dataset_free(wrong);
    vaelib_dataset_free(few);
    vaelib_dataset_free(narrow);
    vaelib_dataset_free(c);
    vaelib_dataset_free(z);
    vaelib_model_free(plain);
}

/* Conditions that lie beside the examples. */
static void check_columns(vaelib_model *model, const vaelib_dataset *examples) {
    static float narrow[rows * given], values[rows * columns], codes[2][rows * latents];
    static const size_t chosen[] = {7, 3, 3};
    vaelib_dataset *set, *more = wrap(conditions, rows, given), *few = wrap(conditions, 5, given);
    vaelib_dataset *wide = NULL, *part = NULL, *some = NULL, *both = NULL;
    const vaelib_dataset *pair[2];
    for (size_t i = 0; i < rows; i++) memcpy(narrow + given * i, table + columns * i, given * sizeof *narrow);
    set = wrap(narrow, rows, given);
    REQUIRE_OK(vaelib_dataset_with_columns(set, more, &wide));
    vaelib_dataset_free(more); /* It was read. */
    REQUIRE_OK(vaelib_dataset_read(wide, values, rows * columns));
    CHECK(memcmp(values, table, sizeof values) == 0);
    CHECK_OK(vaelib_vae_encode(model, examples, codes[0], NULL, rows * latents));
    CHECK_OK(vaelib_vae_encode(model, wide, codes[1], NULL, rows * latents));
    CHECK(memcmp(codes[0], codes[1], sizeof codes[0]) == 0);
    REQUIRE_OK(vaelib_dataset_slice(wide, 5, 10, &part));
    REQUIRE_OK(vaelib_dataset_select(part, chosen, 3, &some));
    pair[0] = some;
    pair[1] = examples;
    REQUIRE_OK(vaelib_dataset_concatenate(pair, 2, &both));
    static float all[(rows + 3) * columns];
    REQUIRE_OK(vaelib_dataset_read(both, all, (rows + 3) * columns));
    for (size_t i = 0; i < 3; i++) {
        CHECK(memcmp(all + columns * i, table + columns * (5 + chosen[i]), columns * sizeof *all) == 0);
    }
    CHECK(memcmp(all + 3 * columns, table, sizeof table) == 0);
    more = NULL;
    CHECK_MESSAGE(vaelib_dataset_with_columns(set, few, &more), VAELIB_INVALID_ARGUMENT, "more has 5 rows; expected 60");
    CHECK_STATUS(vaelib_dataset_with_columns(set, NULL, &more), VAELIB_INVALID_HANDLE);
    CHECK_STATUS(vaelib_dataset_with_columns(NULL, set, &more), VAELIB_INVALID_HANDLE);
    CHECK_STATUS(vaelib_dataset_with_columns(set, set, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK(more == NULL);
    vaelib_dataset_free(both);
    vaelib_dataset_free(some);
    vaelib_dataset_free(part);
    vaelib_dataset_free(wide);
    vaelib_dataset_free(few);
    vaelib_dataset_free(set);
}

static void check_gaps(vaelib_model *model) {
    float row[columns] = {1, 2, 1, NAN}, codes[latents];
    CHECK_MESSAGE(vaelib_vae_encode_rows(model, row, 1, codes, NULL, latents), VAELIB_DATA_ERROR,
                  "row 0, column 3 (counted from 0); every value must be finite, since conditions are given");
}

/* Counts that are shares of a size factor, which a column gives, with a dispersion of each kind of rows. */
static void check_size_factor(void) {
    enum { counts = 3, wide = counts + 2 };
    static float values[rows * wide], beside[rows * given], mean[rows * wide], variance[rows * wide], codes[rows];
    vaelib_column_group groups[groups_there];
    vaelib_vae_config config;
    vaelib_training_config plan = make_plan(3);
    vaelib_model *model = NULL;
    vaelib_dataset *examples, *c, *z = wrap(codes, rows, 1);
    for (size_t i = 0; i < rows; i++) {
        float *row = values + wide * i;
        for (size_t j = 0; j < counts; j++) row[j] = (float)((i * (7 * j + 3)) % (4 + i / 10));
        row[counts] = beside[given * i] = (float)(i % 3);
        row[counts + 1] = beside[given * i + 1] = 5 + (float)i;
    }
    examples = wrap(values, rows, wide);
    c = wrap(beside, rows, given);
    fill(groups);
    groups[0].columns = counts;
    groups[0].likelihood = "negative_binomial";
    groups[0].count_mean = "share";
    groups[0].variance = "by_condition";
    groups[2].condition = 0;
    groups[2].size_factor = 2;
    config = config_of(groups);
    config.data_dim = wide;
    config.latent_dim = 1;
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "size_factor is 2; allowed: 0 or 1");
    groups[2].size_factor = 1;
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "leave likelihood at auto");
    groups[2].likelihood = "auto";
    groups[0].count_mean = "column";
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "no column group has counts");
    groups[0].count_mean = "share";
    groups[1].condition = 0;
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, "no column is a condition");
    groups[1].condition = 1;
    CHECK_OK(vaelib_column_groups_resolve(groups, groups_there, examples));
    CHECK(strcmp(groups[2].likelihood, "auto") == 0);
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    CHECK(describe(model).condition_count == given);
    REQUIRE_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK_OK(vaelib_vae_decode(model, z, c, mean, variance, rows * wide));
    for (size_t i = 0; i < rows; i++) {
        const float *row = mean + wide * i;
        CHECK_NEAR(row[0] + row[1] + row[2], beside[given * i + 1], 1e-3 * beside[given * i + 1]);
        CHECK(memcmp(row + counts, beside + given * i, given * sizeof *row) == 0);
        CHECK(variance[wide * i] > row[0] && variance[wide * i + counts + 1] == 0);
    }
    beside[4 * given + 1] = 0;
    vaelib_dataset_free(c);
    c = wrap(beside, rows, given);
    CHECK_MESSAGE(vaelib_vae_decode(model, z, c, mean, NULL, rows * wide), VAELIB_DATA_ERROR,
                  "conditions hold 0.0 at row 4, column 1 (counted from 0); a size factor must be from 1e-9 to 1e9");
    vaelib_dataset_free(z);
    vaelib_dataset_free(c);
    vaelib_dataset_free(examples);
    vaelib_model_free(model);
}

int main(void) {
    vaelib_dataset *examples;
    vaelib_model *model;
    fill_table();
    examples = wrap(table, rows, columns);
    check_creation();
    model = make_trained(examples);
    check_queries(model, examples);
    check_refusals(model);
    check_columns(model, examples);
    check_gaps(model);
    check_size_factor();
    vaelib_model_free(model);
    vaelib_dataset_free(examples);
    return report();
}
