/*
 * The subcommand `pin`. Called with argv[0] the subcommand's name; returns an exit status.
 */
#ifndef TLSWARD_PIN_H
#define TLSWARD_PIN_H

int pin_main(int argc, char **argv);

#endif
