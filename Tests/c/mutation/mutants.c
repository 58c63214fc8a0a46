#include "mutants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { largest_file = 1 << 20, largest_part = 4096, user_block = 512, short_lengths = 600 };

/* ---- checksums ---- */

static uint32_t rotate(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

static uint32_t word_at(const unsigned char *bytes, size_t count) {
    uint32_t word = 0;
    for (size_t i = 0; i < count && i < 4; i++) word |= (uint32_t)bytes[i] << (8 * i);
    return word;
}

static void put(unsigned char *bytes, uint64_t number, size_t count) {
    for (size_t i = 0; i < count; i++) bytes[i] = (unsigned char)(number >> (8 * i));
}

/* Bob Jenkins's lookup3, hashlittle() with initial value 0, which HDF5 uses for its metadata. */
static uint32_t lookup3(const unsigned char *bytes, size_t count) {
    uint32_t a = 0xdeadbeefu + (uint32_t)count, b = a, c = a;
    for (; count > 12; count -= 12, bytes += 12) {
        a += word_at(bytes, 4), b += word_at(bytes + 4, 4), c += word_at(bytes + 8, 4);
        a -= c, a ^= rotate(c, 4), c += b;
        b -= a, b ^= rotate(a, 6), a += c;
        c -= b, c ^= rotate(b, 8), b += a;
        a -= c, a ^= rotate(c, 16), c += b;
        b -= a, b ^= rotate(a, 19), a += c;
        c -= b, c ^= rotate(b, 4), b += a;
    }
    if (count == 0) return c;
    a += word_at(bytes, count);
    if (count > 4) b += word_at(bytes + 4, count - 4);
    if (count > 8) c += word_at(bytes + 8, count - 8);
    c ^= b, c -= rotate(b, 14);
    a ^= c, a -= rotate(c, 11);
    b ^= a, b -= rotate(a, 25);
    c ^= b, c -= rotate(b, 16);
    a ^= c, a -= rotate(c, 4);
    b ^= a, b -= rotate(a, 14);
    c ^= b, c -= rotate(b, 24);
    return c;
}

static uint32_t crc32(const unsigned char *bytes, size_t count) {
    uint32_t state = 0xffffffffu;
    for (size_t i = 0; i < count; i++) {
        state ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) state = state >> 1 ^ (state & 1 ? 0xedb88320u : 0);
    }
    return ~state;
}

/* ---- the original ---- */

static int begins_part(const unsigned char *bytes) {
    static const char *const signatures[] = {"\x89HDF", "OHDR", "OCHK", "FRHP", "FHIB", "FSHD", "FSSE", "BTHD", "BTIN",
                                             "BTLF",    "FAHD", "FADB", "EAHD", "EAIB", "EADB", "EASB", "SMTB", "SMLI"};
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        if (memcmp(bytes, signatures[i], 4) == 0) return 1;
    }
    return 0;
}

/* Parts are found by their signature and by the only end at which the checksum is right. */
static void find_parts(original *file) {
    for (size_t begin = 0; begin + 8 <= file->size; begin++) {
        if (!begins_part(file->bytes + begin)) continue;
        for (size_t count = 4; count <= largest_part && begin + count + 4 <= file->size; count++) {
            if (lookup3(file->bytes + begin, count) != word_at(file->bytes + begin + count, 4)) continue;
            file->parts = realloc(file->parts, (file->part_count + 1) * sizeof *file->parts);
            if (file->parts == NULL) exit(1);
            file->parts[file->part_count][0] = begin;
            file->parts[file->part_count++][1] = begin + count + 4;
            break;
        }
    }
}

original original_read(const char *path) {
    original file = {.bytes = malloc(largest_file)};
    FILE *stream = fopen(path, "rb");
    if (stream == NULL || file.bytes == NULL) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    file.size = fread(file.bytes, 1, largest_file, stream);
    fclose(stream);
    find_parts(&file);
    return file;
}

void original_free(original *file) {
    free(file->bytes);
    free(file->parts);
}

/* ---- mutants ---- */

/* splitmix64 */
static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void change_byte(unsigned char *byte, uint64_t *random) {
    static const unsigned char values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 0x7f, 0x80, 0xfe, 0xff};
    uint64_t choice = next_random(random);
    switch (choice % 4) {
    case 0: *byte ^= (unsigned char)(1u << (choice >> 8) % 8); break;
    case 1: *byte = (unsigned char)~*byte; break;
    case 2: *byte = values[(choice >> 8) % sizeof values]; break;
    default: *byte = (unsigned char)(choice >> 8); break;
    }
}

/* A number of 2, 4 or 8 bytes becomes one that programs trip over. */
static void change_number(const original *file, unsigned char *bytes, size_t place, uint64_t *random) {
    const uint64_t values[] = {0, 1, 2, UINT64_MAX, UINT64_MAX - 1, 0x7fffffffu, 0x80000000u, 0xffffffffu, 0x10000u,
                               INT64_MAX, (uint64_t)1 << 62, (uint64_t)1 << 40, file->size, file->size - 1, 8, 48, 96};
    size_t count = (size_t)2 << next_random(random) % 3;
    if (count > file->size - place) count = file->size - place;
    put(bytes + place, values[next_random(random) % (sizeof values / sizeof values[0])], count);
}

static void zero_range(const original *file, unsigned char *bytes, size_t place, uint64_t *random) {
    size_t count = 1 + (size_t)(next_random(random) % 64) * (next_random(random) % 4 == 0 ? 8 : 1);
    if (count > file->size - place) count = file->size - place;
    memset(bytes + place, 0, count);
}

size_t truncation_count(const original *file) { return short_lengths + file->size / 512; }

static size_t truncated(const original *file, size_t number) {
    size_t length = number < short_lengths ? number : (number - short_lengths + 1) * 512;
    return length < file->size ? length : file->size - 1;
}

static void make_right(const original *file, seal_kind seal, unsigned char *bytes) {
    if (seal == SEAL_MODEL && file->size > user_block) {
        put(bytes + 48, file->size - user_block, 8);
        put(bytes + 56, crc32(bytes + user_block, file->size - user_block), 4);
    }
    for (size_t i = 0; i < file->part_count && seal == SEAL_METADATA; i++) {
        size_t begin = file->parts[i][0], end = file->parts[i][1];
        put(bytes + end - 4, lookup3(bytes + begin, end - 4 - begin), 4);
    }
}

size_t make_mutant(const original *file, size_t number, seal_kind seal, unsigned char *bytes) {
    uint64_t random = number;
    size_t place, first = seal == SEAL_MODEL ? user_block : 0;
    memcpy(bytes, file->bytes, file->size);
    if (number < truncation_count(file)) return truncated(file, number);
    number -= truncation_count(file);
    /* Every place comes up in turn, in an order that spreads over the file. */
    place = first + (size_t)((uint64_t)number * 7919 % (file->size - first));
    switch (next_random(&random) % 8) {
    case 0: case 1: case 2: case 3: change_byte(bytes + place, &random); break;
    case 4: case 5: change_number(file, bytes, place, &random); break;
    case 6: zero_range(file, bytes, place, &random); break;
    default:
        for (uint64_t i = 0, count = 2 + next_random(&random) % 5; i < count; i++) {
            change_byte(bytes + first + next_random(&random) % (file->size - first), &random);
        }
    }
    make_right(file, seal, bytes);
    return file->size;
}
