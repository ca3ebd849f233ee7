#include "report/weakness.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ML-KEM with a classic group beside it has both names in one (draft-ietf-tls-ecdhe-mlkem). */
enum post_quantum post_quantum_of(const char *group)
{
    if (*group == '\0')
        return POST_QUANTUM_UNKNOWN;
    if (strncasecmp(group, "MLKEM", 5) == 0)
        return POST_QUANTUM_PURE;
    bool hybrid = strcasestr(group, "MLKEM") != NULL || strcasestr(group, "Kyber") != NULL;
    return hybrid ? POST_QUANTUM_HYBRID : POST_QUANTUM_NONE;
}

const char *post_quantum_text(enum post_quantum state)
{
    static const char *const texts[] = {"unknown", "none", "hybrid", "pure"};
    return texts[state];
}

/* What security-level 2 refuses, SSL_CTX_set_security_level(3): 112 bits. */
const char *weak_key(const char *algorithm, const char *size)
{
    static __thread char text[48];
    unsigned long bits = strtoul(size, NULL, 10);
    bool is_rsa = strncasecmp(algorithm, "RSA", 3) == 0;
    bool is_curve = strcasecmp(algorithm, "EC") == 0 || strcasecmp(algorithm, "ECDSA") == 0;
    if (strcasecmp(algorithm, "DSA") == 0)
        return "weak-key-dsa";
    if (bits == 0 || !((is_rsa && bits < 2048) || (is_curve && bits < 224)))
        return NULL;
    snprintf(text, sizeof text, "weak-key-%s-%lu", is_rsa ? "rsa" : "ec", bits);
    return text;
}

const char *weak_signature(const char *algorithm)
{
    if (strcasestr(algorithm, "MD5") != NULL)
        return "md5-signature";
    return strcasestr(algorithm, "SHA1") != NULL ? "sha1-signature" : NULL;
}

const char *weak_protocol(const char *version)
{
    if (strcmp(version, "1.0") == 0)
        return "tls-1.0";
    if (strcmp(version, "1.1") == 0)
        return "tls-1.1";
    return *version == '3' || *version == '2' ? "ssl-3" : NULL;
}

const char *weak_cipher(const char *cipher)
{
    if (strstr(cipher, "NULL") != NULL)
        return "null-cipher";
    if (strstr(cipher, "RC4") != NULL)
        return "rc4";
    if (strstr(cipher, "DES-CBC3") != NULL || strstr(cipher, "3DES") != NULL)
        return "3des";
    bool ephemeral = strstr(cipher, "DHE") != NULL || strncmp(cipher, "TLS_", 4) == 0 ||
                     strstr(cipher, "ADH") != NULL || strstr(cipher, "AECDH") != NULL;
    return *cipher != '\0' && !ephemeral ? "no-forward-secrecy" : NULL;
}
