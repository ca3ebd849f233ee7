/*
 * The trust anchors of Java in its files `cacerts`: a keystore of its own format (JKS) or, since Java 18 by default,
 * of PKCS #12.
 */
#ifndef TLSWARD_JAVA_STORE_H
#define TLSWARD_JAVA_STORE_H

#include <openssl/x509.h>

/*
 * The certificates that Java trusts by this file; the caller frees them. NULL with *why, which lives for ever, where
 * it cannot be read. By default Java reads it without a password: it leaves the digest of JKS alone and does not
 * decrypt.
 */
STACK_OF(X509) * java_store_read(const char *file, const char **why);

#endif
