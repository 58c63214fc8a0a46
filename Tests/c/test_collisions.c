/* Calls beside each other: queries of one model, trainings of several, handles; calls that collide with a training. */
#include <pthread.h>
#include "support.h"

enum { rows = 300, columns = 50, thread_count = 4, query_count = 3 };

static vaelib_dataset *examples;

/* One of several queries of a model of either kind; its results, if any, are in `values`. */
static vaelib_status query(vaelib_model *model, size_t which, float values[rows * columns]) {
    double terms[rows] = {0};
    vaelib_status status;
    if (strcmp(describe(model).kind, "vae") == 0) {
        if (which == 0) return vaelib_vae_encode(model, examples, values, NULL, rows * 2);
        if (which == 1) return vaelib_vae_reconstruct(model, examples, VAELIB_MEAN, 0, values, rows * columns);
        status = vaelib_vae_estimate_elbo(model, examples, NULL, NULL, NULL, terms, NULL, NULL, rows);
    } else {
        if (which == 0) return vaelib_stack_encode(model, examples, 1, values, rows * 5);
        if (which == 1) return vaelib_stack_sample(model, examples, 3, values, rows * columns);
        status = vaelib_stack_compute_reconstruction_error(model, examples, 1, terms, rows);
    }
    memcpy(values, terms, sizeof terms);
    return status;
}

/* Everything that one thread needs to ask a model questions, and what came out. */
typedef struct {
    vaelib_model *model;
    uint64_t hash;
    size_t failures;
} questioner;

static void *ask(void *argument) {
    questioner *self = argument;
    float *values = calloc(rows * columns, sizeof *values);
    if (values == NULL) exit(1);
    for (size_t i = 0; i < 20 * query_count; i++) {
        self->failures += query(self->model, i % query_count, values) != VAELIB_OK;
        self->hash = self->hash * 31 + hash_bytes(values, rows * columns * sizeof *values);
    }
    free(values);
    return NULL;
}

static void check_queries_beside_each_other(const char *kind) {
    questioner questioners[thread_count];
    questioner alone = {.model = make_model_of(kind, columns)};
    pthread_t threads[thread_count];
    ask(&alone);
    CHECK(alone.failures == 0);
    for (size_t i = 0; i < thread_count; i++) {
        questioners[i] = (questioner){.model = alone.model};
        CHECK(pthread_create(&threads[i], NULL, ask, &questioners[i]) == 0);
    }
    for (size_t i = 0; i < thread_count; i++) {
        pthread_join(threads[i], NULL);
        CHECK(questioners[i].failures == 0 && questioners[i].hash == alone.hash);
    }
    vaelib_model_free(alone.model);
}

/* Training that holds its model until it is told to end. */
typedef struct {
    vaelib_model *model;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int running, may_end;
    vaelib_status status;
} long_training;

static int hold(const vaelib_progress *progress, void *user_data) {
    long_training *training = user_data;
    (void)progress;
    pthread_mutex_lock(&training->mutex);
    training->running = 1;
    pthread_cond_broadcast(&training->changed);
    while (!training->may_end) pthread_cond_wait(&training->changed, &training->mutex);
    pthread_mutex_unlock(&training->mutex);
    return 0;
}

static void *train_slowly(void *argument) {
    long_training *training = argument;
    vaelib_training_config plan = make_plan(1);
    training->status = train_watched(training->model, examples, &plan, hold, training);
    return NULL;
}

/* What would collide with the training of this model is BUSY at once. */
static void check_busy(vaelib_model *model, vaelib_phase phase, vaelib_trainer *trainer) {
    const vaelib_status busy = VAELIB_BUSY;
    vaelib_training_config plan = make_plan(1);
    vaelib_model *copy = NULL;
    void *bytes = NULL;
    float value = 0;
    double loss;
    size_t count = 0;
    CHECK_STATUS(train_in(model, examples, phase, &plan, NULL, NULL), busy);
    if (phase == VAELIB_FIT) {
        CHECK_STATUS(vaelib_vae_encode(model, examples, &value, NULL, 1), busy);
        CHECK_STATUS(vaelib_vae_encode_rows(model, NULL, 1, &value, NULL, 1), busy);
        CHECK_STATUS(vaelib_vae_decode_rows(model, NULL, 1, NULL, &value, NULL, 1), busy);
        CHECK_STATUS(vaelib_vae_estimate_elbo(model, examples, NULL, NULL, NULL, &loss, NULL, NULL, 1), busy);
    } else {
        CHECK_STATUS(train_in(model, examples, VAELIB_SUPERVISED, &plan, NULL, NULL), busy);
        CHECK_STATUS(vaelib_stack_encode(model, examples, 1, &value, 1), busy);
        CHECK_STATUS(vaelib_stack_encode_rows(model, NULL, 1, 1, &value, 1), busy);
        CHECK_STATUS(vaelib_stack_predict_probabilities_rows(model, NULL, 1, &value, 1), busy);
        CHECK_STATUS(vaelib_stack_add_head(model, "softmax", 2), busy);
    }
    CHECK_STATUS(vaelib_model_set_parameters(model, &value, 1), busy);
    CHECK_STATUS(vaelib_model_get_parameters(model, &value, 1), busy);
    CHECK_STATUS(vaelib_model_copy(model, &copy), busy);
    CHECK_STATUS(vaelib_model_save(model, scratch_path("busy.h5")), busy);
    CHECK_STATUS(vaelib_model_save_to_memory(model, &bytes, &count), busy);
    CHECK_STATUS(vaelib_trainer_step(trainer, examples, NULL), busy);
    CHECK_STATUS(vaelib_trainer_compute_gradients(trainer, examples, NULL, NULL), busy);
    CHECK_STATUS(vaelib_trainer_apply_gradients(trainer, 0), busy);
    CHECK(copy == NULL && bytes == NULL && count == 0);
}

