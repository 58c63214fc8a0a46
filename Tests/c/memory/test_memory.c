/*
 * Every allocation fails in turn: alone, and with all that follow. No call ends the process or hangs; it succeeds, or
 * returns VAELIB_OUT_OF_MEMORY and leaves everything as it was. Then memory is limited as a whole, ever more tightly.
 *
 * The functions of the C library are replaced by ones of this program, so a sanitizer cannot be there too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>
#include "../support.h"

enum { rows = 1500, columns = 40 };

/* ---- allocations that fail ---- */

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *memory, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);

/* Allocations of so many bytes and more count, while this is positive. */
static size_t least_bytes;
/* How many have been counted; which one fails, and whether all after it do. */
static long counted, failing;
static int do_all_after_fail;

static int must_fail(size_t bytes) {
    size_t least = __atomic_load_n(&least_bytes, __ATOMIC_RELAXED);
    long number;
    if (least == 0 || bytes < least) return 0;
    number = __atomic_add_fetch(&counted, 1, __ATOMIC_RELAXED);
    if (number == failing || (do_all_after_fail && failing > 0 && number > failing)) {
        errno = ENOMEM;
        return 1;
    }
    return 0;
}

void *malloc(size_t bytes) { return must_fail(bytes) ? NULL : __libc_malloc(bytes); }
void *calloc(size_t count, size_t bytes) { return must_fail(count * bytes) ? NULL : __libc_calloc(count, bytes); }
void *realloc(void *memory, size_t bytes) { return must_fail(bytes) ? NULL : __libc_realloc(memory, bytes); }
void *aligned_alloc(size_t alignment, size_t bytes) {
    return must_fail(bytes) ? NULL : __libc_memalign(alignment, bytes);
}
int posix_memalign(void **out_memory, size_t alignment, size_t bytes) {
    *out_memory = must_fail(bytes) ? NULL : __libc_memalign(alignment, bytes);
    return *out_memory == NULL ? ENOMEM : 0;
}

/* ---- what is done ---- */

static vaelib_model *model, *stack;
static vaelib_dataset *examples, *stream;
static char data_path[1200], model_path[1200], written_path[1200];

