/*
 * Where trust anchors come from, in the words of whoever asks for them.
 */
#ifndef TLSWARD_TRUST_SOURCE_H
#define TLSWARD_TRUST_SOURCE_H

/* The word "system" (path == NULL), or an absolute path of a file or a directory. */
struct trust_source {
    const char *path;
};

#endif
