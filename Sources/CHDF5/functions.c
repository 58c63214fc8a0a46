/* The functions of libhdf5, each of which jumps to where it is in our copy. */
#include "functions.h"

#include <dlfcn.h>

/* A name may be a macro, which stands for the version of a function that the header describes. */
#define TEXT(name) TEXT_OF(name)
#define TEXT_OF(name) #name

#define CALL(result, name, parameters, arguments, failure) \
    static result(*address_of_##name) parameters; \
    result name parameters { return address_of_##name arguments; }
#define OPEN(name, parameters, arguments) CALL(hid_t, name, parameters, arguments, )
#define CLOSE(name, parameters, arguments) CALL(herr_t, name, parameters, arguments, )
#define SURE(result, name, parameters, arguments) CALL(result, name, parameters, arguments, )
#include "functions.inc"
#undef CALL

#define DEFINE(function, variable) \
    static const hid_t *address_of_##function; \
    hid_t function(void) { return *address_of_##function; }
VAELIB_HDF5_IDENTIFIERS(DEFINE)

const char *vaelib_hdf5_find_functions(void *library)
{
#define FIND(address, name) \
    if ((*(void **)&address = dlsym(library, name)) == NULL) return name;
#define CALL(result, name, parameters, arguments, failure) FIND(address_of_##name, TEXT(name))
#include "functions.inc"
#define FIND_IDENTIFIER(function, variable) FIND(address_of_##function, #variable)
    VAELIB_HDF5_IDENTIFIERS(FIND_IDENTIFIER)
    return NULL;
}
