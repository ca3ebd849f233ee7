"""The loopback interface of a network namespace of our own, where it is down at first."""

import fcntl
import socket
import struct

SIOCSIFFLAGS = 0x8914  # netdevice(7)
IFF_UP = 1


def bring_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
