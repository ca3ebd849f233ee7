/* What is weak in a certificate, a protocol or a key exchange, in stable words. */
#ifndef TLSWARD_WEAKNESS_H
#define TLSWARD_WEAKNESS_H

/* Whether somebody who records today can read with a quantum computer (CRQC) later. */
enum post_quantum { POST_QUANTUM_UNKNOWN, POST_QUANTUM_NONE, POST_QUANTUM_HYBRID, POST_QUANTUM_PURE };

/* By the IANA name of the group that was negotiated; "" for none. */
enum post_quantum post_quantum_of(const char *group);
const char *post_quantum_text(enum post_quantum state);

/*
 * "weak-key-rsa-1024", "weak-key-ec-160", "weak-key-dsa"; NULL for none. `algorithm` and `size`, in bits, as events
 * have them.
 */
const char *weak_key(const char *algorithm, const char *size);

/* "sha1-signature", "md5-signature"; NULL. */
const char *weak_signature(const char *algorithm);

/* "tls-1.0", "tls-1.1", "ssl-3"; NULL (RFC 8996, RFC 7568). */
const char *weak_protocol(const char *version);

/* "no-forward-secrecy", "null-cipher", "rc4", "3des"; NULL. `cipher` as OpenSSL names it. */
const char *weak_cipher(const char *cipher);

#endif
