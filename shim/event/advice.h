/*
 * What a person can do about a verdict, in sentences: an event has the first of them, `tlsward explain` all.
 */
#ifndef TLSWARD_EVENT_ADVICE_H
#define TLSWARD_EVENT_ADVICE_H

#include "policy/policy.h"

/* Room for a sentence; what is longer is cut. */
#define ADVICE_TEXT_MAX 1024

/* A certificate close to its end is worth a word even where all is well. */
#define ADVICE_SOON_DAYS 14

/*
 * What is known of one handshake. Strings are text that a peer may have chosen; NULL and empty ones are not known,
 * and sentences do without them.
 */
struct advice_matter {
    const struct settings *settings;
    const struct facts *facts;
    const struct verdict *verdict;
    const struct peer_name *expected; /* what the certificate has to be for */
    bool policy_incomplete;           /* something of the policy could not be read */
    bool of_program; /* a program's own handshake, and not one of `explain`, which offers all there is */

    unsigned chain_length;      /* in certificates, as it was built */
    unsigned fault_depth;       /* of which certificate the chain's error is */
    const char *faulty_subject; /* its subject, and when its validity ended */
    const char *faulty_end;     /* RFC 3339 */
    const char *last_subject;   /* of the last certificate of the chain */
    const char *last_issuer;
    const char *last_issuer_url; /* where it says that its issuer's certificate is (RFC 5280, section 4.2.2.1) */
    const char *error_text;      /* what OpenSSL calls the chain's error */

    /* RFC 3339: by the server's clock, where the whole chain is valid by that one, and by this host's, which differs.
     */
    const char *server_time;
    const char *host_time;

    const char *leaf_sha256; /* upper-case hex */
    bool leaf_end_known;
    long leaf_days_left; /* negative: it has ended */

    const char *usable_names; /* those of the leaf that could be expected instead: see name_list.h */
    bool has_alternative_names;
    bool common_name_fits; /* the expected name, where it has no alternative ones */
};

enum advice_kind {
    ADVICE_REPAIR_POLICY,
    ADVICE_MAKE_POLICY_READABLE,
    ADVICE_RENEW_RULE,
    ADVICE_GET_CERTIFICATE,
    ADVICE_DROP_SESSION,
    ADVICE_JUDGE_AGAIN,
    ADVICE_TELL_NAME,
    ADVICE_MAKE_TRUST_READABLE,
    ADVICE_FILL_STORE,
    ADVICE_SEND_CHAIN,
    ADVICE_TRUST_ISSUER,
    ADVICE_TRUST_LEAF,
    ADVICE_TRUST_ROOT,
    ADVICE_COMPARE_CLOCKS, /* of `explain` alone: no event knows what time it is at the server */
    ADVICE_RENEW_EXPIRED,
    ADVICE_SET_CLOCKS,
    ADVICE_STRENGTHEN,
    ADVICE_CHANGE_PURPOSE,
    ADVICE_MEND_CHAIN,
    ADVICE_USE_OTHER_NAME,
    ADVICE_REISSUE_WITH_NAME,
    ADVICE_REISSUE_WITHOUT_PART,
    ADVICE_LET_PROGRAM_DECIDE,
    ADVICE_PIN_KEY,
    ADVICE_REPLACE_KEY,
    ADVICE_RENEW_PROTOCOL,
    ADVICE_RENEW_SOON
};
#define ADVICE_LIST_MAX 12

/* What applies, the most urgent first; returns how many. None where there is nothing to do. */
size_t advice_list(const struct advice_matter *matter, enum advice_kind list[static ADVICE_LIST_MAX]);

/* One as a sentence. */
void advice_print(enum advice_kind kind, const struct advice_matter *matter, char text[static ADVICE_TEXT_MAX]);

/* True where the expected name is not among those of the certificate, and that matters. */
bool advice_is_about_name(const struct advice_matter *matter);

/* True where the protocol is older than the policy demands. */
bool advice_is_about_protocol(const struct advice_matter *matter);

/* The X.509 error of the chain, 0 where it is good, its expiry is forgiven, or nothing was demanded of it. */
int advice_chain_error(const struct advice_matter *matter);

/* True where a certificate that is not trusted yet would mend the chain. */
bool advice_lacks_anchor(const struct advice_matter *matter);

/*
 * The first trust file of the policy that this user may not read, or NULL: what is behind it is not known, and no other
 * advice about a chain holds then.
 */
const char *advice_unreadable_trust(const struct settings *settings);

#endif
