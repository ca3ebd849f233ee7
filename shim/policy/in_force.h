/*
 * Whether we are welcome in this process, and which policy is in force in it: read when first needed, watched, and
 * published without locks. What there is to tell about it is told elsewhere (announcement.h).
 */
#ifndef TLSWARD_IN_FORCE_H
#define TLSWARD_IN_FORCE_H

#include "policy/policy.h"

/*
 * False where tlsward stands down: the kill switch is on, or the program is an init, a package manager or a
 * rescue tool (a dynamic loader that was started by hand is the program it runs), or our own command. Looks again at
 * most once a second.
 */
bool process_is_welcome(void);

/*
 * The policy in force, read when first asked for and again when its files have changed (looked at once a second, and
 * only while "/" is still the directory it was). A policy is never freed. NULL for memory shortage only. Neither
 * allocates but from the kernel nor locks, and tells nobody of errors.
 */
const struct policy *policy_in_force(void);

/*
 * Whether `policy` is in force no longer: its files have changed, or the kill switch is on. Looks only, so that
 * it is async-signal-safe: the next handshake reads what is there. False as long as no policy was read.
 */
bool policy_is_over(const struct policy *policy);

/* Who this process is, as far as the policy asks. */
struct process_identity process_identity_for(const struct policy *policy);

/*
 * What the policy says for this process where no destination is known: the strictest that any may have, and where
 * events go.
 */
struct settings process_settings(const struct policy *policy);

/* True where no destination can have another mode than off now. */
bool process_is_off(const struct policy *policy);

/*
 * False where the policy does not believe the environment and that says where libcrypto finds its default anchors
 * (SSL_CERT_FILE, SSL_CERT_DIR, and the configuration that OPENSSL_CONF and OPENSSL_CONF_INCLUDE lead to): whoever
 * started the program might have chosen what its store holds.
 */
bool process_app_anchors_count(const struct policy *policy);

/* For whoever has to tell of it. */
struct policy_version;

/* The same as policy_in_force(), with its errors. */
struct policy_version *policy_version_in_force(void);

/* The same where one was read before, else NULL. */
const struct policy_version *policy_version_known(void);

/* Takes what was read last and had to give way to what stays: its errors are not told yet. NULL for nothing. */
struct policy_version *policy_version_take_passed_over(void);

#endif
