#include "draft/draft.h"

#include "draft/draft_options.h"
#include "draft/draft_print.h"
#include "draft/failure.h"
#include "draft/remedy_search.h"
#include "events/timestamp.h"
#include "evaluate/policy_file.h"
#include "shared/exit_status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct drafting {
    struct failures failures;
    uint64_t dropped;
};

static bool take(void *context, unsigned worker, struct event_record *record)
{
    struct drafting *drafting = context;
    (void)worker;
    failures_add(&drafting->failures, record);
    drafting->dropped += record_number(record, MEMBER_DROPPED);
    return true;
}

/* A draft is looked through before it counts: nothing that is there is written over. */
static FILE *open_output(const char *path)
{
    if (path == NULL)
        return stdout;
    FILE *out = fopen(path, "wxe");
    if (out == NULL)
        fprintf(stderr, "tlsward draft: %s: %s\n", path, strerror(errno));
    return out;
}

static void write_date(int64_t days, char text[static TIMESTAMP_SIZE])
{
    timestamp_write(days * 86400 * 1000, text);
    text[strlen("YYYY-MM-DD")] = '\0';
}

static int write_draft(struct drafting *drafting, const struct draft_options *options,
                       const struct remedy_ground *ground)
{
    FILE *out = open_output(options->output);
    if (out == NULL)
        return STATUS_USAGE;
    failures_sort(&drafting->failures);
    size_t left = draft_print(out, &drafting->failures, ground);
    bool written = fflush(out) == 0 && !ferror(out);
    if (out != stdout && fclose(out) != 0)
        written = false;
    if (!written)
        fprintf(stderr, "tlsward draft: %s: %s\n", options->output != NULL ? options->output : "standard output",
                strerror(errno));
    if (!written)
        return STATUS_INCOMPLETE;
    return left > 0 ? STATUS_NEGATIVE : STATUS_OK;
}

static int draft(struct draft_options *options)
{
    char until[TIMESTAMP_SIZE];
    write_date(options->expires, until);
    struct drafting drafting = {.dropped = 0};
    struct remedy_ground ground = {
        .then = policy_file_load(options->policy), .until = until, .anchors = options->anchors, .now = time(NULL)};
    if (options->bound != NULL)
        ground.bound = policy_file_load(options->bound);
    if (ground.then == NULL || (options->bound != NULL && ground.bound == NULL))
        return STATUS_USAGE;
    char *text = policy_file_text(ground.then, MODE_ENFORCE);
    ground.policy = text;
    options->reading.take = take;
    options->reading.context = &drafting;
    reading_run(&options->reading);
    reading_print_damage(&options->reading, stderr);
    int status = write_draft(&drafting, options, &ground);
    bool incomplete =
        reading_is_incomplete(&options->reading) || drafting.dropped > 0 || drafting.failures.handshakes == 0;
    if (status != STATUS_USAGE && incomplete)
        status = STATUS_INCOMPLETE;
    free(text);
    policy_free((struct policy *)ground.then);
    policy_free((struct policy *)ground.bound);
    failures_free(&drafting.failures);
    reading_free(&options->reading);
    return status;
}

int draft_main(int argc, char **argv)
{
    struct draft_options options;
    int status = draft_options_read(&options, argc, argv);
    return status >= 0 ? status : draft(&options);
}
