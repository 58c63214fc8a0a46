/* Model files of both kinds: what is saved comes back; what is no model file, or a damaged one, is refused. */
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support.h"

enum { rows = 40, columns = 5 };

static float *images;
static int64_t *labels;

static vaelib_dataset *open_scaled(void) {
    vaelib_array array = VAELIB_ARRAY_INIT, label_array = VAELIB_ARRAY_INIT;
    vaelib_dataset *examples = NULL;
    REQUIRE_OK(vaelib_array_init(&array, images, VAELIB_FLOAT32, rows, columns));
    REQUIRE_OK(vaelib_array_init(&label_array, labels, VAELIB_INT64, rows, 1));
    array.scale = 0.5;
    array.shift = 0.25;
    REQUIRE_OK(vaelib_dataset_from_array(&array, &label_array, &examples));
    return examples;
}

/* Every column of the history says the same, NaN beside NaN. */
static void check_same_history(const vaelib_model *left, const vaelib_model *right) {
    const size_t count = describe(left).history_columns;
    CHECK(count > 5 && describe(right).history_columns == count && history_epochs(left) == history_epochs(right));
    for (size_t column = 0; column < count; column++) {
        vaelib_history_column one = VAELIB_HISTORY_COLUMN_INIT, other = VAELIB_HISTORY_COLUMN_INIT;
        REQUIRE_OK(vaelib_model_describe_history(left, column, &one));
        REQUIRE_OK(vaelib_model_describe_history(right, column, &other));
        CHECK(strcmp(one.name, other.name) == 0);
        for (size_t epoch = 0; epoch < history_epochs(left); epoch++) {
            double value = history_value(left, one.name, epoch), same = history_value(right, one.name, epoch);
            CHECK(value == same || (isnan(value) && isnan(same)));
        }
    }
}

/* A variational auto-encoder comes back as it went in: weights, history, scaling, how it was trained. */
static void check_vae_round_trip(void) {
    vaelib_dataset *examples = open_scaled();
    vaelib_model *model = make_model(columns, 2), *back = NULL;
    vaelib_training_config plan = make_plan(2), plan_back = VAELIB_TRAINING_CONFIG_INIT;
    const char *path = scratch_path("round_trip.h5");
    plan.binarization = "dynamic";
    plan.beta = 0.75;
    plan.learning_rate = 0.0123;
    CHECK_OK(vaelib_vae_fit(model, examples, examples, &plan, NULL, NULL));
    CHECK_OK(vaelib_model_save(model, path));
    REQUIRE_OK(vaelib_model_load(path, 0, &back));
    CHECK(hash_parameters(back) == hash_parameters(model));
    CHECK(describe(back).data_scale == 0.5 && describe(back).data_shift == 0.25);
    CHECK(history_epochs(back) == 2 && describe(back).examples_seen == 80);
    CHECK_OK(vaelib_model_get_training_config(back, VAELIB_FIT, &plan_back));
    CHECK(plan_back.beta == 0.75 && plan_back.learning_rate == 0.0123 && plan_back.epochs == 2 && plan_back.seed == 7);
    CHECK(strcmp(plan_back.binarization, "dynamic") == 0);
    check_same_history(model, back);
    CHECK_OK(vaelib_model_save(back, path)); /* over the old file */
    vaelib_model_free(back);
    vaelib_model_free(model);
    vaelib_dataset_free(examples);
}

/* The same answers to the bit, as far as both can be asked. */
static void check_same_answers(vaelib_model *left, vaelib_model *right, const vaelib_dataset *examples) {
    float values[2][rows * 8];
    vaelib_model *const stacks[] = {left, right};
    for (size_t i = 0; i < 2; i++) {
        memset(values[i], 0, sizeof values[i]);
        CHECK_OK(vaelib_stack_reconstruct(stacks[i], examples, 1, values[i], rows * columns));
    }
    CHECK(memcmp(values[0], values[1], sizeof values[0]) == 0);
    if (describe(left).output_count == 0) return;
    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(vaelib_stack_predict_probabilities(stacks[i], examples, values[i], rows * 4));
    }
    CHECK(memcmp(values[0], values[1], sizeof values[0]) == 0);
}

