#include "policy/config_keys.h"

#include "peer/peer.h"
#include "policy/account.h"
#include "policy/control_byte.h"

#include <string.h>

/* The accepted words of a key, in the order of their values. */
#define MODE_WORDS                                                                                                     \
    {                                                                                                                  \
        "off", "audit", "enforce"                                                                                      \
    }
#define VERIFY_WORDS                                                                                                   \
    {                                                                                                                  \
        "none", "ca", "full"                                                                                           \
    }
#define TRUST_MODE_WORDS                                                                                               \
    {                                                                                                                  \
        "supplement", "extend", "exclusive"                                                                            \
    }
#define BLOCK_WORDS                                                                                                    \
    {                                                                                                                  \
        "block", "allow"                                                                                               \
    }
#define USE_WORDS                                                                                                      \
    {                                                                                                                  \
        "refuse", "use"                                                                                                \
    }
#define FALLBACK_WORDS                                                                                                 \
    {                                                                                                                  \
        "refuse", "known", "allow"                                                                                     \
    }
#define IGNORE_WORDS                                                                                                   \
    {                                                                                                                  \
        "ignore", "allow"                                                                                              \
    }
#define DEEPBIND_WORDS                                                                                                 \
    {                                                                                                                  \
        "report", "strip"                                                                                              \
    }
#define FLAG_WORDS                                                                                                     \
    {                                                                                                                  \
        "no", "yes"                                                                                                    \
    }
#define LEVEL_WORDS                                                                                                    \
    {                                                                                                                  \
        "0", "1", "2", "3", "4", "5"                                                                                   \
    }
#define LOG_WORDS                                                                                                      \
    {                                                                                                                  \
        "auto", "journald", "syslog", "collect", "stderr", "file:/PATH", "unix:/PATH"                                  \
    }
#define TRUST_WORDS                                                                                                    \
    {                                                                                                                  \
        "system", "/PATH"                                                                                              \
    }

#define PIN_WORDS                                                                                                      \
    {                                                                                                                  \
        "none", "sha256//KEY"                                                                                          \
    }

#define KEY_WORDS                                                                                                      \
    {                                                                                                                  \
        "sha256//KEY"                                                                                                  \
    }

#define PROTOCOL_WORDS                                                                                                 \
    {                                                                                                                  \
        "any", "tls1.0", "tls1.1", "tls1.2", "tls1.3"                                                                  \
    }

#define NAMES_WORDS                                                                                                    \
    {                                                                                                                  \
        "strict", "program"                                                                                            \
    }

#define TEN(tens) tens "0", tens "1", tens "2", tens "3", tens "4", tens "5", tens "6", tens "7", tens "8", tens "9"
enum { PERCENTAGES = 101 };
static const char percentages[PERCENTAGES][4] = {TEN(""),  TEN("1"), TEN("2"), TEN("3"), TEN("4"), TEN("5"),
                                                 TEN("6"), TEN("7"), TEN("8"), TEN("9"), "100"};

static const char system_word[] = "system";
static const char no_pins_word[] = "none";

#define SETTING(member) offsetof(struct policy_section, settings.member)
#define MEMBER(member) offsetof(struct policy_section, member)
enum { BOTH = IN_POLICY | IN_RULE };

