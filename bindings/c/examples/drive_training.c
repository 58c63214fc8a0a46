/*
 * Trains with its own loop: shuffles the rows, takes a minibatch, looks at the gradients, applies them.
 *
 *     drive_training DATA.h5 DATASET [EPOCHS]
 *
 * Use a trainer instead of vaelib_vae_fit() when examples come from elsewhere than an array or a file, when gradients
 * are to be summed over processes, or to see what happens in each step. Between vaelib_trainer_compute_gradients() and
 * vaelib_trainer_apply_gradients() the gradient buffer belongs to the program: it may read it, and write it too.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vaelib.h>

static const size_t batch_size = 50;

/* The rows of the data, in an order that changes every epoch, and one minibatch of them. */
typedef struct {
    float *values;
    size_t *order;
    float *batch;
    size_t rows, columns;
    uint64_t random_state;
} loader;

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (memory == NULL) {
        perror("allocating the examples");
        exit(1);
    }
    return memory;
}

/* A linear congruential generator (Knuth's MMIX constants): enough to shuffle. */
static size_t random_below(loader *data, size_t bound) {
    data->random_state = data->random_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)((data->random_state >> 33) % bound);
}

static void shuffle(loader *data) {
    for (size_t i = data->rows - 1; i > 0; i--) {
        size_t j = random_below(data, i + 1);
        size_t kept = data->order[i];
        data->order[i] = data->order[j];
        data->order[j] = kept;
    }
}

/* Reads all rows into memory, bytes scaled to [0, 1]. */
static vaelib_status load(loader *data, const char *path, const char *name) {
    vaelib_dataset *dataset = NULL;
    vaelib_dataset_info info = VAELIB_DATASET_INFO_INIT;
    vaelib_status status = vaelib_dataset_open(path, name, NULL, &dataset);
    if (status == VAELIB_OK) status = vaelib_dataset_describe(dataset, &info);
    if (status == VAELIB_OK) {
        data->rows = info.rows;
        data->columns = info.columns;
        data->values = (float *)allocate(info.rows * info.columns, sizeof *data->values);
        data->order = (size_t *)allocate(info.rows, sizeof *data->order);
        data->batch = (float *)allocate(batch_size * info.columns, sizeof *data->batch);
        status = vaelib_dataset_read(dataset, data->values, info.rows * info.columns);
    }
    for (size_t i = 0; status == VAELIB_OK && i < data->rows; i++) data->order[i] = i;
    for (size_t i = 0; status == VAELIB_OK && info.dtype == VAELIB_UINT8 && i < data->rows * data->columns; i++) {
        data->values[i] /= 255.0f;
    }
    vaelib_dataset_free(dataset);
    return status;
}

/*
 * Gathers `count` rows from position `first` of the shuffled order, and computes and applies their gradients. A program
 * that has a part of each batch would pass its place instead of NULL, and sum the gradients over all parts in between.
 */
static vaelib_status step(
    vaelib_trainer *trainer, loader *data, size_t first, size_t count, vaelib_metrics *out_metrics) {
    vaelib_array array = VAELIB_ARRAY_INIT;
    vaelib_dataset *batch = NULL;
    vaelib_status status;
    for (size_t i = 0; i < count; i++) {
        memcpy(data->batch + i * data->columns, data->values + data->order[first + i] * data->columns,
               data->columns * sizeof *data->batch);
    }
    status = vaelib_array_init(&array, data->batch, VAELIB_FLOAT32, count, data->columns);
    if (status == VAELIB_OK) status = vaelib_dataset_from_array(&array, NULL, &batch);
    if (status == VAELIB_OK) status = vaelib_trainer_compute_gradients(trainer, batch, NULL, out_metrics);
    if (status == VAELIB_OK) status = vaelib_trainer_apply_gradients(trainer, 0);
    vaelib_dataset_free(batch);
    return status;
}

/* Prints the Euclidean norm of the last gradient, tensor by tensor. */
static vaelib_status print_gradient_norms(const vaelib_model *model, vaelib_trainer *trainer) {
    vaelib_model_info info = VAELIB_MODEL_INFO_INIT;
    vaelib_tensor tensor = VAELIB_TENSOR_INIT;
    float *gradients = NULL;
    size_t count = 0;
    vaelib_status status = vaelib_model_describe(model, &info);
    if (status == VAELIB_OK) status = vaelib_trainer_get_gradients(trainer, &gradients, &count);
    for (size_t index = 0; status == VAELIB_OK && index < info.tensor_count; index++) {
        double sum = 0;
        status = vaelib_model_describe_tensor(model, index, &tensor);
        if (status != VAELIB_OK) break;
        for (size_t i = 0; i < tensor.rows * tensor.columns; i++) {
            double value = (double)gradients[tensor.offset + i];
            sum += value * value;
        }
        printf("  gradient norm of %-20s [%zu, %zu]: %.4g\n", tensor.name, tensor.rows, tensor.columns, sqrt(sum));
    }
    return status;
}

/* One pass over the shuffled rows; prints the mean bound. */
static vaelib_status train_epoch(vaelib_trainer *trainer, loader *data, long epoch) {
    vaelib_metrics found = VAELIB_METRICS_INIT;
    vaelib_status status = VAELIB_OK;
    double elbo = 0;
    shuffle(data);
    for (size_t first = 0; status == VAELIB_OK && first < data->rows; first += batch_size) {
        size_t count = data->rows - first < batch_size ? data->rows - first : batch_size;
        status = step(trainer, data, first, count, &found);
        elbo += vaelib_metric_find(found.values, found.count, "elbo") * (double)count;
    }
    if (status == VAELIB_OK) printf("epoch %ld: bound %.2f nats\n", epoch, elbo / (double)data->rows);
    return status;
}

int main(int argc, char **argv) {
    loader data = {NULL, NULL, NULL, 0, 0, 1};
    vaelib_model *model = NULL;
    vaelib_trainer *trainer = NULL;
    vaelib_vae_config architecture = VAELIB_VAE_CONFIG_INIT;
    vaelib_training_config plan = VAELIB_TRAINING_CONFIG_INIT;
    vaelib_status status;
    long epochs = 5;

    if (argc > 3) epochs = strtol(argv[3], NULL, 10);
    if (argc < 3 || argc > 4 || epochs < 1) {
        fprintf(stderr, "usage: %s DATA.h5 DATASET [EPOCHS]\n", argv[0]);
        return 2;
    }

    status = load(&data, argv[1], argv[2]);
    if (status == VAELIB_OK) status = vaelib_vae_config_init(&architecture);
    if (status == VAELIB_OK) {
        architecture.data_dim = data.columns;
        architecture.latent_dim = 10;
        architecture.likelihood = "bernoulli";
        status = vaelib_vae_create(&architecture, &model);
    }
    if (status == VAELIB_OK) status = vaelib_training_config_init(&plan);
    if (status == VAELIB_OK) {
        plan.binarization = "dynamic";
        plan.epochs = (size_t)epochs; /* over which the learning rate falls */
        status = vaelib_trainer_create(model, VAELIB_FIT, 0, &plan, data.rows, &trainer);
    }
    for (long epoch = 1; status == VAELIB_OK && epoch <= epochs; epoch++) {
        status = train_epoch(trainer, &data, epoch);
    }
    if (status == VAELIB_OK) status = print_gradient_norms(model, trainer);
    if (status != VAELIB_OK) fprintf(stderr, "%s: %s\n", argv[0], vaelib_last_error());

    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
    free(data.batch);
    free(data.order);
    free(data.values);
    return status == VAELIB_OK ? 0 : 1;
}
