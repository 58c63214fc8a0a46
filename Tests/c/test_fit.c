/* Training: what is learned and recorded, validation, early stopping, the callback, and plans that are refused. */
#include "support.h"

enum { rows = 200, columns = 16 };

static float *images;
static vaelib_dataset *examples;

static void check_learning(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(30), back = VAELIB_TRAINING_CONFIG_INIT;
    CHECK_OK(vaelib_model_get_training_config(model, VAELIB_FIT, &back));
    CHECK(back.epochs != 30);
    CHECK(history_epochs(model) == 0 && describe(model).history_columns == 0);

    plan.learning_rate = 0.01;
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK(history_epochs(model) == 30);
    CHECK(history_value(model, "elbo", 29) > history_value(model, "elbo", 0) + 3);
    for (size_t epoch = 0; epoch < 30; epoch++) {
        double kl = history_value(model, "kl", epoch), reconstruction = history_value(model, "reconstruction", epoch);
        CHECK(history_value(model, "epoch", epoch) == (double)(epoch + 1));
        CHECK(history_value(model, "examples_seen", epoch) == (double)((epoch + 1) * rows));
        CHECK_NEAR(history_value(model, "elbo", epoch), reconstruction - kl, 1e-9);
        CHECK_NEAR(history_value(model, "loss", epoch), kl - reconstruction, 1e-9);
        CHECK(kl >= 0 && reconstruction < 0 && history_value(model, "seconds", epoch) >= 0);
        CHECK(history_value(model, "kl_weight", epoch) == 1 && history_value(model, "learning_rate", epoch) == 0.01);
        CHECK(isnan(history_value(model, "validation_elbo", epoch)) && isnan(history_value(model, "error", epoch)));
    }

    plan.epochs = 2; /* goes on counting */
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK(history_epochs(model) == 32 && history_value(model, "epoch", 31) == 32);
    CHECK(describe(model).examples_seen == 32 * rows);
    CHECK_OK(vaelib_model_get_training_config(model, VAELIB_FIT, &back));
    CHECK(back.epochs == 2 && back.batch_size == plan.batch_size && back.seed == plan.seed);
    vaelib_model_free(model);
}

/* The validation terms are what vaelib_vae_estimate_elbo() finds with the training's seed, samples and estimator. */
static void check_validation(void) {
    float *others = make_images(30, columns, 99);
    vaelib_dataset *validation = wrap(others, 30, columns);
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(3);
    vaelib_evaluation_config evaluation = VAELIB_EVALUATION_CONFIG_INIT;
    double elbo[30], reconstruction[30], kl[30], sums[3] = {0, 0, 0};
    plan.samples = 3;
    CHECK_OK(vaelib_vae_fit(model, examples, validation, &plan, NULL, NULL));
    CHECK_OK(vaelib_evaluation_config_init(&evaluation));
    evaluation.seed = plan.seed;
    evaluation.samples = 3;
    CHECK_OK(vaelib_vae_estimate_elbo(model, validation, &evaluation, NULL, NULL, elbo, reconstruction, kl, 30));
    for (size_t i = 0; i < 30; i++) {
        sums[0] += elbo[i] / 30;
        sums[1] += reconstruction[i] / 30;
        sums[2] += kl[i] / 30;
    }
    CHECK_NEAR(history_value(model, "validation_elbo", 2), sums[0], 1e-9);
    CHECK_NEAR(history_value(model, "validation_reconstruction", 2), sums[1], 1e-9);
    CHECK_NEAR(history_value(model, "validation_kl", 2), sums[2], 1e-9);
    vaelib_model_free(model);
    vaelib_dataset_free(validation);
    free(others);
}

/* Training that only gets worse is stopped after `patience` epochs, and the best weights come back. */
static void check_patience(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(500);
    vaelib_evaluation_config evaluation = VAELIB_EVALUATION_CONFIG_INIT;
    double elbo[rows], mean = 0, best = -HUGE_VAL;
    size_t count;
    plan.patience = 3;
    plan.learning_rate = 0.3;
    plan.validation_fraction = 0;
    CHECK_MESSAGE(
        vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT, "there is no validation set");
    CHECK_OK(vaelib_vae_fit(model, examples, examples, &plan, NULL, NULL));
    count = history_epochs(model);
    CHECK(count > 3 && count < 500);
    for (size_t index = 0; index < count; index++) best = fmax(best, history_value(model, "validation_elbo", index));
    for (size_t index = count - 3; index < count; index++) {
        CHECK(history_value(model, "validation_elbo", index) <= best);
    }
    CHECK_NEAR(history_value(model, "validation_elbo", count - 4), best, 0);
    CHECK_OK(vaelib_evaluation_config_init(&evaluation));
    evaluation.seed = plan.seed;
    CHECK_OK(vaelib_vae_estimate_elbo(model, examples, &evaluation, NULL, NULL, elbo, NULL, NULL, rows));
    for (size_t i = 0; i < rows; i++) mean += elbo[i] / rows;
    CHECK_NEAR(mean, best, 1e-9);
    vaelib_model_free(model);
}

