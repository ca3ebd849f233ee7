#include "process.h"

#include "base_name.h"
#include "config.h"
#include "environment.h"
#include "file_identity.h"
#include "identity.h"
#include "kernel.h"
#include "loader.h"
#include "notice.h"
#include "own_command.h"
#include "proxy.h"
#include "report.h"
#include "trust.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

/* What does not change while the process lives. */
struct start {
    const char *const *variables; /* by enum variable; none under AT_SECURE */
    struct config_environment environment;
    bool
        off_requested; /* TLSWARD_OFF=1, or the command, which counts no more than that where it is no file of root's */
    bool denied;
    struct identity_names names;
    struct proxy proxies[PROXY_VARIABLES];
    size_t proxy_count;
};

/* A policy with what tells that its files have changed. */
struct policy_version {
    const struct policy *policy;
    uint64_t fingerprint;
};

static _Atomic(const struct start *) start_state;
static _Atomic(const struct policy_version *) version;
static _Atomic int64_t looked_at; /* CLOCK_MONOTONIC seconds of the last look at the files */
static atomic_bool kill_switch;

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
static bool belongs_to_root(const char *path)
{
    kernel_status status;
    return kernel_stat(path, &status) == 0 && status.st_uid == 0;
}

static bool is_denied(const char *executable)
{
    const char *name = executable != NULL ? base_name(executable) : "";
    for (size_t i = 0; i < sizeof denied_names / sizeof denied_names[0]; i++)
        if (strcmp(name, denied_names[i]) == 0)
            return belongs_to_root("/proc/self/exe");
    return false;
}

static void read_proxies(struct start *start)
{
    for (size_t i = VARIABLE_PROXIES; i < VARIABLES; i++)
        if (start->variables[i] != NULL && proxy_parse(start->variables[i], &start->proxies[start->proxy_count]))
            start->proxy_count++;
}

static const struct start *read_start(void)
{
    const struct start *known = atomic_load_explicit(&start_state, memory_order_acquire);
    if (known != NULL)
        return known;
    struct start *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return NULL;

    static const struct environment none;
    bool secure = getauxval(AT_SECURE) != 0;
    const char *const *values = secure ? none.values : environment_at_start()->values;
    fresh->variables = values;
    fresh->environment = (struct config_environment){
        .secure = secure,
        .policy_path = values[VARIABLE_POLICY],
        .mode = values[VARIABLE_MODE],
        .trust = values[VARIABLE_TRUST],
        .log = values[VARIABLE_LOG],
        .system_dir = SYSTEM_DIRECTORY,
        .share_dir = TLSWARD_SHARE,
    };
    fresh->off_requested = values[VARIABLE_OFF] != NULL && strcmp(values[VARIABLE_OFF], "1") == 0;
    identity_find_names(&fresh->names);
    fresh->denied = is_denied(fresh->names.executable);
    if (own_command_is_here()) {
        fresh->denied |= belongs_to_root("/proc/self/exe");
        fresh->off_requested = true;
    }
    file_root_is_same(); /* remembers the root as it is now */
    read_proxies(fresh);
    return atomic_compare_exchange_strong(&start_state, &known, fresh) ? fresh : known;
}

struct process_identity process_identity(void)
{
    static const struct identity_names unknown;
    const struct start *start = read_start();
    return identity_now(start != NULL ? &start->names : &unknown);
}

const struct proxy *process_proxies(size_t *count)
{
    const struct start *start = read_start();
    *count = start != NULL ? start->proxy_count : 0;
    return start != NULL ? start->proxies : NULL;
}

static bool file_exists(const char *path)
{
    return file_identify(path).kind != FILE_ABSENT;
}

