#include "policy/config.h"

#include "policy/config_keys.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    char *data;
    size_t length;
    bool failed;
};

static void append(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append(struct text *text, const char *format, ...)
{
    char *piece = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&piece, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text->failed = true;
        return;
    }
    char *grown = realloc(text->data, text->length + (size_t)length + 1);
    if (grown) {
        memcpy(grown + text->length, piece, (size_t)length + 1);
        text->data = grown;
        text->length += (size_t)length;
    }
    text->failed |= !grown;
    free(piece);
}

static void append_key(struct text *text, const struct policy_section *section, const struct config_key *key)
{
    for (size_t i = 0; i < config_value_count(section, key); i++)
        append(text, "%s%s = %s\n", section->included ? "# " : "", key->name, config_value_text(section, key, i));
}

static void append_rule(struct text *text, const struct policy_section *rule)
{
    append(text, "\n%s[rule %s]\n", rule->included ? "# " : "", rule->settings.rule);
    for (size_t k = 0; k < config_key_count; k++)
        if (rule->given & config_key_bit(&config_keys[k]))
            append_key(text, rule, &config_keys[k]);
}

char *config_print(const struct policy *policy)
{
    struct text text = {0};
    append(&text, "[policy]\n");
    for (size_t k = 0; k < config_key_count; k++)
        if (config_keys[k].sections & IN_POLICY)
            append_key(&text, &policy->base, &config_keys[k]);
    for (size_t i = 0; i < policy->rule_count; i++)
        append_rule(&text, &policy->rules[i]);
    if (text.failed) {
        free(text.data);
        return NULL;
    }
    return text.data;
}
