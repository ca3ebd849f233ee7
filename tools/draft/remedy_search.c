#include "draft/remedy_search.h"

#include "draft/fetched_anchor.h"
#include "evaluate/evaluate.h"
#include "policy/config.h"
#include "policy/spki_pin.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

/* The events of a failure, one for each key that the server showed. */
struct samples {
    struct event_record *records;
    struct seen *seen;
    size_t count;
    const struct failure *failure;
    bool asked; /* its server for an anchor */
    struct fetched_anchor fetched;
};

static struct samples read_samples(const struct failure *failure)
{
    struct samples samples = {.count = failure->sample_count, .failure = failure};
    samples.records = text_grow(NULL, samples.count, sizeof *samples.records);
    samples.seen = text_grow(NULL, samples.count, sizeof *samples.seen);
    for (size_t i = 0; i < samples.count; i++)
        if (!record_read(&samples.records[i], failure->samples[i], strlen(failure->samples[i])) ||
            !seen_read(&samples.seen[i], &samples.records[i]))
            abort(); /* it was read before */
    return samples;
}

static void free_samples(struct samples *samples, bool anchor_is_used)
{
    fetched_anchor_free(&samples->fetched, anchor_is_used);
    free(samples->records);
    free(samples->seen);
}

/* The policy with a rule before all others of its own. NULL where that is no policy. */
static struct policy *with_rule(const struct remedy_ground *ground, const char *matchers, const struct remedy *remedy)
{
    const char *rules = strstr(ground->policy, "\n[rule ");
    size_t before = rules != NULL ? (size_t)(rules - ground->policy) : strlen(ground->policy);
    char *text = text_format("%.*s\n[rule drafted.rule]\n%s", (int)before, ground->policy, matchers);
    for (size_t i = 0; i < remedy->count; i++) {
        char *longer = text_format("%s%s\n", text, remedy->lines[i]);
        free(text);
        text = longer;
    }
    char *whole = text_format("%sowner = draft\nreason = draft\nticket = draft\nexpires = %s\n%s", text, ground->until,
                              rules != NULL ? rules : "");
    struct config_errors errors = {.items = NULL};
    const struct config_text texts = {.file = "draft", .data = whole, .length = strlen(whole)};
    struct policy *policy = config_parse(&texts, 1, &errors);
    config_errors_free(&errors);
    free(text);
    free(whole);
    return policy;
}

/* With an anchor that was fetched the facts are others, and what the event lacks is known. */
static struct evaluation evaluate_sample(const struct remedy_ground *ground, const struct policy *policy,
                                         struct samples *samples, struct seen *seen)
{
    struct evaluation evaluation = evaluate(policy, ground->then, seen, ground->now);
    struct facts facts = seen->facts;
    if (seen->has_facts && fetched_anchor_judge(&samples->fetched, &evaluation.settings, seen, &facts)) {
        bool known =
            policy_knows_process(policy, &seen->process, seen->destinations, seen->destination_count, ground->now);
        evaluation.missing = known ? NULL : evaluation.missing;
        evaluation.verdict = decide(&evaluation.settings, &facts);
    }
    return evaluation;
}

/* What is wrong with the first sample that does not pass; REASON_NONE where all do. */
static enum reason first_reason(const struct remedy_ground *ground, const struct policy *policy,
                                struct samples *samples, const char **missing)
{
    *missing = NULL;
    for (size_t i = 0; i < samples->count; i++) {
        struct evaluation evaluation = evaluate_sample(ground, policy, samples, &samples->seen[i]);
        *missing = evaluation.missing;
        if (*missing != NULL || evaluation.verdict.action == ACTION_BLOCKED)
            return evaluation.verdict.reason;
    }
    return REASON_NONE;
}

static bool is_host_name(struct slice name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";
    for (size_t i = 0; i < name.length; i++)
        if (memchr(plain, name.text[i], sizeof plain - 1) == NULL)
            return false;
    return name.length > 0;
}

