/* Files of stacks: what is saved comes back; files of models, damaged files and other files are refused. */
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support.h"

enum { rows = 40, columns = 5 };

static float *images;
static int64_t *labels;

/* 1 if the records say the same, NaN beside NaN. */
static int same_record(vaelib_stack_record left, vaelib_stack_record right) {
    const double values[][2] = {
        {left.loss, right.loss}, {left.validation_loss, right.validation_loss}, {left.error, right.error},
        {left.validation_error, right.validation_error}, {left.learning_rate, right.learning_rate},
        {left.seconds, right.seconds}};
    int same = left.phase == right.phase && left.layer == right.layer && left.epoch == right.epoch;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        same = same && (values[i][0] == values[i][1] || (isnan(values[i][0]) && isnan(values[i][1])));
    }
    return same;
}

static vaelib_dataset *open_scaled(void) {
    vaelib_array array = {.struct_size = sizeof array}, label_array = {.struct_size = sizeof label_array};
    vaelib_dataset *examples = NULL;
    REQUIRE_OK(vaelib_array_init(&array, images, VAELIB_FLOAT32, rows, columns));
    REQUIRE_OK(vaelib_array_init(&label_array, labels, VAELIB_INT64, rows, 1));
    array.scale = 0.5;
    array.shift = 0.25;
    REQUIRE_OK(vaelib_dataset_from_array(&array, &label_array, &examples));
    return examples;
}

/* The same answers to the bit, as far as both can be asked. */
static void check_same_answers(vaelib_stack *left, vaelib_stack *right, const vaelib_dataset *examples) {
    float values[2][rows * 8];
    vaelib_stack *const stacks[] = {left, right};
    for (size_t i = 0; i < 2; i++) {
        memset(values[i], 0, sizeof values[i]);
        CHECK_OK(vaelib_stack_reconstruct(stacks[i], examples, 1, values[i], rows * columns));
    }
    CHECK(memcmp(values[0], values[1], sizeof values[0]) == 0);
    if (describe_stack(left).class_count == 0) return;
    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(vaelib_stack_predict_probabilities(stacks[i], examples, values[i], rows * 4));
    }
    CHECK(memcmp(values[0], values[1], sizeof values[0]) == 0);
}

/* Saves and loads: architecture, weights, history, scaling; and training goes on with the same bits. */
static void check_round_trip(int fine_tuned) {
    vaelib_layer_config layers[] = {make_layer(6), make_layer(4)};
    vaelib_dataset *examples = open_scaled();
    vaelib_stack *stack, *back = NULL;
    vaelib_training_config plan = make_plan(2);
    vaelib_stack_config config = {.struct_size = sizeof config};
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
    CHECK_OK(vaelib_stack_save(stack, path));
    REQUIRE_OK(vaelib_stack_load(path, &back));
    CHECK(hash_stack(back) == hash_stack(stack));
    CHECK(describe_stack(back).class_count == (fine_tuned ? 4u : 0u));
    CHECK(describe_stack(back).data_scale == 0.5 && describe_stack(back).data_shift == 0.25);
    CHECK_OK(vaelib_stack_get_config(back, &config));
    CHECK(config.data_dim == columns && config.layer_count == 2 && config.seed == 1);
    CHECK(strcmp(config.layers[0].corruption, "salt_and_pepper") == 0 && config.layers[0].corruption_low == -0.25);
    CHECK(strcmp(config.layers[0].corruption_range, "data") == 0);
    CHECK(config.layers[1].tied == 0 && strcmp(config.layers[1].loss, "squared_error") == 0);
    CHECK(config.layers[1].weight_l2 == 0.0625 && config.layers[1].width == 4);
    CHECK(stack_history_count(back) == epochs && stack_history_count(stack) == epochs);
    for (size_t index = 0; index < epochs; index++) {
        CHECK(same_record(stack_history(stack, index), stack_history(back, index)));
    }
    check_same_answers(stack, back, examples);
    CHECK_OK(vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK_OK(vaelib_stack_finetune(back, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK(hash_stack(back) == hash_stack(stack));
    CHECK_OK(vaelib_stack_save(back, path)); /* over the old file */
    vaelib_stack_free(back);
    vaelib_stack_free(stack);
    vaelib_dataset_free(examples);
}

/* A stack is no model, and a model no stack: each is refused where the other is expected, with a hint. */
static void check_kinds(void) {
    vaelib_model *model = make_model(columns, 2), *no_model = NULL;
    vaelib_stack *stack = make_stack(columns), *no_stack = NULL;
    const char *model_path = scratch_path("kind_model.h5"), *stack_path = scratch_path("kind_stack.h5");
    REQUIRE_OK(vaelib_model_save(model, model_path));
    REQUIRE_OK(vaelib_stack_save(stack, stack_path));
    CHECK_MESSAGE(vaelib_stack_load(model_path, &no_stack), VAELIB_FORMAT_ERROR, "kind_model.h5");
    CHECK_MESSAGE(vaelib_stack_load(model_path, &no_stack), VAELIB_FORMAT_ERROR, "vae");
    CHECK_MESSAGE(vaelib_model_load(stack_path, &no_model), VAELIB_FORMAT_ERROR, "kind_stack.h5");
    CHECK_MESSAGE(vaelib_model_load(stack_path, &no_model), VAELIB_FORMAT_ERROR, "stack");
    CHECK(no_stack == NULL && no_model == NULL);
    vaelib_stack_free(stack);
    vaelib_model_free(model);
}

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
    const char *path = scratch_path("stack_truncated.h5");
    vaelib_stack *none = NULL;
    for (size_t part = 0; part <= 100; part++) {
        write_file(path, bytes, part == 100 ? size - 1 : size * part / 100);
        CHECK_STATUS(vaelib_stack_load(path, &none), VAELIB_FORMAT_ERROR);
    }
    CHECK(none == NULL);
}

/* With one byte changed a file is refused, or the change does no harm; no change brings the program down. */
static int load_in_child(const char *path) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        vaelib_stack *stack = NULL;
        vaelib_status outcome;
        alarm(60);
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(1); /* a crash is counted, not described */
        outcome = vaelib_stack_load(path, &stack);
        _exit((outcome == VAELIB_OK) != (stack != NULL) || (outcome != VAELIB_OK && vaelib_last_error()[0] == '\0'));
    }
    if (child < 0 || waitpid(child, &status, 0) != child) return -1;
    return status;
}

