/* Training of stacks that is refused: plans, phases, data and labels. The stack stays as it was. */
#include "support.h"

enum { rows = 40, columns = 6 };

static float *images;
static int64_t *labels;
static vaelib_dataset *examples, *unlabelled;

/* The plan is refused in this phase, by the call and by a trainer, and the message names the field. */
#define CHECK_REFUSED_IN(one_phase, change, field) \
    do { \
        vaelib_training_config plan = make_plan(1); \
        vaelib_trainer *trainer = NULL; \
        change; \
        CHECK_MESSAGE(train_in(stack, examples, one_phase, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT, field); \
        CHECK_MESSAGE(vaelib_trainer_create(stack, one_phase, 0, &plan, rows, &trainer), \
                      VAELIB_INVALID_ARGUMENT, field); \
        CHECK(trainer == NULL); \
    } while (0)

/* Refused in every phase. */
#define CHECK_REFUSED(change, field) \
    do { \
        CHECK_REFUSED_IN(VAELIB_PRETRAINING, change, field); \
        CHECK_REFUSED_IN(VAELIB_SUPERVISED, change, field); \
        CHECK_REFUSED_IN(VAELIB_UNSUPERVISED, change, field); \
    } while (0)

static void check_plans(vaelib_model *stack) {
    /* What concerns the lower bound of a VAE means nothing here. */
    CHECK_REFUSED(plan.estimator = "monte_carlo", "estimator");
    CHECK_REFUSED(plan.samples = 2, "samples");
    CHECK_REFUSED(plan.beta = 0.5, "beta");
    CHECK_REFUSED(plan.kl_warmup_epochs = 1, "kl_warmup_epochs");
    CHECK_REFUSED(plan.binarization = "dynamic", "binarization");
    CHECK_REFUSED_IN(VAELIB_PRETRAINING, plan.dropout = 0.25, "dropout");
    CHECK_REFUSED_IN(VAELIB_UNSUPERVISED, plan.dropout = 0.25, "dropout");
    /* What is wrong anywhere. */
    CHECK_REFUSED(plan.epochs = 0, "epochs");
    CHECK_REFUSED(plan.batch_size = 0, "batch_size");
    CHECK_REFUSED(plan.batch_size = SIZE_MAX - 1, "batch_size");
    CHECK_REFUSED(plan.validation_fraction = 1, "validation_fraction");
    CHECK_REFUSED(plan.patience = SIZE_MAX - 1, "patience");
    CHECK_REFUSED_IN(VAELIB_PRETRAINING, plan.patience = 3, "patience");
    CHECK_REFUSED(plan.optimizer = "adams", "adamw");
    CHECK_REFUSED(plan.optimizer = NULL, "optimizer");
    CHECK_REFUSED(plan.learning_rate = NAN, "learning_rate");
    CHECK_REFUSED(plan.learning_rate = -0.1, "learning_rate");
    CHECK_REFUSED(plan.momentum = 1, "momentum");
    CHECK_REFUSED(plan.schedule = "linear", "schedule");
    CHECK_REFUSED(plan.weight_decay = -1, "weight_decay");
    CHECK_REFUSED(plan.dropout = 1, "dropout");
    CHECK_REFUSED(plan.dropout = -0.1, "dropout");
    CHECK_REFUSED(plan.dropout = NAN, "dropout");
    CHECK_STATUS(vaelib_stack_pretrain(stack, examples, NULL, NULL, NULL), VAELIB_INVALID_ARGUMENT);
    CHECK_STATUS(vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, NULL, NULL, NULL),
                 VAELIB_INVALID_ARGUMENT);
}

static void check_phases(vaelib_model *stack) {
    static const int wrong[] = {-1, 3, 1000};
    vaelib_training_config plan = make_plan(1);
    vaelib_trainer *trainer = NULL;
    CHECK_MESSAGE(vaelib_stack_finetune(stack, examples, NULL, VAELIB_PRETRAINING, &plan, NULL, NULL),
                  VAELIB_INVALID_ARGUMENT, "VAELIB_SUPERVISED");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        vaelib_phase phase;
        memcpy(&phase, &wrong[i], sizeof phase);
        CHECK_MESSAGE(vaelib_stack_finetune(stack, examples, NULL, phase, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT,
                      "phase");
        CHECK_MESSAGE(vaelib_trainer_create(stack, phase, 0, &plan, rows, &trainer), VAELIB_INVALID_ARGUMENT,
                      "phase");
    }
    plan.patience = 2;
    CHECK_MESSAGE(vaelib_stack_pretrain(stack, examples, &plan, NULL, NULL), VAELIB_INVALID_ARGUMENT, "patience");
    CHECK(trainer == NULL);
}

