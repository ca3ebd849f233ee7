/*
 * The process around us: are we welcome in it, what did its environment say when it started, and which policy is in
 * force. Everything is found once, when first needed, and published without locks.
 */
#ifndef TLSWARD_PROCESS_H
#define TLSWARD_PROCESS_H

#include "peer/proxy.h"
#include "policy/policy.h"

#define SYSTEM_DIRECTORY "/etc/tlsward"
#define KILL_SWITCH SYSTEM_DIRECTORY "/off"

/*
 * False where tlsward stands down: the kill switch is on, or the program is an init, a package manager or a
 * rescue tool (a dynamic loader that was started by hand is the program it runs), or our own command. Looks again at
 * most once a second.
 */
bool process_is_welcome(void);

/*
 * The policy in force, read when first asked for and again when its files have changed (looked at once a second, and
 * only while "/" is still the directory it was). A policy is never freed. NULL for memory shortage only.
 */
const struct policy *process_policy(void);

/* The same without a word about errors and without reading trust files: neither allocates nor locks. */
const struct policy *process_policy_unannounced(void);

/*
 * Whether `policy` is in force no longer: its files have changed, or the kill switch is on. Looks only, so that
 * it is async-signal-safe: the next handshake reads what is there. False as long as no policy was read.
 */
bool process_policy_is_over(const struct policy *policy);

/* As it is now: the program does not change, its users may. */
struct process_identity process_identity(void);

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

/*
 * The proxies that http_proxy, https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY named when the program started: none
 * under AT_SECURE.
 */
const struct proxy *process_proxies(size_t *count);

#endif
