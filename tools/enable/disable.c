#include "enable/enable.h"

#include "enable/backup.h"
#include "enable/enable_options.h"
#include "enable/guard.h"
#include "enable/host_root.h"
#include "enable/manager.h"
#include "enable/unit_enable.h"
#include "enable/unit_files.h"
#include "preload/boot_link.h"
#include "preload/take_out.h"
#include "shared/exit_status.h"
#include "shared/text.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What has the library by a drop-in is another decision, and stays. */
static void name_units(void)
{
    static const char *const patterns[] = {"/etc/systemd/system/*.service.d/" UNIT_DROP_IN,
                                           "/run/systemd/system/*.service.d/" UNIT_DROP_IN};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        glob_t found;
        if (glob(patterns[i], 0, NULL, &found) == 0)
            for (size_t j = 0; j < found.gl_pathc; j++)
                printf("a service has it still, by %s: 'tlsward disable --unit' removes that\n", found.gl_pathv[j]);
        globfree(&found);
    }
}

static void tell_manager(const struct enable_options *options)
{
    if (options->root != NULL || !manager_runs() || !manager_has_guard())
        return;
    manager_do("daemon-reload", NULL);
    manager_do("stop", GUARD_UNIT);
}

/* The line first: what it names must not be missing while it is there. */
static int disable_host(const struct enable_options *options)
{
    bool done = take_out(options->program, options->package);
    bool had_guard = manager_guard_is_enabled();
    char *problem = manager_disable_guard();
    if (done)
        boot_links_remove(BOOT_LINKS);
    if (problem != NULL)
        fprintf(stderr, "%s: %s\n", options->program, problem);
    else if (had_guard)
        puts("disabled " GUARD_UNIT);
    if (done && problem == NULL) {
        guard_forget();
        unlink(BACKUP_FILE);
    }
    if (had_guard)
        tell_manager(options);
    name_units();
    done = done && problem == NULL;
    free(problem);
    return done ? STATUS_OK : STATUS_NEGATIVE;
}

int disable_main(int argc, char **argv)
{
    struct enable_options options;
    int status = enable_options_parse(argc, argv, true, &options);
    if (status >= 0)
        return status;
    if (!host_root_enter(&options))
        return STATUS_NEGATIVE;
    return options.unit != NULL ? unit_disable(&options) : disable_host(&options);
}
