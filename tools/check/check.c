#include "check/check.h"

#include "check/report.h"
#include "shared/effective.h"
#include "shared/exit_status.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(FILE *out)
{
    fputs("Usage: tlsward check [--strict] [--format FORMAT] [FILE]\n\n"
          "Reads a policy as the library does (without FILE: the one that counts here) and\n"
          "prints the effective policy, what its trust anchors are, and what in it does not\n"
          "do what it seems to say; or every error.\n\n"
          "  --strict         warnings count as errors\n"
          "  --format FORMAT  text, json, sarif (2.1.0) or junit\n"
          "  --json           the same as --format json: {\"valid\":…, \"errors\":[…],\n"
          "                   \"warnings\":[…], \"files\":[…], \"trust\":[…]}\n"
          "  --help           show this text\n\n"
          "Exit status: 0 valid, 1 errors (with --strict also warnings), 2 usage.\n",
          out);
}

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_SARIF, FORMAT_JUNIT, FORMAT_UNKNOWN };

static enum format format_of(const char *name)
{
    static const char *const names[] = {"text", "json", "sarif", "junit"};
    int format = FORMAT_TEXT;
    while (format < FORMAT_UNKNOWN && strcmp(names[format], name) != 0)
        format++;
    return (enum format)format;
}

static void print(const struct check_report *report, enum format format, bool strict)
{
    switch (format) {
    case FORMAT_JSON:
        check_print_json(report);
        break;
    case FORMAT_SARIF:
        check_print_sarif(report);
        break;
    case FORMAT_JUNIT:
        check_print_junit(report, strict);
        break;
    default:
        check_print_text(report);
    }
}

static int check(const char *file, enum format format, bool strict)
{
    struct config_environment environment = effective_environment();
    char *path = NULL;
    if (file != NULL) {
        path = realpath(file, NULL);
        environment = effective_file(path != NULL ? path : file);
    }
    struct check_report report = check_report(&environment);
    print(&report, format, strict);
    bool failed = report.policy == NULL || findings_have(&report.findings, FINDING_ERROR) ||
                  (strict && findings_have(&report.findings, FINDING_WARNING));
    check_report_free(&report);
    free(path);
    return failed ? STATUS_NEGATIVE : STATUS_OK;
}

int check_main(int argc, char **argv)
{
    static const struct option known[] = {{"json", no_argument, NULL, 'j'},
                                          {"format", required_argument, NULL, 'f'},
                                          {"strict", no_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    enum format format = FORMAT_TEXT;
    bool strict = false;
    for (int option; (option = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        if (option == 'h') {
            usage(stdout);
            return STATUS_OK;
        }
        if (option == '?')
            return STATUS_USAGE;
        strict |= option == 's';
        if (option == 'j')
            format = FORMAT_JSON;
        if (option == 'f' && (format = format_of(optarg)) == FORMAT_UNKNOWN) {
            fprintf(stderr, "tlsward check: no format '%s': text, json, sarif or junit\n", optarg);
            return STATUS_USAGE;
        }
    }
    if (argc - optind > 1) {
        fputs("tlsward check: one FILE at most; 'tlsward check --help' says more\n", stderr);
        return STATUS_USAGE;
    }
    return check(argv[optind], format, strict);
}
