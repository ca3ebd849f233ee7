#include "preload/preload_file.h"

#include "preload/preload_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define PLACE "/etc"
#define LOCK RUN_DIRECTORY "/lock"

enum { LOCK_TENTHS = 50, TRIES = 5, SIZE_MAX_FILE = 1 << 20 };

static int read_open(int fd, struct preload_file *file)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return errno;
    if (!S_ISREG(status.st_mode) || status.st_size > SIZE_MAX_FILE)
        return EINVAL;
    char *text = realloc(file->text, (size_t)status.st_size + 1);
    if (text == NULL)
        return ENOMEM;
    file->text = text;
    ssize_t got = 1;
    while (got > 0 && file->length < (size_t)status.st_size) {
        got = read(fd, text + file->length, (size_t)status.st_size - file->length);
        file->length += got > 0 ? (size_t)got : 0;
    }
    text[file->length] = '\0';
    return got < 0 ? errno : 0;
}

int preload_file_read(struct preload_file *file)
{
    *file = (struct preload_file){.text = calloc(1, 1)};
    if (file->text == NULL)
        return ENOMEM;
    if (lstat(PRELOAD_FILE, &file->seen) != 0)
        return errno == ENOENT ? 0 : errno;
    file->exists = true;
    file->is_link = S_ISLNK(file->seen.st_mode);
    int fd = open(PRELOAD_FILE, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return file->is_link && errno == ENOENT ? 0 : errno;
    int error = read_open(fd, file);
    close(fd);
    return error;
}

void preload_file_free(struct preload_file *file)
{
    free(file->text);
    *file = (struct preload_file){.text = NULL};
}

static bool is_roots_alone(const struct stat *status)
{
    return S_ISDIR(status->st_mode) && status->st_uid == 0 && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

int preload_file_place(void)
{
    struct stat status;
    if (stat(PLACE, &status) != 0)
        return errno;
    return is_roots_alone(&status) ? 0 : EPERM;
}

int preload_file_run_directory(void)
{
    struct stat status;
    if (mkdir(RUN_DIRECTORY, 0755) == 0 && chmod(RUN_DIRECTORY, 0755) != 0)
        return errno;
    if (lstat(RUN_DIRECTORY, &status) != 0)
        return errno;
    return is_roots_alone(&status) ? 0 : EPERM;
}

int preload_file_lock(void)
{
    if (preload_file_run_directory() != 0)
        return -1;
    int fd = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    for (int i = 0; fd >= 0 && i < LOCK_TENTHS; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return fd;
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, text, length);
        if (written < 0 && errno != EINTR)
            return false;
        text += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

int preload_file_stage(const char *path, const char *text, size_t length)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    bool done = write_all(fd, text, length) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
    int error = done ? 0 : errno;
    if (close(fd) != 0 && error == 0)
        error = errno;
    if (error != 0)
        unlink(path);
    return error;
}

static bool is_as_it_was(const struct preload_file *file)
{
    struct stat now;
    if (lstat(PRELOAD_FILE, &now) != 0)
        return !file->exists;
    return file->exists && now.st_dev == file->seen.st_dev && now.st_ino == file->seen.st_ino &&
           now.st_size == file->seen.st_size && now.st_mtim.tv_sec == file->seen.st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == file->seen.st_mtim.tv_nsec;
}

/* The name is on the disk only with its directory. */
static int synchronise(void)
{
    int fd = open(PLACE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = fd >= 0 && fsync(fd) == 0 ? 0 : errno;
    if (fd >= 0)
        close(fd);
    return error;
}

int preload_file_commit(const struct preload_file *file, bool empty)
{
    int error = is_as_it_was(file) ? 0 : EAGAIN;
    bool removes = empty && file->exists;
    if (error == 0 && (removes || !empty) &&
        (removes ? unlink(PRELOAD_FILE) : rename(PRELOAD_STAGED, PRELOAD_FILE)) != 0)
        error = errno;
    if (error != 0 || empty)
        preload_file_drop();
    return error != 0 ? error : synchronise();
}

void preload_file_drop(void)
{
    unlink(PRELOAD_STAGED);
    unlink(PRELOAD_WITHOUT);
}

static int take_out_once(size_t *removed)
{
    struct preload_file file;
    int error = preload_file_read(&file);
    size_t length = file.length;
    char *text = error == 0 ? preload_text_without(file.text, &length, removed) : NULL;
    if (error == 0 && text == NULL)
        error = ENOMEM;
    if (error == 0 && *removed > 0)
        error = length > 0 ? preload_file_stage(PRELOAD_STAGED, text, length) : 0;
    if (error == 0 && *removed > 0)
        error = preload_file_commit(&file, length == 0);
    free(text);
    preload_file_free(&file);
    return error;
}

int preload_file_take_out(size_t *removed)
{
    *removed = 0;
    int error = EAGAIN;
    for (int i = 0; error == EAGAIN && i < TRIES; i++)
        error = take_out_once(removed);
    return error;
}
