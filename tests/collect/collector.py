"""`tlsward collect` under test: started and ended in the ways a host has, and what is found in its files."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time

from patience import HANG_SECONDS
from rows import event

FIRST_DESCRIPTOR = 3  # sd_listen_fds(3)


def until(condition, what):
    deadline = time.monotonic() + HANG_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, f"never: {what() if callable(what) else what}"
        time.sleep(0.02)
    return value


def hand_over(descriptor):
    """In the child: dup2(2) changes nothing where it has that number already."""
    os.dup2(descriptor, FIRST_DESCRIPTOR)
    os.set_inheritable(FIRST_DESCRIPTOR, True)


class Collector:
    """In a directory of its own, with a socket of its own, which outlives it where it is handed over."""

    def __init__(self, place, row, *options, handed_over=False):
        self.place, self.options = place, options
        self.below = place.below(row)
        self.files = self.below / "files"
        self.files.mkdir()
        self.path = self.below / "socket"
        self.metrics_file = self.below / "metrics.prom"
        self.process = None
        self.socket = None
        if handed_over:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.socket.bind(str(self.path))

    def command(self, *more):
        listen = [] if self.socket else ["--listen", self.path]
        return [self.place.command, "collect", *listen, "--directory", self.files, "--metrics", self.metrics_file,
                *self.options, *more]

    def start(self):
        words = self.command()
        options = {"stderr": open(self.below / "errors", "ab")}
        if self.socket:
            words = ["sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', "sh", *words]
            number = self.socket.fileno()
            options |= {"close_fds": False, "preexec_fn": lambda: hand_over(number)}
        self.process = subprocess.Popen(list(map(str, words)), **options)
        options["stderr"].close()
        if not self.socket:
            until(self.listens, self.errors)
        return self

    def listens(self):
        assert self.process.poll() is None, self.errors()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
            probe.connect(str(self.path))
            return True
        return False

    def errors(self):
        return (self.below / "errors").read_text()

    def end(self, with_signal=signal.SIGTERM):
        """Its exit status."""
        self.process.send_signal(with_signal)
        return self.process.wait(HANG_SECONDS)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.socket:
            self.socket.close()

    def connect(self):
        sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sender.connect(str(self.path))
        return sender

    def send(self, *datagrams):
        """Each waits for room in the kernel, which the library does not."""
        with self.connect() as sender:
            for datagram in datagrams:
                sender.send(datagram)

    def kept(self):
        """All that can be read now, in order."""
        done = subprocess.run([self.place.command, "log", "--json", self.files], capture_output=True, timeout=HANG_SECONDS, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return [json.loads(line) for line in done.stdout.splitlines()]

    def numbers(self):
        """Of the events that programs sent, by their ids."""
        return sorted(int(item["event.id"][:8], 16) for item in self.kept() if item["event.action"] != "tlsward-notice")

    def notices(self):
        return [item for item in self.kept() if item["event.action"] == "tlsward-notice"]

    def dropped(self):
        return sum(item.get("tlsward.dropped", 0) for item in self.notices())

    def wait_for(self, *numbers):
        until(lambda: self.numbers() == sorted(numbers), lambda: f"{sorted(numbers)[:10]}, but {self.numbers()[:10]}")

    def metrics(self):
        lines = [line.rpartition(" ") for line in self.metrics_file.read_text().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines}


def made(number, **members):
    """An event of any number, at one time."""
    return event(1, **members).replace(b'"event.id":"00000001', b'"event.id":"%08x' % number)


def numbered(first, last):
    return [made(number) for number in range(first, last + 1)]
