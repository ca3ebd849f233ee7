"""
NAME COMMAND...: runs the command in a network of its own, whose name server knows one name, with the address 127.0.0.1.
"""
import fcntl
import pathlib
import socket
import struct
import subprocess
import sys

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[2] / 'names'))

from resolver import NameServer  # noqa: E402 (found through the path above)

SIOCSIFFLAGS, IFF_UP = 0x8914, 1  # netdevice(7)

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack('16sh14x', b'lo', IFF_UP))
NameServer('127.0.0.53', {sys.argv[1]: 'canonical.test'}, '127.0.0.1').start()
sys.exit(subprocess.run(sys.argv[2:], check=False).returncode)
