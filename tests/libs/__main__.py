"""The table of escapes on every libssl: python3 -B tests/libs [--libs NAME,...] [--row PATTERN].

A row is named library/escape. A library is `system`, one that fetch knows, or a directory with a built one. What
cannot be had is skipped, visibly.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent / part) for part in ("clients", "corpus", "")]

import certificates  # noqa: E402 (found through the paths above)
import namespace  # noqa: E402
from cases import NAME  # noqa: E402
from options import new_parser, parse  # noqa: E402
from servers import PORTS, Server  # noqa: E402
from tally import Tally, Unavailable, is_wanted  # noqa: E402

import core  # noqa: E402
import libraries  # noqa: E402
from run import NEEDS_THE_SAME_LIBRARY, Bench, run_row  # noqa: E402
from table import ROWS  # noqa: E402

WORKERS = 2
NEW_RSA_KEY = ["-newkey", "rsa:2048", "-nodes"]
FETCHED = ("1.1.1", "3.5", "3.6", "4.0")


class TestServer(Server):
    """tests/libs/server.c in one of its kinds."""

    ready_line = "ready"
    end_of_connection = "closed"

    def __init__(self, program, environment, kind, certificates_directory, certificate, directory):
        super().__init__(certificates_directory, certificate, directory)
        # As arguments of env(1), because what starts the server needs the system's own libraries.
        self.program = ["env", *(f"{name}={value}" for name, value in environment.items()), program]
        self.kind = kind
        self.other = [certificates_directory / f"other.{end}" for end in ("pem", "key")]
        self.second_port = next(PORTS)

    def command(self):
        return [*self.program, self.port, self.certificate, self.key, self.kind, *self.other, self.second_port]


class Fleet:
    """The servers of one library, each started when the first row asks for it."""

    def __init__(self, make, directory):
        self.make = make
        self.directory = directory
        self.servers = {}

    def get(self, kind, certificate):
        key = (kind, certificate)
        if key not in self.servers:
            self.servers[key] = self.make(kind, certificate, self.directory / f"{kind}-{certificate}")
        self.servers[key].ensure_started()
        return self.servers[key]

    def stop(self):
        for server in self.servers.values():
            server.stop()


def find(name, fetched):
    if name == "system":
        return libraries.system()
    if name in FETCHED:
        return libraries.unpacked(name, fetched / name)
    if name in libraries.FOREIGN:
        return libraries.foreign(name, fetched / name)
    return libraries.given(name)


def build(library, objects, directory):
    directory.mkdir(parents=True)
    common = [objects / "drivers" / "driver.o", objects / "client" / "library_init.o"]
    for source in sorted((objects / "drivers").glob("drive_*.o")):
        way = source.stem.removeprefix("drive_").replace("_", "-")
        libraries.link(library, [source, *common], objects, directory / f"driver-{way}")
    for program in ("client", "server"):
        libraries.link(library, sorted((objects / program).glob("*.o")), objects, directory / program)


def make_bench(arguments, library, directory, trust, system_server):
    objects = arguments.objects.resolve()
    build(library, objects, directory / "programs")
    environment = library.environment(directory / "link")

    def make(kind, certificate, where):
        program, its_environment = system_server
        if kind in NEEDS_THE_SAME_LIBRARY:
            program, its_environment = directory / "programs" / "server", environment
        return TestServer(program, its_environment, kind, trust.parent.parent, certificate, where)

    return Bench(library, arguments.library.resolve(), directory / "programs", environment, trust,
                 Fleet(make, directory), directory)


def run_library(tally, arguments, name, directory, trust, system_server):
    label = Path(name).name
    rows = [row for row in ROWS if is_wanted(f"{label}/{row.name}", arguments.row)]
    bench = None
    try:
        with tally.watching(label):
            library = find(name, arguments.fetched.resolve())
            bench = make_bench(arguments, library, directory / label, trust, system_server)
        for row in rows:
            tally.attempt(f"{label}/{row.name}", lambda row=row: "\n".join(run_row(bench, row)))
        if is_wanted(f"{label}/{core.ROW}", arguments.row):
            tally.attempt(f"{label}/{core.ROW}", lambda: core.problems(arguments.corpus.resolve(), bench))
    except (Unavailable, subprocess.CalledProcessError) as reason:
        tally.add("skip", label, str(reason))
    finally:
        if bench:
            bench.fleet.stop()


def make_forger(directory):
    """An authority with the known one's name, whose certificates do not tell that their issuer's key is another."""
    directory.parent.mkdir()
    certificates.make_authority(directory)
    config = directory / "config"
    config.write_text(config.read_text().replace("authorityKeyIdentifier = keyid", "authorityKeyIdentifier = none"))


def issue_further(directory):
    """Certificates that only this table needs."""
    make_forger(directory / "forger" / "known")
    good, other, unknown_ca = (certificates.ISSUED[name] for name in ("good", "other", "unknown-ca"))
    soon = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + 2))
    for name, issued, key in (("weak", good, ["-newkey", "rsa:1024", "-nodes"]), ("rsa", good, NEW_RSA_KEY),
                              ("rsa-other", other, NEW_RSA_KEY), ("rsa-unknown-ca", unknown_ca, NEW_RSA_KEY),
                              ("partial-wildcard", replace(good, alternative_name=f"DNS:www*.{NAME}"),
                               certificates.NEW_KEY),
                              ("other-but-subject", replace(other, common_name=NAME), certificates.NEW_KEY),
                              ("forged", replace(good, authority="forger/known"), certificates.NEW_KEY),
                              ("just-expired", replace(good, validity=(certificates.VALID[0], soon)),
                               certificates.NEW_KEY)):
        certificates.issue(directory, name, issued, key)
    time.sleep(2)


def run_all(arguments, directory):
    trust = certificates.make_all(directory / "certificates")
    issue_further(directory / "certificates")
    build(libraries.system(), (arguments.server_objects or arguments.objects).resolve(), directory / "programs")
    system_server = (directory / "programs" / "server", libraries.system().environment(directory / "link"))
    tally = Tally()
    with ThreadPoolExecutor(WORKERS) as pool:
        for name in arguments.libs:
            pool.submit(run_library, tally, arguments, name, directory, trust, system_server)
    return tally.close()


def main():
    parser = new_parser(__doc__, library="build/libtlsward.so", objects="build/test-libs", fetched="build/libs",
                        corpus="../shared/corpus")
    parser.add_argument("--libs", default="system," + ",".join(FETCHED), type=lambda text: text.split(","))
    parser.add_argument("--server-objects", type=Path, help="where --objects are of another architecture")
    arguments = parse(parser, (*(row.name for row in ROWS), core.ROW))
    if namespace.MARK not in os.environ:  # inside there is no network
        wanted = set(arguments.libs) & {*FETCHED, *libraries.FOREIGN}
        subprocess.run([HERE / "fetch", arguments.fetched, *wanted], check=True)
    namespace.enter()
    with tempfile.TemporaryDirectory(prefix="tlsward-libs.") as directory:
        Path(directory).chmod(0o755)
        with namespace.furnished(Path(directory)):
            return run_all(arguments, Path(directory))


if __name__ == "__main__":
    sys.exit(main())
