#include "trust/anchor_file.h"

#include "process/kernel.h"

#include <errno.h>
#include <stdlib.h>

static enum file_problem problem_of_errno(void)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return PROBLEM_ABSENT;
    case EACCES:
    case EPERM:
    case ELOOP:
        return PROBLEM_FORBIDDEN;
    default:
        return PROBLEM_UNREADABLE;
    }
}

/* Reads up to `wanted` bytes: fewer where the file was truncated meanwhile, -1 on error. */
static ssize_t read_bytes(int fd, unsigned char *bytes, size_t wanted)
{
    size_t length = 0;
    while (length < wanted) {
        ssize_t count = kernel_read(fd, bytes + length, wanted - length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        if (count == 0)
            break;
        length += (size_t)count;
    }
    return (ssize_t)length;
}

/*
 * The identity is taken before the bytes, so that a change during the reading shows as a change later. Read, not
 * mapped: a mapped file that is truncated kills the process.
 */
static enum file_problem read_open(int fd, struct file_identity *identity, unsigned char **bytes, size_t *length)
{
    *identity = file_identify_open(fd);
    if (identity->kind != FILE_REGULAR)
        return PROBLEM_NOT_REGULAR;
    if (identity->size > ANCHOR_FILE_MAX)
        return PROBLEM_TOO_LARGE;
    if (identity->size == 0)
        return PROBLEM_NO_CERTIFICATE;
    *bytes = malloc((size_t)identity->size);
    if (!*bytes)
        return PROBLEM_UNREADABLE;
    ssize_t count = read_bytes(fd, *bytes, (size_t)identity->size);
    if (count < 0) {
        free(*bytes);
        return PROBLEM_UNREADABLE;
    }
    *length = (size_t)count;
    return PROBLEM_NONE;
}

static enum file_problem read_path(const char *path, struct file_identity *identity, unsigned char **bytes,
                                   size_t *length)
{
    *identity = file_identify(path);
    if (identity->kind == FILE_ABSENT)
        return problem_of_errno();
    if (identity->kind != FILE_REGULAR) /* opening a device can have effects */
        return PROBLEM_NOT_REGULAR;
    int fd = kernel_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0)
        return problem_of_errno();
    enum file_problem problem = read_open(fd, identity, bytes, length);
    kernel_close(fd);
    return problem;
}

/* Puts new bytes in force if they are any good. Takes them over. */
static enum file_problem accept_bytes(struct anchor_file *file, unsigned char *bytes, size_t length)
{
    if (file->bundle && bundle_has_bytes(file->bundle, bytes, length)) {
        free(bytes);
        return PROBLEM_NONE;
    }
    struct bundle *bundle = bundle_new(file->path, bytes, length);
    if (!bundle)
        return PROBLEM_UNREADABLE;
    enum file_problem problem = PROBLEM_NONE;
    if (!bundle_has_certificate(bundle, &file->damage))
        problem = PROBLEM_NO_CERTIFICATE;
    else if (file->bundle && bundle_is_truncated(bundle))
        problem = PROBLEM_TRUNCATED;
    if (problem == PROBLEM_NONE)
        file->bundle = bundle;
    else
        bundle_free(bundle);
    return problem;
}

void anchor_file_read(struct anchor_file *file, const struct anchor_file *previous)
{
    unsigned char *bytes = NULL;
    size_t length = 0;
    file->bundle = previous ? previous->bundle : NULL;
    file->damage = NULL;
    file->problem = read_path(file->path, &file->identity, &bytes, &length);
    if (file->problem == PROBLEM_NONE)
        file->problem = accept_bytes(file, bytes, length);
    if (file->problem == PROBLEM_UNREADABLE)
        file->identity = (struct file_identity){.kind = FILE_ABSENT};
    file->kept = file->problem != PROBLEM_NONE && file->bundle;
}

bool anchor_file_changed(const struct anchor_file *file)
{
    struct file_identity now = file_identify(file->path);
    return !file_identity_equal(&file->identity, &now);
}

static const char *problem_text(enum file_problem problem)
{
    static const char texts[][88] = {
        [PROBLEM_ABSENT] = "does not exist",
        [PROBLEM_FORBIDDEN] = "may not be opened",
        [PROBLEM_NOT_REGULAR] = "is neither a regular file nor a directory",
        [PROBLEM_TOO_LARGE] = "is larger than 16 MiB",
        [PROBLEM_NO_CERTIFICATE] = "holds no certificate",
        [PROBLEM_OTHER_ROOT] = "was first asked for after the root directory had changed",
        [PROBLEM_UNREADABLE] = "cannot be read now",
    };
    return texts[problem];
}

static const char *kept_text(enum file_problem problem)
{
    static const char texts[][88] = {
        [PROBLEM_ABSENT] = "has vanished; the certificates read before stay in force",
        [PROBLEM_FORBIDDEN] = "may not be opened any more; the certificates read before stay in force",
        [PROBLEM_NOT_REGULAR] = "is no longer a regular file; the certificates read before stay in force",
        [PROBLEM_TOO_LARGE] = "has grown beyond 16 MiB; the certificates read before stay in force",
        [PROBLEM_NO_CERTIFICATE] = "holds no certificate any more; those read before stay in force",
        [PROBLEM_TRUNCATED] = "ends within a certificate; the certificates read before stay in force",
        [PROBLEM_UNREADABLE] = "cannot be read now; the certificates read before stay in force",
    };
    return texts[problem];
}

void anchor_file_warn(const struct anchor_file *file, const struct anchor_file *previous, trust_warning warn, void *arg)
{
    if (file->problem == PROBLEM_NONE || (previous && previous->problem == file->problem))
        return;
    if (file->kept)
        warn(arg, file->path, 0, kept_text(file->problem));
    else if (file->damage)
        warn(arg, file->path, 1, file->damage);
    else
        warn(arg, file->path, 0, problem_text(file->problem));
}
