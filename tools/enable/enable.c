#include "enable/enable.h"

#include "enable/enable_options.h"
#include "enable/enabling.h"
#include "enable/guard.h"
#include "enable/host_root.h"
#include "enable/instance.h"
#include "enable/manager.h"
#include "enable/unit_enable.h"
#include "process/kill_switch.h"
#include "shared/exit_status.h"
#include "shared/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* systemd has to stop the guard when the host goes down, and so to know that it started. */
static void tell_manager(const struct enabling *enabling)
{
    if (!enabling->guarded || enabling->options->root != NULL || !manager_runs())
        return;
    manager_do("daemon-reload", NULL);
    manager_do("start", GUARD_UNIT);
}

static void say_what_was_done(const struct enabling *enabling)
{
    if (enabling->at_next_boot)
        puts("enabled: " GUARD_UNIT " tries " INSTANCE_LIBRARY " at the next boot and gives it to every program");
    else
        puts("enabled: programs that start from now on have " INSTANCE_LIBRARY ";\n"
             "those that run already have it once they are restarted");
    printf("tried %u runs of programs as root and as nobody", enabling->test.tried);
    printf(enabling->test.skipped != NULL ? "; not tried: %s\n" : "\n", enabling->test.skipped);
    if (enabling->test.in_place)
        puts("no mount namespace could be had: it was tried by LD_PRELOAD, and when it was in place");
    if (enabling->wrote_policy)
        printf("wrote " HOST_POLICY_FILE ", mode = %s\n",
               enabling->options->mode == WANTED_ENFORCE ? "enforce" : "audit");
    else
        printf("the policy is %s, mode = %s\n", enabling->policy.exists ? "as it was" : "what is built in",
               enabling->policy.mode);
    if (enabling->guarded && enabling->options->runtime)
        puts("until the next boot");
    else if (enabling->guarded && !enabling->at_next_boot)
        puts(GUARD_UNIT " tries it anew at each boot");
    if (kill_switch_is_there())
        puts(KILL_SWITCH " is there: the library stands down until it is removed");
    if (!enabling->at_next_boot)
        puts("'tlsward status' shows what it reaches, 'tlsward disable' takes it back");
}

/* A package is configured whether or not its library can be had on this host. */
static int end_with(const struct enabling *enabling, char *problem)
{
    const struct enable_options *options = enabling->options;
    if (problem != NULL)
        fprintf(stderr, "%s: not enabled: %s\n", options->program, problem);
    else if (!enabling->was_enabled)
        say_what_was_done(enabling);
    else if (!options->package)
        puts("it is enabled already");
    bool good = problem == NULL || options->package;
    free(problem);
    return good ? STATUS_OK : STATUS_NEGATIVE;
}

static int enable_host(const struct enable_options *options)
{
    struct enabling enabling = enabling_begin(options);
    int lock = options->root == NULL ? preload_file_lock() : -1, status;
    if (lock < 0 && options->root == NULL) {
        status = end_with(&enabling, text_format(RUN_DIRECTORY "/lock: cannot be had"));
    } else if (options->boot) {
        status = guard_start(&enabling);
    } else {
        guard_forget();
        char *problem = enabling_do(&enabling);
        if (lock >= 0)
            close(lock); /* for the guard */
        lock = -1;
        if (problem == NULL && !enabling.was_enabled)
            tell_manager(&enabling);
        status = end_with(&enabling, problem);
    }
    if (lock >= 0)
        close(lock);
    enabling_end(&enabling);
    return status;
}

int enable_main(int argc, char **argv)
{
    struct enable_options options;
    int status = enable_options_parse(argc, argv, false, &options);
    if (status >= 0)
        return status;
    if (!host_root_enter(&options))
        return STATUS_NEGATIVE;
    return options.unit != NULL ? unit_enable(&options) : enable_host(&options);
}
