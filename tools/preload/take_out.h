/*
 * The way back: no program that starts from now on has the library, whatever else is broken.
 */
#ifndef TLSWARD_TAKE_OUT_H
#define TLSWARD_TAKE_OUT_H

#include <stdbool.h>

/*
 * Takes our entries out of /etc/ld.so.preload; where it cannot be written, makes the file of the kill switch, so that
 * the library stands down. Says on standard output what was done, and on standard error, after `program`, what could
 * not be; `quietly` says nothing where there was nothing to do. False where the entries are still there.
 */
bool take_out(const char *program, bool quietly);

#endif
