#include "hooks/exec_watch.h"

#include "event/notice.h"
#include "policy/in_force.h"
#include "process/start.h"
#include "process/environment.h"
#include "process/kernel.h"
#include "process/line.h"
#include "process/loader_list.h"
#include "process/reach.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>

#define LIBRARY_NAME "libtlsward.so"

static const char starts[] = "starts,";

/* Where to tell what is found; NULL: nobody asked. */
static const char *destination;

/* Memory for one look, and not the stack: threads and children of vfork(2) may have no more than PTHREAD_STACK_MIN. */
struct room {
    char path[PATH_MAX];          /* what execve(2) will be called with, where that has to be found */
    char scratch[PATH_MAX + 256]; /* of one function at a time */
};

static struct room *enter(void)
{
    int saved = errno;
    struct room *room = destination != NULL ? kernel_map(sizeof *room) : NULL;
    errno = saved;
    return room;
}

static void leave(struct room *room, int saved)
{
    kernel_unmap(room, sizeof *room);
    errno = saved;
}

/*
 * Of the variable only a socket is believed: a privileged process may have it of somebody else, and must not write to
 * a file because of it. Everything else means the log of the policy.
 */
static const char *find_destination(const char *value)
{
    if (strncmp(value, "unix:", 5) == 0)
        return value;
    const struct policy *policy = policy_in_force();
    return policy != NULL ? process_settings(policy).log : NULL;
}

/* Most processes leave at once, and pay for no call of a function that would have to be bound first. */
void exec_watch_begin(void)
{
    const char *value = environment_kept(VARIABLE_RUN);
    if (value == NULL || getauxval(AT_SECURE) != 0)
        return;
    int saved = errno;
    bool tells_start = strncmp(value, starts, sizeof starts - 1) == 0;
    process_identity(); /* read now: a child of vfork(2) may not allocate */
    destination = find_destination(tells_start ? value + sizeof starts - 1 : value);
    if (tells_start && destination != NULL)
        notice_start(destination);
    errno = saved;
}

/* Looked up when needed: a reference would cost every process a look-up. */
char *const *exec_watch_environment(void)
{
    char ***present = destination != NULL ? loader_list_find_first("environ") : NULL;
    return present != NULL ? *present : NULL;
}

static const char *value_of(char *const *environment, const char *name)
{
    const char *value = NULL;
    for (; environment != NULL && *environment != NULL && value == NULL; environment++)
        value = environment_value(*environment, name);
    return value;
}

/* Whether the library that LD_PRELOAD names is not there any more, as in another root directory. */
static bool is_gone(const char *preload, char path[static PATH_MAX])
{
    const char *end = strstr(preload, LIBRARY_NAME) + sizeof LIBRARY_NAME - 1;
    const char *start = end;
    while (start > preload && start[-1] != ':' && start[-1] != ' ')
        start--;
    size_t length = (size_t)(end - start);
    if (*start != '/' || length >= PATH_MAX || memchr(start, '$', length) != NULL)
        return false;
    memcpy(path, start, length);
    path[length] = '\0';
    return kernel_access(path, R_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Whether /etc/ld.so.preload has the library in every process: a file that does not fit has other things to tell. */
static bool is_preloaded_everywhere(char text[static PATH_MAX])
{
    int fd = kernel_above_standard(kernel_open("/etc/ld.so.preload", O_RDONLY | O_CLOEXEC, 0));
    ssize_t length = fd >= 0 ? kernel_read(fd, text, PATH_MAX - 1) : 0;
    if (fd >= 0)
        kernel_close(fd);
    text[length > 0 ? length : 0] = '\0';
    return strstr(text, LIBRARY_NAME) != NULL;
}

static const char *obstacle_in_environment(char *const *environment, struct room *room)
{
    const char *preload = value_of(environment, "LD_PRELOAD");
    bool preloaded = preload != NULL && strstr(preload, LIBRARY_NAME) != NULL;
    if (preloaded && !is_gone(preload, room->scratch))
        return NULL;
    if (is_preloaded_everywhere(room->scratch))
        return value_of(environment, "TLSWARD_RUN") != NULL ? NULL : "without the variables that tlsward run has set";
    return preloaded ? "where the library that LD_PRELOAD names is not there" : "without the library in LD_PRELOAD";
}

static const char *obstacle(const char *path, char *const *environment, struct room *room)
{
    const char *found = reach_obstacle(path);
    if (found != NULL)
        return found;
    if (!reach_gains_privilege(path))
        return obstacle_in_environment(environment, room);
    return is_preloaded_everywhere(room->scratch)
               ? "which is setuid, setgid or has file capabilities, and so ignores the variables "
                 "that tlsward run has set"
               : "which is setuid, setgid or has file capabilities, and so ignores LD_PRELOAD";
}

static void tell(const char *path, const char *why, struct room *room)
{
    struct line message = {.data = room->scratch, .size = sizeof room->scratch - 1};
    line_text(&message, "not covered: starts ");
    line_text(&message, path);
    line_text(&message, ", ");
    line_text(&message, why);
    room->scratch[message.length] = '\0';
    notice_send(destination, room->scratch);
}

static void look(const char *path, char *const *environment, struct room *room)
{
    /* Shells try one directory of PATH after the other. */
    const char *why = kernel_access(path, X_OK) == 0 ? obstacle(path, environment, room) : NULL;
    if (why != NULL)
        tell(path, why, room);
}

void exec_watch(const char *path, char *const *environment)
{
    int saved = errno;
    struct room *room = path != NULL ? enter() : NULL;
    if (room == NULL)
        return;
    look(path, environment, room);
    leave(room, saved);
}

static bool join(char path[static PATH_MAX], const char *directory, size_t length, const char *file)
{
    struct line line = {.data = path, .size = PATH_MAX - 1};
    line_bytes(&line, directory, length);
    line_text(&line, length > 0 ? "/" : "./");
    line_text(&line, file);
    path[line.length] = '\0';
    return !line.overflow;
}

static void look_in_path(const char *file, char *const *environment, struct room *room)
{
    const char *next = value_of(exec_watch_environment(), "PATH");
    if (next == NULL)
        next = "/bin:/usr/bin"; /* confstr(3), _CS_PATH */
    for (bool found = false; next != NULL && !found;) {
        size_t length = strcspn(next, ":");
        found = join(room->path, next, length, file) && kernel_access(room->path, X_OK) == 0;
        if (found)
            look(room->path, environment, room);
        next = next[length] == ':' ? next + length + 1 : NULL;
    }
}

void exec_watch_in_path(const char *file, char *const *environment)
{
    int saved = errno;
    struct room *room = file != NULL ? enter() : NULL;
    if (room == NULL)
        return;
    if (strchr(file, '/') != NULL)
        look(file, environment, room);
    else
        look_in_path(file, environment, room);
    leave(room, saved);
}

void exec_watch_open_file(int fd, char *const *environment)
{
    char link[32];
    int saved = errno;
    struct room *room = fd >= 0 ? enter() : NULL;
    if (room == NULL)
        return;
    struct line line = {.data = link, .size = sizeof link - 1};
    line_text(&line, "/proc/self/fd/");
    line_number(&line, (uint64_t)fd, 1);
    link[line.length] = '\0';
    ssize_t length = kernel_readlink(link, room->path, sizeof room->path - 1);
    room->path[length > 0 ? length : 0] = '\0';
    look(room->path, environment, room);
    leave(room, saved);
}
