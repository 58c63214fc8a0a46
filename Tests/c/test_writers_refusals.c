/* Writers that are given up, misused, or used from another process. */
#include "support.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { rows = 50, columns = 6 };

static int exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}

/* A writer that is not finished harms nothing and leaves nothing. */
static void check_abandoned(void) {
    const char *path = scratch_path("abandoned.h5"), *fresh = scratch_path("never.h5");
    vaelib_writer *writer = create_writer(path);
    vaelib_writer_config config = make_writer_config(VAELIB_FLOAT32, NULL, 0);
    float values[rows], back[rows];
    vaelib_array array = make_view(values, VAELIB_FLOAT32, rows, 1);
    vaelib_dataset *dataset;
    for (size_t r = 0; r < rows; r++) values[r] = (float)r;
    CHECK_OK(vaelib_writer_add(writer, "x", &config));
    CHECK_OK(vaelib_writer_append(writer, "x", &array));
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);

    config.chunk_rows = 3;
    for (int appended = 0; appended <= 2; appended++) {
        writer = create_writer(appended == 1 ? fresh : path);
        CHECK(temporary_files() == 1);
        CHECK_OK(vaelib_writer_add(writer, "other", &config));
        for (int i = 0; i < appended; i++) CHECK_OK(vaelib_writer_append(writer, "other", &array));
        vaelib_writer_free(writer);
        CHECK(temporary_files() == 0);
    }
    CHECK(!exists(fresh));
    dataset = open_labelled(path, "x", NULL);
    CHECK_OK(vaelib_dataset_read(dataset, back, rows));
    CHECK(memcmp(values, back, sizeof back) == 0);
    vaelib_dataset_free(dataset);
}

static void check_bad_arguments(void) {
    const size_t zero[] = {0}, wide[] = {SIZE_MAX / 2}, many[40] = {1};
    const char *path = scratch_path("bad.h5");
    vaelib_writer *none = NULL, *writer;
    vaelib_writer_config config = make_writer_config(VAELIB_UINT8, NULL, 0), bad;
    const unsigned char values[4] = {1, 2, 3, 4};
    vaelib_array column = make_view(values, VAELIB_UINT8, 4, 1), matrix = make_view(values, VAELIB_UINT8, 2, 2);
    CHECK_STATUS(vaelib_writer_config_init(NULL), VAELIB_INVALID_ARGUMENT);
    bad.struct_size = 8;
    CHECK_MESSAGE(vaelib_writer_config_init(&bad), VAELIB_INVALID_ARGUMENT, "struct_size");
    CHECK_STATUS(vaelib_writer_create(NULL, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_writer_create(path, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_writer_create(scratch_path("no/such/folder.h5"), &none), VAELIB_FILE_ERROR, "folder.h5");
    CHECK_MESSAGE(vaelib_writer_create(scratch_path("folder.h5"), &none), VAELIB_FILE_ERROR, "directory");
    CHECK_STATUS(vaelib_writer_create("", &none), VAELIB_FILE_ERROR);
    CHECK_MESSAGE(vaelib_writer_create("/dev/null", &none), VAELIB_FILE_ERROR, "device");
    CHECK(none == NULL);

    writer = create_writer(path);
    CHECK_MESSAGE(vaelib_writer_finish(writer), VAELIB_INVALID_ARGUMENT, "no dataset");
    CHECK_STATUS(vaelib_writer_add(writer, NULL, &config), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_writer_add(writer, "x", NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_writer_add(writer, "", &config), VAELIB_INVALID_ARGUMENT, "name");
    CHECK_MESSAGE(vaelib_writer_add(writer, "//", &config), VAELIB_INVALID_ARGUMENT, "name");
    CHECK_MESSAGE(vaelib_writer_add(writer, "a/./b", &config), VAELIB_INVALID_ARGUMENT, "a/./b");
    bad = config;
    bad.dtype = (vaelib_dtype)7;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "dtype");
    bad = config;
    bad.compression = 10;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "compression");
    bad.compression = SIZE_MAX;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "compression");
    bad = config;
    bad.chunk_rows = SIZE_MAX;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "chunk_rows");
    bad.chunk_rows = ((size_t)1 << 30) + 1;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "chunk_rows");
    bad = config;
    bad.shape_count = 1;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "shape");
    bad.shape = zero;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "shape");
    bad.shape = wide;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "shape");
    bad.shape = many;
    bad.shape_count = 40;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "shape");
    bad.shape_count = SIZE_MAX;
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &bad), VAELIB_INVALID_ARGUMENT, "shape");

    CHECK_OK(vaelib_writer_add(writer, "/x", &config));
    CHECK_MESSAGE(vaelib_writer_add(writer, "x", &config), VAELIB_INVALID_ARGUMENT, "already");
    CHECK_MESSAGE(vaelib_writer_add(writer, "x/y", &config), VAELIB_INVALID_ARGUMENT, "already");
    CHECK_MESSAGE(vaelib_writer_append(writer, "z", &column), VAELIB_INVALID_ARGUMENT, "\"x\"");
    CHECK_STATUS(vaelib_writer_append(writer, NULL, &column), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_writer_append(writer, "x", NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_writer_append(writer, "x", &matrix), VAELIB_DATA_ERROR, "2 columns");
    column.buffer_bytes = 3;
    CHECK_STATUS(vaelib_writer_append(writer, "x", &column), VAELIB_INVALID_ARGUMENT);
    column.buffer_bytes = 4;
    CHECK_MESSAGE(vaelib_writer_finish(writer), VAELIB_INVALID_ARGUMENT, "no rows");
    CHECK_OK(vaelib_writer_append(writer, "x", &column));
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    CHECK(temporary_files() == 0);
}

