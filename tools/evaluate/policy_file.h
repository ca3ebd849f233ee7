/* Policies for commands that compare them: one that is not valid is told, and is none. */
#ifndef TLSWARD_POLICY_FILE_H
#define TLSWARD_POLICY_FILE_H

#include "policy/config.h"

/* The policy in `file`, or, for NULL, the one that counts here. NULL with its errors on standard error. */
struct policy *policy_file_load(const char *file);

/* As text, with the mode that [policy] has in place of its own; for config_parse(). The caller frees it. */
char *policy_file_text(const struct policy *policy, enum policy_mode mode);

#endif
