/* What the columns of a model's examples are called, their types, and the names of their categories. */
#include "support.h"

enum { columns = 4, categories = 3 };

static const char *const names[columns] = {"visits", "f\xc3\xbchlt sich", "", "smokes"};
static const char *const types[columns] = {"integer", "category", "category", ""};
static const char *const marks[categories] = {"bad", "fair", "good"};
static const char *const answers[2] = {"no", "yes"};

/* Counts, two columns of three categories, and 0 or 1. */
static vaelib_model *make_table_model(void) {
    vaelib_column_group groups[3];
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_model *model = NULL;
    for (size_t i = 0; i < 3; i++) {
        groups[i] = (vaelib_column_group)VAELIB_COLUMN_GROUP_INIT;
        REQUIRE_OK(vaelib_column_group_init(&groups[i]));
    }
    groups[0].likelihood = "poisson";
    groups[1].likelihood = "categorical";
    groups[1].columns = 2;
    groups[1].classes = categories;
    groups[2].likelihood = "bernoulli";
    REQUIRE_OK(vaelib_vae_config_init(&config));
    config.data_dim = columns;
    config.latent_dim = 2;
    config.column_groups = groups;
    config.column_group_count = 3;
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    return model;
}

static int same_texts(const char *const *found, const char *const *expected, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(found[i], expected[i]) != 0) return 0;
    return 1;
}

/* The names of the columns are these, of this type; NULL for none. */
static void check_names(const vaelib_model *model, const char *type, const char *const *expected) {
    const char *found_type = NULL;
    const char *const *found = NULL;
    size_t count = 99;
    CHECK_OK(vaelib_model_get_column_names(model, &found_type, &found, &count));
    CHECK(count == (expected == NULL ? 0u : (size_t)columns));
    CHECK((found == NULL) == (expected == NULL) && strcmp(found_type, type) == 0);
    if (expected != NULL && count == columns) CHECK(same_texts(found, expected, count));
}

static void check_types(const vaelib_model *model, const char *const *expected) {
    const char *const *found = NULL;
    size_t count = 99;
    CHECK_OK(vaelib_model_get_column_types(model, &found, &count));
    CHECK(count == (expected == NULL ? 0u : (size_t)columns) && (found == NULL) == (expected == NULL));
    if (expected != NULL && count == columns) CHECK(same_texts(found, expected, count));
}

/* So are the names of a column's categories. */
static void check_categories(
    const vaelib_model *model, size_t column, const char *type, const char *const *expected, size_t expected_count) {
    const char *found_type = NULL;
    const char *const *found = NULL;
    size_t count = 99;
    CHECK_OK(vaelib_vae_get_category_names(model, column, &found_type, &found, &count));
    CHECK(count == expected_count && (found == NULL) == (expected_count == 0) && strcmp(found_type, type) == 0);
    if (count == expected_count && count > 0) CHECK(same_texts(found, expected, count));
}

static void check_all(const vaelib_model *model) {
    check_names(model, "text", names);
    check_types(model, types);
    check_categories(model, 0, "text", NULL, 0);
    check_categories(model, 1, "text", marks, categories);
    check_categories(model, 2, "text", NULL, 0);
    check_categories(model, 3, "boolean", (const char *const[]){"false", "true"}, 2);
}

static void name_all(vaelib_model *model) {
    CHECK_OK(vaelib_model_set_column_names(model, "text", names, columns));
    CHECK_OK(vaelib_model_set_column_types(model, types, columns));
    CHECK_OK(vaelib_vae_set_category_names(model, 1, "text", marks, categories));
    CHECK_OK(vaelib_vae_set_category_names(model, 3, "boolean", (const char *const[]){"false", "true"}, 2));
}

static void check_none(const vaelib_model *model) {
    check_names(model, "text", NULL);
    check_types(model, NULL);
    for (size_t column = 0; column < columns; column++) check_categories(model, column, "text", NULL, 0);
}

