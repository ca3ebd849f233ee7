#include "explain/remedy.h"

#include "process/start.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long an exception lasts that nobody has thought about yet. */
#define EXCUSED_DAYS 90

/* Takes over `line`. */
static void append(char **text, char *line)
{
    char *longer = text_format("%s%s\n", *text, line);
    free(*text);
    free(line);
    *text = longer;
}

/* What may stand in the name of a rule and of a file, and be read. */
static char *plain_name(const struct explanation *explanation)
{
    char *name = text_format("%s", explanation->target.text);
    for (char *c = name; *c != '\0'; c++)
        if (*c == ':')
            *c = '-';
    return name;
}

char *remedy_trust_file(const struct explanation *explanation)
{
    char *name = plain_name(explanation);
    char *file = text_format(SYSTEM_DIRECTORY "/%s.pem", name);
    free(name);
    return file;
}

static char *destination_of(const struct explanation *explanation)
{
    const char *host = explanation->target.text;
    bool bracketed = strchr(host, ':') != NULL;
    return text_format("%s%s%s:%u", bracketed ? "[" : "", host, bracketed ? "]" : "", explanation->port);
}

/* With the command itself, which no policy keeps from the server. */
char *remedy_fetch_command(const struct explanation *explanation)
{
    char *destination = destination_of(explanation);
    char *file = remedy_trust_file(explanation);
    char *command = text_format("tlsward explain --certificate %s%s%s %s", file,
                                explanation->starttls != NULL ? " --starttls " : "",
                                explanation->starttls != NULL ? explanation->starttls : "", destination);
    free(destination);
    free(file);
    return command;
}

static void append_word(char **rule, const char *key, int value, int general, const char *text)
{
    if (value != general)
        append(rule, text_format("%s = %s", key, text));
}

/* A rule hides the one that decided, so it says all that that one said. */
static void append_inherited(char **rule, const struct settings *settings, const struct settings *general,
                             enum protocol min_protocol)
{
    static const char fallbacks[][8] = {"refuse", "known", "allow"};
    const char level[] = {(char)('0' + settings->security_level), '\0'};
    append_word(rule, "mode", settings->mode, general->mode, mode_text(settings->mode));
    append_word(rule, "unknown-name", settings->unknown_name, general->unknown_name,
                settings->unknown_name == CHOICE_ALLOW ? "allow" : "block");
    append_word(rule, "weak-names", settings->weak_names, general->weak_names,
                settings->weak_names == CHOICE_ALLOW ? "use" : "refuse");
    append_word(rule, "psk", settings->psk, general->psk, settings->psk == CHOICE_ALLOW ? "allow" : "block");
    append_word(rule, "names", settings->names, general->names, settings->names == NAMES_STRICT ? "strict" : "program");
    append_word(rule, "fallback", settings->fallback, general->fallback, fallbacks[settings->fallback]);
    append_word(rule, "strict", settings->strict, general->strict, settings->strict ? "yes" : "no");
    append_word(rule, "min-protocol", (int)min_protocol, (int)general->min_protocol, protocol_text(min_protocol));
    append_word(rule, "security-level", settings->security_level, general->security_level, level);
}

static void append_verify(char **rule, const struct explanation *explanation, const struct remedy *remedy)
{
    enum verify_level level = remedy->only_pins_key  ? VERIFY_NONE
                              : remedy->ignores_name ? VERIFY_CA
                                                     : explanation->settings.verify;
    append_word(rule, "verify", (int)level, (int)explanation->general.verify, verify_level_text(level));
}

static void append_trust(char **rule, const struct explanation *explanation, const struct remedy *remedy)
{
    static const char modes[][12] = {"supplement", "extend", "exclusive"};
    const struct settings *settings = &explanation->settings;
    bool other = !remedy->trusts_file && settings->trust != explanation->general.trust;
    char *file = remedy_trust_file(explanation);
    if (remedy->trusts_file)
        append(rule, text_format("trust = %s", file));
    for (size_t i = 0; other && i < settings->trust_count; i++)
        append(rule, text_format("trust = %s", settings->trust[i].path != NULL ? settings->trust[i].path : "system"));
    append_word(rule, "trust-mode", (int)settings->trust_mode, (int)explanation->general.trust_mode,
                modes[settings->trust_mode]);
    free(file);
}

