/*
 * The policy as an immutable value: which settings hold for this process and that destination, and what
 * follows from the facts of one handshake. Everything here is a pure function: no I/O, no OpenSSL, no
 * dlfcn, so that the library, the command, unit tests and fuzzers decide with the same code.
 */
#ifndef TLSWARD_POLICY_H
#define TLSWARD_POLICY_H

#include "peer/peer.h"
#include "policy/spki_pin.h"
#include "process/identity.h"
#include "trust/trust_source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

enum policy_mode { MODE_OFF, MODE_AUDIT, MODE_ENFORCE };
enum verify_level { VERIFY_NONE, VERIFY_CA, VERIFY_FULL };
enum trust_mode { TRUST_SUPPLEMENT, TRUST_EXTEND, TRUST_EXCLUSIVE };
enum choice { CHOICE_BLOCK, CHOICE_ALLOW };

/* By whose rules a name is compared that the program demanded, together with the chain. */
enum names { NAMES_STRICT, NAMES_PROGRAM };

/* Where enforcement holds for a part of the processes alone: in which part this one is. */
enum enforce_side { SIDE_NONE, SIDE_ENFORCED, SIDE_AUDITED };
enum fallback { FALLBACK_REFUSE, FALLBACK_KNOWN, FALLBACK_ALLOW };

/* Versions of TLS, oldest first; each stands for the DTLS of its time as well (1.0: TLS 1.1, 1.2: TLS 1.2). */
enum protocol {
    PROTOCOL_ANY, /* as a demand; of a handshake: not known, or older than TLS 1.0 */
    PROTOCOL_TLS1_0,
    PROTOCOL_TLS1_1,
    PROTOCOL_TLS1_2,
    PROTOCOL_TLS1_3
};

/* Keys of deny-pin: those of [policy] and, in a rule, its own behind them. */
struct denied_keys {
    const char *const *pins;
    size_t count;
    const struct denied_keys *anywhere; /* all that the policy denies in any section; its own is NULL */
};

/* The settings that hold for one destination in this process. Strings live as long as the policy. */
struct settings {
    enum policy_mode mode; /* as it holds for this process */
    int enforce_percent;   /* of the processes that enforce where the mode says so */
    enum enforce_side enforce_side;
    enum verify_level verify;
    enum trust_mode trust_mode;
    const struct trust_source *trust;
    size_t trust_count;
    const char *const *pins; /* of the peer's own key; any one is enough, none demands nothing */
    size_t pin_count;
    enum choice unknown_name; /* the expected peer name cannot be known */
    enum choice weak_names;   /* a name guessed from the only unclaimed connection of the thread */
    enum choice psk;          /* external pre-shared keys and SRP: no certificate exists */
    bool allow_cn;            /* common-name fallback where the leaf has no dNSName */
    enum names names;         /* NAMES_PROGRAM: what OpenSSL's default rules accept will do where the program asked */
    bool strict;              /* X509_V_FLAG_X509_STRICT */
    int security_level;       /* minimum; as in SSL_CTX_set_security_level(3), 0 to 5 */
    enum protocol min_protocol;
    int allow_expired_day; /* the first, from 1970-01-01, on which expiry is not forgiven any more; 0: it never is */
    const struct denied_keys *denied; /* public keys that nobody may have in the chain; NULL: none */
    enum fallback fallback; /* clear text after a blocked handshake; KNOWN: refused to libraries known to try it */
    const char *name;       /* the expected peer name given by the rule, or NULL */
    const char *log;        /* "auto" (journald, else syslog), "stderr", "stderr-file" (a file, too),
                               "journald", "syslog", "file:PATH", "unix:PATH" */
    const char *rule;       /* name of the rule that decided ("INCLUDE/NAME" for a shipped one), or NULL for [policy] */
    bool rule_is_uncertain; /* that rule only tightened what holds otherwise: nobody knows whether it matches */
    const char *expired_rule; /* first rule that would have matched but has expired, or NULL */
};

/* Whom a connection goes to, as far as it is known. Each member may be missing (NULL, 0): then it may be any. */
struct destination {
    const char *name;    /* the expected peer name, normalised */
    const char *address; /* numeric, without brackets or scope */
    uint16_t port;       /* host byte order; 0: unknown */
};

