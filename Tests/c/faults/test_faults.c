/*
 * Every call to libhdf5 and to the file system fails once. Always: an error that names the file, or a success that is
 * one; the older file intact; no temporary file, descriptor or HDF5 identifier left behind; no crash.
 *
 * A new case is one function and one line in `scenarios`.
 */
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../support.h"
#include "faults.h"

enum { rows = 40, columns = 6 };

static vaelib_model *model, *other_model;
static vaelib_model *stack, *other_stack;
static vaelib_dataset *examples;
static void *image; /* a model in memory */
static size_t image_count;
static char folder[1024], model_path[1200], stack_path[1200], data_path[1200], written_path[1200], run_path[1200];

/* ---- what is done: each returns a status, and in *out_result a number that depends on what came of it ---- */

static vaelib_status save_model(uint64_t *out_result) {
    *out_result = 0;
    return vaelib_model_save(model, model_path);
}
static vaelib_status save_stack(uint64_t *out_result) {
    *out_result = 0;
    return vaelib_model_save(stack, stack_path);
}
static vaelib_status load_model(uint64_t *out_result) {
    vaelib_model *loaded = NULL;
    vaelib_status status = vaelib_model_load(model_path, 0, &loaded);
    if (status == VAELIB_OK) *out_result = hash_parameters(loaded);
    vaelib_model_free(loaded);
    return status;
}
static vaelib_status load_stack(uint64_t *out_result) {
    vaelib_model *loaded = NULL;
    vaelib_status status = vaelib_model_load(stack_path, 0, &loaded);
    if (status == VAELIB_OK) *out_result = hash_parameters(loaded);
    vaelib_model_free(loaded);
    return status;
}

static vaelib_status save_to_memory(uint64_t *out_result) {
    void *bytes = NULL;
    size_t count = 0;
    vaelib_status status = vaelib_model_save_to_memory(model, &bytes, &count);
    if (status == VAELIB_OK) *out_result = hash_bytes(bytes, count);
    vaelib_memory_free(bytes);
    return status;
}
static vaelib_status load_from_memory(uint64_t *out_result) {
    vaelib_model *loaded = NULL;
    vaelib_status status = vaelib_model_load_from_memory(image, image_count, &loaded);
    if (status == VAELIB_OK) *out_result = hash_parameters(loaded);
    vaelib_model_free(loaded);
    return status;
}

static vaelib_status open_data(size_t memory_budget, int check_in_child, vaelib_dataset **out_dataset) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset_options_init(&options);
    options.memory_budget = memory_budget;
    options.labels = "labels";
    options.check_in_child = check_in_child;
    return vaelib_dataset_open(data_path, "packed", &options, out_dataset);
}
static vaelib_status read_data(size_t memory_budget, int check_in_child, uint64_t *out_result) {
    float values[rows * columns];
    int64_t labels[rows];
    vaelib_dataset *dataset = NULL;
    vaelib_status status = open_data(memory_budget, check_in_child, &dataset);
    if (status == VAELIB_OK) status = vaelib_dataset_read(dataset, values, rows * columns);
    if (status == VAELIB_OK) status = vaelib_dataset_read_labels(dataset, labels, rows);
    if (status == VAELIB_OK) *out_result = hash_bytes(values, sizeof values) ^ hash_bytes(labels, sizeof labels);
    vaelib_dataset_free(dataset);
    return status;
}
static vaelib_status read_at_once(uint64_t *out_result) { return read_data(1 << 20, 0, out_result); }
static vaelib_status read_in_blocks(uint64_t *out_result) { return read_data(0, 0, out_result); }
static vaelib_status read_after_child(uint64_t *out_result) { return read_data(0, 1, out_result); }

static vaelib_status train_on(vaelib_status (*open)(vaelib_dataset **out_dataset), uint64_t *out_result) {
    vaelib_training_config plan = make_plan(2);
    vaelib_model *learner = make_model(columns, 2);
    vaelib_dataset *dataset = NULL;
    vaelib_status status = open(&dataset);
    if (status == VAELIB_OK) status = vaelib_vae_fit(learner, dataset, dataset, &plan, NULL, NULL);
    *out_result = hash_parameters(learner);
    vaelib_dataset_free(dataset);
    vaelib_model_free(learner);
    return status;
}
static vaelib_status open_packed(vaelib_dataset **out_dataset) { return open_data(0, 0, out_dataset); }
/* Its chunks hold so many rows that training copies it to a temporary file. */
static vaelib_status open_tall(vaelib_dataset **out_dataset) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset_options_init(&options);
    options.memory_budget = 0;
    return vaelib_dataset_open(data_path, "tall", &options, out_dataset);
}
static vaelib_status train_from_file(uint64_t *out_result) { return train_on(open_packed, out_result); }
static vaelib_status train_from_copy(uint64_t *out_result) { return train_on(open_tall, out_result); }
static vaelib_status encode_from_file(uint64_t *out_result) {
    float latents[rows * 2];
    vaelib_dataset *dataset = NULL;
    vaelib_status status = open_data(0, 0, &dataset);
    if (status == VAELIB_OK) status = vaelib_vae_encode(model, dataset, latents, NULL, rows * 2);
    if (status == VAELIB_OK) *out_result = hash_bytes(latents, sizeof latents);
    vaelib_dataset_free(dataset);
    return status;
}

