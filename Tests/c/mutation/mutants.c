#include "mutants.h"

#include <stdint.h>
#include <string.h>
#include "checksums.h"

enum { short_lengths = 600 };

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

static void change_several(const original *file, unsigned char *bytes, size_t first, uint64_t *random) {
    for (uint64_t i = 0, count = 2 + next_random(random) % 5; i < count; i++) {
        change_byte(bytes + first + next_random(random) % (file->size - first), random);
    }
}

static size_t any(const size_list *list, uint64_t *random) { return list->values[next_random(random) % list->count]; }

/* A byte or a number in the first bytes of a structure, where its sizes, counts and addresses are. */
static void change_structure(const original *file, unsigned char *bytes, uint64_t *random) {
    size_t place = any(&file->places, random) + 4 + next_random(random) % 60;
    if (place >= file->size) place = file->size - 1;
    if (next_random(random) % 2 == 0) change_byte(bytes + place, random);
    else change_number(file, bytes, place, random);
}

/* The last structure that begins at or before a place: usually that which contains it. */
static size_t containing(const original *file, size_t place) {
    size_t found = file->places.values[0];
    for (size_t i = 0; i < file->places.count && file->places.values[i] <= place; i++) found = file->places.values[i];
    return found;
}

/* An address leads elsewhere: to another structure, back to the one it is in, to the middle of the right one. */
static void redirect(const original *file, unsigned char *bytes, uint64_t *random) {
    size_t link = any(&file->links, random);
    uint64_t address = get(bytes + link, 8);
    switch (next_random(random) % 4) {
    case 0: case 1: address = any(&file->places, random); break;
    case 2: address = containing(file, link); break;
    default: address += 8 * (next_random(random) % 32) - 128; break;
    }
    put(bytes + link, address, 8);
}

/* A structure, or a piece of one, stands in the place of another too. */
static void repeat(const original *file, unsigned char *bytes, uint64_t *random) {
    size_t from = any(&file->places, random), to = any(&file->places, random);
    size_t count = (size_t)8 << next_random(random) % 8;
    if (next_random(random) % 2 == 0) from += 8 * (next_random(random) % 16), to += 8 * (next_random(random) % 16);
    if (from + count > file->size || to + count > file->size) return;
    memmove(bytes + to, file->bytes + from, count);
}

static void change_anywhere(const original *file, unsigned char *bytes, size_t first, size_t place, uint64_t *random) {
    switch (next_random(random) % 8) {
    case 0: case 1: case 2: case 3: change_byte(bytes + place, random); break;
    case 4: case 5: change_number(file, bytes, place, random); break;
    case 6: zero_range(file, bytes, place, random); break;
    default: change_several(file, bytes, first, random); break;
    }
}

static size_t truncation_count(const original *file) { return short_lengths + file->size / 512; }

static size_t truncated(const original *file, size_t number) {
    size_t length = number < short_lengths ? number : (number - short_lengths + 1) * 512;
    return length < file->size ? length : file->size - 1;
}

static void make_right(const original *file, seal_kind seal, unsigned char *bytes) {
    if (seal == SEAL_MODEL && file->size > user_block) {
        put(bytes + 48, file->size - user_block, 8);
        put(bytes + 56, crc32(bytes + user_block, file->size - user_block), 4);
    }
    for (size_t i = 0; i < file->begins.count && seal == SEAL_METADATA; i++) {
        size_t begin = file->begins.values[i], end = file->ends.values[i];
        put(bytes + end - 4, lookup3(bytes + begin, end - 4 - begin), 4);
    }
}

size_t make_mutant(const original *file, size_t number, seal_kind seal, unsigned char *bytes) {
    uint64_t random = number;
    size_t place, first = seal == SEAL_MODEL ? user_block : 0;
    memcpy(bytes, file->bytes, file->size);
    if (number % 4 == 3 && number / 4 < truncation_count(file)) return truncated(file, number / 4);
    /* Every place comes up in turn, in an order that spreads over the file. */
    place = first + (size_t)((uint64_t)number * 7919 % (file->size - first));
    switch (file->links.count == 0 ? 0 : next_random(&random) % 16) {
    case 8: case 9: change_structure(file, bytes, &random); break;
    case 10: change_structure(file, bytes, &random), change_structure(file, bytes, &random); break;
    case 11: case 12: redirect(file, bytes, &random); break;
    case 13: redirect(file, bytes, &random), redirect(file, bytes, &random); break;
    case 14: repeat(file, bytes, &random); break;
    case 15: redirect(file, bytes, &random), change_structure(file, bytes, &random); break;
    default: change_anywhere(file, bytes, first, place, &random); break;
    }
    make_right(file, seal, bytes);
    return file->size;
}
