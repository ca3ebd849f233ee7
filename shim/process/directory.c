#include "process/directory.h"

#include "process/kernel.h"

#include <errno.h>
#include <fcntl.h>

/* As the kernel fills it; see getdents64(2). */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

bool directory_open(struct directory *directory, const char *path)
{
    directory->fd = kernel_open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NONBLOCK, 0);
    directory->error = 0;
    directory->at = directory->length = 0;
    return directory->fd >= 0;
}

const char *directory_next(struct directory *directory)
{
    if (directory->at >= directory->length) {
        ssize_t length = kernel_read_directory(directory->fd, directory->entries, sizeof directory->entries);
        directory->error = length < 0 ? errno : 0;
        directory->length = length > 0 ? (size_t)length : 0;
        directory->at = 0;
        if (length <= 0)
            return NULL;
    }
    const struct entry *entry = (const void *)(directory->entries + directory->at);
    directory->at += entry->length;
    return entry->name;
}

void directory_close(struct directory *directory)
{
    kernel_close(directory->fd);
}
