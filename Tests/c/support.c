#include "support.h"

#include <dirent.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Counted by several threads at a time. */
static size_t checks_made, checks_failed;

static void count(size_t *counter) { __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED); }

int check(int holds, const char *text, const char *file, int line) {
    count(&checks_made);
    if (!holds) {
        count(&checks_failed);
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
    }
    return holds;
}

int check_status(vaelib_status status, vaelib_status expected, const char *text, const char *file, int line) {
    count(&checks_made);
    if (status == expected) return 1;
    count(&checks_failed);
    fprintf(stderr, "%s:%d: expected %s, came %s (%d) from %s\n", file, line, vaelib_status_name(expected),
            vaelib_status_name(status), (int)status, text);
    fprintf(stderr, "    last error: %s\n", vaelib_last_error());
    return 0;
}

int check_message(
    vaelib_status status, vaelib_status expected, const char *message, const char *text, const char *file, int line) {
    if (!check_status(status, expected, text, file, line)) return 0;
    count(&checks_made);
    if (strstr(vaelib_last_error(), message) != NULL) return 1;
    count(&checks_failed);
    fprintf(stderr, "%s:%d: no '%s' in the message of %s\n    %s\n", file, line, message, text, vaelib_last_error());
    return 0;
}

int check_near(double left, double right, double tolerance, const char *text, const char *file, int line) {
    count(&checks_made);
    if (fabs(left - right) <= tolerance) return 1;
    count(&checks_failed);
    fprintf(stderr, "%s:%d: %.9g and %.9g differ by more than %g: %s\n", file, line, left, right, tolerance, text);
    return 0;
}

void require(int holds) {
    if (holds) return;
    report();
    exit(1);
}

int report(void) {
    printf("%zu checks, %zu failed\n", checks_made, checks_failed);
    return checks_failed == 0 && checks_made > 0 ? 0 : 1;
}

/* splitmix64's step and finaliser. */
uint32_t random_word(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)(z >> 32);
}

float *make_images(size_t rows, size_t columns, uint64_t seed) {
    float *images = malloc(rows * columns * sizeof *images);
    float *prototypes = malloc(4 * columns * sizeof *prototypes);
    uint64_t prototype_state = 12345;
    if (images == NULL || prototypes == NULL) exit(1);
    for (size_t i = 0; i < 4 * columns; i++) prototypes[i] = (float)(random_word(&prototype_state) & 1);
    for (size_t row = 0; row < rows; row++) {
        const float *prototype = prototypes + (random_word(&seed) & 3) * columns;
        for (size_t c = 0; c < columns; c++) {
            int flipped = random_word(&seed) % 20 == 0;
            images[row * columns + c] = flipped ? 1 - prototype[c] : prototype[c];
        }
    }
    free(prototypes);
    return images;
}

int64_t *make_labels(size_t rows, size_t columns, uint64_t seed) {
    int64_t *labels = malloc(rows * sizeof *labels);
    if (labels == NULL) exit(1);
    for (size_t row = 0; row < rows; row++) {
        labels[row] = (int64_t)(random_word(&seed) & 3);
        for (size_t c = 0; c < columns; c++) random_word(&seed);
    }
    return labels;
}

vaelib_dataset *wrap(const float *values, size_t rows, size_t columns) {
    return wrap_labelled(values, NULL, rows, columns);
}

vaelib_dataset *wrap_labelled(const float *values, const int64_t *labels, size_t rows, size_t columns) {
    vaelib_array array = VAELIB_ARRAY_INIT, label_array = VAELIB_ARRAY_INIT;
    vaelib_dataset *dataset = NULL;
    REQUIRE_OK(vaelib_array_init(&array, values, VAELIB_FLOAT32, rows, columns));
    REQUIRE_OK(vaelib_array_init(&label_array, labels, VAELIB_INT64, rows, 1));
    REQUIRE_OK(vaelib_dataset_from_array(&array, labels == NULL ? NULL : &label_array, &dataset));
    return dataset;
}

vaelib_model *make_model(size_t data_dim, size_t latent_dim) {
    static const size_t hidden[] = {8};
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_model *model = NULL;
    REQUIRE_OK(vaelib_vae_config_init(&config));
    config.data_dim = data_dim;
    config.likelihood = "bernoulli";
    config.latent_dim = latent_dim;
    config.hidden = hidden;
    config.hidden_count = 1;
    config.activation = "tanh";
    config.seed = 1;
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    return model;
}

vaelib_training_config make_plan(size_t epochs) {
    vaelib_training_config plan = VAELIB_TRAINING_CONFIG_INIT;
    REQUIRE_OK(vaelib_training_config_init(&plan));
    plan.epochs = epochs;
    plan.batch_size = 16;
    plan.learning_rate = 0.001;
    plan.schedule = "constant";
    plan.gradient_clip_norm = 0;
    plan.dropout = 0;
    plan.seed = 7;
    return plan;
}

vaelib_model_info describe(const vaelib_model *model) {
    vaelib_model_info info = VAELIB_MODEL_INFO_INIT;
    REQUIRE_OK(vaelib_model_describe(model, &info));
    return info;
}

float *copy_parameters(const vaelib_model *model) {
    size_t count = describe(model).parameter_count;
    float *values = malloc(count * sizeof *values);
    if (values == NULL) exit(1);
    REQUIRE_OK(vaelib_model_get_parameters(model, values, count));
    return values;
}

uint64_t hash_bytes(const void *bytes, size_t count) {
    const unsigned char *byte = bytes;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < count; i++) hash = (hash ^ byte[i]) * 1099511628211u;
    return hash;
}

