#include "process/interpreter.h"

#include <stddef.h>
#include <string.h>

/*
 * What the letters of options do to what is behind them; one that is in no list makes the script unknown. Text stands
 * in the tables themselves: a pointer would cost a relocation in every process.
 */
struct options {
    char flags[32];   /* letters that stand alone, also several behind one dash */
    char values[8];   /* letters with a value: the rest of the argument, else the next one */
    char attached[8]; /* letters whose value is the rest of the argument, if there is any */
    char numbers[4];  /* letters whose value is the digits behind them */
    char commands[4]; /* letters with a program text */
    char file[2];     /* the letter, if any, whose value is the script */
    char modules[2];  /* likewise, the name of a module */
    char input[2];    /* likewise, that has the script read from the standard input */
    bool long_equals; /* "--ANY=VALUE" is one option, whatever it is */
    bool is_shell;    /* options may begin with '+' as well, "-" is "--", and no value is in the same argument */
};

static const struct options python = {
    .flags = "bBdEhiIOPqRsStuvVx?",
    .values = "WX",
    .commands = "c",
    .modules = "m",
};

static const struct options perl = {
    .flags = "acfghnpstTuUvwWX",
    .values = "I",
    .attached = "CDFimMV",
    .numbers = "0l",
    .commands = "eE",
};

static const struct options ruby = {
    .flags = "acdhlnpsUvwy",
    .values = "IrE",
    .attached = "FiKTW",
    .numbers = "0",
    .commands = "e",
};

static const struct options php = {
    .flags = "aehHilmnqsvw",
    .values = "cdgTz",
    .commands = "r",
    .file = "f",
};

static const struct options node = {
    .flags = "chiv",
    .values = "rC",
    .commands = "ep",
    .long_equals = true,
};

static const struct options shell = {
    .flags = "abBCdDeEfghHiIklmnNpPrtTuUvVxX",
    .values = "oO",
    .commands = "c",
    .input = "s",
    .is_shell = true,
};

enum long_kind { LONG_UNKNOWN, LONG_FLAG, LONG_VALUE, LONG_COMMAND };

