/* Histories of both kinds of models by columns, the metrics in them, and how a model was trained in each phase. */
#include "support.h"

enum { rows = 40, columns = 5 };

static vaelib_dataset *examples;

/* The columns of the history: those that some epoch has; any metric can be asked for, and no other name. */
static void check_history(const char *kind) {
    const vaelib_status bad = VAELIB_INVALID_ARGUMENT;
    vaelib_model *model = make_model_of(kind, columns);
    vaelib_training_config plan = make_plan(2);
    const int is_vae = strcmp(kind, "vae") == 0;
    vaelib_history_column column = VAELIB_HISTORY_COLUMN_INIT;
    double values[8] = {0};
    size_t epochs, count, losses = 0, errors = 0, counts = 0, phases = 0;
    CHECK(describe(model).history_columns == 0 && history_epochs(model) == 0);
    CHECK_STATUS(vaelib_model_describe_history(model, 0, &column), bad);
    CHECK_OK(vaelib_model_get_history(model, "loss", values, 0));
    CHECK_OK(train(model, examples, &plan));
    epochs = history_epochs(model);
    count = describe(model).history_columns;
    CHECK(epochs == (is_vae ? 2u : 4u)); /* two layers */
    for (size_t index = 0; index < count; index++) {
        REQUIRE_OK(vaelib_model_describe_history(model, index, &column));
        losses += strcmp(column.name, "loss") == 0 && strcmp(column.type, "real") == 0;
        errors += strcmp(column.name, "error") == 0;
        counts += strcmp(column.type, "count") == 0;
        phases += strcmp(column.type, "phase") == 0;
        CHECK_OK(vaelib_model_get_history(model, column.name, values, epochs));
        CHECK(!isnan(values[0]));
    }
    CHECK(losses == 1 && errors == 0);
    CHECK(counts == (is_vae ? 2u : 3u) && phases == (is_vae ? 0u : 1u)); /* epoch, examples_seen, and layer; phase */
    CHECK_OK(vaelib_model_get_history(model, "validation_error", values, epochs));
    CHECK(isnan(values[0]) && isnan(values[epochs - 1]));
    CHECK(history_value(model, "phase", 0) == VAELIB_PRETRAINING || is_vae);
    CHECK(describe(model).examples_seen == epochs * rows);
    CHECK(history_value(model, "examples_seen", epochs - 1) == (double)(epochs * rows));
    CHECK_MESSAGE(vaelib_model_get_history(model, "losses", values, epochs), bad, "validation_loss");
    CHECK_STATUS(vaelib_model_get_history(model, "", values, epochs), bad);
    CHECK_STATUS(vaelib_model_get_history(model, NULL, values, epochs), bad);
    CHECK_STATUS(vaelib_model_get_history(model, "loss", NULL, epochs), bad);
    values[epochs - 1] = -1;
    CHECK_OK(vaelib_model_get_history(model, "loss", values, epochs - 1));
    CHECK(values[0] == history_value(model, "loss", 0) && values[epochs - 1] == -1);
    CHECK_STATUS(vaelib_model_get_history(model, "loss", values, epochs + 1), bad);
    CHECK_STATUS(vaelib_model_describe_history(model, count, &column), bad);
    CHECK_STATUS(vaelib_model_describe_history(model, SIZE_MAX, &column), bad);
    CHECK_STATUS(vaelib_model_describe_history(model, 0, NULL), bad);
    vaelib_model_free(model);
}

static void check_metric_find(void) {
    const vaelib_metric metrics[] = {{"loss", 2.5}, {"kl", -1}};
    CHECK(vaelib_metric_find(metrics, 2, "loss") == 2.5 && vaelib_metric_find(metrics, 2, "kl") == -1);
    CHECK(isnan(vaelib_metric_find(metrics, 1, "kl")) && isnan(vaelib_metric_find(metrics, 2, "los")));
    CHECK(isnan(vaelib_metric_find(NULL, 0, "loss")) && isnan(vaelib_metric_find(metrics, 2, NULL)));
}

/* The configuration of a phase is the caller's, or the defaults; a phase that this kind does not have is refused. */
static void check_training_config(const char *kind) {
    const vaelib_status bad = VAELIB_INVALID_ARGUMENT;
    const int is_vae = strcmp(kind, "vae") == 0;
    const vaelib_phase own = is_vae ? VAELIB_FIT : VAELIB_PRETRAINING;
    const vaelib_phase foreign[] = {is_vae ? VAELIB_PRETRAINING : VAELIB_FIT, VAELIB_QUERY, (vaelib_phase)17};
    vaelib_model *model = make_model_of(kind, columns);
    vaelib_training_config plan = make_plan(2), defaults = VAELIB_TRAINING_CONFIG_INIT;
    vaelib_training_config back = VAELIB_TRAINING_CONFIG_INIT;
    REQUIRE_OK(vaelib_training_config_init(&defaults));
    CHECK_OK(vaelib_model_get_training_config(model, own, &back));
    CHECK(back.batch_size == defaults.batch_size && back.epochs == defaults.epochs && back.seed == defaults.seed);
    plan.learning_rate = 0.0123;
    CHECK_OK(train(model, examples, &plan));
    CHECK_OK(vaelib_model_get_training_config(model, own, &back));
    CHECK(back.batch_size == 16 && back.epochs == 2 && back.seed == 7 && back.learning_rate == 0.0123);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        CHECK_MESSAGE(vaelib_model_get_training_config(model, foreign[i], &back), bad, "phase is");
    }
    CHECK_STATUS(vaelib_model_get_training_config(model, own, NULL), bad);
    vaelib_model_free(model);
}

int main(void) {
    static const char *const kinds[] = {"vae", "stack"};
    float *images = make_images(rows, columns, 3);
    examples = wrap(images, rows, columns);
    for (size_t i = 0; i < 2; i++) {
        check_history(kinds[i]);
        check_training_config(kinds[i]);
    }
    check_metric_find();
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
