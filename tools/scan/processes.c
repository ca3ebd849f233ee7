#include "scan/processes.h"

#include "process/base_name.h"
#include "scan/scan_progress.h"
#include "shared/needed_objects.h"
#include "shared/text.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct bytes {
    char *start;
    size_t length;
    int error;
};

struct process {
    pid_t pid;
    char *program; /* as it sees it */
    char *root;    /* "" where it has ours */
    char *base;    /* what the kernel calls its root directory, in front of the names of its files */
    char *exe;     /* where it can be opened */
    char **mapped;
    size_t mapped_count;
    bool protected;
    bool secure;
};

struct all {
    const struct examiner *examiner;
    struct object_cache *cache;
    struct scan_findings *findings;
    struct coverages *coverages;
    struct file_list *unread;
};

static struct bytes read_of(pid_t pid, const char *name)
{
    char *path = text_format("/proc/%d/%s", (int)pid, name);
    struct bytes bytes = {.start = NULL};
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
static void read_maps(struct process *process)
{
    struct bytes maps = read_of(process->pid, "maps");
    char *rest = NULL;
    const char *last = "";
    for (char *line = strtok_r(maps.start, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        const char *permissions = strchr(line, ' ');
        const char *path = strchr(line, '/');
        if (permissions == NULL || path == NULL || permissions[3] != 'x' || strcmp(path, last) == 0)
            continue;
        last = path;
        process->protected = process->protected || strcmp(base_name(path), "libtlsward.so") == 0;
        process->mapped = text_grow(process->mapped, process->mapped_count + 1, sizeof *process->mapped);
        process->mapped[process->mapped_count++] =
            text_format("%s%s", process->root, needed_objects_inside(process->base, path));
    }
    free(maps.start);
}

static bool is_secure(pid_t pid)
{
    struct bytes vector = read_of(pid, "auxv");
    bool secure = false;
    ElfW(auxv_t) entry;
    for (size_t at = 0; at + sizeof entry <= vector.length; at += sizeof entry) {
        memcpy(&entry, vector.start + at, sizeof entry);
        secure = secure || (entry.a_type == AT_SECURE && entry.a_un.a_val != 0);
    }
    free(vector.start);
    return secure;
}

/* One variable a line, whatever is in them. */
static void examine_environment(const struct all *all, const struct place *place)
{
    struct bytes environ = read_of(place->pid, "environ");
    for (size_t i = 0; i < environ.length; i++) {
        if (environ.start[i] == '\n')
            environ.start[i] = ' ';
        else if (environ.start[i] == '\0')
            environ.start[i] = '\n';
    }
    if (environ.error == EACCES || environ.error == EPERM) {
        char *path = text_format("/proc/%d/environ", (int)place->pid);
        file_list_add_unread(all->unread, path, environ.error);
        free(path);
    }
    examine_text(all->examiner, KIND_ENVIRON, place, environ.start, environ.length, all->findings);
    free(environ.start);
}

/* As a shell would take them: each argument in quotes. */
static void examine_arguments(const struct all *all, const struct place *place)
{
    struct bytes arguments = read_of(place->pid, "cmdline");
    char *text = text_grow(NULL, 4 * arguments.length + 4, 1);
    size_t length = 0;
    for (size_t i = 0; i < arguments.length;) {
        size_t size = strlen(arguments.start + i);
        bool plain = strpbrk(arguments.start + i, " \t\n\"'`;&|()\\") == NULL;
        length += (size_t)sprintf(text + length, plain ? "%s " : "'%s' ", arguments.start + i);
        i += size + 1;
    }
    examine_text(all->examiner, KIND_COMMAND, place, text, length, all->findings);
    free(text);
    free(arguments.start);
}

static void scan_process(const struct all *all, struct process *process)
{
    read_maps(process);
    struct place place = {.shown = process->program,
                          .relative = process->program,
                          .active = true,
                          .pid = process->pid,
                          .protected = process->protected};
    struct program_facts facts = {.shown = process->program,
                                  .path = process->exe,
                                  .root = process->root,
                                  .pid = process->pid,
                                  .secure = is_secure(process->pid),
                                  .protected = process->protected,
                                  .mapped = process->mapped,
                                  .mapped_count = process->mapped_count};
    examine_environment(all, &place);
    examine_arguments(all, &place);
    coverages_add(all->coverages, all->cache, &facts);
}

static void free_process(struct process *process)
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
static char *program_file(const struct process *process)
{
    char *named = text_format("%s%s", process->root, needed_objects_inside(process->base, process->program));
    char *running = text_format("/proc/%d/exe", (int)process->pid);
    struct stat one, other;
    bool same = stat(named, &one) == 0 && stat(running, &other) == 0 && one.st_dev == other.st_dev &&
                one.st_ino == other.st_ino;
    free(same ? running : named);
    return same ? named : running;
}

/* False for a thread of the kernel, which has no program, and for what has ended meanwhile. */
static bool look_at(const struct all *all, pid_t pid)
{
    struct process process = {.pid = pid, .program = link_of(pid, "exe")};
    bool denied = process.program == NULL && (errno == EACCES || errno == EPERM);
    if (process.program == NULL) {
        struct bytes arguments = read_of(pid, "cmdline"); /* everybody may; a thread of the kernel has none */
        char *path = text_format("/proc/%d", (int)pid);
        if (denied && arguments.length > 0)
            file_list_add_unread(all->unread, path, EACCES);
        free(arguments.start);
        free(path);
        return false;
    }
    process.root = has_our_files(pid) ? text_format("%s", "") : text_format("/proc/%d/root", (int)pid);
    char *base = link_of(pid, "root");
    process.base = base != NULL ? base : text_format("/");
    process.exe = program_file(&process);
    scan_process(all, &process);
    free_process(&process);
    return true;
}

static size_t list_processes(pid_t **pids)
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

size_t processes_scan(const struct examiner *examiner, struct object_cache *cache, struct scan_findings *findings,
                      struct coverages *coverages, struct file_list *unread)
{
    struct all all = {examiner, cache, findings, coverages, unread};
    pid_t *pids;
    size_t count = list_processes(&pids), seen = 0;
    struct scan_progress progress = scan_progress_start("processes", count);
    for (size_t i = 0; i < count; i++) {
        seen += look_at(&all, pids[i]);
        scan_progress_step(&progress);
    }
    scan_progress_end(&progress);
    free(pids);
    return seen;
}
