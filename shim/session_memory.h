/*
 * The leaf certificates this process verified last, and what was verified of them. A session that was serialised and
 * read again holds another copy of its leaf: CPython makes one whenever a program asks for SSLSocket.session, which is
 * how FTPS clients resume the control connection's session for the data channel. Whoever made a session with a
 * certificate held its key, so what was verified of the certificate holds for the copy; a session from elsewhere, with
 * a certificate that was not verified here, finds nothing.
 */
#ifndef TLSWARD_SESSION_MEMORY_H
#define TLSWARD_SESSION_MEMORY_H

#include "peer.h"

/* SHA-1, which libcrypto has computed anyway: a second preimage of a verified leaf would be needed to abuse it. */
#define SESSION_DIGEST_SIZE 20

struct session_mark {
    const struct policy *policy;
    const char *rule;
    bool name_was_verified;
    bool by_app_anchors; /* the chain led to the program's trust anchors; the policy's were not asked or refused it */
    struct peer_name name;
};

/* Keeps the mark of a leaf; of many leaves, those that were verified last. */
void session_memory_keep(const unsigned char digest[static SESSION_DIGEST_SIZE], const struct session_mark *mark);

/* The last mark of the leaf. */
bool session_memory_find(const unsigned char digest[static SESSION_DIGEST_SIZE], struct session_mark *mark);

#endif
