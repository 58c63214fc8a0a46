/*
 * Learns to tell digits apart with a stack of denoising auto-encoders, tests it on others, and writes its file.
 *
 *     stack_digits DATA.h5 STACK.h5 [WIDTH [EPOCHS]]
 *
 * DATA.h5 holds images x_train and x_test, in [0, 1] or as bytes, and their labels y_train and y_test, counted from 0.
 * Layers of WIDTH units learn, one after another, to restore images of which a part was erased, in EPOCHS passes over
 * them; that needs no labels. Then the whole stack learns the labels, until a tenth of the images, which the library
 * holds out, shows that it learns no more.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <vaelib.h>

enum { layer_count = 2 };

/* The metric of this name, of the epoch so far; NaN if there is none. */
static double metric(const vaelib_progress *progress, const char *name) {
    return vaelib_metric_find(progress->metrics, progress->metric_count, name);
}

/* Rewrites one line for each layer, and one for fine-tuning. */
static int show_progress(const vaelib_progress *progress, void *user_data) {
    (void)user_data;
    if (progress->kind != VAELIB_PROGRESS_EPOCH) return 0;
    printf(progress->epoch == 1 ? "\n" : "\r");
    if (progress->phase == VAELIB_PRETRAINING) {
        printf("layer %zu, epoch %zu of %zu: loss %.3f    ", progress->layer, progress->epoch, progress->epochs,
               metric(progress, "loss"));
    } else {
        printf("fine-tuning, epoch %zu of at most %zu: error %.2f %%, validation %.2f %%    ", progress->epoch,
               progress->epochs, 100 * metric(progress, "error"), 100 * metric(progress, "validation_error"));
    }
    fflush(stdout);
    return 0;
}

/* Opens images with their labels, scaled by 1/255 if they are bytes. */
static vaelib_status open_images(const char *path, const char *name, const char *labels, vaelib_dataset **out_images) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    vaelib_status status = vaelib_dataset_options_init(&options);
    options.labels = labels;
    if (status == VAELIB_OK) status = vaelib_dataset_open(path, name, &options, out_images);
    if (status == VAELIB_OK) status = vaelib_dataset_describe(*out_images, &info);
    if (status == VAELIB_OK && info.dtype == VAELIB_UINT8) {
        vaelib_dataset_free(*out_images);
        *out_images = NULL;
        options.scale = 1.0 / 255.0;
        status = vaelib_dataset_open(path, name, &options, out_images);
    }
    return status;
}

/*
 * Layers of `width` units, or of as many as is the default for 0. Their activation is the one that suits labels; the
 * images decide the lowest layer's loss.
 */
static vaelib_status make_stack(const vaelib_dataset *images, size_t width, vaelib_model **out_stack) {
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    vaelib_layer_config layers[layer_count];
    vaelib_status status = vaelib_dataset_describe(images, &info);
    for (size_t i = 0; i < layer_count && status == VAELIB_OK; i++) {
        layers[i].struct_size = sizeof layers[i];
        status = vaelib_layer_config_init(&layers[i]);
        layers[i].activation = "relu";
        if (width > 0) layers[i].width = width;
    }
    if (status == VAELIB_OK) status = vaelib_layer_config_resolve(&layers[0], images);
    if (status == VAELIB_OK) status = vaelib_stack_config_init(&config);
    if (status == VAELIB_OK) {
        config.data_dim = info.columns;
        config.layers = layers;
        config.layer_count = layer_count;
        status = vaelib_stack_create(&config, out_stack);
    }
    return status;
}

/* Pretrains for so many epochs, 0 to leave them to the library, then learns the labels for as long as that helps. */
static vaelib_status train(vaelib_model *stack, const vaelib_dataset *images, size_t epochs) {
    vaelib_training_config plan = VAELIB_TRAINING_CONFIG_INIT;
    vaelib_status status = vaelib_training_config_init(&plan);
    if (epochs > 0) plan.epochs = epochs;
    if (status == VAELIB_OK) status = vaelib_stack_pretrain(stack, images, &plan, show_progress, NULL);
    plan.epochs = VAELIB_AUTO;
    if (status == VAELIB_OK) {
        status = vaelib_stack_finetune(stack, images, NULL, VAELIB_SUPERVISED, &plan, show_progress, NULL);
    }
    return status;
}

/* Predicts the classes of images that the stack has never seen, and prints how many are wrong. */
static vaelib_status test(vaelib_model *stack, const vaelib_dataset *images) {
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    vaelib_status status = vaelib_dataset_describe(images, &info);
    int64_t *labels = (int64_t *)calloc(info.rows, sizeof *labels);
    int64_t *predicted = (int64_t *)calloc(info.rows, sizeof *predicted);
    size_t wrong = 0;
    if (labels == NULL || predicted == NULL) {
        perror("allocating the labels");
        exit(1);
    }
    if (status == VAELIB_OK) status = vaelib_dataset_read_labels(images, labels, info.rows);
    if (status == VAELIB_OK) status = vaelib_stack_predict(stack, images, predicted, info.rows);
    for (size_t i = 0; i < info.rows; i++) wrong += predicted[i] != labels[i];
    if (status == VAELIB_OK) {
        printf("\ntest error: %.2f %%, %zu of %zu images\n", 100.0 * (double)wrong / (double)info.rows, wrong,
               info.rows);
    }
    free(predicted);
    free(labels);
    return status;
}

int main(int argc, char **argv) {
    vaelib_dataset *training_images = NULL, *test_images = NULL;
    vaelib_model *stack = NULL;
    vaelib_status status;
    long width = 0, epochs = 0;

    if (argc > 3) width = strtol(argv[3], NULL, 10);
    if (argc > 4) epochs = strtol(argv[4], NULL, 10);
    if (argc < 3 || argc > 5 || (argc > 3 && width < 1) || (argc > 4 && epochs < 1)) {
        fprintf(stderr, "usage: %s DATA.h5 STACK.h5 [WIDTH [EPOCHS]]\n", argv[0]);
        return 2;
    }

    status = open_images(argv[1], "x_train", "y_train", &training_images);
    if (status == VAELIB_OK) status = open_images(argv[1], "x_test", "y_test", &test_images);
    if (status == VAELIB_OK) status = make_stack(training_images, (size_t)width, &stack);
    if (status == VAELIB_OK) status = train(stack, training_images, (size_t)epochs);
    if (status == VAELIB_OK) status = test(stack, test_images);
    if (status == VAELIB_OK) status = vaelib_model_save(stack, argv[2]);
    if (status == VAELIB_OK) {
        printf("wrote %s\n", argv[2]);
    } else {
        fprintf(stderr, "%s: %s\n", argv[0], vaelib_last_error());
    }

    vaelib_model_free(stack);
    vaelib_dataset_free(test_images);
    vaelib_dataset_free(training_images);
    return status == VAELIB_OK ? 0 : 1;
}
