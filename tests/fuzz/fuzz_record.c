/*
 * Any line as an event: what the reader takes, jansson takes too, with the same members and the same values; and what
 * jansson takes and is an event, the reader takes.
 */
#include "events/record.h"
#include "fuzz.h"

#include <jansson.h>

static struct event_record record;

static void check_text(struct slice text, const json_t *expected)
{
    require(text.length == json_string_length(expected));
    require(text.length == 0 || memcmp(text.text, json_string_value(expected), text.length) == 0);
}

static void check_scalar(struct slice text, const json_t *expected)
{
    char digits[32];
    if (json_is_string(expected)) {
        check_text(text, expected);
    } else if (json_is_integer(expected)) {
        snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(expected));
        require(slice_is(text, digits));
    } else if (json_is_boolean(expected)) {
        require(slice_is(text, json_is_true(expected) ? "true" : "false"));
    } else {
        require(json_is_array(expected) && text.length == 0);
    }
}

static void check_texts(enum member member, const json_t *expected)
{
    size_t at = 0, index = 0;
    struct slice text;
    while (record_next_text(&record, member, &at, &text))
        check_text(text, json_array_get(expected, index++));
    require(index == json_array_size(expected));
}

static void check_known(enum member member, const json_t *object, size_t *count)
{
    const json_t *expected = json_object_get(object, member_name(member));
    require(record_has(&record, member) == (expected != NULL));
    if (expected == NULL)
        return;
    ++*count;
    for (int turn = 0; turn < 2; turn++) { /* what is unescaped once stays so */
        check_scalar(record_text(&record, member), expected);
        if (json_is_array(expected))
            check_texts(member, expected);
    }
    if (json_is_integer(expected))
        require(record_number(&record, member) == (uint64_t)json_integer_value(expected));
    require(record_flag(&record, member) == json_is_true(expected));
}

static void check_others(const json_t *object)
{
    for (size_t i = 0; i < record.other_count; i++) {
        struct slice name = record.others[i].name;
        check_scalar(record_other_at(&record, i), json_object_getn(object, name.text, name.length));
    }
}

/* Nothing of the line is in the record but what is in the object, and the other way about. */
static void check_members(const json_t *object)
{
    size_t count = record.other_count;
    for (enum member member = 0; member < MEMBER_COUNT; member++)
        check_known(member, object, &count);
    check_others(object);
    require(count == json_object_size(object));
}

static bool is_plain_name(const char *name)
{
    for (; *name != '\0'; name++)
        if (*name < ' ' || *name == '"' || *name == '\\')
            return false;
    return true;
}

static bool is_kind(const json_t *value, enum member_kind kind)
{
    size_t i;
    const json_t *item;
    switch (kind) {
    case KIND_TEXT:
        return json_is_string(value);
    case KIND_NUMBER:
        return json_is_integer(value) && json_integer_value(value) >= 0;
    case KIND_FLAG:
        return json_is_boolean(value);
    case KIND_TEXTS:
        break;
    }
    json_array_foreach(value, i, item) if (!json_is_string(item)) return false;
    return json_is_array(value);
}

static bool is_any_kind(const json_t *value)
{
    return is_kind(value, KIND_TEXT) || is_kind(value, KIND_NUMBER) || is_kind(value, KIND_FLAG) ||
           is_kind(value, KIND_TEXTS);
}

/* Whether an object has the form of an event, as record.h says it. */
static bool has_form(json_t *object)
{
    const char *name;
    json_t *value;
    size_t others = 0;
    json_object_foreach(object, name, value)
    {
        enum member member = member_find(slice_of(name));
        others += member == MEMBER_COUNT;
        if (!is_plain_name(name) ||
            !(member == MEMBER_COUNT ? is_any_kind(value) : is_kind(value, member_kind(member))))
            return false;
    }
    return others <= RECORD_OTHERS_MAX && json_object_get(object, "@timestamp") != NULL &&
           json_object_get(object, "tlsward.schema") != NULL && json_object_get(object, "event.action") != NULL;
}

/* In jansson's own writing, as its reader forgets how it was written. */
static void check_rewritten(json_t *object, size_t flags)
{
    char *line = json_dumps(object, flags);
    require(line != NULL);
    if (strlen(line) <= RECORD_LINE_MAX && has_form(object)) {
        bool read = record_read(&record, line, strlen(line));
        require(read || strcmp(record.damage, "a @timestamp that is no point in time") == 0);
        if (read)
            check_members(object);
    }
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *line = (const char *)data;
    bool read = record_read(&record, line, size);
    require(read == (record.damage == NULL) && record.damaged_at <= size);
    json_t *object = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);
    if (read) {
        require(json_is_object(object));
        check_members(object);
        require(record.line.length <= size && record.line.text[record.line.length - 1] == '}');
    }
    if (json_is_object(object)) {
        check_rewritten(object, JSON_COMPACT);
        check_rewritten(object, JSON_ENSURE_ASCII);
    }
    json_decref(object);
    return 0;
}
