/* vaelib_file_verify() and datasets that a child process reads first: good and bad files, good and bad arguments. */
#define _DEFAULT_SOURCE
#include <signal.h>
#include "support.h"

static vaelib_file_report verified(const char *path, int check_in_child) {
    vaelib_file_report report = VAELIB_FILE_REPORT_INIT;
    CHECK_OK(vaelib_file_verify(path, check_in_child, &report));
    return report;
}

static void check_models(int check_in_child) {
    vaelib_model *model = make_model(5, 2);
    vaelib_model *stack = make_stack(5);
    vaelib_file_report report;
    REQUIRE_OK(vaelib_model_save(model, scratch_path("verified_model.h5")));
    REQUIRE_OK(vaelib_model_save(stack, scratch_path("verified_stack.h5")));
    report = verified(scratch_path("verified_model.h5"), check_in_child);
    CHECK(strcmp(report.kind, "vae") == 0 && report.format_version == 2 && report.byte_count > 512);
    CHECK(strcmp(report.vaelib_version, VAELIB_VERSION) == 0);
    report = verified(scratch_path("verified_stack.h5"), check_in_child);
    CHECK(strcmp(report.kind, "stack") == 0);
    CHECK_OK(vaelib_file_verify(scratch_path("verified_stack.h5"), check_in_child, NULL));
    vaelib_model_free(stack);
    vaelib_model_free(model);
}

static void check_data(int check_in_child) {
    vaelib_file_report report = verified(scratch_path("data.h5"), check_in_child);
    CHECK(strcmp(report.kind, "data") == 0 && report.format_version == 0 && report.vaelib_version[0] == '\0');
    CHECK(report.datasets_read >= 25 && report.datasets_unread == 7);
}

static void check_bad_files(int check_in_child) {
    static const char *const wrong[] = {"text.h5", "empty.h5", "half.h5"};
    static const char *const missing[] = {"missing.h5", "folder.h5"};
    for (size_t i = 0; i < 3; i++) {
        CHECK_MESSAGE(vaelib_file_verify(scratch_path(wrong[i]), check_in_child, NULL), VAELIB_FORMAT_ERROR, wrong[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        CHECK_MESSAGE(vaelib_file_verify(scratch_path(missing[i]), check_in_child, NULL), VAELIB_FILE_ERROR,
                      missing[i]);
    }
    CHECK_STATUS(vaelib_file_verify(NULL, check_in_child, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_file_verify("", check_in_child, NULL), VAELIB_FILE_ERROR);
}

static void check_sizes(void) {
    vaelib_file_report report = {.struct_size = sizeof report - 1, .format_version = 77};
    CHECK_MESSAGE(vaelib_file_verify(scratch_path("data.h5"), 0, &report), VAELIB_INVALID_ARGUMENT, "struct_size");
    CHECK(report.format_version == 77);
}

/* The host may ignore SIGCHLD, or have handlers; descriptors are not left behind. */
static void check_host(void) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset *dataset = NULL;
    size_t descriptors = open_descriptors();
    signal(SIGCHLD, SIG_IGN);
    CHECK_OK(vaelib_dataset_options_init(&options));
    CHECK(options.check_in_child == 0);
    options.check_in_child = 1;
    options.labels = "labels";
    CHECK_OK(vaelib_dataset_open(scratch_path("data.h5"), "packed", &options, &dataset));
    vaelib_dataset_free(dataset);
    dataset = NULL;
    CHECK_MESSAGE(vaelib_dataset_open(scratch_path("data.h5"), "text", &options, &dataset), VAELIB_FORMAT_ERROR,
                  "text");
    options.labels = "short_labels";
    CHECK_MESSAGE(vaelib_dataset_open(scratch_path("data.h5"), "packed", &options, &dataset), VAELIB_FORMAT_ERROR,
                  "short_labels");
    CHECK(dataset == NULL);
    check_models(1);
    signal(SIGCHLD, SIG_DFL);
    CHECK(open_descriptors() == descriptors);
}

/* Every function that opens a file can let a child read it first, also while the file is streamed. */
static void check_functions(void) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_checkpoint_config checkpoint = VAELIB_CHECKPOINT_CONFIG_INIT;
    vaelib_checkpoint_info info = VAELIB_CHECKPOINT_INFO_INIT;
    vaelib_dataset *stream = NULL, *dataset = NULL;
    vaelib_model *model = NULL;
    size_t plain = 0, checked = 0;
    CHECK_OK(vaelib_checkpoint_config_init(&checkpoint));
    CHECK(checkpoint.check_in_child == 0);
    REQUIRE_OK(vaelib_dataset_options_init(&options));
    options.memory_budget = 0;
    REQUIRE_OK(vaelib_dataset_open(scratch_path("data.h5"), "packed", &options, &stream));
    options.check_in_child = 1;
    CHECK_OK(vaelib_dataset_open(scratch_path("data.h5"), "images", &options, &dataset));
    CHECK_OK(vaelib_dataset_list(scratch_path("data.h5"), 0, NULL, 0, &plain));
    CHECK_OK(vaelib_dataset_list(scratch_path("data.h5"), 1, NULL, 0, &checked));
    CHECK(plain == checked && plain > 0);
    CHECK_OK(vaelib_model_load(scratch_path("verified_model.h5"), 1, &model));
    CHECK_OK(vaelib_model_save(model, scratch_path("mod\xe8le.h5"))); /* a path may be any bytes */
    vaelib_model_free(model);
    CHECK_OK(vaelib_model_load(scratch_path("mod\xe8le.h5"), 1, &model));
    vaelib_model_free(model);
    CHECK_MESSAGE(vaelib_dataset_list(scratch_path("n\xe9" "ant.h5"), 0, NULL, 0, &checked), VAELIB_FILE_ERROR,
                  "n\\xE9" "ant.h5");
    CHECK_MESSAGE(vaelib_model_load(scratch_path("text.h5"), 1, &model), VAELIB_FORMAT_ERROR, "text.h5");
    CHECK_MESSAGE(vaelib_dataset_list(scratch_path("half.h5"), 1, NULL, 0, &checked), VAELIB_FORMAT_ERROR, "half.h5");
    CHECK_MESSAGE(vaelib_checkpoint_describe(scratch_path("verified_model.h5"), 1, &info), VAELIB_FORMAT_ERROR,
                  "no checkpoint");
    vaelib_dataset_free(dataset);
    vaelib_dataset_free(stream);
}

int main(void) {
    for (int check_in_child = 0; check_in_child <= 1; check_in_child++) {
        check_models(check_in_child);
        check_data(check_in_child);
        check_bad_files(check_in_child);
    }
    check_sizes();
    check_host();
    check_functions();
    return report();
}
