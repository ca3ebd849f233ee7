/* tlsward enable and tlsward disable. */
#ifndef TLSWARD_ENABLE_H
#define TLSWARD_ENABLE_H

int enable_main(int argc, char **argv);
int disable_main(int argc, char **argv);

#endif
