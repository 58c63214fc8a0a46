/* Status names, messages, warnings, the number of threads. */
#include <pthread.h>
#include "support.h"

static void check_status_names(void) {
    static const char *const names[] = {
        "VAELIB_OK", "VAELIB_INVALID_ARGUMENT", "VAELIB_INVALID_HANDLE", "VAELIB_OUT_OF_MEMORY", "VAELIB_BUSY",
        "VAELIB_CANCELLED", "VAELIB_FILE_ERROR", "VAELIB_FORMAT_ERROR", "VAELIB_DATA_ERROR", "VAELIB_NUMERICAL_ERROR",
        "VAELIB_INTERNAL_ERROR"};
    for (int status = 0; status <= 10; status++) {
        CHECK(strcmp(vaelib_status_name((vaelib_status)status), names[status]) == 0);
    }
    CHECK(strcmp(vaelib_status_name((vaelib_status)11), "unknown status") == 0);
    CHECK(strcmp(vaelib_status_name((vaelib_status)-1), "unknown status") == 0);
    CHECK(strcmp(vaelib_status_name((vaelib_status)0x7fffffff), "unknown status") == 0);
}

static void *error_of_a_fresh_thread(void *out_is_empty) {
    int *is_empty = out_is_empty;
    *is_empty = vaelib_last_error()[0] == '\0';
    vaelib_threads_set(100000);
    return NULL;
}

/* A message stays until the next failing call on the same thread, and no other thread sees it. */
static void check_messages(void) {
    pthread_t thread;
    int is_empty = 0;
    char kept[4096];
    CHECK(vaelib_last_error()[0] == '\0');
    CHECK_MESSAGE(vaelib_threads_set(257), VAELIB_INVALID_ARGUMENT, "257");
    snprintf(kept, sizeof kept, "%s", vaelib_last_error());
    CHECK_OK(vaelib_threads_set(1));
    CHECK(strcmp(kept, vaelib_last_error()) == 0);
    CHECK(pthread_create(&thread, NULL, error_of_a_fresh_thread, &is_empty) == 0);
    pthread_join(thread, NULL);
    CHECK(is_empty);
    CHECK(strcmp(kept, vaelib_last_error()) == 0);
    CHECK_STATUS(vaelib_vae_config_init(NULL), VAELIB_INVALID_ARGUMENT);
    CHECK(strcmp(kept, vaelib_last_error()) != 0);
}

static void *fail_with_model(void *model) {
    CHECK_STATUS(vaelib_vae_encode(model, NULL, NULL, NULL, 0), VAELIB_INVALID_HANDLE);
    return NULL;
}

/* A handle's message can be read on any thread; other handles, and successes, leave it alone. */
static void check_messages_of_handles(void) {
    vaelib_model *model = make_model(4, 2), *other = make_model(4, 2);
    float *images = make_images(2, 3, 1), latent[4];
    vaelib_dataset *narrow = wrap(images, 2, 3);
    pthread_t thread;
    char text[256], start[8];
    size_t length;
    CHECK(vaelib_handle_last_error(model, text, sizeof text) == 0 && text[0] == '\0');
    CHECK(pthread_create(&thread, NULL, fail_with_model, model) == 0);
    pthread_join(thread, NULL);
    length = vaelib_handle_last_error(model, text, sizeof text);
    CHECK(length == strlen(text) && strstr(text, "vaelib_vae_encode: the vaelib_dataset handle is NULL") != NULL);
    CHECK(vaelib_handle_last_error(other, NULL, 0) == 0);
    CHECK(vaelib_handle_last_error(model, NULL, 0) == length);
    memset(text, 'x', sizeof text);
    CHECK(vaelib_handle_last_error(model, text, SIZE_MAX) == length && strlen(text) == length);
    CHECK(vaelib_handle_last_error(model, start, sizeof start) == length && strcmp(start, "vaelib_") == 0);
    describe(model);
    CHECK(vaelib_handle_last_error(model, NULL, 0) == length);
    CHECK_STATUS(vaelib_vae_encode(model, narrow, latent, NULL, 4), VAELIB_DATA_ERROR);
    CHECK(vaelib_handle_last_error(model, text, sizeof text) > 0 && strcmp(text, vaelib_last_error()) == 0);
    CHECK(vaelib_handle_last_error(narrow, text, sizeof text) > 0 && strcmp(text, vaelib_last_error()) == 0);
    CHECK(vaelib_handle_last_error(other, text, sizeof text) == 0 && text[0] == '\0');
    CHECK(vaelib_handle_last_error(NULL, text, sizeof text) == 0);
    CHECK(vaelib_handle_last_error(text, NULL, 0) == 0);
    vaelib_model_free(model);
    CHECK(vaelib_handle_last_error(model, text, sizeof text) == 0 && text[0] == '\0');
    vaelib_model_free(other);
    vaelib_dataset_free(narrow);
    free(images);
}

/* However long the name that was wrong, the message holds all of it. */
static void check_long_message(void) {
    static char name[20001];
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_model *model = NULL;
    memset(name, 'q', sizeof name - 1);
    CHECK_OK(vaelib_vae_config_init(&config));
    config.data_dim = 4;
    config.likelihood = "bernoulli";
    config.activation = name;
    CHECK_MESSAGE(vaelib_vae_create(&config, &model), VAELIB_INVALID_ARGUMENT, name);
    CHECK(model == NULL);
}

static void check_warnings(void) {
    float grey[64];
    vaelib_model *model = make_model(8, 2);
    vaelib_dataset *examples;
    vaelib_training_config plan = make_plan(1);
    for (size_t i = 0; i < 64; i++) grey[i] = (float)i / 64;
    examples = wrap(grey, 8, 8);
    plan.binarization = "none";
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK(vaelib_last_warning()[0] != '\0');
    plan.binarization = "dynamic";
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK(vaelib_last_warning()[0] == '\0');
    vaelib_dataset_free(examples);
    vaelib_model_free(model);
}

static void check_threads(size_t by_default) {
    CHECK(by_default >= 1 && by_default <= 256);
    CHECK_OK(vaelib_threads_set(3));
    CHECK(vaelib_threads_get() == 3);
    CHECK_OK(vaelib_threads_set(256));
    CHECK(vaelib_threads_get() == 256);
    CHECK_STATUS(vaelib_threads_set(257), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_threads_set(SIZE_MAX), VAELIB_INVALID_ARGUMENT);
    CHECK(vaelib_threads_get() == 256);
    CHECK_OK(vaelib_threads_set(0));
    CHECK(vaelib_threads_get() == by_default);
    CHECK(strstr(vaelib_cpu_description(), "kernels") != NULL);
    CHECK(strstr(vaelib_cpu_description(), "threads (") != NULL);
}

int main(void) {
    const size_t by_default = vaelib_threads_get();
    check_messages();
    check_messages_of_handles();
    check_status_names();
    check_long_message();
    check_threads(by_default);
    check_warnings();
    return report();
}
