/* Every kind of call gets by with the stack that the header promises, on a thread that has no more. */
#include <pthread.h>
#include "support.h"

enum { rows = 300, columns = 50, stack_bytes = 64 * 1024 };

static vaelib_dataset *examples;

static void use_vae(void) {
    static float latents[rows * 2];
    static double terms[rows];
    vaelib_model *model = make_model(columns, 2), *loaded = NULL;
    vaelib_training_config plan = make_plan(2);
    vaelib_writer *writer = create_writer(scratch_path("small_stack_codes.h5"));
    vaelib_dataset *codes = NULL, *missing = NULL;
    CHECK_OK(vaelib_vae_fit(model, examples, examples, &plan, NULL, NULL));
    CHECK_OK(vaelib_model_save(model, scratch_path("small_stack.h5")));
    CHECK_OK(vaelib_model_load(scratch_path("small_stack.h5"), 1, &loaded));
    CHECK_OK(vaelib_vae_encode(model, examples, latents, NULL, rows * 2));
    CHECK_OK(vaelib_vae_estimate_elbo(model, examples, NULL, NULL, NULL, terms, NULL, NULL, rows));
    CHECK_OK(vaelib_vae_estimate_log_likelihood(model, examples, NULL, NULL, NULL, terms, NULL, rows));
    CHECK_OK(vaelib_vae_encode_to(model, examples, writer, "codes", NULL, NULL, NULL));
    CHECK_OK(vaelib_writer_finish(writer));
    CHECK_OK(vaelib_dataset_open(scratch_path("small_stack_codes.h5"), "codes", NULL, &codes));
    CHECK_STATUS(vaelib_dataset_open(scratch_path("missing.h5"), "codes", NULL, &missing), VAELIB_FILE_ERROR);
    vaelib_dataset_free(codes);
    vaelib_writer_free(writer);
    vaelib_model_free(loaded);
    vaelib_model_free(model);
}

static void use_stack(void) {
    vaelib_model *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(2);
    CHECK_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    CHECK_OK(vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    CHECK_OK(vaelib_model_save(stack, scratch_path("small_stack.h5")));
    vaelib_model_free(stack);
}

static void *use_everything(void *unused) {
    use_vae();
    use_stack();
    return unused;
}

int main(void) {
    float *images = make_images(rows, columns, 1);
    int64_t *labels = make_labels(rows, columns, 1);
    pthread_attr_t attributes;
    pthread_t thread;
    examples = wrap_labelled(images, labels, rows, columns);
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstacksize(&attributes, stack_bytes) == 0);
    CHECK(pthread_create(&thread, &attributes, use_everything, NULL) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    vaelib_dataset_free(examples);
    free(labels);
    free(images);
    return report();
}
