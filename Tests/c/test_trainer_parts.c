/* A batch that is spread over several trainers: the gradients of its parts add up to those of the whole. */
#include "support.h"

enum { rows = 24, columns = 7, classes = 4, first_part = 9 };

static float *images;
static int64_t *labels;
static vaelib_dataset *whole;

/* A phase, with noise and penalties of every kind, so that whatever depends on the place shows. */
typedef struct {
    vaelib_phase phase;
    size_t layer;
    vaelib_training_config plan;
} way;

static vaelib_model *make_noisy(const way *how) {
    vaelib_layer_config layers[] = {make_layer(6), make_layer(4)};
    vaelib_model *model;
    if (how->phase == VAELIB_FIT) return make_model(columns, 2);
    layers[0].corruption_level = 0.5;
    layers[0].weight_l2 = 0.1;
    layers[1].corruption = "gaussian";
    layers[1].contraction_weight = 0.3;
    model = make_stack_of(columns, layers, 2);
    if (how->phase == VAELIB_SUPERVISED) REQUIRE_OK(vaelib_stack_add_head(model, "softmax", classes));
    return model;
}

static vaelib_trainer *make_trainer(vaelib_model *model, const way *how) {
    vaelib_trainer *trainer = NULL;
    REQUIRE_OK(vaelib_trainer_create(model, how->phase, how->layer, &how->plan, rows, &trainer));
    return trainer;
}

/* The gradients of `count` rows from `first`, which are said to be `place_first` of `global_rows`. Free with free(). */
static float *gradients_of(const way *how, size_t first, size_t count, size_t global_rows, size_t place_first) {
    vaelib_dataset *part =
        wrap_labelled(images + first * columns, labels + first, count, columns);
    vaelib_batch_place place = VAELIB_BATCH_PLACE_INIT;
    vaelib_model *model = make_noisy(how);
    vaelib_trainer *trainer = make_trainer(model, how);
    float *values = NULL, *copy;
    size_t size = 0;
    REQUIRE_OK(vaelib_batch_place_init(&place));
    place.global_rows = global_rows;
    place.first_row = place_first;
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, part, &place, NULL));
    CHECK_OK(vaelib_trainer_get_gradients(trainer, &values, &size));
    copy = malloc(size * sizeof *copy);
    if (copy == NULL) exit(1);
    memcpy(copy, values, size * sizeof *copy);
    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
    vaelib_dataset_free(part);
    return copy;
}

/* The largest difference between `left` and the sum of the other two, relative to the largest of `left`. */
static double difference(const float *left, const float *right, const float *also, size_t count) {
    double largest = 0, scale = 0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs((double)left[i] - (double)right[i] - (double)also[i]));
        scale = fmax(scale, fabs((double)left[i]));
    }
    return largest / scale;
}

/* Two parts give what one trainer would; with a wrong place they do not, since other noise is drawn. */
static void check_sum(const way *how, int has_noise) {
    vaelib_model *model = make_noisy(how);
    const size_t count = describe(model).parameter_count;
    float *all = gradients_of(how, 0, rows, 0, 0);
    float *first = gradients_of(how, 0, first_part, rows, 0);
    float *second = gradients_of(how, first_part, rows - first_part, rows, first_part);
    float *misplaced = gradients_of(how, first_part, rows - first_part, rows, 0);
    CHECK(difference(all, first, second, count) < 1e-5);
    CHECK((difference(all, first, misplaced, count) > 1e-3) == has_noise);
    free(misplaced);
    free(second);
    free(first);
    free(all);
    vaelib_model_free(model);
}

/* A slice counts from where it begins in its dataset, unless told otherwise. */
static void check_slice(const way *how) {
    vaelib_dataset *slice = NULL;
    vaelib_batch_place place = VAELIB_BATCH_PLACE_INIT;
    vaelib_model *model = make_noisy(how);
    vaelib_trainer *trainer = make_trainer(model, how);
    float *expected = gradients_of(how, first_part, rows - first_part, rows, first_part), *values = NULL;
    size_t count = 0;
    REQUIRE_OK(vaelib_dataset_slice(whole, first_part, rows - first_part, &slice));
    REQUIRE_OK(vaelib_batch_place_init(&place));
    place.global_rows = rows;
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, slice, &place, NULL));
    CHECK_OK(vaelib_trainer_get_gradients(trainer, &values, &count));
    CHECK(memcmp(values, expected, count * sizeof *values) == 0);
    place.first_row = first_part;
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, slice, &place, NULL));
    CHECK(memcmp(values, expected, count * sizeof *values) == 0);
    free(expected);
    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
    vaelib_dataset_free(slice);
}

