/* tlsward status. */
#ifndef TLSWARD_STATUS_H
#define TLSWARD_STATUS_H

int status_main(int argc, char **argv);

#endif
