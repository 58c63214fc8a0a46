/* The header can be included twice, stands on its own (nothing is included before it), and names its version. */
#include "vaelib.h"
#include "vaelib.h"

int main(void) {
    const char version[] = VAELIB_VERSION;
    return version[0] == '\0' || VAELIB_ABI_VERSION < 0;
}
