/*
 * Where libhdf5 is missing, or no copy of it can be opened, everything that needs it says so, and everything else works.
 * This program replaces dlopen() and memfd_create() for libvaelib.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../support.h"

enum { rows = 20, columns = 12 };

/* What there is instead of libhdf5: nothing, or another library; NULL for libhdf5 itself. */
static const char *substitute = "libhdf5-which-is-missing.so.1";
static int is_memory_refused, are_folders_refused;

void *dlopen(const char *name, int mode) {
    static void *(*real)(const char *, int);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "dlopen");
    if (name == NULL) return real(name, mode);
    if (substitute != NULL && strstr(name, "libhdf5") != NULL) return real(substitute, mode);
    /* The loader says this of folders that forbid programs. */
    if (are_folders_refused && strstr(name, ".vaelib-") != NULL) return real("/dev/null", mode);
    return real(name, mode);
}

int memfd_create(const char *name, unsigned flags) {
    static int (*real)(const char *, unsigned);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "memfd_create");
    if (!is_memory_refused) return real(name, flags);
    errno = EACCES;
    return -1;
}

static vaelib_model *model;
static vaelib_dataset *examples;

static vaelib_status save(void) { return vaelib_model_save(model, scratch_path("model.h5")); }

/* Each call that needs libhdf5 fails with this text and names its file; nothing is left behind. */
static void check_refusals(const char *text) {
    vaelib_model *loaded = NULL;
    vaelib_writer *writer = NULL;
    vaelib_file_report found = VAELIB_FILE_REPORT_INIT;
    struct stat status;
    void *bytes = NULL;
    size_t count = 0;
    CHECK_MESSAGE(save(), VAELIB_FILE_ERROR, text);
    CHECK(strstr(vaelib_last_error(), scratch_path("model.h5")) != NULL);
    CHECK(stat(scratch_path("model.h5"), &status) != 0);
    CHECK(temporary_files() == 0);
    CHECK_MESSAGE(vaelib_model_load(scratch_path("old_model.h5"), 0, &loaded), VAELIB_FILE_ERROR, text);
    CHECK_MESSAGE(vaelib_model_load(scratch_path("old_model.h5"), 1, &loaded), VAELIB_FILE_ERROR, text);
    CHECK_MESSAGE(vaelib_file_verify(scratch_path("old_model.h5"), 0, &found), VAELIB_FILE_ERROR, text);
    CHECK_MESSAGE(vaelib_file_verify(scratch_path("old_model.h5"), 1, &found), VAELIB_FILE_ERROR, text);
    CHECK_MESSAGE(vaelib_model_save_to_memory(model, &bytes, &count), VAELIB_FILE_ERROR, text);
    CHECK_MESSAGE(vaelib_writer_create(scratch_path("data_new.h5"), &writer), VAELIB_FILE_ERROR, text);
    /* What can be found out without libhdf5 comes first. */
    CHECK_MESSAGE(vaelib_model_load(scratch_path("data.h5"), 0, &loaded), VAELIB_FORMAT_ERROR, "data.h5");
    CHECK_MESSAGE(vaelib_model_load(scratch_path("nothing.h5"), 1, &loaded), VAELIB_FILE_ERROR, "no such file");
}

static void check_what_works(void) {
    float latents[rows * 2], values[300];
    int in_child;
    vaelib_training_config plan = make_plan(2);
    vaelib_file_report found = VAELIB_FILE_REPORT_INIT;
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK_OK(vaelib_vae_encode(model, examples, latents, NULL, rows * 2));
    for (in_child = 0; in_child < 2; in_child++) {
        vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
        vaelib_dataset *dataset = NULL;
        vaelib_dataset_options_init(&options);
        options.check_in_child = in_child;
        if (CHECK_OK(vaelib_dataset_open(scratch_path("data.h5"), "packed", &options, &dataset))) {
            CHECK_OK(vaelib_dataset_read(dataset, values, 300));
        }
        vaelib_dataset_free(dataset);
        CHECK_OK(vaelib_file_verify(scratch_path("data.h5"), in_child, &found));
        CHECK(found.datasets_read > 0);
    }
}

/* Saves a model where there is a libhdf5: in a child, since this process is to have none. */
static void save_in_child(void) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        substitute = NULL;
        _exit(vaelib_model_save(model, scratch_path("old_model.h5")) == VAELIB_OK ? 0 : 1);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

int main(void) {
    float *images = make_images(rows, columns, 1);
    examples = wrap(images, rows, columns);
    model = make_model(columns, 2);
    remove(scratch_path("model.h5"));
    save_in_child();
    check_what_works();
    check_refusals("apt-get install libhdf5-dev");
    CHECK(strstr(vaelib_last_error(), "nothing.h5") != NULL);
    CHECK_MESSAGE(save(), VAELIB_FILE_ERROR, "libhdf5-which-is-missing.so.1: cannot open shared object file");

    substitute = "libz.so.1";
    check_refusals("does not suit: it has no H5");

    substitute = NULL;
    is_memory_refused = are_folders_refused = 1;
    check_refusals("set TMPDIR");
    CHECK_MESSAGE(save(), VAELIB_FILE_ERROR, "permission denied");
    CHECK_MESSAGE(save(), VAELIB_FILE_ERROR, "libhdf5");

    /* As soon as a copy can be opened it is. */
    are_folders_refused = 0;
    CHECK_OK(save());
    CHECK(temporary_files() == 0);
    check_what_works();
    CHECK_OK(save());
    vaelib_dataset_free(examples);
    vaelib_model_free(model);
    free(images);
    return report();
}
