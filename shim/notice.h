/*
 * Notices about the process itself, said where the policy says that events go.
 */
#ifndef TLSWARD_NOTICE_H
#define TLSWARD_NOTICE_H

/* Something in this process is out of reach. Nothing is said where tlsward is off in the process. Keeps errno. */
void notice_not_covered(const char *message);

#endif
