/*
 * Forks many times; each child goes on with the library, and ends.
 *
 * usage: forks COUNT
 *
 * The children read a file into memory by several threads, read one that the parent has open, have a child of their own
 * check one, look for the names in a file, load a model, train one, in turn. A third of the forks each: by a parent that
 * has only opened a file (its children do nothing with models), by one that has trained, by one of which another thread
 * trains meanwhile.
 *
 * A child that does not end within 30 seconds, crashes or gets another result than the parent is counted. Exits 0 if
 * there was none.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../support.h"

enum { rows = 400, columns = 300, patience = 30 };

/* What the children go on with. */
static char data_path[4096], model_path[4096];
static vaelib_dataset *stream, *examples;
static vaelib_model *trained_elsewhere;
static uint64_t expected_bytes, expected_parameters;

/* ---- what children do; 0 if all was well ---- */

static vaelib_dataset *open_examples(size_t memory_budget, int in_child) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset *dataset = NULL;
    if (vaelib_dataset_options_init(&options) != VAELIB_OK) return NULL;
    options.memory_budget = memory_budget;
    options.check_in_child = in_child;
    return vaelib_dataset_open(data_path, "x", &options, &dataset) == VAELIB_OK ? dataset : NULL;
}

static int has_expected_values(const vaelib_dataset *dataset) {
    static float values[rows * columns];
    if (vaelib_dataset_read(dataset, values, rows * columns) != VAELIB_OK) return 0;
    return hash_bytes(values, sizeof values) == expected_bytes;
}

static int read_file(size_t memory_budget, int in_child) {
    vaelib_dataset *dataset = open_examples(memory_budget, in_child);
    int same = dataset != NULL && has_expected_values(dataset);
    vaelib_dataset_free(dataset);
    return same ? 0 : 1;
}

static int read_into_memory(void) { return read_file((size_t)1 << 28, 0); }
static int read_in_blocks(void) { return read_file(0, 0); }
static int read_after_a_child(void) { return read_file((size_t)1 << 28, 1); }
static int read_parents_stream(void) { return has_expected_values(stream) ? 0 : 1; }

static int load_model(void) {
    vaelib_model *model = NULL;
    int same = vaelib_model_load(model_path, 0, &model) == VAELIB_OK && hash_parameters(model) == expected_parameters;
    vaelib_model_free(model);
    return same ? 0 : 1;
}

static int train_model(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    int same = vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL) == VAELIB_OK &&
               hash_parameters(model) == expected_parameters;
    vaelib_model_free(model);
    return same ? 0 : 1;
}

static int list_names(void) {
    char names[64];
    size_t needed = 0;
    return vaelib_dataset_list(data_path, 0, names, sizeof names, &needed) == VAELIB_OK && needed == 2 ? 0 : 1;
}

static int (*const works[])(void) = {read_into_memory, read_parents_stream, list_names, read_in_blocks,
                                     read_after_a_child, load_model, train_model};
enum { file_works = 5, all_works = 7 };

/* ---- forking ---- */

/* Whether a child that does the work of this number ended as it should. */
static int child_ends(int (*work)(void), size_t number) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        alarm(patience);
        _exit(work());
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return 1;
    printf("child %zu: %s %d\n", number, WIFSIGNALED(status) ? "signal" : "status",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return 0;
}

static size_t fork_many(size_t count, size_t kinds, const char *when) {
    size_t failures = 0;
    double begin = now();
    for (size_t number = 0; number < count; number++) failures += !child_ends(works[number % kinds], number);
    printf("%zu forks %s: %zu failures, %.0f s\n", count, when, failures, now() - begin);
    fflush(stdout);
    return failures;
}

static void *train_until_cancelled(void *unused) {
    vaelib_training_config plan = make_plan(1000000);
    (void)unused;
    vaelib_vae_fit(trained_elsewhere, examples, NULL, &plan, NULL, NULL);
    return NULL;
}

static size_t fork_beside_a_fit(size_t count) {
    pthread_t thread;
    size_t failures;
    CHECK(pthread_create(&thread, NULL, train_until_cancelled, NULL) == 0);
    failures = fork_many(count, all_works, "while a thread trains");
    CHECK_OK(vaelib_model_cancel(trained_elsewhere));
    pthread_join(thread, NULL);
    return failures;
}

/* ---- what they need ---- */

static void prepare_file(const float *images) {
    const size_t shape[] = {columns};
    vaelib_writer *writer = create_writer(data_path);
    vaelib_writer_config config = make_writer_config(VAELIB_FLOAT32, shape, 1);
    vaelib_array array = make_view(images, VAELIB_FLOAT32, rows, columns);
    config.chunk_rows = 50;
    REQUIRE_OK(vaelib_writer_add(writer, "x", &config));
    REQUIRE_OK(vaelib_writer_append(writer, "x", &array));
    REQUIRE_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
}

static void prepare_model(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    REQUIRE_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    REQUIRE_OK(vaelib_model_save(model, model_path));
    expected_parameters = hash_parameters(model);
    vaelib_model_free(model);
}

int main(int count, char **arguments) {
    size_t third = count == 2 ? strtoul(arguments[1], NULL, 10) / 3 : 0, failures = 0;
    float *images = make_images(rows, columns, 1);
    if (third == 0) return 2;
    snprintf(data_path, sizeof data_path, "%s", scratch_path("forks.h5"));
    snprintf(model_path, sizeof model_path, "%s", scratch_path("forks_model.h5"));
    vaelib_threads_set(2);
    examples = wrap(images, rows, columns);
    expected_bytes = hash_bytes(images, rows * columns * sizeof *images);
    prepare_file(images);
    stream = open_examples(0, 0);
    require(stream != NULL);
    failures += fork_many(third, file_works, "by a process that opened a file");
    prepare_model();
    failures += fork_many(third, all_works, "by a process that trained");
    trained_elsewhere = make_model(columns, 2);
    failures += fork_beside_a_fit(third);
    vaelib_model_free(trained_elsewhere);
    vaelib_dataset_free(stream);
    vaelib_dataset_free(examples);
    free(images);
    return failures == 0 && report() == 0 ? 0 : 1;
}