static vaelib_status verify(const char *path, int check_in_child, uint64_t *out_result) {
    vaelib_file_report report = VAELIB_FILE_REPORT_INIT;
    vaelib_status status = vaelib_file_verify(path, check_in_child, &report);
    if (status == VAELIB_OK) *out_result = report.byte_count * 100 + report.datasets_read * 10 + report.datasets_unread;
    return status;
}
static vaelib_status verify_model(uint64_t *out_result) { return verify(model_path, 0, out_result); }
static vaelib_status verify_data(uint64_t *out_result) { return verify(data_path, 0, out_result); }
static vaelib_status verify_in_child(uint64_t *out_result) { return verify(data_path, 1, out_result); }

static vaelib_status append(vaelib_writer *writer, const char *name, const vaelib_array *array, size_t *shape) {
    vaelib_writer_config config = VAELIB_WRITER_CONFIG_INIT;
    vaelib_status status = vaelib_writer_config_init(&config);
    config.dtype = array->dtype;
    config.shape = shape;
    config.shape_count = array->columns > 1;
    config.chunk_rows = 16;
    if (status == VAELIB_OK) status = vaelib_writer_add(writer, name, &config);
    if (status == VAELIB_OK) status = vaelib_writer_append(writer, name, array);
    return status == VAELIB_OK ? vaelib_writer_append(writer, name, array) : status;
}
static vaelib_status write_datasets(uint64_t *out_result) {
    size_t shape[] = {columns};
    float values[rows * columns];
    int64_t labels[rows];
    vaelib_writer *writer = NULL;
    vaelib_array images = VAELIB_ARRAY_INIT, classes = VAELIB_ARRAY_INIT;
    vaelib_status status = vaelib_writer_create(written_path, &writer);
    for (size_t i = 0; i < rows * columns; i++) values[i] = (float)(i * i % 97);
    for (size_t i = 0; i < rows; i++) labels[i] = (int64_t)(i % 3);
    vaelib_array_init(&images, values, VAELIB_FLOAT32, rows, columns);
    vaelib_array_init(&classes, labels, VAELIB_INT64, rows, 1);
    if (status == VAELIB_OK) status = append(writer, "train/images", &images, shape);
    if (status == VAELIB_OK) status = append(writer, "train/labels", &classes, NULL);
    if (status == VAELIB_OK) status = vaelib_vae_encode_to(model, examples, writer, "codes", NULL, NULL, NULL);
    if (status == VAELIB_OK) status = vaelib_writer_finish(writer);
    vaelib_writer_free(writer);
    *out_result = 0;
    return status;
}

static vaelib_status fit_with_checkpoints(int resume, size_t epochs, uint64_t *out_result) {
    vaelib_checkpoint_config checkpoint = VAELIB_CHECKPOINT_CONFIG_INIT;
    vaelib_training_config plan = make_plan(epochs);
    vaelib_model *learner = make_model(columns, 2);
    vaelib_status status = vaelib_checkpoint_config_init(&checkpoint);
    checkpoint.path = run_path;
    checkpoint.every_epochs = 1;
    checkpoint.resume = resume;
    plan.checkpoint = &checkpoint;
    if (status == VAELIB_OK) status = vaelib_vae_fit(learner, examples, NULL, &plan, NULL, NULL);
    *out_result = hash_parameters(learner);
    vaelib_model_free(learner);
    return status;
}
static vaelib_status write_checkpoints(uint64_t *out_result) { return fit_with_checkpoints(0, 2, out_result); }
static vaelib_status resume_training(uint64_t *out_result) { return fit_with_checkpoints(1, 3, out_result); }

/* The older checkpoint, or one of those that were to replace it. The time that epochs took is in it, so no two files of
 * the same training are equal. */
