/*
 * What another policy would have made of a handshake whose facts were found for the policy in force. It asks for facts
 * that nobody looked for, as whether the chain leads to anchors of its own: then each answer is tried, and where the
 * answers matter nobody knows.
 */
#ifndef TLSWARD_CANDIDATE_H
#define TLSWARD_CANDIDATE_H

#include "policy/policy.h"

/* In which the candidate differs from the policy in force; NULL: it does not. Strings live as long as the policies. */
struct candidate_difference {
    const char *action; /* "unknown" where facts are missing that matter */
    const char *rule;   /* "[policy]" where no rule decided */
    const char *reason; /* likewise "unknown" */
};

/* What the candidate decides; where that is not known, why not, a text that lives for ever. */
struct candidate_verdict {
    struct verdict verdict;
    const char *missing;    /* NULL: the action is known */
    bool reason_is_unknown; /* although the action is known */
};

struct candidate_verdict candidate_decide(const struct settings *in_force, const struct settings *candidate,
                                          const struct facts *facts);

struct candidate_difference candidate_compare(const struct settings *in_force, const struct settings *candidate,
                                              const struct facts *facts);

#endif
