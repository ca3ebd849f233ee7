/*
 * Text to policy: an immutable value, or errors that name file, line and the offending text.
 * No OpenSSL, no dlfcn. The files are read whole (never mapped: a file truncated in place would kill the
 * host with SIGBUS), and a parsed policy is never freed by the library: a handshake may still use it.
 */
#ifndef TLSWARD_CONFIG_H
#define TLSWARD_CONFIG_H

#include "policy/policy.h"
#include "process/arena.h"
#include "process/file_identity.h"

struct config_error {
    char *file;
    unsigned line; /* 1-based; 0: the file as a whole */
    char *text;    /* the offending line or value as written, or NULL */
    char *message;
    const char *id; /* of its kind, for machines: it stays as it is, whatever the message says */
};

struct config_errors {
    struct config_error *items;
    size_t count;
    struct arena arena; /* holds them */
};

struct config_text {
    const char *file; /* for messages */
    const char *data; /* not necessarily terminated */
    size_t length;
    char *buffer; /* `data` where it may be written to, is terminated and lives as long as the policy; else NULL */
    struct file_identity identity; /* of the file that was opened, before it was read */
};

/* What decides which policy counts (gathered by policy_version.c; filled by hand in tests). */
struct config_environment {
    bool secure;             /* AT_SECURE: then nothing below counts */
    const char *policy_path; /* TLSWARD_POLICY, or NULL */
    const char *mode;        /* TLSWARD_MODE, or NULL */
    const char *trust;       /* TLSWARD_TRUST: colon separated paths or "system", or NULL */
    const char *log;         /* TLSWARD_LOG, or NULL */
    const char *system_dir;  /* "/etc/tlsward" */
    const char *share_dir;   /* where `include = NAME` finds NAME.conf */
    /* Whose policy it is: rules for other programs, and what nobody asks for, are not kept. NULL: anybody's. */
    const struct process_identity *process;
};

/*
 * Parses texts in order as one policy; what they include is not read. NULL on error or memory shortage; every error
 * is in `errors`, and so is what is wrong with a policy that holds nevertheless, as an exception that ends too late.
 */
struct policy *config_parse(const struct config_text *texts, size_t count, struct config_errors *errors);

/*
 * Finds, checks and reads the policy that counts (system policy, TLSWARD_POLICY, or the built-in default:
 * mode audit). Never NULL except for memory shortage: where a file is invalid or refused, the errors are in
 * `errors` and the result is a policy for which policy_is_invalid() holds. Where a file cannot be read, the error
 * is there too, and the result is what the others say; policy_is_incomplete() holds then, and where a file is refused
 * because others may have written it. Uses no memory but the kernel's, no lock, and no user's id but the kernel's.
 */
struct policy *config_load(const struct config_environment *environment, struct config_errors *errors);

/* The files a policy was read from, or should have been, NULL terminated; empty for the built-in default. */
const char *const *policy_files(const struct policy *policy);

/*
 * The effective policy as policy-file text that config_parse() reads back to the same value but for included rules,
 * which stand in it as comments. malloc'ed.
 */
char *config_print(const struct policy *policy);

void config_errors_free(struct config_errors *errors);
void policy_free(struct policy *policy);

#endif
