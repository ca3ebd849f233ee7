#include "shared/running_process.h"

#include "process/base_name.h"
#include "shared/needed_objects.h"
#include "shared/text.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct process_text process_text_read(pid_t pid, const char *name)
{
    char *path = text_format("/proc/%d/%s", (int)pid, name);
    struct process_text bytes = {.start = NULL};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;
    free(path);
    do {
        bytes.start = text_grow(bytes.start, bytes.length + 65536, 1);
        got = fd >= 0 ? read(fd, bytes.start + bytes.length, 65535) : -1;
        bytes.length += got > 0 ? (size_t)got : 0;
    } while (got > 0);
    bytes.error = got < 0 ? errno : 0;
    bytes.start[bytes.length] = '\0';
    if (fd >= 0)
        close(fd);
    return bytes;
}

static char *link_of(pid_t pid, const char *name)
{
    char target[PATH_MAX];
    char *path = text_format("/proc/%d/%s", (int)pid, name);
    ssize_t length = readlink(path, target, sizeof target - 1);
    free(path);
    return length > 0 ? text_format("%.*s", (int)length, target) : NULL;
}

static bool has_our_files(pid_t pid)
{
    char *theirs = link_of(pid, "ns/mnt"), *ours = link_of(getpid(), "ns/mnt"), *root = link_of(pid, "root");
    bool same = theirs != NULL && ours != NULL && root != NULL && strcmp(theirs, ours) == 0 && strcmp(root, "/") == 0;
    free(theirs);
    free(ours);
    free(root);
    return same;
}

/* Takes the paths of what is mapped to be executed, proc_pid_maps(5); a file that was replaced is left out. */
static void read_maps(struct running_process *process)
{
    struct process_text maps = process_text_read(process->pid, "maps");
    char *rest = NULL;
    const char *last = "";
    for (char *line = strtok_r(maps.start, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        const char *permissions = strchr(line, ' ');
        const char *path = strchr(line, '/');
        if (permissions == NULL || path == NULL || permissions[3] != 'x' || strcmp(path, last) == 0)
            continue;
        last = path;
        const char *name = base_name(path);
        bool deleted = strcmp(name, "libtlsward.so (deleted)") == 0;
        process->protected = process->protected || deleted || strcmp(name, "libtlsward.so") == 0;
        process->outdated = process->outdated || deleted;
        process->mapped = text_grow(process->mapped, process->mapped_count + 1, sizeof *process->mapped);
        process->mapped[process->mapped_count++] =
            text_format("%s%s", process->root, needed_objects_inside(process->base, path));
    }
    free(maps.start);
}

static bool is_secure(pid_t pid)
{
    struct process_text vector = process_text_read(pid, "auxv");
    bool secure = false;
    ElfW(auxv_t) entry;
    for (size_t at = 0; at + sizeof entry <= vector.length; at += sizeof entry) {
        memcpy(&entry, vector.start + at, sizeof entry);
        secure = secure || (entry.a_type == AT_SECURE && entry.a_un.a_val != 0);
    }
    free(vector.start);
    return secure;
}

void running_process_free(struct running_process *process)
{
    for (size_t i = 0; i < process->mapped_count; i++)
        free(process->mapped[i]);
    free(process->mapped);
    free(process->program);
    free(process->root);
    free(process->base);
    free(process->exe);
}

/* By its name, which says what lies beside it; one that was replaced or removed by what still leads to it. */
static char *program_file(const struct running_process *process)
{
    char *named = text_format("%s%s", process->root, needed_objects_inside(process->base, process->program));
    char *running = text_format("/proc/%d/exe", (int)process->pid);
    struct stat one, other;
    bool same = stat(named, &one) == 0 && stat(running, &other) == 0 && one.st_dev == other.st_dev &&
                one.st_ino == other.st_ino;
    free(same ? running : named);
    return same ? named : running;
}

/* A thread of the kernel has no arguments, which everybody may read. */
static bool is_denied(pid_t pid, int error)
{
    struct process_text arguments = process_text_read(pid, "cmdline");
    bool denied = (error == EACCES || error == EPERM) && arguments.length > 0;
    free(arguments.start);
    return denied;
}

enum process_look running_process_look(struct running_process *process, pid_t pid)
{
    *process = (struct running_process){.pid = pid, .program = link_of(pid, "exe")};
    if (process->program == NULL)
        return is_denied(pid, errno) ? PROCESS_DENIED : PROCESS_GONE;
    process->root = has_our_files(pid) ? text_format("%s", "") : text_format("/proc/%d/root", (int)pid);
    process->base = link_of(pid, "root");
    if (process->base == NULL)
        process->base = text_format("/");
    process->exe = program_file(process);
    process->secure = is_secure(pid);
    read_maps(process);
    return PROCESS_SEEN;
}

struct program_facts running_process_facts(const struct running_process *process)
{
    return (struct program_facts){.shown = process->program,
                                  .path = process->exe,
                                  .root = process->root,
                                  .pid = process->pid,
                                  .secure = process->secure,
                                  .protected = process->protected,
                                  .mapped = process->mapped,
                                  .mapped_count = process->mapped_count};
}

size_t running_processes_list(pid_t **pids)
{
    DIR *directory = opendir("/proc");
    size_t count = 0;
    *pids = NULL;
    for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid <= 0 || pid == getpid())
            continue;
        *pids = text_grow(*pids, count + 1, sizeof **pids);
        (*pids)[count++] = pid;
    }
    if (directory != NULL)
        closedir(directory);
    return count;
}
