#include "supervise.h"

#include "command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static const int passed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT};

static sigset_t watched_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
        sigaddset(&set, passed_on[i]);
    return set;
}

/* A key on the terminal signals the whole foreground group: the child has had it from the kernel already. */
static void pass_on(const struct signalfd_siginfo *signal, pid_t child)
{
    if (signal->ssi_signo != SIGCHLD && signal->ssi_code != SI_KERNEL)
        kill(child, (int)signal->ssi_signo);
}

/* Follows the child into a stop, so that the shell gets its terminal back. True when the child has ended. */
static bool child_has_ended(pid_t child, int *status)
{
    while (waitpid(child, status, WNOHANG | WUNTRACED) == child) {
        if (!WIFSTOPPED(*status))
            return true;
        raise(SIGSTOP);
    }
    return false;
}

static int watch(pid_t child, int signals, int fd, void (*readable)(void *arg), void *arg)
{
    int status = 0;
    for (;;) {
        struct pollfd ready[] = {{.fd = signals, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
        if (poll(ready, 2, -1) < 0 && errno != EINTR)
            break;
        if (ready[1].revents != 0)
            readable(arg);
        struct signalfd_siginfo signal;
        while (read(signals, &signal, sizeof signal) == (ssize_t)sizeof signal)
            pass_on(&signal, child);
        if (child_has_ended(child, &status))
            break;
    }
    readable(arg);
    return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

static _Noreturn void become(char *const command[], const sigset_t *mask, sighandler_t child_handler)
{
    signal(SIGCHLD, child_handler);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(command[0], command);
    int error = errno;
    fprintf(stderr, "tlsward: %s: %s\n", command[0], strerror(error));
    _exit(error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE);
}

int supervise(char *const command[], int fd, void (*readable)(void *arg), void *arg)
{
    sigset_t watched = watched_signals();
    sigset_t before;
    /* Where SIGCHLD is ignored there is nothing to wait for. */
    sighandler_t child_handler = signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_BLOCK, &watched, &before);
    int status = STATUS_REFUSED;
    pid_t child = -1;
    int signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals >= 0)
        child = fork();
    if (child == 0)
        become(command, &before, child_handler);
    if (child > 0)
        status = watch(child, signals, fd, readable, arg);
    else
        fprintf(stderr, "tlsward: cannot start a process: %s\n", strerror(errno));
    if (signals >= 0)
        close(signals);
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGCHLD, child_handler);
    return status;
}
