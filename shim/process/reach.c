#include "process/reach.h"

#include "process/base_name.h"
#include "process/file_owner.h"
#include "process/kernel.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

/* As deep as Linux follows script interpreters, execve(2). */
#define INTERPRETER_DEPTH 5

/* Reaches over the program headers of what linkers write, and over all of a "#!" line that Linux reads. */
#define HEAD_SIZE 2048

bool reach_gains_privilege(const char *path)
{
    kernel_status status;
    if (kernel_stat(path, &status) != 0 || kernel_call(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0, 0) == 1)
        return false;
    bool other_user = (status.st_mode & S_ISUID) != 0 && status.st_uid != kernel_getuid();
    bool group_counts = (status.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
    bool other_group = group_counts && status.st_gid != kernel_getgid();
    bool capabilities = kernel_getuid() != 0 && kernel_call(SYS_getxattr, kernel_address(path),
                                                            kernel_address("security.capability"), 0, 0, 0, 0) > 0;
    return (other_user || other_group || capabilities) && !file_mount_ignores_owners(path);
}

/* The length of what was read of a regular file: to open another could wait. */
static size_t read_head(const char *path, char head[static HEAD_SIZE])
{
    kernel_status status;
    if (kernel_stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return 0;
    int fd = kernel_above_standard(kernel_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0));
    ssize_t length = fd >= 0 ? kernel_read(fd, head, HEAD_SIZE) : 0;
    if (fd >= 0)
        kernel_close(fd);
    return length > 0 ? (size_t)length : 0;
}

/* Cuts the interpreter out of a "#!" line. NULL where there is none, or none that fits. */
static const char *script_interpreter(char *head, size_t length)
{
    size_t start = 2, end;
    if (length < 3 || head[0] != '#' || head[1] != '!')
        return NULL;
    while (start < length && (head[start] == ' ' || head[start] == '\t'))
        start++;
    for (end = start; end < length && head[end] != ' ' && head[end] != '\t' && head[end] != '\n'; end++)
        continue;
    if (end == length || end == start)
        return NULL;
    head[end] = '\0';
    return head + start;
}

/* The program around us, whose machine is the library's. */
static bool is_of_our_machine(const ElfW(Ehdr) * header)
{
    extern const ElfW(Ehdr) own_elf_header __asm__("__ehdr_start") __attribute__((visibility("hidden")));
    return header->e_ident[EI_CLASS] == own_elf_header.e_ident[EI_CLASS] &&
           header->e_ident[EI_DATA] == own_elf_header.e_ident[EI_DATA] && header->e_machine == own_elf_header.e_machine;
}

static const char *elf_obstacle(const char *head, size_t length)
{
    ElfW(Ehdr) header;
    ElfW(Phdr) segment;
    memcpy(&header, head, sizeof header);
    if (!is_of_our_machine(&header))
        return "which is for another machine or word size than the library";
    if (header.e_phentsize != sizeof segment || header.e_phoff > length ||
        header.e_phnum > (length - header.e_phoff) / sizeof segment)
        return NULL;
    for (size_t i = 0; i < header.e_phnum; i++) {
        memcpy(&segment, head + header.e_phoff + i * sizeof segment, sizeof segment);
        if (segment.p_type == PT_INTERP)
            return NULL;
    }
    return "which is statically linked";
}

/* It has no interpreter itself, and loads what it is told to. */
static bool is_loader(const char *path)
{
    return strncmp(base_name(path), "ld-", 3) == 0 || strncmp(base_name(path), "ld64.", 5) == 0 ||
           strncmp(base_name(path), "ld.so", 5) == 0;
}

const char *reach_obstacle(const char *path)
{
    char head[HEAD_SIZE];
    for (int depth = 0; depth < INTERPRETER_DEPTH && !is_loader(path); depth++) {
        size_t length = read_head(path, head);
        if (length >= sizeof(ElfW(Ehdr)) && memcmp(head, ELFMAG, SELFMAG) == 0)
            return elf_obstacle(head, length);
        path = script_interpreter(head, length);
        if (path == NULL)
            return NULL;
    }
    return NULL;
}
