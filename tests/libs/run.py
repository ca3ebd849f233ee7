"""One row on one library: starts the client, and compares what the server, the program and the events say."""

import os
import re
import shlex
import subprocess
from dataclasses import dataclass, replace

from cases import NAME
from events import Events
from patience import HANG_SECONDS, LOG_SECONDS
from pins import pin_of
from runner import Unavailable
from table import FAULTS_BESIDE_EXPIRY, FORGIVEN, NO_VERSION, TLS_1_1

MODES = ("plain", "audit", "enforce")
NEEDED = "X509_VERIFY_PARAM_set1_host"  # 1.0.1 lacks it, so tlsward passes its calls through
NEEDS_THE_SAME_LIBRARY = ("raw-public-key", "quic", "hybrid")  # the system's libssl is too old for these
TALKED, REFUSED, LACKING = 0, 1, 77
SYSTEM_DEFAULT = """openssl_conf = modules
[modules]
ssl_conf = sections
[sections]
system_default = every_context
[every_context]
"""


def lacking():
    return Unavailable("this libssl lacks it")


@dataclass
class Run:
    command: list
    environment: dict
    status: int
    output: str
    server_log: str
    events: Events

    def __str__(self):
        environment = [f"{name}={value}" for name, value in self.environment.items() if os.environ.get(name) != value]
        return "\n".join(["$ " + shlex.join(["env", *environment, *map(str, self.command)]),
                          f"exit status: {self.status}", "output: " + self.output, "server: " + self.server_log,
                          "events:", *map(brief, self.events.all)])


def brief(event):
    """An event without what is the same in all."""
    return " ".join(f"{name}={value}" for name, value in event.items()
                    if name.startswith(("tlsward.", "server.", "tls.")) and not name.startswith("tls.server."))


class Bench:
    """One library with its programs and servers."""

    def __init__(self, library, shim, programs, environment, trust, fleet, directory):
        self.library = library
        self.shim = shim
        self.programs = programs
        self.base = {"PATH": os.environ["PATH"], "HOME": str(directory), "LANG": "C.UTF-8", **environment}
        self.trust = trust
        self.fleet = fleet
        self.directory = directory

    def base_environment(self, row):
        if not row.openssl_conf:
            return self.base
        conf = self.directory / "openssl.cnf"
        conf.write_text(SYSTEM_DEFAULT + row.openssl_conf)
        return self.base | {"OPENSSL_CONF": str(conf)}

    def environment(self, row, server, mode):
        base = self.base_environment(row)
        if mode == "plain":
            return base
        policy = self.directory / "policy.conf"
        policy.write_text(f"[policy]\nmode = {mode}\ntrust = {self.trust}\n"
                          f"log = file:{self.directory}/events.jsonl\n{self.further_policy(row, server)}")
        policy.chmod(0o600)
        return base | {"LD_PRELOAD": str(self.shim), "TLSWARD_POLICY": str(policy)}

    def further_policy(self, row, server):
        authorities = self.trust.parent.parent
        pins = {f"pin_of_{name}": pin_of(authorities / name / "ca.pem") for name in ("known", "unknown", "middle", "stray")}
        pins["pin_of_other"] = pin_of(authorities / "other.pem")
        return row.policy.format(pin=pin_of(server.certificate), port=server.port, second_port=server.second_port,
                                 known=self.trust, unknown=authorities / "unknown" / "ca.pem", **pins)

    def command(self, row, function, server, token):
        if row.name.startswith("driver-"):
            return [self.programs / row.name, NAME, server.port, token]
        other = self.fleet.get("tls", "good") if row.other_good else server
        other_port = other.second_port if row.other_port else other.port
        return [self.programs / "client", function, row.host, server.port, row.other_host, other_port, token, self.trust,
                self.directory / "session"]

    def start(self, command, environment):
        if self.library.emulator:
            command, environment = [*self.library.start(environment), *command], {"PATH": self.base["PATH"]}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=HANG_SECONDS,
                              check=False, stdin=subprocess.DEVNULL, cwd=self.directory)

    def lacks(self, function):
        """Of the client's functions one that needs no server to find out."""
        command = [self.programs / "client", function, NAME, "0", NAME, "0", "", "", ""]
        return self.start(command, self.base).returncode == LACKING

    def check_that_it_can(self, row):
        """Where the server needs the same libssl, it cannot be started to find out that the client lacks something."""
        needs = "tls13" if row.kind == "hybrid" else row.function
        if row.kind in NEEDS_THE_SAME_LIBRARY and self.lacks(needs):
            raise lacking()

    def run(self, row, function, server, mode):
        events = self.directory / "events.jsonl"
        events.unlink(missing_ok=True)
        environment = self.environment(row, server, mode)
        token = f"token-of-{row.name}-{server.certificate.stem}-{mode}"
        command = [str(word) for word in self.command(row, function, server, token)]
        before = len(server.log())
        try:
            done = self.start(command, environment)
            status, output = done.returncode, done.stdout + done.stderr
        except subprocess.TimeoutExpired:
            status, output = "did not end", ""
        if status == LACKING:  # and nothing reached the server
            raise lacking()
        log = server.log_after(before, server.end_of_connection, LOG_SECONDS)
        return Run(command, environment, status, output.replace(token, "TOKEN"), log.replace(token, "TOKEN"),
                   Events(events))


