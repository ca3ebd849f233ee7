/*
 * A directory of trust anchors. With links named after subject hashes (openssl-rehash(1): "5ed36f99.0") the file
 * that is asked for is read when it is asked for, and kept: a look-up after a chroot finds it again. Without such
 * links every *.pem, *.crt and *.cer file is read at once: OpenSSL would trust nothing there, which nobody means
 * who names such a directory.
 */
#ifndef TLSWARD_ANCHOR_DIRECTORY_H
#define TLSWARD_ANCHOR_DIRECTORY_H

#include "trust/anchor_file.h"

struct anchor_directory;

/* The names of the files that are read: those of a hashed directory, and those of another. */
bool anchor_directory_is_hash_name(const char *name);
bool anchor_directory_is_certificate_name(const char *name);

/* True where at least one hash link leads to a certificate. */
bool anchor_directory_is_hashed(const char *path);

/*
 * Looks at the directory; with `only_hashed` other files are left alone. `previous` is the last look at the same
 * path, or NULL. Copies `path`. NULL for memory shortage or a directory that cannot be opened.
 */
struct anchor_directory *anchor_directory_new(const char *path, bool only_hashed,
                                              const struct anchor_directory *previous);

/* Only for a directory that nobody has searched and that shares no bundle with an earlier look. */
void anchor_directory_free(struct anchor_directory *directory);

/* True where a search may find something. */
bool anchor_directory_has_certificate(const struct anchor_directory *directory);

/* A file that was read is another one now. New and removed names show in the directory's own identity. */
bool anchor_directory_changed(const struct anchor_directory *directory);

/* From now on files are sought again that were not there. */
void anchor_directory_look_again(struct anchor_directory *directory);

/* Warns of files that cannot be used, unless `previous` (or NULL) had them too. */
void anchor_directory_warn(const struct anchor_directory *directory, const struct anchor_directory *previous,
                           trust_warning warn, void *arg);

/*
 * As bundle_search(); what was not there is not sought twice between two looks. SEARCH_UNREACHABLE also where no link
 * leads anywhere.
 */
enum search_result anchor_directory_search(struct anchor_directory *directory, const struct anchor_search *search);

/* Warns, once, that the directory cannot be searched any more. */
void anchor_directory_warn_unreachable(struct anchor_directory *directory, trust_warning warn, void *arg);

#endif
