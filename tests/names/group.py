"""Names that are hard to know.

Each row runs under enforce against a server whose certificate is for the expected name, which has to pass, and against
one whose certificate is for another, which has to be blocked; the events tell the name and where it came from. What can
pass with no certificate has the second run only. The rows are in stories.py; servers and namespace are those of
tests/clients.
"""

import itertools
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "clients"), str(TESTS)]

import certificates  # noqa: E402
import namespace  # noqa: E402
from certificates import ISSUED, Issued  # noqa: E402
from events import Events  # noqa: E402
from mounts import bound_over  # noqa: E402
from patience import HANG_SECONDS  # noqa: E402
from servers import KINDS, Fleet, OpensslServer, Server  # noqa: E402
from runner import Claims, Row, needs  # noqa: E402

from resolver import NameServer  # noqa: E402
from socks_proxy import SocksServer  # noqa: E402
from stories import CANONICAL, CANONICAL_ADDRESS, HOSTS, NAME_SERVER, ROUTED, ROWS, SCOPED, SOCKS  # noqa: E402

OTHER = "other"
FRONTENDS = itertools.count(20000)


class AnyAddressServer(OpensslServer):
    """On all addresses, IPv6 too; answers every request."""

    def command(self):
        return ["openssl", "s_server", "-accept", self.port, "-www", "-cert", self.certificate, "-key", self.key]


class AnyDatagramServer(OpensslServer):
    def command(self):
        return ["openssl", "s_server", "-accept", self.port, "-dtls", "-cert", self.certificate, "-key", self.key]


class Proxy(Server):
    """An HTTP proxy; the certificate is not its own."""

    def command(self):
        return ["ncat", "-lk", "--proxy-type", "http", "0.0.0.0", self.port]


class HttpsProxy(Server):
    """The same, which speaks TLS itself."""

    def command(self):
        return ["ncat", "-lk", "--proxy-type", "http", "--ssl", "--ssl-cert", self.certificate, "--ssl-key", self.key,
                "0.0.0.0", self.port]


class Inside(Events):
    """Without the first handshake of a connection, which is the proxy's."""

    def handshakes(self, port):
        return super().handshakes(port)[1:]


KINDS |= {"tls": AnyAddressServer, "dtls-any": AnyDatagramServer, "proxy": Proxy, "https-proxy": HttpsProxy}


def issued_for(names):
    return Issued(",".join(f"IP:{name}" if name[0].isdigit() else f"DNS:{name}" for name in names))


def make_certificates(directory):
    for row in ROWS:
        if row.certificate not in ("", "address"):
            ISSUED[row.certificate] = issued_for(row.certificate.split())
            ISSUED.update({name: issued_for([name]) for name in row.certificate.split()})
    ISSUED["address"] = Issued(f"IP:127.0.0.1,IP:{SCOPED}")
    return certificates.make_all(directory)


@contextmanager
def workplace(prefix):
    """Names and addresses of our own: a hosts file, a name server, addresses with a scope and without."""
    with ExitStack() as stack:
        directory = stack.enter_context(namespace.workplace(prefix))
        (directory / "etc").mkdir()
        for name, text in (("hosts", HOSTS), ("resolv.conf", f"nameserver {NAME_SERVER}\n"),
                           ("nsswitch.conf", "hosts: files dns\n")):
            ours = directory / "etc" / name
            ours.write_text(text)
            stack.enter_context(bound_over(Path("/etc") / name, ours))
        for address in (f"{SCOPED}/64", f"{ROUTED}/32"):
            subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)
        SocksServer(*SOCKS).start()
        NameServer(NAME_SERVER, CANONICAL, CANONICAL_ADDRESS).start()
        yield directory


