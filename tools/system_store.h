/*
 * The system's own trust store. A file of its own, because trust.h declares OpenSSL's types without its headers.
 */
#ifndef TLSWARD_SYSTEM_STORE_H
#define TLSWARD_SYSTEM_STORE_H

#include "trust_places.h"

/* The places that `trust = system` stands for here, SSL_CERT_FILE and SSL_CERT_DIR believed. */
struct trust_places system_store_places(void);

#endif
