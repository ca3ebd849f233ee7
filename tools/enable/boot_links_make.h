/*
 * Makes what /etc/ld.so.preload names where the boot guard decides, see preload/boot_link.h.
 */
#ifndef TLSWARD_BOOT_LINKS_MAKE_H
#define TLSWARD_BOOT_LINKS_MAKE_H

#include "enable/loaders.h"

/*
 * Makes BOOT_LINKS_STAGED: for each loader its own library, or one that does nothing, and an empty BOOT_LINKS where
 * there is none. NULL, or what went wrong; the caller frees it.
 */
char *boot_links_stage(const struct loaders *loaders);

/* They take their place. As above. */
char *boot_links_commit(void);

#endif
