/*
 * The facts of a handshake as one short line of text, which an event carries: decide() comes to the same verdict from
 * what is read back, so that another policy can be asked what it would have made of them.
 */
#ifndef TLSWARD_FACTS_TEXT_H
#define TLSWARD_FACTS_TEXT_H

#include "policy/policy.h"

/* Longer than any such text, with its terminator. */
#define FACTS_TEXT_MAX 1280

/*
 * Words with one blank between them: "auth=certificate src=sni demands-chain app=0 policy=20 name=62". A flag that is
 * set is a word; "app=", "policy=", "name=" and "rejected=" are the X.509 errors of what was checked, or of what the
 * program rejected. What is neither set nor known is left out. Nothing is lost. Returns the length.
 */
size_t facts_print(const struct facts *facts, char text[static FACTS_TEXT_MAX]);

/*
 * Reads such a text. Words that it does not know are passed over, so that one of a later version can be read. False
 * where no facts can be told from it: it lacks "auth" or "src", or one of the words it knows has no such value.
 */
bool facts_parse(const char *text, struct facts *facts);

#endif
