/*
 * Events of a run on their way to where the policy's log says, as the library would have sent them there.
 */
#ifndef TLSWARD_FORWARD_H
#define TLSWARD_FORWARD_H

#include <stddef.h>

/* One line as the library sent it. `log` as in struct settings. What cannot be delivered is lost, as in the library. */
void forward_event(const char *log, const char *line, size_t length);

#endif
