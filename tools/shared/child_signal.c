#include "shared/child_signal.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static sighandler_t before = SIG_DFL;

void child_signal_take(void)
{
    before = signal(SIGCHLD, SIG_DFL);
}

bool child_signal_wait(pid_t child, int *status)
{
    pid_t ended;
    do
        ended = waitpid(child, status, 0);
    while (ended < 0 && errno == EINTR);
    return ended == child;
}

void child_signal_give_back(void)
{
    signal(SIGCHLD, before);
}
