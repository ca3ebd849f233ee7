#include "anchors/trust_options.h"

#include "server/host_port.h"
#include "shared/effective.h"
#include "shared/exit_status.h"
#include "shared/text.h"

#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void usage(FILE *out)
{
    fputs("Usage: tlsward trust [OPTION]... [SOURCE]...\n\n"
          "Shows the trust anchors that the policy has in force for a program: where each\n"
          "comes from, which were added on this host, which were ever used, and which were\n"
          "added and are missing all the same.\n\n"
          "  --program PROGRAM  for this program (else for one that no rule names)\n"
          "  --user USER        for this user, a name or a number (else for yourself)\n"
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

static bool set_program(struct trust_options *options, const char *path)
{
    return named_program_set(&options->program, &options->process, path) ||
           misused("--program", path, "is no absolute path of a program");
}

static bool set_user(struct trust_options *options, const char *text)
{
    unsigned long uid;
    const struct passwd *account = getpwnam(text);
    if (account != NULL)
        uid = account->pw_uid;
    else if (!host_port_number(text, UINT32_MAX - 1ul, &uid))
        return misused("--user", text, "is no user here and no user id");
    options->process.uid = (uid_t)uid;
    options->process.effective_uid = (uid_t)uid;
    return true;
}

static bool set_policy(struct trust_options *options, const char *path)
{
    free(options->policy);
    options->policy = realpath(path, NULL);
    return options->policy != NULL || misused("--policy", path, strerror(errno));
}

static bool apply_option(struct trust_options *options, int option)
{
    switch (option) {
    case 'p':
        return set_program(options, optarg);
    case 'u':
        return set_user(options, optarg);
    case 'f':
        return set_policy(options, optarg);
    case 'j':
        options->json = true;
        return true;
    default:
        return false;
    }
}

int trust_options_parse(int argc, char **argv, struct trust_options *options)
{
    static const struct option known[] = {
        {"program", required_argument, NULL, 'p'}, {"user", required_argument, NULL, 'u'},
        {"policy", required_argument, NULL, 'f'},  {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
    const uid_t user = effective_user(getuid());
    *options = (struct trust_options){
        .process = {.executable = "", .script.name = "", .unit.name = "", .uid = user, .effective_uid = user}};
    for (int option; (option = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        if (option == 'h') {
            usage(stdout);
            return STATUS_OK;
        }
        if (!apply_option(options, option))
            return STATUS_USAGE;
    }
    options->sources = argv + optind;
    options->source_count = (size_t)(argc - optind);
    return -1;
}

void trust_options_free(struct trust_options *options)
{
    named_program_free(&options->program);
    free(options->policy);
}
