#include "status/status.h"

#include "shared/command_line.h"
#include "shared/exit_status.h"
#include "status/status_print.h"

#include <getopt.h>
#include <stdio.h>

enum status_form { FORM_TEXT, FORM_JSON, FORM_NAGIOS, FORM_PROM };

static void usage(FILE *out)
{
    fputs("Usage: tlsward status [OPTION]...\n\n"
          "Says which processes of this host have the library, why the others do not, and by\n"
          "which policy.\n\n"
          "  --json    print one JSON object\n"
          "  --nagios  print one line, and exit, as monitoring plugins do\n"
          "  --prom    print metrics for Prometheus\n"
          "  --help    show this text\n\n"
          "Exit status: 0 enabled, 1 degraded, 2 usage, 3 not enabled, 4 enabled, but not all\n"
          "processes can be seen by this user.\n",
          out);
}

static bool apply_option(void *context, int option, char *value)
{
    enum status_form *form = context;
    (void)value;
    switch (option) {
    case 'j':
        *form = FORM_JSON;
        return true;
    case 'n':
        *form = FORM_NAGIOS;
        return true;
    case 'p':
        *form = FORM_PROM;
        return true;
    default:
        return false;
    }
}

static int print(const struct host_state *state, enum status_form form)
{
    if (form == FORM_NAGIOS)
        return status_print_nagios(state);
    if (form == FORM_JSON)
        status_print_json(state);
    else if (form == FORM_PROM)
        status_print_prom(state);
    else
        status_print_text(state);
    return host_state_status(state);
}

int status_main(int argc, char **argv)
{
    static const struct option known[] = {{"json", no_argument, NULL, 'j'},
                                          {"nagios", no_argument, NULL, 'n'},
                                          {"prom", no_argument, NULL, 'p'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    enum status_form form = FORM_TEXT;
    const struct command_line line = {known, "h", usage, apply_option};
    int status = command_line_read(&line, argc, argv, &form);
    if (status >= 0)
        return status;
    if (optind < argc) {
        fputs("tlsward status: takes no arguments\n", stderr);
        return STATUS_USAGE;
    }
    struct host_state state = host_state_find();
    status = print(&state, form);
    host_state_free(&state);
    return status;
}
