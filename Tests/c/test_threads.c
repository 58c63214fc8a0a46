/* Training and queries give the same bits for any number of threads. */
#include "support.h"

enum { rows = 300, columns = 50, classes = 4 };

static vaelib_dataset *examples;
static float values[rows * columns];

/* A hash of what was hashed so far, and of these bytes. */
static uint64_t add(uint64_t hash, const void *bytes, size_t count) { return hash * 31 ^ hash_bytes(bytes, count); }

/* The hash of everything that a fit and its queries produce. */
static uint64_t hash_vae(const char *estimator) {
    static const size_t hidden[] = {70, 30};
    double terms[rows];
    vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
    vaelib_training_config plan = make_plan(3);
    vaelib_evaluation_config evaluation = VAELIB_EVALUATION_CONFIG_INIT;
    vaelib_model *model = NULL;
    uint64_t hash;
    REQUIRE_OK(vaelib_vae_config_init(&config));
    config.data_dim = columns;
    config.likelihood = "bernoulli";
    config.latent_dim = 7;
    config.hidden = hidden;
    config.hidden_count = 2;
    REQUIRE_OK(vaelib_vae_create(&config, &model));
    plan.batch_size = 64;
    plan.binarization = "dynamic";
    plan.estimator = estimator;
    plan.samples = 2;
    plan.weight_decay = 1;
    plan.gradient_clip_norm = 5;
    REQUIRE_OK(vaelib_vae_fit(model, examples, examples, &plan, NULL, NULL));
    hash = hash_parameters(model);
    CHECK_OK(vaelib_evaluation_config_init(&evaluation));
    evaluation.samples = 10;
    CHECK_OK(vaelib_vae_estimate_elbo(model, examples, &evaluation, NULL, NULL, terms, NULL, NULL, rows));
    hash = add(hash, terms, sizeof terms);
    CHECK_OK(vaelib_vae_estimate_log_likelihood(model, examples, &evaluation, NULL, NULL, terms, NULL, rows));
    hash = add(hash, terms, sizeof terms);
    CHECK_OK(vaelib_vae_reconstruct(model, examples, VAELIB_SAMPLE, 3, values, rows * columns));
    hash = add(hash, values, sizeof values);
    vaelib_model_free(model);
    return hash;
}

/* The hash of everything that the phases of a stack and its queries produce. */
static uint64_t hash_stack(const char *corruption) {
    static float filters[30 * columns];
    vaelib_layer_config layers[] = {make_layer(70), make_layer(30)};
    vaelib_training_config plan = make_plan(3);
    vaelib_model *stack;
    double errors[rows];
    uint64_t hash;
    layers[0].corruption = layers[1].corruption = corruption;
    layers[0].sparsity_weight = 0.1;
    layers[1].contraction_weight = 0.1;
    layers[1].tied = 0;
    stack = make_stack_of(columns, layers, 2);
    plan.batch_size = 64;
    plan.weight_decay = 1;
    plan.gradient_clip_norm = 5;
    REQUIRE_OK(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL));
    hash = hash_parameters(stack);
    REQUIRE_OK(vaelib_stack_finetune(stack, examples, examples, VAELIB_UNSUPERVISED, &plan, NULL, NULL));
    hash = hash * 31 ^ hash_parameters(stack);
    plan.dropout = 0.3;
    REQUIRE_OK(vaelib_stack_finetune(stack, examples, examples, VAELIB_SUPERVISED, &plan, NULL, NULL));
    hash = hash * 31 ^ hash_parameters(stack);
    CHECK_OK(vaelib_stack_corrupt(stack, examples, 0, 1, 1, values, rows * columns));
    hash = add(hash, values, sizeof values);
    CHECK_OK(vaelib_stack_sample(stack, examples, 1, values, rows * columns));
    hash = add(hash, values, sizeof values);
    CHECK_OK(vaelib_stack_predict_probabilities(stack, examples, values, rows * classes));
    hash = add(hash, values, rows * classes * sizeof *values);
    CHECK_OK(vaelib_stack_compute_reconstruction_error(stack, examples, 1, errors, rows));
    hash = add(hash, errors, sizeof errors);
    CHECK_OK(vaelib_stack_get_filters(stack, 1, filters, 30 * columns));
    hash = add(hash, filters, sizeof filters);
    vaelib_model_free(stack);
    return hash;
}

static void check_bits(uint64_t (*hash)(const char *), const char *choice) {
    static const size_t counts[] = {1, 2, 3, 7, 0};
    uint64_t one;
    CHECK_OK(vaelib_threads_set(1));
    one = hash(choice);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        CHECK_OK(vaelib_threads_set(counts[i]));
        if (!CHECK(hash(choice) == one)) fprintf(stderr, "    %s, %zu threads\n", choice, counts[i]);
    }
}

int main(void) {
    float *images = make_images(rows, columns, 1);
    int64_t *labels = make_labels(rows, columns, 1);
    examples = wrap_labelled(images, labels, rows, columns);
    check_bits(hash_vae, "analytic");
    check_bits(hash_vae, "monte_carlo");
    check_bits(hash_stack, "masking");
    check_bits(hash_stack, "gaussian");
    check_bits(hash_stack, "salt_and_pepper");
    vaelib_dataset_free(examples);
    free(labels);
    free(images);
    return report();
}
