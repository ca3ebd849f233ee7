#include "scan/file_list.h"

#include "process/base_name.h"
#include "shared/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Memory for one more of `count` items, of which there were never fewer: doubled at powers of two. */
static void *grow(void *items, size_t count, size_t size)
{
    return (count & (count - 1)) == 0 ? text_grow(items, count == 0 ? 1 : count * 2, size) : items;
}

void file_list_add(struct file_list *list, const char *path, size_t relative, bool active)
{
    list->items = grow(list->items, list->count, sizeof *list->items);
    list->items[list->count++] = (struct listed_file){text_format("%s", path), relative, active};
}

void file_list_add_unread(struct file_list *list, const char *path, int error)
{
    list->unread = grow(list->unread, list->unread_count, sizeof *list->unread);
    list->unread[list->unread_count++] = (struct unread){text_format("%s", path), error};
}

struct walk {
    struct file_list *list;
    char **directories; /* yet to be entered */
    size_t count, room;
    size_t relative;
    dev_t device; /* of the last directory that is known to be of no kernel file system */
    bool active;
};

static void push(struct walk *walk, char *directory)
{
    if (walk->count == walk->room) {
        walk->room = walk->room * 2 + 64;
        walk->directories = text_grow(walk->directories, walk->room, sizeof *walk->directories);
    }
    walk->directories[walk->count++] = directory;
}

/* Files there are made up while they are read, and some wait for ever. */
static bool is_made_up(int fd)
{
    static const unsigned long kinds[] = {PROC_SUPER_MAGIC,    SYSFS_MAGIC,   CGROUP_SUPER_MAGIC,
                                          CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
                                          DEVPTS_SUPER_MAGIC,  BPF_FS_MAGIC,  SECURITYFS_MAGIC};
    struct statfs status;
    if (fstatfs(fd, &status) != 0)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if ((unsigned long)status.f_type == kinds[i])
            return true;
    return false;
}

static bool may_be_entered(struct walk *walk, const char *directory, int fd)
{
    static const char objects[] = "/.git/objects";
    size_t length = strlen(directory);
    struct stat status;
    if (length >= strlen(objects) && strcmp(directory + length - strlen(objects), objects) == 0)
        return false;
    if (fstat(fd, &status) == 0 && status.st_dev == walk->device)
        return true;
    walk->device = status.st_dev;
    return !is_made_up(fd);
}

static void take_entry(struct walk *walk, const char *directory, int fd, const struct dirent *entry)
{
    struct stat status;
    unsigned char type = entry->d_type;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
        return;
    if (type == DT_UNKNOWN && fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        type = (unsigned char)IFTODT(status.st_mode);
    if (type != DT_DIR && type != DT_REG)
        return;
    char *path = text_format("%s%s%s", directory, directory[strlen(directory) - 1] == '/' ? "" : "/", entry->d_name);
    if (type == DT_DIR) {
        push(walk, path);
        return;
    }
    file_list_add(walk->list, path, walk->relative, walk->active);
    free(path);
}

static void list_directory(struct walk *walk, const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY);
    DIR *entries = fd >= 0 && may_be_entered(walk, directory, fd) ? fdopendir(fd) : NULL;
    if (entries == NULL) {
        if (fd < 0 && errno != ENOENT)
            file_list_add_unread(walk->list, directory, errno);
        if (fd >= 0)
            close(fd);
        return;
    }
    errno = 0;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL; errno = 0)
        take_entry(walk, directory, fd, entry);
    if (errno != 0)
        file_list_add_unread(walk->list, directory, errno);
    closedir(entries);
}

void file_list_add_tree(struct file_list *list, const char *path, bool active)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        file_list_add_unread(list, path, errno);
        return;
    }
    if (!S_ISDIR(status.st_mode)) {
        if (S_ISREG(status.st_mode))
            file_list_add(list, path, (size_t)(base_name(path) - path), active);
        return;
    }
    size_t length = strlen(path);
    struct walk walk = {.list = list, .relative = length + (path[length - 1] != '/'), .active = active};
    walk.device = (dev_t)-1;
    push(&walk, text_format("%s", path));
    while (walk.count > 0) {
        char *directory = walk.directories[--walk.count];
        list_directory(&walk, directory);
        free(directory);
    }
    free(walk.directories);
}

static int by_path(const void *left, const void *right)
{
    const struct listed_file *one = left, *other = right;
    int order = strcmp(one->path, other->path);
    return order != 0 ? order : (int)other->active - (int)one->active;
}

void file_list_unite(struct file_list *list)
{
    size_t kept = 0;
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, by_path);
    for (size_t i = 0; i < list->count; i++) {
        if (kept > 0 && strcmp(list->items[kept - 1].path, list->items[i].path) == 0)
            free(list->items[i].path);
        else
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
}

void file_list_free(struct file_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].path);
    for (size_t i = 0; i < list->unread_count; i++)
        free(list->unread[i].path);
    free(list->items);
    free(list->unread);
    *list = (struct file_list){.items = NULL};
}
