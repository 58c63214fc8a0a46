/*
 * Products of a few rows and a few vectors of columns, whose sums stay in registers, and the transposing of blocks: what
 * the kernels for products of matrices are made of. Swift 6.3 keeps no array of vectors in registers, and its
 * fused multiply-add on vectors calls fmaf() element by element on some targets.
 *
 * A sum of products is formed term by term, in order, with fused multiply-add where the target has it: its bits depend
 * neither on the tile nor on the width of the vectors.
 */
#ifndef VAELIB_REGISTER_TILES_H
#define VAELIB_REGISTER_TILES_H

#include <stddef.h>

/* Floats in a vector; and the rows and the vectors of columns of the largest tile that fits the registers. */
#if defined(__AVX512F__)
#define VAELIB_VECTOR 16
#define VAELIB_TILE_ROWS 8
#define VAELIB_TILE_VECTORS 3
#elif defined(__aarch64__)
#define VAELIB_VECTOR 4
#define VAELIB_TILE_ROWS 8
#define VAELIB_TILE_VECTORS 3
#else
#if defined(__AVX2__)
#define VAELIB_VECTOR 8
#else
#define VAELIB_VECTOR 4
#endif
#define VAELIB_TILE_ROWS 6
#define VAELIB_TILE_VECTORS 2
#endif

/* Memory is aligned for floats only. */
typedef float vaelib_vector __attribute__((ext_vector_type(VAELIB_VECTOR), aligned(4), may_alias));
typedef float vaelib_vector4 __attribute__((ext_vector_type(4), aligned(4), may_alias));

#if defined(__FMA__) || defined(__aarch64__)
#define VAELIB_MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define VAELIB_MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

/*
 * Operands of a tile: c = a b, or c += a b. Element (i, p) of a is a[i * a_row + p * a_step]; row p of b begins at
 * b + p * b_row, row i of c at c + i * c_row; the columns of both are neighbours.
 */
typedef struct {
    size_t depth;
    const float *a;
    size_t a_row, a_step;
    const float *b;
    size_t b_row;
    float *c;
    size_t c_row;
    int accumulate;
} vaelib_tile;

#define VAELIB_UNROLL _Pragma("clang loop unroll(full)")

/* One function for each size, so that the sums are variables, which the compiler keeps in registers. */
#define VAELIB_DEFINE_TILE(ROWS, VECTORS)                                                                         \
    static void vaelib_multiply_tile_##ROWS##_##VECTORS(const vaelib_tile *tile)                                  \
    {                                                                                                             \
        const float *a = tile->a, *b = tile->b;                                                                   \
        const size_t a_row = tile->a_row, a_step = tile->a_step, b_row = tile->b_row, c_row = tile->c_row;        \
        vaelib_vector sums[ROWS][VECTORS];                                                                        \
        VAELIB_UNROLL for (int i = 0; i < ROWS; i++) {                                                            \
            VAELIB_UNROLL for (int j = 0; j < VECTORS; j++) {                                                     \
                const float *place = tile->c + i * c_row + j * VAELIB_VECTOR;                                     \
                sums[i][j] = tile->accumulate ? *(const vaelib_vector *)place : (vaelib_vector)0.0f;              \
            }                                                                                                     \
        }                                                                                                         \
        for (size_t p = tile->depth; p > 0; p--) {                                                                \
            vaelib_vector columns[VECTORS];                                                                       \
            VAELIB_UNROLL for (int j = 0; j < VECTORS; j++) {                                                     \
                columns[j] = *(const vaelib_vector *)(b + j * VAELIB_VECTOR);                                     \
            }                                                                                                     \
            VAELIB_UNROLL for (int i = 0; i < ROWS; i++) {                                                        \
                const vaelib_vector factor = (vaelib_vector)(a[i * a_row]);                                       \
                VAELIB_UNROLL for (int j = 0; j < VECTORS; j++) {                                                 \
                    sums[i][j] = VAELIB_MULTIPLY_ADD(factor, columns[j], sums[i][j]);                             \
                }                                                                                                 \
            }                                                                                                     \
            a += a_step;                                                                                          \
            b += b_row;                                                                                           \
        }                                                                                                         \
        VAELIB_UNROLL for (int i = 0; i < ROWS; i++) {                                                            \
            VAELIB_UNROLL for (int j = 0; j < VECTORS; j++) {                                                     \
                *(vaelib_vector *)(tile->c + i * c_row + j * VAELIB_VECTOR) = sums[i][j];                         \
            }                                                                                                     \
        }                                                                                                         \
    }

