// A C++ program whose progress callback throws: the exception arrives, and the model can be recovered.
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "vaelib.h"

namespace {

int failures = 0;

void check(bool holds, const char *what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s (%s)\n", what, vaelib_last_error());
    failures++;
}

int throw_at_epoch_two(const vaelib_progress *progress, void *) {
    if (progress->kind == VAELIB_PROGRESS_EPOCH && progress->epoch == 2) throw std::runtime_error("out of the callback");
    return 0;
}

std::vector<float> parameters(const vaelib_model *model) {
    vaelib_model_info info = VAELIB_MODEL_INFO_INIT;
    check(vaelib_model_describe(model, &info) == VAELIB_OK, "describe");
    std::vector<float> values(info.parameter_count);
    check(vaelib_model_get_parameters(model, values.data(), values.size()) == VAELIB_OK, "get_parameters");
    return values;
}

vaelib_model *create() {
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_model *model = nullptr;
    vaelib_vae_config_init(&config);
    config.data_dim = 8;
    config.likelihood = "bernoulli";
    config.latent_dim = 2;
    check(vaelib_vae_create(&config, &model) == VAELIB_OK, "create");
    return model;
}

}  // namespace

int main() {
    std::vector<float> values(64 * 8);
    for (size_t i = 0; i < values.size(); i++) values[i] = static_cast<float>(i % 7 < 3);
    vaelib_array array = VAELIB_ARRAY_INIT;
    vaelib_dataset *examples = nullptr;
    check(vaelib_array_init(&array, values.data(), VAELIB_FLOAT32, 64, 8) == VAELIB_OK, "array");
    check(vaelib_dataset_from_array(&array, nullptr, &examples) == VAELIB_OK, "dataset");
    vaelib_training_config plan = VAELIB_TRAINING_CONFIG_INIT;
    vaelib_training_config_init(&plan);
    plan.epochs = 10;
    plan.schedule = "constant";  // epochs are the same however many follow

    vaelib_model *model = create(), *expected = create();
    bool is_caught = false;
    try {
        vaelib_vae_fit(model, examples, nullptr, &plan, throw_at_epoch_two, nullptr);
    } catch (const std::runtime_error &) {
        is_caught = true;
    }
    check(is_caught, "the exception passes through the call");
    check(vaelib_vae_fit(model, examples, nullptr, &plan, nullptr, nullptr) == VAELIB_BUSY, "busy");
    check(vaelib_model_recover(model) == VAELIB_OK, "recover");
    plan.epochs = 2;
    check(vaelib_vae_fit(expected, examples, nullptr, &plan, nullptr, nullptr) == VAELIB_OK, "fit");
    check(parameters(model) == parameters(expected), "the weights of two epochs");
    check(vaelib_vae_fit(model, examples, nullptr, &plan, nullptr, nullptr) == VAELIB_OK, "fit again");
    vaelib_model_free(model);
    vaelib_model_free(expected);
    vaelib_dataset_free(examples);
    return failures;
}
