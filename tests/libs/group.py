"""The table of escapes on every libssl.

A row is named library/escape. A library is `system`, one that fetch knows, or a directory with a built one. What
cannot be had is skipped, visibly.
"""

import contextlib
import functools
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[1:1] = [str(TESTS / part) for part in ("clients", "corpus")]

import certificates  # noqa: E402 (found through the paths above)
import namespace  # noqa: E402
from cases import NAME  # noqa: E402
from runner import Claims, Row, Unavailable  # noqa: E402
from servers import PORTS, Server  # noqa: E402

import core  # noqa: E402
import libraries  # noqa: E402
from run import NEEDS_THE_SAME_LIBRARY, Bench, run_row  # noqa: E402
from table import ROWS  # noqa: E402

FUTURE = ("20480101000000Z", "20491231235959Z")
NEW_RSA_KEY = ["-newkey", "rsa:2048", "-nodes"]
FETCHED = ("1.1.1", "3.5", "3.6", "4.0")
CORE_SECONDS = 5  # about how long the row of the corpus takes


class TestServer(Server):
    """tests/libs/server.c in one of its kinds."""

    ready_line = "ready"
    end_of_connection = "closed"

    def __init__(self, program, kind, certificates_directory, certificate, directory):
        super().__init__(certificates_directory, certificate, directory)
        self.program = program
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


class Benches:
    """Of each library one, made when the first row asks for it; what went wrong then, goes wrong for every row."""

    def __init__(self, options, directory):
        self.directory = directory
        self.fetched = options.fetched.resolve()
        self.corpus = options.corpus.resolve()
        self.build = options.build.resolve()
        self.trust = certificates.make_all(directory / "certificates")
        issue_further(directory / "certificates")
        build(libraries.system(), objects_of(options.server_build or options.build), directory / "programs")
        system = libraries.system()
        self.server = [*system.start(system.environment(directory / "link")), directory / "programs" / "server"]
        self.benches = {}
        self.lock = threading.Lock()

    def get(self, name):
        with self.lock:
            made = self.benches.setdefault(name, functools.cache(functools.partial(self.attempt, name)))
        bench, failure = made()
        if failure:
            raise failure
        return bench

    def attempt(self, name):
        try:
            return self.make(name), None
        except subprocess.CalledProcessError as failure:
            return None, Unavailable(str(failure))
        except Unavailable as failure:
            return None, failure

    def make(self, name):
        library = find(name, self.fetched)
        directory = self.directory / label(name)
        programs = directory / "programs"
        build(library, objects_of(self.build), programs)
        environment = library.environment(directory / "link")

        def make_server(kind, certificate, where):
            program = self.server
            if kind in NEEDS_THE_SAME_LIBRARY:
                program = [*library.start(environment), programs / "server"]
            return TestServer(program, kind, self.trust.parent.parent, certificate, where)

        return Bench(library, self.build / "libtlsward.so", programs, environment, self.trust,
                     Fleet(make_server, directory), directory)

    def stop(self):
        for made in self.benches.values():
            bench, _ = made()
            if bench:
                bench.fleet.stop()


def objects_of(build_directory):
    return build_directory.resolve() / "test-libs"


def label(name):
    return Path(name).name


def make_forger(directory):
    """An authority with the known one's name, whose certificates do not tell that their issuer's key is another."""
    directory.parent.mkdir()
    certificates.make_authority(directory)
    config = directory / "config"
    config.write_text(config.read_text().replace("authorityKeyIdentifier = keyid", "authorityKeyIdentifier = none"))


def issue_chains(directory):
    """Leaves that are sent with their intermediate."""
    good = certificates.ISSUED["good"]
    for authority, issuer, validity in (("middle", "known", certificates.VALID), ("past-middle", "known", certificates.PAST),
                                        ("stray", "unknown", certificates.VALID)):
        certificates.make_intermediate(directory / authority, issuer, validity)
        for name, begins in ((f"through-{authority}", certificates.VALID), (f"future-through-{authority}", FUTURE)):
            certificates.issue(directory, name, replace(good, authority=authority, validity=begins))
            leaf = directory / f"{name}.pem"
            leaf.write_text(leaf.read_text() + (directory / authority / "ca.pem").read_text())


def issue_further(directory):
    """Certificates that only this table needs."""
    issue_chains(directory)
    make_forger(directory / "forger" / "known")
    good, other, unknown_ca = (certificates.ISSUED[name] for name in ("good", "other", "unknown-ca"))
    expired = certificates.ISSUED["expired"]
    soon = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + 2))
    for name, issued, key in (("weak", good, ["-newkey", "rsa:1024", "-nodes"]), ("rsa", good, NEW_RSA_KEY),
                              ("rsa-other", other, NEW_RSA_KEY), ("rsa-unknown-ca", unknown_ca, NEW_RSA_KEY),
                              ("partial-wildcard", replace(good, alternative_name=f"DNS:www*.{NAME}"),
                               certificates.NEW_KEY),
                              ("other-but-subject", replace(other, common_name=NAME), certificates.NEW_KEY),
                              ("forged", replace(good, authority="forger/known"), certificates.NEW_KEY),
                              ("expired-other", replace(expired, alternative_name=other.alternative_name),
                               certificates.NEW_KEY),
                              ("expired-unknown-ca", replace(expired, authority="unknown"), certificates.NEW_KEY),
                              ("expired-forged", replace(expired, authority="forger/known"), certificates.NEW_KEY),
                              ("not-yet-valid", replace(good, validity=FUTURE), certificates.NEW_KEY),
                              ("just-expired", replace(good, validity=(certificates.VALID[0], soon)),
                               certificates.NEW_KEY)):
        certificates.issue(directory, name, issued, key)
    time.sleep(2)


enter = namespace.enter


def rows(options):
    """Those of one library one after the other: they share its servers' logs, its policy and its events."""
    for name in options.libs:
        claims = Claims(frozenset({label(name)}))
        for row in ROWS:
            yield Row(f"{label(name)}/{row.name}", lambda benches, name=name, row=row: run_row(benches.get(name), row),
                      claims=claims)
        yield Row(f"{label(name)}/{core.ROW}", lambda benches, name=name: core.problems(benches.corpus, benches.get(name)),
                  claims=claims, seconds=CORE_SECONDS)


@contextlib.contextmanager
def place(options, _):
    with namespace.workplace("tlsward-libs.") as directory:
        benches = Benches(options, directory)
        try:
            yield benches
        finally:
            benches.stop()
