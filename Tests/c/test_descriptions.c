/* While a model is trained, it can be described at any moment, from any thread: nothing is BUSY, and all is consistent. */
#include <pthread.h>
#include <time.h>
#include "support.h"

enum { rows = 200, columns = 30, thread_count = 3 };

static vaelib_dataset *examples;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int is_over, has_seen_bare_stack; /* both under the mutex */

static void set(int *flag, int value) {
    pthread_mutex_lock(&mutex);
    *flag = value;
    pthread_mutex_unlock(&mutex);
}

static int is_set(const int *flag) {
    int value;
    pthread_mutex_lock(&mutex);
    value = *flag;
    pthread_mutex_unlock(&mutex);
    return value;
}

/* What a thread that describes all the time came across. */
typedef struct {
    vaelib_model *model;
    size_t rounds, failures;
    size_t greatest_epochs;
    double slowest;
} watcher;

/* The history as far as it was when it was described: NULL where it is not as it should be. */
static int history_is_consistent(const vaelib_model *model, const vaelib_model_info *info) {
    static const char *const names[] = {"epoch", "loss", "examples_seen"};
    size_t i, epoch;
    for (i = 0; i < 3; i++) {
        double *values = malloc((info->history_epochs + 1) * sizeof *values);
        int is_right = values != NULL &&
                       vaelib_model_get_history(model, names[i], values, info->history_epochs) == VAELIB_OK;
        for (epoch = 0; is_right && epoch < info->history_epochs; epoch++) {
            is_right = i == 0 ? values[epoch] == (double)(epoch + 1) : isfinite(values[epoch]);
        }
        free(values);
        if (!is_right) return 0;
    }
    return 1;
}

static int is_consistent(watcher *self) {
    vaelib_model_info info = VAELIB_MODEL_INFO_INIT;
    vaelib_history_column column = VAELIB_HISTORY_COLUMN_INIT;
    vaelib_training_config plan = VAELIB_TRAINING_CONFIG_INIT;
    vaelib_tensor tensor = VAELIB_TENSOR_INIT;
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    size_t count = 0, i;
    if (vaelib_model_describe(self->model, &info) != VAELIB_OK) return 0;
    if (info.history_epochs < self->greatest_epochs) return 0;
    self->greatest_epochs = info.history_epochs;
    for (i = 0; i < info.tensor_count; i++) {
        if (vaelib_model_describe_tensor(self->model, i, &tensor) != VAELIB_OK) return 0;
        count += tensor.rows * tensor.columns;
    }
    if (count != info.parameter_count) return 0;
    for (i = 0; i < info.history_columns; i++) {
        if (vaelib_model_describe_history(self->model, i, &column) != VAELIB_OK) return 0;
    }
    if (vaelib_model_get_training_config(self->model, VAELIB_FIT, &plan) != VAELIB_OK) return 0;
    if (vaelib_vae_get_config(self->model, &config) != VAELIB_OK || config.data_dim != columns) return 0;
    return history_is_consistent(self->model, &info);
}

static void *watch(void *argument) {
    watcher *self = argument;
    while (!is_set(&is_over)) {
        double begin = now(), took;
        self->failures += !is_consistent(self);
        took = now() - begin;
        if (took > self->slowest) self->slowest = took;
        self->rounds++;
    }
    return NULL;
}

static void check_watching_a_fit(void) {
    vaelib_model *model = make_model(columns, 2), *alone = make_model(columns, 2);
    vaelib_training_config plan = make_plan(300);
    watcher watchers[thread_count];
    pthread_t threads[thread_count];
    size_t i;
    REQUIRE_OK(train(alone, examples, &plan));
    for (i = 0; i < thread_count; i++) {
        watchers[i] = (watcher){.model = model};
        CHECK(pthread_create(&threads[i], NULL, watch, &watchers[i]) == 0);
    }
    CHECK_OK(train(model, examples, &plan));
    set(&is_over, 1);
    for (i = 0; i < thread_count; i++) {
        pthread_join(threads[i], NULL);
        printf("%zu rounds, the slowest %.1f ms\n", watchers[i].rounds, 1000 * watchers[i].slowest);
        CHECK(watchers[i].rounds > 10 && watchers[i].failures == 0);
        CHECK(watchers[i].greatest_epochs > 1);
    }
    CHECK(hash_parameters(model) == hash_parameters(alone));
    vaelib_model_free(model);
    vaelib_model_free(alone);
}

/* A stack that gets a classifier and names while others look at it: size, tensors and names are of one moment. */
static void *watch_stack(void *argument) {
    watcher *self = argument;
    while (!is_set(&is_over)) {
        vaelib_model_info info = VAELIB_MODEL_INFO_INIT;
        vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
        self->failures += vaelib_model_describe(self->model, &info) != VAELIB_OK;
        self->failures += info.tensor_count != (info.output_count == 0 ? 6u : 8u);
        self->failures += vaelib_stack_get_config(self->model, &config) != VAELIB_OK || config.layer_count != 2;
        if (info.output_count == 0) set(&has_seen_bare_stack, 1);
        self->rounds++;
    }
    return NULL;
}

static void check_watching_a_stack(void) {
    vaelib_model *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(20);
    watcher self = {.model = stack};
    pthread_t thread;
    const char *type = NULL, *const *names = NULL;
    size_t count = 1;
    set(&is_over, 0);
    CHECK(pthread_create(&thread, NULL, watch_stack, &self) == 0);
    while (!is_set(&has_seen_bare_stack)) { /* until it has seen the stack without a classifier */
        const struct timespec moment = {0, 1000000};
        nanosleep(&moment, NULL);
    }
    CHECK_OK(train_in(stack, examples, VAELIB_SUPERVISED, &plan, NULL, NULL));
    set(&is_over, 1);
    pthread_join(thread, NULL);
    CHECK(self.rounds > 10 && self.failures == 0);
    CHECK(describe(stack).output_count == 4);
    CHECK_OK(vaelib_stack_get_class_names(stack, &type, &names, &count));
    CHECK(count == 0);
    vaelib_model_free(stack);
}

int main(void) {
    float *images = make_images(rows, columns, 1);
    int64_t *labels = make_labels(rows, columns, 1);
    examples = wrap_labelled(images, labels, rows, columns);
    check_watching_a_fit();
    check_watching_a_stack();
    vaelib_dataset_free(examples);
    free(labels);
    free(images);
    return report();
}
