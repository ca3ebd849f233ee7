/*
 * The host names and addresses a program set to be checked, for libraries that cannot be asked for them: before
 * OpenSSL 3.0 there is no X509_VERIFY_PARAM_get0_host(3).
 */
#ifndef TLSWARD_APP_NAMES_H
#define TLSWARD_APP_NAMES_H

#include "openssl/openssl_api.h"
#include "peer/peer.h"

/* The program set a host name (forgetting earlier ones) or added one. A NULL or empty name sets none. */
void app_names_set(const X509_VERIFY_PARAM *param, const char *name, size_t length);
void app_names_add(const X509_VERIFY_PARAM *param, const char *name, size_t length);

/* A param is new: names set for one that lay there before are not its. */
void app_names_forget(const X509_VERIFY_PARAM *param);

/* Copies the names set for this param, `size` at most; returns how many there are, or of too many that there are. */
size_t app_names_of(const X509_VERIFY_PARAM *param, struct peer_name *names, size_t size);

#endif
