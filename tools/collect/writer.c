#include "collect/writer.h"

#include "collect/archive.h"
#include "collect/own_events.h"
#include "events/period.h"
#include "process/error_text.h"
#include "shared/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>

enum { TICK = 1000, RETRY = 200 }; /* milliseconds */

/* What was written and not settled when the last collector was killed is in the file, behind what it had settled. */
static void settle_what_is_written(struct writer *writer)
{
    struct ledger_state *state = &writer->state;
    if (state->inode == writer->live.inode)
        state->settled += live_file_lines_behind(&writer->live, state->length);
    uint64_t taken = ledger_taken(writer->ledger), known = state->settled + state->told;
    writer->missing = writer->counts->lost = taken > known ? taken - known : 0;
    /* Lines that another hand has added: nothing is missing, and what comes is counted from here. */
    if (known > taken)
        state->settled = taken - state->told;
}

static void note_state(struct writer *writer)
{
    writer->state.inode = writer->live.inode;
    writer->state.length = writer->live.length;
    ledger_set(writer->ledger, &writer->state);
}

bool writer_start(struct writer *writer, int directory)
{
    struct utsname names;
    snprintf(writer->host, sizeof writer->host, "%s", uname(&names) == 0 ? names.nodename : "");
    writer->record = text_grow(NULL, 1, sizeof *writer->record);
    writer->lines = text_grow(NULL, WRITER_BATCH + DATAGRAM_LINE_MAX, 1);
    writer->state = ledger_state(writer->ledger);
    if (!live_file_open(&writer->live, directory))
        return false;
    settle_what_is_written(writer);
    note_state(writer);
    return true;
}

static void pause_for(unsigned milliseconds)
{
    struct timespec time = {.tv_nsec = (long)milliseconds * 1000000};
    nanosleep(&time, NULL);
}

static void tell_failing(struct writer *writer, bool failing, int error)
{
    pthread_mutex_lock(writer->lock);
    bool news = writer->counts->failing != failing;
    writer->counts->failing = failing;
    pthread_mutex_unlock(writer->lock);
    if (!news)
        return;
    if (failing)
        fprintf(stderr, "tlsward collect: %s/" LIVE_FILE_NAME ": %s; events wait in memory\n",
                writer->options->directory, error_text(error));
    else
        fprintf(stderr, "tlsward collect: %s/" LIVE_FILE_NAME ": written again\n", writer->options->directory);
}

/* Again and again, while events wait in the ring; once more at the end. What is written is settled. */
static bool write_batch(struct writer *writer)
{
    while (writer->length > 0 && !live_file_append(&writer->live, writer->lines, writer->length, writer->line_count)) {
        tell_failing(writer, true, errno);
        if (atomic_load(&writer->receiver->ended))
            return false;
        pause_for(RETRY);
    }
    if (writer->length > 0)
        tell_failing(writer, false, 0);
    writer->state.settled += writer->datagram_count;
    note_state(writer);
    writer->length = 0;
    writer->line_count = writer->datagram_count = 0;
    return true;
}

static void note_refused(struct writer *writer, const struct sender *sender, const char *why)
{
    writer->counts->refused++;
    writer->refused_why = why;
    writer->refused_sender = *sender;
}

/* Makes lines of what is in the ring, as many as are written together. */
static void fill_batch(struct writer *writer)
{
    struct ring *ring = writer->receiver->ring;
    struct ring_entry entry;
    const char *why;
    pthread_mutex_lock(writer->lock);
    while (writer->length < WRITER_BATCH && ring_first(ring, &entry)) {
        size_t length = datagram_line(entry.data, entry.length, &entry.sender, writer->host, writer->record,
                                      writer->lines + writer->length, &why);
        if (length > 0)
            collect_counts_add(writer->counts, writer->record, &entry.sender);
        else
            note_refused(writer, &entry.sender, why);
        writer->length += length;
        writer->line_count += length > 0;
        writer->datagram_count++;
        ring_drop(ring);
    }
    writer->counts->waiting = ring_count(ring);
    pthread_mutex_unlock(writer->lock);
}

