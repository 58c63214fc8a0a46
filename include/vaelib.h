/*
 * vaelib.h: variational auto-encoders and stacked denoising auto-encoders, trained and queried from C.
 *
 * This header is the authoritative description of the library. It reads from top to bottom as a tutorial: errors,
 * threads, parameters, arrays, datasets, writing datasets, checking files, models, training, variational auto-encoders,
 * stacks, queries into files, and a trainer for programs that drive the training loop themselves. A program that trains
 * a model on digits in an HDF5 file and saves it:
 *
 *     vaelib_dataset *digits = NULL;
 *     vaelib_model *model = NULL;
 *     vaelib_dataset_options options = VAELIB_DATASET_OPTIONS_INIT;
 *     vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
 *     vaelib_training_config training = VAELIB_TRAINING_CONFIG_INIT;
 *
 *     vaelib_dataset_options_init(&options);
 *     options.scale = 1.0 / 255.0;
 *     vaelib_vae_config_init(&config);
 *     config.data_dim = 784;
 *     config.latent_dim = 20;
 *     vaelib_training_config_init(&training);
 *     training.epochs = 10;
 *     if (vaelib_dataset_open("mnist.h5", "x_train", &options, &digits) != VAELIB_OK ||
 *         vaelib_vae_create(&config, &model) != VAELIB_OK ||
 *         vaelib_vae_fit(model, digits, NULL, &training, NULL, NULL) != VAELIB_OK ||
 *         vaelib_model_save(model, "digits.h5") != VAELIB_OK) {
 *         fprintf(stderr, "%s\n", vaelib_last_error());
 *     }
 *     vaelib_model_free(model);
 *     vaelib_dataset_free(digits);
 *
 * Compile with `cc program.c $(pkg-config --cflags --libs vaelib)`.
 *
 * Conventions that hold for every function:
 *
 * - A function that can fail returns a vaelib_status; its results go through trailing `out_...` parameters, which are
 *   written only on success unless the function says otherwise.
 * - Handles (vaelib_dataset, vaelib_writer, vaelib_model, vaelib_trainer) are opaque. A handle that is NULL, freed or
 *   of another kind is recognised, and the call returns VAELIB_INVALID_HANDLE. Each is released by its own `..._free`,
 *   which accepts NULL. A running call keeps its objects alive, even if another thread frees their handles.
 * - Structures (except vaelib_metric) begin with `size_t struct_size`, their `sizeof`, which the caller sets with the
 *   macro VAELIB_..._INIT of the structure, also before it calls the `..._init` function that fills in the defaults. A
 *   program compiled against an older header therefore keeps working with a newer library.
 * - Strings are UTF-8 and NUL-terminated; paths of files, and names of datasets that are read, may be any bytes, and
 *   messages show those that are not UTF-8 as \xE9 and so on. Strings returned by the library belong to it.
 * - Losses, bounds and likelihoods are always in nats per example.
 * - Everything random takes a seed. The same seed gives the same bits on the same machine, for any number of threads.
 * - All functions may be called from any thread. Queries on one model may run from several threads at once;
 *   a call that changes it (training, setting parameters) is exclusive, and a call that cannot run beside another
 *   returns VAELIB_BUSY at once. A dataset may be used by several calls at a time, a writer by one.
 * - Descriptions (of models, tensors, configurations, histories, class names) are never VAELIB_BUSY and never wait.
 * - After fork() the child may continue to use the library; a model that was being trained by another thread of the
 *   parent stays VAELIB_BUSY in the child until vaelib_model_recover(), and a writer belongs to the parent alone. One
 *   thing to avoid: a fork while another thread makes the very first call of some function. Swift's runtime may hold a
 *   lock of its own just then, and the child wait for it for ever.
 * - A call needs up to 64 KiB of stack. There may be 65536 handles at a time.
 */
#ifndef VAELIB_H
#define VAELIB_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------------------------
 * Version and errors
 * --------------------------------------------------------------------------------------------------------------- */

/** The version of this header. That of the library is vaelib_version(); the first numbers of both should be equal. */
#define VAELIB_VERSION "0.1.0"
/** The same in numbers, for `#if`: VAELIB_VERSION_NUMBER is 10000 MAJOR + 100 MINOR + PATCH. */
#define VAELIB_VERSION_MAJOR 0
#define VAELIB_VERSION_MINOR 1
#define VAELIB_VERSION_PATCH 0
#define VAELIB_VERSION_NUMBER \
    (10000 * VAELIB_VERSION_MAJOR + 100 * VAELIB_VERSION_MINOR + VAELIB_VERSION_PATCH)
/** Changes whenever programs must be compiled again; part of the library's SONAME. */
#define VAELIB_ABI_VERSION 0

/**
 * Each structure below that a program declares has a macro that initialises it: VAELIB_VAE_CONFIG_INIT for a
 * vaelib_vae_config, and so on. It sets struct_size and makes every other field zero, in C and in C++:
 *
 *     vaelib_vae_config config = VAELIB_VAE_CONFIG_INIT;
 */
#ifdef __cplusplus
extern "C++" {
template <typename Structure> inline Structure vaelib_sized_structure() {
    Structure structure = Structure();
    structure.struct_size = sizeof(Structure);
    return structure;
}
}
#define VAELIB_SIZED_STRUCTURE(type) vaelib_sized_structure<type>()
#else
#define VAELIB_SIZED_STRUCTURE(type) {.struct_size = sizeof(type)}
#endif

/** The outcome of a call. The numbers never change. */
typedef enum vaelib_status {
    VAELIB_OK = 0,
    /** A parameter is NULL, out of its range, of the wrong size, or an unknown name. */
    VAELIB_INVALID_ARGUMENT = 1,
    /** A handle is NULL, was freed, or is of another kind. */
    VAELIB_INVALID_HANDLE = 2,
    VAELIB_OUT_OF_MEMORY = 3,
    /** The model, trainer or writer is in use by another call, which excludes this one. */
    VAELIB_BUSY = 4,
    /** Stopped by vaelib_model_cancel(), the progress callback, or what was asked (vaelib_stop_fn). */
    VAELIB_CANCELLED = 5,
    /** The operating system refused a file: missing, a directory, not readable, not writable, disk full. */
    VAELIB_FILE_ERROR = 6,
    /** A file is not what it should be: not HDF5, truncated, a missing or unsuitable dataset, a damaged model. */
    VAELIB_FORMAT_ERROR = 7,
    /**
     * Unsuitable data: wrong width, NaN or infinite values, values that the likelihood or the loss does not allow,
     * labels or targets that a stack's head does not allow.
     */
    VAELIB_DATA_ERROR = 8,
    /** Training produced numbers that are not finite; the last good weights were kept. */
    VAELIB_NUMERICAL_ERROR = 9,
    /** A defect of the library. Please report it with the message. */
    VAELIB_INTERNAL_ERROR = 10
} vaelib_status;

/** The version of the library, for example "0.1.0". */
const char *vaelib_version(void);

/** The ABI number of the library; bindings refuse to run when it differs from VAELIB_ABI_VERSION. */
int vaelib_abi_version(void);

/** The name of a status, for example "VAELIB_BUSY"; "unknown status" for any other number. */
const char *vaelib_status_name(vaelib_status status);

/**
 * The message of the most recent failing call on this thread: which argument or file was wrong, what was expected and
 * what was found. Empty if no call has failed yet. Valid until the next failing call on this thread.
 *
 * A program whose functions move between threads in between (goroutines, fibers) asks the handle:
 * vaelib_handle_last_error().
 */
const char *vaelib_last_error(void);

/**
 * The message of the most recent failing call that used `handle` (a dataset, writer, model or trainer), on whatever
 * thread. Copies as much of it as fits into `out_text`, of `size` bytes with the final NUL, and returns its length
 * without that; 0 if no such call has failed, or there is no such handle. `out_text` may be NULL if `size` is 0.
 */
size_t vaelib_handle_last_error(const void *handle, char *out_text, size_t size);

/**
 * The warnings of the most recent call on this thread, one per line; empty if there are none. They come with success,
 * or with a training call that failed. Valid until the next call on this thread.
 */
const char *vaelib_last_warning(void);

/* ------------------------------------------------------------------------------------------------------------------
 * Profiles: where the time of a call goes
 *
 * With VAELIB_PROFILE=1 in the environment every training and every query prints a table to the standard error stream
 * when it ends, a trainer when it is freed: the products of each layer, forward and backward, with this thread's speed;
 * gathering and converting rows, standardising them, random numbers, biases and activations, likelihoods, the
 * optimiser, saving; waiting for other threads and for the file; and the program's callbacks. Times are those of the
 * thread that made the call, which takes part in all work, so that they add up to what the call took.
 * --------------------------------------------------------------------------------------------------------------- */

/**
 * Has trainings and queries of all threads measured that begin from now on (1), or not any more (0). What is not
 * measured does not become slower by it.
 */
vaelib_status vaelib_profiling_set(int on);

/**
 * The table of the training, query or call of a trainer that this thread made last while they were measured; of a
 * trainer, of all its calls so far. Empty if there was none. Valid until the next call on this thread.
 */
const char *vaelib_last_profile(void);

/* ------------------------------------------------------------------------------------------------------------------
 * Threads
 * --------------------------------------------------------------------------------------------------------------- */

/**
 * Sets the largest number of threads that a call computes with, 1 to 256; 0 selects the default: one thread per
 * processor that the process may use according to its affinity and the quota of its control group, but no more than the
 * environment variable VAELIB_NUM_THREADS says, or OMP_NUM_THREADS if that is not set. If neither is, processes that one
 * parent has forked to work side by side, or that Python's multiprocessing has started, share the processors. A dataset
 * that is streamed from its file uses one more thread, which reads ahead.
 */
vaelib_status vaelib_threads_set(size_t count);

/** The largest number of threads that a call uses. */
size_t vaelib_threads_get(void);

/**
 * The instruction set and threads in use, for benchmark reports: "kernels x86-64-v4, 2 threads (one per processor)".
 */
const char *vaelib_cpu_description(void);

/* ------------------------------------------------------------------------------------------------------------------
 * Parameters
 *
 * Every hyper-parameter has one definition inside the library. These functions list them, so that bindings, command
 * lines and manuals need not repeat them. The names are the field names of the configuration structures below.
 * --------------------------------------------------------------------------------------------------------------- */

/** One hyper-parameter: its name, its meaning, the values it takes. */
typedef struct vaelib_parameter {
    size_t struct_size;
    const char *name;
    /**
     * The structure vaelib_..._config that it is a field of: "vae", "training", "stack", "layer", "evaluation" or
     * "imputation"; or "column_group".
     */
    const char *group;
    /**
     * "count", "flag" (a count that is 0 or 1), "real", "automatic count" and "automatic real" (which follow from the
     * data if they are VAELIB_AUTO or VAELIB_AUTO_REAL), "choice", "widths", "optional widths" (which follow from
     * another parameter if they are NULL) or "seed".
     */
    const char *type;
    /** The default as text, or what it follows from; empty if the caller must choose. */
    const char *default_value;
    /** The values allowed, as text: "at least 1", "sigmoid, tanh, relu". */
    const char *allowed;
    /** One sentence of explanation. */
    const char *meaning;
    /**
     * For parameters of the group "training": the phases that it applies to, "pretraining, supervised, unsupervised,
     * fit" or some of these. In other phases it must be left at its default. Empty in other groups.
     */
    const char *phases;
} vaelib_parameter;
#define VAELIB_PARAMETER_INIT VAELIB_SIZED_STRUCTURE(vaelib_parameter)

/** How many hyper-parameters there are. */
size_t vaelib_parameter_count(void);

/** Describes hyper-parameter `index`, 0 to vaelib_parameter_count() - 1. */
vaelib_status vaelib_parameter_describe(size_t index, vaelib_parameter *out_parameter);

/* ------------------------------------------------------------------------------------------------------------------
 * Arrays
 * --------------------------------------------------------------------------------------------------------------- */

/** The type of the numbers in an array. */
typedef enum vaelib_dtype {
    VAELIB_UINT8 = 0,
    VAELIB_INT8 = 1,
    VAELIB_INT16 = 2,
    VAELIB_INT32 = 3,
    VAELIB_INT64 = 4,
    VAELIB_FLOAT32 = 5,
    VAELIB_FLOAT64 = 6
} vaelib_dtype;

/**
 * A view of a matrix in the caller's memory, one example per row. Element (r, c) is the number at
 * `buffer + offset + r * row_stride + c * column_stride` (bytes; strides may be negative or zero), and the library sees
 * it as `number * scale + shift`. The whole view must lie inside the first `buffer_bytes` bytes of `buffer`.
 */
typedef struct vaelib_array {
    size_t struct_size;
    const void *buffer;
    size_t buffer_bytes;
    size_t offset;
    vaelib_dtype dtype;
    size_t rows;
    size_t columns;
    ptrdiff_t row_stride;
    ptrdiff_t column_stride;
    double scale;
    double shift;
} vaelib_array;
#define VAELIB_ARRAY_INIT VAELIB_SIZED_STRUCTURE(vaelib_array)

/**
 * Describes a dense row-major matrix: fills every field of `out_array` after struct_size, with scale 1 and shift 0.
 * VAELIB_INVALID_ARGUMENT if out_array is NULL, the dtype is unknown or the size in bytes overflows.
 */
vaelib_status vaelib_array_init(
    vaelib_array *out_array, const void *buffer, vaelib_dtype dtype, size_t rows, size_t columns);

