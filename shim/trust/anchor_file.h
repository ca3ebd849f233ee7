/*
 * One file of trust anchors: read whole, and kept in force when what replaces it is no better than nothing.
 */
#ifndef TLSWARD_ANCHOR_FILE_H
#define TLSWARD_ANCHOR_FILE_H

#include "process/file_identity.h"
#include "trust/bundle.h"

/* No bundle is anywhere near as large; a policy that names a log file or a disk image must not eat memory. */
#define ANCHOR_FILE_MAX ((size_t)16 * 1024 * 1024)

enum file_problem {
    PROBLEM_NONE,
    PROBLEM_ABSENT,
    PROBLEM_FORBIDDEN,
    PROBLEM_NOT_REGULAR,
    PROBLEM_TOO_LARGE,
    PROBLEM_NO_CERTIFICATE,
    PROBLEM_TRUNCATED,
    PROBLEM_OTHER_ROOT, /* first asked for after a chroot */
    PROBLEM_UNREADABLE  /* descriptors or memory are short, or the medium fails: worth another try */
};

struct anchor_file {
    char *path;                    /* owned by whoever made the struct */
    struct file_identity identity; /* when last looked at; FILE_ABSENT where another try is due */
    struct bundle *bundle;         /* holds a certificate, or is NULL; shared by readings of an unchanged file */
    enum file_problem problem;
    bool kept;          /* what is in force was read before; what is there now is no use */
    const char *damage; /* PROBLEM_NO_CERTIFICATE: what is wrong with the first one, or NULL */
};

/*
 * Reads file->path. `previous` is the last reading of the same path, or NULL: its bundle is taken over where the
 * bytes are the same, and where the file has vanished, lost its certificates or ends within one.
 */
void anchor_file_read(struct anchor_file *file, const struct anchor_file *previous);

/* Another file, other content or another state than at the last reading. */
bool anchor_file_changed(const struct anchor_file *file);

/* Warns of the file's problem, unless `previous` had the same one. */
void anchor_file_warn(const struct anchor_file *file, const struct anchor_file *previous, trust_warning warn,
                      void *arg);

#endif
