#include "shared/command_line.h"

#include "shared/exit_status.h"

int command_line_read(const struct command_line *line, int argc, char **argv, void *options)
{
    for (int option; (option = getopt_long(argc, argv, line->letters, line->known, NULL)) != -1;) {
        if (option == 'h') {
            line->usage(stdout);
            return STATUS_OK;
        }
        if (!line->take(options, option, optarg))
            return STATUS_USAGE;
    }
    return -1;
}