/**
 * A sparse matrix in the caller's memory, one example per row, in compressed sparse row format (CSR), with the names of
 * scipy.sparse.csr_matrix. Of its `entries` entries, number e is `data[e]`, at column `indices[e]`; those of row r are
 * `indptr[r]` to `indptr[r + 1] - 1`, in any order, each of another column. What has no entry is 0. The library sees
 * `number * scale + shift`, also of zeros.
 *
 *     const float data[] = {5, 1, 2};
 *     const int32_t indices[] = {0, 3, 3}, indptr[] = {0, 2, 2, 3};
 *     vaelib_csr counts = VAELIB_CSR_INIT;
 *     counts.data = data, counts.dtype = VAELIB_FLOAT32;
 *     counts.indices = indices, counts.indptr = indptr, counts.index_dtype = VAELIB_INT32;
 *     counts.rows = 3, counts.columns = 4, counts.entries = 3, counts.scale = 1;
 */
typedef struct vaelib_csr {
    size_t struct_size;
    /** `entries` numbers. */
    const void *data;
    /** The type of `data`. */
    vaelib_dtype dtype;
    /** The type of both `indices` and `indptr`: VAELIB_INT32 or VAELIB_INT64. */
    vaelib_dtype index_dtype;
    /** `entries` columns. */
    const void *indices;
    /** `rows + 1` numbers: the first is 0, the last `entries`, and none is less than the one before. */
    const void *indptr;
    size_t rows;
    size_t columns;
    size_t entries;
    double scale;
    double shift;
} vaelib_csr;
#define VAELIB_CSR_INIT VAELIB_SIZED_STRUCTURE(vaelib_csr)

/* ------------------------------------------------------------------------------------------------------------------
 * Datasets
 *
 * A dataset is where examples come from: an array or a sparse matrix in memory, or a dataset inside an HDF5 file. Every
 * function that reads examples takes one. Rows are converted as they are used, and sparse ones become dense there; no
 * converted copy of the whole set is made.
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct vaelib_dataset vaelib_dataset;

/**
 * Asked whether a call should end, on the thread that made it, at the beginning and then about every 50 ms. Return 0 to
 * continue, anything else to stop: the call then returns VAELIB_CANCELLED. A function that does not return (longjmp, a
 * C++ exception, pthread_exit) leaves the memory and the open files of the call behind until the process ends.
 */
typedef int (*vaelib_stop_fn)(void *user_data);

/** How an HDF5 dataset is read. Fill with vaelib_dataset_options_init(), then change what matters. */
typedef struct vaelib_dataset_options {
    size_t struct_size;
    /** The library sees `stored number * scale + shift`: 1.0 / 255.0 turns grey levels into [0, 1]. Default 1, 0. */
    double scale;
    double shift;
    /**
     * The name of a dataset with one label per row; NULL for none. Labels are whole numbers of any type, from any base
     * and with gaps or without; booleans; enumerated values or texts, whose names are kept
     * (vaelib_dataset_get_class_names()). Or a matrix with a single 1 in each row and 0 elsewhere (one-hot), whose label
     * is the column of the 1. Or the name of a column in an AnnData file, such as "obs/cell_type", that is a group: of
     * categories, with `codes` and `categories`, or one of which entries may be missing, with `values` and `mask`. A
     * code of -1, no category, or a mask of true becomes the label -1, which training does not accept: leave such rows
     * out (vaelib_dataset_select()). What is known are classes with names then, whole numbers too.
     */
    const char *labels;
    /**
     * A dataset of at most this many bytes is read into memory once. A larger one stays in the file, and a thread reads
     * it block by block, ahead of its use. Two windows of blocks are then in memory: together at most this, or 512 KiB
     * if this is less, and no more than 64 MiB unless the file's chunks are large. In addition there are the labels and
     * the row numbers of selections, and, for each compressed chunk larger than an eighth of this, up to three times
     * its uncompressed size. Default 256 MiB.
     *
     * Training shuffles the rows of many blocks from everywhere in the file. If the rows that chunks store together
     * take more than a 64th of this, it first copies the rows that it needs, uncompressed, to a temporary file in the
     * folder that the environment variable TMPDIR names, by default /var/tmp. Queries do the same if the rows that
     * chunks store together are too large for a window, or if the dataset selects rows. The file has no name and is
     * gone when the dataset, and all datasets made from it, are freed, or when the process ends. VAELIB_FILE_ERROR if
     * it cannot be written, with a message that says what can be done.
     *
     * Sparse matrices are copied so, row by row, if the file stores them column by column: with all their rows, as
     * soon as some are wanted, in memory for up to 64 MiB. Others are not copied: of chunks that are that large the one
     * of the numbers and the one of the columns that were decompressed last are kept, so reading from first to last
     * decompresses each once, shuffling once for each window, and a warning says how often that is.
     */
    size_t memory_budget;
    /** The file that the labels are in; NULL for the same file. */
    const char *labels_path;
    /**
     * 1: a child process (fork) reads everything first, so that a damaged file whose reading crashes, hangs or asks for
     * too much memory gives VAELIB_FORMAT_ERROR. 0, the default: it is read in this process alone, by a reader that
     * checks whatever the file says; all such files that are known are refused by it. The child shares nothing with
     * this process but the file's path; docs/file-format.md says how much memory and time it may take. Every function
     * that opens a file has this option.
     */
    int check_in_child;
    /**
     * The axis that counts examples, from 0; the others are flattened to columns in their order. SIZE_MAX, the default,
     * is the first, with a warning (vaelib_last_warning()) where the file says that another is meant: MATLAB writes the
     * axes in the opposite order, and in loom files the second axis counts cells.
     */
    size_t row_axis;
    /**
     * A table, whose elements have named columns (pandas, PyTables, numpy's structured arrays): the names of
     * `column_count` of them, in the order in which they are wanted. A table inside a table has names such as
     * "outer/inner"; a column of arrays becomes as many columns as an array has numbers. NULL, the default: all columns
     * of numbers, bit fields, booleans and enumerated values.
     */
    const char *const *columns;
    size_t column_count;
    /**
     * 0, the default: netCDF's attributes of a dataset say what its numbers mean. Values that are _FillValue or
     * missing_value become NaN, others `stored number * scale_factor + add_offset`, before scale and shift of these
     * options; _Unsigned says whether integers have a sign. vaelib_dataset_describe() tells what was found.
     * 1: numbers are as they are stored.
     */
    int ignore_conventions;
    /**
     * Above 0: an example is a window of so many neighbouring rows, flattened. Example i begins at row
     * `i * window_step`; rows behind the last whole window are left out. A signal, of one axis, is cut in this way. 0,
     * the default: each row is an example; of a signal that is a single number, which gives a warning. Labels are one
     * for each example.
     */
    size_t window;
    /** Rows from the begin of a window to the next, less than `window` where they overlap; 0, the default: `window`. */
    size_t window_step;
    /**
     * `external_folder_count` folders. External links, which lead to objects in other files, and virtual datasets, whose
     * values are there, are followed where the other file, symbolic links resolved, is in one of them or below; the
     * names of files in them count from the folder of the file that they are in. NULL, the default: none leads to
     * another file, so that a file does not decide which other files are read.
     */
    const char *const *external_folders;
    size_t external_folder_count;
    /**
     * The name of a dataset with one weight per row, or per window, as vaelib_dataset_with_weights() takes them; NULL
     * for none. Or of a column of an AnnData file with `values` and `mask`, of which none may be missing:
     * VAELIB_FORMAT_ERROR names the first row without. And the file that it is in; NULL for the same file.
     */
    const char *weights;
    const char *weights_path;
    /**
     * What can stop the opening, which reads sets within the memory budget, and counts the entries of each row where a
     * sparse matrix is stored column by column; labels are read without a question. NULL, the default: nothing. `user_data` is passed to it.
     */
    vaelib_stop_fn should_stop;
    void *user_data;
} vaelib_dataset_options;
#define VAELIB_DATASET_OPTIONS_INIT VAELIB_SIZED_STRUCTURE(vaelib_dataset_options)

typedef struct vaelib_dataset_info {
    size_t struct_size;
    size_t rows;
    size_t columns;
    vaelib_dtype dtype;
    double scale;
    double shift;
    /** 1 if the set has labels. */
    int has_labels;
    /** 1 if the examples are held in memory, 0 if they are read from the file as they are used. */
    int in_memory;
    /**
     * What of a file's conventions was followed (ignore_conventions), such as "_FillValue -999 as NaN, number * 0.1 +
     * 5"; empty if nothing. Valid until the dataset is freed.
     */
    const char *conventions;
    /** How many targets a row has, and the head that they are for (vaelib_dataset_with_targets()); 0 and "" without. */
    size_t target_columns;
    const char *head;
    /** 1 if rows of it are sparse: in memory or in the file numbers stand beside their columns, and zeros are left out. */
    int sparse;
    /** How many numbers are stored: of a sparse set the entries, else rows * columns. */
    size_t stored_numbers;
    /** What the examples take in memory, in bytes, or would take if the memory budget allowed it. */
    size_t memory_bytes;
    /** 1 if the rows have weights (vaelib_dataset_with_weights()). */
    int has_weights;
} vaelib_dataset_info;
#define VAELIB_DATASET_INFO_INIT VAELIB_SIZED_STRUCTURE(vaelib_dataset_info)

/** Fills in the defaults. */
vaelib_status vaelib_dataset_options_init(vaelib_dataset_options *out_options);

/**
 * Wraps arrays in the caller's memory; nothing is copied, so the memory must stay unchanged until the dataset is freed.
 * `labels` may be NULL; otherwise an integer array with one column and as many rows as `examples`.
 */
vaelib_status vaelib_dataset_from_array(
    const vaelib_array *examples, const vaelib_array *labels, vaelib_dataset **out_dataset);

/**
 * Wraps a sparse matrix in the caller's memory, with labels as above; nothing is copied, so the memory must stay unchanged
 * until the dataset is freed. Its rows become dense only in the batches in which they are used, so training and queries
 * give the same bits as with a dense array of the same numbers. All entries are looked at once:
 * VAELIB_INVALID_ARGUMENT, naming the row, if indptr falls or a column does not exist or occurs several times in a row.
 */
vaelib_status vaelib_dataset_from_csr(
    const vaelib_csr *examples, const vaelib_array *labels, vaelib_dataset **out_dataset);

/**
 * Opens dataset `name` of HDF5 file `path`. The first axis counts examples; the other axes are flattened to columns.
 * Integer and floating-point types of up to 64 bits can be read, and tables with columns of them. `options` may be
 * NULL. VAELIB_FILE_ERROR if the file cannot be opened, VAELIB_FORMAT_ERROR if it is not HDF5, has no such dataset (the
 * message lists those that it has), or the dataset is empty or not numeric; VAELIB_CANCELLED if should_stop said so.
 *
 * `name` may also be a group that holds a sparse matrix: "X", "layers/counts" or "raw/X" of an AnnData file, whose rows
 * are cells (csr_matrix or csc_matrix), or "matrix" of a file of 10x Genomics, which stores genes x cells, cell by cell,
 * and of which cells are the examples too. It stays sparse in memory, in the file and on the way: the memory budget is
 * compared with what its entries take, and a larger one is read block by block. Rows become dense only in batches.
 *
 * row_axis may name either axis. Where the file stores the elements of the other one after another, as it does the
 * columns of a csc_matrix, rows are made of them, with the same bits: the row numbers are read once when it is opened,
 * and then everything, into memory, or when rows are first wanted into a temporary file (memory_budget).
 */
vaelib_status vaelib_dataset_open(
    const char *path, const char *name, const vaelib_dataset_options *options, vaelib_dataset **out_dataset);

/**
 * The names of the datasets in an HDF5 file, in order, each followed by a NUL: `out_names` holds `size` bytes, and
 * out_needed receives the number of bytes needed. If `size` is smaller, nothing is written to out_names, which may then
 * be NULL. A dataset that has several names is listed by the first; links that vaelib_dataset_open() does not follow
 * are left out. A group that holds a sparse matrix is listed in place of its data, indices and indptr.
 *
 * `check_in_child` 1: a child process looks for them, as in vaelib_dataset_options. Errors as for
 * vaelib_dataset_open(); damaged groups are an error too, so that no name is missed.
 */
vaelib_status vaelib_dataset_list(
    const char *path, int check_in_child, char *out_names, size_t size, size_t *out_needed);

/**
 * Rows `first_row` to `first_row + rows - 1` of a dataset, as a dataset of its own. Nothing is copied. Noise is drawn
 * for each row by its number in the whole dataset; in the datasets that the next three functions make, rows are
 * numbered from 0.
 */
vaelib_status vaelib_dataset_slice(
    const vaelib_dataset *dataset, size_t first_row, size_t rows, vaelib_dataset **out_slice);

/**
 * The rows with the numbers `rows[0]` to `rows[count - 1]`, in this order, as a dataset of its own; a row may occur
 * several times. Only the row numbers are copied. If the dataset is in a file, queries read each block once where the
 * numbers ascend; otherwise once for every 32 MiB of the selected rows as float32.
 * VAELIB_INVALID_ARGUMENT, naming its position, for a row that the dataset does not have.
 */
vaelib_status vaelib_dataset_select(
    const vaelib_dataset *dataset, const size_t *rows, size_t count, vaelib_dataset **out_selection);

