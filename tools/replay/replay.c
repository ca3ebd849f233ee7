#include "replay/replay.h"

#include "evaluate/policy_file.h"
#include "events/reading.h"
#include "replay/replay_options.h"
#include "replay/replay_print.h"
#include "shared/exit_status.h"

#include <stdlib.h>

struct replaying {
    struct policies policies;
    struct changes changes[READING_WORKERS_MAX];
    struct changes *all; /* the first of them */
};

static bool take(void *context, unsigned worker, struct event_record *record)
{
    struct replaying *replaying = context;
    changes_add(&replaying->changes[worker], &replaying->policies, record);
    return true;
}

static void read_events(struct replaying *replaying, struct reading *reading)
{
    for (size_t i = 0; i < READING_WORKERS_MAX; i++)
        replaying->changes[i] = changes_new(&replaying->policies);
    reading->take = take;
    reading->context = replaying;
    reading_run(reading);
    replaying->all = &replaying->changes[0];
    for (size_t i = 1; i < READING_WORKERS_MAX; i++)
        changes_merge(replaying->all, &replaying->changes[i]);
    changes_finish(replaying->all);
}

static bool is_incomplete(const struct changes *changes, const struct reading *reading)
{
    const struct tally_totals *totals = &changes->tally.totals;
    return reading_is_incomplete(reading) || totals->dropped > 0 || totals->handshakes == 0 ||
           changes->by_change[CHANGE_CANNOT_TELL] > 0;
}

static int replay(struct replay_options *options)
{
    struct replaying replaying = {.policies = {.at = options->at, .old_is_given = options->against != NULL}};
    replaying.policies.new = policy_file_load(options->policy);
    replaying.policies.old = policy_file_load(options->against);
    if (replaying.policies.new == NULL || replaying.policies.old == NULL)
        return STATUS_USAGE;
    read_events(&replaying, &options->reading);
    const struct changes *changes = replaying.all;
    struct replay_result result = {.changes = changes,
                                   .policies = &replaying.policies,
                                   .reading = &options->reading,
                                   .policy = options->policy,
                                   .incomplete = is_incomplete(changes, &options->reading)};
    replay_print(&result, options->format);
    int status = result.incomplete ? STATUS_INCOMPLETE : STATUS_OK;
    if (changes->by_change[CHANGE_NEWLY_BLOCKED] + changes->by_change[CHANGE_EXPIRED] > 0)
        status = STATUS_NEGATIVE;
    changes_free(replaying.all);
    policy_free((struct policy *)replaying.policies.new);
    policy_free((struct policy *)replaying.policies.old);
    reading_free(&options->reading);
    return status;
}

int replay_main(int argc, char **argv)
{
    struct replay_options options;
    int status = replay_options_read(&options, argc, argv);
    return status >= 0 ? status : replay(&options);
}
