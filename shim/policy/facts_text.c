#include "policy/facts_text.h"

#include <stdio.h>
#include <string.h>

enum fact_kind {
    FACT_WORD,   /* an enumeration; always there */
    FACT_CHOICE, /* one whose first value is left out */
    FACT_FLAG,   /* there where it is set */
    FACT_ERROR,  /* an X.509 error, and the flag that says whether it counts: "?" stands before one that does not */
    FACT_PIN,
    FACT_PINS /* of the chain, with commas between */
};

/* Text stands in the rows themselves: a pointer would cost a relocation in every process, with or without TLS. */
struct fact {
    char name[20];
    enum fact_kind kind;
    size_t offset;
    size_t flag; /* of a FACT_ERROR */
};

#define AT(member) offsetof(struct facts, member)

static const struct fact known_facts[] = {
    {"auth", FACT_WORD, AT(authentication), 0},
    {"src", FACT_WORD, AT(name_source), 0},
    {"weak", FACT_FLAG, AT(name_is_weak), 0},
    {"policy-invalid", FACT_FLAG, AT(policy_invalid), 0},
    {"trust-missing", FACT_FLAG, AT(trust_missing), 0},
    {"internal-error", FACT_FLAG, AT(internal_error), 0},
    {"protocol", FACT_CHOICE, AT(protocol), 0},
    {"protocol-refused", FACT_FLAG, AT(protocol_refused), 0},
    {"demands-chain", FACT_FLAG, AT(app_demands_chain), 0},
    {"demands-name", FACT_FLAG, AT(app_demands_name), 0},
    {"reads-names", FACT_FLAG, AT(app_reads_names), 0},
    {"may-refuse-name", FACT_FLAG, AT(app_may_refuse_name), 0},
    {"names-other", FACT_FLAG, AT(app_names_other), 0},
    {"rejected", FACT_ERROR, AT(app_error), AT(app_rejected)},
    {"dane", FACT_FLAG, AT(app_dane_verified), 0},
    {"app", FACT_ERROR, AT(app_anchors_error), AT(app_anchors_checked)},
    {"app-only-expired", FACT_FLAG, AT(app_anchors_expiry_alone), 0},
    {"policy", FACT_ERROR, AT(policy_anchors_error), AT(policy_anchors_checked)},
    {"policy-only-expired", FACT_FLAG, AT(policy_anchors_expiry_alone), 0},
    {"name", FACT_ERROR, AT(name_error), AT(name_checked)},
    {"loose", FACT_CHOICE, AT(loose_match), 0},
    {"session", FACT_FLAG, AT(session_verified), 0},
    {"session-passed", FACT_FLAG, AT(session_passed), 0},
    {"pin", FACT_PIN, AT(public_key_pin), 0},
    {"chain-pins", FACT_PINS, AT(chain_pins), 0},
    {"chain-pins-missing", FACT_FLAG, AT(chain_pins_missing), 0},
};
enum { FACT_COUNT = sizeof known_facts / sizeof known_facts[0] };

static const char *loose_text(unsigned loose)
{
    static const char text[][24] = {"none", "common-name", "partial-wildcard"};
    return text[loose];
}

/* The word of a value; NULL behind the last. */
static const char *word_of(const struct fact *fact, unsigned value)
{
    if (fact->offset == AT(authentication))
        return value <= AUTH_ANONYMOUS ? authentication_text((enum authentication)value) : NULL;
    if (fact->offset == AT(name_source))
        return value <= NAME_UNKNOWN ? name_source_text((enum name_source)value) : NULL;
    if (fact->offset == AT(protocol))
        return value <= PROTOCOL_TLS1_3 ? protocol_text((enum protocol)value) : NULL;
    return value <= LOOSE_PARTIAL_WILDCARD ? loose_text(value) : NULL;
}

static const void *member(const struct facts *facts, size_t offset)
{
    return (const char *)facts + offset;
}

