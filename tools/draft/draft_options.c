#include "draft/draft_options.h"

#include "events/timestamp.h"
#include "shared/command_line.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char program[] = "tlsward draft";
enum { DAY = 86400, DAYS = 30, DAYS_MAX = 3650 };

static void usage(FILE *out)
{
    fputs("Usage: tlsward draft [OPTION]... [SOURCE]...\n\n"
          "Writes rules under which just those connections would pass that fail today, each\n"
          "as narrow as is known, those that weaken nothing first. Owner and ticket are left\n"
          "empty: until a person fills them in, the policy is invalid, and 'tlsward check'\n"
          "refuses it. Review them: what fails may fail for good reason.\n\n"
          "  --policy FILE    the policy that the rules are meant for (default: the one here)\n"
          "  --bound FILE     a policy that no drafted rule may go beyond\n"
          "  --fetch-anchors DIR  ask the servers of what fails for their trust anchors, and write\n"
          "                   them there for rules with 'trust': trust on first use, to be compared\n"
          "  --expires WHEN   when the rules end: 30d (the default), or a date\n"
          "  --since TIME     only events from then on: 7d, 2h, 2026-11-21, RFC 3339\n"
          "  --until TIME     only events before then\n"
          "  --output FILE    write them there, which must not exist\n"
          "  --help           show this text\n\n"
          "SOURCE is a file of events (also .gz, .zst), a directory, - or journal; without one,\n"
          "where the policy's events go.\n\n"
          "Exit status: 0 rules for all that fails, or nothing fails; 1 for some of it there\n"
          "is no rule, as the comments say; 2 usage or an invalid policy; 3 the data are not\n"
          "complete.\n",
          out);
}

static bool take_expires(struct draft_options *options, const char *text)
{
    char *end;
    long days = strtol(text, &end, 10);
    if (end != text && strcmp(end, "d") == 0 && days >= 0 && days <= DAYS_MAX)
        options->expires = (int64_t)time(NULL) / DAY + days;
    else if (!timestamp_read_date((struct slice){text, strlen(text)}, &options->expires)) {
        fprintf(stderr, "%s: --expires %s: neither a date, YYYY-MM-DD, nor a number of days, 30d\n", program, text);
        return false;
    }
    return true;
}

static bool take_option(void *context, int option, char *value)
{
    struct draft_options *options = context;
    switch (option) {
    case 'p':
        options->policy = value;
        return true;
    case 'b':
        options->bound = value;
        return true;
    case 'o':
        options->output = value;
        return true;
    case 'a':
        options->anchors = value;
        return true;
    case 'e':
        return take_expires(options, value);
    case 's':
        return period_set_since(&options->reading.period, program, value);
    case 'u':
        return period_set_until(&options->reading.period, program, value);
    default:
        return false;
    }
}

int draft_options_read(struct draft_options *options, int argc, char **argv)
{
    static const struct option known[] = {{"policy", required_argument, NULL, 'p'},
                                          {"bound", required_argument, NULL, 'b'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"expires", required_argument, NULL, 'e'},
                                          {"fetch-anchors", required_argument, NULL, 'a'},
                                          {"since", required_argument, NULL, 's'},
                                          {"until", required_argument, NULL, 'u'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    *options = (struct draft_options){.expires = (int64_t)time(NULL) / DAY + DAYS,
                                      .reading = {.program = program, .period = period_all(), .workers = 1}};
    const struct command_line line = {known, "h", usage, take_option};
    int status = command_line_read(&line, argc, argv, options);
    if (status >= 0)
        return status;
    options->reading.sources = argv + optind;
    options->reading.source_count = (size_t)(argc - optind);
    return -1;
}
