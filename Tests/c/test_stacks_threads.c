/* Stacks: the same bits for any number of threads; queries beside each other; collisions; stopping. */
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include "support.h"

enum { rows = 300, columns = 50, classes = 4, asking_threads = 4 };

static float *images;
static int64_t *labels;
static vaelib_dataset *examples;

/* ---- the same bits ---- */

/* The hash of everything that training and its queries produce. */
static uint64_t hash_with_threads(size_t threads, const char *corruption) {
    static float values[rows * columns], filters[30 * columns];
    vaelib_layer_config layers[] = {make_layer(70), make_layer(30)};
    vaelib_training_config plan = make_plan(3);
    vaelib_model *stack;
    double errors[rows];
    uint64_t hash;
    CHECK_OK(vaelib_threads_set(threads));
    layers[0].corruption = layers[1].corruption = corruption;
    layers[0].sparsity_weight = 0.1;
    layers[1].contraction_weight = 0.1;
    layers[1].tied = 0;
    stack = make_stack_of(columns, layers, 2);
    plan.batch_size = 64;
    plan.weight_decay = 1;
    plan.gradient_clip_norm = 5;
    REQUIRE_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    hash = hash_parameters(stack);
    REQUIRE_OK(vaelib_stack_finetune(stack, examples, examples, VAELIB_UNSUPERVISED, &plan, NULL, NULL));
    hash = hash * 31 ^ hash_parameters(stack);
    plan.dropout = 0.3;
    REQUIRE_OK(vaelib_stack_finetune(stack, examples, examples, VAELIB_SUPERVISED, &plan, NULL, NULL));
    hash = hash * 31 ^ hash_parameters(stack);
    CHECK_OK(vaelib_stack_corrupt(stack, examples, 0, 1, 1, values, rows * columns));
    hash = hash * 31 ^ hash_bytes(values, sizeof values);
    CHECK_OK(vaelib_stack_sample(stack, examples, 1, values, rows * columns));
    hash = hash * 31 ^ hash_bytes(values, sizeof values);
    CHECK_OK(vaelib_stack_predict_probabilities(stack, examples, values, rows * classes));
    hash = hash * 31 ^ hash_bytes(values, rows * classes * sizeof *values);
    CHECK_OK(vaelib_stack_compute_reconstruction_error(stack, examples, 1, errors, rows));
    hash = hash * 31 ^ hash_bytes(errors, sizeof errors);
    CHECK_OK(vaelib_stack_get_filters(stack, 1, filters, 30 * columns));
    hash = hash * 31 ^ hash_bytes(filters, sizeof filters);
    vaelib_model_free(stack);
    return hash;
}

static void check_bits(const char *corruption) {
    uint64_t one = hash_with_threads(1, corruption);
    CHECK(hash_with_threads(1, corruption) == one);
    CHECK(hash_with_threads(2, corruption) == one);
    CHECK(hash_with_threads(3, corruption) == one);
    CHECK(hash_with_threads(7, corruption) == one);
    CHECK(hash_with_threads(0, corruption) == one);
}

/* ---- queries beside each other ---- */

/* Everything that one thread needs to ask a stack questions, and what came out. */
typedef struct {
    vaelib_model *stack;
    uint64_t hash;
    size_t failures;
} questioner;

static void *ask(void *argument) {
    questioner *self = argument;
    float *values = malloc(rows * columns * sizeof *values);
    if (values == NULL) exit(1);
    for (size_t i = 0; i < 20; i++) {
        self->failures += vaelib_stack_encode(self->stack, examples, 1, values, rows * 5) != VAELIB_OK;
        self->hash = self->hash * 31 + hash_bytes(values, rows * 5 * sizeof *values);
        self->failures += vaelib_stack_sample(self->stack, examples, i, values, rows * columns) != VAELIB_OK;
        self->hash = self->hash * 31 + hash_bytes(values, rows * columns * sizeof *values);
    }
    free(values);
    return NULL;
}

static void check_queries_beside_each_other(void) {
    questioner questioners[asking_threads];
    questioner alone = {.stack = make_stack(columns)};
    pthread_t threads[asking_threads];
    ask(&alone);
    CHECK(alone.failures == 0);
    for (size_t i = 0; i < asking_threads; i++) {
        questioners[i] = (questioner){.stack = alone.stack};
        CHECK(pthread_create(&threads[i], NULL, ask, &questioners[i]) == 0);
    }
    for (size_t i = 0; i < asking_threads; i++) {
        pthread_join(threads[i], NULL);
        CHECK(questioners[i].failures == 0 && questioners[i].hash == alone.hash);
    }
    vaelib_model_free(alone.stack);
}

/* ---- collisions ---- */

