#include "draft/matchers.h"

#include "shared/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Programs that do what somebody else wrote. A version may follow, as in python3.11. */
static const char *const interpreters[] = {"python", "pypy", "perl",  "ruby", "php",     "php-cgi", "php-fpm", "node",
                                           "nodejs", "java", "sh",    "bash", "dash",    "zsh",     "ksh",     "lua",
                                           "tclsh",  "wish", "swipl", "R",    "Rscript", "guile",   "awk",     "gawk"};

/* Programs that anybody uses for anything, and those with many names. */
static const char *const tools[] = {"curl",    "wget", "openssl",         "socat",    "ncat", "nc",
                                    "busybox", "git",  "git-remote-http", "s_client", "env"};

static bool is_one_of(const char *program, const char *const *names, size_t count)
{
    const char *slash = strrchr(program, '/');
    const char *base = slash != NULL ? slash + 1 : program;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(base, names[i], length) == 0 && base[length + strspn(base + length, "0123456789.-")] == '\0')
            return true;
    }
    return false;
}

static char *member(struct event_record *record, enum member member)
{
    struct slice text = record_text(record, member);
    return text_format("%.*s", (int)text.length, text.text != NULL ? text.text : "");
}

static bool is_plain(const char *value)
{
    size_t length = strlen(value);
    char *clean = text_clean(value, length);
    bool same = strcmp(clean, value) == 0;
    free(clean);
    return same && length > 0 && *value != ' ' && value[length - 1] != ' ';
}

/*
 * Why a policy cannot say just this, NULL where it can. A line is all that a value has: what comes from an event must
 * not write another one, nor stand for more than itself.
 */
static const char *objection(const char *value)
{
    if (!is_plain(value))
        return "a name is empty, or has control characters or blanks about it, which a policy cannot hold";
    return strpbrk(value, "*?") != NULL ? "a name has a * or a ?, which stands for others in a policy" : NULL;
}

/* Appends "key = value" and frees the value. */
static void add(struct matchers *matchers, const char *key, char *value)
{
    const char *obstacle = objection(value);
    if (matchers->obstacle == NULL)
        matchers->obstacle = obstacle;
    char *longer = text_format("%s%s = %s\n", matchers->lines, key, value);
    free(matchers->lines);
    free(value);
    matchers->lines = longer;
}

/* What tells a script: its path, or the module that runs as one. */
static bool is_script(const char *script)
{
    return *script == '/' || strncmp(script, "-m ", 3) == 0;
}

static void add_program(struct matchers *matchers, struct event_record *record)
{
    char *program = member(record, MEMBER_EXECUTABLE), *script = member(record, MEMBER_SCRIPT);
    char *unit = member(record, MEMBER_UNIT), *user = member(record, MEMBER_USER_ID);
    bool interprets = is_one_of(program, interpreters, sizeof interpreters / sizeof interpreters[0]);
    bool is_tool = is_one_of(program, tools, sizeof tools / sizeof tools[0]);
    if (*program == '\0')
        matchers->obstacle = "the program is not known";
    else if (interprets && !is_script(script) && *unit == '\0')
        matchers->obstacle = "an interpreter of which neither script nor unit is known: the rule would be for all that "
                             "it runs";
    add(matchers, "program", program);
    if (interprets && is_script(script))
        add(matchers, "script", script);
    else
        free(script);
    if (*unit != '\0' && (interprets || is_tool))
        add(matchers, "unit", unit);
    else
        free(unit);
    if (is_tool && *user != '\0')
        add(matchers, "user", user);
    else
        free(user);
}

static char *destination_of(struct event_record *record)
{
    char *name = member(record, MEMBER_EXPECTED_NAME), *ip = member(record, MEMBER_SERVER_IP);
    uint64_t port = record_number(record, MEMBER_SERVER_PORT);
    bool by_name = *name != '\0' && strchr(name, ' ') == NULL;
    const char *host = by_name ? name : ip;
    bool brackets = strchr(host, ':') != NULL;
    char *destination = NULL;
    if (*host != '\0' && port > 0)
        destination = text_format("%s%s%s:%" PRIu64, brackets ? "[" : "", host, brackets ? "]" : "", port);
    else if (*host != '\0')
        destination = text_format("%s", host);
    free(name);
    free(ip);
    return destination;
}

/* What the name of a rule may be made of. */
static char *name_of(struct event_record *record, const char *destination)
{
    char *script = member(record, MEMBER_SCRIPT), *program = member(record, MEMBER_EXECUTABLE);
    const char *who = *script == '/' ? script : program;
    const char *slash = strrchr(who, '/');
    char *name = text_format("%s-%s", slash != NULL ? slash + 1 : who, destination);
    for (char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '.' && *c != '_')
            *c = '-';
    free(script);
    free(program);
    return name;
}

struct matchers matchers_for(struct event_record *record)
{
    struct matchers matchers = {.lines = text_format("%s", "")};
    char *destination = destination_of(record);
    add_program(&matchers, record);
    matchers.name = name_of(record, destination != NULL ? destination : "anywhere");
    if (destination != NULL && strchr(destination, '/') != NULL)
        matchers.obstacle = "the address of the server is no single one";
    if (destination != NULL)
        add(&matchers, "destination", destination);
    else
        matchers.obstacle = "neither name nor address of the server is known: the rule would be for all of them";
    return matchers;
}

void matchers_free(struct matchers *matchers)
{
    free(matchers->lines);
    free(matchers->name);
}