/* Whoever reads the file finds what is said where it happened. */
static bool say(struct writer *writer, const char *message, uint64_t lost)
{
    writer->length = own_event(message, lost, writer->host, writer->record, writer->lines);
    writer->line_count = 1;
    return write_batch(writer);
}

static bool tell_missing(struct writer *writer)
{
    if (writer->missing == 0)
        return true;
    char *message =
        text_format("%" PRIu64 " events are missing here: the collector had no room for them in its memory, "
                    "was killed before it wrote them, or its file was removed",
                    writer->missing);
    uint64_t gone = writer->gone;
    bool said = say(writer, message, writer->missing);
    free(message);
    if (!said)
        return false;
    writer->state.told += writer->missing - gone;
    writer->missing = writer->gone = 0;
    note_state(writer);
    return true;
}

static bool tell_refused(struct writer *writer)
{
    uint64_t count = writer->counts->refused - writer->refused_seen;
    if (count == 0)
        return true;
    char *message =
        text_format("%" PRIu64 " datagrams were refused, the last of user %u and process %d: %s", count,
                    (unsigned)writer->refused_sender.uid, (int)writer->refused_sender.pid, writer->refused_why);
    writer->refused_seen += count;
    bool said = say(writer, message, 0);
    free(message);
    return said;
}

static bool tell_removed(struct writer *writer)
{
    pthread_mutex_lock(writer->lock);
    uint64_t count = writer->counts->archive.removed_events - writer->removed_seen;
    pthread_mutex_unlock(writer->lock);
    if (count == 0)
        return true;
    char *message = text_format("%" PRIu64 " older events were removed, as --keep-size and --keep-age say", count);
    writer->removed_seen += count;
    bool said = say(writer, message, 0);
    free(message);
    return said;
}

/* What the receiver had no room for. */
static void see_lost(struct writer *writer)
{
    uint64_t lost = atomic_load(&writer->receiver->lost);
    writer->missing += lost - writer->lost_seen;
    pthread_mutex_lock(writer->lock);
    writer->counts->lost += lost - writer->lost_seen;
    pthread_mutex_unlock(writer->lock);
    writer->lost_seen = lost;
}

/* A file that was renamed keeps what is in it; one that was removed takes that with it. */
static bool follow_name(struct writer *writer)
{
    bool removed;
    if (live_file_is_there(&writer->live, &removed))
        return true;
    if (removed) {
        writer->missing += writer->live.lines;
        writer->gone += writer->live.lines;
    }
    live_file_close(&writer->live);
    return live_file_open(&writer->live, writer->live.directory);
}

static void rotate_where_due(struct writer *writer, int64_t now)
{
    const struct collect_options *options = writer->options;
    bool due = writer->live.length >= options->rotate_size || now - writer->live.started >= options->rotate_age;
    if (!due || writer->live.length == 0 || !archive_rotate(writer->live.directory, now))
        return;
    live_file_close(&writer->live);
    live_file_open(&writer->live, writer->live.directory);
    note_state(writer);
}

/* Once a second, and at the end. False where something cannot be written. */
static bool tick(struct writer *writer, int64_t now)
{
    writer->told = now;
    follow_name(writer);
    see_lost(writer);
    bool told = tell_missing(writer) && tell_refused(writer) && tell_removed(writer);
    rotate_where_due(writer, now);
    return told;
}

bool writer_run(struct writer *writer)
{
    for (bool last = false; !last;) {
        struct ring *ring = writer->receiver->ring;
        last = atomic_load(&writer->receiver->ended) && ring_count(ring) == 0;
        if (!last)
            ring_wait(ring, TICK);
        fill_batch(writer);
        if (!write_batch(writer))
            return false;
        int64_t now = period_now();
        if (last || now - writer->told >= TICK || now < writer->told ||
            writer->live.length >= writer->options->rotate_size)
            if (!tick(writer, now))
                return false;
    }
    return true;
}

void writer_close(struct writer *writer)
{
    live_file_close(&writer->live);
    free(writer->record);
    free(writer->lines);
}
