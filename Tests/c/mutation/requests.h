/* The greatest request for memory that this program made since it was last set to 0. */
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stddef.h>

extern volatile size_t largest_request;

#endif