/* Fine-tunes with these labels, which the message has to find fault with. */
static void check_bad_labels(vaelib_model *stack, const int64_t *bad, vaelib_status status, const char *text) {
    vaelib_training_config plan = make_plan(1);
    vaelib_dataset *set = wrap_labelled(images, bad, rows, columns);
    CHECK_MESSAGE(vaelib_stack_finetune(stack, set, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL), status, text);
    CHECK(describe(stack).output_count == 0); /* and no head was added */
    vaelib_dataset_free(set);
}

static void check_labels(vaelib_model *stack) {
    vaelib_training_config plan = make_plan(1);
    int64_t bad[rows];
    CHECK_MESSAGE(vaelib_stack_finetune(stack, unlabelled, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL),
                  VAELIB_INVALID_ARGUMENT, "labels");
    CHECK_MESSAGE(vaelib_stack_finetune(stack, examples, unlabelled, VAELIB_SUPERVISED, &plan, NULL, NULL),
                  VAELIB_INVALID_ARGUMENT, "labels");
    CHECK(describe(stack).output_count == 0);
    memcpy(bad, labels, sizeof bad);
    bad[7] = -1;
    check_bad_labels(stack, bad, VAELIB_DATA_ERROR, "7"); /* the row */
    check_bad_labels(stack, bad, VAELIB_DATA_ERROR, "-1");
    bad[7] = INT64_MIN;
    check_bad_labels(stack, bad, VAELIB_DATA_ERROR, "label");
    bad[7] = INT64_MAX;
    check_bad_labels(stack, bad, VAELIB_DATA_ERROR, "label");
    for (size_t i = 0; i < rows; i++) bad[i] = labels[i] == 2 ? 5 : labels[i]; /* 0, 1, 3, 5 */
    check_bad_labels(stack, bad, VAELIB_DATA_ERROR, "2");
    for (size_t i = 0; i < rows; i++) bad[i] = labels[i] + 1; /* counted from 1 */
    check_bad_labels(stack, bad, VAELIB_DATA_ERROR, "0");
    memset(bad, 0, sizeof bad); /* one class */
    check_bad_labels(stack, bad, VAELIB_DATA_ERROR, "class");
}

/* A validation label that the training set does not have; and a later call with labels the classifier lacks. */
static void check_later_labels(void) {
    vaelib_model *stack = make_stack(columns);
    vaelib_training_config plan = make_plan(1);
    int64_t more[rows];
    vaelib_dataset *set;
    uint64_t hash;
    memcpy(more, labels, sizeof more);
    more[3] = 4;
    set = wrap_labelled(images, more, rows, columns);
    CHECK_STATUS(vaelib_stack_finetune(stack, examples, set, VAELIB_SUPERVISED, &plan, NULL, NULL), VAELIB_DATA_ERROR);
    CHECK(describe(stack).output_count == 0);
    CHECK_OK(vaelib_stack_finetune(stack, examples, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL));
    hash = hash_parameters(stack);
    CHECK_STATUS(vaelib_stack_finetune(stack, set, NULL, VAELIB_SUPERVISED, &plan, NULL, NULL), VAELIB_DATA_ERROR);
    CHECK_STATUS(vaelib_stack_finetune(stack, examples, set, VAELIB_SUPERVISED, &plan, NULL, NULL), VAELIB_DATA_ERROR);
    CHECK(describe(stack).output_count == 4 && hash_parameters(stack) == hash);
    vaelib_dataset_free(set);
    vaelib_model_free(stack);
}