/**
 * The rows of `count` datasets, one dataset after another, as one dataset. All must have the same number of columns,
 * and either all or none must have labels, or targets for the same head. Each keeps its dtype and its scaling; where
 * they differ, the whole is described as float32 with scale 1 and shift 0, which is what models see. Only labels and
 * weights are copied; labels with names become numbers of the names of all. If some of the datasets have weights, the
 * rows of the others get weight 1.
 */
vaelib_status vaelib_dataset_concatenate(
    const vaelib_dataset *const *datasets, size_t count, vaelib_dataset **out_dataset);

/**
 * Divides the rows at random into two datasets. round(fraction * rows) rows are for validation, but at least one and
 * not all. Every choice of so many rows is equally probable; the same seed gives the same choice. Both datasets keep
 * the order of the rows. 0 < fraction < 1, and at least two rows.
 *
 * `stratify` 1 divides the rows of each label in that proportion, as nearly as whole rows allow; every label keeps a
 * row for training. VAELIB_INVALID_ARGUMENT if there are no labels. 0 ignores labels.
 */
vaelib_status vaelib_dataset_split(
    const vaelib_dataset *dataset, double fraction, uint64_t seed, int stratify, vaelib_dataset **out_training,
    vaelib_dataset **out_validation);

/**
 * The rows of a dataset with other labels, as a dataset of its own; nothing is copied. `labels` is an integer array as
 * in vaelib_dataset_from_array(), which must stay unchanged until the new dataset is freed. In this way the program
 * decides which class has which number, whether the examples are in memory or streamed. NULL removes the labels. The
 * new dataset has no targets; weights stay.
 */
vaelib_status vaelib_dataset_relabel(
    const vaelib_dataset *dataset, const vaelib_array *labels, vaelib_dataset **out_dataset);

/**
 * The rows of a dataset with targets, what a stack is to learn of them, as a dataset of its own; nothing is copied.
 * `targets` is a dataset with as many rows, in memory or in a file, of which each column is a target; its memory must
 * stay unchanged until the new dataset is freed, and its own scaling says which numbers they are. `head` says what they
 * mean:
 *
 *     "gaussian"  real numbers (regression)
 *     "sigmoid"   1 for labels that apply, 0 for those that do not, independently of each other (multi-label)
 *
 * Slices, selections, concatenations and splits of the new dataset have their rows' targets; it has no labels.
 * Training holds all targets in memory, as float32. NaN stands for one that a row lacks: it is left out of the row's
 * loss, which is a sum over its targets, and of its error. They are checked then: VAELIB_DATA_ERROR names the first that
 * is infinite, or neither 0 nor 1, the first row that lacks all (leave such rows out: vaelib_dataset_select()), and, when
 * a head is made, a target that all rows lack.
 */
vaelib_status vaelib_dataset_with_targets(
    const vaelib_dataset *dataset, const vaelib_dataset *targets, const char *head, vaelib_dataset **out_dataset);

/**
 * The rows of a dataset with weights, which say how much each counts in training, as a dataset of its own. `weights` is
 * an array of one column and as many rows as the dataset; it is copied, as float32. NULL removes the weights. Weight 2
 * is the row twice, weight 0 a row that is not there:
 *
 *     double numbers[] = {1, 1, 0.5, 4};
 *     vaelib_array weights = VAELIB_ARRAY_INIT;
 *     vaelib_array_init(&weights, numbers, VAELIB_FLOAT64, 4, 1);
 *     vaelib_dataset_with_weights(examples, &weights, &weighted);
 *     vaelib_vae_fit(model, weighted, NULL, &config, NULL, NULL);
 *
 * Every training minimises sum_i w_i l_i / sum_i w_i over its rows: weights are divided by their mean, so their unit is
 * of no matter, and equal weights are none. A batch of B rows has the gradient 1/B sum_i w_i dl_i. Rows of weight 0 are
 * left out before anything is drawn or held out: such a training has the bits of one on the other rows alone. The KL
 * term, what a likelihood learns and penalties on codes follow the weights of their rows; penalties on a model's
 * weights, of which there is one for all rows, stay as they are. trim_fraction chooses rows by their losses without
 * weights. The means and deviations by which columns and real targets are standardised are weighted, and so are the
 * losses and metrics of reports, history and validation, whose examples may have weights of their own. Rows that are
 * held out take theirs with them. Queries give a result for each row and do not look at weights. A checkpoint is
 * resumed with the same weights only.
 *
 * A trainer (vaelib_trainer_step()) sees one batch at a time, and takes the weights of its rows as they are: the loss is
 * 1/B sum_i w_i l_i. Divide them by the mean over all your examples.
 *
 * Slices, selections, concatenations and splits of the new dataset have their rows' weights. VAELIB_DATA_ERROR names the
 * first weight that is negative or not finite, or says that all are 0.
 */
vaelib_status vaelib_dataset_with_weights(
    const vaelib_dataset *dataset, const vaelib_array *weights, vaelib_dataset **out_dataset);

/**
 * The rows of a dataset with further columns behind their own, as a dataset of its own; for conditions that lie beside the
 * examples, such as labels. `more` is a dataset with as many rows, in memory or in a file. Its columns are read now, as the
 * library sees them, scaled, and held in memory as float32: 4 bytes for each number. The examples stay where they are,
 * dense, sparse or in a file, and are read as before, in the same order. Labels, targets, weights, type and scaling of the
 * new dataset are those of `dataset`.
 *
 * Slices, selections, concatenations and splits of the new dataset have their rows' columns.
 */
vaelib_status vaelib_dataset_with_columns(
    const vaelib_dataset *dataset, const vaelib_dataset *more, vaelib_dataset **out_dataset);

/** Size, type, scaling. */
vaelib_status vaelib_dataset_describe(const vaelib_dataset *dataset, vaelib_dataset_info *out_info);

/** All examples as the library sees them, scaled: `out_values` takes [rows, columns]; out_count = rows * columns. */
vaelib_status vaelib_dataset_read(const vaelib_dataset *dataset, float *out_values, size_t out_count);

/**
 * The labels; out_count = rows. VAELIB_INVALID_ARGUMENT if the set has none. Whole numbers are as they are stored;
 * other labels of a file are numbers of the names that the next function gives, and -1 for rows without a category.
 */
vaelib_status vaelib_dataset_read_labels(const vaelib_dataset *dataset, int64_t *out_labels, size_t out_count);

/** The weights; out_count = rows. VAELIB_INVALID_ARGUMENT if the set has none. */
vaelib_status vaelib_dataset_read_weights(const vaelib_dataset *dataset, float *out_weights, size_t out_count);

/**
 * The names of a dataset's classes, in order, and their type as in vaelib_stack_set_class_names(): "text" for texts and
 * enumerated values, "boolean", "integer" for categories of which some rows have none. out_count is 0 if the labels are
 * whole numbers, or if there are none. The names are valid until the dataset is freed.
 */
vaelib_status vaelib_dataset_get_class_names(
    const vaelib_dataset *dataset, const char **out_type, const char *const **out_names, size_t *out_count);

void vaelib_dataset_free(vaelib_dataset *dataset);

/* ------------------------------------------------------------------------------------------------------------------
 * Writing datasets
 *
 * A writer creates a new HDF5 file of one or more datasets, which vaelib_dataset_open() can read. Rows are appended
 * piece by piece; memory is bounded by one chunk per dataset. Labels are a dataset like any other: integers, with no
 * axis but the rows. Digits and their labels:
 *
 *     const size_t shape[] = {28, 28};
 *     vaelib_writer *writer = NULL;
 *     vaelib_writer_config images = VAELIB_WRITER_CONFIG_INIT, labels = VAELIB_WRITER_CONFIG_INIT;
 *
 *     vaelib_writer_config_init(&images);
 *     images.dtype = VAELIB_UINT8;
 *     images.shape = shape;
 *     images.shape_count = 2;
 *     vaelib_writer_config_init(&labels);
 *     labels.dtype = VAELIB_INT64;
 *     if (vaelib_writer_create("digits.h5", &writer) != VAELIB_OK ||
 *         vaelib_writer_add(writer, "x_train", &images) != VAELIB_OK ||
 *         vaelib_writer_add(writer, "y_train", &labels) != VAELIB_OK ||
 *         vaelib_writer_append(writer, "x_train", &some_images) != VAELIB_OK ||
 *         vaelib_writer_append(writer, "y_train", &their_labels) != VAELIB_OK ||
 *         vaelib_writer_finish(writer) != VAELIB_OK) {
 *         fprintf(stderr, "%s\n", vaelib_last_error());
 *     }
 *     vaelib_writer_free(writer);
 *
 * vaelib_writer_finish() puts the file in place, complete or not at all; until then an older file of that name stays
 * unchanged. A call that fails in the file system ends the writer: the new file is removed, and the writer can only be
 * freed. A writer is used by one call at a time; others get VAELIB_BUSY. It belongs to the process that created it.
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct vaelib_writer vaelib_writer;

/** How a dataset is stored. Fill with vaelib_writer_config_init(), then change what matters. */
typedef struct vaelib_writer_config {
    size_t struct_size;
    /** The type of the stored numbers. Default VAELIB_FLOAT32. */
    vaelib_dtype dtype;
    /** The lengths of the axes after the first, which counts rows; none, the default, for one number per row. */
    const size_t *shape;
    size_t shape_count;
    /** The level of gzip compression, 1 to 9, after shuffling bytes; 0 for none. Default 4. */
    size_t compression;
    /** Rows of a chunk, which is compressed and read as a whole; 0, the default, for chunks of about 512 KiB. */
    size_t chunk_rows;
} vaelib_writer_config;
#define VAELIB_WRITER_CONFIG_INIT VAELIB_SIZED_STRUCTURE(vaelib_writer_config)

/** Fills in the defaults. */
vaelib_status vaelib_writer_config_init(vaelib_writer_config *out_config);

/** Begins a new file. VAELIB_FILE_ERROR if none can be created there. */
vaelib_status vaelib_writer_create(const char *path, vaelib_writer **out_writer);

/** Adds a dataset to the file; its name may be a path such as "train/images". */
vaelib_status vaelib_writer_add(vaelib_writer *writer, const char *name, const vaelib_writer_config *config);

/**
 * Appends rows to a dataset. `rows` has one column for each number of a row, in row-major order. Its numbers, of any
 * type, are scaled and converted to the stored type: rounded if that is a floating-point type; an integer type must
 * hold them exactly. If a number does not fit, nothing is appended and VAELIB_DATA_ERROR returned; the message names
 * its row and column.
 */
vaelib_status vaelib_writer_append(vaelib_writer *writer, const char *name, const vaelib_array *rows);

/**
 * Writes what is left, forces the file to disk and puts it in place. Every dataset must have at least one row;
 * otherwise the call returns VAELIB_INVALID_ARGUMENT, and the writer stays usable.
 */
vaelib_status vaelib_writer_finish(vaelib_writer *writer);

/** Frees a writer; a file that was not finished is removed. */
void vaelib_writer_free(vaelib_writer *writer);

/* ------------------------------------------------------------------------------------------------------------------
 * Checking files
 * --------------------------------------------------------------------------------------------------------------- */

/** What an intact file holds. */
typedef struct vaelib_file_report {
    size_t struct_size;
    /** The kind of model in it, "vae" or "stack"; "data" for any other HDF5 file. */
    const char *kind;
    /** The version of the file format; 0 for data. */
    size_t format_version;
    /** The version of the library that wrote it; empty for data. */
    char vaelib_version[64];
    uint64_t byte_count;
    /** Data: how many datasets were read to the end. */
    size_t datasets_read;
    /**
     * Data: how many other datasets there are, which vaelib does not read: texts, other filters, values in other
     * files, never written.
     */
    size_t datasets_unread;
} vaelib_file_report;
#define VAELIB_FILE_REPORT_INIT VAELIB_SIZED_STRUCTURE(vaelib_file_report)

/**
 * Reads a whole file and checks that it is intact: a model file with its checksum and every value in it, or every
 * dataset of any other HDF5 file through all filters and checksums (a changed number is found only in data stored with
 * Fletcher checksums or compressed). `check_in_child`: as in vaelib_dataset_options. `out_report` may be NULL.
 * VAELIB_FILE_ERROR if the file cannot be opened, VAELIB_FORMAT_ERROR if it is damaged, was written by a newer vaelib,
 * or is not an HDF5 file; the message says what is wrong.
 */
vaelib_status vaelib_file_verify(const char *path, int check_in_child, vaelib_file_report *out_report);

/* ------------------------------------------------------------------------------------------------------------------
 * Models
 *
 * A model is a variational auto-encoder or a stack of denoising auto-encoders. What both have in common is described
 * here and under Training: files, weights, history, cancelling. Each kind has a section for the rest: functions that
 * begin with vaelib_vae_ take a model of kind "vae", those that begin with vaelib_stack_ one of kind "stack"; a model
 * of the other kind gives VAELIB_INVALID_HANDLE.
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct vaelib_model vaelib_model;

typedef struct vaelib_model_info {
    size_t struct_size;
    /** "vae" or "stack". */
    const char *kind;
    /** D, the width of an example. */
    size_t data_dim;
    /** J, the width of the latent code of a vae; 0 for a stack. */
    size_t latent_dim;
    /**
     * K, how many of the D columns are given to a vae: conditions, and a size factor (condition and size_factor of
     * vaelib_column_group); 0 for a stack.
     */
    size_t condition_count;
    /**
     * The layers of a stack, and the outputs of its head: classes, or targets (0 before fine-tuning with labels or
     * targets); both 0 for a vae.
     */
    size_t layer_count;
    size_t output_count;
    /** The length of the flat float32 array of all weights and biases, and the number of named tensors in it. */
    size_t parameter_count;
    size_t tensor_count;
    /** How many epochs the history holds, and how many columns. */
    size_t history_epochs;
    size_t history_columns;
    /** The examples that it has learned from in all training so far. */
    uint64_t examples_seen;
    /** The scaling of the data it was last trained on, kept in its file. */
    double data_scale;
    double data_shift;
    /**
     * 1 if a vae decodes to variances that say more than its means, as all likelihoods do but bernoulli,
     * continuous_bernoulli and poisson; else 0.
     */
    int has_variance;
    /** The head of a stack: "softmax", "gaussian" or "sigmoid"; "" without one, and for a vae. */
    const char *head;
} vaelib_model_info;
#define VAELIB_MODEL_INFO_INIT VAELIB_SIZED_STRUCTURE(vaelib_model_info)

