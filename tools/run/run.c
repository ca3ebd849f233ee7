#include "run/run.h"

#include "event/event.h"
#include "policy/config.h"
#include "process/start.h"
#include "run/forward.h"
#include "run/gaps.h"
#include "run/preload.h"
#include "run/receiver.h"
#include "run/run_options.h"
#include "run/summary.h"
#include "run/supervise.h"
#include "run/target.h"
#include "shared/child_signal.h"
#include "shared/effective.h"
#include "shared/exit_status.h"
#include "shared/text.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void complain(const char *text)
{
    fprintf(stderr, "tlsward run: %s\n", text);
}

/* The first option that the library would ignore, or NULL. */
static const char *ignored_option(const struct run_options *options, const struct target *target)
{
    const char *const names[] = {target->path, NULL};
    const struct process_identity process = {.executable = target->program,
                                             .uid = effective_user(getuid()),
                                             .effective_uid = effective_user(geteuid()),
                                             .other_names = names};
    bool weakens =
        options->mode != NULL && strcmp(options->mode, "audit") == 0 && effective_system_mode(&process) == MODE_ENFORCE;
    return options->policy != NULL  ? "--policy"
           : options->trust != NULL ? "--trust"
           : options->log != NULL   ? "--log"
           : options->summary       ? "--summary"
           : weakens                ? "--audit"
                                    : NULL;
}

static int refuse_ignored_options(const struct run_options *options, const struct target *target)
{
    const char *ignored = ignored_option(options, target);
    if (ignored != NULL && !effective_environment_counts()) {
        fprintf(stderr,
                "tlsward run: %s has no effect here: the policy in " SYSTEM_DIRECTORY
                " rules, and it does not say 'environment = allow'\n",
                ignored);
        return STATUS_REFUSED;
    }
    if (target->secure && (ignored != NULL || options->mode != NULL)) {
        fprintf(stderr,
                "tlsward run: %s is setuid, setgid or has file capabilities: only the policy in " SYSTEM_DIRECTORY
                " counts there, and options have no effect\n",
                target->program);
        return STATUS_REFUSED;
    }
    return 0;
}

/* A policy with errors blocks every connection of the program, or protects none: better said now. */
static int refuse_invalid_policy(void)
{
    struct config_environment environment = effective_environment();
    struct config_errors errors = {0};
    struct policy *policy = config_load(&environment, &errors);
    bool invalid = policy == NULL || policy_is_invalid(policy) || policy_is_incomplete(policy);
    if (invalid) {
        complain("the policy is not valid:");
        effective_print_errors(&errors);
    }
    config_errors_free(&errors);
    policy_free(policy);
    return invalid ? STATUS_REFUSED : 0;
}

static void set_variable(const char *name, const char *value)
{
    if (value != NULL)
        setenv(name, value, 1);
}

static void set_preload(const char *library)
{
    if (preload_is_systemwide())
        return;
    char *preload = preload_list(library, getenv("LD_PRELOAD"));
    setenv("LD_PRELOAD", preload, 1);
    free(preload);
}

struct collector {
    struct receiver receiver;
    struct summary summary;
    const char *forward; /* where the lines go as well, or NULL */
};

static void collect(void *arg)
{
    struct collector *collector = arg;
    char line[EVENT_MAX];
    for (ssize_t length; (length = receiver_take(&collector->receiver, line, sizeof line)) >= 0;) {
        bool for_the_log = summary_add(&collector->summary, line, (size_t)length);
        if (for_the_log && collector->forward != NULL)
            forward_event(collector->forward, line, (size_t)length);
    }
}

static void warn(const char *text)
{
    fprintf(stderr, "tlsward: warning: %s\n", text);
}

/* What was started in turn is looked at when it is over: while it ran, its events came first. */
static void tell_gaps_of_started(const struct summary *summary, const struct target *first, const char *library)
{
    const char *path;
    json_t *unused;
    json_object_foreach(summary->started, path, unused)
    {
        struct target target;
        char *why = NULL;
        if (strcmp(path, first->program) == 0 || target_find(path, &target, &why) != 0) {
            free(why);
            continue;
        }
        struct gaps gaps = gaps_find(&target, library);
        for (size_t i = 0; i < gaps.count; i++)
            warn(gaps.items[i]);
        gaps_free(&gaps);
        target_free(&target);
    }
}

