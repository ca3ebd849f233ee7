#include "policy/config.h"

#include "policy/config_error.h"
#include "policy/config_keys.h"
#include "policy/config_parse.h"
#include "policy/control_byte.h"
#include "policy/denied_keys.h"
#include "policy/name_byte.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_SIZE = 600 };

struct parser {
    struct policy *policy;
    struct config_errors *errors;
    struct parse_result *result;
    const char *file;
    int64_t written_at; /* see struct policy_section */
    unsigned line;
    const char *include;            /* what the text was included as, or NULL */
    struct policy_section *section; /* where keys go; NULL where there is none */
    bool header_seen;
    struct config_key_order order;
    bool has_control;              /* there is a control byte in the line, other than tabs and its end */
    struct policy_section scratch; /* for the keys of a rule that is not kept: they are checked all the same */
};

static struct policy *policy_new(void)
{
    struct arena arena = {0};
    struct policy *policy = arena_alloc(&arena, sizeof *policy);
    if (policy)
        *policy = (struct policy){.arena = arena, .base = config_defaults()};
    return policy;
}

void policy_free(struct policy *policy)
{
    if (!policy)
        return;
    policy_free(policy->candidate);
    struct arena arena = policy->arena; /* the policy itself is in there */
    arena_free(&arena);
}

const char *const *policy_files(const struct policy *policy)
{
    static const char *const none[] = {NULL};
    return policy->files ? (const char *const *)policy->files : none;
}

static void fail(struct parser *parser, const char *id, const char *text, const char *message, const char *detail)
{
    parser->result->failed = true;
    config_error_add(parser->errors, id, parser->file, parser->line, text, "%s%s", message, detail);
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* In ASCII, whatever the locale says. */
static bool begins_in_any_case(const char *text, const char *word)
{
    while (*word && lower(*text) == *word) {
        text++;
        word++;
    }
    return !*word;
}

/* Only what can be read is proof that nobody asked for enforcement: for a line that was not understood, the word is. */
static bool names_enforcement(const char *line)
{
    while (*line && !begins_in_any_case(line, "enforce"))
        line++;
    return *line != '\0';
}

static void fail_line(struct parser *parser, const char *id, const char *line, const char *message)
{
    fail(parser, id, line, message, "");
    parser->result->enforcement_possible |= !parser->include && names_enforcement(line);
}

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' && (c == ' ' || c == '\t'); /* in this order, because most are none */
}

static void append_word(char *list, const char *word, bool first)
{
    size_t used = strlen(list);
    snprintf(list + used, WORDS_SIZE - used, "%s%s", first ? "; accepted: " : ", ", word);
}

static void list_words(const char (*words)[12], char list[static WORDS_SIZE])
{
    list[0] = '\0';
    for (size_t i = 0; words[i][0] != '\0'; i++)
        append_word(list, words[i], i == 0);
}

static void list_keys(unsigned section, char list[static WORDS_SIZE])
{
    bool first = true;
    list[0] = '\0';
    for (size_t i = 0; i < config_key_count; i++) {
        if (!(config_keys[i].sections & section))
            continue;
        append_word(list, config_keys[i].name, first);
        first = false;
    }
}

/* A part of a line; not terminated. */
struct words {
    const char *at;
    size_t length;
};

static bool is_rule_name(struct words name)
{
    for (size_t i = 0; i < name.length; i++)
        if (name_byte(name.at[i]) == NAME_BYTE_NONE)
            return false;
    return name.length > 0;
}

/* A rule that is looked for by its name. */
struct wanted_rule {
    const struct policy *policy;
    const char *name;
    uint64_t hash;
};

static bool is_wanted_rule(const void *context, uint32_t rule)
{
    const struct wanted_rule *wanted = context;
    return strcmp(wanted->policy->rules[rule].settings.rule, wanted->name) == 0;
}

static const struct policy_section *find_rule(const struct wanted_rule *wanted)
{
    const struct policy *policy = wanted->policy;
    int64_t found = table_find(&policy->rule_names, wanted->hash, is_wanted_rule, wanted);
    return found != TABLE_NONE ? &policy->rules[found] : NULL;
}

/* Memory for rules, which is zero. To move those that are there is what costs. */
static bool make_room(struct policy *policy, size_t more)
{
    if (policy->rule_room - policy->rule_count >= more)
        return true;
    size_t room = policy->rule_count + (more > policy->rule_count ? more : policy->rule_count);
    struct policy_section *rules = arena_alloc(&policy->arena, room * sizeof *rules);
    if (!rules || !table_reserve(&policy->rule_names, &policy->arena, more))
        return false;
    if (policy->rule_count > 0)
        memcpy(rules, policy->rules, policy->rule_count * sizeof *rules);
    policy->rules = rules;
    policy->rule_room = room;
    return true;
}

