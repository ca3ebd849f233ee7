"""The packages: installed, upgraded and removed on hosts that are thrown away, and what they are themselves."""

import contextlib
import functools
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent / "clients"), str(HERE.parent)]

import built_rows  # noqa: E402
import certificates  # noqa: E402
import deb_rows  # noqa: E402
import namespace  # noqa: E402
import rpm_rows  # noqa: E402
import suite_rows  # noqa: E402
from runner import Row, needs  # noqa: E402
from servers import Fleet  # noqa: E402

ROWS = {**deb_rows.ROWS, **rpm_rows.ROWS, **suite_rows.ROWS, **built_rows.ROWS}
SECONDS = {"deb/reproducible": 90}  # about how many, of what compiles


class Place:
    def __init__(self, build, directory):
        self.build, self.directory = build, directory
        certificates.make_all(directory / "certificates")
        self.fleet = Fleet(directory / "certificates", directory)
        self.server = self.fleet.get("https", "self-signed")


def rows(_):
    for name, run in ROWS.items():
        yield Row(name, functools.partial(run, name), needs=(needs.root,), seconds=SECONDS.get(name, 6))


@contextlib.contextmanager
def place(options, _):
    with namespace.workplace("tlsward-packages.") as directory:
        place = Place(options.build.resolve(), directory)
        try:
            yield place
        finally:
            place.fleet.stop()


enter = namespace.enter
