/*
 * By which other names a server could be reached, where its certificate is not for the one that is expected.
 */
#ifndef TLSWARD_LEAF_NAMES_H
#define TLSWARD_LEAF_NAMES_H

#include "event/tls_family.h"
#include "openssl/judge.h"

/* Fills `usable` and `common_name_fits`. Does nothing where the name is not what is wrong. */
void leaf_names_describe(const struct judgement *judgement, struct certificate_text *text);

#endif
