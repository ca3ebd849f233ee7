#include "collect/collect_counts.h"

#include "events/count.h"
#include "events/kind.h"
#include "events/sender_claim.h"
#include "shared/output_file.h"
#include "shared/prom_text.h"

#include <inttypes.h>

static void add_handshake(struct collect_counts *counts, struct event_record *record)
{
    uint64_t count = record_count(record);
    const struct slice kinds[] = {record_text(record, MEMBER_OUTCOME), record_text(record, MEMBER_ACTION)};
    const struct slice reason = record_text(record, MEMBER_REASON), finding = record_text(record, MEMBER_FINDING);
    label_counts_add(&counts->handshakes, kinds, 2, count);
    if (reason.length > 0)
        label_counts_add(&counts->reasons, &reason, 1, count);
    if (finding.length > 0)
        label_counts_add(&counts->findings, &finding, 1, count);
    if (!slice_is(kinds[1], "blocked"))
        return;
    const struct slice peer[] = {record_text(record, MEMBER_EXECUTABLE), record_text(record, MEMBER_SERVER_ADDRESS),
                                 record_text(record, MEMBER_SERVER_PORT)};
    label_counts_add(&counts->blocked, peer, 3, count);
}

void collect_counts_add(struct collect_counts *counts, struct event_record *record, const struct sender *sender)
{
    counts->events++;
    if (record_kind(record) == RECORD_HANDSHAKE)
        add_handshake(counts, record);
    counts->notices += record_kind(record) == RECORD_NOTICE;
    count_add(&counts->lost_by_programs, record_number(record, MEMBER_DROPPED));
    counts->claimed += sender_claims_another(record, sender->uid);
    if (record->time > counts->last)
        counts->last = record->time;
}

static void print_number(FILE *out, const char *name, const char *type, const char *help, uint64_t value)
{
    prom_type(out, name, type, help);
    fprintf(out, "%s %" PRIu64 "\n", name, value);
}

static void print_labelled(FILE *out, const char *name, const char *help, const char *const *labels,
                           const struct label_counts *counts)
{
    prom_type(out, name, "counter", help);
    for (size_t i = 0; i < counts->count; i++) {
        fputs(name, out);
        for (size_t j = 0; labels[j] != NULL; j++) {
            putc(j == 0 ? '{' : ',', out);
            prom_label(out, labels[j], counts->items[i].labels[j]);
        }
        fprintf(out, "} %" PRIu64 "\n", counts->items[i].count);
    }
    if (counts->others == 0)
        return;
    fputs(name, out);
    for (size_t j = 0; labels[j] != NULL; j++)
        fprintf(out, "%c%s=\"_other\"", j == 0 ? '{' : ',', labels[j]);
    fprintf(out, "} %" PRIu64 "\n", counts->others);
}

static void print_events(const struct collect_counts *counts, FILE *out)
{
    print_number(out, "tlsward_collect_events_total", "counter", "Events that the collector wrote.", counts->events);
    print_number(out, "tlsward_collect_refused_total", "counter", "Datagrams that were no event.", counts->refused);
    print_number(out, "tlsward_collect_claimed_total", "counter", "Events of another user than they say.",
                 counts->claimed);
    print_number(out, "tlsward_collect_notices_total", "counter", "Events about tlsward itself.", counts->notices);
    prom_type(out, "tlsward_events_dropped_total", "counter", "Events that programs could not deliver.");
    fprintf(out, "tlsward_events_dropped_total{by=\"program\"} %" PRIu64 "\n", counts->lost_by_programs);
    fprintf(out, "tlsward_events_dropped_total{by=\"collector\"} %" PRIu64 "\n", counts->lost);
    if (counts->last == 0)
        return;
    prom_type(out, "tlsward_collect_last_event_timestamp_seconds", "gauge", "When the newest event was.");
    fprintf(out, "tlsward_collect_last_event_timestamp_seconds %" PRId64 "\n", counts->last / 1000);
}

static void print_state(const struct collect_counts *counts, FILE *out)
{
    prom_type(out, "tlsward_collect_build_info", "gauge", "The version of the collector.");
    fputs("tlsward_collect_build_info{version=\"" TLSWARD_VERSION "\"} 1\n", out);
    print_number(out, "tlsward_collect_waiting_events", "gauge", "Events in memory that are not written yet.",
                 counts->waiting);
    print_number(out, "tlsward_collect_failing", "gauge", "1 where events cannot be written.", counts->failing);
    print_number(out, "tlsward_collect_files", "gauge", "Files of events.", counts->archive.files);
    print_number(out, "tlsward_collect_files_bytes", "gauge", "The size of these files.", counts->archive.bytes);
    print_number(out, "tlsward_collect_removed_events_total", "counter",
                 "Events in files that were removed for their size or age.", counts->archive.removed_events);
}

static void print_handshakes(const struct collect_counts *counts, FILE *out)
{
    static const char *const kinds[] = {"outcome", "action", NULL};
    static const char *const reason[] = {"reason", NULL}, *const finding[] = {"finding", NULL};
    static const char *const peer[] = {"program", "dest", "port", NULL};
    print_labelled(out, "tlsward_handshakes_total", "Handshakes in the events that were read, by what became of them.",
                   kinds, &counts->handshakes);
    print_labelled(out, "tlsward_failures_total", "Handshakes that failed the policy's check, by the reason.", reason,
                   &counts->reasons);
    print_labelled(out, "tlsward_collect_findings_total", "Handshakes of which the program did not check something.",
                   finding, &counts->findings);
    print_labelled(out, "tlsward_blocked_total", "Handshakes that were blocked.", peer, &counts->blocked);
}

bool collect_counts_write(const struct collect_counts *counts, const char *path)
{
    struct output_file file;
    if (!output_file_open(&file, "tlsward collect", path))
        return false;
    print_state(counts, file.stream);
    print_events(counts, file.stream);
    print_handshakes(counts, file.stream);
    return output_file_close(&file, "tlsward collect");
}

void collect_counts_free(struct collect_counts *counts)
{
    label_counts_free(&counts->handshakes);
    label_counts_free(&counts->reasons);
    label_counts_free(&counts->findings);
    label_counts_free(&counts->blocked);
}
