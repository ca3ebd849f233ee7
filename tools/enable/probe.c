#include "enable/probe.h"

#include "preload/boot_link.h"
#include "preload/preload_file.h"
#include "shared/child_signal.h"
#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS = 30, OUTPUT_MAX = 1 << 20 };
/* Ends of a child that is not yet the program: no program that is tried has these. */
enum { CANNOT_EXECUTE = 241, CANNOT_SEPARATE = 242 };

struct stream {
    char **text;
    size_t *length;
    int fd;
};

/* Nothing that is mounted from here on is seen outside. */
static bool separate(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool lay_over(const struct probe_setting *setting)
{
    if (setting->file == NULL && setting->links == NULL)
        return true;
    return separate() && (setting->file == NULL || mount(setting->file, PRELOAD_FILE, NULL, MS_BIND, NULL) == 0) &&
           (setting->links == NULL || mount(setting->links, BOOT_LINKS, NULL, MS_BIND, NULL) == 0);
}

static bool become(uid_t user)
{
    return user == 0 ||
           (setgroups(0, NULL) == 0 && setresgid(user, user, user) == 0 && setresuid(user, user, user) == 0);
}

static void redirect(const int *outputs)
{
    int null = open("/dev/null", O_RDONLY);
    dup2(null >= 0 ? null : outputs[0], STDIN_FILENO);
    dup2(outputs[0], STDOUT_FILENO);
    dup2(outputs[1], STDERR_FILENO);
    syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
}

static _Noreturn void start(const char *const *argv, const struct probe_setting *setting, const int *outputs)
{
    char *preload = setting->preload != NULL ? text_format("LD_PRELOAD=%s", setting->preload) : NULL;
    char *environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/", "TERM=dumb", preload, NULL};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    umask(022);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    if (!lay_over(setting))
        _exit(CANNOT_SEPARATE);
    redirect(outputs);
    if (chdir("/") == 0 && become(setting->user))
        execve(argv[0], (char **)argv, environment);
    _exit(CANNOT_EXECUTE);
}

/* False at its end. */
static bool take_some(struct stream *stream)
{
    char some[4096];
    ssize_t got = read(stream->fd, some, sizeof some);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    size_t kept = *stream->length < OUTPUT_MAX ? (size_t)got : 0;
    *stream->text = text_grow(*stream->text, *stream->length + kept + 1, 1);
    memcpy(*stream->text + *stream->length, some, kept);
    *stream->length += kept;
    return true;
}

static int milliseconds_since(const struct timespec *began)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int)((now.tv_sec - began->tv_sec) * 1000 + (now.tv_nsec - began->tv_nsec) / 1000000);
}

/* Until both streams are at their end. False where the time is over before. */
static bool listen_to(struct stream streams[2])
{
    struct timespec began;
    clock_gettime(CLOCK_MONOTONIC, &began);
    while (streams[0].fd >= 0 || streams[1].fd >= 0) {
        struct pollfd ends[2] = {{streams[0].fd, POLLIN, 0}, {streams[1].fd, POLLIN, 0}};
        int left = SECONDS * 1000 - milliseconds_since(&began);
        if (left <= 0 || poll(ends, 2, left) == 0)
            return false;
        for (size_t i = 0; i < 2; i++) {
            if (streams[i].fd < 0 || ends[i].revents == 0 || take_some(&streams[i]))
                continue;
            close(streams[i].fd);
            streams[i].fd = -1;
        }
    }
    return true;
}

static void wait_for(pid_t child, struct stream streams[2], struct probe_result *result)
{
    bool ended = listen_to(streams);
    if (!ended)
        kill(-child, SIGKILL);
    for (size_t i = 0; i < 2; i++)
        if (streams[i].fd >= 0)
            close(streams[i].fd);
    if (!child_signal_wait(child, &result->status) || !ended)
        result->kind = PROBE_ENDLESS;
    else if (WIFEXITED(result->status) && WEXITSTATUS(result->status) == CANNOT_SEPARATE)
        result->kind = PROBE_NO_NAMESPACE;
    else if (WIFEXITED(result->status) && WEXITSTATUS(result->status) == CANNOT_EXECUTE)
        result->kind = PROBE_ABSENT;
}

struct probe_result probe_run(const char *const *argv, const struct probe_setting *setting)
{
    struct probe_result result = {.kind = PROBE_RAN, .output = text_format("%s", ""), .errors = text_format("%s", "")};
    int output[2], errors[2];
    if (access(argv[0], X_OK) != 0 || pipe2(output, O_CLOEXEC) != 0) {
        result.kind = PROBE_ABSENT;
        return result;
    }
    if (pipe2(errors, O_CLOEXEC) != 0)
        abort();
    pid_t child = fork();
    if (child == 0)
        start(argv, setting, (int[]){output[1], errors[1]});
    close(output[1]);
    close(errors[1]);
    struct stream streams[2] = {{&result.output, &result.output_length, output[0]},
                                {&result.errors, &result.errors_length, errors[0]}};
    if (child < 0)
        result.kind = PROBE_ENDLESS;
    else
        wait_for(child, streams, &result);
    result.output[result.output_length] = result.errors[result.errors_length] = '\0';
    return result;
}

char *probe_ending(const struct probe_result *result)
{
    if (result->kind == PROBE_ENDLESS)
        return text_format("no end within %d seconds", SECONDS);
    if (WIFSIGNALED(result->status))
        return text_format("%s", strsignal(WTERMSIG(result->status)));
    return text_format("exit status %d", WEXITSTATUS(result->status));
}

void probe_free(struct probe_result *result)
{
    free(result->output);
    free(result->errors);
    *result = (struct probe_result){.output = NULL};
}
