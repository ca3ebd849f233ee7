/*
 * A rule for one server that makes the policy accept it as it is: text that can be put before the other rules of a
 * policy and then works.
 */
#ifndef TLSWARD_REMEDY_H
#define TLSWARD_REMEDY_H

#include "explain/explanation.h"

/* What the rule changes; the rest is as it was decided for this server. */
struct remedy {
    const char *name; /* the expected peer name; NULL: as before */
    bool trusts_file; /* the anchors of remedy_trust_file() and no others */
    bool allows_cn;
    bool ignores_name;      /* verify = ca */
    bool only_pins_key;     /* verify = none and the key that was shown */
    bool forgives_expiry;   /* for as long as the exception lasts */
    enum protocol protocol; /* the oldest that is accepted; PROTOCOL_ANY: as before */
    bool pins_key;          /* that key in place of those that are pinned */
};

/* The rule, several lines each with its end. The caller frees it. */
char *remedy_rule(const struct explanation *explanation, const struct remedy *remedy);

/* Where such a rule expects the server's CA, or its own certificate. The caller frees it. */
char *remedy_trust_file(const struct explanation *explanation);

/* A command for a shell that puts the certificate that the server presents into that file. The caller frees it. */
char *remedy_fetch_command(const struct explanation *explanation);

#endif
