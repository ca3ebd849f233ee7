#include "anchors/trust_command.h"
#include "check/check.h"
#include "collect/collect.h"
#include "draft/draft.h"
#include "enable/enable.h"
#include "explain/explain.h"
#include "log/log.h"
#include "pin/pin.h"
#include "process/standard_error.h"
#include "replay/replay.h"
#include "report/report.h"
#include "run/run.h"
#include "scan/scan.h"
#include "shared/exit_status.h"
#include "status/status.h"

#include <stdio.h>
#include <string.h>

struct subcommand {
    const char *name;
    const char *summary;
    int (*main)(int argc, char **argv);
};

static const struct subcommand subcommands[] = {
    {"enable", "have every program of this host, or a service, start with the library", enable_main},
    {"disable", "take that back", disable_main},
    {"status", "say which processes have the library, and why the others do not", status_main},
    {"run", "run a program under the library", run_main},
    {"check", "check a policy and its trust anchors", check_main},
    {"explain", "connect to a server and say what the policy decides, and why", explain_main},
    {"collect", "keep the events of a host's programs", collect_main},
    {"log", "show recorded events", log_main},
    {"report", "say who speaks TLS to whom without verifying, from events", report_main},
    {"draft", "write rules for what would be blocked, to be looked through", draft_main},
    {"replay", "say what another policy would have made of recorded events", replay_main},
    {"pin", "say the pins of a server or of files, for a policy", pin_main},
    {"trust", "show the trust anchors in force for a program", trust_main},
    {"scan", "find what switches verification off, and what is not covered", scan_main},
};

static void usage(FILE *out)
{
    fputs("Usage: tlsward SUBCOMMAND [OPTION]... [ARGUMENT]...\n\n"
          "Makes the OpenSSL clients inside unmodified programs verify the certificate\n"
          "chain and the host name.\n\nSubcommands:\n",
          out);
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
        fprintf(out, "  %-9s %s\n", subcommands[i].name, subcommands[i].summary);
    fputs(
        "\n'tlsward SUBCOMMAND --help' says more; 'tlsward --version' names the version;\nthe manual is tlsward(1).\n",
        out);
}

/* getopt(3) begins its messages with argv[0]. */
static int start(const struct subcommand *subcommand, int argc, char **argv)
{
    char title[32];
    snprintf(title, sizeof title, "tlsward %s", subcommand->name);
    argv[0] = title;
    return subcommand->main(argc, argv);
}

int main(int argc, char **argv)
{
    standard_error_keep();
    if (argc < 2) {
        usage(stderr);
        return STATUS_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        usage(stdout);
        return STATUS_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("tlsward " TLSWARD_VERSION);
        return STATUS_OK;
    }
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return start(&subcommands[i], argc - 1, argv + 1);
    fprintf(stderr, "tlsward: no subcommand '%s'; 'tlsward --help' lists them\n", argv[1]);
    return STATUS_USAGE;
}
