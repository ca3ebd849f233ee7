/* Collects what is wrong with a policy. */
#ifndef TLSWARD_CONFIG_ERROR_H
#define TLSWARD_CONFIG_ERROR_H

#include "policy/config.h"

/*
 * Adds one error of the kind `id`, which lives for ever; everything else is copied, `text` may be NULL. On memory
 * shortage the list stays as it was: the caller must remember by itself that there was an error.
 */
void config_error_add(struct config_errors *errors, const char *id, const char *file, unsigned line, const char *text,
                      const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
