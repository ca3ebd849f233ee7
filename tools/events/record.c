#include "events/record.h"

#include "events/string_scan.h"
#include "events/timestamp.h"

#include <limits.h>

/* Where the reading of a line has come to. */
struct cursor {
    const char *at;
    const char *end;
    const char *damage;
};

static bool damaged(struct cursor *cursor, const char *why)
{
    cursor->damage = why;
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct cursor *cursor)
{
    while (cursor->at < cursor->end && is_blank(*cursor->at))
        cursor->at++;
}

/* Blanks, and this character: false where there is another one. */
static bool take(struct cursor *cursor, char c)
{
    skip_blanks(cursor);
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

/* A text whose opening quotation mark was taken. */
static bool take_text(struct cursor *cursor, struct record_value *value)
{
    const char *start = cursor->at;
    const char *end = string_scan(start, cursor->end, &value->escaped, &cursor->damage, &cursor->at);
    if (end == NULL)
        return false;
    value->text = start;
    value->length = (uint32_t)(end - start);
    value->kind = KIND_TEXT;
    cursor->at = end + 1;
    return true;
}

/* An array whose bracket was taken; `escaped` says whether one of its texts is. */
static bool take_texts(struct cursor *cursor, struct record_value *value)
{
    struct record_value text;
    value->text = cursor->at;
    value->kind = KIND_TEXTS;
    if (!take(cursor, ']')) {
        do {
            if (!take(cursor, '"'))
                return damaged(cursor, "an array of something else than texts");
            if (!take_text(cursor, &text))
                return false;
            value->escaped = value->escaped || text.escaped;
        } while (take(cursor, ','));
        if (!take(cursor, ']'))
            return damaged(cursor, "an array without an end");
    }
    value->length = (uint32_t)(cursor->at - 1 - value->text);
    return true;
}

static bool take_number(struct cursor *cursor, struct record_value *value)
{
    static const char largest[] = "9223372036854775807";
    value->text = cursor->at;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9')
        cursor->at++;
    size_t length = (size_t)(cursor->at - value->text), most = sizeof largest - 1;
    if (length > most || (length == most && memcmp(value->text, largest, most) > 0))
        return damaged(cursor, "a number that is too large");
    if (length > 1 && *value->text == '0')
        return damaged(cursor, "a number that begins with 0");
    value->length = (uint32_t)length;
    value->kind = KIND_NUMBER;
    return true;
}

static bool take_flag(struct cursor *cursor, struct record_value *value)
{
    static const struct slice words[] = {{"true", 4}, {"false", 5}};
    for (size_t i = 0; i < 2; i++) {
        if ((size_t)(cursor->end - cursor->at) < words[i].length ||
            memcmp(cursor->at, words[i].text, words[i].length) != 0)
            continue;
        value->text = cursor->at;
        value->length = (uint32_t)words[i].length;
        value->kind = KIND_FLAG;
        cursor->at += words[i].length;
        return true;
    }
    return damaged(cursor, "a value that is neither text, number from 0 on, true, false nor array of texts");
}

static bool take_value(struct cursor *cursor, struct record_value *value)
{
    skip_blanks(cursor);
    if (cursor->at == cursor->end)
        return damaged(cursor, "the line ends before a value");
    value->escaped = value->unpacked = false;
    if (*cursor->at >= '0' && *cursor->at <= '9')
        return take_number(cursor, value);
    if (*cursor->at != '"' && *cursor->at != '[')
        return take_flag(cursor, value);
    return *cursor->at++ == '"' ? take_text(cursor, value) : take_texts(cursor, value);
}

static bool take_known(struct cursor *cursor, struct event_record *record, enum member member)
{
    if (record_has(record, member))
        return damaged(cursor, "a member that was there before");
    if (!take_value(cursor, &record->values[member]))
        return false;
    if (record->values[member].kind != member_kind(member))
        return damaged(cursor, "a member whose value is of another kind than its name says");
    record->present[member / 64] |= UINT64_C(1) << member % 64;
    return true;
}

static bool take_other(struct cursor *cursor, struct event_record *record, struct slice name)
{
    if (record->other_count == RECORD_OTHERS_MAX)
        return damaged(cursor, "too many members that are not known");
    for (size_t i = 0; i < record->other_count; i++)
        if (slice_equal(record->others[i].name, name))
            return damaged(cursor, "a member that was there before");
    record->others[record->other_count].name = name;
    return take_value(cursor, &record->others[record->other_count++].value);
}

static bool take_member(struct cursor *cursor, struct event_record *record)
{
    struct record_value name;
    if (!take(cursor, '"'))
        return damaged(cursor, "no name of a member where one has to be");
    if (!take_text(cursor, &name))
        return false;
    if (name.escaped)
        return damaged(cursor, "a name with an escape in it");
    if (!take(cursor, ':'))
        return damaged(cursor, "a name without a value");
    struct slice text = {name.text, name.length};
    enum member member = member_find(text);
    return member != MEMBER_COUNT ? take_known(cursor, record, member) : take_other(cursor, record, text);
}

static bool take_object(struct cursor *cursor, struct event_record *record)
{
    if (!take(cursor, '{'))
        return damaged(cursor, "it does not begin with {");
    record->line.text = cursor->at - 1;
    do {
        if (!take_member(cursor, record))
            return false;
    } while (take(cursor, ','));
    if (!take(cursor, '}'))
        return damaged(cursor,
                       cursor->at == cursor->end ? "the line ends within the event" : "no comma between members");
    record->line.length = (size_t)(cursor->at - record->line.text);
    skip_blanks(cursor);
    return cursor->at == cursor->end || damaged(cursor, "something behind the event");
}

/* What every event has; without it the line is JSON of something else. */
static bool is_event(struct cursor *cursor, struct event_record *record)
{
    if (!record_has(record, MEMBER_TIMESTAMP) || !record_has(record, MEMBER_SCHEMA) ||
        !record_has(record, MEMBER_EVENT_ACTION))
        return damaged(cursor, "no event of tlsward: it lacks @timestamp, tlsward.schema or event.action");
    return timestamp_read(record_text(record, MEMBER_TIMESTAMP), &record->time) ||
           damaged(cursor, "a @timestamp that is no point in time");
}

bool record_read(struct event_record *record, const char *line, size_t length)
{
    struct cursor cursor = {.at = line, .end = line + length};
    record->damage = NULL;
    record->present[0] = record->present[1] = 0;
    record->other_count = 0;
    record->scratch_used = 0;
    bool read = length <= RECORD_LINE_MAX ? take_object(&cursor, record) && is_event(&cursor, record)
                                          : damaged(&cursor, "the line is too long");
    record->damage = cursor.damage;
    record->damaged_at = (size_t)(cursor.at - line);
    return read;
}

/* The value as a text; what is escaped is unescaped once. Together they take no more of `scratch` than of the line. */
static struct slice text_of(struct event_record *record, struct record_value *value)
{
    if (value->kind == KIND_TEXTS)
        return (struct slice){"", 0};
    if (value->kind == KIND_TEXT && value->escaped) {
        char *plain = record->scratch + record->scratch_used;
        value->length = (uint32_t)string_unescape(value->text, value->length, plain);
        value->text = plain;
        value->escaped = false;
        record->scratch_used += value->length;
    }
    return (struct slice){value->text, value->length};
}

struct slice record_text(struct event_record *record, enum member member)
{
    return record_has(record, member) ? text_of(record, &record->values[member]) : (struct slice){"", 0};
}

uint64_t record_number(const struct event_record *record, enum member member)
{
    uint64_t number = 0;
    if (!record_has(record, member) || record->values[member].kind != KIND_NUMBER)
        return 0;
    for (uint32_t i = 0; i < record->values[member].length; i++)
        number = number * 10 + (uint64_t)(record->values[member].text[i] - '0');
    return number;
}

bool record_flag(const struct event_record *record, enum member member)
{
    return record_has(record, member) && record->values[member].kind == KIND_FLAG &&
           *record->values[member].text == 't';
}

/* Each text with a NUL behind it takes no more than it took with its quotation marks. */
static void unpack(struct event_record *record, struct record_value *value)
{
    struct cursor cursor = {.at = value->text, .end = value->text + value->length};
    char *start = record->scratch + record->scratch_used, *end = start;
    struct record_value text;
    while (take(&cursor, '"') && take_text(&cursor, &text)) {
        end += string_unescape(text.text, text.length, end);
        *end++ = '\0';
        take(&cursor, ',');
    }
    value->text = start;
    value->length = (uint32_t)(end - start);
    value->unpacked = true;
    record->scratch_used += value->length;
}

bool record_next_text(struct event_record *record, enum member member, size_t *at, struct slice *text)
{
    if (!record_has(record, member) || record->values[member].kind != KIND_TEXTS)
        return false;
    struct record_value *value = &record->values[member];
    if (!value->unpacked)
        unpack(record, value);
    if (*at >= value->length)
        return false;
    *text = slice_of(value->text + *at);
    *at += text->length + 1;
    return true;
}

struct slice record_other(struct event_record *record, const char *name, bool *found)
{
    for (size_t i = 0; i < record->other_count; i++) {
        *found = slice_is(record->others[i].name, name);
        if (*found)
            return record_other_at(record, i);
    }
    *found = false;
    return (struct slice){"", 0};
}

struct slice record_other_at(struct event_record *record, size_t at)
{
    return text_of(record, &record->others[at].value);
}