/* All tiles of up to VAELIB_TILE_ROWS rows, and of up to half of them with twice the columns: a tile of few rows waits
   for its own sums unless there are enough of them. */
#define VAELIB_FOR_ROWS_TO_3(F, V) F(1, V) F(2, V) F(3, V)
#if VAELIB_TILE_ROWS == 8
#define VAELIB_FOR_LOW_TILES(F)                                                                                   \
    VAELIB_FOR_ROWS_TO_3(F, 4) F(4, 4) VAELIB_FOR_ROWS_TO_3(F, 5) F(4, 5) VAELIB_FOR_ROWS_TO_3(F, 6) F(4, 6)
#define VAELIB_FOR_TALL_TILES_OF(F, V) VAELIB_FOR_ROWS_TO_3(F, V) F(4, V) F(5, V) F(6, V) F(7, V) F(8, V)
#define VAELIB_FOR_TALL_TILES(F)                                                                                  \
    VAELIB_FOR_TALL_TILES_OF(F, 1) VAELIB_FOR_TALL_TILES_OF(F, 2) VAELIB_FOR_TALL_TILES_OF(F, 3)
#else
#define VAELIB_FOR_LOW_TILES(F) VAELIB_FOR_ROWS_TO_3(F, 3) VAELIB_FOR_ROWS_TO_3(F, 4)
#define VAELIB_FOR_TALL_TILES_OF(F, V) VAELIB_FOR_ROWS_TO_3(F, V) F(4, V) F(5, V) F(6, V)
#define VAELIB_FOR_TALL_TILES(F) VAELIB_FOR_TALL_TILES_OF(F, 1) VAELIB_FOR_TALL_TILES_OF(F, 2)
#endif

VAELIB_FOR_TALL_TILES(VAELIB_DEFINE_TILE)
VAELIB_FOR_LOW_TILES(VAELIB_DEFINE_TILE)

/* Computes a tile of `rows` rows, at least 1 and at most VAELIB_TILE_ROWS, and `vectors` vectors of columns, at least 1 and
   at most VAELIB_TILE_VECTORS, or twice as many if there are at most VAELIB_TILE_ROWS / 2 rows. */
static inline void vaelib_multiply_tile(int rows, int vectors, const vaelib_tile *tile)
{
    switch (16 * vectors + rows) {
#define VAELIB_CASE_TILE(ROWS, VECTORS)                        \
    case 16 * VECTORS + ROWS:                                  \
        vaelib_multiply_tile_##ROWS##_##VECTORS(tile);         \
        break;
        VAELIB_FOR_TALL_TILES(VAELIB_CASE_TILE)
        VAELIB_FOR_LOW_TILES(VAELIB_CASE_TILE)
    default:
        __builtin_unreachable();
    }
}

/*
 * The row c = a b of one row a, for a few vectors of columns and all terms: of b it reads whole stretches of rows, since
 * memory is what such a product waits for. Terms whose factor in a is 0 are passed over, which leaves the sums as they
 * are; in rows of binary data most are.
 */
#define VAELIB_FOR_ROWS_OF_12(F) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12)
#if defined(__AVX512F__) || defined(__aarch64__)
#define VAELIB_ROW_VECTORS 24
#define VAELIB_FOR_ROW_WIDTHS(F)                                                                                  \
    VAELIB_FOR_ROWS_OF_12(F)                                                                                      \
    F(13) F(14) F(15) F(16) F(17) F(18) F(19) F(20) F(21) F(22) F(23) F(24)
#else
#define VAELIB_ROW_VECTORS 12
#define VAELIB_FOR_ROW_WIDTHS(F) VAELIB_FOR_ROWS_OF_12(F)
#endif

#define VAELIB_DEFINE_ROW(VECTORS)                                                                                \
    static void vaelib_multiply_row_##VECTORS(                                                                    \
        const float *a, size_t depth, const float *b, size_t b_row, float *c)                                     \
    {                                                                                                             \
        vaelib_vector sums[VECTORS];                                                                              \
        VAELIB_UNROLL for (int j = 0; j < VECTORS; j++) sums[j] = (vaelib_vector)0.0f;                            \
        for (size_t p = 0; p < depth; p++, b += b_row) {                                                          \
            if (a[p] == 0.0f) continue;                                                                           \
            const vaelib_vector factor = (vaelib_vector)(a[p]);                                                   \
            VAELIB_UNROLL for (int j = 0; j < VECTORS; j++) {                                                     \
                const vaelib_vector columns = *(const vaelib_vector *)(b + j * VAELIB_VECTOR);                    \
                sums[j] = VAELIB_MULTIPLY_ADD(factor, columns, sums[j]);                                          \
            }                                                                                                     \
        }                                                                                                         \
        VAELIB_UNROLL for (int j = 0; j < VECTORS; j++) *(vaelib_vector *)(c + j * VAELIB_VECTOR) = sums[j];      \
    }