/* Two trainers that exchange their gradients learn what one learns: weights, schedule, prior. */
static void check_training(way how) {
    vaelib_model *alone = make_noisy(&how), *models[] = {make_noisy(&how), make_noisy(&how)};
    vaelib_trainer *single, *trainers[2];
    vaelib_dataset *parts[] = {
        wrap_labelled(images, labels, first_part, columns),
        wrap_labelled(images + first_part * columns, labels + first_part, rows - first_part, columns)};
    float *left, *right, *gradients[2] = {NULL, NULL};
    vaelib_metrics alone_found = VAELIB_METRICS_INIT, found = alone_found;
    double worst = 0;
    size_t count = 0;
    how.plan.schedule = "exponential";
    how.plan.schedule_factor = 0.9;
    how.plan.weight_decay = 1;
    how.plan.gradient_clip_norm = 0.5;
    single = make_trainer(alone, &how);
    for (size_t i = 0; i < 2; i++) trainers[i] = make_trainer(models[i], &how);
    for (int step = 0; step < 20; step++) {
        CHECK_OK(vaelib_trainer_step(single, whole, &alone_found));
        for (size_t i = 0; i < 2; i++) {
            vaelib_batch_place place = VAELIB_BATCH_PLACE_INIT;
            REQUIRE_OK(vaelib_batch_place_init(&place));
            place.global_rows = rows;
            place.first_row = i * first_part;
            CHECK_OK(vaelib_trainer_compute_gradients(trainers[i], parts[i], &place, &found));
            CHECK_OK(vaelib_trainer_get_gradients(trainers[i], &gradients[i], &count));
        }
        for (size_t i = 0; i < count; i++) gradients[0][i] = gradients[1][i] = gradients[0][i] + gradients[1][i];
        for (size_t i = 0; i < 2; i++) CHECK_OK(vaelib_trainer_apply_gradients(trainers[i], rows));
        CHECK(step_metric(&found, "learning_rate") == step_metric(&alone_found, "learning_rate"));
    }
    CHECK(hash_parameters(models[0]) == hash_parameters(models[1]));
    left = copy_parameters(alone);
    right = copy_parameters(models[0]);
    for (size_t i = 0; i < count; i++) worst = fmax(worst, fabs((double)left[i] - (double)right[i]));
    CHECK(worst < 1e-3); /* 20 steps of Adam at 0.001; sums in another order */
    free(right);
    free(left);
    for (size_t i = 0; i < 2; i++) {
        vaelib_trainer_free(trainers[i]);
        vaelib_model_free(models[i]);
        vaelib_dataset_free(parts[i]);
    }
    vaelib_trainer_free(single);
    vaelib_model_free(alone);
}

/* The rows that are applied move the schedules: an epoch is over after as many as it has, on however many trainers. */
static void check_schedule(void) {
    way how = {VAELIB_FIT, 0, make_plan(1)};
    vaelib_metrics found = VAELIB_METRICS_INIT;
    vaelib_model *model = make_noisy(&how);
    vaelib_trainer *trainer;
    how.plan.schedule = "step";
    how.plan.schedule_epochs = 1;
    how.plan.schedule_factor = 0.5;
    trainer = make_trainer(model, &how);
    for (int step = 0; step < 4; step++) {
        CHECK_OK(vaelib_trainer_compute_gradients(trainer, whole, NULL, &found));
        CHECK_NEAR(step_metric(&found, "learning_rate"), how.plan.learning_rate * pow(0.5, step / 2), 1e-15);
        CHECK_OK(vaelib_trainer_apply_gradients(trainer, rows / 2));
    }
    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
}

static void check_bad_places(void) {
    way how = {VAELIB_FIT, 0, make_plan(1)};
    vaelib_model *model = make_noisy(&how);
    vaelib_trainer *trainer = make_trainer(model, &how);
    vaelib_batch_place place = VAELIB_BATCH_PLACE_INIT;
    uint64_t before;
    CHECK_STATUS(vaelib_batch_place_init(NULL), VAELIB_INVALID_ARGUMENT);
    REQUIRE_OK(vaelib_batch_place_init(&place));
    place.global_rows = rows - 1; /* fewer than this part has */
    CHECK_MESSAGE(vaelib_trainer_compute_gradients(trainer, whole, &place, NULL), VAELIB_INVALID_ARGUMENT, "global_rows");
    place.global_rows = 2 * rows;
    place.first_row = SIZE_MAX - 1;
    CHECK_MESSAGE(vaelib_trainer_compute_gradients(trainer, whole, &place, NULL), VAELIB_INVALID_ARGUMENT, "first_row");
    place.first_row = rows;
    CHECK_OK(vaelib_trainer_compute_gradients(trainer, whole, &place, NULL));
    place.global_rows = SIZE_MAX;
    CHECK_MESSAGE(vaelib_trainer_compute_gradients(trainer, whole, &place, NULL), VAELIB_INVALID_ARGUMENT, "global_rows");
    before = hash_parameters(model);
    CHECK_MESSAGE(vaelib_trainer_apply_gradients(trainer, SIZE_MAX), VAELIB_INVALID_ARGUMENT, "global_rows");
    CHECK(hash_parameters(model) == before);
    CHECK_OK(vaelib_trainer_apply_gradients(trainer, rows)); /* those of the good place are still there */
    CHECK(hash_parameters(model) != before);
    CHECK_OK(vaelib_trainer_apply_gradients(trainer, SIZE_MAX / 2 - rows)); /* as many as can be counted */
    before = hash_parameters(model);
    CHECK_MESSAGE(vaelib_trainer_apply_gradients(trainer, SIZE_MAX / 2), VAELIB_INVALID_ARGUMENT, "global_rows");
    CHECK(hash_parameters(model) == before);
    vaelib_trainer_free(trainer);
    vaelib_model_free(model);
}

int main(void) {
    way ways[] = {
        {VAELIB_FIT, 0, make_plan(1)}, {VAELIB_PRETRAINING, 0, make_plan(1)}, {VAELIB_PRETRAINING, 1, make_plan(1)},
        {VAELIB_SUPERVISED, 0, make_plan(1)}, {VAELIB_UNSUPERVISED, 0, make_plan(1)}};
    images = make_images(rows, columns, 1);
    labels = make_labels(rows, columns, 1);
    whole = wrap_labelled(images, labels, rows, columns);
    ways[3].plan.dropout = 0.4;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        check_sum(&ways[i], ways[i].phase != VAELIB_UNSUPERVISED);
        check_slice(&ways[i]);
        check_training(ways[i]);
    }
    check_schedule();
    check_bad_places();
    vaelib_dataset_free(whole);
    free(labels);
    free(images);
    return report();
}
