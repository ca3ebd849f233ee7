"""Runs small TLS programs under the preloaded library and compares what they and the library say.

A row names a program, a policy and what must be seen: "key=value" lines of the program, members of events.
Every row asserts that the library was active: an event was written, unless the row says otherwise.
"""
import contextlib
import dataclasses
import functools
import pathlib
import subprocess
import tempfile

import rows as table
import runner
from run import Setting, run_row

# About how many, of what takes longer than others.
SECONDS = {'first use:': 3, **dict.fromkeys(['container:', 'shortage:', 'stderr:', 'system:', 'unread:', 'variables:'], 2)}


@dataclasses.dataclass(frozen=True)
class Place:
    build: pathlib.Path
    runtime: str  # a sanitizer's
    starts: int
    pki: pathlib.Path


def try_row(row, place):
    with tempfile.TemporaryDirectory(prefix='tlsward-') as directory:
        run_row(row, Setting(place.build, place.runtime, place.pki, pathlib.Path(directory), place.starts))


def rows(_):
    for row in table.all_rows():
        seconds = next((seconds for begin, seconds in SECONDS.items() if row.name.startswith(begin)), 0.2)
        yield runner.Row(row.name, functools.partial(try_row, row), seconds=seconds)


@contextlib.contextmanager
def place(options, _):
    build = options.build.resolve()
    with tempfile.TemporaryDirectory(prefix='tlsward-pki-') as pki:
        subprocess.run([build / 'behaviour' / 'make_pki', pki], check=True)
        yield Place(build, options.runtime, options.starts, pathlib.Path(pki))
