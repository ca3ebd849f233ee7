#include "notice.h"

#include "process.h"
#include "report.h"

#include <errno.h>
#include <time.h>

void notice_not_covered(const char *message)
{
    int saved = errno;
    const struct policy *policy = process_is_welcome() ? process_policy() : NULL;
    if (policy != NULL && !policy_is_off(policy, process_identity(), time(NULL))) {
        struct settings settings = process_settings(policy);
        report_notice(settings.log, message);
    }
    errno = saved;
}