/* True where something is demanded of the peer: a valid certificate, or a pinned key. */
bool settings_demand_proof(const struct settings *settings);

/* True where a pin is demanded and nothing else. */
bool settings_demand_pin_alone(const struct settings *settings);

/* True where the key, "" for none, is among the pins. */
bool settings_pin_key(const struct settings *settings, const char *public_key_pin);

/* True where some key is denied, and then whether this one is. */
bool settings_deny_keys(const struct settings *settings);
bool settings_deny_key(const struct settings *settings, const char *public_key_pin);

/*
 * True where it is looked into whether expiry is all that is wrong with a chain: where that is forgiven, and in an
 * audit, which is asked later what would help.
 */
bool settings_ask_about_expiry(const struct settings *settings);

struct policy;
struct proxy;

/*
 * The settings for a destination: those of the first rule that matches program, user and destination and has not
 * expired at `now`, else those of [policy]. Where something is not known that a rule before it asks for, every setting
 * of that rule that is stricter counts as well, and none that is not (strictness_tighten()): whatever the unknown
 * turns out to be, no setting that has an order is weaker than that for which it would have held. What the user of
 * the program can choose (its other names, one of two user ids) is not enough for a match, and enough to tighten.
 * Never fails; `policy` outlives the result.
 */
struct settings policy_settings(const struct policy *policy, const struct process_identity *process,
                                const struct destination *destination, time_t now);

/* The same for a peer that may be any of several. */
struct settings policy_settings_of_any(const struct policy *policy, const struct process_identity *process,
                                       const struct destination *destinations, size_t count, time_t now);

/* Whether a rule of it, or of its candidate, is for groups of users. */
bool policy_names_groups(const struct policy *policy);

/* A policy that may take the place of this one, and is asked for its opinion until then; NULL: none. */
const struct policy *policy_candidate(const struct policy *policy);

/*
 * False where a rule before the one that decides might match as well, were more known of the process: who knows more of
 * it may come to other settings. Asks every rule.
 */
bool policy_knows_process(const struct policy *policy, const struct process_identity *process,
                          const struct destination *destinations, size_t count, time_t now);

/* What [policy] says: what holds where no rule says otherwise. */
struct settings policy_general_settings(const struct policy *policy);

/* True where no destination at all can have another mode than off for this process. */
bool policy_is_off(const struct policy *policy, const struct process_identity *process, time_t now);

/*
 * True for a policy that came from an invalid file. Its settings say enforce where enforcement was in
 * force or cannot be ruled out, and decide() then answers REASON_POLICY_INVALID.
 */
bool policy_is_invalid(const struct policy *policy);

/*
 * True where a file could not be opened or read, which may be different the next time, or may have been written by
 * somebody who must not write policies: what was in force before is the better policy.
 */
bool policy_is_incomplete(const struct policy *policy);

/*
 * The trust list number `index` of the policy, for reading all of them early: false where there are no more. Rules that
 * are alike share one.
 */
bool policy_trust_list(const struct policy *policy, size_t index, const struct trust_source **trust, size_t *count);

/*
 * Whether TLSWARD_OFF in the environment counts: under a system policy only where that says
 * kill-switch-environment = allow, otherwise always.
 */
bool policy_allows_kill_switch(const struct policy *policy);

/* False under a system policy that does not say environment = allow: then the environment may only tighten. */
bool policy_believes_environment(const struct policy *policy);

/* The name of the rule that is number `index` (from 0) of those that have expired by `now`, or NULL. */
const char *policy_expired_rule(const struct policy *policy, size_t index, time_t now);

/* The proxies that [policy] lists; they live as long as the policy. */
const struct proxy *policy_proxies(const struct policy *policy, size_t *count);

/* Whether RTLD_DEEPBIND is taken away when the process opens an object with dlopen(3). */
bool policy_strips_deepbind(const struct policy *policy);

