#include "policy/process.h"

#include "event/notice.h"
#include "hooks/exec_watch.h"
#include "policy/config.h"
#include "policy/config_watch.h"
#include "process/environment.h"
#include "process/file_identity.h"
#include "process/kernel_clock.h"
#include "process/loader.h"
#include "process/standard_error.h"
#include "process/start.h"
#include "trust/trust.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

/* A policy with what tells that its files have changed. Lives in the arena of its errors. */
struct policy_version {
    struct policy *policy;
    uint64_t fingerprint;
    struct config_errors errors;
    atomic_bool announced; /* its errors are told and its trust files are read */
};

static _Atomic(struct policy_version *) version;
static _Atomic(struct policy_version *) passed_over; /* by one that stays: its errors are not told yet */
static _Atomic int64_t looked_at;                    /* CLOCK_MONOTONIC seconds of the last look at the files */
static _Atomic enum { SWITCH_UNSEEN, SWITCH_OFF, SWITCH_ON } kill_switch;

struct process_identity process_identity(void)
{
    static const struct identity_names unknown;
    const struct start *start = start_get();
    return identity_now(start != NULL ? &start->names : &unknown);
}

const struct proxy *process_proxies(size_t *count)
{
    const struct start *start = start_get();
    *count = start != NULL ? start->proxy_count : 0;
    return start != NULL ? start->proxies : NULL;
}

static bool file_exists(const char *path)
{
    return file_identify(path).kind != FILE_ABSENT;
}

static void report_error(const struct policy *policy, const struct config_error *error)
{
    char message[2048];
    struct settings settings = process_settings(policy);
    char line[16] = "";
    if (error->line > 0)
        snprintf(line, sizeof line, "%u:", error->line);
    snprintf(message, sizeof message, "%s: %s:%s %s%s%s", policy_is_invalid(policy) ? "invalid policy" : "policy",
             error->file, line, error->message, error->text != NULL ? ": " : "",
             error->text != NULL ? error->text : "");
    notice_send(settings.log, message);
}

/* To where `policy` says. What stays unreadable is read again every second, and told once. */
static void report_errors(const struct policy *policy, uint64_t about, const struct config_errors *errors)
{
    static _Atomic uint64_t told;
    if (errors->count == 0 || atomic_exchange(&told, about) == about)
        return;
    for (size_t i = 0; i < errors->count; i++)
        report_error(policy, &errors->items[i]);
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
        trust_snapshot(trust, count, notice_trust_warning, (void *)settings.log);
}

static void believe_environment(const struct start *start, const struct policy *policy)
{
    bool believed = policy_believes_environment(policy);
    trust_believe_environment(believed ? start->variables[VARIABLE_CERT_FILE] : NULL,
                              believed ? start->variables[VARIABLE_CERT_DIR] : NULL);
}

/* What cannot be read now, or may be anybody's, does not replace what was read before. */
static bool stays(const struct policy_version *previous, const struct policy_version *fresh)
{
    if (previous == NULL || !policy_is_incomplete(fresh->policy))
        return false;
    return !policy_is_incomplete(previous->policy) || previous->fingerprint == ~fresh->fingerprint;
}

static void version_free(struct policy_version *unused)
{
    if (unused == NULL)
        return;
    struct config_errors errors = unused->errors; /* the version itself is in there */
    policy_free(unused->policy);
    config_errors_free(&errors);
}

/* Reads the policy as it is now. NULL for memory shortage. */
static struct policy_version *read_version(const struct start *start)
{
    struct config_errors errors = {0};
    struct policy *policy = config_load(&start->environment, &errors);
    struct policy_version *fresh = policy != NULL ? arena_alloc(&errors.arena, sizeof *fresh) : NULL;
    if (fresh == NULL) {
        policy_free(policy);
        config_errors_free(&errors);
        return NULL;
    }
    fresh->policy = policy;
    fresh->fingerprint = config_watch_fingerprint(policy);
    fresh->errors = errors;
    return fresh;
}

/* Whoever was late with another policy may have said what that one believes. */
static void believe_as_published(const struct start *start)
{
    struct policy_version *current;
    do {
        current = atomic_load(&version);
        believe_environment(start, current->policy);
    } while (atomic_load(&version) != current);
}

static struct policy_version *publish(const struct start *start, struct policy_version *fresh,
                                      struct policy_version *previous)
{
    struct policy_version *current = previous;
    /* So that the next look finds a change. */
    if (policy_is_incomplete(fresh->policy))
        fresh->fingerprint = ~fresh->fingerprint;
    believe_environment(start, fresh->policy);
    if (atomic_compare_exchange_strong(&version, &current, fresh))
        return fresh;
    believe_as_published(start);
    version_free(fresh);
    return current;
}

static struct policy_version *load(const struct start *start, struct policy_version *previous)
{
    struct policy_version *fresh = read_version(start);
    if (fresh == NULL)
        return previous;
    if (!stays(previous, fresh))
        return publish(start, fresh, previous);
    version_free(atomic_exchange(&passed_over, fresh));
    return previous;
}

