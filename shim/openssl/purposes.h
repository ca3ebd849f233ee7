/*
 * By what libcrypto judges whether a certificate may serve TLS servers, and whether an anchor may vouch for them: two
 * tables of the process, in which a program may put functions of its own (X509_PURPOSE_add(3), X509_TRUST_add(3)).
 */
#ifndef TLSWARD_PURPOSES_H
#define TLSWARD_PURPOSES_H

#include "openssl/library.h"

/* False where the program replaced one that a verification of ours would ask: then there can be none. */
bool purposes_are_own(const struct library *library);

#endif
