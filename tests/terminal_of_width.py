"""What a program prints where its standard output is a terminal so wide."""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import termios

from patience import HANG_SECONDS


def open_terminal(columns):
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    return master, slave


ENVIRONMENT = {"PATH": "/usr/bin:/bin", "TERM": "xterm", "TZ": "UTC"}


def on_terminal(columns, *command, **variables):
    """All of it, of a program that succeeds and has nothing to say on standard error."""
    master, slave = open_terminal(columns)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.PIPE,
                               env=ENVIRONMENT | variables)
    os.close(slave)
    said = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while data := os.read(master, 1 << 16):
            said += data
    os.close(master)
    errors = process.communicate(timeout=HANG_SECONDS)[1]
    assert process.returncode == 0 and not errors, errors
    return said.decode().replace("\r\n", "\n")