def check_event(row, certificate, mode, port, result, library):
    found = result.events.handshakes(port)
    if row.silent and mode == "enforce":
        return
    if not found:
        yield f"no event for port {port}"
        return
    expected = {"tlsward.mode": mode, "tlsward.name_source": row.source, "tlsward.expected_name": row.expected_name,
                "tlsward.library": str(library.libssl)} | row.event
    expected |= {"audit": row.audit_event, "enforce": row.enforce_event}[mode]
    expected |= row.event_by_library.get(library.name, {})
    if certificate in row.rejects:
        expected |= {"tlsward.action": "blocked", "tlsward.decided_by": "program"}
    elif certificate in row.good and not (row.audit_reason and mode == "audit"):
        expected |= {"tlsward.action": "allowed"} | ({} if row.any_outcome else {"event.outcome": "success"})
    else:
        expected |= {"tlsward.action": "blocked" if mode == "enforce" else "would-block",
                     "tlsward.reason": row.reason(certificate, mode)}
    last = found[-1]
    for name, value in expected.items():
        seen = last.get(name)
        if name == "tlsward.library":
            seen = os.path.realpath(seen or "")
        if seen != value:
            yield f"event: {name} is {seen!r}, not {value!r}"


def problems(row, certificate, mode, port, result, plain, library):
    arrives = row.lets_through(certificate, mode)
    if ("TOKEN" in result.server_log) != arrives:
        yield f"application data {'did not reach' if arrives else 'reached'} the server"
    if result.status != (TALKED if arrives else REFUSED):
        yield f"exit status {result.status}"
    if row.never and (row.never in result.server_log) != (mode != "enforce"):
        yield f"'{row.never}' {'reached' if mode == 'enforce' else 'did not reach'} the server"
    if mode == "enforce" and certificate in row.good and row.always not in result.server_log:
        yield f"no '{row.always}' at the server"
    if mode == "enforce" and not arrives and not re.search(row.says, result.output):
        yield f"the program does not say '{row.says}'"
    if mode == "audit" and (result.status, result.output) != (plain.status, plain.output):
        yield f"differs from a run without the library: {plain.status} {plain.output}"
    if mode == "plain":
        return
    yield from check_event(row, certificate, mode, port, result, library)


def problems_where_unknown(row, certificate, mode, port, result, plain, library):
    """The library stands down: it says so once, and the program does what it does without it."""
    if mode == "plain":
        yield from problems(row, certificate, mode, port, result, plain, library)
        return
    seen = [(run.status, run.output, "TOKEN" in run.server_log) for run in (result, plain)]
    if seen[0] != seen[1]:
        yield f"differs from a run without the library: {plain}"
    notices = [event.get("tlsward.message", "") for event in result.events.all]
    if len(notices) != 1 or f"it lacks {NEEDED}" not in notices[0]:
        yield f"events: {notices}, not one notice that {NEEDED} is missing"


def for_library(row, bench):
    """What an older library can do of it."""
    if row.forgives_expiry and bench.lacks("dates"):  # nothing is forgiven, nor looked for behind expiry
        if not row.good - FORGIVEN:
            raise lacking()
        told = tuple(certificate for certificate in row.certificates if certificate not in FAULTS_BESIDE_EXPIRY)
        row = replace(row, good=row.good - FORGIVEN, certificates=told)
    if row.enforce_event == NO_VERSION and bench.lacks("tls13"):  # it notes what the server says before it refuses it
        row = replace(row, enforce_event=TLS_1_1)
    return row


def run_row(bench, row):
    """All problems of a row, each with the run it was seen in."""
    found = []
    works = bench.library.is_carried
    bench.check_that_it_can(row)
    row = for_library(row, bench)
    find_problems = problems_where_unknown if bench.lacks("host-names") else problems
    for certificate in row.certificates:
        server = bench.fleet.get(row.kind, certificate)
        for mode in MODES:
            if row.before:
                bench.run(row, row.before, server, "plain")
            result = bench.run(row, row.function, server, mode)
            if mode == "plain":
                plain = result
            seen = list(find_problems(row, certificate, mode, server.port, result, plain, bench.library))
            works = works or (mode == "plain" and not seen)
            if seen:
                found += [f"{certificate}/{mode}: {problem}" for problem in seen] + [str(result)]
    if not works:
        raise Unavailable(f"it does not work without tlsward either: {plain.output}")
    return found