static int is_checkpoint(void) {
    vaelib_checkpoint_info info = VAELIB_CHECKPOINT_INFO_INIT;
    return vaelib_checkpoint_describe(run_path, 0, &info) == VAELIB_OK && info.seed == make_plan(1).seed;
}

static const struct scenario {
    const char *name;
    /* The file, or what messages call what is in memory. */
    const char *path;
    vaelib_status (*run)(uint64_t *out_result);
    /* Whether the file is a good one, where it need not be the same each time. A training does not fail because its
     * checkpoint cannot be written. */
    int (*is_good)(void);
} scenarios[] = {
    {"save a model over an older one", model_path, save_model, NULL},
    {"save a stack over an older one", stack_path, save_stack, NULL},
    {"load a model", model_path, load_model, NULL},
    {"load a stack", stack_path, load_stack, NULL},
    {"save a model to memory", "model in memory", save_to_memory, NULL},
    {"load a model from memory", "model in memory", load_from_memory, NULL},
    {"read a dataset at once", data_path, read_at_once, NULL},
    {"read a dataset in blocks", data_path, read_in_blocks, NULL},
    {"read a dataset that a child process read first", data_path, read_after_child, NULL},
    {"train from a file", data_path, train_from_file, NULL},
    {"train from a copy of tall chunks", data_path, train_from_copy, NULL},
    {"encode from a file", data_path, encode_from_file, NULL},
    {"verify a model", model_path, verify_model, NULL},
    {"verify a data file", data_path, verify_data, NULL},
    {"verify in a child process", data_path, verify_in_child, NULL},
    {"write datasets over an older file", written_path, write_datasets, NULL},
    {"write checkpoints over an older one", run_path, write_checkpoints, is_checkpoint},
    {"go on from a checkpoint", run_path, resume_training, is_checkpoint},
};

/* ---- what must hold afterwards ---- */

/* The hash of a file; 0 if it cannot be read. */
static uint64_t hash_file(const char *path) {
    static unsigned char bytes[1 << 17];
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);
    if (file != NULL) fclose(file);
    return size == 0 ? 0 : hash_bytes(bytes, size);
}

/* How many entries of a folder have a name that contains `text`. */
static size_t count_temporary_files(void) {
    size_t count = 0;
    DIR *entries = opendir(folder);
    struct dirent *entry;
    while (entries != NULL && (entry = readdir(entries)) != NULL) count += strstr(entry->d_name, ".tmp") != NULL;
    if (entries != NULL) closedir(entries);
    return count;
}

static int complain(const struct scenario *scenario, long nth, const char *what) {
    fprintf(stderr, "%s, call %ld (%s): %s; message: %s\n", scenario->name, nth, faults_failed(), what,
            vaelib_last_error());
    return 1;
}

/* What a scenario does to its file and gives when nothing fails. */
struct expectation {
    uint64_t result, old_file, new_file;
};

/* Runs with call `nth` failing: 0 if all is well, 1 if not, 2 if there were fewer calls. */
static int run_once(const struct scenario *scenario, long nth, const struct expectation *expected) {
    size_t descriptors = open_descriptors();
    uint64_t result = 0, file;
    vaelib_status status;
    faults_arm(nth);
    status = scenario->run(&result);
    faults_disarm();
    file = hash_file(scenario->path);
    if (scenario->is_good != NULL) {
        if (!scenario->is_good()) return complain(scenario, nth, "no good file");
        file = status == VAELIB_OK ? expected->new_file : expected->old_file;
    }
    if (status == VAELIB_OK && result != expected->result) return complain(scenario, nth, "another result");
    if (status == VAELIB_OK && file != expected->new_file) return complain(scenario, nth, "another file");
    if (faults_failed()[0] == '\0') return status == VAELIB_OK ? 2 : complain(scenario, nth, "fails by itself");
    if (status != VAELIB_OK && strstr(vaelib_last_error(), scenario->path) == NULL) {
        return complain(scenario, nth, "the message does not name the file");
    }
    if (status != VAELIB_OK && file != expected->old_file && strstr(vaelib_last_error(), "was written, but") == NULL) {
        return complain(scenario, nth, "the older file was changed");
    }
    if (count_temporary_files() != 0 && strcmp(faults_failed(), "unlink") != 0) {
        return complain(scenario, nth, "a temporary file is left");
    }
    if (open_descriptors() != descriptors) return complain(scenario, nth, "a descriptor is left open");
    if (faults_identifiers() != 0) return complain(scenario, nth, "an HDF5 identifier is left open");
    return 0;
}

/* The files that scenarios write, with how they were before beside them. */
static const char *const written[] = {model_path, stack_path, written_path, run_path};

