#include "events/kind.h"

enum record_kind record_kind(struct event_record *record)
{
    static const char *const actions[] = {
        [RECORD_HANDSHAKE] = "tls-handshake",
        [RECORD_UPDATE] = "tls-handshake-update",
        [RECORD_RETRY_REFUSED] = "clear-text-retry-refused",
        [RECORD_NOTICE] = "tlsward-notice",
        [RECORD_START] = "process-start",
    };
    struct slice action = record_text(record, MEMBER_EVENT_ACTION);
    for (int kind = 0; kind < RECORD_OTHER; kind++)
        if (slice_is(action, actions[kind]))
            return (enum record_kind)kind;
    return RECORD_OTHER;
}

enum fate record_fate(struct event_record *record)
{
    struct slice outcome = record_text(record, MEMBER_OUTCOME), action = record_text(record, MEMBER_ACTION);
    if (slice_is(outcome, "verified"))
        return FATE_VERIFIED;
    if (slice_is(outcome, "verified-by-policy"))
        return FATE_BY_POLICY;
    if (slice_is(action, "blocked"))
        return slice_is(record_text(record, MEMBER_DECIDED_BY), "program") ? FATE_REFUSED : FATE_BLOCKED;
    return slice_is(action, "would-block") ? FATE_WOULD_BLOCK : FATE_ALLOWED;
}

const char *fate_text(enum fate fate)
{
    static const char *const texts[FATE_COUNT] = {
        [FATE_VERIFIED] = "verified",       [FATE_BY_POLICY] = "by-policy", [FATE_ALLOWED] = "allowed",
        [FATE_WOULD_BLOCK] = "would-block", [FATE_BLOCKED] = "blocked",     [FATE_REFUSED] = "refused",
    };
    return texts[fate];
}

static unsigned later_check(struct slice word)
{
    static const struct {
        const char *word;
        unsigned check;
    } words[] = {
        {"peer-certificate", LATER_CERTIFICATE}, {"verify-result", LATER_RESULT},          {"names-read", LATER_NAMES},
        {"name-matched", LATER_NAME_MATCHED},    {"name-mismatch", LATER_NAME_MISMATCHED},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_is(word, words[i].word))
            return words[i].check;
    return LATER_OTHER;
}

unsigned record_checked_later(struct event_record *record)
{
    struct slice text = record_text(record, MEMBER_APP_CHECKED_LATER);
    unsigned checks = 0;
    while (text.length > 0) {
        const char *blank = memchr(text.text, ' ', text.length);
        size_t length = blank != NULL ? (size_t)(blank - text.text) : text.length;
        checks |= later_check((struct slice){text.text, length});
        size_t taken = blank != NULL ? length + 1 : length;
        text = (struct slice){text.text + taken, text.length - taken};
    }
    return checks;
}

uint64_t record_count(const struct event_record *record)
{
    return 1 + record_number(record, MEMBER_REPEATED);
}