const struct config_key config_keys[] = {
    {"program", KEY_GLOB, IN_RULE, {""}, MEMBER(programs), NEVER_WEAKENS, true},
    {"script", KEY_GLOB, IN_RULE, {""}, MEMBER(scripts), NEVER_WEAKENS, true},
    {"unit", KEY_GLOB, IN_RULE, {""}, MEMBER(units), NEVER_WEAKENS, true},
    {"user", KEY_ACCOUNT, IN_RULE, {""}, MEMBER(users), NEVER_WEAKENS, true},
    {"group", KEY_ACCOUNT, IN_RULE, {""}, MEMBER(groups), NEVER_WEAKENS, true},
    {"destination", KEY_DESTINATION, IN_RULE, {""}, 0, NEVER_WEAKENS, true},
    {"mode", KEY_WORD, BOTH, MODE_WORDS, SETTING(mode), LOWER_WEAKENS, false},
    {"verify", KEY_WORD, BOTH, VERIFY_WORDS, SETTING(verify), LOWER_WEAKENS, false},
    {"trust", KEY_TRUST, BOTH, TRUST_WORDS, 0, WEAKENS_BY_ITS_OWN_LAW, true},
    {"trust-mode", KEY_WORD, BOTH, TRUST_MODE_WORDS, SETTING(trust_mode), WEAKENS_BY_ITS_OWN_LAW, false},
    {"pin", KEY_PIN, BOTH, PIN_WORDS, 0, WEAKENS_BY_ITS_OWN_LAW, true},
    {"deny-pin", KEY_DENY_PIN, BOTH, KEY_WORDS, 0, WEAKENS_BY_ITS_OWN_LAW, true},
    {"unknown-name", KEY_WORD, BOTH, BLOCK_WORDS, SETTING(unknown_name), HIGHER_WEAKENS, false},
    {"weak-names", KEY_WORD, BOTH, USE_WORDS, SETTING(weak_names), WEAKENS_WITH_UNKNOWN_NAME, false},
    {"psk", KEY_WORD, BOTH, BLOCK_WORDS, SETTING(psk), HIGHER_WEAKENS, false},
    {"allow-cn", KEY_FLAG, BOTH, FLAG_WORDS, SETTING(allow_cn), HIGHER_WEAKENS, false},
    {"names", KEY_WORD, BOTH, NAMES_WORDS, SETTING(names), HIGHER_WEAKENS, false},
    {"strict", KEY_FLAG, BOTH, FLAG_WORDS, SETTING(strict), LOWER_WEAKENS, false},
    {"security-level", KEY_WORD, BOTH, LEVEL_WORDS, SETTING(security_level), LOWER_WEAKENS, false},
    {"min-protocol", KEY_WORD, BOTH, PROTOCOL_WORDS, SETTING(min_protocol), LOWER_WEAKENS, false},
    {"enforce-percent", KEY_PERCENT, BOTH, {""}, SETTING(enforce_percent), WEAKENS_BY_ITS_OWN_LAW, false},
    {"allow-expired-until", KEY_LAST_DAY, IN_RULE, {""}, SETTING(allow_expired_day), HIGHER_WEAKENS, false},
    {"fallback", KEY_WORD, IN_RULE, FALLBACK_WORDS, SETTING(fallback), HIGHER_WEAKENS, false},
    {"name", KEY_NAME, IN_RULE, {""}, SETTING(name), WEAKENS_BY_ITS_OWN_LAW, false},
    {"log", KEY_LOG, IN_POLICY, LOG_WORDS, SETTING(log), NEVER_WEAKENS, false},
    {"proxy", KEY_PROXY, IN_POLICY, {""}, 0, NEVER_WEAKENS, true},
    {"candidate", KEY_PATH, IN_POLICY, {""}, MEMBER(candidate), NEVER_WEAKENS, false},
    {"max-exception", KEY_DAYS, IN_POLICY, {""}, MEMBER(max_exception), NEVER_WEAKENS, false},
    {"include", KEY_INCLUDE, IN_POLICY, {""}, 0, NEVER_WEAKENS, true},
    {"environment", KEY_WORD, IN_POLICY, IGNORE_WORDS, MEMBER(environment), NEVER_WEAKENS, false},
    {"kill-switch-environment", KEY_WORD, IN_POLICY, IGNORE_WORDS, MEMBER(kill_switch_environment), NEVER_WEAKENS,
     false},
    {"stderr-file", KEY_FLAG, IN_POLICY, FLAG_WORDS, MEMBER(stderr_file), NEVER_WEAKENS, false},
    {"deepbind", KEY_WORD, IN_POLICY, DEEPBIND_WORDS, MEMBER(deepbind), NEVER_WEAKENS, false},
    {"owner", KEY_TEXT, IN_RULE, {""}, MEMBER(owner), NEVER_WEAKENS, false},
    {"reason", KEY_TEXT, IN_RULE, {""}, MEMBER(reason), NEVER_WEAKENS, false},
    {"ticket", KEY_TEXT, IN_RULE, {""}, MEMBER(ticket), NEVER_WEAKENS, false},
    {"expires", KEY_DATE, IN_RULE, {""}, MEMBER(expires), NEVER_WEAKENS, false},
};
const size_t config_key_count = sizeof config_keys / sizeof config_keys[0];

