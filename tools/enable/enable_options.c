#include "enable/enable_options.h"

#include "shared/command_line.h"
#include "shared/exit_status.h"

#include <stdio.h>

static const char enable_usage[] =
    "Usage: tlsward enable [OPTION]...\n\n"
    "Has every program of this host, or one service, started with the library, after it was\n"
    "tried in programs that everything depends on.\n\n"
    "  --audit      with a policy that only records; an existing policy is not changed\n"
    "  --enforce    with a policy that enforces; the same\n"
    "  --unit NAME  only this service of systemd, by a drop-in\n"
    "  --now        restart that service at once\n"
    "  --runtime    until the next boot\n"
    "  --no-guard   name the library itself, also where the boot guard is installed\n"
    "  --root DIR   in this root directory, as of an image\n"
    "  --package    as maintainer scripts need it\n"
    "  --boot       as the unit of the boot guard needs it\n"
    "  --help       show this text\n\n"
    "Exit status: 0 it is enabled, 1 refused or failed, and nothing was changed, 2 usage.\n";

static const char disable_usage[] =
    "Usage: tlsward disable [OPTION]...\n\n"
    "Has no program of this host, or of one service, started with the library any more.\n"
    "'tlsward-rescue' does that where no other program runs.\n\n"
    "  --unit NAME  only this service of systemd\n"
    "  --now        restart that service at once\n"
    "  --runtime    with --unit: what was enabled until the next boot\n"
    "  --root DIR   in this root directory, as of an image\n"
    "  --package    as maintainer scripts need it\n"
    "  --help       show this text\n\n"
    "Exit status: 0 it is disabled, 1 failed, 2 usage.\n";

static const struct option known[] = {
    {"audit", no_argument, NULL, 'a'},
    {"enforce", no_argument, NULL, 'e'},
    {"unit", required_argument, NULL, 'u'},
    {"now", no_argument, NULL, 'n'},
    {"runtime", no_argument, NULL, 'r'},
    {"root", required_argument, NULL, 'R'},
    {"package", no_argument, NULL, 'p'},
    {"help", no_argument, NULL, 'h'},
    {"no-guard", no_argument, NULL, 'g'},
    {"boot", no_argument, NULL, 'b'},
    {NULL, 0, NULL, 0},
};

static void print_enable_usage(FILE *out)
{
    fputs(enable_usage, out);
}

static void print_disable_usage(FILE *out)
{
    fputs(disable_usage, out);
}

static bool set_mode(struct enable_options *options, enum wanted_mode mode)
{
    if (options->mode != WANTED_ANY && options->mode != mode)
        fprintf(stderr, "%s: --audit or --enforce, not both\n", options->program);
    bool fits = options->mode == WANTED_ANY || options->mode == mode;
    options->mode = mode;
    return fits;
}

static bool take(void *context, int option, char *value)
{
    struct enable_options *options = context;
    switch (option) {
    case 'a':
        return set_mode(options, WANTED_AUDIT);
    case 'e':
        return set_mode(options, WANTED_ENFORCE);
    case 'u':
        options->unit = value;
        return true;
    case 'R':
        options->root = value;
        return true;
    case 'n':
        return options->now = true;
    case 'r':
        return options->runtime = true;
    case 'p':
        return options->package = true;
    case 'g':
        return options->no_guard = true;
    case 'b':
        return options->boot = true;
    default:
        return false;
    }
}

static const char *contradiction(const struct enable_options *options, bool disables)
{
    if (disables && (options->mode != WANTED_ANY || options->no_guard || options->boot))
        return "--audit, --enforce, --no-guard and --boot are for enable";
    if (options->unit != NULL && (options->boot || options->no_guard))
        return "the boot guard is for the whole host, --unit for one service";
    if (options->root != NULL && (options->now || options->runtime || options->boot))
        return "nothing runs below --root: no --now, --runtime or --boot";
    if (options->runtime && options->no_guard)
        return "--runtime is the boot guard's, which --no-guard leaves out";
    return NULL;
}

int enable_options_parse(int argc, char **argv, bool disables, struct enable_options *options)
{
    *options = (struct enable_options){.program = argv[0]};
    const struct command_line line = {known, "h", disables ? print_disable_usage : print_enable_usage, take};
    int status = command_line_read(&line, argc, argv, options);
    if (status >= 0)
        return status;
    const char *why = optind < argc ? "takes no arguments; --unit names a service" : contradiction(options, disables);
    if (why == NULL)
        return -1;
    fprintf(stderr, "%s: %s\n", options->program, why);
    return STATUS_USAGE;
}
