/* What training makes of data: files as good as arrays, unsuitable values refused by row and column. */
#include "support.h"

enum { rows = 200, columns = 16 };

static float *images;
static vaelib_dataset *examples;

/* Unsuitable data are refused by row and column, and the model stays as it was. */
static void check_data(void) {
    vaelib_model *model = make_model(columns, 2);
    vaelib_training_config plan = make_plan(1);
    vaelib_dataset *narrow = wrap(images, rows, columns - 1);
    uint64_t before = hash_parameters(model);
    static const float unsuitable[] = {NAN, INFINITY, -INFINITY, 1.5f, -0.001f};
    float kept = images[137 * columns + 11];
    for (size_t i = 0; i < sizeof unsuitable / sizeof unsuitable[0]; i++) {
        images[137 * columns + 11] = unsuitable[i];
        CHECK_MESSAGE(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_DATA_ERROR, "137");
        CHECK_MESSAGE(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL), VAELIB_DATA_ERROR, "11");
    }
    images[137 * columns + 11] = kept;
    CHECK_MESSAGE(vaelib_vae_fit(model, narrow, NULL, &plan, NULL, NULL), VAELIB_DATA_ERROR, "15");
    CHECK_MESSAGE(vaelib_vae_fit(model, examples, narrow, &plan, NULL, NULL), VAELIB_DATA_ERROR, "15");
    CHECK(hash_parameters(model) == before && history_epochs(model) == 0);
    vaelib_dataset_free(narrow);
    vaelib_model_free(model);
}

/* The same for a file, read at once or block by block, as training set and as validation set. */
static void check_data_in_files(void) {
    float *whole = make_images(40, 64, 5);
    vaelib_dataset *good = wrap(whole, 40, 64);
    for (size_t budget = 0; budget <= 1 << 20; budget += 1 << 20) {
        vaelib_model *model = make_model(64, 2);
        vaelib_training_config plan = make_plan(2);
        vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
        vaelib_dataset *flawed = NULL;
        uint64_t before = hash_parameters(model);
        plan.binarization = "dynamic";
        CHECK_OK(vaelib_dataset_options_init(&options));
        options.memory_budget = budget;
        REQUIRE_OK(vaelib_dataset_open(scratch_path("data.h5"), "flawed", &options, &flawed));
        CHECK_MESSAGE(vaelib_vae_fit(model, flawed, NULL, &plan, NULL, NULL), VAELIB_DATA_ERROR, "270");
        CHECK(hash_parameters(model) == before && history_epochs(model) == 0);
        CHECK_MESSAGE(vaelib_vae_fit(model, good, flawed, &plan, NULL, NULL), VAELIB_DATA_ERROR, "270");
        CHECK(hash_parameters(model) == before && history_epochs(model) == 0);
        vaelib_dataset_free(flawed);
        vaelib_model_free(model);
    }
    vaelib_dataset_free(good);
    free(whole);
}

/* Files are as good as arrays: the same numbers in memory, streamed and from an array give the same bits. */
static void check_sources(void) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_training_config plan = make_plan(2);
    uint64_t hashes[3];
    float values[300 * 64];
    plan.binarization = "dynamic";
    CHECK_OK(vaelib_dataset_options_init(&options));
    options.scale = 1.0 / 255;
    for (size_t i = 0; i < 3; i++) {
        vaelib_model *model = make_model(64, 2);
        vaelib_dataset *file = NULL, *array = NULL;
        options.memory_budget = i == 1 ? 0 : (size_t)1 << 20;
        REQUIRE_OK(vaelib_dataset_open(scratch_path("data.h5"), "images", &options, &file));
        CHECK_OK(vaelib_dataset_read(file, values, 300 * 64));
        if (i == 2) array = wrap(values, 300, 64);
        CHECK_OK(vaelib_vae_fit(model, i == 2 ? array : file, NULL, &plan, NULL, NULL));
        hashes[i] = hash_parameters(model);
        vaelib_dataset_free(array);
        vaelib_dataset_free(file);
        vaelib_model_free(model);
    }
    CHECK(hashes[0] == hashes[1]);
    CHECK(hashes[0] == hashes[2]);
}

int main(void) {
    images = make_images(rows, columns, 1);
    examples = wrap(images, rows, columns);
    check_data();
    check_data_in_files();
    check_sources();
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
