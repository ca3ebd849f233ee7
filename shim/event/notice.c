#include "event/notice.h"

#include "openssl/report.h"
#include "policy/process.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>

void notice_not_covered(const char *message)
{
    int saved = errno;
    const struct policy *policy = process_is_welcome() ? process_policy() : NULL;
    if (policy != NULL && !process_is_off(policy)) {
        struct settings settings = process_settings(policy);
        report_notice(settings.log, message);
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
