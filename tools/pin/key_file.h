/*
 * Files that hold public keys: certificates, requests, keys, in PEM (RFC 7468) or DER.
 */
#ifndef TLSWARD_KEY_FILE_H
#define TLSWARD_KEY_FILE_H

#include "pin/pinned_keys.h"

/*
 * Adds what the file of the place's name holds. What cannot be read is said on standard error, and marks the place as
 * failed; what is no key at all, such as parameters of a curve, is passed over.
 */
void key_file_read(struct pinned_place *place);

#endif
