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
 * What counts of the environment that environment_keep() was told of; where it was overwritten since, or nobody told,
 * of the process's present one. Copied when first asked for and never freed. NULL where there is no memory for it now:
 * the next call looks again.
 */
const struct environment *environment_at_start(void);

/* One of them, and NULL also where nothing was looked for yet. Async-signal-safe. */
const char *environment_kept(enum variable variable);

/* What an entry "NAME=value" gives the variable, NULL where it is another's. Calls no function. */
const char *environment_value(const char *entry, const char *name);

/*
 * Remembers where the environment is, which a constructor gets with the arguments as execve(2) has them. Most processes
 * have no TLS and pay for no more: nothing is copied, and no function is called that would have to be bound first. To
 * import `environ` would cost a look-up in each of them. Only where a variable of ours is set, all that counts is kept
 * at once.
 */
void environment_keep(int argument_count, char *const *arguments, char *const *environment);

#endif