static void append_pins(char **rule, const struct explanation *explanation, const struct remedy *remedy)
{
    const struct settings *settings = &explanation->settings;
    bool new_key = remedy->only_pins_key || remedy->pins_key;
    bool other = !new_key && settings->pins != explanation->general.pins;
    if (new_key)
        append(rule, text_format("pin = %s", explanation->facts.public_key_pin));
    else if (other && settings->pin_count == 0)
        append(rule, text_format("pin = none"));
    for (size_t i = 0; other && i < settings->pin_count; i++)
        append(rule, text_format("pin = %s", settings->pins[i]));
}

/* What [policy] denies is denied by each rule. */
static void append_denied(char **rule, const struct explanation *explanation)
{
    const struct denied_keys *denied = explanation->settings.denied;
    for (size_t i = 0; denied != NULL && i < denied->count; i++)
        if (!settings_deny_key(&explanation->general, denied->pins[i]))
            append(rule, text_format("deny-pin = %s", denied->pins[i]));
}

static char *day_text(time_t time)
{
    char day[sizeof "YYYY-MM-DD"];
    struct tm date;
    strftime(day, sizeof day, "%Y-%m-%d", gmtime_r(&time, &date));
    return text_format("%s", day);
}

static time_t excused_until(void)
{
    return time(NULL) + (time_t)EXCUSED_DAYS * 24 * 60 * 60;
}

static void append_expiry(char **rule, const struct explanation *explanation, const struct remedy *remedy)
{
    int day_behind = explanation->settings.allow_expired_day;
    if (!remedy->forgives_expiry && day_behind == 0)
        return;
    char *day = day_text(day_behind != 0 ? (time_t)(day_behind - 1) * 24 * 60 * 60 : excused_until());
    append(rule, text_format("allow-expired-until = %s", day));
    free(day);
}

static void append_names(char **rule, const struct explanation *explanation, const struct remedy *remedy)
{
    const struct settings *settings = &explanation->settings;
    const char *name = remedy->name != NULL ? remedy->name : settings->name;
    bool allow_cn = remedy->allows_cn || settings->allow_cn;
    if (name != NULL)
        append(rule, text_format("name = %s", name));
    append_word(rule, "allow-cn", allow_cn, explanation->general.allow_cn, allow_cn ? "yes" : "no");
}

static void append_excuse(char **rule)
{
    char *day = day_text(excused_until());
    append(rule, text_format("owner = WHO ANSWERS FOR IT"));
    append(rule, text_format("reason = WHY IT IS THERE"));
    append(rule, text_format("expires = %s", day));
    free(day);
}

char *remedy_rule(const struct explanation *explanation, const struct remedy *remedy)
{
    const struct settings *settings = &explanation->settings;
    bool weakens = remedy->allows_cn || remedy->ignores_name || remedy->only_pins_key || remedy->pins_key ||
                   remedy->forgives_expiry || remedy->protocol != PROTOCOL_ANY ||
                   (remedy->trusts_file && settings->trust_mode != TRUST_SUPPLEMENT);
    char *name = plain_name(explanation);
    char *rule = text_format("%s", "");
    append(&rule, text_format("[rule %s-%u%s]", name, explanation->port, settings->rule != NULL ? "-instead" : ""));
    char *destination = destination_of(explanation);
    append(&rule, text_format("destination = %s", destination));
    append_inherited(&rule, settings, &explanation->general,
                     remedy->protocol != PROTOCOL_ANY ? remedy->protocol : settings->min_protocol);
    append_verify(&rule, explanation, remedy);
    append_trust(&rule, explanation, remedy);
    append_pins(&rule, explanation, remedy);
    append_denied(&rule, explanation);
    append_expiry(&rule, explanation, remedy);
    append_names(&rule, explanation, remedy);
    if (weakens || settings->rule != NULL)
        append_excuse(&rule);
    free(destination);
    free(name);
    return rule;
}
