/*
 * The system's own trust store.
 */
#ifndef TLSWARD_SYSTEM_STORE_H
#define TLSWARD_SYSTEM_STORE_H

/* To be called before anchors are looked for: SSL_CERT_FILE and SSL_CERT_DIR count where the environment does. */
void system_store_believe_environment(void);

/*
 * Of the places that `trust = system` stands for here, those that exist and do not just stand in for another, as text:
 * "/etc/ssl/certs". NULL where there is none. The caller frees the result.
 */
char *system_store_location(void);

#endif
