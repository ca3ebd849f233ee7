/*
 * The subcommand `draft`: rules that would let pass what fails today. Called with argv[0] the subcommand's name;
 * returns an exit status.
 */
#ifndef TLSWARD_DRAFT_H
#define TLSWARD_DRAFT_H

int draft_main(int argc, char **argv);

#endif
