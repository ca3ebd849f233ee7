/*
 * `tlsward log`: recorded events as people read them.
 */
#ifndef TLSWARD_LOG_H
#define TLSWARD_LOG_H

/* argv[0] is "tlsward log". Returns the exit status. */
int log_main(int argc, char **argv);

#endif
