"""`tlsward scan` on real files, processes and programs, and the spellings that it knows on the programs they are for."""

import contextlib
import itertools
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE), str(HERE.parent / "clients"), str(HERE.parent)]

import coverage  # noqa: E402
import files  # noqa: E402
import forms  # noqa: E402
import observed  # noqa: E402
import processes  # noqa: E402
import tried  # noqa: E402
from server import untrusted_server  # noqa: E402


@dataclass
class Fixture:
    build: Path
    directory: Path
    server: object
    numbers: itertools.count = field(default_factory=itertools.count)

    @property
    def command(self):
        return self.build / "tlsward"

    def fresh(self):
        """A directory of its own."""
        place = self.directory / f"place{next(self.numbers)}"
        place.mkdir()
        return place

    def tree(self, contents):
        """A fresh directory with these files, bytes or texts, by their names."""
        place = self.fresh()
        for name, content in contents.items():
            file = os.path.join(os.fsencode(place), name if isinstance(name, bytes) else name.encode())
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "wb") as output:
                output.write(content if isinstance(content, bytes) else content.encode())
        return place


def rows(_):
    for module in (files, forms, observed, processes, coverage, tried):
        yield from module.rows()


@contextlib.contextmanager
def place(options, _):
    directory = Path(tempfile.mkdtemp(prefix="tlsward-scan."))
    directory.chmod(0o755)
    try:
        with untrusted_server(directory) as server:
            yield Fixture(options.build.resolve(), directory, server)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
