#include "collect/datagram.h"

#include "event/json_writer.h"

#include <string.h>

static bool is_ours(struct slice name)
{
    size_t length = sizeof DATAGRAM_MEMBERS - 1;
    return name.length >= length && memcmp(name.text, DATAGRAM_MEMBERS, length) == 0;
}

static bool has_members_of_ours(const struct event_record *record)
{
    for (enum member member = 0; member < MEMBER_COUNT; member++)
        if (record_has(record, member) && is_ours(slice_of(member_name(member))))
            return true;
    for (size_t i = 0; i < record->other_count; i++)
        if (is_ours(record->others[i].name))
            return true;
    return false;
}

/* Between its members JSON may have newlines, each of which would begin a line of the file. */
static bool is_one_line(struct slice object)
{
    return memchr(object.text, '\n', object.length) == NULL && memchr(object.text, '\r', object.length) == NULL;
}

static const char *problem(const char *data, size_t length, struct event_record *record)
{
    if (length > EVENT_MAX)
        return "the line is too long";
    if (!record_read(record, data, length))
        return record->damage;
    if (!is_one_line(record->line))
        return "a newline within the event";
    return has_members_of_ours(record) ? "a member that only the collector may add" : NULL;
}

size_t datagram_line(const char *data, size_t length, const struct sender *sender, const char *host,
                     struct event_record *record, char line[static DATAGRAM_LINE_MAX], const char **why)
{
    *why = problem(data, length, record);
    if (*why != NULL)
        return 0;
    size_t own = record->line.length - 1; /* without the brace at its end */
    memcpy(line, record->line.text, own);
    struct json_writer writer;
    json_writer_begin(&writer, line + own, DATAGRAM_LINE_MAX - own, SIZE_MAX);
    json_writer_time(&writer, DATAGRAM_MEMBERS "time", &sender->time);
    json_writer_text(&writer, DATAGRAM_MEMBERS "host", host);
    json_writer_number(&writer, DATAGRAM_MEMBERS "uid", sender->uid);
    if (sender->pid != 0)
        json_writer_number(&writer, DATAGRAM_MEMBERS "pid", (uint64_t)sender->pid);
    if (!json_writer_end(&writer)) {
        *why = "the line is too long";
        return 0;
    }
    line[own] = ','; /* the brace at the beginning of ours */
    return own + writer.line.length;
}
