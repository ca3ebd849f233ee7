/*
 * Which library the calls from an address belonged to: what the loader was asked once. Only a cache, which forgets
 * where it is short of room: whoever finds nothing asks again.
 */
#ifndef TLSWARD_CALL_SITES_H
#define TLSWARD_CALL_SITES_H

#include "openssl/library.h"

/*
 * `identity` is that of the object that holds `caller` (loader_identity()): another one that has come to lie there
 * finds nothing. Neither waits, and a fork halfway loses one place.
 */
struct library *call_sites_find(const void *caller, uint64_t identity);
void call_sites_keep(const void *caller, uint64_t identity, struct library *library);

#endif
