/*
 * The subcommand `trust`. Called with argv[0] the subcommand's name; returns an exit status.
 */
#ifndef TLSWARD_TRUST_COMMAND_H
#define TLSWARD_TRUST_COMMAND_H

int trust_main(int argc, char **argv);

#endif