static const struct {
    enum interpreter interpreter;
    enum long_kind kind;
    char name[32];
} long_options[] = {
    {INTERPRETER_PYTHON, LONG_FLAG, "help"},
    {INTERPRETER_PYTHON, LONG_FLAG, "version"},
    {INTERPRETER_PYTHON, LONG_FLAG, "help-all"},
    {INTERPRETER_PYTHON, LONG_FLAG, "help-env"},
    {INTERPRETER_PYTHON, LONG_FLAG, "help-xoptions"},
    {INTERPRETER_PYTHON, LONG_VALUE, "check-hash-based-pycs"},
    {INTERPRETER_RUBY, LONG_FLAG, "copyright"},
    {INTERPRETER_RUBY, LONG_FLAG, "debug"},
    {INTERPRETER_RUBY, LONG_FLAG, "debug-frozen-string-literal"},
    {INTERPRETER_RUBY, LONG_FLAG, "help"},
    {INTERPRETER_RUBY, LONG_FLAG, "jit"},
    {INTERPRETER_RUBY, LONG_FLAG, "yjit"},
    {INTERPRETER_RUBY, LONG_FLAG, "rjit"},
    {INTERPRETER_RUBY, LONG_FLAG, "verbose"},
    {INTERPRETER_RUBY, LONG_FLAG, "version"},
    {INTERPRETER_RUBY, LONG_FLAG, "yydebug"},
    {INTERPRETER_RUBY, LONG_VALUE, "disable"},
    {INTERPRETER_RUBY, LONG_VALUE, "enable"},
    {INTERPRETER_RUBY, LONG_VALUE, "encoding"},
    {INTERPRETER_RUBY, LONG_VALUE, "external-encoding"},
    {INTERPRETER_RUBY, LONG_VALUE, "internal-encoding"},
    {INTERPRETER_PHP, LONG_FLAG, "no-php-ini"},
    {INTERPRETER_PHP, LONG_FLAG, "interactive"},
    {INTERPRETER_PHP, LONG_FLAG, "no-header"},
    {INTERPRETER_PHP, LONG_FLAG, "timing"},
    {INTERPRETER_PHP, LONG_FLAG, "help"},
    {INTERPRETER_PHP, LONG_FLAG, "info"},
    {INTERPRETER_PHP, LONG_FLAG, "ini"},
    {INTERPRETER_PHP, LONG_FLAG, "modules"},
    {INTERPRETER_PHP, LONG_FLAG, "version"},
    {INTERPRETER_PHP, LONG_FLAG, "syntax-check"},
    {INTERPRETER_PHP, LONG_FLAG, "strip"},
    {INTERPRETER_PHP, LONG_VALUE, "php-ini"},
    {INTERPRETER_PHP, LONG_VALUE, "define"},
    {INTERPRETER_PHP, LONG_VALUE, "zend-extension"},
    {INTERPRETER_PHP, LONG_COMMAND, "run"},
    {INTERPRETER_NODE, LONG_FLAG, "abort-on-uncaught-exception"},
    {INTERPRETER_NODE, LONG_FLAG, "check"},
    {INTERPRETER_NODE, LONG_FLAG, "enable-fips"},
    {INTERPRETER_NODE, LONG_FLAG, "enable-source-maps"},
    {INTERPRETER_NODE, LONG_FLAG, "experimental-modules"},
    {INTERPRETER_NODE, LONG_FLAG, "experimental-strip-types"},
    {INTERPRETER_NODE, LONG_FLAG, "experimental-vm-modules"},
    {INTERPRETER_NODE, LONG_FLAG, "experimental-wasm-modules"},
    {INTERPRETER_NODE, LONG_FLAG, "expose-gc"},
    {INTERPRETER_NODE, LONG_FLAG, "expose_gc"},
    {INTERPRETER_NODE, LONG_FLAG, "force-fips"},
    {INTERPRETER_NODE, LONG_FLAG, "frozen-intrinsics"},
    {INTERPRETER_NODE, LONG_FLAG, "help"},
    {INTERPRETER_NODE, LONG_FLAG, "insecure-http-parser"},
    {INTERPRETER_NODE, LONG_FLAG, "inspect"},
    {INTERPRETER_NODE, LONG_FLAG, "inspect-brk"},
    {INTERPRETER_NODE, LONG_FLAG, "interactive"},
    {INTERPRETER_NODE, LONG_FLAG, "no-deprecation"},
    {INTERPRETER_NODE, LONG_FLAG, "no-experimental-fetch"},
    {INTERPRETER_NODE, LONG_FLAG, "no-warnings"},
    {INTERPRETER_NODE, LONG_FLAG, "pending-deprecation"},
    {INTERPRETER_NODE, LONG_FLAG, "permission"},
    {INTERPRETER_NODE, LONG_FLAG, "preserve-symlinks"},
    {INTERPRETER_NODE, LONG_FLAG, "preserve-symlinks-main"},
    {INTERPRETER_NODE, LONG_FLAG, "prof"},
    {INTERPRETER_NODE, LONG_FLAG, "report-on-fatalerror"},
    {INTERPRETER_NODE, LONG_FLAG, "report-uncaught-exception"},
    {INTERPRETER_NODE, LONG_FLAG, "throw-deprecation"},
    {INTERPRETER_NODE, LONG_FLAG, "tls-max-v1.2"},
    {INTERPRETER_NODE, LONG_FLAG, "tls-max-v1.3"},
    {INTERPRETER_NODE, LONG_FLAG, "tls-min-v1.0"},
    {INTERPRETER_NODE, LONG_FLAG, "tls-min-v1.1"},
    {INTERPRETER_NODE, LONG_FLAG, "tls-min-v1.2"},
    {INTERPRETER_NODE, LONG_FLAG, "tls-min-v1.3"},
    {INTERPRETER_NODE, LONG_FLAG, "trace-deprecation"},
    {INTERPRETER_NODE, LONG_FLAG, "trace-exit"},
    {INTERPRETER_NODE, LONG_FLAG, "trace-sync-io"},
    {INTERPRETER_NODE, LONG_FLAG, "trace-tls"},
    {INTERPRETER_NODE, LONG_FLAG, "trace-uncaught"},
    {INTERPRETER_NODE, LONG_FLAG, "trace-warnings"},
    {INTERPRETER_NODE, LONG_FLAG, "track-heap-objects"},
    {INTERPRETER_NODE, LONG_FLAG, "use-bundled-ca"},
    {INTERPRETER_NODE, LONG_FLAG, "use-openssl-ca"},
    {INTERPRETER_NODE, LONG_FLAG, "use-system-ca"},
    {INTERPRETER_NODE, LONG_FLAG, "version"},
    {INTERPRETER_NODE, LONG_FLAG, "watch"},
    {INTERPRETER_NODE, LONG_FLAG, "zero-fill-buffers"},
    {INTERPRETER_NODE, LONG_VALUE, "conditions"},
    {INTERPRETER_NODE, LONG_VALUE, "env-file"},
    {INTERPRETER_NODE, LONG_VALUE, "env-file-if-exists"},
    {INTERPRETER_NODE, LONG_VALUE, "experimental-loader"},
    {INTERPRETER_NODE, LONG_VALUE, "import"},
    {INTERPRETER_NODE, LONG_VALUE, "input-type"},
    {INTERPRETER_NODE, LONG_VALUE, "loader"},
    {INTERPRETER_NODE, LONG_VALUE, "require"},
    {INTERPRETER_NODE, LONG_VALUE, "title"},
    {INTERPRETER_NODE, LONG_VALUE, "dns-result-order"},
    {INTERPRETER_NODE, LONG_VALUE, "unhandled-rejections"},
    {INTERPRETER_NODE, LONG_VALUE, "max-http-header-size"},
    {INTERPRETER_NODE, LONG_VALUE, "openssl-config"},
    {INTERPRETER_NODE, LONG_VALUE, "tls-cipher-list"},
    {INTERPRETER_NODE, LONG_VALUE, "tls-keylog"},
    {INTERPRETER_NODE, LONG_COMMAND, "eval"},
    {INTERPRETER_NODE, LONG_COMMAND, "print"},
    {INTERPRETER_NODE, LONG_COMMAND, "run"},
    {INTERPRETER_SHELL, LONG_FLAG, "debugger"},
    {INTERPRETER_SHELL, LONG_FLAG, "login"},
    {INTERPRETER_SHELL, LONG_FLAG, "noediting"},
    {INTERPRETER_SHELL, LONG_FLAG, "noprofile"},
    {INTERPRETER_SHELL, LONG_FLAG, "norc"},
    {INTERPRETER_SHELL, LONG_FLAG, "posix"},
    {INTERPRETER_SHELL, LONG_FLAG, "pretty-print"},
    {INTERPRETER_SHELL, LONG_FLAG, "restricted"},
    {INTERPRETER_SHELL, LONG_FLAG, "verbose"},
    {INTERPRETER_SHELL, LONG_FLAG, "version"},
    {INTERPRETER_SHELL, LONG_FLAG, "help"},
    {INTERPRETER_SHELL, LONG_VALUE, "rcfile"},
    {INTERPRETER_SHELL, LONG_VALUE, "init-file"},
};

