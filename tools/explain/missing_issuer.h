/*
 * Intermediates that a server leaves out, from where the certificates say that they are.
 */
#ifndef TLSWARD_MISSING_ISSUER_H
#define TLSWARD_MISSING_ISSUER_H

#include "explain/explanation.h"

/*
 * Where the chain breaks off for want of an issuer, fetches it by HTTP as RFC 5280 has it (section 4.2.2.1), at most
 * 100 KiB in 10 seconds each, and notes what the server should send and whether the chain is valid with it. The verdict
 * stays what it is: nothing that was fetched counts for it.
 */
void missing_issuer_note(struct explanation *explanation);

#endif
