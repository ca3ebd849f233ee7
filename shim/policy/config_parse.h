/* The steps of building a policy that config_parse() and config_load() share. */
#ifndef TLSWARD_CONFIG_PARSE_H
#define TLSWARD_CONFIG_PARSE_H

#include "policy/config.h"
#include "policy/policy_value.h"

/* What reading the texts showed beside the policy itself. */
struct parse_result {
    bool failed;               /* there were errors, whether or not they could be kept */
    bool enforcement_possible; /* some section says enforce, or something unreadable may have meant to */
};

/*
 * Reads the texts in order. What cannot be read is left out of the policy and told in `errors`. NULL for memory
 * shortage only. The rules are not checked and do not inherit yet: see policy_check_rules() and policy_inherit().
 */
struct policy *policy_parse(const struct config_text *texts, size_t count, struct config_errors *errors,
                            struct parse_result *result);

/*
 * Adds the rules of an included file, called INCLUDE/NAME, behind those that are there. It can neither hold other
 * sections nor ask for enforcement, so that one which is missing or damaged never makes an audit block.
 */
void policy_parse_included(struct policy *policy, const char *include, const struct config_text *text,
                           struct config_errors *errors, struct parse_result *result);

/* Adds to policy_files(). Returns the policy's copy, or NULL for memory shortage. */
const char *policy_add_file(struct policy *policy, const char *file);

/* Gives every rule the settings it does not make itself, after the environment has had its say. */
void policy_inherit(struct policy *policy);

/*
 * What the settings are asked of from now on: the last step. For a process, another policy in place of the draft, with
 * what is matched of those rules that may be for it; for NULL, the draft with all that was written. NULL for memory
 * shortage, and the draft is freed.
 */
struct policy *policy_seal(struct policy *draft, const struct process_identity *process);

/*
 * Tells every rule that lacks a matcher, or weakens [policy] without saying who wants it, why and how long. Included
 * rules need not say how long: to switch them on is the explicit act.
 */
bool policy_check_rules(const struct policy *policy, struct config_errors *errors);

/* The keys, with commas between, by which a rule accepts what [policy] would not; "" where there is none. */
void policy_section_weakening(const struct policy_section *rule, const struct policy_section *base, char *keys,
                              size_t size);

#endif
