/* What in a valid policy does not do what it seems to say, or will not for long. */
#ifndef TLSWARD_LINT_H
#define TLSWARD_LINT_H

#include "check/finding.h"
#include "policy/config.h"
#include "policy/policy_rules.h"

#include <time.h>

/*
 * Adds a warning about a value of a rule, or of POLICY_SECTION: at the line that says "key = value", or first gives the
 * key where the value is NULL, or that of the rule where the key is. Takes over `message`.
 */
void lint_warn(struct findings *findings, const char *id, const struct policy *policy, size_t rule, const char *key,
               const char *value, char *message);

/* Rules that match nothing, or everything. */
void lint_matchers(const struct policy *policy, struct findings *findings);

/* Exceptions that have ended or soon will, of which nobody knows why, and pins that leave no way out. */
void lint_exceptions(const struct policy *policy, time_t now, struct findings *findings);

/* Files in `directory`, which holds policy.d, that are not read. */
void lint_unread_files(const char *directory, struct findings *findings);

#endif
