/*
 * What a code address is called in an event.
 */
#ifndef TLSWARD_CALL_SITE_H
#define TLSWARD_CALL_SITE_H

#include "process/loader.h"

struct call_site_text {
    char text[4096 + 2 * BUILD_ID_MAX + 32];
    struct loaded_object object; /* for the while, as a stack may be too small for it */
};

/*
 * "object+0xoffset (build-id)": what addr2line(1) or a symbol server can turn into function, file and line. Empty
 * where it cannot be told.
 */
void call_site_describe(const void *address, struct call_site_text *text);

#endif
