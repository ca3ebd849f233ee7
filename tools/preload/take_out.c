#include "preload/take_out.h"

#include "preload/preload_file.h"
#include "process/kill_switch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void complain(const char *program, const char *path)
{
    fprintf(stderr, "%s: %s: %s\n", program, path, strerror(errno));
}

static void switch_off(const char *program)
{
    bool made = mkdir(SYSTEM_DIRECTORY, 0755) == 0;
    if (made ? chmod(SYSTEM_DIRECTORY, 0755) != 0 : errno != EEXIST)
        complain(program, SYSTEM_DIRECTORY);
    int fd = open(KILL_SWITCH, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) {
        complain(program, KILL_SWITCH);
        return;
    }
    close(fd);
    puts("made " KILL_SWITCH ": the library stands down in every process that has it");
}

bool take_out(const char *program, bool quietly)
{
    size_t removed;
    int lock = preload_file_lock();
    int error = preload_file_take_out(&removed);
    if (lock >= 0)
        close(lock);
    if (error != 0) {
        errno = error;
        complain(program, PRELOAD_FILE);
        switch_off(program);
    } else if (removed > 0) {
        puts("took libtlsward.so out of " PRELOAD_FILE "; existing processes keep it until they are restarted");
    } else if (!quietly) {
        puts(PRELOAD_FILE " does not name libtlsward.so");
    }
    return error == 0;
}
