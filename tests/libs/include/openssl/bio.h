/* Everything is declared in one place. */
#include <openssl/ssl.h>