/** A named part of the flat parameter array, row-major. A dense layer computes `x * weight + bias`. */
typedef struct vaelib_tensor {
    size_t struct_size;
    /** The name in the model file, for example "encoder/0/weight"; valid as long as the model exists. */
    const char *name;
    /** weight: [inputs, outputs]; bias: [1, outputs]; knots and scores of normal scores: [columns, 256]. */
    size_t rows;
    size_t columns;
    /** Where it begins in the flat array, in floats. */
    size_t offset;
} vaelib_tensor;
#define VAELIB_TENSOR_INIT VAELIB_SIZED_STRUCTURE(vaelib_tensor)

/** The kind of a model: "vae" or "stack". */
vaelib_status vaelib_model_kind(const vaelib_model *model, const char **out_kind);

/** Sizes, and what the model was trained on. */
vaelib_status vaelib_model_describe(const vaelib_model *model, vaelib_model_info *out_info);

/** An independent copy of the model. */
vaelib_status vaelib_model_copy(const vaelib_model *model, vaelib_model **out_model);

/**
 * Writes architecture, weights, history, data scaling and names to an HDF5 file (its layout: docs/file-format.md). The
 * file appears complete or not at all: on any error an older file of that name stays unchanged.
 */
vaelib_status vaelib_model_save(const vaelib_model *model, const char *path);

/**
 * Reads a model file of either kind. Everything in it is checked before it is used; VAELIB_FORMAT_ERROR names the file
 * and what is wrong in it. `check_in_child` 1: a child process reads it first, as in vaelib_dataset_options.
 */
vaelib_status vaelib_model_load(const char *path, int check_in_child, vaelib_model **out_model);

/**
 * The bytes of the file that vaelib_model_save() would write, to be kept or sent elsewhere. They belong to the caller,
 * who releases them with vaelib_memory_free().
 */
vaelib_status vaelib_model_save_to_memory(const vaelib_model *model, void **out_bytes, size_t *out_count);

/** Reads a model from such bytes, checked like a file in vaelib_model_load(). They are not needed afterwards. */
vaelib_status vaelib_model_load_from_memory(const void *bytes, size_t count, vaelib_model **out_model);

/** Releases bytes from vaelib_model_save_to_memory(); accepts NULL. */
void vaelib_memory_free(void *memory);

/** Name, shape and place of parameter tensor `index`, 0 to tensor_count - 1. */
vaelib_status vaelib_model_describe_tensor(const vaelib_model *model, size_t index, vaelib_tensor *out_tensor);

/** Copies all parameters to `out_values`; out_count = parameter_count. */
vaelib_status vaelib_model_get_parameters(const vaelib_model *model, float *out_values, size_t out_count);

/** Replaces all parameters; count = parameter_count. VAELIB_DATA_ERROR if one is not finite. Exclusive. */
vaelib_status vaelib_model_set_parameters(vaelib_model *model, const float *values, size_t count);

/**
 * Takes the columns' means and deviations in `examples`, weighted if they have weights, for those by which a model with
 * standardize 1 brings columns to one scale; with count_mean "share" the mean total, too, and with standardize_by
 * "quantiles" what makes normal scores, instead. Takes the network's weights off columns that are constant there. Training does so by itself for a model that has none; a trainer, which sees
 * batches only, needs this. With a model that was trained, its weights are for the scales of before.
 * VAELIB_INVALID_ARGUMENT for a model that does not standardise. Exclusive.
 */
vaelib_status vaelib_model_standardize(vaelib_model *model, const vaelib_dataset *examples);

/**
 * Names the columns of the examples, for a program that has tables: the names are kept in the model's file, and by its
 * copies and checkpoints (a call that resumes from one takes its names if the model has none). Messages about a column
 * of the model's examples call it by its name too, where names are texts: column 3 ("age"), with backslashes before
 * quotation marks and for control characters. `count` is data_dim, or 0 to remove the names. Names must be different,
 * and have at most 4096 bytes of UTF-8 each.
 *
 * `type` is what the names are, as in vaelib_stack_set_class_names(): "text", or "integer" where columns have numbers
 * for names. Exclusive.
 */
vaelib_status vaelib_model_set_column_names(
    vaelib_model *model, const char *type, const char *const *names, size_t count);

/**
 * The names of the columns; out_count is 0 if they have none. The names are valid until names are set again or the
 * model is freed.
 */
vaelib_status vaelib_model_get_column_names(
    const vaelib_model *model, const char **out_type, const char *const **out_names, size_t *out_count);

/**
 * Keeps a text for each column beside its name, which says what the column was in the program's table ("category
 * pandas.category"); it means nothing to the library. `count` is data_dim, or 0 to remove the texts; at most 4096 bytes
 * of UTF-8 each. Exclusive.
 */
vaelib_status vaelib_model_set_column_types(vaelib_model *model, const char *const *types, size_t count);

/** These texts; out_count is 0 if there are none. They are valid until they are set again or the model is freed. */
vaelib_status vaelib_model_get_column_types(
    const vaelib_model *model, const char *const **out_types, size_t *out_count);

/**
 * Stops the calls that are running on this model, within 100 ms; they return VAELIB_CANCELLED. Does nothing if there
 * are none. Safe in a signal handler and from any thread.
 */
vaelib_status vaelib_model_cancel(const vaelib_model *model);

/**
 * Makes a model usable again that a progress callback has left for good (see vaelib_progress_fn), or that another
 * thread was training when this process was forked. It has the weights and the history which it had at that moment.
 * Trainers of the model must be created again; memory that the call had taken is not given back. Does nothing if the
 * model is not in use. VAELIB_BUSY if it is in use by a call that is not in its callback.
 */
vaelib_status vaelib_model_recover(vaelib_model *model);

void vaelib_model_free(vaelib_model *model);

/* ------------------------------------------------------------------------------------------------------------------
 * Training
 * --------------------------------------------------------------------------------------------------------------- */

/** What a model is being trained for. */
typedef enum vaelib_phase {
    /** One layer of a stack learns to denoise its input. */
    VAELIB_PRETRAINING = 0,
    /** All layers of a stack and its head learn labels or targets. */
    VAELIB_SUPERVISED = 1,
    /** All layers of a stack, unrolled into one auto-encoder, learn to reconstruct uncorrupted examples. */
    VAELIB_UNSUPERVISED = 2,
    /** A variational auto-encoder learns the evidence lower bound. */
    VAELIB_FIT = 3,
    /** No training: a query reports its progress. */
    VAELIB_QUERY = 4
} vaelib_phase;

/**
 * Where and when a training call saves its state, so that training can resume after it was killed, cancelled or
 * interrupted. Fill with vaelib_checkpoint_config_init(), set path, and let `checkpoint` of a vaelib_training_config
 * point to it.
 *
 * The file is a model file with the state of the training in it (docs/file-format.md); vaelib_model_load()
 * reads it as the model at that moment. Each checkpoint replaces the one before it, complete or not at all. It is
 * written whenever one of the three conditions holds; and always when the training ends or is cancelled. The training
 * waits while it is written, and so does a call that was cancelled. If writing fails, the training continues, the file
 * stays unchanged, and vaelib_last_warning() reports the failure afterwards, also if the call was cancelled.
 *
 * A call that resumes from a checkpoint must be given a model of the same architecture, seed included, the same
 * configuration, and the same data; anything else is VAELIB_INVALID_ARGUMENT, and the message names the difference.
 * The weights and history of the model are replaced by those of the checkpoint. The outcome, including the history, is
 * bit for bit the same as without the interruption, on the same machine; only `seconds` differs. `epochs` may be
 * greater than before (unless the schedule is "cosine"), which extends a complete training; with the same `epochs`, a
 * complete training returns at once. A model file without a checkpoint, or of another kind, gives VAELIB_FORMAT_ERROR.
 * An error that leaves the model unchanged leaves it as it was when this call began, not as in the checkpoint.
 */
typedef struct vaelib_checkpoint_config {
    size_t struct_size;
    /** The file. Required. If its folder is missing or not writable, VAELIB_FILE_ERROR before the training begins. */
    const char *path;
    /** Write a checkpoint whenever so many seconds have passed since the last; 0: not by time. Default 600. */
    double every_seconds;
    /** Write a checkpoint after every so many epochs; 0, the default: not by epochs. */
    size_t every_epochs;
    /** Write a checkpoint after every so many steps, also within an epoch; 0, the default: not by steps. */
    size_t every_steps;
    /**
     * 1, the default: resume from the file if it exists. 0: start from the beginning; the first checkpoint replaces the
     * file.
     */
    int resume;
    /** 1: a child process reads the file first, as in vaelib_dataset_options; 0, the default: none does. */
    int check_in_child;
} vaelib_checkpoint_config;
#define VAELIB_CHECKPOINT_CONFIG_INIT VAELIB_SIZED_STRUCTURE(vaelib_checkpoint_config)

/**
 * What a number is set to that the library is to choose by the data, when a call begins. What it has chosen is in the
 * model afterwards, and in its file: vaelib_model_get_training_config(). docs/defaults.md says how it chooses.
 */
#define VAELIB_AUTO SIZE_MAX
#define VAELIB_AUTO_REAL (-1.0)

/** How to train. Fill with vaelib_training_config_init(), then change what matters. */
typedef struct vaelib_training_config {
    size_t struct_size;
    /**
     * Passes over the examples. VAELIB_AUTO, the default, makes them from a number of updates, since on small sets a
     * pass is a few steps only. The training then ends earlier if validation examples show that it learns no more
     * (patience), and for that holds out a part of the examples (validation_fraction). A number gets exactly so many
     * passes over all examples, unless patience or validation_fraction say otherwise.
     */
    size_t epochs;
    /** M, the examples per step; VAELIB_AUTO, the default, for 128, of stacks 64, or all if there are fewer. */
    size_t batch_size;
    /** "analytic": closed-form KL (AEVB's estimator B); "monte_carlo": all terms sampled (estimator A). */
    const char *estimator;
    /** L, the latent samples per example. */
    size_t samples;
    /** The weight of the KL term; 1 makes the loss the negative evidence lower bound. */
    double beta;
    /** The KL weight grows linearly from 0 to beta over this many epochs. Warns if the training has fewer. */
    double kl_warmup_epochs;
    /** "none", or "dynamic": values in [0, 1] are probabilities of 1, and 0 or 1 is drawn at each use. */
    const char *binarization;
    /** "sgd", "adagrad", "rmsprop", "adam", "adamw". */
    const char *optimizer;
    double learning_rate;
    /** sgd: 0 for none. */
    double momentum;
    /** sgd: 1 for Nesterov's form of momentum, else 0. */
    size_t nesterov;
    /** adam, adamw: decay of the first moment. */
    double beta1;
    /** adam, adamw: decay of the second moment. rmsprop: decay of the mean square. */
    double beta2;
    /** Added to the root of the second moment. */
    double epsilon;
    /** "constant", "step", "exponential", "cosine". */
    const char *schedule;
    /** step: multiply the rate by schedule_factor every so many epochs. */
    double schedule_epochs;
    /** step: the factor; exponential: the factor per epoch; cosine: the final rate as a fraction of learning_rate. */
    double schedule_factor;
    /** The rate first grows linearly from 0 over this many epochs. Warns if the training has fewer. */
    double warmup_epochs;
    /**
     * The precision of a N(0, I / weight_decay) prior on all parameters; 1 is the paper's N(0, I), 0 none. Adds
     * weight_decay / (2 N) * |parameters|^2 to the loss, N the number of training examples (adamw: decoupled).
     */
    double weight_decay;
    /**
     * Gradients are scaled down to this Euclidean norm; 0 for no limit. VAELIB_AUTO_REAL, the default, limits them to 5
     * times a running mean of the norms, which changes nothing in trainings where no batch is unlike all others.
     */
    double gradient_clip_norm;
    /**
     * Stop after so many epochs without improvement on the validation examples, and return to the best weights; 0
     * trains to the end. VAELIB_AUTO, the default, is a number of updates where epochs is VAELIB_AUTO and there are
     * validation examples, else 0. A vae is judged by reconstruction - beta * kl (for beta 1 the lower bound), from the
     * end of the KL warm-up on, since bounds with different KL weights cannot be compared; a stack by the loss, or what
     * `monitor` says.
     */
    size_t patience;
    /**
     * Fine-tuning stacks with labels or targets: what patience watches. "loss": the head's loss. "error": what its
     * score lacks of 1, for labels the share of wrong ones; of few validation examples many epochs get the same number
     * right, so the first of them would be kept.
     */
    const char *monitor;
    /**
     * Where a call is given no validation examples, it holds out this part of its examples: at least 0 and below 1.
     * VAELIB_AUTO_REAL, the default, is a tenth where patience is not 0 and there are 10 examples, else 0. In
     * pretraining, where nothing is validated, it leaves out the rows that unsupervised fine-tuning with the same seed
     * holds out, so that these are new to the stack; the default there is 0.
     */
    double validation_fraction;
    /** "random": rows chosen by the seed, in supervised fine-tuning of each class in proportion. "last": the last. */
    const char *validation_split;
    /**
     * Fine-tuning stacks with labels or targets: each unit of each code is dropped with this probability, drawn at each
     * use; at least 0 and below 1. Default .5.
     */
    double dropout;
    /** Seed of shuffling, latent noise, binarisation, corruption and dropout. */
    uint64_t seed;
    /**
     * Where the state of the training is kept; NULL, the default, for nowhere. Not a hyper-parameter: it is neither
     * listed nor kept in files. Must be NULL for trainers.
     */
    const vaelib_checkpoint_config *checkpoint;
    /**
     * VAEs: robust training where the training set holds outliers. Of each batch (or part of a batch), this part of the
     * examples, rounded down, with the highest loss has no gradient; the weight of the others stays 1 / rows. The metric
     * "loss" is then of the others alone; bounds and their terms, those of validation too, are of all examples. 0, the
     * default, to 0.5.
     */
    double trim_fraction;
    /**
     * VAEs whose `missing` is "ignore" or "indicate": the share of an example's numbers that the encoder does not see,
     * drawn anew in each step; the likelihood is of all that there are. It learns so what to make of examples that
     * lack other numbers, or more, than those that it learns from. 0, the default, to 0.9.
     */
    double hide_fraction;
} vaelib_training_config;
#define VAELIB_TRAINING_CONFIG_INIT VAELIB_SIZED_STRUCTURE(vaelib_training_config)

