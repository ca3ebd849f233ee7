#include "enable/host_root.h"

#include "shared/child_signal.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

bool host_root_enter(const struct enable_options *options)
{
    if (geteuid() != 0) {
        fprintf(stderr, "%s: this is for root\n", options->program);
        return false;
    }
    child_signal_take();
    umask(022);
    if (options->root == NULL)
        return true;
    /* A bind mount of its own, so that what is tried can have mounts that nobody sees. */
    bool entered = unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                   mount(options->root, options->root, NULL, MS_BIND | MS_REC, NULL) == 0 &&
                   chdir(options->root) == 0 && chroot(".") == 0 && chdir("/") == 0;
    if (!entered)
        fprintf(stderr, "%s: --root %s: %s\n", options->program, options->root, strerror(errno));
    return entered;
}
