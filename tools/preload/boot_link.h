/*
 * What /etc/ld.so.preload names where the boot guard decides: links below /run, which no reboot leaves. Made by
 * tools/enable, after the library was tried.
 */
#ifndef TLSWARD_BOOT_LINK_H
#define TLSWARD_BOOT_LINK_H

#define BOOT_LINKS "/run/tlsward/preload"
/* Where they are made before they take their place. */
#define BOOT_LINKS_STAGED "/run/tlsward/preload.new"
#define BOOT_LINK_ENTRY BOOT_LINKS "/$LIB/libtlsward.so"

/* Removes those of a directory, and nothing that they lead to. 0, also where there are none, or the error. */
int boot_links_remove(const char *directory);

#endif
