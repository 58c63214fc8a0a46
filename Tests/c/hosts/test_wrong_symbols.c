/*
 * A host with functions of its own that are called as those of libhdf5, libdeflate and zlib, which the loader finds
 * first: none is ever called.
 */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <hdf5.h>
#include "../support.h"

enum { rows = 40, columns = 6 };

static void refuse(const char *name) __attribute__((noreturn));
static void refuse(const char *name) {
    fprintf(stderr, "the host's %s was called\n", name);
    exit(1);
}

#define CALL(result, name, parameters, arguments, failure) \
    result name parameters { refuse(#name); }
#define OPEN(name, parameters, arguments) CALL(hid_t, name, parameters, arguments, -1)
#define CLOSE(name, parameters, arguments) CALL(herr_t, name, parameters, arguments, -1)
#define SURE(result, name, parameters, arguments) CALL(result, name, parameters, arguments, 0)
#include "../../../Sources/CHDF5/functions.inc"

/* What libhdf5's functions call of each other, and two of its variables. */
CALL(herr_t, H5_init_library, (void), (), -1)
CALL(void *, H5MM_malloc, (size_t size), (size), NULL)
CALL(void *, H5MM_xfree, (void *memory), (memory), NULL)
CALL(void *, H5I_object, (hid_t id), (id), NULL)
hid_t H5T_NATIVE_FLOAT_g = 1, H5P_CLS_FILE_ACCESS_ID_g = 2;

uint32_t libdeflate_crc32(uint32_t sum, const void *bytes, size_t count);
void *libdeflate_alloc_decompressor(void);
void libdeflate_free_decompressor(void *decompressor);
int libdeflate_zlib_decompress(
    void *decompressor, const void *from, size_t from_count, void *to, size_t to_count, size_t *out_count);
CALL(uint32_t, libdeflate_crc32, (uint32_t sum, const void *bytes, size_t count), (), 0)
CALL(void *, libdeflate_alloc_decompressor, (void), (), NULL)
void libdeflate_free_decompressor(void *decompressor) { refuse("libdeflate_free_decompressor"); }
CALL(int, libdeflate_zlib_decompress,
     (void *decompressor, const void *from, size_t from_count, void *to, size_t to_count, size_t *out_count), (), 0)

void *libdeflate_alloc_compressor(int level);
void libdeflate_free_compressor(void *compressor);
size_t libdeflate_zlib_compress(
    void *compressor, const void *from, size_t from_count, void *to, size_t to_count);
CALL(void *, libdeflate_alloc_compressor, (int level), (), NULL)
void libdeflate_free_compressor(void *compressor) { refuse("libdeflate_free_compressor"); }
CALL(size_t, libdeflate_zlib_compress,
     (void *compressor, const void *from, size_t from_count, void *to, size_t to_count), (), 0)

/* Those of zlib that libhdf5 calls, by its filter. */
int compress2(void *to, unsigned long *to_count, const void *from, unsigned long from_count, int level);
int inflateInit_(void *stream, const char *version, int size);
int inflate(void *stream, int flush);
int inflateEnd(void *stream);
CALL(int, compress2, (void *to, unsigned long *to_count, const void *from, unsigned long from_count, int level), (), 0)
CALL(int, inflateInit_, (void *stream, const char *version, int size), (), 0)
CALL(int, inflate, (void *stream, int flush), (), 0)
CALL(int, inflateEnd, (void *stream), (), 0)

/* What libhdf5 and libdeflate are needed for: models, checkpoints, compressed datasets written and read. */
int main(void) {
    float *images = make_images(rows, columns, 1), values[rows * columns];
    size_t shape[] = {columns};
    vaelib_model *model = make_model(columns, 2), *loaded = NULL;
    vaelib_dataset *examples = wrap(images, rows, columns), *dataset;
    vaelib_training_config plan = make_plan(2);
    vaelib_checkpoint_config checkpoint = VAELIB_CHECKPOINT_CONFIG_INIT;
    vaelib_writer *writer;
    vaelib_writer_config config = make_writer_config(VAELIB_FLOAT32, shape, 1);
    vaelib_array view = make_view(images, VAELIB_FLOAT32, rows, columns);
    REQUIRE_OK(vaelib_checkpoint_config_init(&checkpoint));
    checkpoint.path = scratch_path("run.h5");
    checkpoint.every_epochs = 1;
    plan.checkpoint = &checkpoint;
    CHECK_OK(vaelib_vae_fit(model, examples, NULL, &plan, NULL, NULL));
    CHECK_OK(vaelib_model_save(model, scratch_path("model.h5")));
    CHECK_OK(vaelib_model_load(scratch_path("model.h5"), 0, &loaded));
    CHECK(hash_parameters(loaded) == hash_parameters(model));
    writer = create_writer(scratch_path("symbols.h5"));
    CHECK_OK(vaelib_writer_add(writer, "x", &config));
    CHECK_OK(vaelib_writer_append(writer, "x", &view));
    CHECK_OK(vaelib_writer_finish(writer));
    vaelib_writer_free(writer);
    dataset = open_labelled(scratch_path("symbols.h5"), "x", NULL);
    CHECK_OK(vaelib_dataset_read(dataset, values, rows * columns));
    CHECK(memcmp(values, images, sizeof values) == 0);
    vaelib_dataset_free(dataset);
    vaelib_dataset_free(examples);
    vaelib_model_free(model);
    vaelib_model_free(loaded);
    free(images);
    return report();
}
