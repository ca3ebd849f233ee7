"""What it says on its command line, and where it cannot work."""

import functools
import socket
import subprocess

from collector import Collector
from patience import HANG_SECONDS
from rows import event

USAGE = {
    "help": (["--help"], 0, "Usage: tlsward collect"),
    "an-operand": (["x"], 2, "x: there are no operands"),
    "an-unknown-option": (["--frobnicate"], 2, "frobnicate"),
    "a-size-that-is-none": (["--rotate-size", "12X"], 2, "--rotate-size 12X: no size as 500K, 64M or 2G"),
    "a-size-of-nothing": (["--keep-size", "0"], 2, "--keep-size 0: no size"),
    "a-size-beyond-all": (["--keep-size", "99999999999G"], 2, "no size"),
    "a-time-without-a-unit": (["--keep-age", "12"], 2, "--keep-age 12: no time as 90s, 30m, 12h or 7d"),
    "no-directory": (["--directory", "{t}/missing"], 1, "/missing: No such file or directory"),
    "no-socket": (["--directory", "{t}"], 1, "systemd hands over none"),
    "a-socket-below-a-file": (["--directory", "{t}", "--listen", "/dev/null/s"], 1, "/dev/null/s: Not a directory"),
    "a-socket-that-is-a-file": (["--directory", "{t}", "--listen", "{t}/file"], 1, "somebody listens there, or it is no socket"),
}


def said(name, place):
    arguments, status, words = USAGE[name]
    directory = place.below(f"usage-{name}")
    (directory / "file").write_text("mine")
    done = subprocess.run([place.command, "collect", *(argument.replace("{t}", str(directory)) for argument in arguments)],
                          capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
    assert done.returncode == status and words in done.stdout + done.stderr, done
    assert (directory / "file").read_text() == "mine"


def second(place):
    """In the same directory, or at the same socket; the first one goes on."""
    with Collector(place, "second") as first:
        other = place.below("second-other")
        for directory, path, words in ((first.files, other / "s", "another collector works there"),
                                       (other, first.path, "somebody listens there")):
            done = subprocess.run([place.command, "collect", "--directory", directory, "--listen", path],
                                  capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
            assert done.returncode == 1 and words in done.stderr, done
        first.send(event(1))
        first.wait_for(1)


def left_socket(place):
    """Of a collector that was killed."""
    with Collector(place, "left") as collector:
        collector.process.kill()
        collector.process.wait()
        assert collector.path.is_socket()
        collector.start()
        collector.send(event(1))
        collector.wait_for(1)


def stream_handed_over(place):
    collector = Collector(place, "stream", handed_over=True)
    collector.socket.close()
    collector.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with collector:
        assert collector.process.wait(HANG_SECONDS) == 1 and "is no local datagram socket" in collector.errors(), collector.errors()


ROWS = [
    *((f"usage/{name}", functools.partial(said, name)) for name in USAGE),
    ("usage/a-second-collector-is-refused", second),
    ("usage/a-socket-left-by-a-kill-is-replaced", left_socket),
    ("usage/a-stream-socket-is-refused", stream_handed_over),
]
