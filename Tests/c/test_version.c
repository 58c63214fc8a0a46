/* The versions of header and library agree, in numbers and as text. */
#include "support.h"

int main(void) {
    char numbers[64];
    snprintf(numbers, sizeof numbers, "%d.%d.%d", VAELIB_VERSION_MAJOR, VAELIB_VERSION_MINOR, VAELIB_VERSION_PATCH);
    CHECK(strcmp(numbers, VAELIB_VERSION) == 0);
    CHECK(strcmp(vaelib_version(), VAELIB_VERSION) == 0);
    CHECK(vaelib_abi_version() == VAELIB_ABI_VERSION);
    return report();
}
