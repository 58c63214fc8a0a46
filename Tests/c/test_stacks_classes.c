/* Classes of stacks: a softmax head without training, names of classes, and how a stack was trained. */
#include "support.h"

enum { rows = 40, columns = 5, class_count = 4 };

static float *images;
static int64_t *labels;

static const char *const names[class_count] = {"north", "s\xc3\xbc" "d", "", "west"};

/* The names of a stack's classes are these, of this type; NULL for none. */
static void check_names(const vaelib_model *stack, const char *type, const char *const *expected) {
    const char *found_type = NULL;
    const char *const *found = NULL;
    size_t count = 99;
    CHECK_OK(vaelib_stack_get_class_names(stack, &found_type, &found, &count));
    CHECK(count == (expected == NULL ? 0u : (size_t)class_count));
    CHECK((found == NULL) == (expected == NULL));
    CHECK(found_type != NULL && strcmp(found_type, type) == 0);
    for (size_t i = 0; expected != NULL && i < count; i++) CHECK(strcmp(found[i], expected[i]) == 0);
}

static void check_add_head(void) {
    vaelib_model *stack = make_stack(columns);
    vaelib_dataset *examples = wrap_labelled(images, labels, rows, columns);
    vaelib_training_config plan = make_plan(1);
    float probabilities[rows * class_count];
    size_t tensors = describe(stack).tensor_count;
    uint64_t before = hash_parameters(stack);
    CHECK_MESSAGE(vaelib_stack_add_head(stack, "softmax", 0), VAELIB_INVALID_ARGUMENT, "outputs is 0");
    CHECK_MESSAGE(vaelib_stack_add_head(stack, "softmax", 1), VAELIB_INVALID_ARGUMENT, "2 to 1048576");
    CHECK_STATUS(vaelib_stack_add_head(stack, "softmax", SIZE_MAX), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_add_head(stack, "softmax", 1048577), VAELIB_INVALID_ARGUMENT);
    CHECK(hash_parameters(stack) == before && describe(stack).output_count == 0);
    CHECK_OK(vaelib_stack_add_head(stack, "softmax", class_count));
    CHECK(describe(stack).output_count == class_count);
    CHECK(describe(stack).tensor_count == tensors + 2);
    CHECK_MESSAGE(vaelib_stack_add_head(stack, "softmax", class_count), VAELIB_INVALID_ARGUMENT, "already");
    CHECK_OK(vaelib_stack_predict_probabilities(stack, examples, probabilities, rows * class_count));
    CHECK_OK(vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    vaelib_dataset_free(examples);
    vaelib_model_free(stack);
}

static void check_naming(void) {
    vaelib_model *stack = make_stack(columns), *copy = NULL, *back = NULL;
    const char *path = scratch_path("class_names.h5");
    CHECK_MESSAGE(
        vaelib_stack_set_class_names(stack, "text", names, class_count), VAELIB_INVALID_ARGUMENT, "0 classes");
    check_names(stack, "text", NULL);
    CHECK_OK(vaelib_stack_set_class_names(stack, NULL, NULL, 0));
    REQUIRE_OK(vaelib_stack_add_head(stack, "softmax", class_count));
    check_names(stack, "text", NULL);
    CHECK_OK(vaelib_model_save(stack, path));
    REQUIRE_OK(vaelib_model_load(path, 0, &back));
    check_names(back, "text", NULL);
    vaelib_model_free(back);

    CHECK_OK(vaelib_stack_set_class_names(stack, "text", names, class_count));
    check_names(stack, "text", names);
    CHECK_OK(vaelib_model_save(stack, path));
    REQUIRE_OK(vaelib_model_load(path, 0, &back));
    check_names(back, "text", names);
    REQUIRE_OK(vaelib_model_copy(stack, &copy));
    CHECK_OK(vaelib_stack_set_class_names(stack, NULL, NULL, 0));
    check_names(stack, "text", NULL);
    check_names(copy, "text", names);
    vaelib_model_free(copy);
    vaelib_model_free(back);
    vaelib_model_free(stack);
}

static void check_types(void) {
    static const char *const integers[class_count] = {"-9223372036854775808", "0", "18446744073709551615", "7"};
    static const char *const reals[class_count] = {"0.5", "-1e300", "3", ".25"};
    static const struct {
        const char *type, *name;
    } wrong[] = {{"integer", "1.5"}, {"integer", "+1"}, {"integer", "18446744073709551616"}, {"integer", ""},
                 {"integer", " 1"}, {"real", "nan"}, {"real", "inf"}, {"real", "0x1p3"}, {"real", "1e999"},
                 {"real", ""}, {"boolean", "True"}, {"boolean", "1"}, {"text", "north"}, {"text", "\xff"},
                 {"colour", "red"}, {"", "red"}};
    vaelib_model *stack = make_stack(columns), *pair = make_stack(columns);
    static const char *const booleans[2] = {"false", "true"};
    REQUIRE_OK(vaelib_stack_add_head(stack, "softmax", class_count));
    REQUIRE_OK(vaelib_stack_add_head(pair, "softmax", 2));
    CHECK_OK(vaelib_stack_set_class_names(pair, "boolean", booleans, 2));
    CHECK_OK(vaelib_stack_set_class_names(stack, "integer", integers, class_count));
    check_names(stack, "integer", integers);
    CHECK_OK(vaelib_stack_set_class_names(stack, "real", reals, class_count));
    check_names(stack, "real", reals);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *bad[class_count] = {"north", "1", "2", wrong[i].name};
        if (strcmp(wrong[i].type, "integer") == 0 || strcmp(wrong[i].type, "real") == 0) bad[0] = "0";
        if (strcmp(wrong[i].type, "boolean") == 0) bad[0] = "true";
        CHECK_STATUS(vaelib_stack_set_class_names(stack, wrong[i].type, bad, class_count), VAELIB_INVALID_ARGUMENT);
        check_names(stack, "real", reals);
    }
    vaelib_model_free(pair);
    vaelib_model_free(stack);
}