static void print_pins(const struct facts *facts, const char *before, char *text, size_t room)
{
    size_t used = 0;
    for (unsigned i = 0; i < facts->chain_pin_count; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%s", i == 0 ? before : ",", facts->chain_pins[i]);
}

static bool is_number(enum fact_kind kind)
{
    return kind == FACT_WORD || kind == FACT_CHOICE || kind == FACT_ERROR;
}

static void print_fact(const struct facts *facts, const struct fact *fact, char text[static FACTS_TEXT_MAX])
{
    size_t used = strlen(text), room = FACTS_TEXT_MAX - used;
    const char *blank = used > 0 ? " " : "", *name = fact->name;
    const void *value = member(facts, fact->offset);
    int number = is_number(fact->kind) ? *(const int *)value : 0;
    bool counts = fact->kind == FACT_ERROR && *(const bool *)member(facts, fact->flag);
    switch (fact->kind) {
    case FACT_WORD:
    case FACT_CHOICE:
        if (fact->kind == FACT_WORD || number != 0)
            snprintf(text + used, room, "%s%s=%s", blank, name, word_of(fact, (unsigned)number));
        break;
    case FACT_FLAG:
        if (*(const bool *)value)
            snprintf(text + used, room, "%s%s", blank, name);
        break;
    case FACT_ERROR:
        if (counts || number != 0)
            snprintf(text + used, room, "%s%s=%s%d", blank, name, counts ? "" : "?", number);
        break;
    case FACT_PIN:
        if (*(const char *)value != '\0')
            snprintf(text + used, room, "%s%s=%s", blank, name, (const char *)value);
        break;
    case FACT_PINS:
        print_pins(facts, " chain-pins=", text + used, room); /* never the first */
    }
}

size_t facts_print(const struct facts *facts, char text[static FACTS_TEXT_MAX])
{
    text[0] = '\0';
    for (size_t i = 0; i < FACT_COUNT; i++)
        print_fact(facts, &known_facts[i], text);
    return strlen(text);
}

/* A part of the text; not terminated. */
struct words {
    const char *at;
    size_t length;
};

static bool is(struct words words, const char *text)
{
    return words.length == strlen(text) && memcmp(words.at, text, words.length) == 0;
}

static bool parse_word(struct words words, const struct fact *fact, int *value)
{
    const char *word;
    for (unsigned i = 0; (word = word_of(fact, i)) != NULL; i++) {
        if (!is(words, word))
            continue;
        *value = (int)i;
        return true;
    }
    return false;
}

static bool parse_error(struct words words, int *error, bool *counts)
{
    enum { DIGITS_MAX = 9 };
    *counts = words.length > 0 && *words.at != '?';
    size_t i = *counts ? 0 : 1;
    bool negative = i < words.length && words.at[i] == '-';
    i += negative;
    bool good = i < words.length && words.length - i <= DIGITS_MAX;
    *error = 0;
    for (; good && i < words.length; i++) {
        good = words.at[i] >= '0' && words.at[i] <= '9';
        *error = 10 * *error + (words.at[i] - '0');
    }
    if (negative)
        *error = -*error;
    return good;
}

static bool parse_pin(struct words words, char pin[static SPKI_PIN_SIZE])
{
    if (words.length >= SPKI_PIN_SIZE)
        return false;
    memcpy(pin, words.at, words.length);
    pin[words.length] = '\0';
    return true;
}

static bool parse_pins(struct words words, struct facts *facts)
{
    while (words.length > 0 && facts->chain_pin_count < FACTS_CHAIN_PINS) {
        const char *comma = memchr(words.at, ',', words.length);
        struct words first = {words.at, comma != NULL ? (size_t)(comma - words.at) : words.length};
        if (!parse_pin(first, facts->chain_pins[facts->chain_pin_count++]))
            return false;
        size_t taken = first.length + (comma != NULL ? 1 : 0);
        words = (struct words){words.at + taken, words.length - taken};
    }
    return words.length == 0;
}

static bool parse_value(struct words value, const struct fact *fact, struct facts *facts)
{
    void *to = (char *)facts + fact->offset;
    switch (fact->kind) {
    case FACT_WORD:
    case FACT_CHOICE:
        return parse_word(value, fact, to);
    case FACT_FLAG:
        *(bool *)to = true;
        return value.length == 0;
    case FACT_ERROR:
        return parse_error(value, to, (bool *)((char *)facts + fact->flag));
    case FACT_PIN:
        return parse_pin(value, to);
    case FACT_PINS:
        return parse_pins(value, facts);
    }
    return false;
}

/* The row of known_facts[] that the name is of; FACT_COUNT where there is none. */
static size_t find(struct words name)
{
    size_t i = 0;
    while (i < FACT_COUNT && !is(name, known_facts[i].name))
        i++;
    return i;
}

bool facts_parse(const char *text, struct facts *facts)
{
    uint64_t seen = 0;
    const uint64_t needed = 3; /* "auth" and "src", which are the first */
    *facts = (struct facts){0};
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t length = strcspn(text, " ");
        const char *equals = memchr(text, '=', length);
        struct words name = {text, equals != NULL ? (size_t)(equals - text) : length};
        struct words value = {text + length, 0};
        if (equals != NULL)
            value = (struct words){equals + 1, length - name.length - 1};
        size_t row = find(name);
        if (row < FACT_COUNT && !parse_value(value, &known_facts[row], facts))
            return false;
        seen |= row < FACT_COUNT ? UINT64_C(1) << row : 0;
        text += length;
    }
    return (seen & needed) == needed;
}