static uint64_t mix(uint64_t sum, const char *path)
{
    const struct file_identity file = file_identify(path);
    const uint64_t parts[] = {
        file.kind,
        file.device,
        file.inode,
        file.size,
        (uint64_t)file.modified_seconds,
        (uint64_t)file.modified_nanoseconds,
        (uint64_t)file.changed_seconds,
        (uint64_t)file.changed_nanoseconds,
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        sum = (sum ^ parts[i]) * UINT64_C(1099511628211); /* FNV-1a, a word at a time */
    return sum;
}

/* Changes whenever a file of the policy, or the set of its files, changes. */
static uint64_t fingerprint(const struct start *start, const struct policy *policy)
{
    uint64_t sum = mix(UINT64_C(14695981039346656037), SYSTEM_DIRECTORY "/policy.conf");
    sum = mix(sum, SYSTEM_DIRECTORY "/policy.d");
    if (start->environment.policy_path != NULL)
        sum = mix(sum, start->environment.policy_path);
    for (const char *const *file = policy_files(policy); *file != NULL; file++)
        sum = mix(sum, *file);
    return sum;
}

/* To where `policy` says. What stays unreadable is read again every second, and told once. */
static void report_errors(const struct policy *policy, uint64_t about, const struct config_errors *errors)
{
    static _Atomic uint64_t told;
    if (errors->count == 0 || atomic_exchange(&told, about) == about)
        return;
    for (size_t i = 0; i < errors->count; i++)
        report_config_error(policy, &errors->items[i]);
}

/* Reads the bytes of all trust files too: a daemon may chroot before its first handshake. */
static void read_trust(const struct policy *policy)
{
    struct settings settings = process_settings(policy);
    const struct trust_source *trust;
    size_t count;
    if (process_is_off(policy))
        return;
    for (size_t i = 0; policy_trust_list(policy, i, &trust, &count); i++)
        trust_snapshot(trust, count, report_trust_warning, (void *)settings.log);
}

static void believe_environment(const struct start *start, const struct policy *policy)
{
    bool believed = policy_believes_environment(policy);
    trust_believe_environment(believed ? start->variables[VARIABLE_CERT_FILE] : NULL,
                              believed ? start->variables[VARIABLE_CERT_DIR] : NULL);
}

static const struct policy_version *publish(const struct start *start, struct policy_version *fresh,
                                            const struct policy_version *previous, const struct config_errors *errors)
{
    const struct policy_version *current = previous;
    /* So that the next look finds a change. */
    if (policy_is_incomplete(fresh->policy))
        fresh->fingerprint = ~fresh->fingerprint;
    believe_environment(start, fresh->policy);
    if (!atomic_compare_exchange_strong(&version, &current, fresh))
        return current;
    report_errors(fresh->policy, fresh->fingerprint, errors);
    read_trust(fresh->policy);
    return fresh;
}

/* What cannot be read now, or may be anybody's, does not replace what was read before. */
static bool stays(const struct policy_version *previous, const struct policy_version *fresh)
{
    if (previous == NULL || !policy_is_incomplete(fresh->policy))
        return false;
    return !policy_is_incomplete(previous->policy) || previous->fingerprint == ~fresh->fingerprint;
}

static const struct policy_version *load(const struct start *start, const struct policy_version *previous)
{
    struct config_errors errors = {0};
    const struct policy_version *current = previous;
    struct policy_version *fresh = malloc(sizeof *fresh);
    struct policy *policy = fresh != NULL ? config_load(&start->environment, &errors) : NULL;
    if (policy == NULL)
        goto out;
    *fresh = (struct policy_version){policy, fingerprint(start, policy)};
    if (!stays(previous, fresh)) {
        current = publish(start, fresh, previous, &errors);
        fresh = NULL;
    } else {
        report_errors(previous->policy, ~fresh->fingerprint, &errors);
        policy_free(policy);
    }
out:
    config_errors_free(&errors);
    free(fresh);
    return current;
}

static bool is_time_to_look(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    int64_t last = atomic_load_explicit(&looked_at, memory_order_relaxed);
    /* One second is added so that 0, "never", differs from the first second after boot. */
    int64_t seconds = (int64_t)now.tv_sec + 1;
    return seconds != last && atomic_compare_exchange_strong(&looked_at, &last, seconds);
}

static bool kill_switch_is_on(void)
{
    return file_exists(KILL_SWITCH);
}

static bool has_changed(const struct start *start, const struct policy_version *current)
{
    if (fingerprint(start, current->policy) == current->fingerprint)
        return false;
    /* A system policy that is gone stays in force: removing a file must not switch protection off. */
    return policy_files(current->policy)[0] == NULL || file_exists(policy_files(current->policy)[0]);
}

static void look_again(const struct start *start)
{
    const struct policy_version *current = atomic_load_explicit(&version, memory_order_acquire);
    if (!file_root_is_same())
        return;
    atomic_store_explicit(&kill_switch, kill_switch_is_on(), memory_order_relaxed);
    if (current != NULL && has_changed(start, current))
        load(start, current);
}

bool process_policy_is_over(const struct policy *policy)
{
    int saved = errno;
    const struct start *start = atomic_load_explicit(&start_state, memory_order_acquire);
    const struct policy_version *current = atomic_load_explicit(&version, memory_order_acquire);
    bool over =
        start != NULL && current != NULL &&
        (current->policy != policy || (file_root_is_same() && (kill_switch_is_on() || has_changed(start, current))));
    errno = saved;
    return over;
}

struct settings process_settings(const struct policy *policy)
{
    struct process_identity identity = process_identity();
    return policy_settings(policy, &identity, &(struct destination){0}, time(NULL));
}

bool process_is_off(const struct policy *policy)
{
    struct process_identity identity = process_identity();
    return policy_is_off(policy, &identity, time(NULL));
}

bool process_is_welcome(void)
{
    int saved = errno;
    const struct start *start = read_start();
    bool welcome = start != NULL && !start->denied;
    if (welcome && is_time_to_look())
        look_again(start);
    welcome = welcome && !atomic_load_explicit(&kill_switch, memory_order_relaxed);
    if (welcome && start->off_requested)
        welcome = !policy_allows_kill_switch(process_policy());
    errno = saved;
    return welcome;
}

const struct policy *process_policy(void)
{
    int saved = errno;
    const struct policy_version *current = atomic_load_explicit(&version, memory_order_acquire);
    const struct start *start = read_start();
    if (current == NULL && start != NULL)
        current = load(start, NULL);
    errno = saved;
    return current != NULL ? current->policy : NULL;
}

/* All that a program without TLS pays for: a look at its environment and at its libraries. */
static void remember_start(void)
{
    enum loader_tls tls = loader_sees_tls();
    if (tls == TLS_NOT_SEEN)
        return;
    int saved = errno;
    if (tls == TLS_IN_PROGRAM)
        notice_not_covered("not covered: the program has an OpenSSL of its own built in");
    else if (process_is_welcome())
        process_policy();
    errno = saved;
}

#ifdef __GLIBC__
/* glibc gives constructors the environment; asking for `environ` would cost a look-up in every process. */
__attribute__((constructor)) static void on_load(int argc, char **argv, char **environment)
{
    (void)argc;
    (void)argv;
    environment_keep(environment);
    remember_start();
}
#else
__attribute__((constructor)) static void on_load(void)
{
    environment_at_start();
    remember_start();
}
#endif

__attribute__((destructor)) static void report_rest(void)
{
    const struct policy_version *current = atomic_load_explicit(&version, memory_order_acquire);
    if (current != NULL)
        report_counted(current->policy);
}
