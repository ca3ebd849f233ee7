#include "log/log_options.h"

#include "shared/exit_status.h"
#include "shared/text.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void usage(FILE *out)
{
    fputs("Usage: tlsward log [OPTION]... [SOURCE]...\n"
          "       tlsward log [OPTION]... ID [SOURCE]...\n\n"
          "Shows recorded events, a line for each, or all that is known of one.\n\n"
          "  --follow         (-f) show the last ones, and go on with what comes\n"
          "  --since TIME     from this time on: 2026-11-21, \"2026-11-21 06:44\",\n"
          "                   2026-11-21T06:44:40Z, 2h, 7d (ago), @UNIX, today, yesterday\n"
          "  --until TIME     before this time\n"
          "  --blocked        only what was blocked or refused, or would have been\n"
          "  --program GLOB   only programs with this path: '/opt/*', or this name: curl\n"
          "  --json           the events as they were written, in the order of their times\n"
          "  --color WHEN     auto, always, never\n"
          "  --help           show this text\n\n"
          "A SOURCE is a file, also one compressed by gzip or zstd, a directory of files,\n"
          "'-' for standard input, 'journal', or 'journal:DIRECTORY'. Without one it is\n"
          "where the policy sends events. ID is an event's number, or its first 8 digits.\n\n"
          "Exit status: 0 all was read, 1 no event has this ID, 2 usage,\n"
          "3 a source could not be read, or lines were damaged.\n",
          out);
}

static bool misused(const char *option, const char *value, const char *why)
{
    fprintf(stderr, "tlsward log: %s%s%s: %s\n", option, *option != '\0' ? " " : "", value, why);
    return false;
}

/* As an event's id is written, or begins; a file of that name is a file. */
static bool is_id(const char *text)
{
    size_t length = strspn(text, "0123456789abcdef");
    return length >= 8 && length <= 32 && text[length] == '\0' && access(text, F_OK) != 0;
}

static bool take_option(struct log_options *options, int option)
{
    switch (option) {
    case 'f':
        options->follow = true;
        return true;
    case 's':
        return period_set_since(&options->period, "tlsward log", optarg);
    case 'u':
        return period_set_until(&options->period, "tlsward log", optarg);
    case 'b':
        options->blocked = true;
        return true;
    case 'p':
        options->program = optarg;
        return true;
    case 'j':
        options->as_json = true;
        return true;
    case 'c':
        return text_colour_when(optarg) || misused("--color", optarg, "none of auto, always, never");
    default:
        return false;
    }
}

static void take_operands(struct log_options *options, int count, char **operands)
{
    options->sources = operands;
    options->source_count = (size_t)count;
    if (count == 0 || !is_id(operands[0]))
        return;
    options->id = operands[0];
    options->sources++;
    options->source_count--;
}

bool log_options_read(int argc, char **argv, struct log_options *options, int *status)
{
    static const struct option known[] = {
        {"follow", no_argument, NULL, 'f'},
        {"since", required_argument, NULL, 's'},
        {"until", required_argument, NULL, 'u'},
        {"blocked", no_argument, NULL, 'b'},
        {"program", required_argument, NULL, 'p'},
        {"json", no_argument, NULL, 'j'},
        {"color", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    *options = (struct log_options){.period = period_all()};
    *status = STATUS_USAGE;
    for (int option; (option = getopt_long(argc, argv, "fh", known, NULL)) != -1;) {
        if (option == 'h') {
            usage(stdout);
            *status = STATUS_OK;
            return false;
        }
        if (!take_option(options, option))
            return false;
    }
    take_operands(options, argc - optind, argv + optind);
    if (options->id != NULL && options->follow)
        return misused("--follow", options->id, "one event is shown as it is now");
    return true;
}