/* Copies, files and bytes keep the names; once they are removed, a file is as if there had been none. */
static void check_keeping(void) {
    vaelib_model *model = make_table_model(), *copy = NULL, *loaded = NULL, *again = NULL;
    const char *path = scratch_path("column_names.h5");
    const char *type = NULL;
    const char *const *held = NULL;
    void *bytes = NULL, *before = NULL;
    size_t count = 0, count_before = 0;
    check_none(model);
    CHECK_OK(vaelib_model_save_to_memory(model, &before, &count_before));
    name_all(model);
    check_all(model);
    REQUIRE_OK(vaelib_model_copy(model, &copy));
    CHECK_OK(vaelib_model_save(model, path));
    REQUIRE_OK(vaelib_model_load(path, 1, &loaded));
    CHECK_OK(vaelib_model_save_to_memory(model, &bytes, &count));
    REQUIRE_OK(vaelib_model_load_from_memory(bytes, count, &again));
    vaelib_memory_free(bytes);
    check_all(copy);
    check_all(loaded);
    check_all(again);

    /* Names that were given out stay as they are while others are set. */
    CHECK_OK(vaelib_vae_get_category_names(model, 1, &type, &held, &count));
    CHECK_OK(vaelib_model_set_column_names(model, NULL, NULL, 0));
    CHECK_OK(vaelib_model_set_column_types(model, NULL, 0));
    CHECK_OK(vaelib_vae_set_category_names(model, 3, NULL, NULL, 0));
    check_names(model, "text", NULL);
    CHECK(same_texts(held, marks, categories));
    CHECK_OK(vaelib_vae_set_category_names(model, 1, NULL, NULL, 0));
    check_none(model);
    CHECK_OK(vaelib_model_save_to_memory(model, &bytes, &count));
    CHECK(count == count_before && memcmp(bytes, before, count) == 0);
    check_all(copy);

    vaelib_memory_free(bytes);
    vaelib_memory_free(before);
    vaelib_model_free(again);
    vaelib_model_free(loaded);
    vaelib_model_free(copy);
    vaelib_model_free(model);
}