static vaelib_status create_model(void) {
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_model *created = NULL;
    vaelib_status status;
    vaelib_vae_config_init(&config);
    config.data_dim = columns;
    config.likelihood = "bernoulli";
    config.latent_dim = 2;
    status = vaelib_vae_create(&config, &created);
    vaelib_model_free(created);
    return status;
}
static vaelib_status copy_model(void) {
    vaelib_model *copy = NULL;
    vaelib_status status = vaelib_model_copy(model, &copy);
    vaelib_model_free(copy);
    return status;
}
static vaelib_status fit_copy(const vaelib_dataset *data, const vaelib_dataset *validation) {
    vaelib_model *copy = NULL;
    vaelib_training_config plan = make_plan(2);
    vaelib_status status = vaelib_model_copy(model, &copy);
    if (status == VAELIB_OK) status = vaelib_vae_fit(copy, data, validation, &plan, NULL, NULL);
    vaelib_model_free(copy);
    return status;
}
static vaelib_status fit(void) { return fit_copy(examples, examples); }
static vaelib_status fit_streamed(void) { return fit_copy(stream, NULL); }
static vaelib_status train_stack(void) {
    vaelib_model *copy = NULL;
    vaelib_training_config plan = make_plan(1);
    vaelib_status status = vaelib_model_copy(stack, &copy);
    if (status == VAELIB_OK) status = vaelib_stack_pretrain(copy, examples, &plan, NULL, NULL);
    if (status == VAELIB_OK) {
        status = vaelib_stack_finetune(copy, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL);
    }
    vaelib_model_free(copy);
    return status;
}
/* Targets that are read from a file. */
static vaelib_status learn_targets(void) {
    static float predicted[rows * columns];
    vaelib_model *copy = NULL;
    vaelib_dataset *measured = NULL;
    vaelib_training_config plan = make_plan(1);
    vaelib_status status = vaelib_model_copy(stack, &copy);
    plan.validation_fraction = 0.1;
    if (status == VAELIB_OK) status = vaelib_dataset_with_targets(examples, stream, "gaussian", &measured);
    if (status == VAELIB_OK) {
        status = vaelib_stack_finetune(copy, measured, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL);
    }
    if (status == VAELIB_OK) status = vaelib_stack_predict_targets(copy, examples, predicted, rows * columns);
    vaelib_dataset_free(measured);
    vaelib_model_free(copy);
    return status;
}
/* Rows with weights, some of them 0, of a set in memory and of one that is streamed. */
static vaelib_status learn_weighted(void) {
    static double numbers[rows];
    const vaelib_dataset *sets[2];
    vaelib_training_config plan = make_plan(1);
    vaelib_array weights = make_view(numbers, VAELIB_FLOAT64, rows, 1);
    vaelib_status status = VAELIB_OK;
    sets[0] = examples;
    sets[1] = stream;
    plan.validation_fraction = 0.1;
    for (size_t i = 0; i < rows; i++) numbers[i] = (double)(i % 4);
    for (size_t i = 0; i < 2 && status == VAELIB_OK; i++) {
        vaelib_model *copy = NULL;
        vaelib_dataset *weighted = NULL;
        status = vaelib_model_copy(model, &copy);
        if (status == VAELIB_OK) status = vaelib_dataset_with_weights(sets[i], &weights, &weighted);
        if (status == VAELIB_OK) status = vaelib_vae_fit(copy, weighted, NULL, &plan, NULL, NULL);
        vaelib_dataset_free(weighted);
        vaelib_model_free(copy);
    }
    return status;
}
/* A model with conditions that lie beside examples in a file, and examples of its own under them. */
static vaelib_status learn_conditional(void) {
    static float values[rows * (columns + 1)], given[rows];
    vaelib_model *made = NULL;
    vaelib_dataset *labels = NULL, *both = NULL;
    vaelib_column_group groups[2] = {VAELIB_COLUMN_GROUP_INIT, VAELIB_COLUMN_GROUP_INIT};
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_training_config plan = make_plan(1);
    vaelib_array view = make_view(given, VAELIB_FLOAT32, rows, 1);
    vaelib_status status = vaelib_vae_config_init(&config);
    for (size_t i = 0; i < rows; i++) given[i] = (float)(i % 3);
    for (size_t i = 0; i < 2 && status == VAELIB_OK; i++) status = vaelib_column_group_init(&groups[i]);
    groups[0].columns = columns;
    groups[0].likelihood = "bernoulli";
    groups[1].likelihood = "categorical";
    groups[1].classes = 3;
    groups[1].condition = 1;
    config.data_dim = columns + 1;
    config.column_groups = groups;
    config.column_group_count = 2;
    if (status == VAELIB_OK) status = vaelib_dataset_from_array(&view, NULL, &labels);
    if (status == VAELIB_OK) status = vaelib_dataset_with_columns(stream, labels, &both);
    if (status == VAELIB_OK) status = vaelib_vae_create(&config, &made);
    if (status == VAELIB_OK) status = vaelib_vae_fit(made, both, NULL, &plan, NULL, NULL);
    if (status == VAELIB_OK) {
        status = vaelib_vae_sample(made, rows, labels, VAELIB_SAMPLE, 1, values, rows * (columns + 1));
    }
    vaelib_dataset_free(both);
    vaelib_dataset_free(labels);
    vaelib_model_free(made);
    return status;
}
static vaelib_status encode_row(void) {
    static float latent[2];
    const size_t row = 7;
    vaelib_dataset *one = NULL;
    vaelib_status status = vaelib_dataset_select(examples, &row, 1, &one);
    if (status == VAELIB_OK) status = vaelib_vae_encode(model, one, latent, NULL, 2);
    vaelib_dataset_free(one);
    return status;
}
static vaelib_status encode(void) {
    static float latents[rows * 2];
    return vaelib_vae_encode(model, examples, latents, NULL, rows * 2);
}
static vaelib_status reconstruct(void) {
    static float values[rows * columns];
    return vaelib_vae_reconstruct(model, examples, VAELIB_SAMPLE, 1, values, rows * columns);
}
static vaelib_status estimate(void) {
    static double terms[rows];
    vaelib_status status = vaelib_vae_estimate_elbo(model, examples, NULL, NULL, NULL, terms, NULL, NULL, rows);
    if (status != VAELIB_OK) return status;
    return vaelib_vae_estimate_log_likelihood(model, stream, NULL, NULL, NULL, terms, NULL, rows);
}
static vaelib_status query_stack(void) {
    static float values[rows * columns];
    vaelib_status status = vaelib_stack_reconstruct(stack, examples, 1, values, rows * columns);
    if (status != VAELIB_OK) return status;
    return vaelib_stack_sample(stack, examples, 2, values, rows * columns);
}
static vaelib_status save(void) { return vaelib_model_save(model, model_path); }
static vaelib_status save_to_memory(void) {
    void *bytes = NULL;
    size_t count = 0;
    vaelib_status status = vaelib_model_save_to_memory(model, &bytes, &count);
    vaelib_memory_free(bytes);
    return status;
}
static vaelib_status load_in(int check_in_child) {
    vaelib_model *loaded = NULL;
    vaelib_status status = vaelib_model_load(model_path, check_in_child, &loaded);
    vaelib_model_free(loaded);
    return status;
}
static vaelib_status load(void) { return load_in(0); }
static vaelib_status load_in_child(void) { return load_in(1); }
static vaelib_status open_data(const char *labels, size_t budget, int check_in_child) {
    static float values[rows * columns];
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset *opened = NULL;
    vaelib_status status = vaelib_dataset_options_init(&options);
    options.labels = labels;
    options.memory_budget = budget;
    options.check_in_child = check_in_child;
    if (status == VAELIB_OK) status = vaelib_dataset_open(data_path, "x", &options, &opened);
    if (status == VAELIB_OK) status = vaelib_dataset_read(opened, values, rows * columns);
    vaelib_dataset_free(opened);
    return status;
}
static vaelib_status open_in_memory(void) { return open_data("labels", (size_t)1 << 30, 0); }
static vaelib_status open_stream(void) { return open_data("one_hot", 0, 0); }
static vaelib_status open_in_child(void) { return open_data("labels", (size_t)1 << 30, 1); }
static vaelib_status compose(void) {
    vaelib_dataset *training = NULL, *validation = NULL, *both = NULL;
    const vaelib_dataset *parts[2];
    vaelib_status status = vaelib_dataset_split(examples, 0.2, 1, 0, &training, &validation);
    parts[0] = training;
    parts[1] = validation;
    if (status == VAELIB_OK) status = vaelib_dataset_concatenate(parts, 2, &both);
    vaelib_dataset_free(training);
    vaelib_dataset_free(validation);
    vaelib_dataset_free(both);
    return status;
}
static vaelib_status write_codes(void) {
    vaelib_writer *writer = NULL;
    vaelib_status status = vaelib_writer_create(written_path, &writer);
    if (status == VAELIB_OK) status = vaelib_vae_encode_to(model, examples, writer, "codes", NULL, NULL, NULL);
    if (status == VAELIB_OK) status = vaelib_writer_finish(writer);
    vaelib_writer_free(writer);
    return status;
}
static vaelib_status step_trainer(void) {
    vaelib_trainer *trainer = NULL;
    vaelib_training_config plan = make_plan(1);
    vaelib_status status = vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, rows, &trainer);
    if (status == VAELIB_OK) status = vaelib_trainer_compute_gradients(trainer, examples, NULL, NULL);
    vaelib_trainer_free(trainer);
    return status;
}
static vaelib_status verify(void) {
    vaelib_file_report found = VAELIB_FILE_REPORT_INIT;
    return vaelib_file_verify(model_path, 0, &found);
}

