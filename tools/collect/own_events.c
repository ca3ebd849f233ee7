#include "collect/own_events.h"

#include "event/send.h"

#include <unistd.h>

size_t own_event(const char *message, uint64_t lost, const char *host, struct event_record *record,
                 char line[static DATAGRAM_LINE_MAX])
{
    static char own[EVENT_MAX];
    const char *why;
    struct event event = event_start(EVENT_NOTICE);
    event.gid = getgid();
    event.host = host;
    event.message = message;
    event.dropped = lost;
    const struct sender ourselves = {event.time, event.pid, event.uid};
    return datagram_line(own, event_format(&event, own), &ourselves, host, record, line, &why);
}