/* While a model is being trained, calls on it collide; other models are free. Afterwards it answers as before. */
static void check_collisions(const char *kind) {
    static float values[rows * columns];
    long_training training = {.model = make_model_of(kind, columns), .mutex = PTHREAD_MUTEX_INITIALIZER,
                              .changed = PTHREAD_COND_INITIALIZER};
    vaelib_phase phase = strcmp(kind, "vae") == 0 ? VAELIB_FIT : VAELIB_PRETRAINING;
    vaelib_model *other = make_model_of(kind, columns);
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    pthread_t thread;
    REQUIRE_OK(vaelib_trainer_create(training.model, phase, 0, &plan, rows, &trainer));
    CHECK(pthread_create(&thread, NULL, train_slowly, &training) == 0);
    pthread_mutex_lock(&training.mutex);
    while (!training.running) pthread_cond_wait(&training.changed, &training.mutex);
    pthread_mutex_unlock(&training.mutex);
    check_busy(training.model, phase, trainer);
    for (size_t which = 0; which < query_count; which++) CHECK_OK(query(other, which, values));
    CHECK_OK(train(other, examples, &plan));
    pthread_mutex_lock(&training.mutex);
    training.may_end = 1;
    pthread_cond_broadcast(&training.changed);
    pthread_mutex_unlock(&training.mutex);
    pthread_join(thread, NULL);
    CHECK_OK(training.status);
    for (size_t which = 0; which < query_count; which++) CHECK_OK(query(training.model, which, values));
    CHECK_OK(vaelib_trainer_step(trainer, examples, NULL));
    vaelib_trainer_free(trainer);
    vaelib_model_free(other);
    vaelib_model_free(training.model);
}

/* A model that a thread of its own trains. */
typedef struct {
    const char *kind;
    uint64_t hash;
} training_alone;

static void *train_own_model(void *argument) {
    training_alone *self = argument;
    vaelib_model *model = make_model_of(self->kind, columns);
    vaelib_training_config plan = make_plan(2);
    if (train(model, examples, &plan) == VAELIB_OK) self->hash = hash_parameters(model);
    vaelib_model_free(model);
    return NULL;
}

/* Several models trained at a time on one dataset learn what each would have learned alone. */
static void check_trainings_beside_each_other(const char *kind) {
    training_alone alone = {.kind = kind}, others[thread_count];
    pthread_t threads[thread_count];
    train_own_model(&alone);
    CHECK(alone.hash != 0);
    for (size_t i = 0; i < thread_count; i++) {
        others[i] = (training_alone){.kind = kind};
        CHECK(pthread_create(&threads[i], NULL, train_own_model, &others[i]) == 0);
    }
    for (size_t i = 0; i < thread_count; i++) {
        pthread_join(threads[i], NULL);
        CHECK(others[i].hash == alone.hash);
    }
}

/* Makes and frees datasets of as many rows as `argument` says. */
static void *make_handles(void *argument) {
    static const float values[thread_count] = {0};
    const size_t *own_rows = argument;
    size_t failures = 0;
    for (size_t i = 0; i < 1000; i++) {
        vaelib_dataset *dataset = wrap(values, *own_rows, 1);
        vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
        failures += vaelib_dataset_describe(dataset, &info) != VAELIB_OK || info.rows != *own_rows;
        vaelib_dataset_free(dataset);
    }
    CHECK(failures == 0);
    return NULL;
}

/* Threads that make and free handles at a time get each their own, though they wait for each other's lock. */
static void check_handles_beside_each_other(void) {
    pthread_t threads[thread_count];
    size_t own_rows[thread_count];
    for (size_t i = 0; i < thread_count; i++) {
        own_rows[i] = i + 1;
        CHECK(pthread_create(&threads[i], NULL, make_handles, &own_rows[i]) == 0);
    }
    for (size_t i = 0; i < thread_count; i++) pthread_join(threads[i], NULL);
}

int main(void) {
    static const char *const kinds[] = {"vae", "stack"};
    float *images = make_images(rows, columns, 1);
    int64_t *labels = make_labels(rows, columns, 1);
    examples = wrap_labelled(images, labels, rows, columns);
    for (size_t i = 0; i < 2; i++) {
        check_queries_beside_each_other(kinds[i]);
        check_collisions(kinds[i]);
        check_trainings_beside_each_other(kinds[i]);
    }
    check_handles_beside_each_other();
    vaelib_dataset_free(examples);
    free(labels);
    free(images);
    return report();
}
