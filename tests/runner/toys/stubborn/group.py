"""A group with a server, and with a row that goes on whatever ends beside it."""

import contextlib
import os
import subprocess
from pathlib import Path

from runner import Row


def goes_on(directory):
    while True:
        with subprocess.Popen(["sleep", "1000"]):
            (directory / "row").touch()


def rows(_):
    yield Row("stubborn", goes_on)


@contextlib.contextmanager
def place(_, __):
    directory = Path(os.environ["TOY_DIRECTORY"])
    with subprocess.Popen(["sleep", "1000"]) as server:
        try:
            yield directory
        finally:
            server.terminate()
            (directory / "put-away").touch()