/* How the peer proved who it is in this handshake. */
enum authentication {
    AUTH_CERTIFICATE,
    AUTH_RESUMPTION, /* a session made earlier; no certificate was sent */
    AUTH_PSK,        /* an external pre-shared key */
    AUTH_SRP,
    AUTH_RAW_PUBLIC_KEY, /* RFC 7250 */
    AUTH_ANONYMOUS       /* no authentication at all */
};
const char *authentication_text(enum authentication authentication);

/* How the leaf carries the expected host name where only OpenSSL's default rules take it for that name. */
enum loose_match { LOOSE_NONE, LOOSE_COMMON_NAME, LOOSE_PARTIAL_WILDCARD };

/* Certificates of one handshake whose keys are held against those that are denied. More than any good chain has. */
enum { FACTS_CHAIN_PINS = 8 };

/*
 * What is known about one handshake when the verdict is due. X.509 errors are the numbers of
 * X509_STORE_CTX_get_error(3): 0 is X509_V_OK, and the numbers are the same in every version.
 */
struct facts {
    enum authentication authentication;
    enum name_source name_source;
    bool name_is_weak;

    bool policy_invalid;
    bool trust_missing;  /* the policy's trust store could not be read or is empty */
    bool internal_error; /* out of memory or a failing call after arming */

    enum protocol protocol; /* that was negotiated */
    bool protocol_refused;  /* none was: what the policy demands is newer than what the two had in common */

    /* The program's own verification. */
    bool app_demands_chain;   /* verify mode PEER at the time of the verification */
    bool app_demands_name;    /* a host or address to check was set */
    bool app_reads_names;     /* it read those of the leaf meanwhile; only known where there is a loose_match */
    bool app_may_refuse_name; /* ... and may have rejected it for those; only known where "exclusive" could overrule */
    bool app_names_other;     /* a host was set, and is not the name that SNI or the resolver know */
    bool app_rejected;        /* demanded, and its verification returned failure */
    int app_error;            /* the X.509 error it left */
    bool app_dane_verified;   /* DANE-EE success, which stands for chain and name */

    /* The chain, verified again in the policy's way. */
    bool app_anchors_checked; /* evaluated against the program's own trust anchors */
    int app_anchors_error;
    bool app_anchors_expiry_alone; /* that is expiry, and nothing else is wrong; false too where nobody went on to look
                                    */
    bool policy_anchors_checked;   /* evaluated against the policy's trust store */
    int policy_anchors_error;
    bool policy_anchors_expiry_alone;

    bool name_checked;            /* the leaf was compared with the expected name */
    int name_error;               /* 0, or the number for a host name or address mismatch */
    enum loose_match loose_match; /* there is a mismatch, but not by OpenSSL's default rules */

    bool session_verified; /* resumption: the session is marked verified for this name, policy and rule */
    bool session_passed;   /* resumption: what made it was allowed under this policy and rule, if not verified */

    char public_key_pin[SPKI_PIN_SIZE]; /* of the peer's own key; empty where none was shown or it cannot be told */

    /*
     * Of the chain that was accepted, leaf and anchor too; where none was, of all certificates that were sent, and of
     * the chains as far as they could be built. Only where some policy denies keys.
     */
    char chain_pins[FACTS_CHAIN_PINS][SPKI_PIN_SIZE];
    unsigned chain_pin_count;
    bool chain_pins_missing; /* there are more, or one cannot be told */
};

/*
 * The weakest point of the program's own verification of a certificate, in a word: "chain-not-verified",
 * "failure-forgiven" (it accepted what its own trust anchors refuse), "host-not-checked", "other-host-named",
 * "common-name-only", "partial-wildcard". NULL where there is none, or no certificate.
 */
const char *finding_text(const struct facts *facts);

/* Whether the chain leads to an anchor of the program's, and to one of the policy's. */
bool app_anchors_accept(const struct facts *facts);
bool policy_anchors_accept(const struct facts *facts);

/* The same of a chain of which only expiry is wrong as well, where the settings forgive that. */
bool settings_accept_app_chain(const struct settings *settings, const struct facts *facts);
bool settings_accept_policy_chain(const struct settings *settings, const struct facts *facts);

