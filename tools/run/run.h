/*
 * The subcommand `run`. Called with argv[0] the subcommand's name; returns an exit status.
 */
#ifndef TLSWARD_RUN_H
#define TLSWARD_RUN_H

int run_main(int argc, char **argv);

#endif
