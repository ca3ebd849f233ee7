"""From an audit to enforcement: report, draft, check and replay on what real programs did, and on events made for them."""

import contextlib
import functools
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent / "clients"), str(HERE.parent)]

import anchors  # noqa: E402
import certificates  # noqa: E402
import crafted  # noqa: E402
import namespace  # noqa: E402
import story  # noqa: E402
from cases import ADDRESS, NAME  # noqa: E402
from mounts import throw_away_layer  # noqa: E402
from runner import Claims, Row, Rows  # noqa: E402
from servers import Fleet  # noqa: E402

enter = namespace.enter


@dataclass(frozen=True)
class Setup:
    library: Path
    command: Path
    directory: Path
    trust: Path
    fleet: Fleet


def rows(_):
    yield Rows(tuple(f"story/{step.__name__}" for step in story.STEPS), story.run, Claims(frozenset({"/etc"})), 15)
    for name, check in (crafted.CHECKS | anchors.CHECKS).items():
        yield Row(name, functools.partial(crafted.run, check), claims=Claims(shares=frozenset({"/etc"})))


@contextlib.contextmanager
def place(options, _):
    with namespace.workplace("tlsward-audit.") as directory, throw_away_layer(Path("/etc"), directory / "etc"):
        shutil.rmtree("/etc/tlsward", ignore_errors=True)
        Path("/etc/hosts").unlink(missing_ok=True)
        Path("/etc/hosts").write_text(f"{ADDRESS} localhost\n{ADDRESS} {NAME}\n")
        (directory / "crafted").mkdir()
        trust = certificates.make_all(directory / "certificates")
        fleet = Fleet(directory / "certificates", directory)
        build = options.build.resolve()
        try:
            yield Setup(build / "libtlsward.so", build / "tlsward", directory, trust, fleet)
        finally:
            fleet.stop()
