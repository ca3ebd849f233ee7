"""A private network and mount namespace, so that the tests name and bind what they like on the machine they run on."""

import fcntl
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

from cases import ADDRESS, NAME, OTHER_NAME

MARK = "TLSWARD_TEST_NAMESPACE"
SIOCSIFFLAGS = 0x8914  # netdevice(7)
IFF_UP = 1


def enter():
    """Starts this program again inside the namespace; returns only there."""
    if MARK in os.environ:
        del os.environ[MARK]
        return
    os.environ[MARK] = "1"
    mapping = [] if os.geteuid() == 0 else ["--map-root-user"]
    os.execvp("unshare", ["unshare", *mapping, "--mount", "--net", sys.executable, "-B", *sys.argv])


def furnish(directory):
    """Brings the loopback interface up and lays a hosts file of our own over the machine's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    hosts = Path(directory) / "hosts"
    hosts.write_text(f"{ADDRESS} localhost\n{ADDRESS} {NAME}\n{ADDRESS} {OTHER_NAME}\n")
    subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)
