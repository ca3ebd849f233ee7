#include "event/send.h"

#include "event/sink.h"
#include "process/container.h"
#include "process/hex.h"
#include "process/kernel.h"
#include "process/kernel_clock.h"
#include "process/own_pid.h"
#include "process/start.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

static void make_id(char id[static 33], const struct timespec *now, pid_t pid)
{
    static _Atomic uint64_t count;
    uint64_t seed[2] = {0};
    const void *random =
        (const void *)getauxval(AT_RANDOM); /* NOLINT(performance-no-int-to-ptr): 16 bytes, getauxval(3) */
    if (random != NULL)
        memcpy(seed, random, sizeof seed);
    uint64_t number = atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
    seed[0] ^= ((uint64_t)now->tv_sec << 20) ^ (uint64_t)now->tv_nsec;
    seed[1] ^= ((uint64_t)pid << 32) ^ number;
    unsigned char bytes[sizeof seed];
    memcpy(bytes, seed, sizeof bytes);
    hex_print(bytes, sizeof bytes, HEX_LOWER, id);
}

/* What is told of a child of vfork(2) is told with its own number; handshakes are many, and not made there. */
static pid_t pid_for(enum event_kind kind)
{
    return kind == EVENT_HANDSHAKE ? own_pid() : kernel_getpid();
}

static const char *or_null(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

struct event event_start_as(enum event_kind kind, uid_t uid)
{
    const struct start *start = start_get();
    struct event event = {
        .kind = kind,
        .executable = start != NULL ? start->names.executable : NULL,
        .script = start != NULL ? or_null(start->names.script.name) : NULL,
        .unit = start != NULL ? or_null(start->names.unit.name) : NULL,
        .in_user_namespace = start != NULL && !start->names.users_are_known,
        .pid = pid_for(kind),
        .uid = uid,
    };
    event.script_is_uncertain = event.script != NULL && !start->names.script.is_certain;
    kernel_clock(CLOCK_REALTIME, &event.time);
    make_id(event.id, &event.time, event.pid);
    return event;
}

struct event event_start(enum event_kind kind)
{
    return event_start_as(kind, kernel_getuid());
}

/* With what is asked only where a line is written. */
static bool deliver_here(const struct event *event, const char *log, enum severity severity,
                         char line[static EVENT_MAX])
{
    struct event here = *event;
    struct utsname names;
    char container[CONTAINER_ID_SIZE];
    here.gid = kernel_getgid();
    if (kernel_uname(&names) == 0)
        here.host = names.nodename;
    if (container_id(container))
        here.container = container;
    struct journal_fields fields;
    journal_fields_of_event(&here, &fields);
    return sink_deliver(log, severity, line, event_format(&here, line), &fields);
}

static bool is_standard_error(const char *log)
{
    return strcmp(log, "stderr") == 0 || strcmp(log, "stderr-file") == 0;
}

/* Where nothing can be told, because it is a file or no longer what it was, nobody would hear of it there. */
static void tell_elsewhere(char line[static EVENT_MAX])
{
    static atomic_bool told;
    if (atomic_exchange(&told, true))
        return;
    struct event event = event_start(EVENT_NOTICE);
    event.message =
        "log = stderr: events are lost, as descriptor 2 is a file (stderr-file = yes lets it be one), takes "
        "no more, or is not what it was when the program started";
    deliver_here(&event, "auto", SEVERITY_WARNING, line);
}

void event_send_line(struct event *event, const char *log, enum severity severity, char line[static EVENT_MAX])
{
    event->dropped = sink_take_dropped();
    if (deliver_here(event, log, severity, line))
        return;
    sink_drop(event->dropped); /* nobody has heard of these either */
    if (is_standard_error(log))
        tell_elsewhere(line);
}

void event_send(struct event *event, const char *log, enum severity severity)
{
    char *line = kernel_map(EVENT_MAX);
    if (line == NULL) {
        sink_drop(1);
        return;
    }
    event_send_line(event, log, severity, line);
    kernel_unmap(line, EVENT_MAX);
}

bool event_is_stored(const char *log)
{
    return strncmp(log, "unix:", 5) != 0 && !is_standard_error(log);
}