static void check_bad_handle(vaelib_writer *writer, vaelib_model *model, vaelib_model *stack, vaelib_dataset *set) {
    const vaelib_status bad = VAELIB_INVALID_HANDLE;
    const unsigned char values[4] = {1, 2, 3, 4};
    const vaelib_array array = make_view(values, VAELIB_UINT8, 4, 1);
    const vaelib_writer_config config = make_writer_config(VAELIB_UINT8, NULL, 0);
    CHECK_STATUS(vaelib_writer_add(writer, "x", &config), bad);
    CHECK_STATUS(vaelib_writer_append(writer, "x", &array), bad);
    CHECK_STATUS(vaelib_writer_finish(writer), bad);
    CHECK_STATUS(vaelib_vae_encode_to(model, set, writer, "m", NULL, NULL, NULL), bad);
    CHECK_STATUS(vaelib_vae_reconstruct_to(model, set, VAELIB_MEAN, 1, writer, "m", NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_encode_to(stack, set, 0, writer, "m", NULL, NULL), bad);
    CHECK_STATUS(vaelib_stack_reconstruct_to(stack, set, 0, writer, "m", NULL, NULL), bad);
    vaelib_writer_free(writer);
}

static void check_handles(void) {
    static const float zeros[4 * columns] = {0};
    vaelib_model *model = make_model(columns, 2);
    vaelib_model *stack = make_stack(columns);
    vaelib_dataset *set = wrap(zeros, 4, columns);
    vaelib_writer *freed = create_writer(scratch_path("freed.h5"));
    vaelib_writer_free(freed);
    check_bad_handle(NULL, model, stack, set);
    check_bad_handle(freed, model, stack, set);
    check_bad_handle((vaelib_writer *)(void *)model, model, stack, set);
    check_bad_handle((vaelib_writer *)(uintptr_t)12345, model, stack, set);
    CHECK(describe(model).data_dim == columns);
    vaelib_dataset_free(set);
    vaelib_model_free(stack);
    vaelib_model_free(model);
}

/* A child neither writes to its parent's file nor takes it away. */
static void check_fork(void) {
    const char *path = scratch_path("forked.h5");
    vaelib_writer *writer = create_writer(path);
    vaelib_writer_config config = make_writer_config(VAELIB_FLOAT32, NULL, 0);
    const float values[3] = {1, 2, 3};
    vaelib_array array = make_view(values, VAELIB_FLOAT32, 3, 1);
    int status = 1;
    pid_t child;
    config.chunk_rows = 1;
    CHECK_OK(vaelib_writer_add(writer, "x", &config));
    CHECK_OK(vaelib_writer_append(writer, "x", &array));
    child = fork();
    if (child == 0) {
        int refused = vaelib_writer_append(writer, "x", &array) == VAELIB_INVALID_ARGUMENT &&
                      strstr(vaelib_last_error(), "process") != NULL;
        vaelib_writer_free(writer);
        _exit(refused ? 0 : 1);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    CHECK(temporary_files() == 1);
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    vaelib_dataset_free(open_labelled(path, "x", NULL));
}

int main(void) {
    check_abandoned();
    check_bad_arguments();
    check_handles();
    check_fork();
    return report();
}