static const struct options *options_of(enum interpreter interpreter)
{
    switch (interpreter) {
    case INTERPRETER_NONE:
        break;
    case INTERPRETER_PYTHON:
        return &python;
    case INTERPRETER_PERL:
        return &perl;
    case INTERPRETER_RUBY:
        return &ruby;
    case INTERPRETER_PHP:
        return &php;
    case INTERPRETER_NODE:
        return &node;
    case INTERPRETER_SHELL:
        return &shell;
    }
    return NULL;
}

static const struct {
    char name[8];
    enum interpreter interpreter;
} names[] = {
    {"python", INTERPRETER_PYTHON}, {"pypy", INTERPRETER_PYTHON}, {"perl", INTERPRETER_PERL},
    {"ruby", INTERPRETER_RUBY},     {"php", INTERPRETER_PHP},     {"nodejs", INTERPRETER_NODE},
    {"node", INTERPRETER_NODE},     {"sh", INTERPRETER_SHELL},    {"bash", INTERPRETER_SHELL},
    {"dash", INTERPRETER_SHELL},    {"ksh", INTERPRETER_SHELL},   {"zsh", INTERPRETER_SHELL},
};

/* "python", "python3", "python3.11", "ruby3.1" */
static bool is_version_of(const char *text, const char *name)
{
    while (*name != '\0' && *text == *name) {
        text++;
        name++;
    }
    while (*name == '\0' && ((*text >= '0' && *text <= '9') || *text == '.'))
        text++;
    return *name == '\0' && *text == '\0';
}