@contextmanager
def running(command, values, directory, frontend):
    """A service, once it accepts connections."""
    with open(directory / "log", "ab") as log:
        process = subprocess.Popen(command, cwd=directory, env=values, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + HANG_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                yield socket.create_connection(("127.0.0.1", frontend), 1)
                return
            except ConnectionRefusedError:
                time.sleep(0.02)
        raise RuntimeError("the service did not start:\n" + (directory / "log").read_text())
    finally:
        process.terminate()
        process.wait(10)


def ask(connection):
    with connection:
        connection.settimeout(HANG_SECONDS)
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while connection.recv(65536):
            pass


def start(command, values, directory):
    subprocess.run(command, stdin=subprocess.PIPE, capture_output=True, cwd=directory, env=values, check=False,
                   timeout=HANG_SECONDS)


def start_lingering(command, values, directory, port):
    """Ends the program as soon as its handshake has been told, or when it ends by itself."""
    with open(directory / "log", "ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=directory, env=values)
    deadline = time.monotonic() + HANG_SECONDS
    while process.poll() is None and not Events(directory / "events.jsonl").handshakes(port):
        assert time.monotonic() < deadline, "no handshake was told"
        time.sleep(0.02)
    process.stdin.close()
    process.kill()
    process.wait()


class Setting:
    def __init__(self, build, directory):
        self.library = build / "libtlsward.so"
        self.programs = build / "names"
        self.directory = directory
        self.trust = make_certificates(directory / "certificates")
        self.fleet = Fleet(directory / "certificates", directory)
        self.spare = socket.create_server(("0.0.0.0", 0))

    def start(self, kind, certificate):
        server = self.fleet.get(kind, certificate)
        server.ensure_started()
        return server

    def environment(self, row, directory, words):
        policy = directory / "policy.conf"
        policy.write_text(f"[policy]\nmode = enforce\ntrust = {self.trust}\nlog = file:{directory}/events.jsonl\n"
                          + row.policy.format(**words))
        policy.chmod(0o600)
        values = {"PATH": os.environ["PATH"], "HOME": str(directory), "LANG": "C.UTF-8",
                  "LD_PRELOAD": str(self.library), "TLSWARD_POLICY": str(policy)}
        return values | {name: value.format(**words) for name, value in row.environment.items()}

    def run(self, row, certificate):
        """The events of one run, and the port of its server."""
        server = self.start(row.server, certificate)
        directory = self.directory / f"{row.name}-{certificate.replace(' ', '-')}"
        directory.mkdir(mode=0o755)
        words = {"port": server.port, "directory": directory, "programs": self.programs, "library": self.library,
                 "spare": self.spare.getsockname()[1],
                 "frontend": next(FRONTENDS), "proxy": self.start(row.proxy_kind, "proxy.test").port if row.proxy else 0}
        for name, text in row.files.items():
            (directory / name).write_text(text.format(**words))
        values = self.environment(row, directory, words)
        command = [word.format(**words) for word in row.command]
        if row.service:
            with running(command, values, directory, words["frontend"]) as connection:
                ask(connection)
        elif row.lingers:
            start_lingering(command, values, directory, server.port)
        else:
            start(command, values, directory)
        port = row.port or (words["proxy"] if row.proxy and row.at_proxy else server.port)
        events = Inside if row.proxy_kind == "https-proxy" else Events
        return events(directory / "events.jsonl"), port if row.address_known else None

    def problems(self, row):
        known = {"tlsward.name_source": row.source, "tlsward.expected_name": row.expected or None,
                 "tlsward.name_weak": True if row.weak else None}
        if row.certificate:
            events, port = self.run(row, row.certificate)
            yield from events.problems(port, known | {"tlsward.action": "allowed", "tlsward.message": None})
        names = row.certificate.split()
        for certificate in (OTHER, *(names if len(names) > 1 else ())):
            yield from self.problems_of_refusal(row, certificate, known)

    def problems_of_refusal(self, row, certificate, known):
        events, port = self.run(row, certificate)
        if " " in row.expected:
            known = known | {"tlsward.name_source": "unknown", "tlsward.expected_name": None}
        reason = "certificate-host-mismatch" if known["tlsward.expected_name"] else "name-unknown"
        yield from events.problems(port, known | {"tlsward.action": row.action, "tlsward.reason": reason})
        messages = [event.get("tlsward.message", "") for event in events.handshakes(port)]
        if any(not message.startswith(row.message) or bool(message) != bool(row.message) for message in messages):
            yield f"message: {messages}, not '{row.message}...'"


enter = namespace.enter


def rows(_):
    """One after the other: a server of these serves one connection at a time, and nearly all use the same."""
    for row in ROWS:
        needed = (needs.success(row.needs),) if row.needs else ()
        yield Row(row.name, lambda setting, row=row: list(setting.problems(row)), needed, Claims(frozenset({"servers"})))


@contextmanager
def place(options, _):
    with workplace("tlsward-names.") as directory:
        setting = Setting(options.build.resolve(), directory)
        try:
            yield setting
        finally:
            setting.fleet.stop()
