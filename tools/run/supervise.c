#include "run/supervise.h"

#include "shared/child_signal.h"
#include "shared/exit_status.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The last one is not passed on: it says that a child has something to tell. */
static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT, SIGCHLD};
enum { WATCHED = sizeof watched / sizeof *watched };

/*
 * Handlers and not signalfd(2): another preloaded library may have a thread here, and a signal that this thread does
 * not block is delivered to it and then in no descriptor.
 */
static atomic_bool to_be_passed_on[_NSIG];
static int wake[2];

static void note_signal(int signal, siginfo_t *info, void *context)
{
    int saved = errno;
    (void)context;
    /* A key on the terminal signals the whole foreground group: the child has had it from the kernel already. */
    if (signal != SIGCHLD && info->si_code != SI_KERNEL)
        atomic_store(&to_be_passed_on[signal], true);
    (void)!write(wake[1], "", 1);
    errno = saved;
}

static sigset_t watched_set(void)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < WATCHED; i++)
        sigaddset(&set, watched[i]);
    return set;
}

static void set_handlers(struct sigaction before[static WATCHED])
{
    struct sigaction action = {.sa_sigaction = note_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < WATCHED; i++)
        sigaction(watched[i], &action, &before[i]);
}

static void restore_handlers(const struct sigaction before[static WATCHED])
{
    for (size_t i = 0; i < WATCHED; i++)
        sigaction(watched[i], &before[i], NULL);
}

static void pass_on(pid_t child)
{
    for (size_t i = 0; i < WATCHED; i++)
        if (atomic_exchange(&to_be_passed_on[watched[i]], false))
            kill(child, watched[i]);
}

/* Whether orphans become our children, as they do for process 1: nobody else would wait for them. */
static bool inherits_orphans(void)
{
    int subreaper = 0;
    return getpid() == 1 || (prctl(PR_GET_CHILD_SUBREAPER, &subreaper) == 0 && subreaper != 0);
}

/* Follows the child into a stop, so that the shell gets its terminal back. True when the child has ended. */
static bool child_has_ended(pid_t child, int *status)
{
    pid_t awaited = inherits_orphans() ? -1 : child;
    int changed;
    pid_t of;
    while ((of = waitpid(awaited, &changed, WNOHANG | WUNTRACED)) > 0) {
        if (of == child && !WIFSTOPPED(changed)) {
            *status = changed;
            return true;
        }
        if (of == child)
            raise(SIGSTOP);
    }
    return of < 0 && errno == ECHILD;
}

static int watch(pid_t child, int fd, void (*readable)(void *arg), void *arg)
{
    char drained[64];
    int status = 0;
    while (!child_has_ended(child, &status)) {
        struct pollfd ready[] = {{.fd = wake[0], .events = POLLIN}, {.fd = fd, .events = POLLIN}};
        if (poll(ready, 2, -1) < 0 && errno != EINTR)
            break;
        if (ready[1].revents != 0)
            readable(arg);
        while (read(wake[0], drained, sizeof drained) > 0)
            continue;
        pass_on(child);
    }
    readable(arg);
    return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

static _Noreturn void become(char *const command[])
{
    execvp(command[0], command);
    int error = errno;
    fprintf(stderr, "tlsward: %s: %s\n", command[0], strerror(error));
    _exit(error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE);
}

/* Nothing is lost between fork and exec: the signals wait until the child has the handling that it is to have. */
static pid_t start(char *const command[], struct sigaction before[static WATCHED], sigset_t *mask)
{
    sigset_t set = watched_set();
    sigprocmask(SIG_BLOCK, &set, mask);
    set_handlers(before);
    pid_t child = fork();
    if (child == 0) {
        restore_handlers(before);
        child_signal_give_back();
        sigprocmask(SIG_SETMASK, mask, NULL);
        become(command);
    }
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    return child;
}

int supervise(char *const command[], int fd, void (*readable)(void *arg), void *arg)
{
    struct sigaction before[WATCHED];
    sigset_t mask;
    int status = STATUS_REFUSED;
    pid_t child = -1;
    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) == 0)
        child = start(command, before, &mask);
    if (child < 0) {
        fprintf(stderr, "tlsward: cannot start a process: %s\n", strerror(errno));
        return status;
    }
    status = watch(child, fd, readable, arg);
    restore_handlers(before);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    close(wake[0]);
    close(wake[1]);
    return status;
}
