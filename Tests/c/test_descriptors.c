/* No descriptor is closed twice: between two closes another thread of the host may have got the same number. */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "support.h"

static size_t closes, failing_closes;

/* The library's calls come here too, since the program's own functions precede those of the C library. */
int close(int descriptor);
int close(int descriptor) {
    long result = syscall(SYS_close, descriptor);
    int number = errno;
    closes++;
    if (result != 0) failing_closes++;
    errno = number;
    return (int)result;
}

static void check_reading(const char *path, vaelib_status status) {
    vaelib_dataset *dataset = NULL;
    vaelib_model *model = NULL;
    size_t needed = 0;
    CHECK_STATUS(vaelib_dataset_open(path, "x", NULL, &dataset), status);
    CHECK_STATUS(vaelib_dataset_list(path, 0, NULL, 0, &needed), status);
    CHECK_STATUS(vaelib_model_load(path, 0, &model), status);
    CHECK_STATUS(vaelib_file_verify(path, 0, NULL), status);
    CHECK_STATUS(vaelib_file_verify(path, 1, NULL), status);
}

static void check_locked(void) {
    int descriptor = open(scratch_path("data.h5"), O_RDONLY);
    CHECK(descriptor >= 0 && flock(descriptor, LOCK_EX) == 0);
    check_reading(scratch_path("data.h5"), VAELIB_FILE_ERROR);
    close(descriptor);
}

static void check_writing(void) {
    vaelib_model *model = make_model(5, 2), *copy = NULL;
    vaelib_writer *writer = NULL;
    REQUIRE_OK(vaelib_model_save(model, scratch_path("descriptors.h5")));
    REQUIRE_OK(vaelib_model_save(model, scratch_path("descriptors.h5")));
    REQUIRE_OK(vaelib_model_load(scratch_path("descriptors.h5"), 0, &copy));
    CHECK_STATUS(vaelib_model_save(model, scratch_path("no/folder.h5")), VAELIB_FILE_ERROR);
    CHECK_STATUS(vaelib_model_save(model, scratch_path("folder.h5")), VAELIB_FILE_ERROR);
    CHECK_STATUS(vaelib_writer_create(scratch_path("no/folder.h5"), &writer), VAELIB_FILE_ERROR);
    REQUIRE_OK(vaelib_writer_create(scratch_path("descriptors_written.h5"), &writer));
    CHECK_STATUS(vaelib_writer_finish(writer), VAELIB_INVALID_ARGUMENT);
    vaelib_writer_free(writer);
    vaelib_model_free(copy);
    vaelib_model_free(model);
}

int main(void) {
    check_reading(scratch_path("empty.h5"), VAELIB_FORMAT_ERROR);
    check_reading(scratch_path("text.h5"), VAELIB_FORMAT_ERROR);
    check_reading(scratch_path("half.h5"), VAELIB_FORMAT_ERROR);
    check_reading(scratch_path("missing.h5"), VAELIB_FILE_ERROR);
    check_reading(scratch_path("folder.h5"), VAELIB_FILE_ERROR);
    check_locked();
    check_writing();
    CHECK(closes > 20);
    CHECK(failing_closes == 0);
    return report();
}
