/*
 * /etc/ld.so.preload, which is only ever replaced as a whole: every program that starts meanwhile reads it.
 * Uses libc alone, for a command that has to work when nothing else does. Errors are those of errno(3).
 */
#ifndef TLSWARD_PRELOAD_FILE_H
#define TLSWARD_PRELOAD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define PRELOAD_FILE "/etc/ld.so.preload"
/* Where the next one is written; root alone can make it, and whoever does holds the lock. */
#define PRELOAD_STAGED "/etc/.ld.so.preload.tlsward"
#define RUN_DIRECTORY "/run/tlsward"
/* What it says without our entries, to try programs by. */
#define PRELOAD_WITHOUT RUN_DIRECTORY "/ld.so.preload.without"

struct preload_file {
    char *text; /* "" where there is no file */
    size_t length;
    bool exists, is_link;
    struct stat seen; /* as lstat(2) has it */
};

/* 0 or the error. To be freed in any case. */
int preload_file_read(struct preload_file *file);
void preload_file_free(struct preload_file *file);

/*
 * One at a time: waits a few seconds for who holds the lock, which nobody but root can take. Returns a descriptor to be
 * closed, or -1 where it cannot be had, as where /run cannot be written.
 */
int preload_file_lock(void);

/* Makes RUN_DIRECTORY, root's and for everybody to read. 0 or the error; EPERM where it is somebody else's. */
int preload_file_run_directory(void);

/* EPERM where /etc is not root's alone to write: what is put there is then anybody's. */
int preload_file_place(void);

/* Writes such a file, on the disk and readable by everybody, whatever the umask. */
int preload_file_stage(const char *path, const char *text, size_t length);

/*
 * Puts what was staged in its place; with `empty`, there is to be no file. EAGAIN, and nothing is done, where the file
 * is no longer as it was read.
 */
int preload_file_commit(const struct preload_file *file, bool empty);

/* Removes what was written beside it. */
void preload_file_drop(void);

/* Takes our entries out, and keeps all others; without any, the file is removed. *removed is how many there were. */
int preload_file_take_out(size_t *removed);

#endif
