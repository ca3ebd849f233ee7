#include "account.h"

#include "arena.h"
#include "config_file.h"
#include "kernel.h"

#include <stdint.h>
#include <string.h>

enum { PASSWD_LIMIT = 16 * 1024 * 1024 };

bool account_number(const char *text, uid_t *uid)
{
    uint64_t value = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (uint64_t)(*text - '0');
        if (value >= UINT32_MAX)
            return false;
    }
    *uid = (uid_t)value;
    return true;
}

/* One line is name:password:uid:gid:comment:directory:shell. */
static bool line_uid(char *line, const char *name, uid_t *uid)
{
    size_t length = strlen(name);
    if (strncmp(line, name, length) != 0 || line[length] != ':')
        return false;
    char *number = strchr(line + length + 1, ':');
    char *end = number ? strchr(number + 1, ':') : NULL;
    if (!end)
        return false;
    *end = '\0';
    return account_number(number + 1, uid);
}

bool account_uid(const char *passwd_file, const char *name, uid_t *uid)
{
    struct arena arena = {0};
    struct config_text text = {0};
    bool found = false;
    int fd = kernel_open(passwd_file, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    if (fd < 0)
        return false;
    if (config_file_read_all(fd, PASSWD_LIMIT, &arena, &text) != CONFIG_FILE_READ)
        goto out;
    for (char *line = (char *)text.data; line && !found;) {
        char *newline = strchr(line, '\n');
        if (newline)
            *newline++ = '\0';
        found = line_uid(line, name, uid);
        line = newline;
    }
out:
    arena_free(&arena);
    kernel_close(fd);
    return found;
}