static void check_damage(unsigned char *bytes, size_t size) {
    const char *path = scratch_path("stack_damaged.h5");
    enum { places = 400 };
    size_t crashes = 0;
    for (size_t i = 0; i < places; i++) {
        size_t place = size * i / places;
        bytes[place] = (unsigned char)~bytes[place];
        write_file(path, bytes, size);
        bytes[place] = (unsigned char)~bytes[place];
        if (load_in_child(path) != 0) {
            crashes++;
            fprintf(stderr, "    byte %zu of %zu, inverted, brings vaelib_stack_load() down\n", place, size);
        }
    }
    CHECK(crashes == 0);
}

static void check_bad_files(void) {
    vaelib_stack *stack = make_stack(columns), *none = NULL;
    const char *good = scratch_path("stack_good.h5");
    const char *const names[] = {"yes", "no"};
    size_t size = 0;
    unsigned char *bytes;
    CHECK_OK(vaelib_stack_add_classifier(stack, 2));
    CHECK_OK(vaelib_stack_set_class_names(stack, "text", names, 2));
    CHECK_OK(vaelib_stack_save(stack, good));
    bytes = read_file(good, &size);
    check_truncation(bytes, size);
    check_damage(bytes, size);
    free(bytes);
    CHECK_MESSAGE(vaelib_stack_load(scratch_path("missing.h5"), &none), VAELIB_FILE_ERROR, "missing.h5");
    CHECK_MESSAGE(vaelib_stack_load(scratch_path("folder.h5"), &none), VAELIB_FILE_ERROR, "folder.h5");
    CHECK_MESSAGE(vaelib_stack_load(scratch_path("text.h5"), &none), VAELIB_FORMAT_ERROR, "text.h5");
    CHECK_MESSAGE(vaelib_stack_load(scratch_path("data.h5"), &none), VAELIB_FORMAT_ERROR, "data.h5");
    CHECK_STATUS(vaelib_stack_load("", &none), VAELIB_FILE_ERROR);
    CHECK_STATUS(vaelib_stack_load(NULL, &none), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_load(scratch_path("stack_good.h5"), NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(vaelib_stack_save(stack, scratch_path("no-folder/stack.h5")), VAELIB_FILE_ERROR, "no-folder");
    CHECK_MESSAGE(vaelib_stack_save(stack, scratch_path("folder.h5")), VAELIB_FILE_ERROR, "folder.h5");
    CHECK_STATUS(vaelib_stack_save(stack, ""), VAELIB_FILE_ERROR);
    CHECK_STATUS(vaelib_stack_save(stack, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK(none == NULL);
    vaelib_stack_free(stack);
}

/* Equal stacks give equal files, byte for byte. */
static void check_equal_files(void) {
    vaelib_stack *stack = make_stack(columns), *same = make_stack(columns);
    size_t sizes[2];
    unsigned char *bytes[2];
    CHECK_OK(vaelib_stack_save(stack, scratch_path("stack_one.h5")));
    CHECK_OK(vaelib_stack_save(same, scratch_path("stack_two.h5")));
    bytes[0] = read_file(scratch_path("stack_one.h5"), &sizes[0]);
    bytes[1] = read_file(scratch_path("stack_two.h5"), &sizes[1]);
    CHECK(sizes[0] == sizes[1] && memcmp(bytes[0], bytes[1], sizes[0]) == 0);
    free(bytes[0]);
    free(bytes[1]);
    vaelib_stack_free(same);
    vaelib_stack_free(stack);
}

int main(void) {
    images = make_images(rows, columns, 3);
    labels = make_labels(rows, columns, 3);
    check_round_trip(0);
    check_round_trip(1);
    check_kinds();
    check_bad_files();
    check_equal_files();
    free(labels);
    free(images);
    return report();
}