/**
 * A named number that training reports for a step or an epoch. Terms are means per example, losses and bounds in nats:
 *
 *     loss                what is minimised, without the weight prior. Vae: kl_weight * kl - reconstruction;
 *                         pretraining: cross-entropy, or half the squared error, with the layer's penalties;
 *                         supervised: the head's loss; unsupervised: the loss of layer 0
 *     elbo                the evidence lower bound of a vae, reconstruction - kl, whatever the KL weight
 *     reconstruction, kl  its two terms
 *     kl_weight           the weight of the KL term in the last step
 *     error               1 - the score of a stack's head. Softmax: the share of wrong labels. Gaussian: the mean
 *                         squared error of standardised targets, 1 - R^2 with the variance that targets had in the
 *                         first training. Sigmoid: the share of examples with a wrong label
 *     learning_rate       that of the last step
 *     gradient_norm       the Euclidean norm of a step's gradient, before clipping; steps only
 *     phase, layer        epochs of stacks only: a vaelib_phase, and the layer that was pretrained
 *     epoch               counts from 1: for a vae over all fits, for a stack within the phase of one call
 *     examples_seen       examples that the model has learned from in all training so far
 *     seconds             the time that the epoch took
 *
 * For the validation examples, the names begin with "validation_": elbo, reconstruction and kl of a vae, loss and error
 * of a stack. A metric that does not apply is left out; in a column of the history it is NaN.
 */
typedef struct vaelib_metric {
    const char *name;
    double value;
} vaelib_metric;

/** The value of the metric `name` among `count` metrics; NaN if it is not among them. */
double vaelib_metric_find(const vaelib_metric *metrics, size_t count, const char *name);

typedef enum vaelib_progress_kind {
    /** Work in progress; sent about every 50 ms. The metrics are the means of the epoch so far. */
    VAELIB_PROGRESS_STEP = 0,
    /** An epoch ended; the metrics are those that enter the history. */
    VAELIB_PROGRESS_EPOCH = 1
} vaelib_progress_kind;

/** What a progress callback receives. A query is reported as one epoch. */
typedef struct vaelib_progress {
    size_t struct_size;
    vaelib_progress_kind kind;
    vaelib_phase phase;
    /** The layer that is being pretrained, otherwise 0. */
    size_t layer;
    /** 1 to `epochs`, within this call and phase or layer. */
    size_t epoch;
    size_t epochs;
    /** Examples done in this epoch, and how many there are in all. */
    size_t examples;
    size_t examples_per_epoch;
    /** The metrics known for the epoch; valid until the callback returns. None for queries. */
    const vaelib_metric *metrics;
    size_t metric_count;
} vaelib_progress;

/**
 * Called on the thread that made the call. Return 0 to continue, anything else to stop: the call then returns
 * VAELIB_CANCELLED. The callback may query, copy and save the model that is being trained, which has the weights of the
 * last step; other threads get VAELIB_BUSY. It must not change or free it.
 *
 * A callback should return. If it cannot (longjmp, a C++ exception, pthread_exit), the call is given up in the middle:
 * the model stays VAELIB_BUSY until vaelib_model_recover(); a writer that the call wrote to can only be freed; the
 * memory of the call, the writer's temporary file, and the thread that read ahead for it remain until the process ends.
 */
typedef int (*vaelib_progress_fn)(const vaelib_progress *progress, void *user_data);

/** The state of the training in a checkpoint file. */
typedef struct vaelib_checkpoint_info {
    size_t struct_size;
    /** The kind of model: "vae" or "stack". */
    const char *kind;
    /** "fit"; for a stack the current phase, "pretraining", "supervised" or "unsupervised". */
    const char *phase;
    /** The layer that is being pretrained, otherwise 0. */
    size_t layer;
    /** The current epoch, and the number of epochs. Once all are done, `epoch` is `epochs` + 1. */
    size_t epoch;
    size_t epochs;
    /** Examples done in this epoch, and how many there are in all. */
    size_t examples;
    size_t examples_per_epoch;
    /** 1 if the phase is complete. */
    int complete;
    /** The seed of the training configuration. */
    uint64_t seed;
} vaelib_checkpoint_info;
#define VAELIB_CHECKPOINT_INFO_INIT VAELIB_SIZED_STRUCTURE(vaelib_checkpoint_info)

/** Fills in the defaults. */
vaelib_status vaelib_training_config_init(vaelib_training_config *out_config);

/** Fills in the defaults; path is NULL. */
vaelib_status vaelib_checkpoint_config_init(vaelib_checkpoint_config *out_config);

/** Reads the state of the training in a checkpoint file. `check_in_child` and errors as for vaelib_model_load(). */
vaelib_status vaelib_checkpoint_describe(const char *path, int check_in_child, vaelib_checkpoint_info *out_info);

/**
 * The configuration that the caller gave when the model was last trained in this phase; the defaults if it never was.
 * The history shows whether it was.
 */
vaelib_status vaelib_model_get_training_config(
    const vaelib_model *model, vaelib_phase phase, vaelib_training_config *out_config);

/** A column of the history. */
typedef struct vaelib_history_column {
    size_t struct_size;
    /** The metric. */
    const char *name;
    /** What its values are: "real", "count" (whole numbers from 0 on) or "phase" (those of vaelib_phase). */
    const char *type;
} vaelib_history_column;
#define VAELIB_HISTORY_COLUMN_INIT VAELIB_SIZED_STRUCTURE(vaelib_history_column)

/** Describes column `index` of the history, 0 to history_columns - 1. */
vaelib_status vaelib_model_describe_history(
    const vaelib_model *model, size_t index, vaelib_history_column *out_column);

/**
 * A column of the history: the metric `name` of the first `out_count` epochs of all training so far, at most
 * history_epochs. While the model is trained, the history grows by an epoch at a time. NaN where an epoch has no value,
 * also for a metric that no epoch has. VAELIB_INVALID_ARGUMENT for any other name, also for gradient_norm, which only
 * steps have.
 */
vaelib_status vaelib_model_get_history(
    const vaelib_model *model, const char *name, double *out_values, size_t out_count);

/* ------------------------------------------------------------------------------------------------------------------
 * Variational auto-encoders
 *
 * A variational auto-encoder (Kingma & Welling 2014): an encoder network x -> q(z|x) = N(mean, diag exp(log_variance))
 * and a decoder network z -> p(x|z), joined by the prior p(z) = N(0, I).
 * --------------------------------------------------------------------------------------------------------------- */

/**
 * A run of neighbouring columns of one kind, for tables whose columns are of several. Fill with
 * vaelib_column_group_init(), then change what matters. Five columns of numbers, and two of as many categories:
 *
 *     vaelib_column_group groups[2];
 *     for (int i = 0; i < 2; i++) {
 *         groups[i] = (vaelib_column_group)VAELIB_COLUMN_GROUP_INIT;
 *         vaelib_column_group_init(&groups[i]);
 *     }
 *     groups[0].columns = 5;
 *     groups[1].columns = 2;
 *     groups[1].likelihood = "categorical";
 *     vaelib_column_groups_resolve(groups, 2, table);
 *     config.column_groups = groups;
 *     config.column_group_count = 2;
 */
typedef struct vaelib_column_group {
    size_t struct_size;
    /** How many columns there are, at least 1. */
    size_t columns;
    /** As in vaelib_vae_config, or "categorical": categories that are stored as 0, 1, 2, ... */
    const char *likelihood;
    /**
     * "categorical" only: how many categories each column of the group has. 0: vaelib_column_groups_resolve() counts.
     */
    size_t classes;
    /**
     * 1: the columns are given, not modelled: conditions c of p(x|z, c) and q(z|x, c) (Sohn et al. 2015). Networks see
     * them as the likelihood's columns: categories as one number for each, real values standardised, counts as
     * log(1 + x), standardised. Of the fields below only mean_activation, standardize and standardize_by mean anything to
     * them; count_mean stays "column". Not all groups can be conditions. 0, the default: the columns are modelled.
     */
    size_t condition;
    /**
     * 1: the column, the only one of its group and the only one of the model, is given, and no network sees it: the size
     * factor s of each row, from 1e-9 to 1e9. Counts with count_mean "share" have shares of s in the place of the row's
     * total, as where totals were found in other ways, or of more columns than are modelled: mean_d =
     * s exp(h_d) / sum_k exp(h_k). So s is the total that is expected of the counts, not a number around 1. Some group must
     * have such counts; likelihood stays "auto". Whatever takes conditions takes s among them, as one of the K columns, so
     * what is decoded or sampled has the s that is given. 0, the default: the column is something else.
     */
    size_t size_factor;
    /** This field and all that follow: as in vaelib_vae_config. */
    const char *variance;
    const char *mean_activation;
    double noise_stddev;
    double stddev_floor;
    double degrees_of_freedom;
    size_t standardize;
    const char *count_mean;
    const char *standardize_by;
} vaelib_column_group;
#define VAELIB_COLUMN_GROUP_INIT VAELIB_SIZED_STRUCTURE(vaelib_column_group)

/** Fills in the defaults: one column, likelihood "auto". */
vaelib_status vaelib_column_group_init(vaelib_column_group *out_group);

/**
 * Decides by `examples`, whose columns the groups are, one after another, what they leave to them: likelihood "auto"
 * as vaelib_vae_config_resolve() does, and classes 0 of categories, which become one more than the largest number of
 * the group: columns whose categories are not as many are better groups of their own.
 */
vaelib_status vaelib_column_groups_resolve(
    vaelib_column_group *groups, size_t group_count, const vaelib_dataset *examples);

