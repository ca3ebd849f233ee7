#include "event/notice.h"

#include "event/announcement.h"
#include "event/repeat.h"
#include "event/send.h"
#include "policy/in_force.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>

void notice_send(const char *log, const char *message)
{
    int saved = errno;
    struct event event = event_start(EVENT_NOTICE);
    event.message = message;
    event_send(&event, log, SEVERITY_WARNING);
    errno = saved;
}

void notice_start(const char *log)
{
    struct event event = event_start(EVENT_START);
    event_send(&event, log, SEVERITY_INFORMATIONAL);
}

void notice_counted(const struct policy *policy)
{
    size_t cursor = 0;
    uint64_t key, count, sum = 0;
    while (repeat_flush_next(&cursor, &key, &count))
        sum += count;
    if (sum == 0)
        return;
    int saved = errno;
    struct settings settings = process_settings(policy);
    struct event event = event_start(EVENT_NOTICE);
    event.message = "the process ends; these handshakes repeated earlier ones and were only counted";
    event.repeated = sum;
    event_send(&event, settings.log, SEVERITY_INFORMATIONAL);
    errno = saved;
}

void notice_trust_warning(void *log, const char *file, unsigned position, const char *why)
{
    char message[2048];
    if (position > 0)
        snprintf(message, sizeof message, "trust: %s: certificate %u: %s", file, position, why);
    else
        snprintf(message, sizeof message, "trust: %s: %s", file, why);
    notice_send(log, message);
}

void notice_not_covered(const char *message)
{
    int saved = errno;
    const struct policy *policy = process_is_welcome() ? policy_announced() : NULL;
    if (policy != NULL && !process_is_off(policy)) {
        struct settings settings = process_settings(policy);
        notice_send(settings.log, message);
    }
    errno = saved;
}

void notice_unwatched_library(const char *path, const char *why)
{
    char message[1024];
    snprintf(message, sizeof message, "not covered: %s: %s; its calls pass through",
             path != NULL && path[0] != '\0' ? path : "the program", why);
    notice_not_covered(message);
}

void notice_late_library(const char *path)
{
    char message[1024];
    snprintf(message, sizeof message,
             "not covered yet: %s: no memory for its ex_data indices; the next call tries again",
             path != NULL && path[0] != '\0' ? path : "the program");
    notice_not_covered(message);
}

void notice_unknown_library(const char *path, const char *missing)
{
    static atomic_bool said;
    char message[1024];
    if (atomic_exchange(&said, true))
        return;
    snprintf(message, sizeof message,
             "not covered: %s is no TLS library tlsward knows (it lacks %s); its calls pass through",
             path != NULL && path[0] != '\0' ? path : "the program", missing);
    notice_not_covered(message);
}