/* Of most programs nothing else is looked at. */
static bool may_begin_a_name(char first)
{
    return first == 'p' || first == 'r' || first == 'n' || first == 's' || first == 'b' || first == 'd' ||
           first == 'k' || first == 'z';
}

enum interpreter interpreter_of(const char *path)
{
    const char *base = path;
    for (const char *c = path; *c != '\0'; c++)
        if (*c == '/')
            base = c + 1;
    if (base == path && *base == '-')
        base++;
    if (!may_begin_a_name(*base))
        return INTERPRETER_NONE;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is_version_of(base, names[i].name))
            return names[i].interpreter;
    return INTERPRETER_NONE;
}

static bool has(const char *letters, char letter)
{
    return letter != '\0' && strchr(letters, letter) != NULL;
}

/* Of the word that ends at its terminator or '='. */
static enum long_kind kind_of(enum interpreter interpreter, const char *word)
{
    size_t length = strcspn(word, "=");
    for (size_t i = 0; i < sizeof long_options / sizeof long_options[0]; i++) {
        const char *name = long_options[i].name;
        if (long_options[i].interpreter == interpreter && strlen(name) == length && memcmp(name, word, length) == 0)
            return long_options[i].kind;
    }
    return LONG_UNKNOWN;
}

/* A walk over the arguments. */
struct walk {
    enum interpreter interpreter;
    const struct options *options;
    char *const *arguments;
    int count, at;      /* the index of the argument that comes next */
    bool wants_command; /* the first argument that is no option is a program text */
    bool is_over;
    struct script_argument found;
};

static void end_with(struct walk *walk, enum script_kind kind, const char *text)
{
    walk->found = (struct script_argument){kind, text};
    walk->is_over = true;
}

/* The rest of the argument, else the next one. NULL where there is none. */
static const char *value_of(struct walk *walk, const char *rest)
{
    if (*rest != '\0' && !walk->options->is_shell)
        return rest;
    return walk->at < walk->count ? walk->arguments[walk->at++] : NULL;
}

static void take_command(struct walk *walk, char letter)
{
    if (walk->options->is_shell)
        walk->wants_command = true;
    else
        end_with(walk, SCRIPT_COMMAND, letter == 'c' ? "-c" : letter == 'r' ? "-r" : "-e");
}

/* Of an option with a value. */
static void take_value(struct walk *walk, char letter, const char *rest)
{
    const char *value = value_of(walk, rest);
    if (value == NULL)
        end_with(walk, SCRIPT_UNKNOWN, NULL);
    else if (has(walk->options->file, letter))
        end_with(walk, SCRIPT_FILE, value);
    else if (has(walk->options->modules, letter))
        end_with(walk, SCRIPT_MODULE, value);
}

