/*
 * Events in a list: what is shown, in which order, and the updates with their handshakes.
 */
#ifndef TLSWARD_LOG_LIST_H
#define TLSWARD_LOG_LIST_H

#include "log/log_options.h"

/* Reads and prints. Returns the exit status. */
int log_list(const struct log_options *options);

#endif
