/*
 * What the C tests share: checks that count and go on, and small data and models.
 *
 * A test program calls CHECK... as often as it likes and ends with `return report();`.
 */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "vaelib.h"

/* ---- checks ---- */

/* The condition holds. */
#define CHECK(condition) check((condition) != 0, #condition, __FILE__, __LINE__)
/* The call returns this status. */
#define CHECK_STATUS(call, expected) check_status((call), (expected), #call, __FILE__, __LINE__)
#define CHECK_OK(call) CHECK_STATUS(call, VAELIB_OK)
/* The call returns this status, and its message contains this text. */
#define CHECK_MESSAGE(call, expected, text) check_message((call), (expected), (text), #call, __FILE__, __LINE__)
/* Both numbers are finite and differ by no more than the tolerance. */
#define CHECK_NEAR(left, right, tolerance) \
    check_near((double)(left), (double)(right), (tolerance), #left " ~ " #right, __FILE__, __LINE__)
/* The call succeeds; without it the rest of the program would mean nothing, so it ends here otherwise. */
#define REQUIRE_OK(call) require(CHECK_OK(call))

int check(int holds, const char *text, const char *file, int line);
int check_status(vaelib_status status, vaelib_status expected, const char *text, const char *file, int line);
int check_message(
    vaelib_status status, vaelib_status expected, const char *message, const char *text, const char *file, int line);
int check_near(double left, double right, double tolerance, const char *text, const char *file, int line);
void require(int holds);

/* Prints how many checks were made; the exit status of the program. */
int report(void);

/* ---- data and models ---- */

/* Numbers that a generator makes from a seed, the same everywhere. */
uint32_t random_word(uint64_t *state);

/* `rows` binary images: one of four random prototypes each, one pixel in twenty flipped. Free with free(). */
float *make_images(size_t rows, size_t columns, uint64_t seed);

/* Which of the four prototypes each image was made from, given the same arguments. Free with free(). */
int64_t *make_labels(size_t rows, size_t columns, uint64_t seed);

/* A dataset over dense float32 values. */
vaelib_dataset *wrap(const float *values, size_t rows, size_t columns);
vaelib_dataset *wrap_labelled(const float *values, const int64_t *labels, size_t rows, size_t columns);

/* data_dim - 8 - latent_dim - 8 - data_dim, tanh, Bernoulli, seed 1. */
vaelib_model *make_model(size_t data_dim, size_t latent_dim);

/* Few epochs and small batches, at the same rate throughout; all gradients as they are. */
vaelib_training_config make_plan(size_t epochs);

vaelib_model_info describe(const vaelib_model *model);

/* The parameters, copied. Free with free(). */
float *copy_parameters(const vaelib_model *model);

/* FNV-1a of the parameters' bits. */
uint64_t hash_parameters(const vaelib_model *model);
uint64_t hash_bytes(const void *bytes, size_t count);

/* A sigmoid under the cross-entropy. */
vaelib_layer_config make_layer(size_t width);

/* A stack of these layers with seed 1. */
vaelib_model *make_stack_of(size_t data_dim, const vaelib_layer_config *layers, size_t layer_count);

/* data_dim - 8 - 5, seed 1. */
vaelib_model *make_stack(size_t data_dim);

/* A model of kind "vae" or "stack", for examples of this width. */
vaelib_model *make_model_of(const char *kind, size_t data_dim);

/* Trains it for some epochs: fits a vae, pretrains a stack. */
vaelib_status train(vaelib_model *model, const vaelib_dataset *examples, const vaelib_training_config *plan);
vaelib_status train_watched(
    vaelib_model *model, const vaelib_dataset *examples, const vaelib_training_config *plan,
    vaelib_progress_fn callback, void *user_data);

/* Trains it in this phase, which its kind has. */
vaelib_status train_in(
    vaelib_model *model, const vaelib_dataset *examples, vaelib_phase phase, const vaelib_training_config *plan,
    vaelib_progress_fn callback, void *user_data);

/* How many epochs the history holds, and a metric of one of them. */
size_t history_epochs(const vaelib_model *model);
double history_value(const vaelib_model *model, const char *name, size_t epoch);

/* A metric that a callback is told, and one of those that a step found. */
double metric(const vaelib_progress *progress, const char *name);
double step_metric(const vaelib_metrics *found, const char *name);

/* A writer of this file. */
vaelib_writer *create_writer(const char *path);

/* The defaults, but for type and shape. */
vaelib_writer_config make_writer_config(vaelib_dtype dtype, const size_t *shape, size_t shape_count);

/* A dense array. */
vaelib_array make_view(const void *buffer, vaelib_dtype dtype, size_t count, size_t width);

/* A dataset of a file with its labels, which may be NULL. */
vaelib_dataset *open_labelled(const char *path, const char *name, const char *labels);

/* How many temporary files there are in the scratch folder. */
int temporary_files(void);

/* How many descriptors this process has. */
size_t open_descriptors(void);

/* `name` inside the scratch folder of this run. The string is overwritten by the fourth call after. */
const char *scratch_path(const char *name);

/* The exit status of a forked child that ends with what `work` returns, 128 and more if a signal ended it: one that
 * hangs is ended by an alarm. */
int run_in_child(int (*work)(void *), void *argument, unsigned seconds);

/* Seconds since some moment. */
double now(void);

#endif
