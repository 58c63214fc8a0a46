/*
 * Draws images that a model invents: samples of the prior, decoded, as one grey picture in PGM format.
 *
 *     sample_images MODEL.h5 PICTURE.pgm [SIDE]
 *
 * The picture holds SIDE x SIDE images. The model's examples must be square images with values in [0, 1].
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <vaelib.h>

/* The width of a square image of `pixels` pixels, or 0 if there is none. */
static size_t square_root(size_t pixels) {
    size_t width = (size_t)(sqrt((double)pixels) + 0.5);
    return width * width == pixels ? width : 0;
}

/* Writes the images side by side, row by row; returns 0 on success. */
static int write_picture(const char *path, const float *images, size_t side, size_t width) {
    FILE *file = fopen(path, "wb");
    int failed;
    if (file == NULL) return 1;
    fprintf(file, "P5\n%zu %zu\n255\n", side * width, side * width);
    for (size_t y = 0; y < side * width; y++) {
        for (size_t x = 0; x < side * width; x++) {
            size_t image = y / width * side + x / width;
            float level = images[image * width * width + y % width * width + x % width];
            float clipped = level < 0 ? 0 : level > 1 ? 1 : level;
            putc((int)(255 * clipped + 0.5f), file);
        }
    }
    failed = ferror(file);
    return fclose(file) != 0 || failed;
}

int main(int argc, char **argv) {
    vaelib_model *model = NULL;
    vaelib_model_info info = VAELIB_MODEL_INFO_INIT;
    float *images = NULL;
    long side = 10;
    int failed = 1;

    if (argc > 3) side = strtol(argv[3], NULL, 10);
    if (argc < 3 || argc > 4 || side < 1 || side > 1000) {
        fprintf(stderr, "usage: %s MODEL.h5 PICTURE.pgm [SIDE]   (SIDE from 1 to 1000)\n", argv[0]);
        return 2;
    }

    if (vaelib_model_load(argv[1], 0, &model) != VAELIB_OK || vaelib_model_describe(model, &info) != VAELIB_OK) {
        fprintf(stderr, "%s: %s\n", argv[0], vaelib_last_error());
    } else if (square_root(info.data_dim) == 0) {
        fprintf(stderr, "%s: examples of %zu values are no square images\n", argv[0], info.data_dim);
    } else {
        size_t rows = (size_t)(side * side);
        images = (float *)calloc(rows * info.data_dim, sizeof *images);
        if (images == NULL) {
            fprintf(stderr, "%s: no memory for %zu images\n", argv[0], rows);
        } else if (vaelib_vae_sample(model, rows, NULL, VAELIB_MEAN, 1, images, rows * info.data_dim) != VAELIB_OK) {
            fprintf(stderr, "%s: %s\n", argv[0], vaelib_last_error());
        } else if (write_picture(argv[2], images, (size_t)side, square_root(info.data_dim)) != 0) {
            perror(argv[2]);
        } else {
            printf("wrote %s\n", argv[2]);
            failed = 0;
        }
    }

    free(images);
    vaelib_model_free(model);
    return failed;
}
