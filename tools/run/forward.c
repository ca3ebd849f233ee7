#include "run/forward.h"

#include "event/sink.h"

#include <jansson.h>
#include <stdio.h>
#include <syslog.h>

struct members {
    const json_t *event;
    char *number; /* room for the one member that is none of text */
    size_t size;
};

static const char *member_of(const void *arg, const char *name)
{
    const struct members *members = arg;
    const json_t *value = json_object_get(members->event, name);
    if (!json_is_integer(value))
        return json_string_value(value);
    snprintf(members->number, members->size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return members->number;
}

void forward_event(const char *log, const char *line, size_t length)
{
    char number[24];
    struct journal_fields fields;
    json_t *event = json_loadb(line, length, JSON_DISABLE_EOF_CHECK, NULL);
    const struct members members = {event, number, sizeof number};
    journal_fields_of_members(member_of, &members, &fields);
    sink_deliver(log, LOG_INFO, line, length, &fields);
    json_decref(event);
}
