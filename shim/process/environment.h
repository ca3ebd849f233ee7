/*
 * The environment variables that count, as they were when the program started: daemons overwrite theirs, for
 * setproctitle(3).
 */
#ifndef TLSWARD_ENVIRONMENT_H
#define TLSWARD_ENVIRONMENT_H

enum { PROXY_VARIABLES = 5 };

enum variable {
    VARIABLE_POLICY,    /* TLSWARD_POLICY */
    VARIABLE_MODE,      /* TLSWARD_MODE */
    VARIABLE_TRUST,     /* TLSWARD_TRUST */
    VARIABLE_LOG,       /* TLSWARD_LOG */
    VARIABLE_OFF,       /* TLSWARD_OFF */
    VARIABLE_RUN,       /* TLSWARD_RUN, which `tlsward run` sets: see exec_watch.h */
    VARIABLE_CERT_FILE, /* SSL_CERT_FILE */
    VARIABLE_CERT_DIR,  /* SSL_CERT_DIR */
    VARIABLE_CONF,      /* OPENSSL_CONF */
    VARIABLE_CONF_DIR,  /* OPENSSL_CONF_INCLUDE */
    VARIABLE_PROXIES,   /* http_proxy and the others that name a proxy */
    VARIABLES = VARIABLE_PROXIES + PROXY_VARIABLES
};

/* NULL for what is not set. */
struct environment {
    const char *values[VARIABLES];
};

/*
 * Looked for in the process's present environment, where nothing was kept before. Never freed. NULL where there is no
 * memory for it now: the next call looks again.
 */
const struct environment *environment_at_start(void);

/* One of them, and NULL also where nothing was looked for yet. Async-signal-safe. */
const char *environment_kept(enum variable variable);

/*
 * Keeps what counts of `environment`, which is as execve(2) has it, without calling any function unless a variable is
 * set: most processes have none and no TLS. To import `environ` would cost a look-up in each of them.
 */
void environment_keep(char *const *environment);

#endif
