#include "collect/collect_options.h"

#include "events/source_list.h"
#include "shared/command_line.h"
#include "shared/exit_status.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(FILE *out)
{
    fputs("Usage: tlsward collect [OPTION]...\n\n"
          "Keeps the events of this host's programs, which a policy with 'log = collect'\n"
          "sends to a local socket: in events.jsonl, and in files compressed by zstd that\n"
          "it was rotated to. systemd hands the socket over, or --listen makes it.\n\n"
          "  --directory DIR     keep them there, not in /var/log/tlsward\n"
          "  --listen PATH       make this socket, to which every user may write\n"
          "  --metrics FILE      write counts there every 5 seconds, for Prometheus\n"
          "  --rotate-size SIZE  rotate events.jsonl when it is larger (default 64M)\n"
          "  --rotate-age TIME   or older: 30m, 12h, 7d (default 1d)\n"
          "  --keep-size SIZE    remove the oldest files when all are larger (default 2G)\n"
          "  --keep-age TIME     or a file is older (default 90d)\n"
          "  --help              show this text\n\n"
          "Exit status: 0 ended by a signal, and all events are written, 1 cannot work\n"
          "there, 2 usage, 3 some events could not be written.\n",
          out);
}

/* A whole number from 1 on, with one of the letters behind it, each of which stands for a factor. */
static bool read_quantity(const char *text, const char *letters, const uint64_t *factors, uint64_t *quantity)
{
    char *end;
    errno = 0;
    unsigned long long number = isdigit((unsigned char)*text) ? strtoull(text, &end, 10) : 0;
    if (number == 0 || errno != 0)
        return false;
    const char *letter = *end != '\0' ? strchr(letters, *end) : NULL;
    uint64_t factor = letter != NULL ? factors[letter - letters] : 1;
    if ((*end != '\0' && (letter == NULL || end[1] != '\0')) || number > INT64_MAX / factor)
        return false;
    *quantity = number * factor;
    return true;
}

static bool read_size(const char *option, const char *text, uint64_t *size)
{
    static const uint64_t factors[] = {1 << 10, 1 << 20, 1 << 30};
    if (read_quantity(text, "KMG", factors, size))
        return true;
    fprintf(stderr, "tlsward collect: %s %s: no size as 500K, 64M or 2G\n", option, text);
    return false;
}

static bool read_age(const char *option, const char *text, int64_t *age)
{
    static const uint64_t factors[] = {1000, 60000, 3600000, 86400000};
    uint64_t milliseconds;
    if (*text != '\0' && isalpha((unsigned char)text[strlen(text) - 1]) &&
        read_quantity(text, "smhd", factors, &milliseconds)) {
        *age = (int64_t)milliseconds;
        return true;
    }
    fprintf(stderr, "tlsward collect: %s %s: no time as 90s, 30m, 12h or 7d\n", option, text);
    return false;
}

static bool take_option(void *context, int option, char *value)
{
    struct collect_options *options = context;
    switch (option) {
    case 'd':
        options->directory = value;
        return true;
    case 'l':
        options->listen = value;
        return true;
    case 'm':
        options->metrics = value;
        return true;
    case 's':
        return read_size("--rotate-size", value, &options->rotate_size);
    case 'a':
        return read_age("--rotate-age", value, &options->rotate_age);
    case 'k':
        return read_size("--keep-size", value, &options->keep_size);
    case 'g':
        return read_age("--keep-age", value, &options->keep_age);
    default:
        return false;
    }
}

int collect_options_read(int argc, char **argv, struct collect_options *options)
{
    static const struct option known[] = {
        {"directory", required_argument, NULL, 'd'},
        {"listen", required_argument, NULL, 'l'},
        {"metrics", required_argument, NULL, 'm'},
        {"rotate-size", required_argument, NULL, 's'},
        {"rotate-age", required_argument, NULL, 'a'},
        {"keep-size", required_argument, NULL, 'k'},
        {"keep-age", required_argument, NULL, 'g'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    *options = (struct collect_options){.directory = COLLECT_DIRECTORY,
                                        .rotate_size = UINT64_C(64) << 20,
                                        .rotate_age = INT64_C(86400000),
                                        .keep_size = UINT64_C(2) << 30,
                                        .keep_age = INT64_C(90) * 86400000};
    static const struct command_line line = {known, "h", usage, take_option};
    int status = command_line_read(&line, argc, argv, options);
    if (status >= 0 || optind == argc)
        return status;
    fprintf(stderr, "tlsward collect: %s: there are no operands\n", argv[optind]);
    return STATUS_USAGE;
}
