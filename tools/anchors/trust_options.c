#include "anchors/trust_options.h"

#include "server/host_port.h"
#include "shared/exit_status.h"
#include "shared/text.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(FILE *out)
{
    fputs("Usage: tlsward trust [OPTION]... [SOURCE]...\n\n"
          "Shows the trust anchors that the policy has in force for a program: where each\n"
          "comes from, which were added on this host, which were ever used, and which were\n"
          "added and are missing all the same.\n\n"
          "  --program PROGRAM  for this program (else for one that no rule names)\n"
          "  --script SCRIPT    for this script of the program, an interpreter; which the\n"
          "                     script may name itself, by #!\n"
          "  --unit UNIT        for this unit of systemd's (else for none)\n"
          "  --user USER        for this user, a name or a number (else for yourself)\n"
          "  --group GROUP      for this group, a name or a number, and no other; repeatable\n"
          "  --destination HOST[:PORT]\n"
          "                     for connections to there (else to any)\n"
          "  --policy FILE      by this policy\n"
          "  --json             print one JSON object\n"
          "  --help             show this text\n\n"
          "SOURCE is a file of events (also .gz, .zst), a directory, - or journal: what was\n"
          "used is told from these. Without one it is not known.\n\n"
          "Exit status: 0 anchors are in force, 1 none is, 2 usage or a policy that is not\n"
          "valid, 3 the events are not complete.\n",
          out);
}

static bool misused(const char *option, const char *value, const char *why)
{
    fprintf(stderr, "tlsward trust: %s %s: %s\n", option, value, why);
    return false;
}

static bool set_process(struct trust_options *options, const struct option *option, const char *value)
{
    const char *why = named_process_set(&options->process, option->val, value);
    if (why != NULL)
        fprintf(stderr, "tlsward trust: --%s %s: %s\n", option->name, value, why);
    return why == NULL;
}

static bool end_process(struct trust_options *options)
{
    const char *why = named_process_end(&options->process);
    return why == NULL || misused("--script", options->process.script, why);
}

static bool set_destination(struct trust_options *options, const char *text)
{
    const char *why = "is no host name";
    char *host = NULL;
    struct destination *destination = &options->destination;
    bool understood =
        host_port_parse(text, &host, &destination->port, &why) && peer_normalise(host, strlen(host), &options->peer);
    destination->name = options->peer.text; /* an address counts as one there */
    free(host);
    return understood || misused("--destination", text, why);
}

static bool set_policy(struct trust_options *options, const char *path)
{
    free(options->policy);
    options->policy = realpath(path, NULL);
    return options->policy != NULL || misused("--policy", path, strerror(errno));
}

static bool apply_option(struct trust_options *options, const struct option *option)
{
    switch (option->val) {
    case 'd':
        return set_destination(options, optarg);
    case 'f':
        return set_policy(options, optarg);
    case 'j':
        options->json = true;
        return true;
    default:
        return set_process(options, option, optarg);
    }
}

int trust_options_parse(int argc, char **argv, struct trust_options *options)
{
    static const struct option known[] = {NAMED_PROCESS_OPTIONS,
                                          {"program", required_argument, NULL, NAMED_PROGRAM},
                                          {"destination", required_argument, NULL, 'd'},
                                          {"policy", required_argument, NULL, 'f'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int index = 0;
    *options = (struct trust_options){.process = named_process_begin()};
    for (int option; (option = getopt_long(argc, argv, "", known, &index)) != -1;) {
        if (option == 'h') {
            usage(stdout);
            return STATUS_OK;
        }
        if (option == '?' || !apply_option(options, &known[index]))
            return STATUS_USAGE;
    }
    if (!end_process(options))
        return STATUS_USAGE;
    options->sources = argv + optind;
    options->source_count = (size_t)(argc - optind);
    return -1;
}

void trust_options_free(struct trust_options *options)
{
    named_process_free(&options->process);
    free(options->policy);
}
