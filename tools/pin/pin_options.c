#include "pin/pin_options.h"

#include "shared/command_line.h"
#include "shared/exit_status.h"

#include <stdio.h>

static void usage(FILE *out)
{
    fputs("Usage: tlsward pin [OPTION]... HOST[:PORT]|FILE...\n\n"
          "Says the pins of public keys, as a policy's 'pin' and 'deny-pin' and curl's\n"
          "--pinnedpubkey take them: of the certificates that a server sends, or of those,\n"
          "keys and certificate requests in files (PEM or DER). Nothing is verified.\n\n"
          "  --starttls NAME  speak smtp, imap, pop3, ftp, postgres or ldap first\n"
          "  --json           print one JSON object\n"
          "  --help           show this text\n\n"
          "What is the name of a file or has a slash is a file.\n\n"
          "Exit status: 0 all pins were told, 2 usage, 3 a server could not be reached or a\n"
          "file not be read; the others are told.\n",
          out);
}

static bool apply_option(void *context, int option, char *value)
{
    struct pin_options *options = context;
    switch (option) {
    case 's':
        options->starttls = starttls_find(value);
        if (options->starttls == NULL)
            fprintf(stderr, "tlsward pin: --starttls %s: none of %s\n", value, starttls_names);
        return options->starttls != NULL;
    case 'j':
        options->json = true;
        return true;
    default:
        return false;
    }
}

int pin_options_parse(int argc, char **argv, struct pin_options *options)
{
    static const struct option known[] = {{"starttls", required_argument, NULL, 's'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    *options = (struct pin_options){.starttls = NULL};
    const struct command_line line = {known, "h", usage, apply_option};
    int status = command_line_read(&line, argc, argv, options);
    if (status >= 0)
        return status;
    options->places = argv + optind;
    options->place_count = (size_t)(argc - optind);
    if (options->place_count == 0)
        fputs("tlsward pin: a HOST[:PORT] or a FILE; 'tlsward pin --help' says more\n", stderr);
    return options->place_count > 0 ? -1 : STATUS_USAGE;
}
