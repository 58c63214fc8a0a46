/* Models of both kinds in memory: the bytes of the file, checked as a file is. */
#include "support.h"

enum { rows = 40, columns = 5 };

static vaelib_dataset *examples;

static size_t file_size(const char *path) {
    FILE *file = fopen(path, "rb");
    long size;
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) exit(1);
    size = ftell(file);
    fclose(file);
    return (size_t)size;
}

/* The bytes are those of the file, and the model that comes of them is equal in everything that a file holds. */
static void check_round_trip(const char *kind) {
    vaelib_model *model = make_model_of(kind, columns), *back = NULL;
    vaelib_training_config plan = make_plan(2);
    const char *path = scratch_path("memory.h5"), *found = NULL;
    void *bytes = NULL, *again = NULL;
    unsigned char *stored;
    size_t count = 0, count_again = 0;
    FILE *file;
    CHECK_OK(train(model, examples, &plan));
    CHECK_OK(vaelib_model_save(model, path));
    REQUIRE_OK(vaelib_model_save_to_memory(model, &bytes, &count));
    CHECK(count == file_size(path));
    stored = malloc(count);
    file = fopen(path, "rb");
    if (stored == NULL || file == NULL) exit(1);
    CHECK(fread(stored, 1, count, file) == count && memcmp(stored, bytes, count) == 0);
    fclose(file);
    vaelib_model_free(model);
    REQUIRE_OK(vaelib_model_load_from_memory(bytes, count, &back));
    memset(bytes, 0, count); /* not needed any more */
    vaelib_memory_free(bytes);
    CHECK_OK(vaelib_model_kind(back, &found));
    CHECK(strcmp(found, kind) == 0 && strcmp(describe(back).kind, kind) == 0);
    CHECK_OK(train(back, examples, &plan)); /* it goes on learning */
    vaelib_model_free(back);

    REQUIRE_OK(vaelib_model_load_from_memory(stored, count, &back));
    REQUIRE_OK(vaelib_model_save_to_memory(back, &again, &count_again));
    CHECK(count_again == count && memcmp(again, stored, count) == 0);
    vaelib_memory_free(again);
    vaelib_model_free(back);
    free(stored);
}

/* What is no model, or a damaged one, is refused, wherever it is cut off or changed. */
static void check_damage(const char *kind) {
    vaelib_model *model = make_model_of(kind, columns), *none = NULL;
    void *content = NULL;
    unsigned char *bytes;
    size_t count = 0, accepted = 0;
    REQUIRE_OK(vaelib_model_save_to_memory(model, &content, &count));
    bytes = content;
    for (size_t part = 1; part < 200; part++) {
        CHECK_STATUS(vaelib_model_load_from_memory(bytes, count * part / 200, &none), VAELIB_FORMAT_ERROR);
    }
    CHECK_STATUS(vaelib_model_load_from_memory(bytes, count - 1, &none), VAELIB_FORMAT_ERROR);
    for (size_t place = 0; place < count; place += 37) {
        vaelib_model *loaded = NULL;
        bytes[place] = (unsigned char)~bytes[place];
        accepted += vaelib_model_load_from_memory(bytes, count, &loaded) == VAELIB_OK;
        vaelib_model_free(loaded);
        bytes[place] = (unsigned char)~bytes[place];
    }
    CHECK(accepted == 0); /* the checksum covers every byte */
    CHECK_MESSAGE(vaelib_model_load_from_memory("no model", 8, &none), VAELIB_FORMAT_ERROR, "HDF5");
    CHECK(none == NULL);
    CHECK_OK(vaelib_model_load_from_memory(bytes, count, &none));
    vaelib_model_free(none);
    vaelib_memory_free(content);
    vaelib_model_free(model);
}

static void check_bad_arguments(const char *kind) {
    const vaelib_status bad = VAELIB_INVALID_ARGUMENT;
    vaelib_model *model = make_model_of(kind, columns), *none = NULL;
    void *bytes = NULL;
    size_t count = 0;
    CHECK_STATUS(vaelib_model_save_to_memory(model, NULL, &count), bad);
    CHECK_STATUS(vaelib_model_save_to_memory(model, &bytes, NULL), bad);
    CHECK(bytes == NULL && count == 0);
    CHECK_STATUS(vaelib_model_load_from_memory(NULL, 10, &none), bad);
    CHECK_STATUS(vaelib_model_load_from_memory("", 0, &none), bad);
    CHECK_STATUS(vaelib_model_load_from_memory("x", 1, NULL), bad);
    CHECK_STATUS(vaelib_model_kind(model, NULL), bad);
    CHECK(none == NULL);
    vaelib_memory_free(NULL);
    vaelib_model_free(model);
}

int main(void) {
    static const char *const kinds[] = {"vae", "stack"};
    float *images = make_images(rows, columns, 3);
    examples = wrap(images, rows, columns);
    for (size_t i = 0; i < 2; i++) {
        check_round_trip(kinds[i]);
        check_damage(kinds[i]);
        check_bad_arguments(kinds[i]);
    }
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
