/*
 * `tlsward scan`: what switches TLS verification off, and what the library does not cover.
 */
#ifndef TLSWARD_SCAN_H
#define TLSWARD_SCAN_H

int scan_main(int argc, char **argv);

#endif