typedef struct {
    const char *name;
    vaelib_status (*act)(void);
} scenario;

static const scenario scenarios[] = {
    {"create_model", create_model},
    {"copy_model", copy_model},
    {"fit", fit},
    {"fit_streamed", fit_streamed},
    {"train_stack", train_stack},
    {"learn_targets", learn_targets},
    {"learn_weighted", learn_weighted},
    {"learn_conditional", learn_conditional},
    {"encode_row", encode_row},
    {"encode", encode},
    {"reconstruct", reconstruct},
    {"estimate", estimate},
    {"query_stack", query_stack},
    {"open_in_memory", open_in_memory},
    {"open_stream", open_stream},
    {"open_in_child", open_in_child},
    {"compose", compose},
    {"step_trainer", step_trainer},
    {"save", save},
    {"save_to_memory", save_to_memory},
    {"load", load},
    {"load_in_child", load_in_child},
    {"write_codes", write_codes},
    {"verify", verify},
};

/* ---- the checks ---- */

static void count_or_fail(size_t least, long number, int do_all) {
    counted = 0;
    failing = number;
    do_all_after_fail = do_all;
    __atomic_store_n(&least_bytes, least, __ATOMIC_RELAXED);
}

static void stop_failing(void) { __atomic_store_n(&least_bytes, 0, __ATOMIC_RELAXED); }

