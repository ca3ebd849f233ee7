#include "check/log_place.h"

#include "event/sink.h"
#include "process/error_text.h"
#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* An errno, or 0 where somebody listens. A local datagram socket learns nothing of it (unix(7)). */
static int try_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path)
        return ENAMETOOLONG;
    memcpy(address.sun_path, path, length);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int error = fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return error;
}

static char *socket_problem(const char *path, int error)
{
    if (error == ENOENT || error == ECONNREFUSED)
        return text_format("nobody listens at %s", path);
    if (error == EPROTOTYPE)
        return text_format("%s is no datagram socket", path);
    return text_format("%s: %s", path, error_text(error));
}

static struct log_place socket_place(const char *path, int error)
{
    if (error != 0)
        return (struct log_place){.problem = socket_problem(path, error)};
    return (struct log_place){.leads_to = text_format("%s", path)};
}

/* A syslog daemon may listen on a stream: it is there, then. */
static struct log_place syslog_place(void)
{
    int error = try_socket(SINK_SYSLOG_SOCKET);
    return socket_place(SINK_SYSLOG_SOCKET, error == EPROTOTYPE ? 0 : error);
}

static struct log_place automatic_place(void)
{
    int error = try_socket(SINK_JOURNAL_SOCKET);
    if (error != ENOENT && error != ECONNREFUSED)
        return socket_place(SINK_JOURNAL_SOCKET, error);
    struct log_place place = syslog_place();
    if (place.problem != NULL) {
        char *both = text_format("nobody listens at " SINK_JOURNAL_SOCKET ", and %s", place.problem);
        free(place.problem);
        place.problem = both;
    }
    return place;
}

static char *new_file_problem(const char *path)
{
    size_t length = (size_t)(strrchr(path, '/') - path);
    char *directory = text_format("%.*s", length > 0 ? (int)length : 1, path);
    char *problem = faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0
                        ? NULL
                        : text_format("it is not there and cannot be made: %s", error_text(errno));
    free(directory);
    return problem;
}

static struct log_place file_place(const char *path)
{
    struct stat status;
    struct log_place place = {.leads_to = NULL};
    if (lstat(path, &status) != 0)
        place.problem = errno == ENOENT ? new_file_problem(path) : text_format("%s", error_text(errno));
    else if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
        place.problem = text_format("%s", S_ISLNK(status.st_mode) ? "it is a link" : "it is no regular file");
    else if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
        place.problem = text_format("%s", error_text(errno));
    if (place.problem == NULL)
        place.leads_to = text_format("%s", path);
    return place;
}

struct log_place log_place(const char *log)
{
    if (strncmp(log, "file:", 5) == 0)
        return file_place(log + 5);
    if (strncmp(log, "unix:", 5) == 0)
        return socket_place(log + 5, try_socket(log + 5));
    if (strcmp(log, "journald") == 0)
        return socket_place(SINK_JOURNAL_SOCKET, try_socket(SINK_JOURNAL_SOCKET));
    if (strcmp(log, "collect") == 0)
        return socket_place(SINK_COLLECT_SOCKET, try_socket(SINK_COLLECT_SOCKET));
    if (strcmp(log, "syslog") == 0)
        return syslog_place();
    if (strcmp(log, "auto") == 0)
        return automatic_place();
    return (struct log_place){.leads_to = text_format("the standard error of each program")};
}

void log_place_free(struct log_place *place)
{
    free(place->leads_to);
    free(place->problem);
    *place = (struct log_place){.leads_to = NULL};
}