static void check_names_that_cannot_be(void) {
    vaelib_model *model = make_table_model();
    const char *bad[columns] = {"a", "b", "c", NULL}, *bad_types[columns] = {"", "", "", "\xff"};
    char *huge = malloc(4098);
    require(huge != NULL);
    memset(huge, 'x', 4097);
    huge[4097] = '\0';
    name_all(model);
    CHECK_MESSAGE(
        vaelib_model_set_column_names(model, "text", bad, columns), VAELIB_INVALID_ARGUMENT, "names[3] is NULL");
    bad[3] = "\xff";
    CHECK_MESSAGE(
        vaelib_model_set_column_names(model, "text", bad, columns), VAELIB_INVALID_ARGUMENT, "names[3] is not UTF-8");
    bad[3] = "b";
    CHECK_MESSAGE(
        vaelib_model_set_column_names(model, "text", bad, columns), VAELIB_INVALID_ARGUMENT,
        "the name of column 3, \"b\", is also that of an earlier column");
    bad[3] = huge;
    CHECK_MESSAGE(vaelib_model_set_column_names(model, "text", bad, columns), VAELIB_INVALID_ARGUMENT, "4097 bytes");
    CHECK_MESSAGE(vaelib_model_set_column_names(model, "integer", bad, columns), VAELIB_INVALID_ARGUMENT, "integer");
    CHECK_MESSAGE(vaelib_model_set_column_names(model, "colour", bad, columns), VAELIB_INVALID_ARGUMENT, "colour");
    CHECK_STATUS(vaelib_model_set_column_names(model, NULL, names, columns), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_set_column_names(model, "text", NULL, columns), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(
        vaelib_model_set_column_names(model, "text", names, columns - 1), VAELIB_INVALID_ARGUMENT, "4 columns");
    CHECK_STATUS(vaelib_model_set_column_names(model, "text", names, SIZE_MAX), VAELIB_INVALID_ARGUMENT);

    CHECK_MESSAGE(vaelib_model_set_column_types(model, bad_types, columns), VAELIB_INVALID_ARGUMENT, "types[3]");
    bad_types[3] = huge;
    CHECK_MESSAGE(
        vaelib_model_set_column_types(model, bad_types, columns), VAELIB_INVALID_ARGUMENT, "the type of column 3");
    CHECK_STATUS(vaelib_model_set_column_types(model, NULL, columns), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_model_set_column_types(model, types, columns + 1), VAELIB_INVALID_ARGUMENT);
    check_all(model);

    bad[3] = huge + 1; /* as long as may be */
    CHECK_OK(vaelib_model_set_column_names(model, "text", bad, columns));
    CHECK_OK(vaelib_model_set_column_names(model, "integer", (const char *const[]){"0", "1", "-2", "3"}, columns));
    check_names(model, "integer", (const char *const[]){"0", "1", "-2", "3"});
    free(huge);
    vaelib_model_free(model);
}

static void check_categories_that_cannot_be(void) {
    vaelib_model *model = make_table_model(), *stack = make_stack(columns), *real = NULL;
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    const char *const twice[categories] = {"bad", "good", "bad"};
    const char *type = NULL;
    const char *const *found = NULL;
    size_t count = 0;
    name_all(model);
    CHECK_MESSAGE(
        vaelib_vae_set_category_names(model, 0, "text", answers, 2), VAELIB_INVALID_ARGUMENT,
        "column 0 (\"visits\") has 0 categories");
    CHECK_MESSAGE(
        vaelib_vae_set_category_names(model, 1, "text", answers, 2), VAELIB_INVALID_ARGUMENT,
        "count is 2; column 1 (\"f\xc3\xbchlt sich\") has 3 categories");
    CHECK_MESSAGE(
        vaelib_vae_set_category_names(model, 3, "text", marks, categories), VAELIB_INVALID_ARGUMENT, "2 categories");
    CHECK_MESSAGE(
        vaelib_vae_set_category_names(model, 1, "text", twice, categories), VAELIB_INVALID_ARGUMENT,
        "the name of category 2, \"bad\"");
    CHECK_STATUS(vaelib_vae_set_category_names(model, 1, "boolean", marks, categories), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_set_category_names(model, 1, NULL, marks, categories), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_set_category_names(model, 1, "text", NULL, categories), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_set_category_names(model, 1, "text", marks, SIZE_MAX), VAELIB_INVALID_ARGUMENT);
    CHECK_MESSAGE(
        vaelib_vae_set_category_names(model, columns, "text", marks, categories), VAELIB_INVALID_ARGUMENT,
        "columns 0 to 3");
    CHECK_STATUS(vaelib_vae_set_category_names(model, SIZE_MAX, NULL, NULL, 0), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_get_category_names(model, columns, &type, &found, &count), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_vae_set_category_names(stack, 1, "text", marks, categories), VAELIB_INVALID_HANDLE);
    CHECK_STATUS(vaelib_vae_get_category_names(stack, 1, &type, &found, &count), VAELIB_INVALID_HANDLE);
    check_all(model);

    /* Where all columns are of one kind, it decides. */
    REQUIRE_OK(vaelib_vae_config_init(&config));
    config.data_dim = columns;
    config.latent_dim = 2;
    config.likelihood = "gaussian";
    REQUIRE_OK(vaelib_vae_create(&config, &real));
    CHECK_STATUS(vaelib_vae_set_category_names(real, 1, "text", answers, 2), VAELIB_INVALID_ARGUMENT);
    vaelib_model_free(real);
    config.likelihood = "bernoulli";
    REQUIRE_OK(vaelib_vae_create(&config, &real));
    CHECK_OK(vaelib_vae_set_category_names(real, 3, "text", answers, 2));
    check_categories(real, 3, "text", answers, 2);

    vaelib_model_free(real);
    vaelib_model_free(stack);
    vaelib_model_free(model);
}

/* A table, of 4 rows that suit the model, but for one value. */
static vaelib_dataset *table_with(float *values, size_t row, size_t column, float value) {
    memset(values, 0, 4 * columns * sizeof *values);
    values[row * columns + column] = value;
    return wrap(values, 4, columns);
}

static int warned_of(const char *text) { return strstr(vaelib_last_warning(), text) != NULL; }

/* What is said of a column of a model's examples calls it by its name, if that is a text. */
static void check_messages(void) {
    static const char *const odd[columns] = {"a\n\"b\\'s", "1", "2", "3"};
    float values[4 * columns], codes[32];
    vaelib_model *model = make_table_model(), *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    vaelib_dataset *bad = table_with(values, 2, 1, 3.0f);
    CHECK_MESSAGE(train(model, bad, &plan), VAELIB_DATA_ERROR, "3.0 at row 2, column 1 (counted from 0);");
    CHECK_OK(vaelib_model_set_column_names(model, "text", names, columns));
    CHECK_MESSAGE(
        train(model, bad, &plan), VAELIB_DATA_ERROR, "row 2, column 1 (\"f\xc3\xbchlt sich\") (counted from 0);");
    CHECK_MESSAGE(vaelib_vae_encode(model, bad, codes, NULL, 8), VAELIB_DATA_ERROR, "1 (\"f\xc3\xbchlt sich\") (");
    CHECK_MESSAGE(
        vaelib_vae_encode_rows(model, values, 4, codes, NULL, 8), VAELIB_DATA_ERROR,
        "row 2, column 1 (\"f\xc3\xbchlt sich\") (");
    vaelib_dataset_free(bad);

    bad = table_with(values, 0, 3, 0.5f);
    CHECK_OK(train(model, bad, &plan));
    CHECK(warned_of("column 3 (\"smokes\") holds values strictly between"));
    vaelib_dataset_free(bad);

    /* Of a layer's codes the model has no names. */
    bad = table_with(values, 3, 0, NAN);
    CHECK_OK(vaelib_model_set_column_names(stack, "text", odd, columns));
    CHECK_MESSAGE(
        vaelib_stack_encode(stack, bad, 0, codes, 32), VAELIB_DATA_ERROR, "row 3, column 0 (\"a\\n\\\"b\\\\'s\") (");
    CHECK_OK(vaelib_model_set_column_names(model, "integer", (const char *const[]){"7", "8", "9", "10"}, columns));
    CHECK_MESSAGE(train(model, bad, &plan), VAELIB_DATA_ERROR, "row 3, column 0 (counted from 0);");
    vaelib_dataset_free(bad);
    vaelib_model_free(stack);
    vaelib_model_free(model);
}

/* Stacks have names of columns, too. */
static void check_stacks(void) {
    vaelib_model *stack = make_stack(columns), *copy = NULL, *loaded = NULL;
    const char *path = scratch_path("named_stack.h5");
    CHECK_OK(vaelib_model_set_column_names(stack, "text", names, columns));
    CHECK_OK(vaelib_model_set_column_types(stack, types, columns));
    REQUIRE_OK(vaelib_model_copy(stack, &copy));
    CHECK_OK(vaelib_model_save(copy, path));
    REQUIRE_OK(vaelib_model_load(path, 0, &loaded));
    check_names(loaded, "text", names);
    check_types(loaded, types);
    vaelib_model_free(loaded);
    vaelib_model_free(copy);
    vaelib_model_free(stack);
}

/* A checkpoint brings its names to a model without; a model that has names keeps them. */
static void check_checkpoints(const char *kind) {
    static const char *const others[columns] = {"a", "b", "c", "d"};
    float *values = make_images(40, columns, 3);
    vaelib_dataset *examples = wrap(values, 40, columns);
    vaelib_checkpoint_config checkpoint = VAELIB_CHECKPOINT_CONFIG_INIT;
    vaelib_training_config plan = make_plan(1);
    vaelib_model *named = make_model_of(kind, columns), *fresh = make_model_of(kind, columns);
    vaelib_model *renamed = make_model_of(kind, columns), *loaded = NULL;
    char name[64];
    snprintf(name, sizeof name, "columns_of_%s.h5", kind);
    REQUIRE_OK(vaelib_checkpoint_config_init(&checkpoint));
    checkpoint.path = scratch_path(name);
    plan.checkpoint = &checkpoint;
    CHECK_OK(vaelib_model_set_column_names(named, "text", names, columns));
    CHECK_OK(train(named, examples, &plan));
    check_names(named, "text", names);
    REQUIRE_OK(vaelib_model_load(checkpoint.path, 0, &loaded));
    check_names(loaded, "text", names);
    CHECK_OK(train(fresh, examples, &plan));
    check_names(fresh, "text", names);
    CHECK_OK(vaelib_model_set_column_names(renamed, "text", others, columns));
    CHECK_OK(train(renamed, examples, &plan));
    check_names(renamed, "text", others);
    CHECK(hash_parameters(renamed) == hash_parameters(named));
    vaelib_model_free(loaded);
    vaelib_model_free(renamed);
    vaelib_model_free(fresh);
    vaelib_model_free(named);
    vaelib_dataset_free(examples);
    free(values);
}

int main(void) {
    check_keeping();
    check_names_that_cannot_be();
    check_categories_that_cannot_be();
    check_messages();
    check_stacks();
    check_checkpoints("vae");
    check_checkpoints("stack");
    return report();
}
