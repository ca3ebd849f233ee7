#include "policy/account.h"

#include "policy/config_file.h"
#include "process/arena.h"
#include "process/kernel.h"

#include <stdint.h>
#include <string.h>

enum { PASSWD_LIMIT = 16 * 1024 * 1024 };

static bool read_number(const char *text, size_t length, id_t *id)
{
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
        if (value >= UINT32_MAX)
            return false;
    }
    *id = (id_t)value;
    return length > 0;
}

bool account_number(const char *text, id_t *id)
{
    return read_number(text, strlen(text), id);
}

/* One line is name:password:id: and more, of users, passwd(5), as of groups, group(5). */
static bool line_id(const char *line, const char *name, id_t *id)
{
    size_t length = strlen(name);
    if (strncmp(line, name, length) != 0 || line[length] != ':')
        return false;
    const char *password = line + length + 1, *end = password + strcspn(password, ":\n");
    if (*end != ':')
        return false;
    size_t digits = strcspn(end + 1, ":\n");
    return end[1 + digits] == ':' && read_number(end + 1, digits, id);
}

struct accounts accounts_read(const char *file)
{
    struct accounts accounts = {.text = NULL};
    struct config_text text = {0};
    int fd = kernel_open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    if (fd < 0)
        return accounts;
    if (config_file_read_all(fd, PASSWD_LIMIT, &accounts.arena, &text) == CONFIG_FILE_READ)
        accounts.text = text.data;
    kernel_close(fd);
    return accounts;
}

void accounts_free(struct accounts *accounts)
{
    arena_free(&accounts->arena);
    accounts->text = NULL;
}

enum account account_id(const struct accounts *accounts, const char *name, id_t *id)
{
    const char *line = accounts->text;
    if (!line)
        return ACCOUNT_UNKNOWN;
    while (*line) {
        if (line_id(line, name, id))
            return ACCOUNT_FOUND;
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return ACCOUNT_ABSENT;
}
