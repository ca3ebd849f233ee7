#include "explain/explain_options.h"

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
    fputs("Usage: tlsward explain [OPTION]... HOST[:PORT]\n\n"
          "Connects to a server and says what the library would decide about it, why, and\n"
          "what to do about it.\n\n"
          "  --as PROGRAM        decide for this program (else for one that no rule names)\n"
          "  --script SCRIPT     decide for this script of the program, an interpreter; which\n"
          "                      the script may name itself, by #!\n"
          "  --unit UNIT         decide for this unit of systemd's (else for none)\n"
          "  --user USER         decide for this user, a name or a number (else for yourself)\n"
          "  --group GROUP       decide for this group, a name or a number, and no other;\n"
          "                      repeatable\n"
          "  --starttls NAME     speak smtp, imap, pop3, ftp, postgres or ldap first\n"
          "  --policy FILE       decide by this policy\n"
          "  --trust PATH        trust these CA certificates (file, directory or \"system\");\n"
          "                      repeatable\n"
          "  --certificate FILE  write the server's certificate to this file, as PEM\n"
          "  --fetch             look for a missing issuer where the certificate says it is\n"
          "  --json              print one JSON object\n"
          "  --help              show this text\n\n"
          "Exit status: 0 allowed, 1 would be blocked, 2 usage or a file that\n"
          "cannot be written, 3 no TLS connection.\n",
          out);
}

static bool misused(const char *option, const char *value, const char *why)
{
    fprintf(stderr, "tlsward explain: %s%s%s: %s\n", option, *option != '\0' ? " " : "", value, why);
    return false;
}

static bool set_starttls(struct explain_options *options, const char *name)
{
    options->starttls = starttls_find(name);
    return options->starttls != NULL || misused("--starttls", name, "none of smtp, imap, pop3, ftp, postgres, ldap");
}

static bool set_process(struct explain_options *options, const struct option *option, const char *value)
{
    const char *why = named_process_set(&options->process, option->val, value);
    if (why != NULL)
        fprintf(stderr, "tlsward explain: --%s %s: %s\n", option->name, value, why);
    return why == NULL;
}

static bool end_process(struct explain_options *options)
{
    const char *why = named_process_end(&options->process);
    return why == NULL || misused("--script", options->process.script, why);
}

static bool set_policy(struct explain_options *options, const char *path)
{
    free(options->policy);
    options->policy = realpath(path, NULL);
    return options->policy != NULL || misused("--policy", path, strerror(errno));
}

static bool add_trust(struct explain_options *options, const char *source)
{
    char *path = NULL;
    if (strcmp(source, "system") != 0 && (path = realpath(source, NULL)) == NULL)
        return misused("--trust", source, strerror(errno));
    options->trust = text_grow(options->trust, options->trust_count + 1, sizeof *options->trust);
    options->trust[options->trust_count++].path = path;
    return true;
}

static bool set_destination(struct explain_options *options, const char *text)
{
    const char *why;
    options->port = options->starttls != NULL ? options->starttls->port : 443;
    return host_port_parse(text, &options->host, &options->port, &why) || misused("", text, why);
}

static bool apply_option(struct explain_options *options, const struct option *option)
{
    switch (option->val) {
    case 's':
        return set_starttls(options, optarg);
    case 'p':
        return set_policy(options, optarg);
    case 't':
        return add_trust(options, optarg);
    case 'c':
        options->certificate = optarg;
        return true;
    case 'f':
        options->fetch = true;
        return true;
    case 'j':
        options->json = true;
        return true;
    default:
        return set_process(options, option, optarg);
    }
}

int explain_options_parse(int argc, char **argv, struct explain_options *options)
{
    static const struct option known[] = {
        NAMED_PROCESS_OPTIONS,
        {"as", required_argument, NULL, NAMED_PROGRAM},
        {"starttls", required_argument, NULL, 's'},
        {"policy", required_argument, NULL, 'p'},
        {"trust", required_argument, NULL, 't'},
        {"fetch", no_argument, NULL, 'f'},
        {"json", no_argument, NULL, 'j'},
        {"certificate", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int index = 0;
    *options = (struct explain_options){.process = named_process_begin()};
    for (int option; (option = getopt_long(argc, argv, "", known, &index)) != -1;) {
        if (option == 'h') {
            usage(stdout);
            return STATUS_OK;
        }
        if (option == '?' || !apply_option(options, &known[index]))
            return STATUS_USAGE;
    }
    if (argc - optind != 1) {
        fputs("tlsward explain: one HOST[:PORT]; 'tlsward explain --help' says more\n", stderr);
        return STATUS_USAGE;
    }
    return end_process(options) && set_destination(options, argv[optind]) ? -1 : STATUS_USAGE;
}

void explain_options_free(struct explain_options *options)
{
    for (size_t i = 0; i < options->trust_count; i++)
        free((char *)options->trust[i].path);
    free(options->trust);
    free(options->host);
    named_process_free(&options->process);
    free(options->policy);
}
