#include "scan/examine.h"

#include "scan/comments.h"
#include "scan/exception.h"
#include "scan/literals.h"
#include "scan/match.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

/* More in one text are not told one by one: what has them was made by a machine, or to keep us busy. */
enum { MOST_FINDINGS = 1000 };

/* What a literal is looked for: a rule's name, or the mark of an exception for NULL. */
struct anchor_name {
    const struct scan_rule *rule;
    size_t length;
};

struct examiner {
    struct literals *literals;
    struct anchor_name *names;
    char today[sizeof "YYYY-MM-DD"];
};

struct hit {
    uint32_t name;
    size_t start;
};

/* One text while it is examined. */
struct examination {
    const struct examiner *examiner;
    const struct place *place;
    const char *text;
    size_t length;
    bool kind_is_known;
    enum file_kind kind;
    struct hit *hits; /* of rules that hold in this kind */
    size_t hit_count;
    bool has_marks;
    struct exception *exceptions;
    size_t exception_count;
};

static size_t count_names(void)
{
    size_t count = 1;
    for (size_t i = 0; i < scan_rule_count; i++) {
        count++;
        for (const char *name = scan_rules[i].names; *name != '\0'; name++)
            count += *name == '|';
    }
    return count;
}

struct examiner *examiner_new(const char *today)
{
    struct examiner *examiner = text_grow(NULL, 1, sizeof *examiner);
    size_t room = count_names(), count = 0;
    char **texts = text_grow(NULL, room, sizeof *texts);
    examiner->names = text_grow(NULL, room, sizeof *examiner->names);
    for (size_t i = 0; i < scan_rule_count; i++)
        for (const char *name = scan_rules[i].names; *name != '\0';) {
            size_t length = strcspn(name, "|");
            texts[count] = text_format("%.*s", (int)length, name);
            examiner->names[count++] = (struct anchor_name){&scan_rules[i], length};
            name += length + (name[length] == '|');
        }
    texts[count] = text_format("%s", EXCEPTION_MARK);
    examiner->names[count++] = (struct anchor_name){NULL, strlen(EXCEPTION_MARK)};
    examiner->literals = literals_new((const char *const *)texts, count);
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
    snprintf(examiner->today, sizeof examiner->today, "%s", today);
    match_compile();
    return examiner;
}

static void take_hit(void *arg, size_t name, size_t start)
{
    struct examination *examination = arg;
    const struct scan_rule *rule = examination->examiner->names[name].rule;
    if (!examination->kind_is_known) {
        examination->kind = file_kind_of(examination->place->shown, examination->text, examination->length);
        examination->kind_is_known = true;
    }
    examination->has_marks = examination->has_marks || rule == NULL;
    if (rule != NULL && (KIND_BIT(examination->kind) & rule->where) == 0)
        return;
    if ((examination->hit_count & (examination->hit_count - 1)) == 0)
        examination->hits = text_grow(examination->hits, examination->hit_count == 0 ? 1 : examination->hit_count * 2,
                                      sizeof *examination->hits);
    examination->hits[examination->hit_count++] = (struct hit){(uint32_t)name, start};
}

/* Counts on from a place in the text that is not behind `at`. */
struct position {
    size_t at;
    size_t line_start;
    unsigned line;
};

static void go_to(struct position *position, const char *text, size_t at)
{
    if (at < position->at)
        *position = (struct position){0, 0, 1};
    for (const char *newline; (newline = memchr(text + position->at, '\n', at - position->at)) != NULL;) {
        position->line++;
        position->at = position->line_start = (size_t)(newline + 1 - text);
    }
    position->at = at;
}

static void read_exceptions(struct examination *examination)
{
    struct position position = {0, 0, 1};
    for (size_t i = 0; i < examination->hit_count; i++) {
        const struct anchor_name *name = &examination->examiner->names[examination->hits[i].name];
        if (name->rule != NULL)
            continue;
        const char *start = examination->text + examination->hits[i].start + name->length;
        size_t rest = examination->length - (size_t)(start - examination->text);
        const char *end = memchr(start, '\n', rest);
        go_to(&position, examination->text, examination->hits[i].start);
        examination->exceptions =
            text_grow(examination->exceptions, examination->exception_count + 1, sizeof *examination->exceptions);
        struct exception *added = &examination->exceptions[examination->exception_count++];
        *added = exception_parse(start, end != NULL ? (size_t)(end - start) : rest, examination->examiner->today);
        added->line = position.line;
    }
}

static struct exception *exception_for(struct examination *examination, const struct scan_finding *finding)
{
    for (size_t i = 0; i < examination->exception_count; i++) {
        struct exception *exception = &examination->exceptions[i];
        if (exception->problem == NULL && exception->rule == finding->rule &&
            (exception->line == finding->line || exception->line + 1 == finding->line))
            return exception;
    }
    return NULL;
}

