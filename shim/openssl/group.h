/*
 * The group in which a handshake agreed on its key, as IANA's TLS Supported Groups call it.
 */
#ifndef TLSWARD_GROUP_H
#define TLSWARD_GROUP_H

#include "event/tls_family.h"
#include "openssl/openssl_api.h"

/*
 * Fills `group` and `group_is_curve`; the version stands in the text already. Before TLS 1.3 the group is agreed on
 * after the certificate has come, so that an event which tells of that cannot have it. Nothing is filled where the
 * library cannot tell.
 */
void group_describe(const struct openssl_api *api, SSL *ssl, struct handshake_text *text);

#endif