/* What a callback saw, and when it should stop. */
typedef struct {
    vaelib_model *model;
    size_t epochs_seen, stop_after, wrong;
    vaelib_status nested;
    double last_loss, last_seconds;
} observer;

static int observe(const vaelib_progress *progress, void *user_data) {
    observer *seen = user_data;
    float latent[rows * 2];
    seen->wrong += progress->struct_size != sizeof *progress;
    seen->wrong += progress->phase != VAELIB_FIT || progress->layer != 0;
    seen->wrong += progress->epochs != 4 || progress->epoch < 1 || progress->epoch > 4;
    seen->wrong += progress->examples > rows || progress->examples_per_epoch != rows;
    CHECK_OK(vaelib_vae_encode(seen->model, examples, latent, NULL, rows * 2));
    seen->nested = vaelib_model_set_parameters(seen->model, latent, 1);
    if (progress->kind == VAELIB_PROGRESS_EPOCH) {
        seen->epochs_seen++;
        seen->wrong += progress->epoch != seen->epochs_seen || progress->examples != rows;
        seen->last_loss = metric(progress, "loss");
        seen->last_seconds = metric(progress, "seconds");
    }
    return seen->epochs_seen == seen->stop_after;
}

static void check_callback(void) {
    observer seen = {.model = make_model(columns, 2)};
    vaelib_training_config plan = make_plan(4);
    seen.stop_after = 100;
    CHECK_OK(vaelib_vae_fit(seen.model, examples, NULL, &plan, observe, &seen));
    CHECK(seen.epochs_seen == 4 && seen.wrong == 0);
    CHECK_STATUS(seen.nested, VAELIB_BUSY);
    CHECK(seen.last_loss == history_value(seen.model, "loss", 3));
    CHECK(seen.last_seconds == history_value(seen.model, "seconds", 3));

    seen.epochs_seen = 0;
    seen.stop_after = 2;
    CHECK_STATUS(vaelib_vae_fit(seen.model, examples, NULL, &plan, observe, &seen), VAELIB_CANCELLED);
    CHECK(history_epochs(seen.model) == 6);
    CHECK_OK(vaelib_vae_fit(seen.model, examples, NULL, &plan, NULL, NULL)); /* the model is usable */
    CHECK(history_epochs(seen.model) == 10);
    vaelib_model_free(seen.model);
}

#define CHECK_REFUSED(change, field) \
    do { \
        vaelib_training_config plan = make_plan(1); \
        change; \
        CHECK_MESSAGE(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT, field); \
        CHECK_MESSAGE(vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, rows, &trainer), \
                      VAELIB_INVALID_ARGUMENT, field); \
    } while (0)

static void check_bad_configs(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_trainer *trainer = NULL;
    uint64_t before = hash_parameters(model);
    CHECK_REFUSED(plan.epochs = 0, "epochs");
    CHECK_REFUSED(plan.batch_size = 0, "batch_size");
    CHECK_REFUSED(plan.batch_size = SIZE_MAX - 1, "batch_size");
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
    CHECK_REFUSED(plan.gradient_clip_norm = -0.5, "gradient_clip_norm");
    CHECK_REFUSED(plan.patience = SIZE_MAX - 1, "patience");
    CHECK_REFUSED(plan.validation_fraction = 1, "validation_fraction");
    CHECK_REFUSED(plan.validation_split = "first", "validation_split");
    CHECK_REFUSED(plan.dropout = 0.25, "dropout"); /* for stacks only */
    CHECK_STATUS(vaelib_vae_fit(model, examples, NULL, NULL, NULL, NULL), VAELIB_INVALID_ARGUMENT);
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
    CHECK_STATUS(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_NUMERICAL_ERROR);
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
        CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
        CHECK(history_value(model, "loss", 7) < history_value(model, "loss", 0));
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