/* A scenario, and what is refused to it: allocations of so many bytes and more, or all address space beyond so much. */
typedef struct {
    const scenario *tried;
    size_t least, extra;
    int do_all;
} trial;

/* Runs the scenario with each allocation failing; how many returned what they should not have. */
static int fail_each(void *argument) {
    const trial *self = argument;
    const scenario *tried = self->tried;
    const size_t least = self->least;
    const int do_all = self->do_all;
    uint64_t hash = hash_parameters(model);
    long number, total, refused = 0;
    int wrong = 0;
    vaelib_status status;
    count_or_fail(least, 0, 0);
    status = tried->act();
    stop_failing();
    total = counted;
    if (status != VAELIB_OK) return 1;
    for (number = 1; number <= total; number++) {
        count_or_fail(least, number, do_all);
        status = tried->act();
        stop_failing();
        refused += status != VAELIB_OK;
        if (status != VAELIB_OK && status != VAELIB_OUT_OF_MEMORY) {
            if (wrong++ < 3) fprintf(stderr, "    %s, %ld of %ld: %s\n", tried->name, number, total, vaelib_last_error());
        }
    }
    printf("%-16s %5ld allocations of %zu bytes and more, %s: %ld refused\n", tried->name, total, least,
           do_all ? "all from one on fail" : "one fails", refused);
    if (hash_parameters(model) != hash || tried->act() != VAELIB_OK) wrong++;
    return wrong < 100 ? wrong : 100;
}

/* In a child, so that one that crashes is told from the others. */
static void check_trial(int (*act)(void *), trial tried) {
    if (CHECK(run_in_child(act, &tried, 100) == 0)) return;
    fprintf(stderr, "    %s: least %zu, all %d, extra %zu\n", tried.tried->name, tried.least, tried.do_all, tried.extra);
}

static void check_failing_allocations(const scenario *tried) {
    check_trial(fail_each, (trial){.tried = tried, .least = 1024});
    check_trial(fail_each, (trial){.tried = tried, .least = 1024, .do_all = 1});
    /* Of any size one at a time: without a few bytes for all that follows, strings of C++ inside Swift's runtime may end
     * the process. */
    check_trial(fail_each, (trial){.tried = tried, .least = 1});
}

