/*
 * The certificate of a server as a file, for a policy's `trust`.
 */
#ifndef TLSWARD_CERTIFICATE_FILE_H
#define TLSWARD_CERTIFICATE_FILE_H

#include <openssl/x509.h>
#include <stdbool.h>

/*
 * Writes `certificate` as PEM (RFC 7468) to `path`, readable by everyone as what a policy names must be. A regular file
 * that is there is replaced by rename(2): a program that reads it meanwhile finds the old one or the new one. False,
 * with the reason on standard error, where that fails or where something else is there; `path` is as it was then.
 */
bool certificate_file_write(X509 *certificate, const char *path);

#endif
