#include "enable/guard.h"

#include "enable/backup.h"
#include "enable/instance.h"
#include "preload/boot_link.h"
#include "preload/take_out.h"
#include "shared/exit_status.h"
#include "shared/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Which library it was that failed: another one is tried anew. */
static char *which_library(void)
{
    struct stat status;
    if (stat(INSTANCE_LIBRARY, &status) != 0)
        return text_format("none");
    return text_format("%lld bytes of %lld.%09ld", (long long)status.st_size, (long long)status.st_mtim.tv_sec,
                       status.st_mtim.tv_nsec);
}

unsigned guard_failures(void)
{
    FILE *file = fopen(GUARD_MEMORY, "re");
    char line[128] = "", *library = which_library(), *end;
    unsigned failures = 0;
    if (file != NULL && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        failures = (unsigned)strtoul(line, &end, 10);
        if (strncmp(end, " of ", 4) != 0 || strcmp(end + 4, library) != 0)
            failures = 0;
    }
    if (file != NULL)
        fclose(file);
    free(library);
    return failures;
}

void guard_forget(void)
{
    unlink(GUARD_MEMORY);
}

static void remember(unsigned failures, const char *why)
{
    char *library = which_library(), *text = text_format("%u of %s\n%s\n", failures, library, why);
    char *problem = state_write(GUARD_MEMORY, text, strlen(text));
    if (problem != NULL)
        fprintf(stderr, "tlsward: %s\n", problem);
    free(problem);
    free(text);
    free(library);
}

/* A line may have been left by a host that lost its power. */
static int stay_off(void)
{
    boot_links_remove(BOOT_LINKS);
    take_out("tlsward enable", true);
    return STATUS_NEGATIVE;
}

int guard_start(struct enabling *enabling)
{
    unsigned failures = guard_failures();
    if (failures >= GUARD_FAILURES_MAX) {
        fprintf(stderr,
                "tlsward: the library failed its test at %u boots and stays off; " GUARD_MEMORY
                " says why, 'tlsward enable' tries it again\n",
                failures);
        return stay_off();
    }
    char *problem = enabling_do(enabling);
    if (problem == NULL) {
        guard_forget();
        return STATUS_OK;
    }
    remember(failures + 1, problem);
    fprintf(stderr,
            "tlsward: the library failed its test, %u of %d before it stays off, and this boot goes on without: %s\n",
            failures + 1, GUARD_FAILURES_MAX, problem);
    free(problem);
    return stay_off();
}
