#include "replay/replay_options.h"

#include "shared/command_line.h"
#include "shared/exit_status.h"

#include <string.h>

static const char program[] = "tlsward replay";

static void usage(FILE *out)
{
    fputs("Usage: tlsward replay --policy NEW [--against OLD] [--at DATE] [OPTION]... [SOURCE]...\n\n"
          "Says what would change for the handshakes that events tell of, if NEW were the\n"
          "policy: who would be blocked that is not, who not that is, and of whom the events\n"
          "do not tell enough. The library's own code decides.\n\n"
          "  --policy NEW     the policy in question\n"
          "  --against OLD    what to compare with; without it, what was done then\n"
          "  --at DATE        as if that were today: which exceptions will have ended\n"
          "  --since TIME     only events from then on: 7d, 2h, 2026-11-21, RFC 3339\n"
          "  --until TIME     only events before then\n"
          "  --format FORMAT  text, json, junit or github (annotations)\n"
          "  --json           the same as --format json\n"
          "  --help           show this text\n\n"
          "SOURCE is a file of events (also .gz, .zst), a directory, - or journal; without one,\n"
          "where the policy's events go.\n\n"
          "Exit status: 0 nothing newly blocked, 1 something, 2 usage or an invalid policy,\n"
          "3 nothing that is known, but the data are not complete.\n",
          out);
}

static enum replay_format format_of(const char *name)
{
    static const char *const names[] = {"text", "json", "junit", "github"};
    int format = REPLAY_TEXT;
    while (format < REPLAY_FORMATS && strcmp(names[format], name) != 0)
        format++;
    return (enum replay_format)format;
}

static bool take_at(struct replay_options *options, const char *text)
{
    int64_t at;
    const char *problem = period_read(text, period_now(), &at);
    if (problem != NULL)
        fprintf(stderr, "%s: --at %s: %s\n", program, text, problem);
    else
        options->at = (time_t)(at / 1000);
    return problem == NULL;
}

static bool take_format(struct replay_options *options, const char *name)
{
    options->format = format_of(name);
    if (options->format == REPLAY_FORMATS)
        fprintf(stderr, "%s: no format '%s': text, json, junit or github\n", program, name);
    return options->format != REPLAY_FORMATS;
}

static bool take_option(void *context, int option, char *value)
{
    struct replay_options *options = context;
    switch (option) {
    case 'p':
        options->policy = value;
        return true;
    case 'o':
        options->against = value;
        return true;
    case 'a':
        return take_at(options, value);
    case 's':
        return period_set_since(&options->reading.period, program, value);
    case 'u':
        return period_set_until(&options->reading.period, program, value);
    case 'f':
        return take_format(options, value);
    case 'j':
        return take_format(options, "json");
    default:
        return false;
    }
}

int replay_options_read(struct replay_options *options, int argc, char **argv)
{
    static const struct option known[] = {{"policy", required_argument, NULL, 'p'},
                                          {"against", required_argument, NULL, 'o'},
                                          {"at", required_argument, NULL, 'a'},
                                          {"since", required_argument, NULL, 's'},
                                          {"until", required_argument, NULL, 'u'},
                                          {"format", required_argument, NULL, 'f'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    *options = (struct replay_options){.at = time(NULL), .reading = {.program = program, .period = period_all()}};
    const struct command_line line = {known, "h", usage, take_option};
    int status = command_line_read(&line, argc, argv, options);
    if (status >= 0)
        return status;
    if (options->policy == NULL) {
        fprintf(stderr, "%s: --policy says which policy is meant; '%s --help' says more\n", program, program);
        return STATUS_USAGE;
    }
    options->reading.sources = argv + optind;
    options->reading.source_count = (size_t)(argc - optind);
    return -1;
}
