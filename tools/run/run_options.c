#include "run/run_options.h"

#include "shared/exit_status.h"
#include "shared/text.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void usage(FILE *out)
{
    fputs("Usage: tlsward run [OPTION]... [--] COMMAND [ARGUMENT]...\n\n"
          "Runs COMMAND with libtlsward.so preloaded.\n\n"
          "  --audit         record what would be blocked, change nothing\n"
          "  --enforce       block connections that fail verification\n"
          "  --trust PATH    trust these CA certificates (file, directory or \"system\"); repeatable\n"
          "  --policy FILE   use this policy\n"
          "  --log DEST      send events to stderr (default), journald, syslog, collect, file:PATH\n"
          "                  or unix:PATH\n"
          "  --summary       say at the end, on stderr, what became of the connections\n"
          "  --strict        refuse a program of which a part is not covered, instead of warning\n"
          "  --help          show this text\n\n"
          "Exit status: COMMAND's own (128+n for signal n); 2 usage, 125 refused,\n"
          "126 COMMAND cannot be executed, 127 COMMAND not found.\n",
          out);
}

/* Appends a trust source to the colon separated list. */
static bool add_trust(struct run_options *options, const char *source)
{
    char *path = strcmp(source, "system") == 0 ? text_format("system") : realpath(source, NULL);
    if (path == NULL || strchr(path, ':') != NULL) {
        fprintf(stderr, "tlsward run: --trust %s: %s\n", source,
                path == NULL ? strerror(errno) : "a path with a colon cannot be handed on");
        free(path);
        return false;
    }
    char *list = options->trust != NULL ? text_format("%s:%s", options->trust, path) : text_format("%s", path);
    free(options->trust);
    free(path);
    options->trust = list;
    return true;
}

static bool set_policy(struct run_options *options, const char *file)
{
    free(options->policy);
    options->policy = realpath(file, NULL);
    if (options->policy == NULL)
        fprintf(stderr, "tlsward run: --policy %s: %s\n", file, strerror(errno));
    return options->policy != NULL;
}

static bool set_log(struct run_options *options, const char *destination)
{
    static const char *const words[] = {"stderr", "journald", "syslog", "collect"};
    static const char *const prefixes[] = {"file:", "unix:"};
    free(options->log);
    options->log = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(destination, words[i]) == 0)
            options->log = text_format("%s", destination);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t length = strlen(prefixes[i]);
        if (strncmp(destination, prefixes[i], length) != 0 || destination[length] == '\0')
            continue;
        const char *path = destination + length;
        char directory[PATH_MAX] = "";
        if (*path != '/' && getcwd(directory, sizeof directory) == NULL)
            continue;
        options->log = text_format("%s%s%s%s", prefixes[i], directory, *path != '/' ? "/" : "", path);
    }
    if (options->log == NULL)
        fprintf(stderr, "tlsward run: --log %s: not stderr, journald, syslog, collect, file:PATH or unix:PATH\n",
                destination);
    return options->log != NULL;
}

static bool set_mode(struct run_options *options, const char *mode)
{
    bool fits = options->mode == NULL || strcmp(options->mode, mode) == 0;
    if (!fits)
        fputs("tlsward run: --audit and --enforce exclude each other\n", stderr);
    options->mode = mode;
    return fits;
}

static const struct option known[] = {
    {"audit", no_argument, NULL, 'a'},
    {"enforce", no_argument, NULL, 'e'},
    {"trust", required_argument, NULL, 't'},
    {"policy", required_argument, NULL, 'p'},
    {"log", required_argument, NULL, 'l'},
    {"summary", no_argument, NULL, 's'},
    {"strict", no_argument, NULL, 'S'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

int run_options_parse(int argc, char **argv, struct run_options *options)
{
    bool understood = true;
    int option;
    while (understood && (option = getopt_long(argc, argv, "+h", known, NULL)) != -1) {
        switch (option) {
        case 'a':
            understood = set_mode(options, "audit");
            break;
        case 'e':
            understood = set_mode(options, "enforce");
            break;
        case 't':
            understood = add_trust(options, optarg);
            break;
        case 'p':
            understood = set_policy(options, optarg);
            break;
        case 'l':
            understood = set_log(options, optarg);
            break;
        case 's':
            options->summary = true;
            break;
        case 'S':
            options->strict = true;
            break;
        case 'h':
            usage(stdout);
            return STATUS_OK;
        default:
            understood = false;
        }
    }
    if (understood && optind == argc) {
        fputs("tlsward run: no COMMAND; 'tlsward run --help' says more\n", stderr);
        understood = false;
    }
    options->command = argv + optind;
    return understood ? -1 : STATUS_USAGE;
}

void run_options_free(struct run_options *options)
{
    free(options->trust);
    free(options->policy);
    free(options->log);
}
