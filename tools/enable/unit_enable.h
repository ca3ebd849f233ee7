/* One service of systemd has the library by a drop-in. */
#ifndef TLSWARD_UNIT_ENABLE_H
#define TLSWARD_UNIT_ENABLE_H

#include "enable/enable_options.h"

/* Both return the exit status. */
int unit_enable(const struct enable_options *options);
int unit_disable(const struct enable_options *options);

#endif