/** The architecture. Fill with vaelib_vae_config_init(), set data_dim, then change what matters. */
typedef struct vaelib_vae_config {
    size_t struct_size;
    /** D, the width of an example. Required. */
    size_t data_dim;
    /** J, the width of the latent code z. */
    size_t latent_dim;
    /** Widths of the encoder's hidden layers, first to last; hidden_count may be 0 (a linear encoder). */
    const size_t *hidden;
    size_t hidden_count;
    /** Widths of the decoder's hidden layers; NULL mirrors the encoder. */
    const size_t *decoder_hidden;
    size_t decoder_hidden_count;
    /** "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu", "identity". */
    const char *activation;
    /**
     * p(x|z). For data in [0, 1] "bernoulli", or what is a density there: "continuous_bernoulli", or "beta" for
     * values that are neither 0 nor 1. For real values "gaussian", or "student_t" or "laplace", which single unusual
     * values move less; "log_normal" for values above 0 that spread over powers of ten. For counts, whole numbers up
     * to 1e9, "poisson", "negative_binomial", whose variance is more than its mean, and
     * "zero_inflated_negative_binomial", with zeros beside those. "auto", the default, is decided by
     * vaelib_vae_config_resolve().
     */
    const char *likelihood;
    /**
     * Examples that lack numbers, which are NaN in them. "refuse", the default: an error. "ignore": p(x|z), and so
     * every bound, is of the columns that an example has; the encoder sees 0 in place of the others, which is their
     * mean where columns are standardised. "indicate": the encoder sees for each column, too, whether it is missing.
     * What is missing is estimated by vaelib_vae_impute(). Of columns, means and deviations are those of the numbers
     * that are there. Conditions are never missing.
     */
    const char *missing;
    /**
     * Real values: "fixed" is noise_stddev squared, "learned" one per dimension, "predicted" comes from the decoder.
     * What a beta likelihood has instead is its concentration, what negative binomials have is their dispersion:
     * "learned", "predicted", or "by_condition" in a model with column groups that are conditions: its logarithm is
     * b_d + sum_k W_kd c_k, with b and W learned, of what the decoder sees of conditions c, so that of categories each has
     * one of its own.
     */
    const char *variance;
    /** Real values, not log_normal. The mean of p(x|z): "identity", or "sigmoid" for data in [0, 1]. */
    const char *mean_activation;
    /**
     * Real values with fixed variance: the standard deviation of p(x|z), with "log_normal" of log x; of "student_t"
     * the scale.
     */
    double noise_stddev;
    /**
     * Real values with learned or predicted variance: the standard deviation (of "log_normal" that of log x), or the
     * scale of "student_t", never falls below this. Where columns are standardised, it counts in units of a column's
     * deviation.
     */
    double stddev_floor;
    /**
     * "student_t" only: its degrees of freedom, from 1, where values far from the location are the least unlikely, to
     * 1e6, a Gaussian; VAELIB_AUTO_REAL, the default: one number learned per dimension, between 1 and 1000.
     */
    double degrees_of_freedom;
    /**
     * Real values with mean_activation "identity", and counts, of which the encoder sees log(1 + x). 1, the default:
     * each column is brought to mean 0 and deviation 1 inside the model, by the first examples that it is fitted to,
     * or by vaelib_model_standardize(). Bounds, means, variances and samples are of the data as they are. A column
     * that is constant there gets the median deviation of the others of its kind and is never taken for more certain
     * than that. log(1 + x) of counts is divided by its deviation only where that is above 1, so that what was nearly
     * never counted is not magnified. 0: columns stay as they are.
     */
    size_t standardize;
    /**
     * Counts: what their means follow from. "column", the default: a number from the decoder for each column. "share": the
     * row's total s over all columns (of a column group, over its own), of which the decoder gives each column a share,
     * mean_d = s exp(h_d) / sum_k exp(h_k), as for counts of a sample of which more or less was counted: reads of the genes
     * of a cell, words of a text. p(x|z) and all bounds are those given s, which a row without any counts has as 1. A
     * reconstruction has its row's total; where there is no row, as in vaelib_vae_decode() and vaelib_vae_sample(), s is the
     * mean total of the rows that the model was fitted to, or of vaelib_model_standardize(): the tensor
     * "standardization/total", 1 before. Of a row that lacks counts, s and the sum over k are of the columns that it has: the
     * bound is that of a table of these columns alone, and a missing count has the mean s exp(h_d) / sum_k exp(h_k), at most
     * 1e9. Needs standardize 1 and at least two columns. In a model with a column that is a size factor (size_factor of
     * vaelib_column_group) s is that in all cases, of all columns whether a row has them or not, and standardize may be 0.
     */
    const char *count_mean;
    /**
     * Likelihoods "gaussian", "student_t" and "laplace": what standardize 1 brings columns to one scale by. "moments", the
     * default: mean and deviation. "quantiles": a column becomes its normal scores, t(x) = Phi^-1(rank of x), with straight
     * lines between up to 255 numbers of it and beyond, for columns with heavy tails, several modes, or one value that is
     * frequent; ranks are those among up to 65,536 rows of the first examples, evenly spread, or fewer where there are more
     * than 256 such columns. p(x|z) is that of t(x) times t'(x), so bounds are those of the data as ever; means and variances
     * are those of p(x|z), samples come back through t. stddev_floor is in scores. Needs standardize 1, mean_activation
     * "identity", and variance "learned" or "predicted".
     */
    const char *standardize_by;
    /** "normal", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal". */
    const char *initializer;
    /** The standard deviation of initializer "normal". */
    double initializer_stddev;
    /** Seed of the initial weights. */
    uint64_t seed;
    /**
     * What the columns are, where they are of several kinds: the groups have data_dim columns together, and likelihood
     * is left at "auto". Means, samples and variances are column by column: of categories the most probable one, one
     * that is drawn, and the probability of all others. NULL and 0, the default: all columns are of one kind.
     */
    const vaelib_column_group *column_groups;
    size_t column_group_count;
} vaelib_vae_config;
#define VAELIB_VAE_CONFIG_INIT VAELIB_SIZED_STRUCTURE(vaelib_vae_config)

/** Fills in the defaults; data_dim is 0. */
vaelib_status vaelib_vae_config_init(vaelib_vae_config *out_config);

/**
 * Decides by `examples` what `config` leaves to them. data_dim 0 becomes their width. Likelihood "auto" becomes
 * "bernoulli" if all values are 0 or 1, or grey levels of up to 8 bits scaled to [0, 1], else "gaussian"; all rows are
 * looked at, until one decides. VAELIB_DATA_ERROR if data_dim is another width. Column groups are decided by
 * vaelib_column_groups_resolve() instead.
 */
vaelib_status vaelib_vae_config_resolve(vaelib_vae_config *config, const vaelib_dataset *examples);

/** A new variational auto-encoder with freshly initialised weights. Its likelihood must be decided. */
vaelib_status vaelib_vae_create(const vaelib_vae_config *config, vaelib_model **out_model);

/** The architecture; strings and arrays in it stay valid as long as the model exists. */
vaelib_status vaelib_vae_get_config(const vaelib_model *model, vaelib_vae_config *out_config);

/**
 * Names the categories of a column, in the order of their numbers; the names are kept as those of columns are
 * (vaelib_model_set_column_names()). `column` counts from 0; its likelihood is "categorical", and `count` its classes,
 * or "bernoulli", of 2 categories. `count` 0 removes the names. `type` and names as in vaelib_stack_set_class_names().
 * Exclusive.
 *
 *     const char *const marks[] = {"bad", "fair", "good"};
 *
 *     vaelib_vae_set_category_names(model, 2, "text", marks, 3);
 */
vaelib_status vaelib_vae_set_category_names(
    vaelib_model *model, size_t column, const char *type, const char *const *names, size_t count);

/**
 * The names of a column's categories; out_count is 0 if they have none. The names are valid until names are set again
 * or the model is freed.
 */
vaelib_status vaelib_vae_get_category_names(
    const vaelib_model *model, size_t column, const char **out_type, const char *const **out_names,
    size_t *out_count);

/**
 * Trains the model on `examples`. The bound of `validation` is computed after every epoch. It may be NULL: then
 * validation_fraction of the configuration says whether some of the examples are held out. A second fit continues from
 * the weights of the first, with fresh optimiser moments. `callback` may be NULL. Exclusive.
 *
 * VAELIB_DATA_ERROR names the first unsuitable row and column, and leaves the model unchanged. VAELIB_NUMERICAL_ERROR
 * names epoch and batch; the last good weights are kept. It is also returned when training fell apart from the
 * beginning, so that going on could not help; the weights from before are kept then. VAELIB_CANCELLED keeps the weights
 * reached so far and the history of the finished epochs. After each of these errors the model is usable.
 *
 * With a checkpoint in `config`, the call resumes the training in the checkpoint file, if there is one.
 *
 * Warns when data strictly between 0 and 1 are used with a Bernoulli likelihood without binarisation; when a warm-up
 * lasts longer than the training; when the loss ends above that of an earlier epoch, whose weights are kept then, or
 * was still falling; when no epoch was better than the weights from before, which are kept then; when no latent is
 * active; when noise_stddev, or columns that are not standardised, do not suit the deviations of the data.
 */
vaelib_status vaelib_vae_fit(
    vaelib_model *model, const vaelib_dataset *examples, const vaelib_dataset *validation,
    const vaelib_training_config *config, vaelib_progress_fn callback, void *user_data);

/*
 * Queries. N is the number of rows given, D = data_dim, J = latent_dim. Results are dense row-major and `out_count` is
 * the number of values in each output buffer; anything but the stated product is VAELIB_INVALID_ARGUMENT. The caller
 * always says explicitly whether a mean or a sample is wanted. An output may share memory with rows that are read only
 * where each result takes the place of its own row, as when images are reconstructed where they are; otherwise rows
 * would change before they are read, and the call is refused in the same way.
 *
 * Of a model with conditions, examples have them among their columns. Queries that begin with latents take them by
 * themselves: `conditions` is a dataset of the K columns (condition_count), in the order that they have in examples, in
 * their own units. It has a row for each result, or one for all of them, and is read before anything is written. So
 * examples may be encoded under their own conditions, and decoded under others. What comes out has D columns, with the
 * given ones in their places, and variances of 0 there. NULL for a model without conditions, and for no other.
 */

typedef enum vaelib_choice {
    VAELIB_MEAN = 0,
    VAELIB_SAMPLE = 1
} vaelib_choice;

/** q(z|x): its mean and log-variance, [N, J] each. Either output may be NULL, but not both. */
vaelib_status vaelib_vae_encode(
    vaelib_model *model, const vaelib_dataset *examples, float *out_mean, float *out_log_variance, size_t out_count);

/** One sample of q(z|x) for each example, [N, J]. */
vaelib_status vaelib_vae_encode_sample(
    vaelib_model *model, const vaelib_dataset *examples, uint64_t seed, float *out_latent, size_t out_count);

/**
 * p(x|z) for given latents [N, J]: its mean and, if has_variance of the model is 1, its variance, [N, D] each; with
 * "student_t" the location, and INFINITY up to 2 degrees of freedom. `out_variance` may be NULL, and must be if
 * has_variance is 0.
 */
vaelib_status vaelib_vae_decode(
    vaelib_model *model, const vaelib_dataset *latents, const vaelib_dataset *conditions, float *out_mean,
    float *out_variance, size_t out_count);

/** One sample of p(x|z) for each latent, [N, D]. */
vaelib_status vaelib_vae_decode_sample(
    vaelib_model *model, const vaelib_dataset *latents, const vaelib_dataset *conditions, uint64_t seed,
    float *out_examples, size_t out_count);

/**
 * The mean of p(x|z) where z is the mean of q(z|x), or a sample of it (then `seed` is used), [N, D]. With count_mean
 * "share" it has the total of its example; of all other queries that put out examples, the mean total of the training.
 */
vaelib_status vaelib_vae_reconstruct(
    vaelib_model *model, const vaelib_dataset *examples, vaelib_choice latent, uint64_t seed, float *out_mean,
    size_t out_count);

/** z from the prior, then the mean of p(x|z) or a sample of it, [rows, D]; out_count = rows * D. */
vaelib_status vaelib_vae_sample(
    vaelib_model *model, size_t rows, const vaelib_dataset *conditions, vaelib_choice output, uint64_t seed,
    float *out_examples, size_t out_count);

/** How bounds and likelihoods are estimated. Fill with vaelib_evaluation_config_init(). */
typedef struct vaelib_evaluation_config {
    size_t struct_size;
    /** Latent samples per example: L of the bound, K of the importance-sampled likelihood. Default 1. */
    size_t samples;
    /** vaelib_vae_estimate_elbo only: "analytic" or "monte_carlo", as in training. */
    const char *estimator;
    /** "none" or "dynamic", as in training; one binary draw per example. */
    const char *binarization;
    uint64_t seed;
    /**
     * 1: every example has the same latent noise and the same draws, so that its result does not depend on its place among
     * the others: for scores that are compared. 0: each has its own. Default 0.
     */
    size_t common_noise;
} vaelib_evaluation_config;
#define VAELIB_EVALUATION_CONFIG_INIT VAELIB_SIZED_STRUCTURE(vaelib_evaluation_config)

/** Fills in the defaults. */
vaelib_status vaelib_evaluation_config_init(vaelib_evaluation_config *out_config);

/**
 * The evidence lower bound of each example and its two terms, [N] each: elbo = reconstruction - kl, in nats.
 * Each output may be NULL, but not all of them. `config` and `callback` may be NULL.
 */
vaelib_status vaelib_vae_estimate_elbo(
    vaelib_model *model, const vaelib_dataset *examples, const vaelib_evaluation_config *config,
    vaelib_progress_fn callback, void *user_data, double *out_elbo, double *out_reconstruction, double *out_kl,
    size_t out_count);

/**
 * log p(x) of each example by importance sampling with K = config->samples draws from q(z|x):
 * log (1/K) sum_k p(x|z_k) p(z_k) / q(z_k|x), a lower bound in expectation that tightens with K (Burda et al. 2015),
 * and its standard error (NaN for K = 1), [N] each. `out_standard_error` and `callback` may be NULL.
 */
vaelib_status vaelib_vae_estimate_log_likelihood(
    vaelib_model *model, const vaelib_dataset *examples, const vaelib_evaluation_config *config,
    vaelib_progress_fn callback, void *user_data, double *out_log_likelihood, double *out_standard_error,
    size_t out_count);

/**
 * What each column of each example has to do with the bound: the mean over latent samples of log p(x_d|z) in nats, [N, D],
 * out_count = N * D. A row adds up to the reconstruction term that vaelib_vae_estimate_elbo() gives with the same `config`.
 * The column that is odd about an example is the one whose term is far below what the column has elsewhere. `config` and
 * `callback` may be NULL.
 */
vaelib_status vaelib_vae_estimate_column_terms(
    vaelib_model *model, const vaelib_dataset *examples, const vaelib_evaluation_config *config,
    vaelib_progress_fn callback, void *user_data, double *out_terms, size_t out_count);