struct policy_section config_defaults(void)
{
    static const struct trust_source system_trust[] = {{NULL}};
    return (struct policy_section){
        .settings = {.mode = MODE_AUDIT,
                     .enforce_percent = 100,
                     .verify = VERIFY_FULL,
                     .trust_mode = TRUST_SUPPLEMENT,
                     .trust = system_trust,
                     .trust_count = 1,
                     .unknown_name = CHOICE_BLOCK,
                     .weak_names = CHOICE_ALLOW,
                     .psk = CHOICE_ALLOW,
                     .names = NAMES_PROGRAM,
                     .security_level = 2,
                     .fallback = FALLBACK_KNOWN,
                     .log = "auto"},
    };
}

static bool is_key(const struct config_key *key, const char *name, size_t length)
{
    return key->name[0] == name[0] && memcmp(key->name, name, length) == 0 && key->name[length] == '\0';
}

static const struct config_key *find_key(const char *name, size_t length)
{
    if (length >= sizeof config_keys[0].name)
        return NULL;
    for (size_t i = 0; i < config_key_count; i++)
        if (is_key(&config_keys[i], name, length))
            return &config_keys[i];
    return NULL;
}

const struct config_key *config_key_find(const char *name)
{
    return find_key(name, strlen(name));
}

static struct config_key_guess guess_of(const struct config_key *key, size_t length)
{
    struct config_key_guess guess = {.length = (uint8_t)length, .key = (uint8_t)(key - config_keys)};
    memcpy(&guess.begin, key->name, sizeof guess.begin);
    memset(&guess.mask, 0xff, length < sizeof guess.mask ? length : sizeof guess.mask);
    return guess;
}

const struct config_key *config_key_next(struct config_key_order *order, const char *name, size_t length)
{
    const struct config_key *key = find_key(name, length);
    if (key) {
        order->next[order->last] = guess_of(key, length);
        order->last = order->next[order->last].key;
    }
    return key;
}

static void *member(struct policy_section *section, const struct config_key *key)
{
    return (char *)section + key->offset;
}

static const void *const_member(const struct policy_section *section, const struct config_key *key)
{
    return (const char *)section + key->offset;
}

int config_value_number(const struct policy_section *section, const struct config_key *key)
{
    if (key->kind == KEY_FLAG)
        return *(const bool *)const_member(section, key);
    return *(const int *)const_member(section, key);
}

static const char *set_word(struct policy_section *section, const struct config_key *key, const char *value)
{
    for (int i = 0; key->words[i][0] != '\0'; i++) {
        if (strcmp(key->words[i], value) != 0)
            continue;
        if (key->kind == KEY_FLAG)
            *(bool *)member(section, key) = i > 0;
        else
            *(int *)member(section, key) = i;
        return NULL;
    }
    return "unknown value";
}

static const char *set_percent(struct policy_section *section, const struct config_key *key, const char *value)
{
    for (int i = 0; i < PERCENTAGES; i++) {
        if (strcmp(percentages[i], value) != 0)
            continue;
        *(int *)member(section, key) = i;
        return NULL;
    }
    return "not a whole number from 0 to 100";
}