/* Lines to try, each with its newlines; the ones that weaken nothing come first. */
struct options {
    char *items[REMEDY_LINES];
    size_t count;
};

static void add(struct options *options, char *line)
{
    if (options->count < REMEDY_LINES)
        options->items[options->count++] = line;
    else
        free(line);
}

static void add_names(struct options *options, struct samples *samples)
{
    enum { NAMES_TRIED = 8 };
    size_t at = 0;
    struct slice name;
    while (options->count < NAMES_TRIED && record_next_text(&samples->records[0], MEMBER_ALTERNATIVE_NAMES, &at, &name))
        if (is_host_name(name))
            add(options, text_format("name = %.*s", (int)name.length, name.text));
}

/* All keys that were seen, or nothing where one was not shown, or is none: whoever wrote the event wrote that, too. */
static char *pins_of(struct samples *samples)
{
    char *lines = text_format("%s", "");
    for (size_t i = 0; i < samples->count; i++) {
        const char *pin = samples->seen[i].facts.public_key_pin;
        char *longer = spki_pin_is_valid(pin) ? text_format("%s%spin = %s", lines, i > 0 ? "\n" : "", pin) : NULL;
        free(lines);
        lines = longer;
        if (lines == NULL)
            return NULL;
    }
    return lines;
}

static void add_pins(struct options *options, struct samples *samples, const char *beside)
{
    char *pins = pins_of(samples);
    if (pins != NULL)
        add(options, text_format("%s%s", pins, beside));
    free(pins);
}

/* Weakens nothing but who is trusted, and there only for this destination. */
static void add_trust(struct options *options, const struct remedy_ground *ground, struct samples *samples)
{
    if (ground->anchors == NULL)
        return;
    if (!samples->asked)
        fetched_anchor_take(&samples->fetched, ground->anchors, samples->failure, &samples->seen[0]);
    samples->asked = true;
    if (samples->fetched.file != NULL)
        add(options, text_format("trust = %s", samples->fetched.file));
}

/* The newest under which it passes comes first. */
static void add_protocols(struct options *options)
{
    static const char *const protocols[] = {"tls1.2", "tls1.1", "tls1.0"};
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        add(options, text_format("min-protocol = %s", protocols[i]));
}

static struct options options_for(enum reason reason, const struct remedy_ground *ground, struct samples *samples)
{
    struct options options = {.count = 0};
    switch (reason) {
    case REASON_HOST_MISMATCH:
    case REASON_NAME_UNKNOWN:
        add_names(&options, samples);
        add(&options, text_format("allow-cn = yes"));
        add_pins(&options, samples, "\nverify = ca");
        if (reason == REASON_NAME_UNKNOWN)
            add(&options, text_format("unknown-name = allow"));
        add(&options, text_format("verify = ca"));
        break;
    case REASON_EXPIRED:
        add(&options, text_format("allow-expired-until = %s", ground->until));
        add_pins(&options, samples, "\nverify = none");
        break;
    case REASON_NOT_TRUSTED:
    case REASON_VALIDATION_FAILURE:
        add_trust(&options, ground, samples);
        add_pins(&options, samples, "\nverify = none");
        add(&options, text_format("verify = none"));
        break;
    case REASON_NO_CERTIFICATE:
        add(&options, text_format("psk = allow"));
        add_pins(&options, samples, "");
        add(&options, text_format("verify = none"));
        break;
    case REASON_PROTOCOL_TOO_OLD:
        add_protocols(&options);
        break;
    case REASON_KEY_NOT_PINNED:
        add_pins(&options, samples, "");
        break;
    default:
        break;
    }
    return options;
}

static void append(struct remedy *remedy, const char *lines)
{
    while (*lines != '\0' && remedy->count < REMEDY_LINES) {
        size_t length = strcspn(lines, "\n");
        remedy->lines[remedy->count++] = text_format("%.*s", (int)length, lines);
        lines += length + (lines[length] == '\n');
    }
}