static const char *older(const char *path) {
    static char name[1300];
    snprintf(name, sizeof name, "%s.older", path);
    return name;
}
static void copy_file(const char *from, const char *to) {
    static unsigned char bytes[1 << 17];
    FILE *source = fopen(from, "rb"), *target = fopen(to, "wb");
    size_t size = source == NULL ? 0 : fread(bytes, 1, sizeof bytes, source);
    CHECK(size > 0 && size < sizeof bytes && target != NULL && fwrite(bytes, 1, size, target) == size);
    if (source != NULL) fclose(source);
    if (target != NULL) fclose(target);
}
static void keep(void) {
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) copy_file(written[i], older(written[i]));
}
static void restore(void) {
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        if (hash_file(written[i]) != hash_file(older(written[i]))) copy_file(older(written[i]), written[i]);
    }
}

/* In a child: lets one call after the other fail, from the `first` on; exits with how many runs went wrong. */
static void run_all(const struct scenario *scenario, long first, const struct expectation *expected) {
    int outcome = 0, wrong = 0;
    for (long nth = first; outcome != 2; nth++) {
        alarm(60);
        outcome = run_once(scenario, nth, expected);
        wrong += outcome == 1 && wrong < 100;
        restore();
    }
    _exit(wrong);
}

/* A child does the runs; where one brings it down, the next child goes on behind it. */
static void check_scenario(const struct scenario *scenario) {
    struct expectation expected = {0, hash_file(scenario->path), 0};
    double start = now();
    long first = 1;
    int crashes = 0, status = -1;
    faults_arm(0);
    CHECK_OK(scenario->run(&expected.result));
    CHECK(faults_disarm() > 10);
    expected.new_file = hash_file(scenario->path);
    restore();
    for (; crashes < 20; crashes++) {
        pid_t child = fork();
        if (child == 0) run_all(scenario, first, &expected);
        CHECK(child > 0 && waitpid(child, &status, 0) == child);
        first = faults_position() + 1;
        restore();
        if (WIFEXITED(status)) break;
        fprintf(stderr, "%s, call %ld (%s): signal %d\n", scenario->name, first - 1, faults_failed(), WTERMSIG(status));
    }
    CHECK(crashes == 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(first > 10);
    printf("%s: %ld calls failed in turn, %.1f s\n", scenario->name, first - 2, now() - start);
}

/* Files of such a model have groups for names in addition. */
static void name_columns(vaelib_model *named) {
    static const char *const names[columns] = {"a", "b", "c", "d", "e", "f"};
    CHECK_OK(vaelib_model_set_column_names(named, "text", names, columns));
    CHECK_OK(vaelib_model_set_column_types(named, names, columns));
    CHECK_OK(vaelib_vae_set_category_names(named, 1, "text", names, 2));
}

int main(void) {
    float *images = make_images(rows, columns, 1);
    vaelib_training_config plan = make_plan(1);
    uint64_t ignored;
    snprintf(folder, sizeof folder, "%s", scratch_path("faults"));
    snprintf(model_path, sizeof model_path, "%s/model.h5", folder);
    snprintf(stack_path, sizeof stack_path, "%s/stack.h5", folder);
    snprintf(data_path, sizeof data_path, "%s/data.h5", folder);
    snprintf(written_path, sizeof written_path, "%s/written.h5", folder);
    snprintf(run_path, sizeof run_path, "%s/run.h5", folder);
    CHECK(setenv("TMPDIR", folder, 1) == 0);
    REQUIRE_OK(vaelib_threads_set(1));
    examples = wrap(images, rows, columns);
    model = make_model(columns, 2), other_model = make_model(columns, 3);
    stack = make_stack(columns), other_stack = make_stack(columns);
    name_columns(model);
    name_columns(other_model);
    REQUIRE_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    REQUIRE_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    REQUIRE_OK(vaelib_model_save_to_memory(stack, &image, &image_count));
    REQUIRE_OK(vaelib_model_save(other_model, model_path));
    REQUIRE_OK(vaelib_model_save(other_stack, stack_path));
    REQUIRE_OK(vaelib_model_save(other_model, written_path));
    REQUIRE_OK(fit_with_checkpoints(0, 2, &ignored));
    CHECK(faults_are_complete());
    keep();
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) check_scenario(&scenarios[i]);
    vaelib_memory_free(image);
    vaelib_dataset_free(examples);
    vaelib_model_free(model);
    vaelib_model_free(other_model);
    vaelib_model_free(stack);
    vaelib_model_free(other_stack);
    free(images);
    return report();
}
