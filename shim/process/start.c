#include "process/start.h"

#include "process/arena.h"
#include "process/base_name.h"
#include "process/file_identity.h"
#include "process/file_owner.h"
#include "process/kernel.h"
#include "process/own_command.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

static _Atomic(const struct start *) start_state;

static const char denied_names[][24] = {
    "init",
    "systemd",
    "upstart",
    "runit",
    "s6-svscan",
    "ldconfig",
    "dpkg",
    "apt",
    "apt-get",
    "aptitude",
    "rpm",
    "dnf",
    "yum",
    "zypper",
    "apk",
    "pacman",
    "sulogin",
    "dracut",
    "update-initramfs",
};

/* A copy that a user made under such a name is none of these. */
static bool belongs_to_root(void)
{
    return file_owner_is_root("/proc/self/exe", SYSTEM_DIRECTORY);
}

static bool is_denied(const char *executable)
{
    const char *name = executable != NULL ? base_name(executable) : "";
    for (size_t i = 0; i < sizeof denied_names / sizeof denied_names[0]; i++)
        if (strcmp(name, denied_names[i]) == 0)
            return belongs_to_root();
    return false;
}

static void read_environment(struct start *start, const struct environment *environment, bool secure)
{
    start->variables = environment->values;
    start->secure = secure;
    start->off_requested =
        environment->values[VARIABLE_OFF] != NULL && strcmp(environment->values[VARIABLE_OFF], "1") == 0;
}

const struct start *start_get(void)
{
    static const struct environment none;
    const struct start *known = atomic_load_explicit(&start_state, memory_order_acquire);
    if (known != NULL)
        return known;
    struct arena arena = {0};
    struct start *fresh = arena_alloc(&arena, sizeof *fresh);
    bool secure = getauxval(AT_SECURE) != 0;
    const struct environment *environment = secure ? &none : environment_at_start();
    if (fresh == NULL || environment == NULL) {
        arena_free(&arena);
        return NULL;
    }
    read_environment(fresh, environment, secure);
    identity_find(&fresh->names, &arena);
    fresh->denied = is_denied(fresh->names.executable);
    if (own_command_is_here()) {
        fresh->denied |= belongs_to_root();
        fresh->off_requested = true;
    }
    file_root_is_same(); /* remembers the root as it is now */
    if (!arena.exhausted && atomic_compare_exchange_strong(&start_state, &known, fresh))
        return fresh;
    arena_free(&arena);
    return known;
}

const struct start *start_known(void)
{
    return atomic_load_explicit(&start_state, memory_order_acquire);
}

static const struct identity_names *names_known(void)
{
    static const struct identity_names unknown;
    const struct start *start = start_get();
    return start != NULL ? &start->names : &unknown;
}

struct process_identity process_identity(void)
{
    return identity_now(names_known());
}

void process_identity_add_groups(struct process_identity *process)
{
    identity_add_groups(process, names_known());
}