/** How missing numbers are estimated. Fill with vaelib_imputation_config_init(). */
typedef struct vaelib_imputation_config {
    size_t struct_size;
    /**
     * "importance", the default: latent samples given what an example has are weighed by how well they explain it
     * (Mattei & Frellsen 2019). "markov_chain": latents given the completed example, and what was missing given these,
     * are drawn in turn (Rezende et al. 2014), and latents accepted or rejected so that the chain ends at p(x) of the
     * model (Mattei & Frellsen 2018); slower.
     */
    const char *method;
    /**
     * "mean", the default, which has the least squared error; "mode", the most probable value of columns with two
     * values or categories, counts as whole numbers, and the mean of others; "sample", a draw given what the example
     * has. Of categories the mean is the mode, too.
     */
    const char *estimate;
    /** "importance": latent samples for each example. "markov_chain": steps, the first half not used. Default 200. */
    size_t samples;
    /** Estimate "sample": how many completed examples there are for each (multiple imputation). Default 1. */
    size_t imputations;
    uint64_t seed;
} vaelib_imputation_config;
#define VAELIB_IMPUTATION_CONFIG_INIT VAELIB_SIZED_STRUCTURE(vaelib_imputation_config)

/** Fills in the defaults. */
vaelib_status vaelib_imputation_config_init(vaelib_imputation_config *out_config);

/**
 * The examples with estimates of the numbers that they lack, which are NaN in them; all others are as they were. With M
 * imputations [N, M, D], out_count = N * M * D. `config` and `callback` may be NULL. VAELIB_INVALID_ARGUMENT if
 * `missing` of the model is "refuse".
 */
vaelib_status vaelib_vae_impute(
    vaelib_model *model, const vaelib_dataset *examples, const vaelib_imputation_config *config,
    vaelib_progress_fn callback, void *user_data, float *out_completed, size_t out_count);

/**
 * The path from one example to another through latent space: `steps` points on the line between the latent means of
 * rows `from` and `to` of `examples` (both ends included, steps >= 2), decoded to means, [steps, D]. Conditions go the
 * same way: numbers evenly, counts in whole steps, and categories and what is 0 or 1 are those of the nearer end.
 */
vaelib_status vaelib_vae_interpolate(
    vaelib_model *model, const vaelib_dataset *examples, size_t from, size_t to, size_t steps, float *out_mean,
    size_t out_count);

/**
 * The learned 2-D manifold (AEVB, figure 4): a `side` x `side` grid of the unit square through the inverse Gaussian
 * CDF, decoded to means, [side * side, D]; the row index is the second latent, from high to low, as a picture shows
 * it. Grid lines lie at (i + 1/2) / side. Needs latent_dim 2.
 */
vaelib_status vaelib_vae_draw_manifold(
    vaelib_model *model, size_t side, const vaelib_dataset *conditions, float *out_mean, size_t out_count);

/*
 * Queries of plain rows, for programs that answer one request at a time and need no dataset for it. `rows` are
 * `row_count` rows of float32, dense, each as wide as the model wants it; they are used in place, as they are (scale 1,
 * shift 0), and not changed. The numbers, and the errors, are those of the function of the same name without `_rows`.
 * The code of one example:
 *
 *     float pixels[784], code[20];
 *     ...
 *     vaelib_vae_encode_rows(model, pixels, 1, code, NULL, 20);
 */

/** vaelib_vae_encode() of rows [row_count, D]. */
vaelib_status vaelib_vae_encode_rows(
    vaelib_model *model, const float *rows, size_t row_count, float *out_mean, float *out_log_variance,
    size_t out_count);

/** vaelib_vae_decode() of latents [row_count, J], under conditions [row_count, K], or NULL without. */
vaelib_status vaelib_vae_decode_rows(
    vaelib_model *model, const float *latents, size_t row_count, const float *conditions, float *out_mean,
    float *out_variance, size_t out_count);

/* ------------------------------------------------------------------------------------------------------------------
 * Stacked denoising auto-encoders
 *
 * A stack of layers (Vincent et al. 2008, 2010). Each learns to restore its input x from a corrupted version x~ of it:
 * code y = A(x~ W + b), reconstruction from y, loss against the clean x. Layers are pretrained from the bottom up, each
 * on the clean codes of those below. Then the whole stack is fine-tuned: with labels or targets, under a head, or
 * without, as one deep auto-encoder. A program that learns to read digits (bindings/c/examples/stack_digits.c is a
 * complete one):
 *
 *     vaelib_model *model = NULL;
 *     vaelib_layer_config layers[3];
 *     vaelib_stack_config config = VAELIB_STACK_CONFIG_INIT;
 *     vaelib_training_config training = VAELIB_TRAINING_CONFIG_INIT;
 *
 *     for (size_t i = 0; i < 3; i++) {
 *         layers[i].struct_size = sizeof layers[i];
 *         vaelib_layer_config_init(&layers[i]);
 *         layers[i].width = 1000;
 *         layers[i].corruption_level = 0.1 * (double)(i + 1);
 *     }
 *     vaelib_stack_config_init(&config);
 *     config.data_dim = 784;
 *     config.layers = layers;
 *     config.layer_count = 3;
 *     vaelib_layer_config_resolve(&layers[0], digits);
 *     vaelib_training_config_init(&training);
 *     vaelib_stack_create(&config, &model);
 *     vaelib_stack_pretrain(model, digits, &training, NULL, NULL);
 *     vaelib_stack_finetune(model, digits, NULL, VAELIB_SUPERVISED, &training, NULL, NULL);
 *     vaelib_stack_predict(model, test, classes, test_rows);
 *     vaelib_model_save(model, "reader.h5");
 *
 * The head is a dense layer on the topmost code y, o = y W + b, and what o says of an example. What is learned decides
 * which of three kinds it is: a dataset's labels, or its targets t (vaelib_dataset_with_targets()). In place of the last
 * two calls before the file is saved, a stack that learns real numbers has
 *
 *     vaelib_dataset_with_targets(digits, strokes, "gaussian", &measured);
 *     vaelib_stack_finetune(model, measured, NULL, VAELIB_SUPERVISED, &training, NULL, NULL);
 *     vaelib_stack_predict_targets(model, test, predicted, test_rows * columns);
 *
 *     head        learns                 loss of an example           predictions
 *     softmax     labels                 -log softmax(o)[label]       vaelib_stack_predict(), ..._predict_probabilities()
 *     gaussian    real targets           1/2 sum_k (t'_k - o_k)^2     vaelib_stack_predict_targets()
 *     sigmoid     targets of 0 and 1     -sum_k t_k log p_k + (1 - t_k) log (1 - p_k), p = sigmoid(o)
 *                                                                     vaelib_stack_predict_probabilities()
 *
 * Real targets are standardised inside the head, t' = (t - mean) / deviation, by the examples of the first fine-tuning;
 * predictions are in the targets' own unit. A constant target, from which there is nothing to learn, is predicted as
 * that constant.
 *
 * Layers are counted from 0, the lowest. N is the number of rows given, D = data_dim; results are as described under
 * Queries.
 * --------------------------------------------------------------------------------------------------------------- */

/** One layer. Fill with vaelib_layer_config_init(), then change what matters. */
typedef struct vaelib_layer_config {
    size_t struct_size;
    /** Units of the layer's code. */
    size_t width;
    /**
     * The activation A of the code; the names are those of vaelib_vae_config. "sigmoid", the default, denoises best; a
     * stack that is to learn labels does better with "relu".
     */
    const char *activation;
    /** 1: the decoder's weights are the encoder's, transposed. 0: the decoder has its own. */
    size_t tied;
    /**
     * "cross_entropy" for inputs in [0, 1], through a sigmoid; "squared_error" (half of it) for real values, through a
     * linear decoder. Above layer 0 the inputs are codes: cross_entropy needs a sigmoid layer below. "auto", the default,
     * is decided by the codes below (cross_entropy if they are sigmoid), in layer 0 by vaelib_layer_config_resolve().
     */
    const char *loss;
    /**
     * "masking": round(nu * n) of the n components, at least one of several, chosen at random, become 0.
     * "independent_masking": each becomes 0 with probability nu. "salt_and_pepper": as masking, but each becomes one of
     * two values, by a fair coin. "gaussian": normal noise is added. Where columns are standardised this happens to
     * standardised values: 0 is a column's mean, and noise counts in units of its deviation.
     */
    const char *corruption;
    /** nu, the proportion of corrupted components, 0 to 1; gaussian: the standard deviation of the noise. */
    double corruption_level;
    /**
     * Where salt_and_pepper takes its two values from: "given", corruption_low and corruption_high; "data", the minimum
     * and the maximum of all inputs of the layer, found in a pass over the examples before the layer is pretrained. In
     * layer 0, where columns are standardised, both are standardised values.
     */
    const char *corruption_range;
    double corruption_low;
    double corruption_high;
    /**
     * alpha and beta, the weights of corrupted and untouched components in the loss (Vincent et al. 2010); they must be
     * equal for gaussian, which corrupts all.
     */
    double corrupted_weight;
    double untouched_weight;
    /** Add weight_l1 * sum |W| and weight_l2 / 2 * sum W^2 to the loss, over all weights of the layer, not biases. */
    double weight_l1;
    double weight_l2;
    /** Add sparsity_weight * sum_j KL(sparsity_target || batch mean of unit j) to the loss; sigmoid codes only. */
    double sparsity_target;
    double sparsity_weight;
    /** Add contraction_weight * sum_ij (d y_j / d x~_i)^2 to the loss (Rifai et al. 2011). */
    double contraction_weight;
    /** For the pretraining of this layer; 0 takes the value of the training configuration. */
    size_t epochs;
    double learning_rate;
} vaelib_layer_config;
#define VAELIB_LAYER_CONFIG_INIT VAELIB_SIZED_STRUCTURE(vaelib_layer_config)

/** The architecture of a stack. Fill with vaelib_stack_config_init(), set data_dim and layers. */
typedef struct vaelib_stack_config {
    size_t struct_size;
    /** The width of an example. Required. */
    size_t data_dim;
    /** The layers, bottom first, at most 64; all must have the struct_size of the first. Required. */
    const vaelib_layer_config *layers;
    size_t layer_count;
    /**
     * For stacks whose layer 0 has loss "squared_error". 1, the default: each column is brought to mean 0 and deviation
     * 1 inside the model, by the first examples that it is trained on, or by vaelib_model_standardize();
     * reconstructions and corrupted examples are of the data as they are, losses, reconstruction errors and filters of
     * standardised values. A column that is constant there gets the median deviation of the others. 0: columns stay as
     * they are.
     */
    size_t standardize;
    /** As in vaelib_vae_config. */
    const char *initializer;
    double initializer_stddev;
    /** Seed of the initial weights. */
    uint64_t seed;
} vaelib_stack_config;
#define VAELIB_STACK_CONFIG_INIT VAELIB_SIZED_STRUCTURE(vaelib_stack_config)

/** Fills in the defaults; in a stack's, data_dim is 0 and there are no layers. */
vaelib_status vaelib_layer_config_init(vaelib_layer_config *out_config);
vaelib_status vaelib_stack_config_init(vaelib_stack_config *out_config);

/**
 * Decides on `examples` what the lowest layer leaves to them: a loss "auto" becomes "cross_entropy" for binary data and
 * grey levels, and "squared_error" for all others, as vaelib_vae_config_resolve() decides on likelihoods.
 */
vaelib_status vaelib_layer_config_resolve(vaelib_layer_config *config, const vaelib_dataset *examples);

/** A new stack with freshly initialised weights and no head. The loss of its layer 0 must be decided. */
vaelib_status vaelib_stack_create(const vaelib_stack_config *config, vaelib_model **out_model);

/** The architecture; `layers` and the strings in it stay valid as long as the model exists. */
vaelib_status vaelib_stack_get_config(const vaelib_model *model, vaelib_stack_config *out_config);

/**
 * Puts a freshly initialised head, "softmax", "gaussian" or "sigmoid", on a stack that has none, for weights from
 * elsewhere and for trainers; fine-tuning with labels or targets adds one itself. `outputs` is the number of classes, 2
 * to 1048576, or of targets, 1 to 1048576. Its tensors come last in the parameters: "classifier/weight" and
 * "classifier/bias" of softmax, "multilabel/..." of sigmoid, "regressor/..." of gaussian, which also has
 * "regressor/standardization/mean" and "regressor/standardization/deviation", all 0 until they are found by fine-tuning
 * or set; targets are not standardised meanwhile. Trainers created before can no longer be used; see
 * vaelib_trainer_create(). Exclusive.
 */
vaelib_status vaelib_stack_add_head(vaelib_model *model, const char *head, size_t outputs);

/**
 * Names the classes of a softmax head, in the order of their numbers; the names are kept in the stack's file. `count` is
 * output_count, or 0 to remove the names. Names must be different, and have at most 4096 bytes each.
 *
 * `type` is what the names stand for, so that a program can return labels in their original type: "text", "integer" (64
 * bits), "real" (finite), "boolean" ("false", "true"). Exclusive.
 */
vaelib_status vaelib_stack_set_class_names(
    vaelib_model *model, const char *type, const char *const *names, size_t count);

/**
 * The names of the classes; out_count is 0 if they have none. The names are valid until names are set again or the
 * stack is freed.
 */
vaelib_status vaelib_stack_get_class_names(
    const vaelib_model *model, const char **out_type, const char *const **out_names, size_t *out_count);

/**
 * Pretrains all layers, bottom first. Parameters that are for other phases must be left at their defaults, here and in
 * fine-tuning: `phases` of a vaelib_parameter lists those that a parameter is for. Errors, cancelling and exclusiveness
 * as for vaelib_vae_fit().
 *
 * One checkpoint file serves the pretraining and the fine-tuning after it. Each call resumes the training in the file;
 * a call that is complete in the file, or followed there by another, takes over the state of the file and returns at
 * once. A program that is run again therefore makes the same calls in the same order. (To start from the beginning, set
 * resume to 0 in the first call only.)
 */
