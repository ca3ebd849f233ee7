/*
 * The subcommand `report`: who speaks TLS to whom, what was verified, and what enforcement would do. Called with
 * argv[0] the subcommand's name; returns an exit status.
 */
#ifndef TLSWARD_REPORT_COMMAND_H
#define TLSWARD_REPORT_COMMAND_H

int report_main(int argc, char **argv);

#endif