/* A stack, before and after fine-tuning; training goes on with the same bits. */
static void check_stack_round_trip(int fine_tuned) {
    vaelib_layer_config layers[] = {make_layer(6), make_layer(4)};
    vaelib_dataset *examples = open_scaled();
    vaelib_model *stack, *back = NULL;
    vaelib_training_config plan = make_plan(2);
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    const char *path = scratch_path("stack_round_trip.h5");
    size_t epochs = fine_tuned ? 6 : 4;
    layers[0].corruption = "salt_and_pepper";
    layers[0].corruption_range = "data";
    layers[0].corruption_low = -0.25;
    layers[1].tied = 0;
    layers[1].loss = "squared_error";
    layers[1].weight_l2 = 0.0625;
    stack = make_stack_of(columns, layers, 2);
    REQUIRE_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    if (fine_tuned) {
        REQUIRE_OK(vaelib_stack_finetune(stack, examples, examples, VAELIB_SUPERVISED, &plan, NULL, NULL));
    }
    CHECK_OK(vaelib_model_save(stack, path));
    REQUIRE_OK(vaelib_model_load(path, 0, &back));
    CHECK(hash_parameters(back) == hash_parameters(stack));
    CHECK(describe(back).output_count == (fine_tuned ? 4u : 0u));
    CHECK(describe(back).data_scale == 0.5 && describe(back).data_shift == 0.25);
    CHECK_OK(vaelib_stack_get_config(back, &config));
    CHECK(config.data_dim == columns && config.layer_count == 2 && config.seed == 1);
    CHECK(strcmp(config.layers[0].corruption, "salt_and_pepper") == 0 && config.layers[0].corruption_low == -0.25);
    CHECK(strcmp(config.layers[0].corruption_range, "data") == 0);
    CHECK(config.layers[1].tied == 0 && strcmp(config.layers[1].loss, "squared_error") == 0);
    CHECK(config.layers[1].weight_l2 == 0.0625 && config.layers[1].width == 4);
    CHECK(history_epochs(back) == epochs && history_epochs(stack) == epochs);
    check_same_history(stack, back);
    check_same_answers(stack, back, examples);
    CHECK_OK(vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK_OK(vaelib_stack_finetune(back, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK(hash_parameters(back) == hash_parameters(stack));
    CHECK_OK(vaelib_model_save(back, path)); /* over the old file */
    vaelib_model_free(back);
    vaelib_model_free(stack);
    vaelib_dataset_free(examples);
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
        CHECK_STATUS(vaelib_model_load(path, 0, &none), VAELIB_FORMAT_ERROR);
    }
    write_file(path, bytes, size - 1);
    CHECK_STATUS(vaelib_model_load(path, 0, &none), VAELIB_FORMAT_ERROR);
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
        outcome = vaelib_model_load(path, 0, &model);
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

/* A file of this kind, with everything that such a file may hold. */
static void write_good_file(const char *kind, const char *path) {
    const char *const names[] = {"yes", "no"};
    vaelib_model *model = make_model_of(kind, columns);
    if (strcmp(kind, "stack") == 0) {
        CHECK_OK(vaelib_stack_add_head(model, "softmax", 2));
        CHECK_OK(vaelib_stack_set_class_names(model, "text", names, 2));
    }
    REQUIRE_OK(vaelib_model_save(model, path));
    vaelib_model_free(model);
}

static void check_bad_files(const char *kind) {
    vaelib_model *none = NULL;
    const char *good = scratch_path("good.h5");
    size_t size = 0;
    unsigned char *bytes;
    write_good_file(kind, good);
    bytes = read_file(good, &size);
    check_truncation(bytes, size);
    check_damage(bytes, size);
    free(bytes);
    CHECK_MESSAGE(vaelib_model_load(scratch_path("missing.h5"), 0, &none), VAELIB_FILE_ERROR, "missing.h5");
    CHECK_MESSAGE(vaelib_model_load(scratch_path("folder.h5"), 0, &none), VAELIB_FILE_ERROR, "folder.h5");
    CHECK_MESSAGE(vaelib_model_load(scratch_path("text.h5"), 0, &none), VAELIB_FORMAT_ERROR, "text.h5");
    CHECK_STATUS(vaelib_model_load(NULL, 0, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_load("", 0, &none), VAELIB_FILE_ERROR);
    CHECK_MESSAGE(vaelib_model_load(scratch_path("data.h5"), 0, &none), VAELIB_FORMAT_ERROR, "data.h5");
    CHECK_STATUS(vaelib_model_load(scratch_path("good.h5"), 0, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK(none == NULL);
}

/* A save that fails says so, and an older file of that name stays as it was. */
static void check_bad_places(const char *kind) {
    vaelib_model *model = make_model_of(kind, columns);
    CHECK_MESSAGE(vaelib_model_save(model, scratch_path("no-folder/model.h5")), VAELIB_FILE_ERROR, "no-folder");
    CHECK_MESSAGE(vaelib_model_save(model, scratch_path("folder.h5")), VAELIB_FILE_ERROR, "folder.h5");
    CHECK_STATUS(vaelib_model_save(model, ""), VAELIB_FILE_ERROR);
    CHECK_STATUS(vaelib_model_save(model, NULL), VAELIB_INVALID_ARGUMENT);
    vaelib_model_free(model);
}

/* Equal models give equal files, byte for byte. */
static void check_equal_files(const char *kind) {
    size_t sizes[2];
    unsigned char *bytes[2];
    write_good_file(kind, scratch_path("one.h5"));
    write_good_file(kind, scratch_path("two.h5"));
    bytes[0] = read_file(scratch_path("one.h5"), &sizes[0]);
    bytes[1] = read_file(scratch_path("two.h5"), &sizes[1]);
    CHECK(sizes[0] == sizes[1] && memcmp(bytes[0], bytes[1], sizes[0]) == 0);
    free(bytes[0]);
    free(bytes[1]);
}

int main(void) {
    static const char *const kinds[] = {"vae", "stack"};
    images = make_images(rows, columns, 3);
    labels = make_labels(rows, columns, 3);
    check_vae_round_trip();
    check_stack_round_trip(0);
    check_stack_round_trip(1);
    for (size_t i = 0; i < 2; i++) {
        check_bad_files(kinds[i]);
        check_bad_places(kinds[i]);
        check_equal_files(kinds[i]);
    }
    free(labels);
    free(images);
    return report();
}
