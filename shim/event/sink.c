#include "event/sink.h"

#include "process/kernel.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

/* Process id above, number of lost lines below, in one word: a forked child does not report its parent's losses. */
static _Atomic uint64_t lost;

static uint64_t lost_by_this_process(uint64_t word)
{
    return word >> 32 == (uint64_t)kernel_getpid() ? word & UINT32_MAX : 0;
}

void sink_drop(uint64_t lines)
{
    uint64_t before = atomic_load(&lost);
    uint64_t after = 0;
    do {
        uint64_t count = lost_by_this_process(before);
        uint64_t sum = lines < UINT32_MAX - count ? count + lines : UINT32_MAX;
        after = (uint64_t)kernel_getpid() << 32 | sum;
    } while (!atomic_compare_exchange_weak(&lost, &before, after));
}

uint64_t sink_take_dropped(void)
{
    return lost_by_this_process(atomic_exchange(&lost, 0));
}

/* The absolute path behind a prefix such as "file:", or NULL. */
static const char *path_after(const char *destination, const char *prefix)
{
    size_t length = strlen(prefix);
    bool matches = strncmp(destination, prefix, length) == 0 && destination[length] == '/';
    return matches ? destination + length : NULL;
}

static bool deliver_automatically(int severity, const char *line, size_t length, const struct journal_fields *fields)
{
    if (sink_to_journal(SINK_JOURNAL_SOCKET, severity, line, length, fields))
        return true;
    bool nobody_listens = errno == ENOENT || errno == ECONNREFUSED;
    return nobody_listens && sink_to_syslog(SINK_SYSLOG_SOCKET, severity, line, length);
}

static bool deliver(const char *destination, int severity, const char *line, size_t length,
                    const struct journal_fields *fields)
{
    const char *path = NULL;
    if (!destination || strcmp(destination, "auto") == 0)
        return deliver_automatically(severity, line, length, fields);
    if (strcmp(destination, "stderr") == 0 || strcmp(destination, "stderr-file") == 0)
        return sink_to_standard_error(destination[6] != '\0', line, length);
    if (strcmp(destination, "journald") == 0)
        return sink_to_journal(SINK_JOURNAL_SOCKET, severity, line, length, fields);
    if (strcmp(destination, "syslog") == 0)
        return sink_to_syslog(SINK_SYSLOG_SOCKET, severity, line, length);
    if (strcmp(destination, "collect") == 0)
        return sink_to_unix(SINK_COLLECT_SOCKET, line, length);
    if ((path = path_after(destination, "file:")))
        return sink_to_file(path, line, length);
    if ((path = path_after(destination, "unix:")))
        return sink_to_unix(path, line, length);
    return false;
}

bool sink_deliver(const char *destination, int severity, const char *line, size_t length,
                  const struct journal_fields *fields)
{
    int saved = errno;
    bool delivered = deliver(destination, severity, line, length, fields);
    if (!delivered)
        sink_drop(1);
    errno = saved;
    return delivered;
}
