/*
 * Learns to tell digits apart with a stack of denoising auto-encoders, tests it on others, and writes its file.
 *
 *     stack_digits DATA.h5 STACK.h5 [WIDTH [EPOCHS]]
 *
 * DATA.h5 holds images x_train and x_test, in [0, 1] or as bytes, and their labels y_train and y_test, counted from 0.
 * Three layers of WIDTH units learn, one after another, to restore images of which a part was erased; that needs no
 * labels. Then the whole stack learns the labels, until the error on a validation set, a sixth of the images, no longer
 * improves.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <vaelib.h>

enum { layer_count = 3 };

/* The metric of this name, of the epoch so far; NaN if there is none. */
static double metric(const vaelib_progress *progress, const char *name) {
    return vaelib_metric_find(progress->metrics, progress->metric_count, name);
}

/* One line per epoch. */
static int show_progress(const vaelib_progress *progress, void *user_data) {
    (void)user_data;
    if (progress->kind != VAELIB_PROGRESS_EPOCH) return 0;
    if (progress->phase == VAELIB_PRETRAINING) {
        printf("layer %zu, epoch %zu of %zu: loss %.3f nats, %.1f s\n", progress->layer, progress->epoch,
               progress->epochs, metric(progress, "loss"), metric(progress, "seconds"));
    } else {
        printf("fine-tuning, epoch %zu of %zu: error %.2f %%, validation %.2f %%, %.1f s\n", progress->epoch,
               progress->epochs, 100 * metric(progress, "error"), 100 * metric(progress, "validation_error"),
               metric(progress, "seconds"));
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

/* Three sigmoid layers, with more of the input erased the higher they are. */
static vaelib_status make_stack(const vaelib_dataset *images, size_t width, vaelib_model **out_stack) {
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
    vaelib_layer_config layers[layer_count];
    vaelib_status status = vaelib_dataset_describe(images, &info);
    for (size_t i = 0; i < layer_count && status == VAELIB_OK; i++) {
        layers[i].struct_size = sizeof layers[i];
        status = vaelib_layer_config_init(&layers[i]);
        layers[i].width = width;
        layers[i].corruption_level = 0.1 * (double)(i + 1);
    }
    if (status == VAELIB_OK) status = vaelib_stack_config_init(&config);
    if (status == VAELIB_OK) {
        config.data_dim = info.columns;
        config.layers = layers;
        config.layer_count = layer_count;
        status = vaelib_stack_create(&config, out_stack);
    }
    return status;
}

/* Pretrains on five sixths of the images, the same share of every label, then learns their labels. */
static vaelib_status train(vaelib_model *stack, const vaelib_dataset *images, size_t epochs) {
    vaelib_training_config plan = VAELIB_TRAINING_CONFIG_INIT;
    vaelib_dataset *training = NULL, *validation = NULL;
    vaelib_status status = vaelib_dataset_split(images, 1.0 / 6, 1, 1, &training, &validation);
    if (status == VAELIB_OK) status = vaelib_training_config_init(&plan);
    plan.epochs = epochs;
    if (status == VAELIB_OK) status = vaelib_stack_pretrain(stack, training, &plan, show_progress, NULL);
    plan.epochs = 3 * epochs;
    plan.patience = 10;
    if (status == VAELIB_OK) {
        status = vaelib_stack_finetune(stack, training, validation, VAELIB_SUPERVISED, &plan, show_progress, NULL);
    }
    vaelib_dataset_free(validation);
    vaelib_dataset_free(training);
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
        printf("test error: %.2f %%, %zu of %zu images\n", 100.0 * (double)wrong / (double)info.rows, wrong, info.rows);
    }
    free(predicted);
    free(labels);
    return status;
}

int main(int argc, char **argv) {
    vaelib_dataset *training_images = NULL, *test_images = NULL;
    vaelib_model *stack = NULL;
    vaelib_status status;
    long width = 1000, epochs = 15;

    if (argc > 3) width = strtol(argv[3], NULL, 10);
    if (argc > 4) epochs = strtol(argv[4], NULL, 10);
    if (argc < 3 || argc > 5 || width < 1 || epochs < 1) {
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
