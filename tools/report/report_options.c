#include "report/report_options.h"

#include "shared/command_line.h"
#include "shared/exit_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char program[] = "tlsward report";

static const struct {
    const char *name;
    enum member member;
} choices[REPORT_CHOICES] = {
    [CHOICE_NONE] = {"none", MEMBER_COUNT},
    [CHOICE_PROGRAM] = {"program", MEMBER_EXECUTABLE},
    [CHOICE_DESTINATION] = {"destination", MEMBER_SERVER_ADDRESS},
    [CHOICE_FINDING] = {"finding", MEMBER_FINDING},
    [CHOICE_RULE] = {"rule", MEMBER_RULE},
    [CHOICE_OWNER] = {"owner", MEMBER_RULE},
    [CHOICE_HOST] = {"host", MEMBER_HOST_NAME},
    [CHOICE_ISSUER] = {"issuer", MEMBER_ISSUER},
    [CHOICE_SCRIPT] = {"script", MEMBER_SCRIPT},
    [CHOICE_UNIT] = {"unit", MEMBER_UNIT},
};

static void usage(FILE *out)
{
    fputs("Usage: tlsward report [OPTION]... [SOURCE]...\n\n"
          "Says who speaks TLS to whom, what was not verified, what enforcement does or would\n"
          "do and why, which certificates end, what is weak, and what the rules are good for.\n\n"
          "  --since TIME     only events from then on: 7d, 2h, 2026-11-21, RFC 3339\n"
          "  --until TIME     only events before then\n"
          "  --by WHAT        one table by program, destination, finding, rule, owner, host,\n"
          "                   issuer, script or unit\n"
          "  --rules          the table of rules alone\n"
          "  --policy FILE    whose rules (default: the policy that counts here)\n"
          "  --fail-on WHAT   exit with 1 where something is blocked or would be (blocked),\n"
          "                   a key, signature, protocol or cipher is weak (weak), or a\n"
          "                   certificate or a rule ends soon (expiring)\n"
          "  --format FORMAT  text, json, csv, html, prom (Prometheus), tlsrpt (RFC 8460) or\n"
          "                   cbom (CycloneDX 1.6)\n"
          "  --json           the same as --format json\n"
          "  --csv            one table: connections, or that of --by or --rules\n"
          "  --html FILE      one page for a browser, into that file\n"
          "  --output FILE    where html, prom, tlsrpt and cbom go; the file is whole whenever\n"
          "                   it is there\n"
          "  --debuginfod     ask the servers in DEBUGINFOD_URLS for what is not here of the\n"
          "                   code that made connections; without it, nobody is asked\n"
          "  --help           show this text\n\n"
          "SOURCE is a file of events (also .gz, .zst), a directory, - or journal; without one,\n"
          "where the policy's events go.\n\n"
          "Exit status: 0 nothing to fail on, 1 what --fail-on says, 2 usage or an invalid policy, 3 the data are\n"
          "not complete.\n",
          out);
}

enum member report_choice_member(enum report_choice choice)
{
    return choices[choice].member;
}

const char *report_choice_text(enum report_choice choice)
{
    return choices[choice].name;
}

static bool complain(const char *option, const char *value)
{
    fprintf(stderr, "%s: no %s '%s'; '%s --help' says more\n", program, option, value, program);
    return false;
}

static int find_word(const char *const *words, int count, const char *word)
{
    int at = 0;
    while (at < count && strcmp(words[at], word) != 0)
        at++;
    return at;
}

static bool take_format(struct report_options *options, const char *name)
{
    static const char *const names[REPORT_FORMATS] = {"text", "json", "csv", "html", "prom", "tlsrpt", "cbom"};
    options->format = (enum report_format)find_word(names, REPORT_FORMATS, name);
    return options->format != REPORT_FORMATS || complain("format", name);
}

static bool take_alarm(struct report_options *options, const char *name)
{
    static const char *const names[ALARMS] = {"none", "blocked", "weak", "expiring"};
    options->alarm = (enum report_alarm)find_word(names, ALARMS, name);
    return options->alarm != ALARMS || complain("--fail-on", name);
}

static bool take_choice(struct report_options *options, const char *name)
{
    int by = CHOICE_PROGRAM;
    while (by < REPORT_CHOICES && strcmp(choices[by].name, name) != 0)
        by++;
    options->by = (enum report_choice)by;
    return options->by != REPORT_CHOICES || complain("--by", name);
}

static bool take_option(void *context, int option, char *value)
{
    struct report_options *options = context;
    switch (option) {
    case 's':
        return period_set_since(&options->reading.period, program, value);
    case 'u':
        return period_set_until(&options->reading.period, program, value);
    case 'b':
        return take_choice(options, value);
    case 'r':
        options->rules_only = true;
        return true;
    case 'p':
        options->policy = value;
        return true;
    case 'a':
        return take_alarm(options, value);
    case 'f':
        return take_format(options, value);
    case 'j':
        return take_format(options, "json");
    case 'c':
        return take_format(options, "csv");
    case 'o':
        options->output = value;
        return true;
    case 'd':
        options->debuginfod = true;
        return true;
    case 'w':
        options->output = value;
        return take_format(options, "html");
    default:
        return false;
    }
}

/* False with a message where one option needs another one, or a server. */
static bool go_together(const struct report_options *options)
{
    const char *servers = getenv("DEBUGINFOD_URLS");
    if (options->output != NULL && options->format < REPORT_HTML) {
        fprintf(stderr, "%s: --output is for html, prom, tlsrpt and cbom\n", program);
        return false;
    }
    if (options->debuginfod && (servers == NULL || *servers == '\0')) {
        fprintf(stderr, "%s: --debuginfod: DEBUGINFOD_URLS names no server\n", program);
        return false;
    }
    return true;
}

int report_options_read(struct report_options *options, int argc, char **argv)
{
    static const struct option known[] = {
        {"since", required_argument, NULL, 's'},  {"until", required_argument, NULL, 'u'},
        {"by", required_argument, NULL, 'b'},     {"rules", no_argument, NULL, 'r'},
        {"policy", required_argument, NULL, 'p'}, {"fail-on", required_argument, NULL, 'a'},
        {"format", required_argument, NULL, 'f'}, {"json", no_argument, NULL, 'j'},
        {"csv", no_argument, NULL, 'c'},          {"html", required_argument, NULL, 'w'},
        {"output", required_argument, NULL, 'o'}, {"debuginfod", no_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    *options = (struct report_options){.reading = {.program = program, .period = period_all()}};
    const struct command_line line = {known, "ho:", usage, take_option};
    int status = command_line_read(&line, argc, argv, options);
    if (status >= 0)
        return status;
    options->reading.sources = argv + optind;
    options->reading.source_count = (size_t)(argc - optind);
    return go_together(options) ? -1 : STATUS_USAGE;
}
