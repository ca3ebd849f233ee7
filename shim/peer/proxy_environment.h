/*
 * The proxies that http_proxy, https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY named when the program started.
 */
#ifndef TLSWARD_PROXY_ENVIRONMENT_H
#define TLSWARD_PROXY_ENVIRONMENT_H

#include "peer/proxy.h"
#include "process/environment.h"

/* Returns how many there are: none under AT_SECURE. */
size_t proxy_environment(struct proxy proxies[static PROXY_VARIABLES]);

#endif