static void add_rule(struct parser *parser, const char *name, uint64_t hash)
{
    struct policy *policy = parser->policy;
    if (!make_room(policy, 1))
        return;
    table_add(&policy->rule_names, &policy->arena, hash, (uint32_t)policy->rule_count);
    parser->section = &policy->rules[policy->rule_count++];
    parser->section->file = parser->file;
    parser->section->written_at = parser->written_at;
    parser->section->line = parser->line;
    parser->section->included = parser->include != NULL;
    parser->section->settings.rule = name;
}

/* An included rule carries the name of its set, so that it is never mistaken for one of the administrator's. */
static const char *full_name(struct parser *parser, const char *name)
{
    if (!parser->include)
        return name;
    size_t size = strlen(parser->include) + strlen(name) + 2;
    char *full = arena_alloc(&parser->policy->arena, size);
    if (full)
        snprintf(full, size, "%s/%s", parser->include, name);
    return full;
}

/* The name is terminated where it is; where the header is shown, it is whole again. */
static const struct policy_section *take_name(struct parser *parser, struct words short_name)
{
    char *end = (char *)short_name.at + short_name.length, cut = *end;
    *end = '\0';
    const char *name = full_name(parser, short_name.at);
    if (!name)
        return NULL;
    const struct wanted_rule wanted = {parser->policy, name, table_hash(FNV_SEED, name, strlen(name))};
    const struct policy_section *earlier = find_rule(&wanted);
    if (earlier)
        *end = cut;
    else
        add_rule(parser, name, wanted.hash);
    return earlier;
}

static void start_rule(struct parser *parser, const char *header, struct words name)
{
    const struct policy_section *earlier = NULL;
    parser->section = NULL;
    if (is_rule_name(name))
        earlier = take_name(parser, name);
    else
        fail(parser, "bad-rule-name", header, "a rule needs a name of letters, digits, '.', '_' and '-'", "");
    if (earlier) {
        parser->result->failed = true;
        config_error_add(parser->errors, "repeated-rule", parser->file, parser->line, header,
                         "there is a rule of this name in %s, line %u", earlier->file, earlier->line);
    }
    if (!parser->section) {
        parser->scratch = (struct policy_section){0};
        parser->section = &parser->scratch;
    }
}

static struct words trimmed(const char *from, const char *end)
{
    while (from < end && is_blank(*from))
        from++;
    while (end > from && is_blank(end[-1]))
        end--;
    return (struct words){from, (size_t)(end - from)};
}

static bool is_word(struct words words, const char *word, size_t length)
{
    return words.length == length && memcmp(words.at, word, length) == 0;
}

static void parse_header(struct parser *parser, const char *header, size_t length)
{
    static const char rule[] = "rule", policy[] = "policy";
    enum { RULE_LENGTH = sizeof rule - 1 };
    const char *end = memchr(header, ']', length);
    parser->section = NULL;
    parser->header_seen = true;
    if (!end || end + 1 < header + length) {
        fail_line(parser, "bad-section", header, "a section header is [policy] or [rule NAME], alone on its line");
        return;
    }
    struct words name = trimmed(header + 1, end);
    if (name.length >= RULE_LENGTH && memcmp(name.at, rule, RULE_LENGTH) == 0 &&
        (name.length == RULE_LENGTH || is_blank(name.at[RULE_LENGTH])))
        start_rule(parser, header, trimmed(name.at + RULE_LENGTH, end));
    else if (!is_word(name, policy, sizeof policy - 1))
        fail_line(parser, "bad-section", header, "unknown section; accepted: [policy], [rule NAME]");
    else if (parser->include)
        fail(parser, "bad-include", header, "an included file holds nothing but rules", "");
    else
        parser->section = &parser->policy->base;
}

static void note_include(struct parser *parser)
{
    struct include *last = &parser->policy->base.includes[parser->policy->base.include_count - 1];
    if (last->file)
        return;
    last->file = parser->file;
    last->line = parser->line;
}

/* What happens seldom stands apart, so that it costs nothing where it does not. */
__attribute__((noinline, cold)) static void refuse_value(struct parser *parser, const struct config_key *key,
                                                         const char *value, const char *problem)
{
    char words[WORDS_SIZE];
    if (parser->policy->arena.exhausted)
        return;
    list_words(key->words, words);
    fail(parser, "bad-value", value, problem, words);
}

