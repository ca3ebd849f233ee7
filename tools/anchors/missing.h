/*
 * Authorities that somebody wanted to be trusted here and that are not in force for a program, and why.
 */
#ifndef TLSWARD_MISSING_H
#define TLSWARD_MISSING_H

#include "anchors/trust_view.h"

/* `local`: the certificates in the directory of what this host adds. The anchors in force are in the view already. */
void missing_find(struct trust_view *view, const struct anchor_uses *uses, const struct anchors *local);

#endif
