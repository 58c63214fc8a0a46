/* The same bits for any number of threads; queries beside each other; collisions. */
#include <pthread.h>
#include "support.h"

enum { rows = 300, columns = 50, thread_count = 4 };

static float *images;
static vaelib_dataset *examples;

/* The hash of everything a fit and its queries produce. */
static uint64_t hash_with_threads(size_t threads, const char *estimator) {
    static const size_t hidden[] = {70, 30};
    static float reconstructed[rows * columns];
    double elbo[rows], likelihood[rows];
    vaelib_vae_config config = {.struct_size = sizeof config};
    vaelib_training_config plan = make_plan(3);
    vaelib_evaluation_config evaluation = {.struct_size = sizeof evaluation};
    vaelib_model *model = NULL;
    uint64_t hash;
    CHECK_OK(vaelib_threads_set(threads));
    REQUIRE_OK(vaelib_vae_config_init(&config));
    config.data_dim = columns;
    config.latent_dim = 7;
    config.hidden = hidden;
    config.hidden_count = 2;
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    plan.batch_size = 64;
    plan.binarization = "dynamic";
    plan.estimator = estimator;
    plan.samples = 2;
    plan.weight_decay = 1;
    plan.gradient_clip_norm = 5;
    REQUIRE_OK(vaelib_vae_fit(model, examples, examples, &plan, NULL, NULL));
    CHECK_OK(vaelib_evaluation_config_init(&evaluation));
    evaluation.samples = 10;
    CHECK_OK(vaelib_vae_estimate_elbo(model, examples, &evaluation, NULL, NULL, elbo, NULL, NULL, rows));
    CHECK_OK(vaelib_vae_estimate_log_likelihood(model, examples, &evaluation, NULL, NULL, likelihood, NULL, rows));
    CHECK_OK(vaelib_vae_reconstruct(model, examples, VAELIB_SAMPLE, 3, reconstructed, rows * columns));
    hash = hash_parameters(model) ^ hash_bytes(elbo, sizeof elbo) * 3 ^ hash_bytes(likelihood, sizeof likelihood) * 5 ^
           hash_bytes(reconstructed, sizeof reconstructed) * 7;
    vaelib_model_free(model);
    return hash;
}

static void check_bits(const char *estimator) {
    uint64_t one = hash_with_threads(1, estimator);
    CHECK(hash_with_threads(1, estimator) == one);
    CHECK(hash_with_threads(2, estimator) == one);
    CHECK(hash_with_threads(3, estimator) == one);
    CHECK(hash_with_threads(7, estimator) == one);
    CHECK_OK(vaelib_threads_set(0));
    CHECK(hash_with_threads(0, estimator) == one);
}

/* Everything that one thread needs to ask a model questions, and what came out. */
typedef struct {
    vaelib_model *model;
    uint64_t hash;
    size_t failures;
} questioner;

static void *ask(void *argument) {
    questioner *self = argument;
    static const size_t times = 20;
    float *values = malloc(rows * columns * sizeof *values);
    double elbo[rows];
    if (values == NULL) exit(1);
    for (size_t i = 0; i < times; i++) {
        self->failures += vaelib_vae_encode(self->model, examples, values, NULL, rows * 2) != VAELIB_OK;
        self->hash = self->hash * 31 + hash_bytes(values, rows * 2 * sizeof *values);
        self->failures += vaelib_vae_reconstruct(self->model, examples, VAELIB_MEAN, 0, values, rows * columns) != VAELIB_OK;
        self->hash = self->hash * 31 + hash_bytes(values, rows * columns * sizeof *values);
        self->failures += vaelib_vae_estimate_elbo(self->model, examples, NULL, NULL, NULL, elbo, NULL, NULL, rows) != VAELIB_OK;
        self->hash = self->hash * 31 + hash_bytes(elbo, sizeof elbo);
    }
    free(values);
    return NULL;
}

static void check_queries_beside_each_other(void) {
    questioner questioners[thread_count];
    questioner alone = {.model = make_model(columns, 2)};
    pthread_t threads[thread_count];
    ask(&alone);
    CHECK(alone.failures == 0);
    for (size_t i = 0; i < thread_count; i++) {
        questioners[i] = (questioner){.model = alone.model};
        CHECK(pthread_create(&threads[i], NULL, ask, &questioners[i]) == 0);
    }
    for (size_t i = 0; i < thread_count; i++) {
        pthread_join(threads[i], NULL);
        CHECK(questioners[i].failures == 0);
        CHECK(questioners[i].hash == alone.hash);
    }
    vaelib_model_free(alone.model);
}

