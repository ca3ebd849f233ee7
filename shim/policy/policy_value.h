/*
 * What a policy is made of: shared by policy.c, which matches it, and the config files, which build and print
 * it. Nobody else looks inside.
 */
#ifndef TLSWARD_POLICY_VALUE_H
#define TLSWARD_POLICY_VALUE_H

#include "peer/proxy.h"
#include "policy/account.h"
#include "policy/config_watch.h"
#include "policy/pattern.h"
#include "policy/policy.h"
#include "policy/rule_set.h"
#include "policy/table.h"
#include "process/arena.h"

/* A user or a group. */
struct account_pattern {
    const char *text; /* as written: a name or a number */
    id_t id;
    enum account account; /* a name that this host does not know matches nobody; where nobody can tell, perhaps */
};

struct account_list {
    struct account_pattern *items;
    size_t count;
};

struct globs {
    const char **items;
    size_t count;
};

enum deepbind { DEEPBIND_REPORT, DEEPBIND_STRIP };
/* A set of shipped rules that the policy switches on. */
struct include {
    const char *name;
    const char *file; /* where it says so */
    unsigned line;
};

/* One section of the file: [policy], or a rule. */
struct policy_section {
    uint64_t given; /* which rows of config_keys[] were written down, one bit each */
    const char *file;
    unsigned line;
    bool included; /* a rule that `include` brought */
    struct settings settings;
    bool no_pins;           /* pin = none */
    const char **deny_pins; /* its own */
    size_t deny_pin_count;
    const char *allow_expired_until;

    struct globs programs, scripts, units;
    struct account_list users, groups;
    struct destination_pattern *destinations;
    size_t destination_count;

    const char *owner;
    const char *reason;
    const char *ticket;
    const char *expires;
    int64_t expires_at; /* the first second after the last day; 0 without an expiry */
    int64_t written_at; /* seconds since 1970 when the file was last written; 0: it is none */

    enum choice environment; /* from here on only in [policy] */
    enum choice kill_switch_environment;
    struct proxy *proxies;
    size_t proxy_count;
    enum deepbind deepbind;
    bool stderr_file;          /* `log = stderr` may write to a file, too */
    const char *candidate;     /* a file, or NULL */
    const char *max_exception; /* as written, or NULL */
    int max_exception_days;
    struct include *includes;
    size_t include_count;
};

struct policy {
    struct arena arena;
    struct policy_section base;
    struct policy_section *rules; /* as written; none where only what is matched was kept */
    size_t rule_count, rule_room;
    struct rule_set set;     /* of these, or of those that were kept */
    struct table rule_names; /* of `rules`, by name */
    const char **files;      /* NULL terminated, or NULL for none */
    size_t file_count;
    struct config_watch watch;
    struct policy *candidate; /* beside it; NULL: none */
    bool from_system;
    bool invalid;
    bool incomplete;
};

#endif
