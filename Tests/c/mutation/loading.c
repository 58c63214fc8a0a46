#include "loading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "vaelib.h"

enum { most_values = 1 << 22, memory_budget = 32 << 20, most_names = 12, file_room = 4 << 20 };

static int result(vaelib_status status, const char *subject) {
    if (status == VAELIB_OK) return LOADING_ACCEPTED;
    if (strstr(vaelib_last_error(), subject) == NULL) return LOADING_SILENT;
    return status == VAELIB_OUT_OF_MEMORY ? LOADING_GREEDY : LOADING_REFUSED;
}

/* The worse of two results. */
static int combined(int a, int b) { return a > b ? a : b; }

/* The first rows of a dataset, as many as are quickly read. */
static vaelib_status read_rows(const vaelib_dataset *dataset) {
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    vaelib_dataset *rows = NULL;
    vaelib_status status = vaelib_dataset_describe(dataset, &info);
    size_t count;
    float *values;
    if (status != VAELIB_OK || info.columns > most_values) return status;
    count = info.rows * info.columns <= most_values ? info.rows : most_values / info.columns;
    values = malloc(count * info.columns * sizeof *values);
    if (values == NULL) return VAELIB_OUT_OF_MEMORY;
    status = vaelib_dataset_slice(dataset, 0, count, &rows);
    if (status == VAELIB_OK) status = vaelib_dataset_read(rows, values, count * info.columns);
    vaelib_dataset_free(rows);
    free(values);
    return status;
}

static vaelib_status read_dataset(const char *path, const char *name, vaelib_dataset_options options) {
    vaelib_dataset *dataset = NULL;
    vaelib_status status = vaelib_dataset_open(path, name, &options, &dataset);
    if (status == VAELIB_OK) status = read_rows(dataset);
    vaelib_dataset_free(dataset);
    return status;
}

static vaelib_dataset_options options_with(size_t budget, int in_child) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    if (vaelib_dataset_options_init(&options) != VAELIB_OK) abort();
    options.memory_budget = budget;
    options.check_in_child = in_child;
    return options;
}

/* As stored, with the second axis of rows; and as windows. */
static int read_rearranged(const char *path, const char *name, int in_child) {
    vaelib_dataset_options turned = options_with(memory_budget, in_child), cut = options_with(0, in_child);
    turned.row_axis = 1;
    turned.ignore_conventions = 1;
    cut.window = 3;
    cut.window_step = 2;
    return combined(result(read_dataset(path, name, turned), path), result(read_dataset(path, name, cut), path));
}

static int read_both_ways(const char *path, const char *name, int in_child) {
    int whole = result(read_dataset(path, name, options_with(memory_budget, in_child)), path);
    if (whole == LOADING_REFUSED) return whole;
    return combined(whole, result(read_dataset(path, name, options_with(0, in_child)), path));
}

/* With other files of its folder, which links and virtual datasets may lead to: messages may be about them. */
static int read_elsewhere(const char *path, const char *name, int in_child) {
    char folder[4096];
    const char *folders[] = {folder}, *end = strrchr(path, '/');
    vaelib_dataset_options options = options_with(0, in_child);
    snprintf(folder, sizeof folder, "%.*s", end == NULL ? 1 : (int)(end - path), end == NULL ? "." : path);
    options.external_folders = folders;
    options.external_folder_count = 1;
    return result(read_dataset(path, name, options), folder);
}

/* The set that `labels` names as the labels of another, and their names. */
static vaelib_status read_labels(const char *path, const char *name, const char *labels, int in_child) {
    static int64_t values[most_values];
    vaelib_dataset_options options = options_with(0, in_child);
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    vaelib_dataset *dataset = NULL;
    const char *type;
    const char *const *class_names;
    size_t count;
    vaelib_status status;
    options.labels = labels;
    status = vaelib_dataset_open(path, name, &options, &dataset);
    if (status == VAELIB_OK) status = vaelib_dataset_describe(dataset, &info);
    if (status == VAELIB_OK && info.rows <= most_values) status = vaelib_dataset_read_labels(dataset, values, info.rows);
    if (status == VAELIB_OK) status = vaelib_dataset_get_class_names(dataset, &type, &class_names, &count);
    vaelib_dataset_free(dataset);
    return status;
}

static int load_model(const char *path, int in_child) {
    vaelib_model *model = NULL;
    vaelib_status status = vaelib_model_load(path, in_child, &model);
    vaelib_model_free(model);
    return result(status, path);
}

static int load_from_memory(const char *path) {
    static unsigned char bytes[file_room];
    FILE *file = fopen(path, "rb");
    size_t count = file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);
    vaelib_model *model = NULL;
    vaelib_status status = vaelib_model_load_from_memory(bytes, count, &model);
    if (file != NULL) fclose(file);
    vaelib_model_free(model);
    return result(status, "vaelib_model_load_from_memory");
}

static int load_every(const char *path, int in_child) {
    static char names[1 << 16];
    size_t needed = 0;
    const char *name = names, *examples = NULL;
    int worst = result(vaelib_dataset_list(path, in_child, names, sizeof names, &needed), path);
    for (int i = 0; worst != LOADING_SILENT && i < most_names && name < names + needed && needed <= sizeof names; i++) {
        int found = read_both_ways(path, name, in_child);
        if (found == LOADING_ACCEPTED) found = combined(found, read_rearranged(path, name, in_child));
        else found = combined(found, read_elsewhere(path, name, in_child));
        if (found == LOADING_ACCEPTED && examples == NULL) examples = name;
        if (examples != NULL) found = combined(found, result(read_labels(path, examples, name, in_child), path));
        worst = combined(worst, found);
        name += strlen(name) + 1;
    }
    /* Columns of categories are not listed, nor are external links. */
    if (examples != NULL) worst = combined(worst, result(read_labels(path, examples, "obs/kind", in_child), path));
    worst = combined(worst, read_elsewhere(path, "external", in_child));
    worst = combined(worst, result(vaelib_file_verify(path, in_child, NULL), path));
    return combined(worst, load_model(path, in_child));
}

int load(const char *kind, const char *path) {
    int in_child = strncmp(kind, "child:", 6) == 0;
    const char *what = in_child ? kind + 6 : kind;
    if (strcmp(what, "model") == 0) return load_model(path, in_child);
    if (strcmp(what, "memory") == 0) return load_from_memory(path);
    if (strcmp(what, "verify") == 0) return result(vaelib_file_verify(path, in_child, NULL), path);
    if (strcmp(what, "every") == 0) return load_every(path, in_child);
    return read_both_ways(path, what, in_child);
}
