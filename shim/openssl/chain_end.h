/*
 * Where the chain of a judgement leads, for its event.
 */
#ifndef TLSWARD_CHAIN_END_H
#define TLSWARD_CHAIN_END_H

#include "event/tls_family.h"
#include "openssl/judge.h"

/*
 * The trust anchor that the chain leads to, whatever else is wrong with it; to the program's own where those accept it.
 * libcrypto does not tell from which file the program has them.
 */
void chain_end_describe(const struct judgement *judgement, struct chain_text *text);

#endif
