/* What an errno means, in English: strerror(3) asks the program's locale, with its lock. */
#ifndef TLSWARD_ERROR_TEXT_H
#define TLSWARD_ERROR_TEXT_H

/* Of the errors that files cause; for any other a word that says no more than that there was one. */
const char *error_text(int error);

#endif
