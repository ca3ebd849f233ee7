/*
 * The subcommand `explain`. Called with argv[0] the subcommand's name; returns an exit status.
 */
#ifndef TLSWARD_EXPLAIN_H
#define TLSWARD_EXPLAIN_H

int explain_main(int argc, char **argv);

#endif
