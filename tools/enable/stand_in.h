/*
 * A shared object that does nothing, for programs of an architecture that there is no library for: without any, ld.so
 * would complain at the start of each of them.
 */
#ifndef TLSWARD_STAND_IN_H
#define TLSWARD_STAND_IN_H

/* Writes one for programs that this loader runs, readable by everybody. 0 or the error of errno(3). */
int stand_in_write(const char *path, const char *loader);

#endif