/* One letter of several. Returns what is left of the same argument. */
static const char *take_letter(struct walk *walk, const char *letters)
{
    const struct options *options = walk->options;
    char letter = *letters++;
    const char *end = letters + strlen(letters);
    if (has(options->values, letter) || has(options->file, letter) || has(options->modules, letter)) {
        take_value(walk, letter, letters);
        return options->is_shell ? letters : end;
    }
    if (has(options->attached, letter))
        return end;
    if (has(options->numbers, letter))
        return letters + strspn(letters, "0123456789abcdefABCDEFx");
    if (has(options->commands, letter))
        take_command(walk, letter);
    else if (has(options->input, letter))
        end_with(walk, SCRIPT_INPUT, "-");
    else if (!has(options->flags, letter))
        end_with(walk, SCRIPT_UNKNOWN, NULL);
    return letters;
}

static void take_long(struct walk *walk, const char *name)
{
    bool has_value = strchr(name, '=') != NULL;
    switch (kind_of(walk->interpreter, name)) {
    case LONG_FLAG:
        break;
    case LONG_VALUE:
        walk->at += has_value ? 0 : 1;
        break;
    case LONG_COMMAND:
        end_with(walk, SCRIPT_COMMAND, *name == 'r' ? "-r" : "-e");
        break;
    case LONG_UNKNOWN:
        if (!has_value || !walk->options->long_equals)
            end_with(walk, SCRIPT_UNKNOWN, NULL);
    }
}

/* "--" and what stands for it. */
static bool ends_options(const struct walk *walk, const char *argument)
{
    return strcmp(argument, "--") == 0 || (walk->options->is_shell && strcmp(argument, "-") == 0);
}

/* False where the argument is no option. */
static bool take_option(struct walk *walk, const char *argument)
{
    bool is_option = argument[0] == '-' || (walk->options->is_shell && argument[0] == '+');
    if (!is_option || argument[1] == '\0' || ends_options(walk, argument))
        return false;
    walk->at++;
    if (argument[0] == '-' && argument[1] == '-') {
        take_long(walk, argument + 2);
        return true;
    }
    for (const char *letters = argument + 1; *letters != '\0' && !walk->is_over;)
        letters = take_letter(walk, letters);
    return true;
}

/* What stands where the script does. */
static void take_script(struct walk *walk)
{
    bool is_php = walk->interpreter == INTERPRETER_PHP, is_node = walk->interpreter == INTERPRETER_NODE;
    bool ended = walk->at < walk->count && ends_options(walk, walk->arguments[walk->at]);
    walk->at += ended;
    const char *script = walk->at < walk->count && !(is_php && ended) ? walk->arguments[walk->at] : NULL;
    if (walk->wants_command)
        end_with(walk, SCRIPT_COMMAND, "-c");
    else if (script == NULL || (strcmp(script, "-") == 0 && !ended))
        end_with(walk, SCRIPT_INPUT, "-");
    else if (is_node && (strcmp(script, "inspect") == 0 || strcmp(script, "debug") == 0))
        end_with(walk, SCRIPT_UNKNOWN, NULL);
    else
        end_with(walk, SCRIPT_FILE, script);
}

struct script_argument interpreter_script(enum interpreter interpreter, int count, char *const *arguments)
{
    struct walk walk = {.interpreter = interpreter,
                        .options = options_of(interpreter),
                        .arguments = arguments,
                        .count = count,
                        .at = count > 0 ? 1 : 0};
    if (walk.options == NULL)
        return walk.found;
    while (!walk.is_over && walk.at < count && take_option(&walk, arguments[walk.at]))
        ;
    if (!walk.is_over)
        take_script(&walk);
    return walk.found;
}
