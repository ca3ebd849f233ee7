/*
 * The subcommand `replay`: what another policy would have made of the handshakes that events tell of. Called with
 * argv[0] the subcommand's name; returns an exit status.
 */
#ifndef TLSWARD_REPLAY_H
#define TLSWARD_REPLAY_H

int replay_main(int argc, char **argv);

#endif