vaelib_status vaelib_stack_pretrain(
    vaelib_model *model, const vaelib_dataset *examples, const vaelib_training_config *config,
    vaelib_progress_fn callback, void *user_data);

/**
 * Fine-tunes all layers; `phase` is VAELIB_SUPERVISED or VAELIB_UNSUPERVISED. The latter needs neither labels nor
 * targets.
 *
 * In supervised fine-tuning both datasets must have labels, or both targets for the same head (otherwise
 * VAELIB_INVALID_ARGUMENT). The first such call adds the head. Later calls, and `validation`, must have as many targets.
 *
 * Labels in arrays must then be 0 to classes - 1, each at least once, with at least two classes.
 * Labels that were read from a file may be any that vaelib_dataset_options describes: those that occur become the
 * classes, in order, and unless they are 0 to classes - 1, the stack is given their names
 * (vaelib_stack_get_class_names()).
 *
 * Later calls, and `validation`, may lack some of the classes but have no others. Labels from a file are found among
 * the names of the stack's classes; those in arrays, and whole numbers where the names are texts or there are none, are
 * the numbers of classes. VAELIB_DATA_ERROR names the first label that is not allowed.
 *
 * `validation` may be NULL, as for vaelib_vae_fit(). With patience, training stops once what it is judged by
 * no longer improves, and the best weights are kept.
 */
vaelib_status vaelib_stack_finetune(
    vaelib_model *model, const vaelib_dataset *examples, const vaelib_dataset *validation, vaelib_phase phase,
    const vaelib_training_config *config, vaelib_progress_fn callback, void *user_data);

/**
 * The corrupted input that layer `layer` would receive in epoch `epoch` of its pretraining: the clean code of the
 * layers below, with the layer's noise drawn from `seed`, [N, inputs of the layer]. With corruption_range "data", the
 * minimum and maximum are those of these examples. Where columns are standardised, those of layer 0 are brought back to
 * the scale of the data.
 */
vaelib_status vaelib_stack_corrupt(
    vaelib_model *model, const vaelib_dataset *examples, size_t layer, uint64_t seed, size_t epoch,
    float *out_corrupted, size_t out_count);

/** The clean code after layer `layer`, [N, width of the layer]. */
vaelib_status vaelib_stack_encode(
    vaelib_model *model, const vaelib_dataset *examples, size_t layer, float *out_code, size_t out_count);

/** Decodes codes of layer `layer`, [N, width of the layer], down to examples, [N, D]. */
vaelib_status vaelib_stack_decode(
    vaelib_model *model, const vaelib_dataset *codes, size_t layer, float *out_examples, size_t out_count);

/** Encodes up to layer `layer` and decodes again, [N, D]. Noisy examples are denoised. */
vaelib_status vaelib_stack_reconstruct(
    vaelib_model *model, const vaelib_dataset *examples, size_t layer, float *out_examples, size_t out_count);

/** The loss of each example's reconstruction, by the loss of layer 0, [N]; it is large for unusual examples. */
vaelib_status vaelib_stack_compute_reconstruction_error(
    vaelib_model *model, const vaelib_dataset *examples, size_t layer, double *out_error, size_t out_count);

/**
 * Probabilities, [N, output_count]: of the classes of a softmax head, or of each label of a sigmoid head, which is
 * predicted where its probability is above 0.5. VAELIB_INVALID_ARGUMENT before fine-tuning with labels or targets, and
 * for a gaussian head.
 */
vaelib_status vaelib_stack_predict_probabilities(
    vaelib_model *model, const vaelib_dataset *examples, float *out_probabilities, size_t out_count);

/** The targets that a gaussian head predicts, in their own unit, [N, output_count]; errors likewise. */
vaelib_status vaelib_stack_predict_targets(
    vaelib_model *model, const vaelib_dataset *examples, float *out_targets, size_t out_count);

/** The class that a softmax head takes for the most probable, of each example, [N]. */
vaelib_status vaelib_stack_predict(
    vaelib_model *model, const vaelib_dataset *examples, int64_t *out_classes, size_t out_count);

/** What each unit of layer `layer` looks for in an example: the product of the weights up to it, [width, D]. */
vaelib_status vaelib_stack_get_filters(vaelib_model *model, size_t layer, float *out_filters, size_t out_count);

/**
 * New examples, top down (Vincent et al. 2010, section 7): from the topmost code of each given example, units are
 * switched on or off with their activation as probability, layer by layer, down to the mean of the example, [N, D].
 * Needs sigmoid codes, and cross_entropy above layer 0.
 */
vaelib_status vaelib_stack_sample(
    vaelib_model *model, const vaelib_dataset *examples, uint64_t seed, float *out_examples, size_t out_count);

/** vaelib_stack_encode() of rows [row_count, D], as described under Queries of plain rows. */
vaelib_status vaelib_stack_encode_rows(
    vaelib_model *model, const float *rows, size_t row_count, size_t layer, float *out_code, size_t out_count);

/** vaelib_stack_predict_probabilities() of rows [row_count, D]. */
vaelib_status vaelib_stack_predict_probabilities_rows(
    vaelib_model *model, const float *rows, size_t row_count, float *out_probabilities, size_t out_count);

/** vaelib_stack_predict_targets() of rows [row_count, D]. */
vaelib_status vaelib_stack_predict_targets_rows(
    vaelib_model *model, const float *rows, size_t row_count, float *out_targets, size_t out_count);

/* ------------------------------------------------------------------------------------------------------------------
 * Queries into files
 *
 * Results of any size, appended to datasets of a writer as they are computed; the numbers are those of the queries
 * above. A dataset that does not exist yet is added, as float32 [rows, columns]. An existing one keeps its type and may
 * hold other results already, so that those of several files can be joined. `callback` may be NULL. An error in the
 * first rows, such as unsuitable data, leaves the writer unchanged; a later one, or cancelling, ends the writer, so
 * that no file with half the results appears.
 * --------------------------------------------------------------------------------------------------------------- */

/** vaelib_vae_encode(): means and log-variances. Either name may be NULL, but not both. */
vaelib_status vaelib_vae_encode_to(
    vaelib_model *model, const vaelib_dataset *examples, vaelib_writer *writer, const char *mean_name,
    const char *log_variance_name, vaelib_progress_fn callback, void *user_data);

/** vaelib_vae_decode(): means and, if has_variance of the model is 1, variances. `variance_name` may be NULL. */
vaelib_status vaelib_vae_decode_to(
    vaelib_model *model, const vaelib_dataset *latents, const vaelib_dataset *conditions, vaelib_writer *writer,
    const char *mean_name, const char *variance_name, vaelib_progress_fn callback, void *user_data);

/** vaelib_vae_reconstruct(). */
vaelib_status vaelib_vae_reconstruct_to(
    vaelib_model *model, const vaelib_dataset *examples, vaelib_choice latent, uint64_t seed, vaelib_writer *writer,
    const char *name, vaelib_progress_fn callback, void *user_data);

/** vaelib_vae_impute(): the imputations of an example one after another, M * D numbers. */
vaelib_status vaelib_vae_impute_to(
    vaelib_model *model, const vaelib_dataset *examples, const vaelib_imputation_config *config, vaelib_writer *writer,
    const char *name, vaelib_progress_fn callback, void *user_data);

/** vaelib_stack_encode(). Queries of stacks report progress as those of variational auto-encoders do. */
vaelib_status vaelib_stack_encode_to(
    vaelib_model *model, const vaelib_dataset *examples, size_t layer, vaelib_writer *writer, const char *name,
    vaelib_progress_fn callback, void *user_data);

/** vaelib_stack_reconstruct(). */
vaelib_status vaelib_stack_reconstruct_to(
    vaelib_model *model, const vaelib_dataset *examples, size_t layer, vaelib_writer *writer, const char *name,
    vaelib_progress_fn callback, void *user_data);

/** vaelib_stack_predict_probabilities(). */
vaelib_status vaelib_stack_predict_probabilities_to(
    vaelib_model *model, const vaelib_dataset *examples, vaelib_writer *writer, const char *name,
    vaelib_progress_fn callback, void *user_data);

/** vaelib_stack_predict_targets(). */
vaelib_status vaelib_stack_predict_targets_to(
    vaelib_model *model, const vaelib_dataset *examples, vaelib_writer *writer, const char *name,
    vaelib_progress_fn callback, void *user_data);

/* ------------------------------------------------------------------------------------------------------------------
 * Trainer: training one step at a time
 *
 * For programs with their own training loop: other sources of data, gradients summed over processes, another optimiser.
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct vaelib_trainer vaelib_trainer;

/**
 * The place of a batch within a whole batch that is divided among several trainers, for example one per process. The
 * gradients of the parts, summed, are the gradients of the mean over global_rows rows. A layer with a sparsity_weight
 * cannot be trained so, since its penalty is of the mean over the whole batch: VAELIB_INVALID_ARGUMENT. Fill with
 * vaelib_batch_place_init().
 */
typedef struct vaelib_batch_place {
    size_t struct_size;
    /** The rows of the whole batch; 0, the default, if this batch is the whole. */
    size_t global_rows;
    /**
     * The number that row 0 of this batch has in the whole batch, or in the dataset. Noise is drawn by the step and by
     * the number of the row, so it is the same however the batch is divided. The default, SIZE_MAX, is the row at which
     * a slice begins in its dataset, and 0 for any other batch.
     */
    size_t first_row;
} vaelib_batch_place;
#define VAELIB_BATCH_PLACE_INIT VAELIB_SIZED_STRUCTURE(vaelib_batch_place)

/** Fills in the defaults. */
vaelib_status vaelib_batch_place_init(vaelib_batch_place *out_place);

/**
 * A trainer for `model`, which it keeps alive. `phase` is VAELIB_FIT for a vae; for a stack VAELIB_PRETRAINING, of
 * layer `layer`, VAELIB_SUPERVISED, whose batches carry labels or targets and which needs a head for them
 * (vaelib_stack_add_head()), or VAELIB_UNSUPERVISED. `layer` is 0 in all other phases. A layer whose
 * corruption_range is "data" cannot be pretrained by a trainer, which sees one batch at a time.
 *
 * `examples_per_epoch` is N: it turns steps into epochs for the schedules and scales the weight prior. epochs,
 * batch_size, patience and validation_fraction of the config are ignored, except that schedule "cosine" ends with
 * `epochs`, which if they are VAELIB_AUTO are those of a training on N examples with this batch_size. Between steps the
 * model answers queries as usual. Once a head is added to the model, trainers created before can no longer be
 * used: their memory stays valid until they are freed, but their steps return VAELIB_INVALID_ARGUMENT.
 */
vaelib_status vaelib_trainer_create(
    vaelib_model *model, vaelib_phase phase, size_t layer, const vaelib_training_config *config,
    size_t examples_per_epoch, vaelib_trainer **out_trainer);

/**
 * What a computation of gradients found, as means over the rows of its batch: `count` metrics in `values`, among them
 * loss, learning_rate and gradient_norm; of a vae reconstruction, kl, elbo and kl_weight too; of a supervised stack the
 * error. vaelib_metric_find() looks one up.
 */
typedef struct vaelib_metrics {
    size_t struct_size;
    size_t count;
    vaelib_metric values[32];
} vaelib_metrics;
#define VAELIB_METRICS_INIT VAELIB_SIZED_STRUCTURE(vaelib_metrics)

/**
 * Computes the gradients on all rows of `batch` and applies them. `out_metrics` may be NULL. Rows count by their weights
 * as they are: the loss is 1/B sum_i w_i l_i, and so are the other means. Exclusive.
 */
vaelib_status vaelib_trainer_step(
    vaelib_trainer *trainer, const vaelib_dataset *batch, vaelib_metrics *out_metrics);

/**
 * Computes the gradient of the loss on `batch` into the gradient buffer, replacing its contents. `place` may be NULL,
 * for a whole batch, and so may `out_metrics`. Exclusive.
 */
vaelib_status vaelib_trainer_compute_gradients(
    vaelib_trainer *trainer, const vaelib_dataset *batch, const vaelib_batch_place *place,
    vaelib_metrics *out_metrics);

/**
 * Applies the gradient buffer: clipping, weight decay, optimiser, schedule; then counts the step. The buffer may have
 * been changed by the caller, for example summed over the parts of a whole batch. `global_rows` is the number of rows
 * of the whole batch, by which schedules advance; 0 takes the number that the gradients were computed for. If the
 * buffer is not finite, nothing is applied and VAELIB_NUMERICAL_ERROR returned. Exclusive.
 */
vaelib_status vaelib_trainer_apply_gradients(vaelib_trainer *trainer, size_t global_rows);

/**
 * The flat parameters of the model in place; valid until the trainer is freed. They may be changed between steps.
 * vaelib_model_describe_tensor() gives their layout.
 */
vaelib_status vaelib_trainer_get_parameters(vaelib_trainer *trainer, float **out_values, size_t *out_count);

/** The gradient buffer, laid out like the parameters; valid until the trainer is freed. */
vaelib_status vaelib_trainer_get_gradients(vaelib_trainer *trainer, float **out_values, size_t *out_count);

/** Frees the trainer; the model stays. */
void vaelib_trainer_free(vaelib_trainer *trainer);

#ifdef __cplusplus
}
#endif

#endif /* VAELIB_H */
