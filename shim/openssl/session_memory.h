/*
 * The leaf certificates this process verified last, and what was verified of them. A session that was serialised and
 * read again holds another copy of its leaf: CPython makes one whenever a program asks for SSLSocket.session, which is
 * how FTPS clients resume the control connection's session for the data channel. Whoever made a session with a
 * certificate held its key, so what was verified of the certificate holds for the copy; a session from elsewhere, with
 * a certificate that was not verified here, finds nothing.
 */
#ifndef TLSWARD_SESSION_MEMORY_H
#define TLSWARD_SESSION_MEMORY_H

#include "peer/peer.h"

#include <stdint.h>

/* SHA-256: to abuse it, a second preimage of a verified leaf would be needed. */
#define SESSION_DIGEST_SIZE 32

/*
 * What was verified of a leaf: under which settings, by what, and for one of the names that were expected then. A
 * leaf that was good for several of them has a mark for each.
 */
struct session_mark {
    const struct policy *policy;
    const char *rule;
    const struct trust *trust; /* the policy's anchors as they were, where the chain led to one of them */
    uint64_t app_anchors;      /* else the program's, see context_anchors(); 0 too where a pin decided alone */
    struct peer_name name;     /* kind PEER_NONE where no name was expected, or none that was had to match */
    bool has_expired;          /* of the chain only the expiry was wrong, which was forgiven */
    bool name_is_loose;        /* it matched as settings_accept_loose_match() says */
};

enum { SESSION_MARKS_MAX = PEER_APP_NAMES };

/* What is cheap to compute (libcrypto keeps it): only says that a leaf need not be kept again. */
#define SESSION_HINT_SIZE 20 /* SHA-1 */

/* True where a leaf with this hint was kept with this mark. */
bool session_memory_has(const unsigned char hint[static SESSION_HINT_SIZE], const struct session_mark *mark);

/* Keeps a mark of a leaf, beside others that it has; of many marks, the latest. */
void session_memory_keep(const unsigned char hint[static SESSION_HINT_SIZE],
                         const unsigned char digest[static SESSION_DIGEST_SIZE], const struct session_mark *mark);

/* Copies the leaf's marks, of many the latest; returns how many. */
size_t session_memory_find(const unsigned char digest[static SESSION_DIGEST_SIZE],
                           struct session_mark marks[static SESSION_MARKS_MAX]);

#endif
