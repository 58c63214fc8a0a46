/* Training: what is learned and recorded, validation, early stopping, the callback, and plans that are refused. */
#include "support.h"

enum { rows = 200, columns = 16 };

static float *images;
static vaelib_dataset *examples;

static vaelib_history_record history(const vaelib_model *model, size_t index) {
    vaelib_history_record record = {.struct_size = sizeof record};
    CHECK_OK(vaelib_history_get(model, index, &record));
    return record;
}

static size_t history_count(const vaelib_model *model) {
    size_t count = 999;
    CHECK_OK(vaelib_history_count(model, &count));
    return count;
}

static void check_learning(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(30), back = {.struct_size = sizeof back};
    vaelib_history_record record = {.struct_size = sizeof record};
    CHECK_OK(vaelib_model_training_config(model, &back));
    CHECK(back.epochs != 30);
    CHECK(history_count(model) == 0);
    CHECK_STATUS(vaelib_history_get(model, 0, &record), VAELIB_INVALID_ARGUMENT);

    plan.learning_rate = 0.01;
    CHECK_OK(vaelib_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK(history_count(model) == 30);
    CHECK(history(model, 29).elbo > history(model, 0).elbo + 3);
    for (size_t index = 0; index < 30; index++) {
        record = history(model, index);
        CHECK(record.epoch == index + 1 && record.examples_seen == (index + 1) * rows);
        CHECK_NEAR(record.elbo, record.reconstruction - record.kl, 1e-9);
        CHECK_NEAR(record.loss, record.kl_weight * record.kl - record.reconstruction, 1e-9);
        CHECK(record.kl >= 0 && record.reconstruction < 0 && record.seconds >= 0);
        CHECK(record.kl_weight == 1 && record.learning_rate == 0.01);
        CHECK(isnan(record.validation_elbo) && isnan(record.validation_kl) && isnan(record.validation_reconstruction));
    }

    plan.epochs = 2; /* goes on counting */
    CHECK_OK(vaelib_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK(history_count(model) == 32 && history(model, 31).epoch == 32);
    CHECK(describe(model).epochs_trained == 32 && describe(model).examples_seen == 32 * rows);
    CHECK_OK(vaelib_model_training_config(model, &back));
    CHECK(back.epochs == 2 && back.batch_size == plan.batch_size && back.seed == plan.seed);
    CHECK_STATUS(vaelib_history_get(model, 32, &record), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_history_get(model, 0, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_history_count(model, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_training_config(model, NULL), VAELIB_INVALID_ARGUMENT);
    vaelib_model_free(model);
}

/* The validation terms are what vaelib_elbo() finds with the training's seed, samples and estimator. */
static void check_validation(void) {
    float *others = make_images(30, columns, 99);
    vaelib_dataset *validation = wrap(others, 30, columns);
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(3);
    vaelib_evaluation_config evaluation = {.struct_size = sizeof evaluation};
    vaelib_history_record last;
    double elbo[30], reconstruction[30], kl[30], sums[3] = {0, 0, 0};
    plan.samples = 3;
    CHECK_OK(vaelib_fit(model, examples, validation, &plan, NULL, NULL));
    CHECK_OK(vaelib_evaluation_config_init(&evaluation));
    evaluation.seed = plan.seed;
    evaluation.samples = 3;
    CHECK_OK(vaelib_elbo(model, validation, &evaluation, NULL, NULL, elbo, reconstruction, kl, 30));
    for (size_t i = 0; i < 30; i++) {
        sums[0] += elbo[i] / 30;
        sums[1] += reconstruction[i] / 30;
        sums[2] += kl[i] / 30;
    }
    last = history(model, 2);
    CHECK_NEAR(last.validation_elbo, sums[0], 1e-9);
    CHECK_NEAR(last.validation_reconstruction, sums[1], 1e-9);
    CHECK_NEAR(last.validation_kl, sums[2], 1e-9);
    vaelib_model_free(model);
    vaelib_dataset_free(validation);
    free(others);
}

/* Training that only gets worse is stopped after `patience` epochs, and the best weights come back. */
static void check_patience(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(500);
    vaelib_evaluation_config evaluation = {.struct_size = sizeof evaluation};
    double elbo[rows], mean = 0, best = -HUGE_VAL;
    size_t count;
    plan.patience = 3;
    plan.learning_rate = 0.3;
    CHECK_STATUS(vaelib_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_OK(vaelib_fit(model, examples, examples, &plan, NULL, NULL));
    count = history_count(model);
    CHECK(count > 3 && count < 500);
    for (size_t index = 0; index < count; index++) best = fmax(best, history(model, index).validation_elbo);
    for (size_t index = count - 3; index < count; index++) CHECK(history(model, index).validation_elbo <= best);
    CHECK_NEAR(history(model, count - 4).validation_elbo, best, 0);
    CHECK_OK(vaelib_evaluation_config_init(&evaluation));
    evaluation.seed = plan.seed;
    CHECK_OK(vaelib_elbo(model, examples, &evaluation, NULL, NULL, elbo, NULL, NULL, rows));
    for (size_t i = 0; i < rows; i++) mean += elbo[i] / rows;
    CHECK_NEAR(mean, best, 1e-9);
    vaelib_model_free(model);
}

/* What a callback saw, and when it should stop. */
typedef struct {
    vaelib_model *model;
    size_t epochs_seen, stop_after, wrong;
    vaelib_status nested;
    vaelib_history_record last;
} observer;

static int observe(const vaelib_progress *progress, void *user_data) {
    observer *seen = user_data;
    float latent[rows * 2];
    seen->wrong += progress->struct_size != sizeof *progress;
    seen->wrong += progress->epochs != 4 || progress->epoch < 1 || progress->epoch > 4;
    seen->wrong += progress->examples > rows || progress->examples_per_epoch != rows;
    seen->nested = vaelib_encode(seen->model, examples, latent, NULL, rows * 2);
    if (progress->kind == VAELIB_PROGRESS_EPOCH) {
        seen->epochs_seen++;
        seen->wrong += progress->epoch != seen->epochs_seen || progress->examples != rows;
        seen->last = progress->record;
    }
    return seen->epochs_seen == seen->stop_after;
}

static void check_callback(void) {
    observer seen = {.model = make_model(columns, 2)};
    vaelib_training_config plan = make_plan(4);
    vaelib_history_record record;
    seen.stop_after = 100;
    CHECK_OK(vaelib_fit(seen.model, examples, NULL, &plan, observe, &seen));
    CHECK(seen.epochs_seen == 4 && seen.wrong == 0);
    CHECK_STATUS(seen.nested, VAELIB_BUSY);
    record = history(seen.model, 3);
    CHECK(seen.last.loss == record.loss && seen.last.epoch == 4 && seen.last.seconds == record.seconds);

    seen.epochs_seen = 0;
    seen.stop_after = 2;
    CHECK_STATUS(vaelib_fit(seen.model, examples, NULL, &plan, observe, &seen), VAELIB_CANCELLED);
    CHECK(history_count(seen.model) == 6);
    CHECK_OK(vaelib_fit(seen.model, examples, NULL, &plan, NULL, NULL)); /* the model is usable */
    CHECK(history_count(seen.model) == 10);
    vaelib_model_free(seen.model);
}

#define CHECK_REFUSED(change, field) \
    do { \
        vaelib_training_config plan = make_plan(1); \
        change; \
        CHECK_MESSAGE(vaelib_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT, field); \
        CHECK_MESSAGE(vaelib_trainer_create(model, &plan, rows, &trainer), VAELIB_INVALID_ARGUMENT, field); \
    } while (0)

static void check_bad_configs(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_trainer *trainer = NULL;
    uint64_t before = hash_parameters(model);
    CHECK_REFUSED(plan.epochs = 0, "epochs");
    CHECK_REFUSED(plan.batch_size = 0, "batch_size");
    CHECK_REFUSED(plan.batch_size = SIZE_MAX, "batch_size");
    CHECK_REFUSED(plan.estimator = "exact", "estimator");
    CHECK_REFUSED(plan.estimator = NULL, "estimator");
    CHECK_REFUSED(plan.samples = 0, "samples");
    CHECK_REFUSED(plan.samples = SIZE_MAX, "samples");
    CHECK_REFUSED(plan.beta = -1, "beta");
    CHECK_REFUSED(plan.beta = NAN, "beta");
    CHECK_REFUSED(plan.kl_warmup_epochs = -1, "kl_warmup_epochs");
    CHECK_REFUSED(plan.binarization = "static", "binarization");
    CHECK_REFUSED(plan.optimizer = "adams", "adams");
    CHECK_REFUSED(plan.optimizer = "adams", "adamw");
    CHECK_REFUSED(plan.learning_rate = NAN, "learning_rate");
    CHECK_REFUSED(plan.learning_rate = -0.1, "learning_rate");
    CHECK_REFUSED(plan.learning_rate = INFINITY, "learning_rate");
    CHECK_REFUSED(plan.momentum = 1, "momentum");
    CHECK_REFUSED(plan.momentum = -0.5, "momentum");
    CHECK_REFUSED(plan.nesterov = 2, "nesterov");
    CHECK_REFUSED(plan.beta1 = 1, "beta1");
    CHECK_REFUSED(plan.beta2 = NAN, "beta2");
    CHECK_REFUSED(plan.epsilon = -1, "epsilon");
    CHECK_REFUSED(plan.schedule = "linear", "schedule");
    CHECK_REFUSED(plan.schedule_epochs = NAN, "schedule_epochs");
    CHECK_REFUSED(plan.schedule_factor = -1, "schedule_factor");
    CHECK_REFUSED(plan.warmup_epochs = INFINITY, "warmup_epochs");
    CHECK_REFUSED(plan.weight_decay = -1, "weight_decay");
    CHECK_REFUSED(plan.gradient_clip_norm = NAN, "gradient_clip_norm");
    CHECK_REFUSED(plan.dropout = 0.5, "dropout"); /* for stacks only */
    CHECK_STATUS(vaelib_fit(model, examples, NULL, NULL, NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK(hash_parameters(model) == before && trainer == NULL);
    vaelib_model_free(model);
}

/* A rate that throws the weights out of the finite numbers: an error, and a model of finite weights. */
static void check_divergence(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(50);
    size_t count = describe(model).parameter_count;
    float *values, sum = 0;
    plan.optimizer = "sgd";
    plan.learning_rate = 1e30;
    CHECK_STATUS(vaelib_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_NUMERICAL_ERROR);
    values = copy_parameters(model);
    for (size_t i = 0; i < count; i++) sum += values[i] * 0;
    CHECK(sum == 0);
    free(values);
    vaelib_model_free(model);
}

/* Every optimiser and schedule trains. */
static void check_optimizers(void) {
    static const char *const optimizers[] = {"sgd", "adagrad", "rmsprop", "adam", "adamw"};
    static const char *const schedules[] = {"constant", "step", "exponential", "cosine"};
    for (size_t i = 0; i < 20; i++) {
        vaelib_model *model = make_model(columns, 2);
        vaelib_training_config plan = make_plan(8);
        plan.optimizer = optimizers[i % 5];
        plan.schedule = schedules[i % 4];
        plan.schedule_factor = 0.9;
        plan.learning_rate = 0.01;
        plan.weight_decay = 0.1;
        plan.warmup_epochs = 1;
        plan.gradient_clip_norm = 10;
        plan.momentum = 0.5;
        plan.nesterov = 1;
        CHECK_OK(vaelib_fit(model, examples, NULL, &plan, NULL, NULL));
        CHECK(history(model, 7).loss < history(model, 0).loss);
        vaelib_model_free(model);
    }
}

int main(void) {
    images = make_images(rows, columns, 1);
    examples = wrap(images, rows, columns);
    check_learning();
    check_validation();
    check_patience();
    check_callback();
    check_bad_configs();
    check_divergence();
    check_optimizers();
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
