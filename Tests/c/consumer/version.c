/* Prints the version of the library it was linked with; fails if the header is of another. */
#include <stdio.h>
#include <string.h>
#include <vaelib.h>

int main(void) {
    puts(vaelib_version());
    return strcmp(vaelib_version(), VAELIB_VERSION) != 0 || vaelib_abi_version() != VAELIB_ABI_VERSION;
}
