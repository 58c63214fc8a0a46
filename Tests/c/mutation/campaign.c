/*
 * Loads mutants of a file, each in a child process, and reports those that crashed it, hung, or asked for more memory
 * than anything that small may.
 *
 * usage: campaign KIND FILE                                  loads the file itself, in a child process
 *        campaign KIND FILE SEAL FIRST COUNT SCRATCH [KEEP]  loads mutants of it
 *
 * KIND   model; memory, a model whose bytes are read first; verify, or the name of a dataset; "child:" before these two
 *        has a child process read it first
 * SEAL   none, model, metadata: which checksums are made right again
 * FIRST COUNT   which mutants
 * SCRATCH       a file for the mutants; KEEP a folder for those that do harm
 *
 * Exits 0 if no mutant did harm.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "mutants.h"
#include "vaelib.h"

enum { seconds = 2, most_memory = 1 << 30, too_much_at_once = 1 << 28 };
enum { refused, accepted, greedy, silent };

/* ---- what a child asks for ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static volatile size_t largest_request;

static void note(size_t size) {
    if (size > largest_request) largest_request = size;
}

/* These take the place of the C library's functions for the whole program. */
void *malloc(size_t size) {
    note(size);
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
    note(size != 0 && count > SIZE_MAX / size ? SIZE_MAX : count * size);
    return __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
    note(size);
    return __libc_realloc(memory, size);
}

/* ---- what a child does ---- */

static vaelib_status read_all(const char *path, const char *name, size_t memory_budget, int in_child) {
    vaelib_dataset_options options = {.struct_size = sizeof options};
    vaelib_dataset_info info = {.struct_size = sizeof info};
    vaelib_dataset *dataset = NULL;
    vaelib_status status = vaelib_dataset_options_init(&options);
    options.memory_budget = memory_budget;
    options.check_in_child = in_child;
    if (status == VAELIB_OK) status = vaelib_dataset_open(path, name, &options, &dataset);
    if (status == VAELIB_OK) status = vaelib_dataset_describe(dataset, &info);
    if (status == VAELIB_OK && info.rows * info.columns <= 1 << 22) {
        float *values = malloc(info.rows * info.columns * sizeof *values);
        status = values == NULL ? VAELIB_OUT_OF_MEMORY : vaelib_dataset_read(dataset, values, info.rows * info.columns);
        free(values);
    }
    vaelib_dataset_free(dataset);
    return status;
}

static vaelib_status load_from_memory(const char *path) {
    static unsigned char bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    size_t count = file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);
    vaelib_model *model = NULL;
    vaelib_status status = vaelib_model_load_from_memory(bytes, count, &model);
    if (file != NULL) fclose(file);
    vaelib_model_free(model);
    return status;
}

static vaelib_status load(const char *kind, const char *path) {
    vaelib_status status;
    if (strcmp(kind, "model") == 0) {
        vaelib_model *model = NULL;
        status = vaelib_model_load(path, 0, &model);
        vaelib_model_free(model);
    } else if (strcmp(kind, "memory") == 0) {
        status = load_from_memory(path);
    } else if (strcmp(kind, "verify") == 0 || strcmp(kind, "child:verify") == 0) {
        status = vaelib_file_verify(path, kind[0] == 'c', NULL);
    } else {
        const char *name = strncmp(kind, "child:", 6) == 0 ? kind + 6 : kind;
        status = read_all(path, name, 1 << 20, name != kind);
        if (status == VAELIB_OK) status = read_all(path, name, 0, name != kind);
    }
    return status;
}

static void limit_memory(void) {
    unsigned long pages = 0;
    struct rlimit limit;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (statm == NULL || fscanf(statm, "%lu", &pages) != 1) _exit(silent);
    fclose(statm);
    limit.rlim_cur = limit.rlim_max = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + most_memory;
    setrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = limit.rlim_max = 0;
    setrlimit(RLIMIT_CORE, &limit);
}

static int outcome(const char *kind, const char *path) {
    vaelib_status status;
    const char *subject = strcmp(kind, "memory") == 0 ? "vaelib_model_load_from_memory" : path;
    largest_request = 0;
    status = load(kind, path);
    if (status != VAELIB_OK && strstr(vaelib_last_error(), subject) == NULL) return silent;
    if (status == VAELIB_OUT_OF_MEMORY || largest_request > too_much_at_once) return greedy;
    return status == VAELIB_OK ? accepted : refused;
}

/* ---- the campaign ---- */

static void write_file(const char *path, const unsigned char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        fprintf(stderr, "cannot write %s\n", path);
        exit(1);
    }
}

static int run_in_child(const char *kind, const char *path) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(silent);
        limit_memory();
        alarm(seconds);
        _exit(outcome(kind, path));
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    return status;
}

/* What went wrong, or NULL. */
static const char *harm(int status) {
    if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGALRM ? "hangs" : "crashes";
    switch (WEXITSTATUS(status)) {
    case refused: case accepted: return NULL;
    case greedy: return "asks for too much memory";
    case silent: return "gives a message that does not name the file";
    default: return "ends the process";
    }
}

static int replay(const char *kind, const char *path) {
    const char *what = harm(run_in_child(kind, path));
    printf("%s, as %s: %s\n", path, kind, what == NULL ? "does no harm" : what);
    return what == NULL ? 0 : 1;
}

int main(int count, char **arguments) {
    if (count == 3) return replay(arguments[1], arguments[2]);
    if (count < 7) return 2;
    const char *kind = arguments[1], *scratch = arguments[6], *keep = count > 7 ? arguments[7] : NULL;
    original file = original_read(arguments[2]);
    seal_kind seal = arguments[3][0] == 'n' ? SEAL_NONE : arguments[3][1] == 'o' ? SEAL_MODEL : SEAL_METADATA;
    size_t first = strtoul(arguments[4], NULL, 10), mutants = strtoul(arguments[5], NULL, 10), harmful = 0, loaded = 0;
    unsigned char *bytes = malloc(file.size);
    if (bytes == NULL) return 1;
    vaelib_threads_set(1);
    load(kind, arguments[2]); /* what is set up once is set up before the children are made */
    for (size_t number = first; number < first + mutants; number++) {
        size_t size = make_mutant(&file, number, seal, bytes);
        int status;
        const char *what;
        write_file(scratch, bytes, size);
        status = run_in_child(kind, scratch);
        what = harm(status);
        loaded += WIFEXITED(status) && WEXITSTATUS(status) == accepted;
        if (what == NULL) continue;
        harmful++;
        printf("mutant %zu of %s %s %s (%d)\n", number, arguments[2], arguments[3], what, status);
        if (keep != NULL) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s-%zu.h5", keep, arguments[3], number);
            write_file(path, bytes, size);
        }
    }
    printf("%s %s %s: %zu mutants, %zu loaded, %zu did harm\n", arguments[2], kind, arguments[3], mutants, loaded,
           harmful);
    free(bytes);
    original_free(&file);
    return harmful == 0 ? 0 : 1;
}
