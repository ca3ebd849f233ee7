/*
 * The registry of keys: one row says where a key may stand, how its value is read, copied and printed, and in
 * which direction it weakens. Parser, printer and the check of rules go by these rows.
 */
#ifndef TLSWARD_CONFIG_KEYS_H
#define TLSWARD_CONFIG_KEYS_H

#include "policy/policy_value.h"

#include <string.h>

enum { IN_POLICY = 1, IN_RULE = 2 };

enum key_kind {
    KEY_WORD, /* one of `words`; the value is the index, kept as an enum or int */
    KEY_FLAG, /* no, yes */
    KEY_PERCENT,
    KEY_TRUST,
    KEY_PIN,
    KEY_DENY_PIN,
    KEY_LOG,
    KEY_INCLUDE,
    KEY_NAME,
    KEY_PATH,
    KEY_DAYS, /* "400d" */
    KEY_TEXT,
    KEY_DATE,
    KEY_LAST_DAY, /* a date too, kept as the number of the day behind it */
    KEY_GLOB,
    KEY_ACCOUNT,
    KEY_DESTINATION,
    KEY_PROXY
};

/* Whether a value in a rule can accept what [policy] would not. */
enum key_weakens {
    NEVER_WEAKENS,
    LOWER_WEAKENS,
    HIGHER_WEAKENS,
    WEAKENS_WITH_UNKNOWN_NAME, /* see strictness_of_weak_names() */
    WEAKENS_BY_ITS_OWN_LAW
};

/* Text stands in the rows themselves: a pointer would cost a relocation in every process, with or without TLS. */
struct config_key {
    char name[24];
    enum key_kind kind;
    unsigned sections;
    char words[7][12]; /* ended by an empty one */
    size_t offset;     /* in struct policy_section; unused by the kinds that fill several members */
    enum key_weakens weakens;
    bool repeatable;
};

enum { CONFIG_KEYS_MAX = 64 }; /* one bit each */
extern const struct config_key config_keys[];
extern const size_t config_key_count;

const struct config_key *config_key_find(const char *name);

/* Which key came after which the last time: sections have their keys in much the same order. */
struct config_key_guess {
    uint64_t begin, mask; /* of its name, what of it is in the first eight bytes, and which of them count */
    uint8_t length;       /* of the whole; 0: none came */
    uint8_t key;
};
struct config_key_order {
    uint8_t last;
    struct config_key_guess next[CONFIG_KEYS_MAX];
};

/* How long the name of the likely next key is, if the terminated line begins with it and goes on; else 0. */
static inline size_t config_key_likely(const struct config_key_order *order, const char *line, size_t length)
{
    const struct config_key_guess *guess = &order->next[order->last];
    uint64_t begin;
    if (guess->length >= length || length < sizeof begin)
        return 0;
    memcpy(&begin, line, sizeof begin);
    if ((begin ^ guess->begin) & guess->mask)
        return 0;
    bool is_whole = guess->length <= sizeof begin || memcmp(line, config_keys[guess->key].name, guess->length) == 0;
    return is_whole ? guess->length : 0;
}

static inline const struct config_key *config_key_take_likely(struct config_key_order *order)
{
    order->last = order->next[order->last].key;
    return &config_keys[order->last];
}

/* The key of a name that need not be terminated, which becomes the likely one. */
const struct config_key *config_key_next(struct config_key_order *order, const char *name, size_t length);

/* The row's bit in policy_section.given. */
static inline uint64_t config_key_bit(const struct config_key *key)
{
    return UINT64_C(1) << (key - config_keys);
}

/* Reads a value, which must live as long as the policy, and adds the key to those given. NULL, or what is wrong. */
const char *config_value_set(struct arena *arena, struct policy_section *section, const struct config_key *key,
                             const char *value);

/* The same of a value that is known to have no control bytes but tabs. */
const char *config_value_set_clean(struct arena *arena, struct policy_section *section, const struct config_key *key,
                                   const char *value);

/* The value of a KEY_WORD or KEY_FLAG as a number. */
int config_value_number(const struct policy_section *section, const struct config_key *key);

/* The bits of the keys that are settings of a rule. */
uint64_t config_keys_inherited(void);

/* Gives a rule the value [policy] has. */
void config_value_inherit(struct policy_section *rule, const struct policy_section *base, const struct config_key *key);

/* How many values the key has, and the text of one. */
size_t config_value_count(const struct policy_section *section, const struct config_key *key);
const char *config_value_text(const struct policy_section *section, const struct config_key *key, size_t index);

/* [policy] as it is where nothing is said. */
struct policy_section config_defaults(void);

#endif