/* True where the chain is accepted only because its expiry is forgiven. */
bool settings_forgive_expiry(const struct settings *settings, const struct facts *facts);

/* The first key of the handshake that is denied; NULL where none is. */
const char *settings_denied_key_of(const struct settings *settings, const struct facts *facts);

/*
 * True where the program itself demanded the chain and the name, accepted both, and OpenSSL's default rules take the
 * certificate for that name, though ours do not; which counts under NAMES_PROGRAM alone. It demands the name where it
 * hands one to OpenSSL, or reads those of the leaf while it verifies. A program that accepted a chain to none of its
 * own anchors has forgiven it, and may have forgiven the name as well.
 */
bool settings_accept_loose_match(const struct settings *settings, const struct facts *facts);

/* False where that cannot become true, whatever the program does. */
bool settings_may_accept_loose_match(const struct settings *settings, const struct facts *facts);

enum outcome { OUTCOME_VERIFIED, OUTCOME_VERIFIED_BY_POLICY, OUTCOME_FAILED };
enum action { ACTION_ALLOWED, ACTION_WOULD_BLOCK, ACTION_BLOCKED };
enum decider { DECIDED_BY_POLICY, DECIDED_BY_PROGRAM };

/* The words of RFC 8460, section 4.3.2, where they fit; words of our own where they do not. */
enum reason {
    REASON_NONE,
    REASON_HOST_MISMATCH,      /* certificate-host-mismatch */
    REASON_EXPIRED,            /* certificate-expired */
    REASON_NOT_TRUSTED,        /* certificate-not-trusted */
    REASON_VALIDATION_FAILURE, /* validation-failure */
    REASON_REVOKED,            /* certificate-revoked */
    REASON_NAME_UNKNOWN,       /* name-unknown */
    REASON_NO_CERTIFICATE,     /* no-certificate: anonymous, PSK where blocked, raw public key without a pin */
    REASON_KEY_NOT_PINNED,     /* public-key-not-pinned */
    REASON_KEY_DENIED,         /* key-denied */
    REASON_SESSION_UNVERIFIED, /* session-not-verified */
    REASON_PROTOCOL_TOO_OLD,   /* protocol-too-old */
    REASON_TRUST_MISSING,      /* trust-store-missing */
    REASON_POLICY_INVALID,     /* policy-invalid */
    REASON_INTERNAL_ERROR      /* internal-error */
};
const char *outcome_text(enum outcome outcome);
const char *action_text(enum action action);
const char *reason_text(enum reason reason);
const char *mode_text(enum policy_mode mode);
const char *verify_level_text(enum verify_level level);
const char *protocol_text(enum protocol protocol); /* as in min-protocol: "tls1.2" */

struct verdict {
    enum outcome outcome;
    enum action action;
    enum decider decider;
    enum reason reason;
    int x509_error; /* the X.509 error that says it best; 0 when the outcome is not a failure */
};

/*
 * The verdict. A failed check is a failure whatever the mode; the mode only decides what follows from it.
 * A check that failed but that the level or the rule does not demand is told (outcome failed, with its
 * reason) and allowed: look at the action, not at the reason, to know whether the handshake goes on.
 * What the program itself rejects stays rejected (blocked, decided by the program, in every mode) unless
 * settings->trust_mode is extend or exclusive, the mode is enforce, the policy's store accepts the chain, and
 * a name that the program demanded matches: then the outcome is verified-by-policy and the action allowed.
 * DANE-EE success of the program stands for chain and name, under exclusive too.
 * A name that the program demanded, together with the chain, is compared by OpenSSL's default rules under
 * NAMES_PROGRAM.
 *
 * Expiry of any certificate of a chain is forgiven where the settings say so and nothing else is wrong with it: then
 * it counts as accepted by its anchors.
 *
 * A denied key and too old a protocol are refused at every level, whatever vouches for the peer.
 *
 * A pin is demanded at every level, beside what the level demands of a certificate; only under VERIFY_NONE it decides
 * alone. It is what a raw public key is accepted for. A handshake that shows no key meets none.
 */
struct verdict decide(const struct settings *settings, const struct facts *facts);

#endif
