/*
 * Loads mutants of a file, each in a child process, and reports those that crashed it, took more than 2 seconds of the
 * processor, or more memory than the numbers that are read and 256 MiB.
 *
 * usage: campaign KIND FILE                                  loads the file itself, in a child process
 *        campaign KIND FILE SEAL FIRST COUNT SCRATCH [KEEP]  loads mutants of it
 *
 * KIND   how it is loaded (loading.h)
 * SEAL   none, model, metadata: which checksums are made right again
 * FIRST COUNT   which mutants
 * SCRATCH       a file for the mutants; KEEP a folder for those that do harm
 *
 * Exits 0 if no mutant did harm.
 */
#define _DEFAULT_SOURCE /* wait4 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "loading.h"
#include "mutants.h"
#include "requests.h"
#include "vaelib.h"

/* The numbers that are read take up to `data_memory`; `address_space` only protects the machine. */
enum { most_seconds = 2, patience = 60, most_memory = 256 << 20, data_memory = 64 << 20, address_space = 2000 << 20 };

/* What happened to a child. */
typedef struct outcome {
    int status;
    double seconds;
    size_t memory;
} outcome;

/* The bytes of address space of this process, and of memory. */
static void measure(size_t *space, size_t *memory) {
    unsigned long pages[2] = {0};
    FILE *statm = fopen("/proc/self/statm", "r");
    if (statm == NULL || fscanf(statm, "%lu %lu", &pages[0], &pages[1]) != 2) _exit(LOADING_SILENT);
    fclose(statm);
    *space = pages[0] * (size_t)sysconf(_SC_PAGESIZE);
    *memory = pages[1] * (size_t)sysconf(_SC_PAGESIZE);
}

static void limit(int resource, rlim_t most) {
    struct rlimit value = {.rlim_cur = most, .rlim_max = most};
    setrlimit(resource, &value);
}

/* ---- the campaign ---- */

static void write_file(const char *path, const unsigned char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        fprintf(stderr, "cannot write %s\n", path);
        exit(1);
    }
}

static void work(const char *kind, const char *path) {
    size_t space, memory;
    int result;
    measure(&space, &memory);
    if (freopen("/dev/null", "w", stderr) == NULL) _exit(LOADING_SILENT);
    limit(RLIMIT_AS, space + address_space);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, most_seconds);
    alarm(patience);
    largest_request = 0;
    result = load(kind, path);
    _exit(largest_request > most_memory + data_memory ? LOADING_GREEDY : result);
}

static outcome run_in_child(const char *kind, const char *path) {
    outcome end = {.status = -1};
    struct rusage usage;
    size_t space, before;
    pid_t child;
    measure(&space, &before);
    child = fork();
    if (child == 0) work(kind, path);
    while (wait4(child, &end.status, 0, &usage) < 0 && errno == EINTR) continue;
    end.seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    end.memory = ((size_t)usage.ru_maxrss << 10) > before ? ((size_t)usage.ru_maxrss << 10) - before : 0;
    return end;
}

/* What went wrong, or NULL. */
static const char *harm(outcome end) {
    if (WIFSIGNALED(end.status)) {
        int number = WTERMSIG(end.status);
        return number == SIGALRM || number == SIGXCPU || number == SIGKILL ? "takes too long" : "crashes";
    }
    if (end.memory > most_memory + data_memory) return "takes too much memory";
    switch (WEXITSTATUS(end.status)) {
    case LOADING_REFUSED: case LOADING_ACCEPTED: return NULL;
    case LOADING_GREEDY: return "asks for too much memory";
    case LOADING_SILENT: return "gives a message that does not name the file";
    default: return "ends the process";
    }
}

static int replay(const char *kind, const char *path) {
    outcome end = run_in_child(kind, path);
    const char *what = harm(end);
    printf("%s, as %s: %s, %.2f s, %zu MiB\n", path, kind, what == NULL ? "does no harm" : what, end.seconds,
           end.memory >> 20);
    return what == NULL ? 0 : 1;
}

static void keep_file(const char *folder, const char *seal, size_t number, const unsigned char *bytes, size_t size) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s-%zu.h5", folder, seal, number);
    write_file(path, bytes, size);
}

int main(int count, char **arguments) {
    if (count == 3) return replay(arguments[1], arguments[2]);
    if (count < 7) return 2;
    const char *kind = arguments[1], *scratch = arguments[6], *keep = count > 7 ? arguments[7] : NULL;
    original file = original_read(arguments[2]);
    seal_kind seal = arguments[3][0] == 'n' ? SEAL_NONE : arguments[3][1] == 'o' ? SEAL_MODEL : SEAL_METADATA;
    size_t first = strtoul(arguments[4], NULL, 10), mutants = strtoul(arguments[5], NULL, 10), harmful = 0, loaded = 0;
    outcome worst = {0};
    unsigned char *bytes = malloc(file.size);
    if (bytes == NULL) return 1;
    vaelib_threads_set(1);
    load(kind, arguments[2]); /* what is set up once is set up before the children are made */
    for (size_t number = first; number < first + mutants; number++) {
        size_t size = make_mutant(&file, number, seal, bytes);
        outcome end;
        write_file(scratch, bytes, size);
        end = run_in_child(kind, scratch);
        loaded += WIFEXITED(end.status) && WEXITSTATUS(end.status) == LOADING_ACCEPTED;
        if (end.seconds > worst.seconds) worst.seconds = end.seconds;
        if (end.memory > worst.memory) worst.memory = end.memory;
        if (harm(end) == NULL) continue;
        harmful++;
        printf("mutant %zu of %s %s %s (%d, %.2f s, %zu MiB)\n", number, arguments[2], arguments[3], harm(end),
               end.status, end.seconds, end.memory >> 20);
        if (keep != NULL) keep_file(keep, arguments[3], number, bytes, size);
    }
    printf("%s %s %s: %zu mutants, %zu loaded, %zu did harm; at most %.2f s, %zu MiB\n", arguments[2], kind,
           arguments[3], mutants, loaded, harmful, worst.seconds, worst.memory >> 20);
    free(bytes);
    original_free(&file);
    return harmful == 0 ? 0 : 1;
}