uint64_t hash_parameters(const vaelib_model *model) {
    float *values = copy_parameters(model);
    uint64_t hash = hash_bytes(values, describe(model).parameter_count * sizeof *values);
    free(values);
    return hash;
}

vaelib_layer_config make_layer(size_t width) {
    vaelib_layer_config layer = VAELIB_LAYER_CONFIG_INIT;
    REQUIRE_OK(vaelib_layer_config_init(&layer));
    layer.width = width;
    layer.activation = "sigmoid";
    layer.loss = "cross_entropy";
    return layer;
}

vaelib_model *make_stack_of(size_t data_dim, const vaelib_layer_config *layers, size_t layer_count) {
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    vaelib_model *stack = NULL;
    REQUIRE_OK(vaelib_stack_config_init(&config));
    config.data_dim = data_dim;
    config.layers = layers;
    config.layer_count = layer_count;
    config.standardize = 0;
    config.seed = 1;
    REQUIRE_OK(vaelib_stack_create(&config, &stack));
    return stack;
}

vaelib_model *make_stack(size_t data_dim) {
    const vaelib_layer_config layers[] = {make_layer(8), make_layer(5)};
    return make_stack_of(data_dim, layers, 2);
}

vaelib_model *make_model_of(const char *kind, size_t data_dim) {
    return strcmp(kind, "vae") == 0 ? make_model(data_dim, 2) : make_stack(data_dim);
}

vaelib_status train(vaelib_model *model, const vaelib_dataset *examples, const vaelib_training_config *plan) {
    return train_watched(model, examples, plan, NULL, NULL);
}

vaelib_status train_watched(
    vaelib_model *model, const vaelib_dataset *examples, const vaelib_training_config *plan,
    vaelib_progress_fn callback, void *user_data) {
    vaelib_phase phase = strcmp(describe(model).kind, "vae") == 0 ? VAELIB_FIT : VAELIB_PRETRAINING;
    return train_in(model, examples, phase, plan, callback, user_data);
}

vaelib_status train_in(
    vaelib_model *model, const vaelib_dataset *examples, vaelib_phase phase, const vaelib_training_config *plan,
    vaelib_progress_fn callback, void *user_data) {
    if (phase == VAELIB_FIT) return vaelib_vae_fit(model, examples, NULL, plan, callback, user_data);
    if (phase == VAELIB_PRETRAINING) return vaelib_stack_pretrain(model, examples, plan, callback, user_data);
    return vaelib_stack_finetune(model, examples, NULL, phase, plan, callback, user_data);
}

size_t history_epochs(const vaelib_model *model) {
    return describe(model).history_epochs;
}

double history_value(const vaelib_model *model, const char *name, size_t epoch) {
    size_t count = history_epochs(model);
    double *values = malloc((count + 1) * sizeof *values), value = NAN;
    if (values == NULL) exit(1);
    if (CHECK(epoch < count) && CHECK_OK(vaelib_model_get_history(model, name, values, count))) value = values[epoch];
    free(values);
    return value;
}

double metric(const vaelib_progress *progress, const char *name) {
    return vaelib_metric_find(progress->metrics, progress->metric_count, name);
}

double step_metric(const vaelib_metrics *found, const char *name) {
    return vaelib_metric_find(found->values, found->count, name);
}

vaelib_writer *create_writer(const char *path) {
    vaelib_writer *writer = NULL;
    REQUIRE_OK(vaelib_writer_create(path, &writer));
    return writer;
}

vaelib_writer_config make_writer_config(vaelib_dtype dtype, const size_t *shape, size_t shape_count) {
    vaelib_writer_config config = VAELIB_WRITER_CONFIG_INIT;
    REQUIRE_OK(vaelib_writer_config_init(&config));
    config.dtype = dtype;
    config.shape = shape;
    config.shape_count = shape_count;
    return config;
}

vaelib_array make_view(const void *buffer, vaelib_dtype dtype, size_t count, size_t width) {
    vaelib_array array = VAELIB_ARRAY_INIT;
    REQUIRE_OK(vaelib_array_init(&array, buffer, dtype, count, width));
    return array;
}

vaelib_dataset *open_labelled(const char *path, const char *name, const char *labels) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset *dataset = NULL;
    CHECK_OK(vaelib_dataset_options_init(&options));
    options.labels = labels;
    REQUIRE_OK(vaelib_dataset_open(path, name, &options, &dataset));
    return dataset;
}

int temporary_files(void) {
    const char *path = getenv("VAELIB_TEST_FOLDER");
    DIR *folder = path == NULL ? NULL : opendir(path);
    int count = 0;
    require(folder != NULL);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += strncmp(entry->d_name, ".vaelib-", 8) == 0;
    }
    closedir(folder);
    return count;
}

size_t open_descriptors(void) {
    DIR *entries = opendir("/proc/self/fd");
    size_t count = 0;
    require(entries != NULL);
    while (readdir(entries) != NULL) count++;
    closedir(entries);
    return count;
}

const char *scratch_path(const char *name) {
    static char paths[4][1024];
    static size_t next;
    const char *folder = getenv("VAELIB_TEST_FOLDER");
    char *path = paths[next++ % 4];
    if (folder == NULL) {
        fprintf(stderr, "VAELIB_TEST_FOLDER is not set: run scripts/test-c.sh\n");
        exit(1);
    }
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

int run_in_child(int (*work)(void *), void *argument, unsigned seconds) {
    int status = -1;
    pid_t child;
    fflush(stdout);
    fflush(stderr);
    child = fork();
    if (child == 0) {
        alarm(seconds);
        status = work(argument);
        fflush(stdout);
        _exit(status);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (status != 0) fprintf(stderr, "    the child ended with %d (128 and more: a signal)\n", status);
    return status;
}

double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}
