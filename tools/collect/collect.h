/*
 * The subcommand `collect`: keeps the events of one host's programs, which arrive as datagrams at a local socket.
 */
#ifndef TLSWARD_COLLECT_H
#define TLSWARD_COLLECT_H

/* Returns the exit status. */
int collect_main(int argc, char **argv);

#endif