/* Training that holds its stack until it is told to end. */
typedef struct {
    vaelib_model *stack;
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

static void *pretrain_slowly(void *argument) {
    long_training *training = argument;
    vaelib_training_config plan = make_plan(1);
    training->status = vaelib_stack_pretrain(training->stack, examples, &plan, hold, training);
    return NULL;
}

/* While a stack is being trained, what would collide with it is BUSY at once; other stacks are free. */
static void check_collisions(void) {
    long_training training = {.stack = make_stack(columns), .mutex = PTHREAD_MUTEX_INITIALIZER,
                              .changed = PTHREAD_COND_INITIALIZER};
    vaelib_model *other = make_stack(columns), *copy = NULL;
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    float code[rows * 5], *values = copy_parameters(other);
    const size_t count = describe(other).parameter_count;
    pthread_t thread;
    REQUIRE_OK(vaelib_trainer_create(training.stack, VAELIB_PRETRAINING, 0, &plan, rows, &trainer));
    CHECK(pthread_create(&thread, NULL, pretrain_slowly, &training) == 0);
    pthread_mutex_lock(&training.mutex);
    while (!training.running) pthread_cond_wait(&training.changed, &training.mutex);
    pthread_mutex_unlock(&training.mutex);
    CHECK_STATUS(vaelib_stack_pretrain(training.stack, examples, &plan, NULL, NULL), VAELIB_BUSY);
    CHECK_STATUS(vaelib_stack_finetune(training.stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL),
                 VAELIB_BUSY);
    CHECK_STATUS(vaelib_stack_encode(training.stack, examples, 1, code, rows * 5), VAELIB_BUSY);
    CHECK_STATUS(vaelib_model_set_parameters(training.stack, values, count), VAELIB_BUSY);
    CHECK_STATUS(vaelib_model_get_parameters(training.stack, values, count), VAELIB_BUSY);
    CHECK_STATUS(vaelib_model_copy(training.stack, &copy), VAELIB_BUSY);
    CHECK_STATUS(vaelib_trainer_step(trainer, examples), VAELIB_BUSY);
    CHECK_OK(vaelib_stack_encode(other, examples, 1, code, rows * 5));
    CHECK_OK(vaelib_stack_pretrain(other, examples, &plan, NULL, NULL));
    pthread_mutex_lock(&training.mutex);
    training.may_end = 1;
    pthread_cond_broadcast(&training.changed);
    pthread_mutex_unlock(&training.mutex);
    pthread_join(thread, NULL);
    CHECK_OK(training.status);
    CHECK_OK(vaelib_stack_encode(training.stack, examples, 1, code, rows * 5));
    CHECK(copy == NULL);
    vaelib_trainer_free(trainer);
    free(values);
    vaelib_model_free(other);
    vaelib_model_free(training.stack);
}

/* ---- stopping ---- */

/* The promise is 100 ms; a loaded machine, or one that runs sanitizers, gets more. */
static const double patience = 1.0;
static vaelib_model *running;
static volatile double cancelled_at;

static void cancel_now(void) {
    cancelled_at = now();
    vaelib_model_cancel(running);
}

static void on_alarm(int signal_number) {
    (void)signal_number;
    cancel_now();
}

static void *cancel_soon(void *unused) {
    const struct timespec a_moment = {0, 300000000};
    (void)unused;
    nanosleep(&a_moment, NULL);
    cancel_now();
    return NULL;
}

static vaelib_status train_for_hours(vaelib_phase phase, vaelib_progress_fn callback) {
    vaelib_training_config plan = make_plan(10000000);
    if (phase == VAELIB_PRETRAINING) return vaelib_stack_pretrain(running, examples, &plan, callback, NULL);
    return vaelib_stack_finetune(running, examples, NULL, phase, &plan, callback, NULL);
}

static int cancel_in_callback(const vaelib_progress *progress, void *user_data) {
    (void)user_data;
    if (progress->epoch == 3) cancel_now();
    return 0;
}

/* The call ended because of the cancellation, soon after it, and the stack still learns. */
static void check_stopped(vaelib_status status) {
    vaelib_training_config plan = make_plan(1);
    double waited = now() - cancelled_at;
    CHECK_STATUS(status, VAELIB_CANCELLED);
    if (!CHECK(waited < patience)) fprintf(stderr, "    it took %.3f s\n", waited);
    CHECK_OK(vaelib_stack_pretrain(running, examples, &plan, NULL, NULL));
}

static void check_stopping(void) {
    struct sigaction action;
    pthread_t thread;
    vaelib_training_config plan = make_plan(1);
    running = make_stack(columns);
    CHECK_OK(vaelib_model_cancel(running)); /* nothing runs: forgotten */
    CHECK_OK(vaelib_stack_pretrain(running, examples, &plan, NULL, NULL));
    for (size_t i = 0; i < 3; i++) {
        static const vaelib_phase phases[] = {VAELIB_PRETRAINING, VAELIB_SUPERVISED, VAELIB_UNSUPERVISED};
        CHECK(pthread_create(&thread, NULL, cancel_soon, NULL) == 0);
        check_stopped(train_for_hours(phases[i], NULL));
        pthread_join(thread, NULL);
        check_stopped(train_for_hours(phases[i], cancel_in_callback));
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    alarm(1);
    check_stopped(train_for_hours(VAELIB_PRETRAINING, NULL));
    vaelib_model_free(running);
}

int main(void) {
    images = make_images(rows, columns, 1);
    labels = make_labels(rows, columns, 1);
    examples = wrap_labelled(images, labels, rows, columns);
    check_bits("masking");
    check_bits("gaussian");
    check_bits("salt_and_pepper");
    check_queries_beside_each_other();
    check_collisions();
    check_stopping();
    vaelib_dataset_free(examples);
    free(labels);
    free(images);
    return report();
}
