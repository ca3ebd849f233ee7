#include "process/identity.h"

#include "process/file_identity.h"
#include "process/file_owner.h"
#include "process/file_path.h"
#include "process/kernel.h"

#include <string.h>
#include <sys/auxv.h>

/*
 * A path in a file system that was unmounted while it was in use, as a user may with fusermount(1), is whatever he had
 * there. Of what an upgrade has replaced no more can be told than that it was in the same file system.
 */
static bool leads_to_executable(const char *path, bool replaced)
{
    const struct file_identity there = file_identify(path), here = file_identify("/proc/self/exe");
    return here.kind != FILE_ABSENT && there.kind != FILE_ABSENT && there.device == here.device &&
           (replaced || there.inode == here.inode);
}

static bool is_same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* The kernel tells the address of the loader that it started beside the program; there is none beside a loader. */
static bool loader_was_started_by_hand(void)
{
    return getauxval(AT_BASE) == 0;
}

/* As execve(2) was told; NULL where there is none. */
static const char *path_of_program(void)
{
    return (const char *)getauxval(AT_EXECFN); /* NOLINT(performance-no-int-to-ptr): so the kernel hands it over */
}

static void find_names(struct identity_names *names, struct arena *arena)
{
    const char *given = path_of_program();
    size_t count = 0;
    bool replaced = false;
    *names = (struct identity_names){.executable = file_path_of_link("/proc/self/exe", arena, &replaced)};
    const char *resolved = given != NULL ? file_path_resolve(given, arena) : NULL;
    if (loader_was_started_by_hand() && (resolved == NULL || is_same(resolved, names->executable)))
        names->executable = NULL; /* this libc does not say what its loader was given */
    if (given != NULL && *given == '/')
        names->others[count++] = given;
    if (names->executable != NULL && !leads_to_executable(names->executable, replaced)) {
        names->others[count++] = names->executable;
        names->executable = NULL;
    }
    if (!is_same(resolved, given))
        names->others[count] = resolved;
}

/* In a user namespace its maker has the right to give a host another name, and control groups another root. */
static const char *find_host_name(bool names_are_the_hosts, struct arena *arena)
{
    struct utsname system;
    bool known = names_are_the_hosts && kernel_uname(&system) == 0;
    return known ? arena_copy(arena, system.nodename, strlen(system.nodename)) : NULL;
}

void identity_find(struct identity_names *names, struct arena *arena)
{
    find_names(names, arena);
    names->users_are_known = file_owner_ids_are_the_hosts();
    names->groups_are_known = file_owner_groups_are_the_hosts();
    names->host_name = find_host_name(names->users_are_known, arena);
    script_find(&names->script, names->executable, arena);
    unit_find(&names->unit, arena);
}

uid_t identity_user(uid_t uid, bool users_are_known)
{
    return users_are_known ? uid : (uid_t)-1;
}

static void find_groups(struct process_identity *process)
{
    int count = kernel_groups(process->groups, IDENTITY_GROUPS);
    kernel_own_groups(&process->gid, &process->effective_gid);
    process->groups_known = count >= 0 ? GROUPS_ALL : GROUPS_OWN;
    process->group_count = count >= 0 ? (size_t)count : 0;
}

struct process_identity identity_now(const struct identity_names *names)
{
    uid_t real = (uid_t)-1, effective = (uid_t)-1;
    kernel_users(&real, &effective);
    struct process_identity process = {
        .executable = names->executable,
        .uid = identity_user(real, names->users_are_known),
        .effective_uid = identity_user(effective, names->users_are_known),
        .kernel_uid = real,
        .other_names = names->others,
        .script = names->script,
        .unit = names->unit,
        .unit_is_certain = names->users_are_known,
        .host_name = names->host_name,
    };
    return process;
}

void identity_add_groups(struct process_identity *process, const struct identity_names *names)
{
    if (names->groups_are_known)
        find_groups(process);
}
