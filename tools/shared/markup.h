/* Text inside XML or HTML, where five characters mean something else. */
#ifndef TLSWARD_MARKUP_H
#define TLSWARD_MARKUP_H

#include <stdio.h>

/* Prints it as character data or within an attribute's quotation marks; what XML cannot hold is the caller's to clean.
 */
void markup_print(FILE *out, const char *text);

#endif