static void shorten(struct remedy *remedy, size_t count)
{
    while (remedy->count > count)
        free(remedy->lines[--remedy->count]);
}

static bool is_trust(const char *line)
{
    return strncmp(line, "trust = ", strlen("trust = ")) == 0;
}

/* The anchor that was just named is not what the chain leads to. */
static bool anchor_is_useless(const struct remedy *remedy, enum reason reason)
{
    return remedy->count > 0 && is_trust(remedy->lines[remedy->count - 1]) &&
           (reason == REASON_NOT_TRUSTED || reason == REASON_VALIDATION_FAILURE);
}

/* Several things may be wrong: what one key forgives brings the next to light. */
static bool search(const struct remedy_ground *ground, const char *matchers, struct samples *samples,
                   struct remedy *remedy, unsigned depth)
{
    enum { REASONS_AT_ONCE = 3 };
    const char *missing;
    struct policy *policy = with_rule(ground, matchers, remedy);
    if (policy == NULL)
        return false; /* keys that contradict each other */
    enum reason reason = first_reason(ground, policy, samples, &missing);
    policy_free(policy);
    if (reason == REASON_NONE && missing == NULL)
        return true;
    if (missing != NULL || depth == REASONS_AT_ONCE || anchor_is_useless(remedy, reason))
        return false;
    struct options options = options_for(reason, ground, samples);
    bool found = false;
    for (size_t i = 0; i < options.count; i++) {
        size_t before = remedy->count;
        if (!found) {
            append(remedy, options.items[i]);
            found = search(ground, matchers, samples, remedy, depth + 1);
            if (!found)
                shorten(remedy, before);
        }
        free(options.items[i]);
    }
    return found;
}

static const char *obstacle_of(enum reason reason)
{
    switch (reason) {
    case REASON_SESSION_UNVERIFIED:
        return "a resumed session that nobody had verified: the handshake that makes it anew is judged for itself";
    case REASON_KEY_DENIED:
        return "its key is denied: deny-pin is there for what must never be accepted";
    case REASON_TRUST_MISSING:
        return "the trust store of the policy could not be read: mend it";
    case REASON_POLICY_INVALID:
        return "the policy was invalid: mend it";
    case REASON_INTERNAL_ERROR:
        return "an internal error, which no rule can forgive";
    default:
        return "no rule is known under which it would pass";
    }
}

static bool is_beyond(const struct remedy_ground *ground, struct samples *samples)
{
    const char *missing;
    return ground->bound != NULL &&
           (first_reason(ground, ground->bound, samples, &missing) != REASON_NONE || missing != NULL);
}

static void note_anchor(struct remedy *remedy, const struct fetched_anchor *fetched)
{
    for (size_t i = 0; remedy->obstacle == NULL && i < remedy->count; i++) {
        if (!is_trust(remedy->lines[i]))
            continue;
        remedy->anchor = text_format("%s", fetched->subject);
        memcpy(remedy->anchor_fingerprint, fetched->fingerprint, sizeof remedy->anchor_fingerprint);
        return;
    }
}

struct remedy remedy_search(const struct remedy_ground *ground, const char *matchers, const struct failure *failure)
{
    struct remedy remedy = {.count = 0};
    struct samples samples = read_samples(failure);
    if (is_beyond(ground, &samples)) {
        remedy.obstacle = "the bound does not allow it";
    } else if (!search(ground, matchers, &samples, &remedy, 0)) {
        const char *missing = NULL;
        struct policy *policy = with_rule(ground, matchers, &remedy);
        enum reason now = policy != NULL ? first_reason(ground, policy, &samples, &missing) : REASON_INTERNAL_ERROR;
        remedy.obstacle = missing != NULL ? missing : obstacle_of(now);
        policy_free(policy);
    }
    note_anchor(&remedy, &samples.fetched);
    free_samples(&samples, remedy.anchor != NULL);
    return remedy;
}

void remedy_free(struct remedy *remedy)
{
    shorten(remedy, 0);
    free(remedy->anchor);
}
