#include "policy/config.h"

#include "policy/config_error.h"
#include "policy/config_keys.h"
#include "policy/config_parse.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_SIZE = 400 };

struct parser {
    struct policy *policy;
    struct config_errors *errors;
    struct parse_result *result;
    const char *file;
    unsigned line;
    const char *include;            /* what the text was included as, or NULL */
    struct policy_section *section; /* where keys go; NULL where there is none */
    bool header_seen;
    const struct config_key *key;  /* the last one */
    bool has_returns;              /* there is a carriage return somewhere in the text */
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
    struct arena arena = policy->arena; /* the policy itself is in there */
    arena_free(&arena);
}

const char *const *policy_files(const struct policy *policy)
{
    static const char *const none[] = {NULL};
    return policy->files ? (const char *const *)policy->files : none;
}

static void fail(struct parser *parser, const char *text, const char *message, const char *detail)
{
    parser->result->failed = true;
    config_error_add(parser->errors, parser->file, parser->line, text, "%s%s", message, detail);
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

static void fail_line(struct parser *parser, const char *line, const char *message)
{
    fail(parser, line, message, "");
    parser->result->enforcement_possible |= !parser->include && names_enforcement(line);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Cuts blanks off both ends, in place. */
static char *trim(char *text)
{
    while (is_blank(*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && is_blank(text[length - 1]))
        text[--length] = '\0';
    return text;
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

static bool is_rule_name(const char *name)
{
    const char *c = name;
    while ((lower(*c) >= 'a' && lower(*c) <= 'z') || (*c >= '0' && *c <= '9') || *c == '.' || *c == '_' || *c == '-')
        c++;
    return c > name && *c == '\0';
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

static void add_rule(struct parser *parser, const char *name, uint64_t hash)
{
    struct policy *policy = parser->policy;
    struct policy_section *rules = arena_grow(&policy->arena, policy->rules, policy->rule_count, sizeof *rules);
    if (!rules)
        return;
    policy->rules = rules;
    table_add(&policy->rule_names, &policy->arena, hash, (uint32_t)policy->rule_count);
    parser->section = &rules[policy->rule_count++];
    *parser->section = (struct policy_section){
        .file = parser->file, .line = parser->line, .included = parser->include != NULL, .settings = {.rule = name}};
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

static void start_rule(struct parser *parser, const char *header, const char *short_name)
{
    const char *name = full_name(parser, short_name);
    if (!name)
        return;
    const struct wanted_rule wanted = {parser->policy, name, table_hash(FNV_SEED, name, strlen(name))};
    const struct policy_section *earlier = find_rule(&wanted);
    parser->scratch = (struct policy_section){.settings = {.rule = name}};
    parser->section = &parser->scratch;
    if (!is_rule_name(short_name)) {
        fail(parser, header, "a rule needs a name of letters, digits, '.', '_' and '-'", "");
    } else if (earlier) {
        parser->result->failed = true;
        config_error_add(parser->errors, parser->file, parser->line, header,
                         "there is a rule of this name in %s, line %u", earlier->file, earlier->line);
    } else {
        add_rule(parser, name, wanted.hash);
    }
}

static void parse_header(struct parser *parser, const char *header)
{
    char *name = arena_copy(&parser->policy->arena, header + 1, strlen(header) - 1);
    parser->section = NULL;
    parser->header_seen = true;
    if (!name)
        return;
    char *end = strchr(name, ']');
    if (!end || end[1]) {
        fail_line(parser, header, "a section header is [policy] or [rule NAME], alone on its line");
        return;
    }
    *end = '\0';
    name = trim(name);
    if (strcmp(name, "policy") == 0 && parser->include)
        fail(parser, header, "an included file holds nothing but rules", "");
    else if (strcmp(name, "policy") == 0)
        parser->section = &parser->policy->base;
    else if (strcmp(name, "rule") == 0 || strncmp(name, "rule ", 5) == 0 || strncmp(name, "rule\t", 5) == 0)
        start_rule(parser, header, trim(name + 4));
    else
        fail_line(parser, header, "unknown section; accepted: [policy], [rule NAME]");
}

static void note_include(struct parser *parser)
{
    struct include *last = &parser->policy->base.includes[parser->policy->base.include_count - 1];
    if (last->file)
        return;
    last->file = parser->file;
    last->line = parser->line;
}

static void set_value(struct parser *parser, const struct config_key *key, const char *value)
{
    char words[WORDS_SIZE];
    const char *problem = config_value_set(&parser->policy->arena, parser->section, key, value);
    if (problem && !parser->policy->arena.exhausted) {
        list_words(key->words, words);
        fail(parser, value, problem, words);
    } else if (!problem && key->kind == KEY_INCLUDE) {
        note_include(parser);
    } else if (parser->include && strcmp(key->name, "mode") == 0 && parser->section->settings.mode == MODE_ENFORCE) {
        fail(parser, value, "an included rule cannot ask for enforcement", "");
    }
}

/* One line of the form "key = value", cut into its parts: the name is not terminated. */
struct assignment {
    const char *line;
    const char *name;
    size_t name_length;
    const char *value;
    bool has_equals;
};

static void set_key(struct parser *parser, const struct assignment *assignment)
{
    const char *line = assignment->line, *value = assignment->value;
    char words[WORDS_SIZE];
    struct policy_section *section = parser->section;
    bool in_rule = section != &parser->policy->base;
    unsigned kind = in_rule ? IN_RULE : IN_POLICY;
    const struct config_key *key = config_key_of(assignment->name, assignment->name_length, parser->key);
    parser->key = key;
    if (!key) {
        list_keys(kind, words);
        fail(parser, line, in_rule ? "unknown key in a rule" : "unknown key in [policy]", words);
    } else if (!(key->sections & kind)) {
        fail(parser, line, in_rule ? "this key belongs in [policy]" : "this key belongs in a rule", "");
    } else if (!key->repeatable && (section->given & config_key_bit(key))) {
        fail(parser, line, "this key was given before: ", key->name);
    } else if (!*value) {
        list_words(key->words, words);
        fail(parser, line, "a value is missing", words);
    } else {
        set_value(parser, key, value);
    }
}

static bool may_ask_for_enforcement(const struct assignment *assignment, bool understood)
{
    static const char mode[] = "mode";
    const char *value = assignment->value;
    if (assignment->name_length == strlen(mode) && memcmp(assignment->name, mode, strlen(mode)) == 0)
        return strcmp(value, "off") != 0 && strcmp(value, "audit") != 0;
    return !understood && names_enforcement(assignment->line);
}

/* Without a '=' the whole line is the name, and the value is empty. */
static struct assignment cut(const char *line, size_t length)
{
    const char *equals = memchr(line, '=', length);
    const char *name_end = equals ? equals : line + length;
    const char *value = equals ? equals + 1 : name_end;
    while (name_end > line && is_blank(name_end[-1]))
        name_end--;
    while (is_blank(*value))
        value++;
    return (struct assignment){line, line, (size_t)(name_end - line), value, equals != NULL};
}

static void parse_assignment(struct parser *parser, const char *line, size_t length)
{
    bool failed_before = parser->result->failed;
    const struct assignment assignment = cut(line, length);
    parser->result->failed = false;
    if (!assignment.has_equals)
        fail(parser, line, "neither a section header nor 'key = value'", "");
    else if (!parser->header_seen)
        fail(parser, line, "a key before the first section header", "");
    else if (parser->section)
        set_key(parser, &assignment);
    bool understood = !parser->result->failed && parser->section;
    if (!parser->include && may_ask_for_enforcement(&assignment, understood))
        parser->result->enforcement_possible = true;
    parser->result->failed |= failed_before;
}

/* Cuts the line out of the text; what its values are made of stays where it is. */
static void parse_line(struct parser *parser, char *line, char *end)
{
    if (end > line && end[-1] == '\r')
        end--;
    while (line < end && is_blank(*line))
        line++;
    while (end > line && is_blank(end[-1]))
        end--;
    *end = '\0';
    size_t length = (size_t)(end - line);
    /* What ends its lines so is one line to us, and may be one comment. */
    if (parser->has_returns && memchr(line, '\r', length)) {
        fail_line(parser, line, "a carriage return within a line: lines end with a newline");
        return;
    }
    if (length == 0 || *line == '#' || *line == ';')
        return;
    if (*line == '[')
        parse_header(parser, line);
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
    fail(parser, NULL, "a NUL byte: this is no text file", "");
    parser->result->enforcement_possible |= !parser->include;
    return true;
}

static void parse_text(struct parser *parser, const struct config_text *text)
{
    parser->section = NULL;
    parser->header_seen = false;
    if (refuse_binary(parser, text))
        return;
    char *line = arena_copy(&parser->policy->arena, text->data, text->length);
    char *end = line + text->length;
    parser->has_returns = memchr(text->data, '\r', text->length) != NULL;
    parser->line = 0;
    while (line && line < end) {
        char *newline = memchr(line, '\n', (size_t)(end - line));
        char *stop = newline ? newline : end;
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

/* From [policy] comes all but what the rule itself says, and its names. */
static void inherit(struct policy_section *rule, const struct policy_section *base)
{
    struct policy_section whole = {.settings = base->settings};
    whole.settings.name = rule->settings.name;
    whole.settings.rule = rule->settings.rule;
    for (unsigned given = rule->given; given != 0; given &= given - 1)
        config_value_inherit(&whole, rule, &config_keys[__builtin_ctz(given)]);
    rule->settings = whole.settings;
}

void policy_inherit(struct policy *policy)
{
    for (size_t i = 0; i < policy->rule_count; i++)
        inherit(&policy->rules[i], &policy->base);
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