/* Values that do not fit, in every phase; the message says where. */
static void check_data(vaelib_model *stack) {
    static const vaelib_phase phases[] = {VAELIB_PRETRAINING, VAELIB_SUPERVISED, VAELIB_UNSUPERVISED};
    vaelib_training_config plan = make_plan(1);
    vaelib_dataset *narrow = wrap_labelled(images, labels, rows, columns - 1);
    const float kept = images[11 * columns + 4];
    for (size_t i = 0; i < 3; i++) {
        CHECK_STATUS(train_in(stack, narrow, phases[i], &plan, NULL, NULL), VAELIB_DATA_ERROR);
        images[11 * columns + 4] = NAN;
        CHECK_MESSAGE(train_in(stack, examples, phases[i], &plan, NULL, NULL), VAELIB_DATA_ERROR, "11");
        images[11 * columns + 4] = -INFINITY;
        CHECK_MESSAGE(train_in(stack, examples, phases[i], &plan, NULL, NULL), VAELIB_DATA_ERROR, "4");
        images[11 * columns + 4] = kept;
    }
    CHECK_STATUS(vaelib_stack_finetune(stack, examples, narrow, VAELIB_SUPERVISED, &plan, NULL, NULL),
                 VAELIB_DATA_ERROR);
    images[11 * columns + 4] = 1.5f; /* cross-entropy wants [0, 1] */
    CHECK_MESSAGE(train_in(stack, examples, VAELIB_PRETRAINING, &plan, NULL, NULL), VAELIB_DATA_ERROR, "11");
    CHECK_MESSAGE(train_in(stack, examples, VAELIB_UNSUPERVISED, &plan, NULL, NULL), VAELIB_DATA_ERROR, "11");
    images[11 * columns + 4] = kept;
    vaelib_dataset_free(narrow);
}

/*
 * A set that stays in its file is checked as it is read: the flaw in row 270 is found after the classifier was added
 * and steps were made. The stack becomes again what it was.
 */
static void check_flaw_in_stream(void) {
    static const vaelib_phase phases[] = {VAELIB_PRETRAINING, VAELIB_SUPERVISED, VAELIB_UNSUPERVISED};
    vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
    vaelib_model *stack = make_stack(64);
    vaelib_training_config plan = make_plan(1);
    vaelib_dataset *flawed = NULL;
    uint64_t hash = hash_parameters(stack);
    REQUIRE_OK(vaelib_dataset_options_init(&options));
    options.labels = "flawed_labels";
    options.memory_budget = 0;
    REQUIRE_OK(vaelib_dataset_open(scratch_path("data.h5"), "flawed", &options, &flawed));
    for (size_t i = 0; i < 3; i++) {
        CHECK_MESSAGE(train_in(stack, flawed, phases[i], &plan, NULL, NULL), VAELIB_DATA_ERROR, "270");
        CHECK(describe(stack).output_count == 0 && history_epochs(stack) == 0);
        CHECK(hash_parameters(stack) == hash);
    }
    vaelib_dataset_free(flawed);
    vaelib_model_free(stack);
}

/* Real values are fine where the loss is the squared error. */
static void check_real_values(void) {
    vaelib_layer_config layer = make_layer(4);
    vaelib_training_config plan = make_plan(1);
    vaelib_model *stack;
    const float kept = images[0];
    layer.loss = "squared_error";
    layer.corruption = "gaussian";
    stack = make_stack_of(columns, &layer, 1);
    images[0] = -17.5f;
    CHECK_OK(train_in(stack, examples, VAELIB_PRETRAINING, &plan, NULL, NULL));
    CHECK_OK(train_in(stack, examples, VAELIB_UNSUPERVISED, &plan, NULL, NULL));
    images[0] = kept;
    vaelib_model_free(stack);
}

int main(void) {
    vaelib_model *stack = make_stack(columns);
    uint64_t before = hash_parameters(stack);
    images = make_images(rows, columns, 1);
    labels = make_labels(rows, columns, 1);
    examples = wrap_labelled(images, labels, rows, columns);
    unlabelled = wrap(images, rows, columns);
    check_plans(stack);
    check_phases(stack);
    check_labels(stack);
    check_data(stack);
    CHECK(hash_parameters(stack) == before);
    CHECK(history_epochs(stack) == 0 && describe(stack).output_count == 0);
    check_later_labels();
    check_flaw_in_stream();
    check_real_values();
    vaelib_model_free(stack);
    vaelib_dataset_free(unlabelled);
    vaelib_dataset_free(examples);
    free(labels);
    free(images);
    return report();
}
