/* Examples that lack numbers: refused, left out, estimated. */
#include "support.h"

enum { rows = 300, columns = 3 };

/* Two columns that are nearly the same, and a category that says which half they are in; gaps in all of them. */
static void make_table(float *values) {
    size_t i;
    for (i = 0; i < rows; i++) {
        float *row = values + columns * i;
        row[0] = (float)(i % 20);
        row[1] = 2 * row[0] + (float)(i % 3);
        row[2] = row[0] < 10 ? 0 : 1;
        if (i % 4 != 3) row[i % 4] = NAN;
    }
}

static vaelib_model *make_vae(const char *missing, const vaelib_column_group *groups, size_t count) {
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_model *model = NULL;
    const size_t hidden[] = {16};
    REQUIRE_OK(vaelib_vae_config_init(&config));
    config.data_dim = columns;
    config.latent_dim = 2;
    config.hidden = hidden;
    config.hidden_count = 1;
    config.missing = missing;
    config.column_groups = groups;
    config.column_group_count = count;
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    return model;
}

static void fill(vaelib_column_group groups[2]) {
    size_t i;
    for (i = 0; i < 2; i++) {
        groups[i] = (vaelib_column_group)VAELIB_COLUMN_GROUP_INIT;
        REQUIRE_OK(vaelib_column_group_init(&groups[i]));
    }
    groups[0].columns = 2;
    groups[1].likelihood = "categorical";
}

static void check_refusals(vaelib_model *model, const vaelib_dataset *examples) {
    float out[rows * columns];
    vaelib_imputation_config config = VAELIB_IMPUTATION_CONFIG_INIT;
    REQUIRE_OK(vaelib_imputation_config_init(&config));
    CHECK(strcmp(config.method, "importance") == 0 && strcmp(config.estimate, "mean") == 0);
    CHECK(config.samples == 200 && config.imputations == 1);
    CHECK_MESSAGE(vaelib_vae_impute(model, examples, &config, NULL, NULL, out, rows), VAELIB_INVALID_ARGUMENT,
                  "out_count");
    CHECK_MESSAGE(vaelib_vae_impute(model, examples, &config, NULL, NULL, NULL, rows * columns),
                  VAELIB_INVALID_ARGUMENT, "out_completed");
    config.imputations = 3;
    CHECK_MESSAGE(vaelib_vae_impute(model, examples, &config, NULL, NULL, out, rows * columns),
                  VAELIB_INVALID_ARGUMENT, "imputations is 3");
    config.estimate = "sample";
    CHECK_MESSAGE(vaelib_vae_impute(model, examples, &config, NULL, NULL, out, rows * columns),
                  VAELIB_INVALID_ARGUMENT, "out_count");
    config.method = "guess";
    CHECK_MESSAGE(vaelib_vae_impute(model, examples, &config, NULL, NULL, out, 3 * rows * columns),
                  VAELIB_INVALID_ARGUMENT, "method is guess");
}

/* What was there is as it was; what was missing is near the truth. */
static void check_completed(const float *table, const float *completed) {
    double squares = 0;
    size_t i, c, wrong = 0, lost = 0;
    for (i = 0; i < rows; i++) {
        float truth[columns];
        truth[0] = (float)(i % 20);
        truth[1] = 2 * truth[0] + (float)(i % 3);
        truth[2] = truth[0] < 10 ? 0 : 1;
        for (c = 0; c < columns; c++) {
            float value = completed[columns * i + c];
            if (!isnan(table[columns * i + c])) {
                if (!CHECK(value == table[columns * i + c])) return;
            } else if (c == 2) {
                CHECK(value == 0 || value == 1);
                lost++;
                wrong += value != truth[c];
            } else {
                squares += (value - truth[c]) * (value - truth[c]) / (c == 0 ? 33 : 133);
            }
        }
    }
    CHECK(wrong < lost / 4);
    CHECK(squares < rows / 2 / 4); /* the variance that a mean would leave is 1 for each */
}

static void check_imputation(vaelib_model *model, const vaelib_dataset *examples, const float *table) {
    static float completed[rows * columns], again[2 * rows * columns];
    vaelib_imputation_config config = VAELIB_IMPUTATION_CONFIG_INIT;
    size_t i;
    CHECK_OK(vaelib_vae_impute(model, examples, NULL, NULL, NULL, completed, rows * columns));
    check_completed(table, completed);
    REQUIRE_OK(vaelib_imputation_config_init(&config));
    config.method = "markov_chain";
    CHECK_OK(vaelib_vae_impute(model, examples, &config, NULL, NULL, completed, rows * columns));
    check_completed(table, completed);
    config.estimate = "sample";
    config.imputations = 2;
    CHECK_OK(vaelib_vae_impute(model, examples, &config, NULL, NULL, again, 2 * rows * columns));
    for (i = 0; i < 2 * rows * columns; i++) CHECK(isfinite(again[i]));
}

int main(void) {
    static float table[rows * columns];
    float completed[rows * columns];
    vaelib_column_group groups[2];
    vaelib_array array = VAELIB_ARRAY_INIT;
    vaelib_dataset *examples = NULL;
    vaelib_training_config plan = VAELIB_TRAINING_CONFIG_INIT;
    vaelib_model *strict, *tolerant;
    make_table(table);
    REQUIRE_OK(vaelib_array_init(&array, table, VAELIB_FLOAT32, rows, columns));
    REQUIRE_OK(vaelib_dataset_from_array(&array, NULL, &examples));
    fill(groups);
    REQUIRE_OK(vaelib_column_groups_resolve(groups, 2, examples));
    CHECK(strcmp(groups[0].likelihood, "gaussian") == 0 && groups[1].classes == 2);
    REQUIRE_OK(vaelib_training_config_init(&plan));

    strict = make_vae("refuse", groups, 2);
    CHECK_MESSAGE(vaelib_vae_fit(strict, examples, NULL, &plan, NULL, NULL), VAELIB_DATA_ERROR, "NaN at row 0");
    CHECK_MESSAGE(vaelib_vae_impute(strict, examples, NULL, NULL, NULL, completed, rows * columns),
                  VAELIB_INVALID_ARGUMENT, "missing ignore or indicate");
    plan.hide_fraction = 0.2;
    CHECK_MESSAGE(vaelib_vae_fit(strict, examples, NULL, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT,
                  "hide_fraction is 0.2");
    tolerant = make_vae("indicate", groups, 2);
    CHECK_OK(vaelib_vae_fit(tolerant, examples, NULL, &plan, NULL, NULL));
    check_refusals(tolerant, examples);
    check_imputation(tolerant, examples, table);
    vaelib_model_free(strict);
    vaelib_model_free(tolerant);
    vaelib_dataset_free(examples);
    return report();
}
