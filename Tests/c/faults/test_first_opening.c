/*
 * Opening libhdf5, at the first call that needs it: every call to the system and the loader fails once. The call fails
 * with a message, or succeeds after all; the next one succeeds; nothing is left behind.
 */
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include "../support.h"
#include "faults.h"

enum { columns = 6, patience = 60, last_position = 10000 };

static vaelib_model *model;
static char path[1200];

static int is_saved(void) {
    vaelib_model *loaded = NULL;
    int is_equal = CHECK_OK(vaelib_model_save(model, path)) && CHECK_OK(vaelib_model_load(path, 0, &loaded))
                   && hash_parameters(loaded) == hash_parameters(model);
    vaelib_model_free(loaded);
    return CHECK(is_equal);
}

/* In a child, which has no libhdf5 yet: call *nth fails. Returns how many things are not as they should be. */
static int open_with_fault(void *nth) {
    size_t descriptors = open_descriptors();
    vaelib_writer *writer = NULL;
    vaelib_status status;
    int mistakes = 0;
    faults_arm(*(const long *)nth);
    status = vaelib_writer_create(path, &writer);
    faults_disarm();
    if (status != VAELIB_OK) mistakes += !CHECK(writer == NULL && strstr(vaelib_last_error(), path) != NULL);
    vaelib_writer_free(writer);
    mistakes += !CHECK(strcmp(faults_failed(), "unlink") == 0 || temporary_files() == 0);
    mistakes += !CHECK(open_descriptors() == descriptors);
    mistakes += !is_saved();
    mistakes += !CHECK(open_descriptors() == descriptors);
    return mistakes;
}

/* Until there are fewer calls than the one that is to fail. */
static void check_opening(const char *refused) {
    long nth = 0;
    faults_refuse(refused);
    do {
        nth++;
        if (run_in_child(open_with_fault, &nth, patience) == 0) continue;
        fprintf(stderr, "call %ld (%s), refused \"%s\"\n", nth, faults_failed(), refused);
        CHECK(0);
    } while (faults_failed()[0] != '\0' && nth < last_position);
    CHECK(nth > 100 && nth < last_position);
    printf("refused \"%s\": %ld calls failed in turn\n", refused, nth - 1);
}

int main(void) {
    model = make_model(columns, 2);
    snprintf(path, sizeof path, "%s", scratch_path("opening.h5"));
    CHECK(setenv("TMPDIR", scratch_path(""), 1) == 0);
    check_opening("");
    check_opening("memfd_create"); /* so the copy is in a file */
    vaelib_model_free(model);
    return report();
}