/* A fit that holds its model until it is told to end. */
typedef struct {
    vaelib_model *model;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int running, may_end;
    vaelib_status status;
} long_fit;

static int hold(const vaelib_progress *progress, void *user_data) {
    long_fit *fit = user_data;
    (void)progress;
    pthread_mutex_lock(&fit->mutex);
    fit->running = 1;
    pthread_cond_broadcast(&fit->changed);
    while (!fit->may_end) pthread_cond_wait(&fit->changed, &fit->mutex);
    pthread_mutex_unlock(&fit->mutex);
    return 0;
}

static void *fit_slowly(void *argument) {
    long_fit *fit = argument;
    vaelib_training_config plan = make_plan(1);
    fit->status = vaelib_vae_fit(fit->model, examples, NULL, &plan, hold, fit);
    return NULL;
}

/* While a fit runs, what would collide with it is BUSY at once; other models are free. */
static void check_collisions(void) {
    long_fit fit = {.model = make_model(columns, 2), .mutex = PTHREAD_MUTEX_INITIALIZER,
                    .changed = PTHREAD_COND_INITIALIZER};
    vaelib_model *other = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    float latents[rows * 2], *values = copy_parameters(other);
    double elbo[rows];
    pthread_t thread;
    REQUIRE_OK(vaelib_trainer_create(fit.model, VAELIB_FIT, 0, &plan, rows, &trainer));
    CHECK(pthread_create(&thread, NULL, fit_slowly, &fit) == 0);
    pthread_mutex_lock(&fit.mutex);
    while (!fit.running) pthread_cond_wait(&fit.changed, &fit.mutex);
    pthread_mutex_unlock(&fit.mutex);
    CHECK_STATUS(vaelib_vae_fit(fit.model, examples, NULL, &plan, NULL, NULL), VAELIB_BUSY);
    CHECK_STATUS(vaelib_vae_encode(fit.model, examples, latents, NULL, rows * 2), VAELIB_BUSY);
    CHECK_STATUS(vaelib_vae_estimate_elbo(fit.model, examples, NULL, NULL, NULL, elbo, NULL, NULL, rows), VAELIB_BUSY);
    CHECK_STATUS(vaelib_model_set_parameters(fit.model, values, describe(other).parameter_count), VAELIB_BUSY);
    CHECK_STATUS(vaelib_trainer_step(trainer, examples), VAELIB_BUSY);
    CHECK_OK(vaelib_vae_encode(other, examples, latents, NULL, rows * 2));
    CHECK_OK(vaelib_vae_fit(other, examples, NULL, &plan, NULL, NULL));
    pthread_mutex_lock(&fit.mutex);
    fit.may_end = 1;
    pthread_cond_broadcast(&fit.changed);
    pthread_mutex_unlock(&fit.mutex);
    pthread_join(thread, NULL);
    CHECK_OK(fit.status);
    CHECK_OK(vaelib_vae_encode(fit.model, examples, latents, NULL, rows * 2));
    vaelib_trainer_free(trainer);
    free(values);
    vaelib_model_free(other);
    vaelib_model_free(fit.model);
}

static void *fit_own_model(void *out_hash) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(2);
    uint64_t *hash = out_hash;
    if (vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL) == VAELIB_OK) *hash = hash_parameters(model);
    vaelib_model_free(model);
    return NULL;
}

/* Several models trained at a time on one dataset learn what each would have learned alone. */
static void check_fits_beside_each_other(void) {
    uint64_t alone = 0, hashes[thread_count] = {0};
    pthread_t threads[thread_count];
    fit_own_model(&alone);
    for (size_t i = 0; i < thread_count; i++) {
        CHECK(pthread_create(&threads[i], NULL, fit_own_model, &hashes[i]) == 0);
    }
    for (size_t i = 0; i < thread_count; i++) {
        pthread_join(threads[i], NULL);
        CHECK(hashes[i] == alone);
    }
}

int main(void) {
    images = make_images(rows, columns, 1);
    examples = wrap(images, rows, columns);
    check_bits("analytic");
    check_bits("monte_carlo");
    check_queries_beside_each_other();
    check_collisions();
    check_fits_beside_each_other();
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
