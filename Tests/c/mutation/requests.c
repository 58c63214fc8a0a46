#include "requests.h"

#include <stdint.h>

volatile size_t largest_request;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static void note(size_t size) {
    if (size > largest_request) largest_request = size;
}

/* These take the place of the C library's functions for the whole program. */
void *malloc(size_t size) {
    note(size);
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
    note(size != 0 && count > SIZE_MAX / size ? SIZE_MAX : count * size);
    return __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
    note(size);
    return __libc_realloc(memory, size);
}
