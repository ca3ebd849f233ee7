"""The library of the package in other suites of Debian, with their C library, their OpenSSL and their programs.

The oldest of them that a mirror still has is the oldest C library that it is run under.
"""

import subprocess

from deb_rows import BY_HAND, Debian
from root import PRELOAD, host_of
from servers import unprivileged

SUITES = {"bullseye": "2.31", "trixie": "2.41", "sid": "2."}
BLOCKED = 60  # curl: the peer's certificate cannot be authenticated
PYTHON = """
import ssl, sys, urllib.request
context = ssl._create_unverified_context()
try:
    print(urllib.request.urlopen(sys.argv[1], context=context).read().decode())
except Exception as error:
    print(error)
"""


class Suite(Debian):
    """With the library alone, in every program."""

    def __init__(self, host, place, libc):
        super().__init__(host, place)
        self.url = f"https://localhost:{place.server.port}/"
        assert f" {libc}" in self.do("ldd", "--version"), "another C library"
        place.server.ensure_started()
        self.install(self.package("libtlsward1"))
        self.write(PRELOAD, f"{BY_HAND}\n")
        assert self.covered()

    def curl(self):
        return self.run("curl", "-sSk", self.url)

    def events(self):
        return self.place("/tmp/events").read_text(encoding="utf-8")


def audits(suite):
    suite.write("/etc/tlsward/policy.conf", "[policy]\nmode = audit\nlog = file:/tmp/events\n")
    done = suite.curl()
    assert done.returncode == 0 and "data of the server" in done.stdout and not done.stderr, done
    assert "data of the server" in suite.do("python3", "-c", PYTHON, suite.url)
    assert suite.events().count('"tlsward.action":"would-block"') == 2, suite.events()


def enforces(suite):
    suite.write("/etc/tlsward/policy.conf", "[policy]\nmode = enforce\nlog = file:/tmp/events\n")
    done = suite.curl()
    assert done.returncode == BLOCKED and "data of the server" not in done.stdout, done
    assert "CERTIFICATE_VERIFY_FAILED" in suite.do("python3", "-c", PYTHON, suite.url)
    assert suite.events().count('"tlsward.action":"blocked"') == 2, suite.events()


def programs_keep_working(suite):
    """Those that every such system has, as root and as nobody."""
    before = suite.preload()
    for prefix in ([], unprivileged("nobody")):
        for command in ("ls /", "sh -c :", "perl -e 1", "dpkg --version", "apt-config dump", "cat /proc/self/maps"):
            done = suite.run(*prefix, *command.split())
            assert done.returncode == 0 and not done.stderr, done
    suite.remove("libtlsward1")
    assert before is not None and suite.preload() is None


def row(function, suite):
    def run(name, place):
        with host_of(suite, place, name) as host:
            subprocess.run(["cp", "/etc/hosts", host.root / "etc/hosts"], check=True)
            function(Suite(host, place, SUITES[suite]))
    return run


ROWS = {f"{suite}/{title}": row(function, suite) for suite in SUITES
        for title, function in (("audits", audits), ("enforces", enforces), ("programs-keep-working", programs_keep_working))}
