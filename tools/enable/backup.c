#include "enable/backup.h"

#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_directory(void)
{
    if (mkdir(STATE_DIRECTORY, 0755) != 0)
        return errno == EEXIST ? 0 : errno;
    return chmod(STATE_DIRECTORY, 0755) == 0 ? 0 : errno;
}

char *state_write(const char *path, const char *text, size_t length)
{
    char *staged = text_format("%s.new", path);
    int error = make_directory();
    unlink(staged);
    int fd = error == 0 ? open(staged, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
    if (fd >= 0) {
        bool written = write(fd, text, length) == (ssize_t)length && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
        error = written && close(fd) == 0 && rename(staged, path) == 0 ? 0 : errno;
        if (error != 0)
            unlink(staged);
    } else if (error == 0) {
        error = errno;
    }
    free(staged);
    return error != 0 ? text_format("%s: %s", path, strerror(error)) : NULL;
}

char *backup_write(const char *text, size_t length)
{
    return state_write(BACKUP_FILE, text, length);
}
