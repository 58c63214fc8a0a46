// The header is C++ too: the functions have C linkage, and a C++ program needs no cast to use them.
#include "vaelib.h"
#include "vaelib.h"

int main() {
    vaelib_model *model = nullptr;
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    if (vaelib_vae_config_init(&config) != VAELIB_OK) return 1;
    config.data_dim = 4;
    vaelib_status status = vaelib_vae_create(&config, &model);
    vaelib_model_free(model);
    return status == VAELIB_OK ? 0 : 1;
}
