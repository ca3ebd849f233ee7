/*
 * The policy's trust anchors. Bytes are read early (a daemon may chroot before its first handshake), and found again
 * by subject when a chain asks for them (anchor_search.h). A snapshot is immutable to its readers and is replaced,
 * never changed, when the files change; no lock is taken.
 */
#ifndef TLSWARD_TRUST_H
#define TLSWARD_TRUST_H

#include "trust/trust_source.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/*
 * Told about a certificate or file that cannot be read: which file, its position (1-based, 0: the file), why. Never
 * NULL. Everything is said once per snapshot; `why` lives for ever, `file` as long as the call.
 */
typedef void (*trust_warning)(void *arg, const char *file, unsigned position, const char *why);

struct trust;

/*
 * The snapshot for these sources: reads the files' bytes the first time, looks at most once a second whether
 * they changed, and decodes nothing. Equal lists of sources share a snapshot. What has been read stays in force
 * where its file vanishes, loses its certificates or is cut short, and after a chroot: to have everything before
 * that, ask for every list of a policy when the policy is loaded. NULL for memory shortage only.
 */
struct trust *trust_snapshot(const struct trust_source *sources, size_t count, trust_warning warn, void *arg);

/* The same at a given second of a clock that never goes back, starting at 1. */
struct trust *trust_snapshot_at(const struct trust_source *sources, size_t count, time_t now, trust_warning warn,
                                void *arg);

/* True where no source could be read or none holds a single certificate (indexes bundles if it has to). */
bool trust_is_empty(struct trust *trust, trust_warning warn, void *arg);

/*
 * SSL_CERT_FILE and SSL_CERT_DIR, where the environment may be believed; NULL for what is not set. Counts for the
 * snapshots asked for from then on; the strings live as long as the process. As in OpenSSL, each replaces its own
 * known place, and a place that does not exist holds nothing: a file with a directory that does not exist means
 * just that file.
 */
void trust_believe_environment(const char *cert_file, const char *cert_dir);

#endif
