#include "original.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "checksums.h"

enum { largest_file = 4 << 20, largest_part = 4096 };

static void append(size_list *list, size_t value) {
    if ((list->count & (list->count - 1)) == 0) {
        list->values = realloc(list->values, (list->count == 0 ? 1 : 2 * list->count) * sizeof *list->values);
        if (list->values == NULL) exit(1);
    }
    list->values[list->count++] = value;
}

static int begins_with_any(const unsigned char *bytes, const char *const *signatures, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (memcmp(bytes, signatures[i], 4) == 0) return 1;
    }
    return 0;
}

static int begins_part(const unsigned char *bytes) {
    static const char *const signatures[] = {"\x89HDF", "OHDR", "OCHK", "FRHP", "FHIB", "FSHD", "FSSE", "BTHD", "BTIN",
                                             "BTLF",    "FAHD", "FADB", "EAHD", "EAIB", "EADB", "EASB", "SMTB", "SMLI"};
    return begins_with_any(bytes, signatures, sizeof signatures / sizeof signatures[0]);
}

/* Version 1, nothing reserved, a few messages, few references, a size that the file has room for. */
static int begins_old_header(const original *file, size_t place) {
    const unsigned char *bytes = file->bytes + place;
    if (place % 8 != 0 || place + 16 > file->size || bytes[0] != 1 || bytes[1] != 0) return 0;
    return get(bytes + 2, 2) > 0 && get(bytes + 4, 4) > 0 && get(bytes + 4, 4) < 100 && get(bytes + 8, 4) >= 8 &&
           get(bytes + 8, 4) % 8 == 0 && get(bytes + 8, 4) <= file->size - place && get(bytes + 12, 4) == 0;
}

static int begins_structure(const original *file, size_t place) {
    static const char *const unsealed[] = {"TREE", "HEAP", "SNOD", "GCOL", "FHDB"};
    const unsigned char *bytes = file->bytes + place;
    return begins_part(bytes) || begins_with_any(bytes, unsealed, sizeof unsealed / sizeof unsealed[0]) ||
           begins_old_header(file, place);
}

/* Parts are found by their signature and by the only end at which the checksum is right. */
static void find_parts(original *file) {
    for (size_t begin = 0; begin + 8 <= file->size; begin++) {
        if (!begins_part(file->bytes + begin)) continue;
        for (size_t count = 4; count <= largest_part && begin + count + 4 <= file->size; count++) {
            if (lookup3(file->bytes + begin, count) != get(file->bytes + begin + count, 4)) continue;
            append(&file->begins, begin);
            append(&file->ends, begin + count + 4);
            break;
        }
    }
}

static int is_among(const size_list *sorted, size_t value) {
    size_t low = 0, high = sorted->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted->values[middle] == value) return 1;
        if (sorted->values[middle] < value) low = middle + 1;
        else high = middle;
    }
    return 0;
}

static void find_links(original *file) {
    for (size_t place = 8; place + 4 <= file->size; place++) {
        if (begins_structure(file, place)) append(&file->places, place);
    }
    for (size_t place = 8; place + 8 <= file->size; place++) {
        size_t address = (size_t)get(file->bytes + place, 8);
        if (is_among(&file->places, address) || is_among(&file->places, address + user_block)) {
            append(&file->links, place);
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
    find_links(&file);
    return file;
}

void original_free(original *file) {
    free(file->bytes);
    free(file->begins.values);
    free(file->ends.values);
    free(file->places.values);
    free(file->links.values);
}
