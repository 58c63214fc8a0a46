#define _GNU_SOURCE
#include "CKernels.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

int vaelib_processor_count(void)
{
#if defined(__linux__)
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0 && CPU_COUNT(&allowed) > 0) {
        return CPU_COUNT(&allowed);
    }
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

int vaelib_current_processor(void)
{
#if defined(__linux__)
    return sched_getcpu();
#else
    return -1;
#endif
}

#if defined(__linux__)
_Static_assert(sizeof(cpu_set_t) == sizeof(vaelib_processors), "vaelib_processors holds one cpu_set_t");

static int is_set(const vaelib_processors *processors, const cpu_set_t *set)
{
    return memcmp(processors, set, sizeof(*set)) == 0;
}
#endif

void vaelib_keep_off_processor(int processor, int threads, vaelib_processor_choice *choice)
{
#if defined(__linux__)
    cpu_set_t current;
    if (processor < 0 || processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof(current), &current) != 0) {
        return;
    }
    if (!is_set(&choice->chosen, &current)) {
        memcpy(&choice->allowed, &current, sizeof(current));
    }
    cpu_set_t wanted;
    memcpy(&wanted, &choice->allowed, sizeof(wanted));
    CPU_CLR(processor, &wanted);
    if (CPU_COUNT(&wanted) < threads) {
        memcpy(&wanted, &choice->allowed, sizeof(wanted));
    }
    if (sched_setaffinity(0, sizeof(wanted), &wanted) == 0) {
        memcpy(&choice->chosen, &wanted, sizeof(wanted));
    }
#else
    (void)processor;
    (void)threads;
    (void)choice;
#endif
}