static void accept(struct exception *exception, struct scan_finding *finding)
{
    exception->used = true;
    if (exception->expired) {
        finding->note = text_format("the exception of %s ended on %s", exception->owner, exception->expires);
        return;
    }
    finding->state = FINDING_ACCEPTED;
    finding->owner = text_format("%s", exception->owner);
    finding->reason = text_format("%s", exception->reason);
    finding->expires = text_format("%s", exception->expires);
}

static struct scan_finding *add_finding(struct examination *examination, struct scan_findings *findings,
                                        const struct scan_rule *rule, const struct position *position, char *text)
{
    struct scan_finding *finding =
        scan_findings_add(findings, rule, examination->place, text_clean(text, strlen(text)));
    free(text);
    if (examination->place->pid == 0) {
        finding->line = position->line;
        finding->column = (unsigned)(position->at - position->line_start) + 1;
    }
    struct exception *exception = exception_for(examination, finding);
    if (exception != NULL)
        accept(exception, finding);
    return finding;
}

static int by_start(const void *left, const void *right)
{
    const struct hit *one = left, *other = right;
    if (one->start != other->start)
        return one->start < other->start ? -1 : 1;
    return one->name < other->name ? -1 : one->name > other->name;
}

/* What an earlier name of the same rule has matched already is not told twice. */
static void match_hits(struct examination *examination, struct scan_findings *findings, const char *plain)
{
    struct scanned_text text = {examination->kind, plain, plain + examination->length};
    struct position position = {0, 0, 1};
    const struct scan_rule *last = NULL;
    const char *last_end = NULL;
    size_t first = findings->count;
    for (size_t i = 0; i < examination->hit_count && findings->count - first < MOST_FINDINGS; i++) {
        const struct anchor_name *name = &examination->examiner->names[examination->hits[i].name];
        const char *start = plain + examination->hits[i].start;
        struct match match;
        if (name->rule == NULL || (name->rule == last && start < last_end) || *start == ' ' ||
            !match_rule(name->rule, &text, start, name->length, &match))
            continue;
        go_to(&position, plain, examination->hits[i].start);
        add_finding(examination, findings, name->rule, &position, match.shown);
        last = name->rule;
        last_end = name->rule->whole_file ? text.end : match.end;
    }
    if (findings->count - first >= MOST_FINDINGS)
        findings->items[findings->count - 1].note =
            text_format("there may be more: no more than %d are told of one file", MOST_FINDINGS);
}

static void tell_exceptions(struct examination *examination, struct scan_findings *findings)
{
    for (size_t i = 0; i < examination->exception_count; i++) {
        struct exception *exception = &examination->exceptions[i];
        struct position position = {.line = exception->line};
        if (exception->problem != NULL)
            add_finding(examination, findings, &exception_malformed, &position,
                        text_format(EXCEPTION_MARK ": %s", exception->problem));
        else if (!exception->used)
            add_finding(examination, findings, &exception_unused, &position,
                        text_format(EXCEPTION_MARK " %s", exception->rule->id));
        exception_free(exception);
    }
}

static void examine(struct examination *examination, struct scan_findings *findings)
{
    size_t first = findings->count;
    literals_search(examination->examiner->literals, examination->text, examination->length, take_hit, examination);
    if (examination->hit_count > 0 && examination->kind != KIND_DOCUMENT) {
        char *plain = text_grow(NULL, examination->length, 1);
        memcpy(plain, examination->text, examination->length);
        comments_blank(examination->kind, plain, examination->length);
        qsort(examination->hits, examination->hit_count, sizeof *examination->hits, by_start);
        if (examination->has_marks)
            read_exceptions(examination);
        match_hits(examination, findings, plain);
        tell_exceptions(examination, findings);
        scan_findings_fingerprint(findings, first);
        free(plain);
    }
    free(examination->hits);
    free(examination->exceptions);
}

void examine_file(const struct examiner *examiner, const struct place *place, const char *text, size_t length,
                  struct scan_findings *findings)
{
    struct examination examination = {.examiner = examiner, .place = place, .text = text, .length = length};
    examine(&examination, findings);
}

void examine_text(const struct examiner *examiner, enum file_kind kind, const struct place *place, const char *text,
                  size_t length, struct scan_findings *findings)
{
    struct examination examination = {
        .examiner = examiner, .place = place, .text = text, .length = length, .kind_is_known = true, .kind = kind};
    examine(&examination, findings);
}

void examiner_free(struct examiner *examiner)
{
    literals_free(examiner->literals);
    free(examiner->names);
    free(examiner);
}
