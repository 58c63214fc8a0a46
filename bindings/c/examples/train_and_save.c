/*
 * Trains a variational auto-encoder on a dataset of an HDF5 file and writes the model file.
 *
 *     train_and_save DATA.h5 DATASET MODEL.h5 [EPOCHS]
 *
 * Bytes are scaled to [0, 1]. The library decides by the values what they are: grey levels in [0, 1] are taken as
 * probabilities, and 0 or 1 is drawn at each use; real values get a Gaussian density. A tenth of the rows, chosen at
 * random, is kept for validation. Without EPOCHS, training ends when these rows show that it learns no more. Ctrl-C
 * stops it; what was learned until then is saved.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vaelib.h>

/* What the signal handler stops. */
static vaelib_model *running_model;

static void stop_training(int signal_number) {
    (void)signal_number;
    vaelib_model_cancel(running_model);
}

/* The metric of this name, of the epoch so far; NaN if there is none. */
static double metric(const vaelib_progress *progress, const char *name) {
    return vaelib_metric_find(progress->metrics, progress->metric_count, name);
}

/* Rewrites one line while training goes on: a small set has thousands of epochs. */
static int show_progress(const vaelib_progress *progress, void *user_data) {
    (void)user_data;
    if (progress->kind == VAELIB_PROGRESS_EPOCH) {
        printf("\repoch %zu of at most %zu: bound %.2f nats, validation %.2f          ", progress->epoch,
               progress->epochs, metric(progress, "elbo"), metric(progress, "validation_elbo"));
    } else {
        printf("\repoch %zu of at most %zu: bound %.2f nats, %zu of %zu examples", progress->epoch, progress->epochs,
               metric(progress, "elbo"), progress->examples, progress->examples_per_epoch);
    }
    fflush(stdout);
    return 0;
}

/* Opens the dataset, scaled by 1/255 if it holds bytes. */
static vaelib_status open_examples(const char *path, const char *name, vaelib_dataset **out_examples) {
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    vaelib_status status = vaelib_dataset_options_init(&options);
    if (status == VAELIB_OK) status = vaelib_dataset_open(path, name, &options, out_examples);
    if (status == VAELIB_OK) status = vaelib_dataset_describe(*out_examples, &info);
    if (status == VAELIB_OK && info.dtype == VAELIB_UINT8) {
        vaelib_dataset_free(*out_examples);
        *out_examples = NULL;
        options.scale = 1.0 / 255.0;
        status = vaelib_dataset_open(path, name, &options, out_examples);
    }
    return status;
}

int main(int argc, char **argv) {
    vaelib_dataset *examples = NULL;
    vaelib_model *model = NULL;
    vaelib_vae_config architecture = VAELIB_VAE_CONFIG_INIT;
    vaelib_training_config plan = VAELIB_TRAINING_CONFIG_INIT;
    vaelib_status status;
    long epochs = 0;

    if (argc > 4) epochs = strtol(argv[4], NULL, 10);
    if (argc < 4 || argc > 5 || (argc == 5 && epochs < 1)) {
        fprintf(stderr, "usage: %s DATA.h5 DATASET MODEL.h5 [EPOCHS]\n", argv[0]);
        return 2;
    }

    status = open_examples(argv[1], argv[2], &examples);
    if (status == VAELIB_OK) status = vaelib_vae_config_init(&architecture);
    if (status == VAELIB_OK) status = vaelib_vae_config_resolve(&architecture, examples);
    if (status == VAELIB_OK) status = vaelib_vae_create(&architecture, &model);
    if (status == VAELIB_OK) status = vaelib_training_config_init(&plan);
    if (status == VAELIB_OK) {
        if (epochs > 0) plan.epochs = (size_t)epochs;
        /* The default only where the library chooses the number of epochs. */
        plan.validation_fraction = 0.1;
        /* Grey levels are taken for probabilities of 1. */
        if (strcmp(architecture.likelihood, "bernoulli") == 0) plan.binarization = "dynamic";
        running_model = model;
        signal(SIGINT, stop_training);
        status = vaelib_vae_fit(model, examples, NULL, &plan, show_progress, NULL);
        signal(SIGINT, SIG_DFL);
        printf("\n");
        if (status == VAELIB_CANCELLED) {
            printf("stopped; saving what was learned so far\n");
            status = VAELIB_OK;
        }
    }
    if (status == VAELIB_OK) status = vaelib_model_save(model, argv[3]);
    if (status == VAELIB_OK) {
        printf("wrote %s\n", argv[3]);
    } else {
        fprintf(stderr, "%s: %s\n", argv[0], vaelib_last_error());
    }

    vaelib_model_free(model);
    vaelib_dataset_free(examples);
    return status == VAELIB_OK ? 0 : 1;
}
