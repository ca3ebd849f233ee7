"""The process of one group, seen from the queue; place.py is what happens in it."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from runner.row import NEVER_ENDS_SECONDS

RUNNER = Path(__file__).resolve().parent
LOG_BYTES = 3000
OF_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "B", "ROW")  # a row's own make is not told of ours
ENDS_SECONDS = 20  # once it has been asked to


def arguments(options):
    """What the options were, for a process that is to read them again."""
    names = vars(options).keys() - {"groups", "row", "list", "place", "junit"}
    for name in sorted(names):
        value = getattr(options, name)
        if value is not None:
            yield f"--{name.replace('_', '-')}={','.join(value) if isinstance(value, list) else value}"
    if options.list:
        yield "--list"


class Process:
    def __init__(self, group, options):
        orders, self.orders = os.pipe()
        self.answers, answers = os.pipe()
        self.output = tempfile.TemporaryFile()
        command = [sys.executable, "-B", RUNNER, *arguments(options), "--place", str(orders), str(answers), "--", group]
        environment = {name: value for name, value in os.environ.items() if name not in OF_MAKE}
        # In a session of its own, so that all that it starts can be ended with it.
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output,
                                        pass_fds=(orders, answers), start_new_session=True, env=environment)
        os.close(orders)
        os.close(answers)
        self.unread = b""

    def fileno(self):
        return self.answers

    def order(self, **order):
        with contextlib.suppress(BrokenPipeError):  # its end is seen by the missing answers
            os.write(self.orders, json.dumps(order).encode() + b"\n")

    def read(self):
        """What it has told by now; None once there is nothing more to come."""
        found = os.read(self.answers, 1 << 16)
        *lines, self.unread = (self.unread + found).split(b"\n")
        return [json.loads(line) for line in lines] if found else None

    def answer(self):
        """The first answer, or None where it ends without one."""
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            while selector.select(NEVER_ENDS_SECONDS):
                answers = self.read()
                if answers is None:
                    return None
                if answers:
                    return answers[0]
        return None

    def close(self):
        """No more orders: it ends when it has done those it has."""
        if self.orders is not None:
            os.close(self.orders)
            self.orders = None

    def status(self):
        """How it ended, when it did."""
        self.process.wait()
        return self.process.returncode

    def log(self):
        """The end of what it and its rows wrote to its standard output and error output."""
        size = self.output.seek(0, os.SEEK_END)
        self.output.seek(max(0, size - LOG_BYTES))
        return self.output.read().decode(errors="replace")

    def signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def ask_to_end(self):
        """Whatever it is doing: it may put away what it has made."""
        self.close()
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)

    def end(self):
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(ENDS_SECONDS)
        self.kill()

    def kill(self):
        self.close()
        self.signal(signal.SIGKILL)
        self.process.wait()
        if self.answers is not None:
            os.close(self.answers)
            self.answers = None