/* Allocates, and opens sockets: nothing for the hook of dlopen. */
static void announce(struct policy_version *current)
{
    struct policy_version *unused = atomic_exchange(&passed_over, NULL);
    if (unused != NULL)
        report_errors(current->policy, ~unused->fingerprint, &unused->errors);
    version_free(unused);
    if (atomic_exchange(&current->announced, true))
        return;
    report_errors(current->policy, current->fingerprint, &current->errors);
    read_trust(current->policy);
}

static bool is_time_to_look(void)
{
    struct timespec now = {0};
    kernel_clock(CLOCK_MONOTONIC_COARSE, &now);
    int64_t last = atomic_load_explicit(&looked_at, memory_order_relaxed);
    /* One second is added so that 0, "never", differs from the first second after boot. */
    int64_t seconds = (int64_t)now.tv_sec + 1;
    return seconds != last && atomic_compare_exchange_strong(&looked_at, &last, seconds);
}

static bool kill_switch_is_on(void)
{
    return file_exists(KILL_SWITCH);
}

static bool has_changed(const struct policy_version *current)
{
    if (config_watch_fingerprint_now(current->policy) == current->fingerprint)
        return false;
    /* A system policy that is gone stays in force: removing a file must not switch protection off. */
    return policy_files(current->policy)[0] == NULL || file_exists(policy_files(current->policy)[0]);
}

static void look_again(const struct start *start)
{
    struct policy_version *current = atomic_load_explicit(&version, memory_order_acquire);
    if (!file_root_is_same())
        return;
    atomic_store_explicit(&kill_switch, kill_switch_is_on() ? SWITCH_ON : SWITCH_OFF, memory_order_relaxed);
    if (current != NULL && has_changed(current))
        load(start, current);
}

bool process_policy_is_over(const struct policy *policy)
{
    int saved = errno;
    const struct start *start = start_known();
    const struct policy_version *current = atomic_load_explicit(&version, memory_order_acquire);
    bool over = start != NULL && current != NULL &&
                (current->policy != policy || (file_root_is_same() && (kill_switch_is_on() || has_changed(current))));
    errno = saved;
    return over;
}

bool process_app_anchors_count(const struct policy *policy)
{
    const struct start *start = start_get();
    bool chosen = start != NULL && (start->variables[VARIABLE_CERT_FILE] || start->variables[VARIABLE_CERT_DIR] ||
                                    start->variables[VARIABLE_CONF] || start->variables[VARIABLE_CONF_DIR]);
    return !chosen || (policy != NULL && policy_believes_environment(policy));
}

struct settings process_settings(const struct policy *policy)
{
    struct process_identity identity = process_identity();
    return policy_settings(policy, &identity, &(struct destination){0}, kernel_seconds());
}

bool process_is_off(const struct policy *policy)
{
    struct process_identity identity = process_identity();
    return policy_is_off(policy, &identity, kernel_seconds());
}

static struct policy_version *current_version(void)
{
    struct policy_version *current = atomic_load_explicit(&version, memory_order_acquire);
    const struct start *start = start_get();
    return current == NULL && start != NULL ? load(start, NULL) : current;
}

/* A policy that cannot be had for want of memory has allowed nothing. */
static bool is_switched_off_by_request(void)
{
    const struct policy_version *current = current_version();
    return current != NULL && policy_allows_kill_switch(current->policy);
}

bool process_is_welcome(void)
{
    int saved = errno;
    const struct start *start = start_get();
    bool welcome = start != NULL && !start->denied;
    /* Whose turn it is not yet looks nevertheless, as long as nobody has said what he found. */
    bool unseen = atomic_load_explicit(&kill_switch, memory_order_relaxed) == SWITCH_UNSEEN;
    if (welcome && (is_time_to_look() || unseen))
        look_again(start);
    welcome = welcome && atomic_load_explicit(&kill_switch, memory_order_relaxed) != SWITCH_ON;
    if (welcome && start->off_requested)
        welcome = !is_switched_off_by_request();
    errno = saved;
    return welcome;
}

const struct policy *process_policy(void)
{
    int saved = errno;
    struct policy_version *current = current_version();
    if (current != NULL)
        announce(current);
    errno = saved;
    return current != NULL ? current->policy : NULL;
}

const struct policy *process_policy_unannounced(void)
{
    int saved = errno;
    const struct policy_version *current = current_version();
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
    environment_keep(argc, argv, environment);
    standard_error_keep();
    exec_watch_begin();
    remember_start();
}
#else
__attribute__((constructor)) static void on_load(void)
{
    environment_at_start();
    standard_error_keep();
    exec_watch_begin();
    remember_start();
}
#endif

__attribute__((destructor)) static void report_rest(void)
{
    const struct policy_version *current = atomic_load_explicit(&version, memory_order_acquire);
    if (current != NULL)
        notice_counted(current->policy);
}
