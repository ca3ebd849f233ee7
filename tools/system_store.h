/*
 * The system's own trust store. A file of its own, because trust.h declares OpenSSL's types without its headers.
 */
#ifndef TLSWARD_SYSTEM_STORE_H
#define TLSWARD_SYSTEM_STORE_H

/* The file or directory that `trust = system` stands for in this environment, or NULL. */
const char *system_store_location(void);

#endif