static int run_with_summary(const struct run_options *options, const struct target *target, const char *library)
{
    bool to_stderr = options->log != NULL && strcmp(options->log, "stderr") == 0;
    struct collector collector = {.forward = to_stderr ? "stderr-file" : options->log}; /* our own, whatever it is */
    if (!receiver_open(&collector.receiver)) {
        fprintf(stderr, "tlsward run: cannot receive events: %s\n", strerror(errno));
        return STATUS_REFUSED;
    }
    collector.summary = summary_new();
    char *log = text_format("unix:%s", collector.receiver.path);
    char *started = text_format("starts,%s", log);
    setenv("TLSWARD_LOG", log, 1);
    setenv("TLSWARD_RUN", started, 1);
    set_preload(library);
    int status = supervise(options->command, collector.receiver.fd, collect, &collector);
    summary_print(&collector.summary, stderr);
    tell_gaps_of_started(&collector.summary, target, library);
    summary_free(&collector.summary);
    receiver_close(&collector.receiver);
    free(started);
    free(log);
    return status;
}

static void warn_of_file(const char *log)
{
    struct stat status;
    if (log != NULL && strcmp(log, "stderr") == 0 && fstat(STDERR_FILENO, &status) == 0 && S_ISREG(status.st_mode))
        warn("standard error is a file, which gets no events unless the policy says 'stderr-file = yes': "
             "give --log file:PATH");
}

static int run_in_place(const struct run_options *options, const char *library)
{
    set_variable("TLSWARD_LOG", options->log);
    setenv("TLSWARD_LOG", "stderr", 0);
    warn_of_file(getenv("TLSWARD_LOG"));
    setenv("TLSWARD_RUN", "log", 1);
    set_preload(library);
    child_signal_give_back();
    execvp(options->command[0], options->command);
    int error = errno;
    fprintf(stderr, "tlsward run: %s: %s\n", options->command[0], strerror(error));
    return error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

static int check_target(const struct run_options *options, const struct target *target, const char *library)
{
    char *refusal = target_refusal(target, library, preload_is_systemwide());
    if (refusal == NULL)
        return refuse_ignored_options(options, target);
    complain(refusal);
    free(refusal);
    return STATUS_REFUSED;
}

/* What the library will miss is said before the program says anything. */
static int tell_gaps(const struct run_options *options, const struct target *target, const char *library)
{
    struct gaps gaps = gaps_find(target, library);
    const char *kill_switch = effective_kill_switch();
    bool refused = options->strict && (gaps.count > 0 || kill_switch != NULL);
    if (kill_switch != NULL)
        fprintf(stderr, "tlsward: warning: the library is switched off by %s\n", kill_switch);
    for (size_t i = 0; i < gaps.count; i++)
        warn(gaps.items[i]);
    gaps_free(&gaps);
    if (refused)
        complain("refused, because of --strict");
    return refused ? STATUS_REFUSED : 0;
}

static int run(const struct run_options *options)
{
    struct target target = {0};
    char *why = NULL;
    char *library = NULL;
    int status = target_find(options->command[0], &target, &why);
    if (status == 0) {
        library = preload_find(&why);
        status = library == NULL ? STATUS_REFUSED : check_target(options, &target, library);
    }
    if (why != NULL)
        complain(why);
    if (status == 0) {
        set_variable("TLSWARD_MODE", options->mode);
        set_variable("TLSWARD_TRUST", options->trust);
        set_variable("TLSWARD_POLICY", options->policy);
        status = refuse_invalid_policy();
    }
    if (status == 0)
        status = tell_gaps(options, &target, library);
    if (status == 0)
        status = options->summary ? run_with_summary(options, &target, library) : run_in_place(options, library);
    free(library);
    free(why);
    target_free(&target);
    return status;
}

int run_main(int argc, char **argv)
{
    struct run_options options = {.summary = false};
    int status = run_options_parse(argc, argv, &options);
    child_signal_take();
    if (status < 0)
        status = run(&options);
    run_options_free(&options);
    return status;
}
