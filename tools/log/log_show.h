/*
 * One event with all that is known of it.
 */
#ifndef TLSWARD_LOG_SHOW_H
#define TLSWARD_LOG_SHOW_H

#include "log/log_options.h"

/* Shows the event that options->id names, and those about the same handshake. Returns the exit status. */
int log_show(const struct log_options *options);

#endif
