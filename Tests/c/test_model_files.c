/* Model files: what is saved comes back; what is no model file, or a damaged one, is refused with a message. */
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support.h"

/* A trained model comes back from its file as it went in: weights, history, scaling, how it was trained. */
static void check_round_trip(void) {
    float *images = make_images(40, 5, 3);
    vaelib_array array = {.struct_size = sizeof array};
    vaelib_dataset *examples = NULL;
    vaelib_model *model = make_model(5, 2), *back = NULL;
    vaelib_training_config plan = make_plan(2), plan_back = {.struct_size = sizeof plan_back};
    vaelib_history_record record = {.struct_size = sizeof record}, record_back = {.struct_size = sizeof record_back};
    const char *path = scratch_path("round_trip.h5");
    size_t epochs = 0;
    REQUIRE_OK(vaelib_array_init(&array, images, VAELIB_FLOAT32, 40, 5));
    array.scale = 0.5;
    array.shift = 0.25;
    REQUIRE_OK(vaelib_dataset_from_array(&array, NULL, &examples));
    plan.binarization = "dynamic";
    plan.beta = 0.75;
    plan.learning_rate = 0.0123;
    CHECK_OK(vaelib_fit(model, examples, examples, &plan, NULL, NULL));
    CHECK_OK(vaelib_model_save(model, path));
    REQUIRE_OK(vaelib_model_load(path, &back));
    CHECK(hash_parameters(back) == hash_parameters(model));
    CHECK(describe(back).data_scale == 0.5 && describe(back).data_shift == 0.25);
    CHECK(describe(back).epochs_trained == 2 && describe(back).examples_seen == 80);
    CHECK_OK(vaelib_model_training_config(back, &plan_back));
    CHECK(plan_back.beta == 0.75 && plan_back.learning_rate == 0.0123 && plan_back.epochs == 2 && plan_back.seed == 7);
    CHECK(strcmp(plan_back.binarization, "dynamic") == 0);
    CHECK_OK(vaelib_history_count(back, &epochs));
    CHECK(epochs == 2);
    for (size_t index = 0; index < epochs; index++) {
        CHECK_OK(vaelib_history_get(model, index, &record));
        CHECK_OK(vaelib_history_get(back, index, &record_back));
        CHECK(memcmp(&record, &record_back, sizeof record) == 0);
    }
    CHECK_OK(vaelib_model_save(back, path)); /* over the old file */
    vaelib_model_free(back);
    vaelib_model_free(model);
    vaelib_dataset_free(examples);
    free(images);
}

/* The bytes of a file; *out_size receives how many. Free with free(). */
static unsigned char *read_file(const char *path, size_t *out_size) {
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = malloc(1 << 20);
    if (file == NULL || bytes == NULL) exit(1);
    *out_size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void write_file(const char *path, const unsigned char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size) exit(1);
    fclose(file);
}

/* A file cut off anywhere is refused. */
static void check_truncation(const unsigned char *bytes, size_t size) {
    const char *path = scratch_path("truncated.h5");
    vaelib_model *none = NULL;
    for (size_t part = 0; part < 200; part++) {
        write_file(path, bytes, size * part / 200);
        CHECK_STATUS(vaelib_model_load(path, &none), VAELIB_FORMAT_ERROR);
    }
    write_file(path, bytes, size - 1);
    CHECK_STATUS(vaelib_model_load(path, &none), VAELIB_FORMAT_ERROR);
    CHECK(none == NULL);
}

/* Loads a file in a child process; 0 if it came back with a model or a message, whatever the file holds. */
static int load_in_child(const char *path) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        vaelib_model *model = NULL;
        vaelib_status outcome;
        alarm(60);
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(1); /* a crash is counted, not described */
        outcome = vaelib_model_load(path, &model);
        _exit((outcome == VAELIB_OK) != (model != NULL) || (outcome != VAELIB_OK && vaelib_last_error()[0] == '\0'));
    }
    if (child < 0 || waitpid(child, &status, 0) != child) return -1;
    return status;
}

/* With one byte changed a file is refused, or the change does no harm; no change brings the program down. */
static void check_damage(unsigned char *bytes, size_t size) {
    const char *path = scratch_path("damaged.h5");
    enum { places = 600 };
    size_t crashes = 0;
    for (size_t i = 0; i < places; i++) {
        size_t place = size * i / places;
        bytes[place] = (unsigned char)~bytes[place];
        write_file(path, bytes, size);
        bytes[place] = (unsigned char)~bytes[place];
        if (load_in_child(path) != 0) {
            crashes++;
            fprintf(stderr, "    byte %zu of %zu, inverted, brings vaelib_model_load() down\n", place, size);
        }
    }
    CHECK(crashes == 0);
}

static void check_bad_files(void) {
    vaelib_model *model = make_model(5, 2), *none = NULL;
    const char *good = scratch_path("good.h5");
    size_t size = 0;
    unsigned char *bytes;
    CHECK_OK(vaelib_model_save(model, good));
    bytes = read_file(good, &size);
    check_truncation(bytes, size);
    check_damage(bytes, size);
    free(bytes);
    CHECK_MESSAGE(vaelib_model_load(scratch_path("missing.h5"), &none), VAELIB_FILE_ERROR, "missing.h5");
    CHECK_MESSAGE(vaelib_model_load(scratch_path("folder.h5"), &none), VAELIB_FILE_ERROR, "folder.h5");
    CHECK_MESSAGE(vaelib_model_load(scratch_path("text.h5"), &none), VAELIB_FORMAT_ERROR, "text.h5");
    CHECK_STATUS(vaelib_model_load(NULL, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_load("", &none), VAELIB_FILE_ERROR);
    CHECK_MESSAGE(vaelib_model_load(scratch_path("data.h5"), &none), VAELIB_FORMAT_ERROR, "data.h5");
    CHECK_STATUS(vaelib_model_load(scratch_path("good.h5"), NULL), VAELIB_INVALID_ARGUMENT);
    CHECK(none == NULL);
    vaelib_model_free(model);
}

/* A save that fails says so, and an older file of that name stays as it was. */
static void check_bad_places(void) {
    vaelib_model *model = make_model(5, 2);
    CHECK_MESSAGE(vaelib_model_save(model, scratch_path("no-folder/model.h5")), VAELIB_FILE_ERROR, "no-folder");
    CHECK_MESSAGE(vaelib_model_save(model, scratch_path("folder.h5")), VAELIB_FILE_ERROR, "folder.h5");
    CHECK_STATUS(vaelib_model_save(model, ""), VAELIB_FILE_ERROR);
    CHECK_STATUS(vaelib_model_save(model, NULL), VAELIB_INVALID_ARGUMENT);
    vaelib_model_free(model);
}

int main(void) {
    check_round_trip();
    check_bad_files();
    check_bad_places();
    return report();
}
