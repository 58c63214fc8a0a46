/* The host's floating-point mode changes no result, raises no signal inside the library, and comes back. */
#define _GNU_SOURCE
#include <fenv.h>
#include "support.h"

enum { rows = 200, columns = 20 };

static vaelib_dataset *examples;

/* The hash of all that a training and a query compute; `huge` is a number that single precision cannot hold. */
static uint64_t train_and_query(double huge) {
    static float codes[rows * 3];
    vaelib_model *model = make_model(columns, 3);
    vaelib_training_config plan = make_plan(2);
    vaelib_dataset *unsuitable = NULL;
    vaelib_array array = VAELIB_ARRAY_INIT;
    double values[columns] = {huge};
    uint64_t hash;
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK_OK(vaelib_vae_encode(model, examples, codes, NULL, rows * 3));
    hash = hash_parameters(model) * 31 ^ hash_bytes(codes, sizeof codes);
    CHECK_OK(vaelib_array_init(&array, values, VAELIB_FLOAT64, 1, columns));
    CHECK_OK(vaelib_dataset_from_array(&array, NULL, &unsuitable));
    CHECK(vaelib_vae_encode(model, unsuitable, codes, NULL, 3) == VAELIB_DATA_ERROR);
    vaelib_dataset_free(unsuitable);
    vaelib_model_free(model);
    return hash;
}

int main(void) {
    static const int roundings[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    float *images = make_images(rows, columns, 1);
    uint64_t expected;
    examples = wrap(images, rows, columns);
    expected = train_and_query(1e300);
    for (size_t i = 0; i < sizeof roundings / sizeof roundings[0]; i++) {
        CHECK(fesetround(roundings[i]) == 0);
        CHECK(train_and_query(1e300) == expected);
        CHECK(fegetround() == roundings[i]);
    }
    fesetround(FE_TONEAREST);
#ifdef FE_NOMASK_ENV
    /* Traps that end the program with SIGFPE unless the library masks them. */
    feclearexcept(FE_ALL_EXCEPT);
    feenableexcept(FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW);
    CHECK(train_and_query(1e300) == expected);
    CHECK(fegetexcept() == (FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW));
    CHECK(fetestexcept(FE_ALL_EXCEPT) == 0);
    fedisableexcept(FE_ALL_EXCEPT);
#endif
    vaelib_dataset_free(examples);
    free(images);
    return report();
}
