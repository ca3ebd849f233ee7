#include "policy/account.h"

#include "policy/config_file.h"
#include "process/arena.h"
#include "process/kernel.h"

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

enum account account_uid(const char *passwd_file, const char *name, uid_t *uid)
{
    struct arena arena = {0};
    struct config_text text = {0};
    enum account account = ACCOUNT_UNKNOWN;
    int fd = kernel_open(passwd_file, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    if (fd < 0)
        return ACCOUNT_UNKNOWN;
    if (config_file_read_all(fd, PASSWD_LIMIT, &arena, &text) != CONFIG_FILE_READ)
        goto out;
    account = ACCOUNT_ABSENT;
    for (char *line = (char *)text.data; line && account == ACCOUNT_ABSENT;) {
        char *newline = strchr(line, '\n');
        if (newline)
            *newline++ = '\0';
        if (line_uid(line, name, uid))
            account = ACCOUNT_FOUND;
        line = newline;
    }
out:
    arena_free(&arena);
    kernel_close(fd);
    return account;
}
