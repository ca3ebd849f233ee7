/*
 * What a person can do about the verdict of a program's handshake.
 */
#ifndef TLSWARD_HANDSHAKE_ADVICE_H
#define TLSWARD_HANDSHAKE_ADVICE_H

#include "event/advice.h"
#include "event/client_handshake.h"
#include "event/tls_family.h"

/* The most urgent of it in one sentence. False where there is nothing to do. errno may change. */
bool handshake_advice(const struct client_handshake *handshake, const struct handshake_text *described,
                      char text[static ADVICE_TEXT_MAX]);

#endif