/* How much address space the process has, in bytes. */
static size_t address_space(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    size_t pages = 0;
    if (file == NULL || fscanf(file, "%zu", &pages) != 1) exit(1);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* With `extra` bytes more than the process has, every scenario succeeds or is refused for lack of memory. */
static int act_within(void *argument) {
    const trial *self = argument;
    struct rlimit limit;
    vaelib_status status;
    limit.rlim_cur = limit.rlim_max = address_space() + self->extra;
    if (setrlimit(RLIMIT_AS, &limit) != 0) return 1;
    status = self->tried->act();
    if (status == VAELIB_OK || status == VAELIB_OUT_OF_MEMORY) return 0;
    fprintf(stderr, "    %s within %zu bytes: %s\n", self->tried->name, self->extra, vaelib_last_error());
    return 2;
}

static void check_limited_memory(const scenario *tried) {
    static const size_t extras[] = {
        0, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 21, 1 << 22, 1 << 23, 1 << 24, 1 << 26, 1 << 28};
    size_t i;
    for (i = 0; i < sizeof extras / sizeof *extras; i++) {
        check_trial(act_within, (trial){.tried = tried, .extra = extras[i]});
    }
}

static void write_data(const float *values, const int64_t *labels) {
    const size_t shape[] = {columns};
    vaelib_writer *writer = create_writer(data_path);
    vaelib_writer_config config = make_writer_config(VAELIB_FLOAT32, shape, 1);
    vaelib_writer_config label_config = make_writer_config(VAELIB_INT64, NULL, 0);
    vaelib_array array = make_view(values, VAELIB_FLOAT32, rows, columns);
    vaelib_array label_array = make_view(labels, VAELIB_INT64, rows, 1);
    enum { classes = 3 };
    static unsigned char one_hot[rows][classes];
    const size_t one_hot_shape[] = {classes};
    vaelib_writer_config one_hot_config = make_writer_config(VAELIB_UINT8, one_hot_shape, 1);
    vaelib_array one_hot_array = make_view(one_hot, VAELIB_UINT8, rows, classes);
    config.chunk_rows = 100;
    REQUIRE_OK(vaelib_writer_add(writer, "x", &config));
    REQUIRE_OK(vaelib_writer_append(writer, "x", &array));
    REQUIRE_OK(vaelib_writer_add(writer, "labels", &label_config));
    REQUIRE_OK(vaelib_writer_append(writer, "labels", &label_array));
    for (size_t i = 0; i < rows; i++) one_hot[i][i % classes] = 1;
    REQUIRE_OK(vaelib_writer_add(writer, "one_hot", &one_hot_config));
    REQUIRE_OK(vaelib_writer_append(writer, "one_hot", &one_hot_array));
    REQUIRE_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
}

/* A size that no machine has is refused with that size. */
static void check_impossible_sizes(void) {
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_model *created = NULL;
    REQUIRE_OK(vaelib_vae_config_init(&config));
    config.data_dim = 1 << 24;
    config.likelihood = "bernoulli";
    config.latent_dim = 1 << 24;
    CHECK_MESSAGE(vaelib_vae_create(&config, &created), VAELIB_OUT_OF_MEMORY, "bytes");
    CHECK(created == NULL);
}

int main(int argc, char **argv) {
    const char *only = argc > 1 ? argv[1] : NULL;
    float *images = make_images(rows, columns, 1);
    int64_t *labels = make_labels(rows, columns, 1);
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_training_config plan = make_plan(1);
    size_t i;
    snprintf(data_path, sizeof data_path, "%s", scratch_path("memory_data.h5"));
    snprintf(model_path, sizeof model_path, "%s", scratch_path("memory_model.h5"));
    snprintf(written_path, sizeof written_path, "%s", scratch_path("memory_codes.h5"));
    write_data(images, labels);
    examples = wrap_labelled(images, labels, rows, columns);
    REQUIRE_OK(vaelib_dataset_options_init(&options));
    options.memory_budget = 0;
    REQUIRE_OK(vaelib_dataset_open(data_path, "x", &options, &stream));
    model = make_model(columns, 2);
    stack = make_stack(columns);
    REQUIRE_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    REQUIRE_OK(vaelib_model_save(model, model_path));
    for (i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        if (only != NULL && strcmp(only, scenarios[i].name) != 0) continue;
        check_failing_allocations(&scenarios[i]);
        check_limited_memory(&scenarios[i]);
    }
    check_impossible_sizes();
    vaelib_model_free(model);
    vaelib_model_free(stack);
    vaelib_dataset_free(stream);
    vaelib_dataset_free(examples);
    free(labels);
    free(images);
    return report();
}