static void set_value(struct parser *parser, const struct config_key *key, const char *value)
{
    struct arena *arena = &parser->policy->arena;
    const char *problem = parser->has_control ? config_value_set(arena, parser->section, key, value)
                                              : config_value_set_clean(arena, parser->section, key, value);
    if (problem)
        refuse_value(parser, key, value, problem);
    else if (key->kind == KEY_INCLUDE)
        note_include(parser);
    else if (parser->include && strcmp(key->name, "mode") == 0 && parser->section->settings.mode == MODE_ENFORCE)
        fail(parser, "bad-include", value, "an included rule cannot ask for enforcement", "");
}

/* `key` is NULL where there is none of that name. */
__attribute__((noinline, cold)) static void refuse_key(struct parser *parser, const struct config_key *key,
                                                       const char *line, unsigned kind)
{
    char words[WORDS_SIZE];
    bool in_rule = kind == IN_RULE;
    if (!key) {
        list_keys(kind, words);
        fail(parser, "unknown-key", line, in_rule ? "unknown key in a rule" : "unknown key in [policy]", words);
    } else if (!(key->sections & kind)) {
        fail(parser, "misplaced-key", line, in_rule ? "this key belongs in [policy]" : "this key belongs in a rule",
             "");
    } else if (!key->repeatable && (parser->section->given & config_key_bit(key))) {
        fail(parser, "repeated-key", line, "this key was given before: ", key->name);
    } else {
        list_words(key->words, words);
        fail(parser, "missing-value", line, "a value is missing", words);
    }
}

static void set_key(struct parser *parser, const char *line, const struct config_key *key, const char *value)
{
    unsigned kind = parser->section == &parser->policy->base ? IN_POLICY : IN_RULE;
    uint64_t refused = key && !key->repeatable ? config_key_bit(key) : 0;
    if (!key || !(key->sections & kind) || (parser->section->given & refused) || !*value)
        refuse_key(parser, key, line, kind);
    else
        set_value(parser, key, value);
}

static bool may_ask_for_enforcement(const char *line, struct words name, const char *value, bool understood)
{
    static const char mode[] = "mode";
    if (is_word(name, mode, sizeof mode - 1))
        return strcmp(value, "off") != 0 && strcmp(value, "audit") != 0;
    return !understood && names_enforcement(line);
}

static const char *skip_blanks(const char *text)
{
    while (is_blank(*text))
        text++;
    return text;
}

/* Where the '=' is, or NULL: then the whole line, which comes as the name, is the name. */
static const char *cut_name(struct parser *parser, struct words *name, const struct config_key **key)
{
    size_t likely = config_key_likely(&parser->order, name->at, name->length);
    const char *equals = skip_blanks(name->at + likely);
    if (likely > 0 && *equals == '=') {
        *key = config_key_take_likely(&parser->order);
        name->length = likely;
        return equals;
    }
    equals = memchr(name->at, '=', name->length);
    *name = trimmed(name->at, equals ? equals : name->at + name->length);
    *key = equals ? config_key_next(&parser->order, name->at, name->length) : NULL;
    return equals;
}

/* "key = value" */
static void parse_assignment(struct parser *parser, const char *line, size_t length)
{
    bool failed_before = parser->result->failed;
    struct words name = {line, length};
    const struct config_key *key;
    const char *equals = cut_name(parser, &name, &key);
    const char *value = equals ? skip_blanks(equals + 1) : line + length;
    parser->result->failed = false;
    if (!equals)
        fail(parser, "bad-line", line, "neither a section header nor 'key = value'", "");
    else if (!parser->header_seen)
        fail(parser, "bad-line", line, "a key before the first section header", "");
    else if (parser->section)
        set_key(parser, line, key, value);
    bool understood = !parser->result->failed && parser->section;
    if (!parser->include && may_ask_for_enforcement(line, name, value, understood))
        parser->result->enforcement_possible = true;
    parser->result->failed |= failed_before;
}

/* Cuts the line out of the text; what its values are made of stays where it is. */
static void parse_line(struct parser *parser, char *line, char *end)
{
    if (parser->has_control && end[-1] == '\r')
        end--;
    while (line < end && is_blank(*line))
        line++;
    while (end > line && is_blank(end[-1]))
        end--;
    *end = '\0';
    size_t length = (size_t)(end - line);
    /* What ends its lines so is one line to us, and may be one comment. */
    if (parser->has_control && memchr(line, '\r', length)) {
        fail_line(parser, "bad-line", line, "a carriage return within a line: lines end with a newline");
        return;
    }
    if (length == 0 || *line == '#' || *line == ';')
        return;
    if (*line == '[')
        parse_header(parser, line, length);
    else
        parse_assignment(parser, line, length);
}

