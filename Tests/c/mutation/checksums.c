#include "checksums.h"

static uint32_t rotate(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

void put(unsigned char *bytes, uint64_t number, size_t count) {
    for (size_t i = 0; i < count; i++) bytes[i] = (unsigned char)(number >> (8 * i));
}

uint64_t get(const unsigned char *bytes, size_t count) {
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++) number |= (uint64_t)bytes[i] << (8 * i);
    return number;
}

/* The first four of `count` bytes, or as many as there are. */
static uint32_t word_at(const unsigned char *bytes, size_t count) {
    return (uint32_t)get(bytes, count < 4 ? count : 4);
}

uint32_t lookup3(const unsigned char *bytes, size_t count) {
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

uint32_t crc32(const unsigned char *bytes, size_t count) {
    uint32_t state = 0xffffffffu;
    for (size_t i = 0; i < count; i++) {
        state ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) state = state >> 1 ^ (state & 1 ? 0xedb88320u : 0);
    }
    return ~state;
}