/* What may become part of a file name. Where the include stands in the text is for the parser to add. */
static const char *add_include(struct arena *arena, struct policy_section *section, const char *value)
{
    static const char accepted[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (value[strspn(value, accepted)] != '\0')
        return "not the name of shipped rules: letters, digits, '_' and '-'";
    for (size_t i = 0; i < section->include_count; i++)
        if (strcmp(section->includes[i].name, value) == 0)
            return NULL;
    struct include *includes = arena_grow(arena, section->includes, section->include_count, sizeof *includes);
    if (!includes)
        return "out of memory";
    includes[section->include_count++] = (struct include){.name = value};
    section->includes = includes;
    return NULL;
}

static const char *set_text(struct policy_section *section, const struct config_key *key, const char *value)
{
    *(const char **)member(section, key) = value;
    return NULL;
}

static int date_number(const char *text, size_t digits)
{
    int value = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static const char *set_path(struct policy_section *section, const struct config_key *key, const char *value)
{
    return *value == '/' ? set_text(section, key, value) : "not an absolute path";
}

static const char *set_days(struct policy_section *section, const struct config_key *key, const char *value)
{
    enum { DIGITS_MAX = 5 };
    size_t digits = strspn(value, "0123456789");
    if (digits == 0 || digits > DIGITS_MAX || *value == '0' || strcmp(value + digits, "d") != 0)
        return "not a number of days: write 400d";
    section->max_exception_days = date_number(value, digits);
    return set_text(section, key, value);
}

static const char *set_trust(struct arena *arena, struct policy_section *section, const char *value)
{
    bool system = strcmp(value, system_word) == 0;
    if (!system && *value != '/')
        return "not an absolute path";
    /* The first source that is written down replaces the default or inherited list. */
    const struct config_key *key = config_key_find("trust");
    struct settings *settings = &section->settings;
    size_t count = section->given & config_key_bit(key) ? settings->trust_count : 0;
    struct trust_source *trust = arena_grow(arena, settings->trust, count, sizeof *trust);
    if (!trust)
        return "out of memory";
    trust[count].path = system ? NULL : value;
    settings->trust = trust;
    settings->trust_count = count + 1;
    return NULL;
}

static const char *set_pin(struct arena *arena, struct policy_section *section, const char *value)
{
    static const char contradiction[] = "'none' stands alone";
    struct settings *settings = &section->settings;
    if (strcmp(value, no_pins_word) == 0) {
        section->no_pins = true;
        return settings->pin_count > 0 ? contradiction : NULL;
    }
    if (section->no_pins)
        return contradiction;
    if (!spki_pin_is_valid(value))
        return "not sha256// and the base64 of a SHA-256";
    const char **pins = arena_grow(arena, settings->pins, settings->pin_count, sizeof *pins);
    if (!pins)
        return "out of memory";
    pins[settings->pin_count++] = value;
    settings->pins = pins;
    return NULL;
}

static const char *add_denied(struct arena *arena, struct policy_section *section, const char *value)
{
    if (!spki_pin_is_valid(value))
        return "not sha256// and the base64 of a SHA-256";
    const char **pins = arena_grow(arena, section->deny_pins, section->deny_pin_count, sizeof *pins);
    if (!pins)
        return "out of memory";
    pins[section->deny_pin_count++] = value;
    section->deny_pins = pins;
    return NULL;
}

static const char *set_log(struct policy_section *section, const struct config_key *key, const char *value)
{
    bool known = strncmp(value, "file:/", 6) == 0 || strncmp(value, "unix:/", 6) == 0;
    for (size_t i = 0; !known && key->words[i][0] != '\0' && !strchr(key->words[i], ':'); i++)
        known = strcmp(key->words[i], value) == 0;
    return known ? set_text(section, key, value) : "unknown value";
}

/* What peer_normalise() takes for no name would be as if the rule had none. */
static const char *set_name(struct policy_section *section, const struct config_key *key, const char *value)
{
    if (*value == '.')
        return "a name with a leading dot would match every host below it";
    if (strpbrk(value, " \t*/"))
        return "not the name of one peer";
    struct peer_name peer;
    if (!peer_normalise(value, strlen(value), &peer) || peer.text[strspn(peer.text, "-_.")] == '\0')
        return "neither a host name nor an address";
    return set_text(section, key, value);
}

static bool is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap_year(year));
}

/* Days from 1970-01-01; year 1970 or later. */
static int64_t days_since_epoch(int year, int month, int day)
{
    static const int in_months_before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int64_t before = year - 1;
    int64_t days =
        365 * (before - 1969) + (before / 4 - 1969 / 4) - (before / 100 - 1969 / 100) + (before / 400 - 1969 / 400);
    return days + in_months_before[month - 1] + (month > 2 && is_leap_year(year)) + day - 1;
}

