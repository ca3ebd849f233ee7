/*
 * The rules of a policy as they are matched: what a handshake does not need is left out, what many rules have in common
 * is kept once, and an index leads from a destination to the rules that may be for it.
 */
#ifndef TLSWARD_RULE_SET_H
#define TLSWARD_RULE_SET_H

#include "policy/account.h"
#include "policy/pattern.h"
#include "policy/policy.h"
#include "process/arena.h"

struct rule {
    uint32_t name;     /* in the text of the set */
    uint32_t peer;     /* likewise, name = ; 0: none */
    uint32_t settings; /* without these two, as other rules have them */
    uint32_t who;
    uint32_t first_row;   /* of those up to the first of the next rule */
    uint32_t expires_day; /* the first on which it is no rule any more, from 1970-01-01; 0: it does not expire */
};

/* One destination of a rule. */
struct rule_row {
    uint32_t key; /* a name in the text, or a network */
    uint32_t rule;
    uint32_t next; /* the row with the same hash, and one; 0: none */
    uint16_t port;
    uint8_t kind; /* enum destination_kind */
};

struct rule_network {
    struct ip ip;
    unsigned prefix;
};

/* A user or a group. */
struct rule_account {
    id_t id;
    enum account account;
};

/*
 * Whom rules are for, as several may have it. In a process it is known once and for all what programs, scripts and
 * units match.
 */
struct rule_who {
    bool program_is_uncertain; /* it may be one, and nobody will know; scripts and units likewise */
    uint32_t first_glob, program_count, script_count, unit_count; /* in this order */
    uint32_t first_account, user_count, group_count;              /* likewise */
    uint32_t glob_count, account_count;                           /* of all of these */
};

/* What must be unknown for the rules of a group to be asked for. */
enum rule_unknown { UNKNOWN_NAME, UNKNOWN_ADDRESS, UNKNOWN_PROGRAM };

/* Rules that are the same to whom something is not known. */
struct rule_group {
    uint32_t who;
    uint32_t settings;
    uint32_t first, count; /* of the members, in order */
    uint16_t port;
    uint16_t unknown; /* enum rule_unknown */
};

struct rule_buckets {
    const uint32_t *rows; /* the first row of each, and one; 0: none */
    uint32_t mask;
};

struct rule_set {
    const char *text;
    const struct rule *rules; /* and one behind them, which tells where the rows end */
    uint32_t count;
    const struct rule_row *rows;
    const struct settings *settings;
    size_t settings_count;
    const struct rule_who *whos;
    const char *const *globs;
    const struct rule_account *accounts;
    const struct rule_network *networks;

    struct rule_buckets by_name; /* hosts and suffixes, by their last bytes first */
    struct rule_buckets by_network;
    uint8_t prefixes[sizeof(struct ip) + 1]; /* that some network has, one bit each */
    const uint32_t *everywhere; /* rules that no name and no network leads to, but for the uncertain ones */
    size_t everywhere_count;
    bool program_is_uncertain; /* of some such rules */
    bool names_groups;         /* some rule is for groups of users */
    bool enforces_in_part;     /* some settings have a percentage, or [policy] has */
    const struct rule_group *groups;
    size_t group_count;
    const uint32_t *members;
};

struct policy;
struct policy_section;

/*
 * Builds the set of a policy whose rules have their settings, in the arena of `policy`: from all of its own, or from
 * those of `draft` that may be for the process. Memory shortage shows in the arena.
 */
void rule_set_build(struct policy *policy, const struct policy *draft, const struct process_identity *process);

/* Where a row is found by its hash. */
uint64_t rule_hash_byte(uint64_t sum, char byte);
uint64_t rule_hash_network(const struct ip *address, unsigned prefix);

static inline uint32_t rule_bucket(const struct rule_buckets *buckets, uint64_t hash)
{
    return (uint32_t)(hash ^ hash >> 32) & buckets->mask;
}

#endif
