/*
 * libvaelib is opened and closed again many times: it opens no libhdf5 before it is needed, and no second one ever.
 * Linked with neither, nor with support.c.
 *
 * usage: test_reloading LIBRARY
 */
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "vaelib.h"

enum { rounds = 100 };

#define REQUIRE(condition) require((condition) != 0, #condition, __LINE__)
static void require(int holds, const char *text, int line) {
    if (holds) return;
    fprintf(stderr, "line %d: does not hold: %s\n", line, text);
    exit(1);
}

/* How many mapped files have a name with this text; a file counts as often as it has segments. */
static size_t mapped(const char *text) {
    char line[4096];
    size_t count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        const char *name = strrchr(line, '/');
        count += name != NULL && strstr(name, text) != NULL;
    }
    if (maps != NULL) fclose(maps);
    return count;
}

static size_t descriptors(void) {
    size_t count = 0;
    DIR *entries = opendir("/proc/self/fd");
    while (entries != NULL && readdir(entries) != NULL) count++;
    if (entries != NULL) closedir(entries);
    return count;
}

/* The function of this name, as the first argument. */
static void find(void *function, void *library, const char *name) {
    *(void **)function = dlsym(library, name);
    REQUIRE(*(void **)function != NULL);
}

static void save(void *library) {
    char path[1024];
    vaelib_status (*init)(vaelib_vae_config *), (*create)(const vaelib_vae_config *, vaelib_model **);
    vaelib_status (*write)(const vaelib_model *, const char *);
    void (*release)(vaelib_model *);
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_model *model = NULL;
    find(&init, library, "vaelib_vae_config_init");
    find(&create, library, "vaelib_vae_create");
    find(&write, library, "vaelib_model_save");
    find(&release, library, "vaelib_model_free");
    REQUIRE(init(&config) == VAELIB_OK);
    config.data_dim = 6;
    config.likelihood = "bernoulli";
    REQUIRE(create(&config, &model) == VAELIB_OK);
    snprintf(path, sizeof path, "%s/reloaded.h5", getenv("VAELIB_TEST_FOLDER"));
    REQUIRE(write(model, path) == VAELIB_OK);
    release(model);
}

int main(int count, char **arguments) {
    size_t segments = 0, open_before = descriptors();
    REQUIRE(count == 2);
    for (int round = 0; round < rounds; round++) {
        void *library = dlopen(arguments[1], RTLD_NOW | (round % 2 ? RTLD_GLOBAL : RTLD_LOCAL));
        REQUIRE(library != NULL);
        /* libhdf5 brings libcurl and others. */
        if (round == 0) REQUIRE(mapped("hdf5") == 0 && mapped("libcurl") == 0);
        save(library);
        if (round == 0) segments = mapped("hdf5");
        REQUIRE(dlclose(library) == 0);
    }
    REQUIRE(segments > 0 && mapped("hdf5") == segments);
    REQUIRE(descriptors() == open_before);
    return 0;
}
