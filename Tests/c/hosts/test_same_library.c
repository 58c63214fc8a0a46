/*
 * A host that uses the system's libhdf5, the file that vaelib copies its own from: neither meets the other's
 * identifiers, error handlers, error stacks, settings or H5close().
 */
#include <hdf5.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../support.h"

enum { rows = 40, columns = 6 };

static int handled;
static herr_t count_errors(hid_t stack, void *data) {
    (void)stack;
    *(int *)data += 1;
    return 0;
}

static vaelib_model *model;
static float *images;

/* Opens a file of the host's that is not there. */
static void fail(void) { CHECK(H5Fopen(scratch_path("not there"), H5F_ACC_RDONLY, H5P_DEFAULT) < 0); }

/* A file of the host's with one dataset, which holds `value`. */
static hid_t create_file(const char *path, int value) {
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), space = H5Screate(H5S_SCALAR);
    hid_t dataset = H5Dcreate2(file, "value", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CHECK(H5Dwrite(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
    return file;
}
static int read_value(const char *path) {
    int value = 0;
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(file, "value", H5P_DEFAULT);
    H5Dread(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value);
    H5Dclose(dataset);
    H5Fclose(file);
    return value;
}

static void append(vaelib_writer *writer) {
    vaelib_array view = make_view(images, VAELIB_FLOAT32, rows, columns);
    CHECK_OK(vaelib_writer_append(writer, "x", &view));
}
static vaelib_writer *begin(const char *path) {
    size_t shape[] = {columns};
    vaelib_writer *writer = create_writer(path);
    vaelib_writer_config config = make_writer_config(VAELIB_FLOAT32, shape, 1);
    config.chunk_rows = 16;
    CHECK_OK(vaelib_writer_add(writer, "x", &config));
    append(writer);
    return writer;
}
/* Ends the file, which then holds `count` times the images. */
static void finish(vaelib_writer *writer, const char *path, size_t count) {
    static float values[4 * rows * columns];
    const size_t size = rows * columns;
    vaelib_dataset *dataset;
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    dataset = open_labelled(path, "x", NULL);
    CHECK_OK(vaelib_dataset_read(dataset, values, count * size));
    for (size_t i = 0; i < count; i++) CHECK(memcmp(values + i * size, images, size * sizeof *values) == 0);
    vaelib_dataset_free(dataset);
}

static void save_and_load(void) {
    vaelib_model *loaded = NULL;
    CHECK_OK(vaelib_model_save(model, scratch_path("model.h5")));
    if (CHECK_OK(vaelib_model_load(scratch_path("model.h5"), 0, &loaded))) {
        CHECK(hash_parameters(loaded) == hash_parameters(model));
    }
    vaelib_model_free(loaded);
    CHECK_STATUS(vaelib_model_save(model, "no such folder/model.h5"), VAELIB_FILE_ERROR);
}

/* What the host set, opened and failed at is as it was after vaelib's calls. */
static void check_that_the_host_is_left_alone(void) {
    H5E_auto2_t handler = NULL;
    void *data = NULL;
    unsigned plugins = 0, plugins_before = 0;
    ssize_t identifiers, errors;
    vaelib_writer *writer;
    hid_t file = create_file(scratch_path("host.h5"), 1);
    CHECK(H5Eset_auto2(H5E_DEFAULT, count_errors, &handled) >= 0);
    CHECK(H5PLget_loading_state(&plugins_before) >= 0);
    fail();
    CHECK(handled == 1);
    identifiers = H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL);
    fail();
    errors = H5Eget_num(H5E_DEFAULT);
    CHECK(errors > 0);
    writer = begin(scratch_path("vaelib.h5"));
    save_and_load();
    CHECK(H5Eget_num(H5E_DEFAULT) == errors);
    CHECK(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) == identifiers);
    CHECK(H5Eget_auto2(H5E_DEFAULT, &handler, &data) >= 0 && handler == count_errors && data == &handled);
    CHECK(handled == 2);
    CHECK(H5PLget_loading_state(&plugins) >= 0 && plugins == plugins_before);
    append(writer);
    finish(writer, scratch_path("vaelib.h5"), 2);
    CHECK(H5Fclose(file) >= 0);
    CHECK(read_value(scratch_path("host.h5")) == 1);
}

/* vaelib writes on while the host closes all that its libhdf5 has open, and libhdf5 itself. */
static void check_that_vaelib_is_left_alone(void) {
    hid_t files[16];
    ssize_t count;
    vaelib_writer *writer = begin(scratch_path("vaelib.h5"));
    create_file(scratch_path("host.h5"), 2);
    count = H5Fget_obj_ids((hid_t)H5F_OBJ_ALL, H5F_OBJ_FILE, 16, files);
    CHECK(count == 1);
    for (ssize_t i = 0; i < count; i++) H5Fclose(files[i]);
    append(writer);
    CHECK(H5close() >= 0);
    append(writer);
    finish(writer, scratch_path("vaelib.h5"), 3);
}

/* A file that the host leaves open is complete when it has ended, though vaelib was there first. */
static void check_that_the_host_ends_as_it_would(void) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        CHECK_OK(vaelib_model_save(model, scratch_path("model.h5")));
        create_file(scratch_path("host.h5"), 3);
        exit(report());
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(read_value(scratch_path("host.h5")) == 3);
}

int main(void) {
    vaelib_dataset *examples;
    vaelib_training_config plan = make_plan(1);
    images = make_images(rows, columns, 1);
    examples = wrap(images, rows, columns);
    model = make_model(columns, 2);
    REQUIRE_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    check_that_the_host_ends_as_it_would();
    check_that_the_host_is_left_alone();
    check_that_vaelib_is_left_alone();
    save_and_load();
    vaelib_dataset_free(examples);
    vaelib_model_free(model);
    free(images);
    return report();
}
