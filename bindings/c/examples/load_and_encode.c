/*
 * Loads a model file and prints the latent mean and standard deviation of every example, one row per line.
 *
 *     load_and_encode MODEL.h5 DATA.h5 DATASET
 *
 * The examples are scaled as the model's training data were; the model file remembers how.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vaelib.h>

static float *allocate(size_t count) {
    float *values = (float *)calloc(count, sizeof *values);
    if (values == NULL) {
        perror("allocating the latents");
        exit(1);
    }
    return values;
}

static void print_latents(const float *mean, const float *log_variance, size_t rows, size_t latent_dim) {
    for (size_t row = 0; row < rows; row++) {
        for (size_t j = 0; j < latent_dim; j++) {
            size_t index = row * latent_dim + j;
            double stddev = exp(0.5 * (double)log_variance[index]);
            printf("%s%.4f+-%.4f", j == 0 ? "" : "\t", (double)mean[index], stddev);
        }
        putchar('\n');
    }
}

int main(int argc, char **argv) {
    vaelib_model *model = NULL;
    vaelib_dataset *examples = NULL;
    vaelib_model_info model_info = VAELIB_MODEL_INFO_INIT;
    vaelib_dataset_info data_info = VAELIB_DATASET_INFO_INIT;
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_status status;
    float *mean = NULL, *log_variance = NULL;

    if (argc != 4) {
        fprintf(stderr, "usage: %s MODEL.h5 DATA.h5 DATASET\n", argv[0]);
        return 2;
    }

    status = vaelib_model_load(argv[1], 0, &model);
    if (status == VAELIB_OK) status = vaelib_model_describe(model, &model_info);
    if (status == VAELIB_OK && strcmp(model_info.kind, "vae") != 0) {
        fprintf(stderr, "%s: %s holds a model of kind \"%s\"; latents are those of a \"vae\"\n", argv[0], argv[1],
                model_info.kind);
        vaelib_model_free(model);
        return 1;
    }
    if (status == VAELIB_OK) status = vaelib_dataset_options_init(&options);
    if (status == VAELIB_OK) {
        options.scale = model_info.data_scale;
        options.shift = model_info.data_shift;
        status = vaelib_dataset_open(argv[2], argv[3], &options, &examples);
    }
    if (status == VAELIB_OK) status = vaelib_dataset_describe(examples, &data_info);
    if (status == VAELIB_OK) {
        size_t count = data_info.rows * model_info.latent_dim;
        mean = allocate(count);
        log_variance = allocate(count);
        status = vaelib_vae_encode(model, examples, mean, log_variance, count);
    }
    if (status == VAELIB_OK) {
        print_latents(mean, log_variance, data_info.rows, model_info.latent_dim);
    } else {
        fprintf(stderr, "%s: %s\n", argv[0], vaelib_last_error());
    }

    free(log_variance);
    free(mean);
    vaelib_dataset_free(examples);
    vaelib_model_free(model);
    return status == VAELIB_OK ? 0 : 1;
}
