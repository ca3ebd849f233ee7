/*
 * PEM as trust files carry it (RFC 7468): certificates between other text. Only finds and decodes bytes;
 * works on memory that need not be terminated, and never reads outside of it.
 */
#ifndef TLSWARD_PEM_H
#define TLSWARD_PEM_H

#include <stdbool.h>
#include <stddef.h>

struct pem_block {
    bool trust_settings; /* "TRUSTED CERTIFICATE": OpenSSL's X509_AUX follows the certificate */
    bool complete;       /* false: the text or the next "-----" line came before this block's END line */
    const char *body;    /* the lines between BEGIN and END, within the text */
    size_t length;
};

/*
 * Finds the next certificate block (labels "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE") from
 * *offset on and moves *offset behind it. False at the end of the text. As in OpenSSL, a BEGIN line starts in
 * the first column, and a byte-order mark before the first one does not matter.
 */
bool pem_next(const char *text, size_t length, size_t *offset, struct pem_block *block);

/*
 * Decodes base64 (RFC 4648 section 4, white space anywhere). Returns malloc'ed bytes and their number, or NULL
 * where the body is not base64 or memory is short.
 */
unsigned char *pem_decode(const char *body, size_t length, size_t *decoded);

#endif