VAELIB_FOR_ROW_WIDTHS(VAELIB_DEFINE_ROW)

/* `vectors` vectors of columns, at least 1 and at most VAELIB_ROW_VECTORS. */
static inline void vaelib_multiply_row(
    int vectors, const float *a, size_t depth, const float *b, size_t b_row, float *c)
{
    switch (vectors) {
#define VAELIB_CASE_ROW(VECTORS)                                  \
    case VECTORS:                                                 \
        vaelib_multiply_row_##VECTORS(a, depth, b, b_row, c);     \
        break;
        VAELIB_FOR_ROW_WIDTHS(VAELIB_CASE_ROW)
    default:
        __builtin_unreachable();
    }
}

/* Copies a column of VAELIB_TILE_ROWS neighbours at each of `depth` places in_step apart to a dense run. */
static inline void vaelib_pack_columns(const float *in, size_t in_step, float *out, size_t depth)
{
    for (size_t p = 0; p < depth; p++) {
        __builtin_memcpy(out + p * VAELIB_TILE_ROWS, in + p * in_step, VAELIB_TILE_ROWS * sizeof(float));
    }
}

/*
 * Transposes a block of VAELIB_VECTOR rows and 4 columns: out[j * out_row + i] = in[i * in_row + j].
 */
static inline void vaelib_transpose_block(const float *in, size_t in_row, float *out, size_t out_row)
{
#if defined(__AVX512F__)
    /* Four blocks of 4 x 4 side by side: lane l of a vector holds a row of block l. */
    typedef float vector8 __attribute__((ext_vector_type(8)));
    vaelib_vector row[4];
    VAELIB_UNROLL for (int i = 0; i < 4; i++) {
        const float *start = in + i * in_row;
        const vaelib_vector4 a = *(const vaelib_vector4 *)start, b = *(const vaelib_vector4 *)(start + 4 * in_row),
                             c = *(const vaelib_vector4 *)(start + 8 * in_row),
                             d = *(const vaelib_vector4 *)(start + 12 * in_row);
        const vector8 low = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
        const vector8 high = __builtin_shufflevector(c, d, 0, 1, 2, 3, 4, 5, 6, 7);
        row[i] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }
#define VAELIB_LOW(a, b) \
    __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define VAELIB_HIGH(a, b) \
    __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define VAELIB_LOW_PAIRS(a, b) \
    __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define VAELIB_HIGH_PAIRS(a, b) \
    __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
    const vaelib_vector a = VAELIB_LOW(row[0], row[1]), b = VAELIB_LOW(row[2], row[3]),
                        c = VAELIB_HIGH(row[0], row[1]), d = VAELIB_HIGH(row[2], row[3]);
    *(vaelib_vector *)out = VAELIB_LOW_PAIRS(a, b);
    *(vaelib_vector *)(out + out_row) = VAELIB_HIGH_PAIRS(a, b);
    *(vaelib_vector *)(out + 2 * out_row) = VAELIB_LOW_PAIRS(c, d);
    *(vaelib_vector *)(out + 3 * out_row) = VAELIB_HIGH_PAIRS(c, d);
#else
    VAELIB_UNROLL for (int part = 0; part < VAELIB_VECTOR; part += 4) {
        const float *start = in + part * in_row;
        const vaelib_vector4 w = *(const vaelib_vector4 *)start, x = *(const vaelib_vector4 *)(start + in_row),
                             y = *(const vaelib_vector4 *)(start + 2 * in_row),
                             z = *(const vaelib_vector4 *)(start + 3 * in_row);
        const vaelib_vector4 a = __builtin_shufflevector(w, x, 0, 4, 1, 5), b = __builtin_shufflevector(y, z, 0, 4, 1, 5),
                             c = __builtin_shufflevector(w, x, 2, 6, 3, 7), d = __builtin_shufflevector(y, z, 2, 6, 3, 7);
        *(vaelib_vector4 *)(out + part) = __builtin_shufflevector(a, b, 0, 1, 4, 5);
        *(vaelib_vector4 *)(out + part + out_row) = __builtin_shufflevector(a, b, 2, 3, 6, 7);
        *(vaelib_vector4 *)(out + part + 2 * out_row) = __builtin_shufflevector(c, d, 0, 1, 4, 5);
        *(vaelib_vector4 *)(out + part + 3 * out_row) = __builtin_shufflevector(c, d, 2, 3, 6, 7);
    }
#endif
}

#endif
