/*
 * The library comes into a process, and the process ends.
 */
#include "event/announcement.h"
#include "event/notice.h"
#include "hooks/exec_watch.h"
#include "policy/policy_version.h"
#include "process/environment.h"
#include "process/loader.h"
#include "process/script.h"
#include "process/standard_error.h"

#include <errno.h>
#include <stddef.h>

/* All that a program without TLS pays for: a look at its environment and at its libraries. */
static void remember_start(void)
{
    enum loader_tls tls = loader_sees_tls();
    if (tls == TLS_NOT_SEEN)
        return;
    int saved = errno;
    if (tls == TLS_IN_PROGRAM)
        notice_not_covered("not covered: the program has an OpenSSL of its own built in");
    else if (process_is_welcome())
        policy_announced();
    errno = saved;
}

#ifdef __GLIBC__
/* glibc gives constructors the environment; asking for `environ` would cost a look-up in every process. */
__attribute__((constructor)) static void on_load(int argc, char **argv, char **environment)
{
    environment_keep(argc, argv, environment);
    script_keep(argc, argv);
    standard_error_keep();
    exec_watch_begin();
    remember_start();
}
#else
__attribute__((constructor)) static void on_load(void)
{
    environment_at_start();
    standard_error_keep();
    exec_watch_begin();
    remember_start();
}
#endif

__attribute__((destructor)) static void report_rest(void)
{
    const struct policy_version *current = policy_version_known();
    if (current != NULL)
        notice_counted(current->policy);
}
