/*
 * The program that `run` starts: where it is, what interprets it, and whether a preload reaches it.
 */
#ifndef TLSWARD_TARGET_H
#define TLSWARD_TARGET_H

#include "shared/elf.h"

#include <stdbool.h>

struct target {
    char *path; /* what execvp(3) runs */
    bool is_script;
    char *program; /* the ELF file that runs in the end, without symbolic links */
    struct elf_facts elf;
    bool secure; /* the kernel will set AT_SECURE: the loader and the library ignore the environment */
};

/*
 * Finds `command` as execvp(3) does and follows script interpreters ("#!", through env(1) as well).
 * Returns 0, or an exit status with the reason in *why (the caller frees it).
 */
int target_find(const char *command, struct target *target, char **why);

/*
 * Why a preload of `library` does not protect the target, or NULL where it does. `system_preload` says that
 * /etc/ld.so.preload loads the library already. The caller frees the result.
 */
char *target_refusal(const struct target *target, const char *library, bool system_preload);

/* A sentence that says `what` of the program, and through which interpreter. The caller frees the result. */
char *target_sentence(const struct target *target, const char *what);

void target_free(struct target *target);

#endif
