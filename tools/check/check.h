/*
 * The subcommand `check`. Called with argv[0] the subcommand's name; returns an exit status.
 */
#ifndef TLSWARD_CHECK_H
#define TLSWARD_CHECK_H

int check_main(int argc, char **argv);

#endif
