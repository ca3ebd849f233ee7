/*
 * The socket that events arrive at.
 */
#ifndef TLSWARD_COLLECT_SOCKET_H
#define TLSWARD_COLLECT_SOCKET_H

/*
 * A local datagram socket that tells who sent what (SO_PASSCRED): the one that systemd(1) hands over, or, where `path`
 * is no NULL, a new one there with mode 0666, which takes the place of a socket that nobody listens at. -1 where there
 * is none, which was said on standard error.
 */
int collect_socket(const char *path);

#endif
