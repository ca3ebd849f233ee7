/*
 * Which processes enforce where a policy says enforce for a part of them alone: `enforce-percent`. Each host and
 * program has a number of its own that stays the same, so that a larger part holds all of the smaller one.
 */
#ifndef TLSWARD_ENFORCE_SHARE_H
#define TLSWARD_ENFORCE_SHARE_H

#include "policy/policy.h"

enum { SHARE_UNKNOWN = -1 };

/*
 * From 0 to 99: the FNV-1a hash of 64 bits of the host's name, a NUL and the path of the executable, whose bits are
 * then mixed as SplitMix64 does, modulo 100. SHARE_UNKNOWN where one of the two is not known.
 */
int enforce_share_number(const struct process_identity *process);

/*
 * Settings that enforce become those of an audit where the number is not below their percentage, and say on which side
 * the process is. What is not known is below any but 0.
 */
void enforce_share_choose(struct settings *settings, int number);

const char *enforce_side_text(enum enforce_side side);

#endif
