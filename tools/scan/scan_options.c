#include "scan/scan_options.h"

#include "shared/command_line.h"
#include "shared/exit_status.h"
#include "shared/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(FILE *out)
{
    fputs("Usage: tlsward scan [OPTION]... [PATH]...\n\n"
          "Finds what switches TLS verification off, and programs that tlsward does not cover.\n\n"
          "  --running              running processes: what is in their environment, what they load\n"
          "  --host                 the configurations of this host and of its users, units, cron;\n"
          "                         the programs in PATH\n"
          "  --container-image DIR  a root directory of another system\n"
          "  --format FORMAT        text (default), json (one object a line) or sarif\n"
          "  --json                 as --format json\n"
          "  --baseline FILE        do not count the findings of an earlier json or sarif output\n"
          "  --events SOURCE        say of which findings programs made use, by these events (a file, a\n"
          "                         directory, - or journal); may be given several times\n"
          "  --fail-on SEVERITY     count from low (default), medium or high\n"
          "  --exit-zero            exit with 0 also where there are findings\n"
          "  --help                 show this text\n\n"
          "Exit status: 0 no findings, 1 findings, 2 usage, 3 no findings, but not everything could be read.\n",
          out);
}

static const struct option known[] = {
    {"running", no_argument, NULL, 'r'},
    {"host", no_argument, NULL, 'H'},
    {"container-image", required_argument, NULL, 'c'},
    {"format", required_argument, NULL, 'f'},
    {"json", no_argument, NULL, 'j'},
    {"baseline", required_argument, NULL, 'b'},
    {"events", required_argument, NULL, 'e'},
    {"fail-on", required_argument, NULL, 'F'},
    {"exit-zero", no_argument, NULL, 'z'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool set_format(struct scan_options *options, const char *name)
{
    static const char *const names[] = {"text", "json", "sarif"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        options->format = (enum scan_format)i;
        return true;
    }
    fprintf(stderr, "tlsward scan: --format %s: not text, json or sarif\n", name);
    return false;
}

static bool set_fail_on(struct scan_options *options, const char *name)
{
    if (severity_of_name(name, &options->fail_on) && options->fail_on > SEVERITY_INFO)
        return true;
    fprintf(stderr, "tlsward scan: --fail-on %s: not low, medium or high\n", name);
    return false;
}

static bool add_events(struct scan_options *options, char *source)
{
    options->events = text_grow(options->events, options->event_count + 1, sizeof *options->events);
    options->events[options->event_count++] = source;
    return true;
}

static bool take(void *context, int option, char *value)
{
    struct scan_options *options = context;
    switch (option) {
    case 'r':
        return options->running = true;
    case 'H':
        return options->host = true;
    case 'c':
        options->image = value;
        return true;
    case 'f':
        return set_format(options, value);
    case 'j':
        options->format = FORMAT_JSON;
        return true;
    case 'b':
        options->baseline = value;
        return true;
    case 'e':
        return add_events(options, value);
    case 'F':
        return set_fail_on(options, value);
    case 'z':
        return options->exit_zero = true;
    default:
        return false;
    }
}

int scan_options_parse(int argc, char **argv, struct scan_options *options)
{
    *options = (struct scan_options){.fail_on = SEVERITY_LOW};
    const struct command_line line = {known, "h", usage, take};
    int status = command_line_read(&line, argc, argv, options);
    if (status >= 0)
        return status;
    options->paths = argv + optind;
    options->path_count = (size_t)(argc - optind);
    if (options->path_count > 0 || options->running || options->host || options->image != NULL)
        return -1;
    fputs("tlsward scan: nothing to look at: name a PATH, or give --running, --host or --container-image; "
          "'tlsward scan --help' says more\n",
          stderr);
    return STATUS_USAGE;
}

void scan_options_free(struct scan_options *options)
{
    free(options->events);
}