/* The day behind the one that is written, from 1970-01-01. */
static const char *read_last_day(const char *value, int64_t *day_behind)
{
    if (strlen(value) != 10 || value[4] != '-' || value[7] != '-')
        return "not a date: write YYYY-MM-DD";
    int year = date_number(value, 4);
    int month = date_number(value + 5, 2);
    int day = date_number(value + 8, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return "there is no such day";
    *day_behind = days_since_epoch(year, month, day) + 1;
    return NULL;
}

static const char *set_expires(struct policy_section *section, const char *value)
{
    int64_t day_behind = 0;
    const char *problem = read_last_day(value, &day_behind);
    section->expires = value;
    section->expires_at = day_behind * 86400;
    return problem;
}

static const char *set_last_day(struct policy_section *section, const struct config_key *key, const char *value)
{
    int64_t day_behind = 0;
    const char *problem = read_last_day(value, &day_behind);
    section->allow_expired_until = value;
    *(int *)member(section, key) = (int)day_behind;
    return problem;
}

/* What can never match is a mistake: a path is absolute, and a unit has a kind. */
static const char *glob_problem(const struct config_key *key, const char *value)
{
    bool begins_well = *value == '/' || *value == '*';
    switch (key->name[0]) {
    case 'p':
        return begins_well ? NULL : "neither an absolute path nor a pattern that begins with '*'";
    case 's':
        return begins_well || *value == '-' ? NULL
                                            : "neither an absolute path, nor '-m MODULE', nor a pattern that begins "
                                              "with '*'";
    default:
        return strpbrk(value, ".*?") && !strchr(value, '/') ? NULL : "no unit: write NAME.service or a pattern";
    }
}

static const char *add_glob(struct arena *arena, struct globs *globs, const struct config_key *key, const char *value)
{
    const char *problem = glob_problem(key, value);
    if (problem)
        return problem;
    const char **items = arena_grow(arena, globs->items, globs->count, sizeof *items);
    if (!items)
        return "out of memory";
    items[globs->count++] = value;
    globs->items = items;
    return NULL;
}

static const char *add_account(struct arena *arena, struct account_list *accounts, const struct config_key *key,
                               const char *value)
{
    struct account_pattern account = {.text = value};
    if (strpbrk(value, ": \t"))
        return key->name[0] == 'u' ? "not a user name" : "not a group name";
    /* Names are looked up when all are known: see policy_seal(). */
    account.account = account_number(value, &account.id) ? ACCOUNT_FOUND : ACCOUNT_UNKNOWN;
    struct account_pattern *items = arena_grow(arena, accounts->items, accounts->count, sizeof *items);
    if (!items)
        return "out of memory";
    items[accounts->count++] = account;
    accounts->items = items;
    return NULL;
}

static const char *add_destination(struct arena *arena, struct policy_section *section, const char *value)
{
    struct destination_pattern pattern;
    const char *problem = destination_parse(arena, value, &pattern);
    if (problem)
        return problem;
    struct destination_pattern *patterns =
        arena_grow(arena, section->destinations, section->destination_count, sizeof *patterns);
    if (!patterns)
        return "out of memory";
    patterns[section->destination_count++] = pattern;
    section->destinations = patterns;
    return NULL;
}

/* What the environment may say in addition, a scheme or a password, has no meaning here. */
static const char *add_proxy(struct arena *arena, struct policy_section *section, const char *value)
{
    static const char tls[] = "https://";
    struct proxy proxy;
    const char *host = strncmp(value, tls, strlen(tls)) == 0 ? value + strlen(tls) : value;
    if (strpbrk(host, "/@?# \t") || !proxy_parse(value, &proxy))
        return "neither HOST nor HOST:PORT";
    struct proxy *proxies = arena_grow(arena, section->proxies, section->proxy_count, sizeof *proxies);
    if (!proxies)
        return "out of memory";
    proxies[section->proxy_count++] = proxy;
    section->proxies = proxies;
    return NULL;
}

/* But for tabs. */
static bool has_control_byte(const char *text)
{
    const char *end = text + strlen(text), *at = control_byte_find(text, end);
    while (at < end && *at == '\t')
        at = control_byte_find(at + 1, end);
    return at < end;
}

__attribute__((noinline)) static const char *set_value(struct arena *arena, struct policy_section *section,
                                                       const struct config_key *key, const char *value)
{
    switch (key->kind) {
    case KEY_WORD:
    case KEY_FLAG:
        return set_word(section, key, value);
    case KEY_PERCENT:
        return set_percent(section, key, value);
    case KEY_TRUST:
        return set_trust(arena, section, value);
    case KEY_PIN:
        return set_pin(arena, section, value);
    case KEY_DENY_PIN:
        return add_denied(arena, section, value);
    case KEY_LOG:
        return set_log(section, key, value);
    case KEY_INCLUDE:
        return add_include(arena, section, value);
    case KEY_PATH:
        return set_path(section, key, value);
    case KEY_DAYS:
        return set_days(section, key, value);
    case KEY_NAME:
        return set_name(section, key, value);
    case KEY_TEXT:
        return set_text(section, key, value);
    case KEY_DATE:
        return set_expires(section, value);
    case KEY_LAST_DAY:
        return set_last_day(section, key, value);
    case KEY_GLOB:
        return add_glob(arena, member(section, key), key, value);
    case KEY_ACCOUNT:
        return add_account(arena, member(section, key), key, value);
    case KEY_DESTINATION:
        return add_destination(arena, section, value);
    case KEY_PROXY:
        return add_proxy(arena, section, value);
    }
    return "unknown value";
}

/* Not inlined below, because it is what counts here; half of all values are texts. */
__attribute__((noinline)) const char *config_value_set_clean(struct arena *arena, struct policy_section *section,
                                                             const struct config_key *key, const char *value)
{
    uint64_t bit = config_key_bit(key);
    const char *problem = key->kind == KEY_TEXT ? set_text(section, key, value) : set_value(arena, section, key, value);
    section->given |= bit;
    return problem;
}

const char *config_value_set(struct arena *arena, struct policy_section *section, const struct config_key *key,
                             const char *value)
{
    if (!has_control_byte(value))
        return config_value_set_clean(arena, section, key, value);
    section->given |= config_key_bit(key);
    return "control characters";
}

static bool is_inherited(enum key_kind kind)
{
    return kind == KEY_WORD || kind == KEY_FLAG || kind == KEY_TRUST || kind == KEY_PIN || kind == KEY_DENY_PIN ||
           kind == KEY_LAST_DAY || kind == KEY_PERCENT;
}

uint64_t config_keys_inherited(void)
{
    uint64_t keys = 0;
    for (const struct config_key *key = config_keys; key < config_keys + config_key_count; key++)
        if (is_inherited(key->kind))
            keys |= config_key_bit(key);
    return keys;
}

void config_value_inherit(struct policy_section *rule, const struct policy_section *base, const struct config_key *key)
{
    switch (key->kind) {
    case KEY_WORD:
    case KEY_LAST_DAY:
    case KEY_PERCENT:
        *(int *)member(rule, key) = config_value_number(base, key);
        break;
    case KEY_FLAG:
        *(bool *)member(rule, key) = *(const bool *)const_member(base, key);
        break;
    case KEY_TRUST:
        rule->settings.trust = base->settings.trust;
        rule->settings.trust_count = base->settings.trust_count;
        break;
    case KEY_PIN:
        rule->settings.pins = base->settings.pins;
        rule->settings.pin_count = base->settings.pin_count;
        break;
    case KEY_DENY_PIN:
        rule->settings.denied = base->settings.denied;
        break;
    case KEY_LOG:
        rule->settings.log = base->settings.log;
        break;
    case KEY_INCLUDE:
    case KEY_NAME:
    case KEY_PATH:
    case KEY_DAYS:
    case KEY_TEXT:
    case KEY_DATE:
    case KEY_GLOB:
    case KEY_ACCOUNT:
    case KEY_DESTINATION:
    case KEY_PROXY:
        break;
    }
}

size_t config_value_count(const struct policy_section *section, const struct config_key *key)
{
    switch (key->kind) {
    case KEY_TRUST:
        return section->settings.trust_count;
    case KEY_PIN:
        return section->no_pins ? 1 : section->settings.pin_count;
    case KEY_DENY_PIN:
        return section->deny_pin_count;
    case KEY_INCLUDE:
        return section->include_count;
    case KEY_GLOB:
        return ((const struct globs *)const_member(section, key))->count;
    case KEY_ACCOUNT:
        return ((const struct account_list *)const_member(section, key))->count;
    case KEY_DESTINATION:
        return section->destination_count;
    case KEY_PROXY:
        return section->proxy_count;
    case KEY_PATH:
    case KEY_DAYS:
        return *(const char *const *)const_member(section, key) != NULL;
    default:
        return 1;
    }
}

const char *config_value_text(const struct policy_section *section, const struct config_key *key, size_t index)
{
    switch (key->kind) {
    case KEY_WORD:
    case KEY_FLAG:
        return key->words[config_value_number(section, key)];
    case KEY_PERCENT:
        return percentages[config_value_number(section, key)];
    case KEY_TRUST:
        return section->settings.trust[index].path ? section->settings.trust[index].path : system_word;
    case KEY_PIN:
        return section->no_pins ? no_pins_word : section->settings.pins[index];
    case KEY_DENY_PIN:
        return section->deny_pins[index];
    case KEY_LAST_DAY:
        return section->allow_expired_until;
    case KEY_INCLUDE:
        return section->includes[index].name;
    case KEY_GLOB:
        return ((const struct globs *)const_member(section, key))->items[index];
    case KEY_ACCOUNT:
        return ((const struct account_list *)const_member(section, key))->items[index].text;
    case KEY_DESTINATION:
        return section->destinations[index].text;
    case KEY_PROXY:
        return section->proxies[index].text;
    default:
        return *(const char *const *)const_member(section, key);
    }
}