/* A text with NUL bytes is no text: it may be damaged, or UTF-16. */
static bool refuse_binary(struct parser *parser, const struct config_text *text)
{
    const char *nul = text->length ? memchr(text->data, '\0', text->length) : NULL;
    if (!nul)
        return false;
    parser->line = 1;
    for (const char *c = text->data; c < nul; c++)
        parser->line += *c == '\n';
    fail(parser, "bad-line", NULL, "a NUL byte: this is no text file", "");
    parser->result->enforcement_possible |= !parser->include;
    return true;
}

static char *find_end(struct parser *parser, char *line, char *end)
{
    char *at = (char *)control_byte_find(line, end);
    parser->has_control = false;
    while (at < end && *at != '\n') {
        parser->has_control |= *at != '\t';
        at = (char *)control_byte_find(at + 1, end);
    }
    return at;
}

/* Those that begin their lines: where one is in vain, or has blanks before it, memory is. */
static size_t count_headers(const char *text, size_t length)
{
    const char *end = text + length, *at = text;
    size_t count = 0;
    while (at < end && (at = memchr(at, '[', (size_t)(end - at)))) {
        count += at == text || at[-1] == '\n';
        at++;
    }
    return count;
}

/* Cuts it where it is if it may be; values stay there, and live as long as the policy. */
static void parse_text(struct parser *parser, const struct config_text *text)
{
    struct arena *arena = &parser->policy->arena;
    parser->section = NULL;
    parser->header_seen = false;
    if (refuse_binary(parser, text) || !make_room(parser->policy, count_headers(text->data, text->length)))
        return;
    char *line = text->buffer ? text->buffer : arena_copy(arena, text->data, text->length);
    if (!line)
        return;
    char *end = line + text->length;
    parser->line = 0;
    while (line < end) {
        char *stop = find_end(parser, line, end);
        parser->line++;
        parse_line(parser, line, stop);
        line = stop + 1;
    }
}

const char *policy_add_file(struct policy *policy, const char *file)
{
    struct arena *arena = &policy->arena;
    const char *copy = arena_copy(arena, file, strlen(file));
    const char **files = policy->files ? policy->files : arena_grow(arena, NULL, 0, sizeof *files);
    /* Counted with the NULL at its end; new memory is zero. */
    if (copy && files)
        files = arena_grow(arena, files, policy->file_count + 1, sizeof *files);
    if (!copy || !files)
        return NULL;
    files[policy->file_count++] = copy;
    policy->files = files;
    return copy;
}

static void parse_file(struct parser *parser, const struct config_text *text)
{
    parser->file = policy_add_file(parser->policy, text->file);
    parser->written_at = text->identity.kind == FILE_REGULAR ? text->identity.modified_seconds : 0;
    if (parser->file)
        parse_text(parser, text);
}

void policy_parse_included(struct policy *policy, const char *include, const struct config_text *text,
                           struct config_errors *errors, struct parse_result *result)
{
    struct parser parser = {.policy = policy, .errors = errors, .result = result, .include = include};
    parse_file(&parser, text);
}

struct policy *policy_parse(const struct config_text *texts, size_t count, struct config_errors *errors,
                            struct parse_result *result)
{
    struct policy *policy = policy_new();
    struct parser parser = {.policy = policy, .errors = errors, .result = result};
    *result = (struct parse_result){0};
    if (!policy)
        return NULL;
    for (size_t i = 0; i < count && !policy->arena.exhausted; i++)
        parse_file(&parser, &texts[i]);
    if (policy->arena.exhausted) {
        policy_free(policy);
        return NULL;
    }
    return policy;
}

/* Of `whole` only the settings are used. */
static void inherit(struct policy_section *rule, const struct policy_section *base, uint64_t keys,
                    struct policy_section *whole)
{
    whole->settings = base->settings;
    whole->settings.name = rule->settings.name;
    whole->settings.rule = rule->settings.rule;
    for (uint64_t given = rule->given & keys; given != 0; given &= given - 1)
        config_value_inherit(whole, rule, &config_keys[__builtin_ctzll(given)]);
    rule->settings = whole->settings;
}

/* From [policy] comes all but what the rule itself says, and its names. */
void policy_inherit(struct policy *policy)
{
    struct policy_section whole = {0};
    uint64_t keys = config_keys_inherited();
    denied_keys_gather(policy);
    for (size_t i = 0; i < policy->rule_count; i++)
        inherit(&policy->rules[i], &policy->base, keys, &whole);
}

struct policy *config_parse(const struct config_text *texts, size_t count, struct config_errors *errors)
{
    struct parse_result result;
    struct policy *policy = policy_parse(texts, count, errors, &result);
    if (!policy)
        return NULL;
    if (!policy_check_rules(policy, errors) || result.failed) {
        policy_free(policy);
        return NULL;
    }
    policy_inherit(policy);
    return policy_seal(policy, NULL);
}
