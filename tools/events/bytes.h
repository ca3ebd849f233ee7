/*
 * The bytes of an open file, whether it is compressed or not: gzip (RFC 1952) by zlib, Zstandard (RFC 8878) by libzstd.
 * Which it is its first bytes say, and not its name.
 */
#ifndef TLSWARD_BYTES_H
#define TLSWARD_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct bytes;

/* Takes the descriptor over. Never fails: what is wrong with the file, bytes_read() says. */
struct bytes *bytes_open(int fd);

/*
 * As read(2): how many, 0 at the end, -1 with bytes_problem(). What is not compressed may go on after its end. A
 * compressed file that ends too early gives all it has, and then -1.
 */
ssize_t bytes_read(struct bytes *bytes, char *buffer, size_t size);

/* What is wrong, for people; lives as long as the bytes do. */
const char *bytes_problem(const struct bytes *bytes);

/* How many were taken from the file itself. */
uint64_t bytes_taken(const struct bytes *bytes);

int bytes_descriptor(const struct bytes *bytes);

/* Closes the descriptor, too. */
void bytes_close(struct bytes *bytes);

#endif