static void check_arguments(void) {
    vaelib_model *stack = make_stack(columns);
    const char *bad[class_count] = {"a", "b", "c", NULL};
    const char *type = NULL;
    const char *const *found = NULL;
    char *huge = malloc(4098);
    size_t count = 0;
    if (huge == NULL) exit(1);
    memset(huge, 'x', 4097);
    huge[4097] = '\0';
    REQUIRE_OK(vaelib_stack_add_head(stack, "softmax", class_count));
    CHECK_MESSAGE(
        vaelib_stack_set_class_names(stack, "text", bad, class_count), VAELIB_INVALID_ARGUMENT, "names[3] is NULL");
    bad[3] = huge;
    CHECK_MESSAGE(vaelib_stack_set_class_names(stack, "text", bad, class_count), VAELIB_INVALID_ARGUMENT, "4097");
    bad[3] = huge + 1;
    CHECK_OK(vaelib_stack_set_class_names(stack, "text", bad, class_count));
    CHECK_OK(vaelib_model_save(stack, scratch_path("long_names.h5")));
    CHECK_STATUS(vaelib_stack_set_class_names(stack, "text", NULL, class_count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_set_class_names(stack, NULL, names, class_count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_set_class_names(stack, "text", names, class_count - 1), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_set_class_names(stack, "text", names, SIZE_MAX), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_get_class_names(stack, NULL, &found, &count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_get_class_names(stack, &type, NULL, &count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_get_class_names(stack, &type, &found, NULL), VAELIB_INVALID_ARGUMENT);
    check_names(stack, "text", bad);
    free(huge);
    vaelib_model_free(stack);
}

/* Going on from a checkpoint brings its classes, named or not. */
static void check_names_of_checkpoints(void) {
    const char *const others[2] = {"left", "right"};
    const char *path = scratch_path("named_again.h5");
    vaelib_dataset *examples = wrap_labelled(images, labels, rows, columns);
    vaelib_checkpoint_config checkpoint = VAELIB_CHECKPOINT_CONFIG_INIT;
    vaelib_training_config plan = make_plan(1);
    vaelib_model *named = make_stack(columns), *fresh = make_stack(columns), *pair = make_stack(columns), *back = NULL;
    REQUIRE_OK(vaelib_checkpoint_config_init(&checkpoint));
    plan.checkpoint = &checkpoint;

    checkpoint.path = scratch_path("named_run.h5");
    REQUIRE_OK(vaelib_stack_add_head(named, "softmax", class_count));
    REQUIRE_OK(vaelib_stack_set_class_names(named, "text", names, class_count));
    CHECK_OK(vaelib_stack_finetune(named, examples, NULL, VAELIB_UNSUPERVISED, &plan, NULL, NULL));
    CHECK_OK(vaelib_stack_finetune(fresh, examples, NULL, VAELIB_UNSUPERVISED, &plan, NULL, NULL));
    check_names(fresh, "text", names);

    checkpoint.path = scratch_path("nameless_run.h5");
    CHECK_OK(vaelib_stack_set_class_names(named, NULL, NULL, 0));
    CHECK_OK(vaelib_stack_finetune(named, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    REQUIRE_OK(vaelib_stack_add_head(pair, "softmax", 2));
    REQUIRE_OK(vaelib_stack_set_class_names(pair, "text", others, 2));
    CHECK_OK(vaelib_stack_finetune(pair, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK(describe(pair).output_count == class_count);
    check_names(pair, "text", NULL);
    CHECK_OK(vaelib_model_save(pair, path));
    CHECK_OK(vaelib_model_load(path, 0, &back));

    vaelib_model_free(back);
    vaelib_model_free(pair);
    vaelib_model_free(fresh);
    vaelib_model_free(named);
    vaelib_dataset_free(examples);
}

static vaelib_training_config plan_of(const vaelib_model *stack, vaelib_phase phase) {
    vaelib_training_config config = VAELIB_TRAINING_CONFIG_INIT;
    CHECK_OK(vaelib_model_get_training_config(stack, phase, &config));
    return config;
}

/* What a stack was last trained with in each phase, also in a copy and after a file. */
static void check_training(void) {
    vaelib_model *stack = make_stack(columns), *stacks[3] = {stack, NULL, NULL};
    vaelib_dataset *examples = wrap_labelled(images, labels, rows, columns);
    vaelib_training_config plan = make_plan(2), defaults = VAELIB_TRAINING_CONFIG_INIT;
    const char *path = scratch_path("stack_training.h5");
    CHECK_OK(vaelib_training_config_init(&defaults));
    CHECK(plan_of(stack, VAELIB_SUPERVISED).batch_size == defaults.batch_size);
    plan.batch_size = 7;
    plan.optimizer = "sgd";
    CHECK_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    plan.batch_size = 9;
    plan.dropout = 0.25;
    CHECK_OK(vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    REQUIRE_OK(vaelib_model_copy(stack, &stacks[1]));
    CHECK_OK(vaelib_model_save(stack, path));
    REQUIRE_OK(vaelib_model_load(path, 0, &stacks[2]));
    for (size_t i = 0; i < 3; i++) {
        CHECK(plan_of(stacks[i], VAELIB_PRETRAINING).batch_size == 7);
        CHECK(strcmp(plan_of(stacks[i], VAELIB_PRETRAINING).optimizer, "sgd") == 0);
        CHECK(plan_of(stacks[i], VAELIB_SUPERVISED).batch_size == 9);
        CHECK(plan_of(stacks[i], VAELIB_SUPERVISED).dropout == 0.25);
        CHECK(plan_of(stacks[i], VAELIB_UNSUPERVISED).batch_size == defaults.batch_size);
    }
    /* A call that is refused is no training. */
    plan.batch_size = 11;
    plan.dropout = -1;
    CHECK_STATUS(
        vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK(plan_of(stack, VAELIB_SUPERVISED).batch_size == 9);
    CHECK_STATUS(vaelib_model_get_training_config(stack, (vaelib_phase)3, &plan), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_get_training_config(stack, VAELIB_PRETRAINING, NULL), VAELIB_INVALID_ARGUMENT);
    plan.struct_size = 8;
    CHECK_STATUS(vaelib_model_get_training_config(stack, VAELIB_PRETRAINING, &plan), VAELIB_INVALID_ARGUMENT);
    for (size_t i = 0; i < 3; i++) vaelib_model_free(stacks[i]);
    vaelib_dataset_free(examples);
}

int main(void) {
    images = make_images(rows, columns, 3);
    labels = make_labels(rows, columns, 3);
    check_add_head();
    check_naming();
    check_types();
    check_arguments();
    check_names_of_checkpoints();
    check_training();
    free(labels);
    free(images);
    return report();
}
