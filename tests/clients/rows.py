"""One row: a program against one server certificate in one mode, and what has to be seen on all three sides."""

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from events import Events
from patience import HANG_SECONDS, LOG_SECONDS

MODES = ("plain", "audit", "enforce")  # plain: without the library
SILENCE_SECONDS = 0.2  # how long to listen for data that must not come, where no alert tells that all is over

# What differs between two runs of the same program and says nothing.
VARIABLE = (
    (re.compile(r"\b[0-9A-F]{12,16}:error"), "THREAD:error"),
    (re.compile(r"^Date: .*$", re.MULTILINE), "Date: DATE"),
    (re.compile(r"\d{4}[./]\d\d[./]\d\d \d\d:\d\d:\d\d"), "TIME"),
    (re.compile(r"\d+\.\d+( second response time|s;)"), r"SECONDS\1"),
    (re.compile(r"(socat|LOG\d)\[\d+\]"), r"\1[PID]"),
)


@dataclass(frozen=True)
class Setup:
    """What is the same for all rows."""

    library: Path
    drivers: Path
    trust: Path
    directory: Path


@dataclass
class Run:
    """What came of one start of a program."""

    token: str  # what the program sends over TLS, so that it can be found at the server
    command: list
    environment: dict
    status: object  # exit status, or why there is none
    stdout: str
    stderr: str
    server_log: str
    events: Events

    @property
    def observable(self):
        """What must not differ from a run without the library."""
        return self.status, *(normalise(text.replace(self.token, "TOKEN")) for text in (self.stdout, self.stderr))

    def __str__(self):
        preload = [f"{name}={value}" for name, value in self.environment.items() if name not in os.environ]
        return "\n".join(["$ " + shlex.join(["env", *preload, *self.command]), f"exit status: {self.status}",
                          "stdout: " + self.stdout, "stderr: " + self.stderr, "server: " + self.server_log[-3000:],
                          "events:", *map(str, self.events.all)])


def normalise(text):
    for pattern, replacement in VARIABLE:
        text = pattern.sub(replacement, text)
    return text


def write_policy(directory, mode, trust):
    policy = directory / "policy.conf"
    policy.write_text(f"[policy]\nmode = {mode}\ntrust = {trust}\nlog = file:{directory}/events.jsonl\n")
    policy.chmod(0o600)
    return policy


def environment(setup, directory, mode):
    values = {"PATH": os.environ["PATH"], "HOME": str(directory), "LANG": "C.UTF-8"}
    if mode != "plain":
        policy = write_policy(directory, mode, setup.trust)
        values |= {"LD_PRELOAD": str(setup.library), "TLSWARD_POLICY": str(policy)}
    return values


def is_good(program, case):
    return case.good or case.name in program.accepts


def expects_data(program, case, mode):
    if mode == "enforce":
        return is_good(program, case)
    return case.name not in program.rejects | program.rejects_later


def sign_of_the_end(program, case, mode, token):
    """What the server's log must show, and how long to wait for it."""
    if expects_data(program, case, mode):
        return token, LOG_SECONDS
    if mode == "enforce" or case.name in program.rejects:
        return program.farewell.format(alert=case.alert), LOG_SECONDS
    return token, SILENCE_SECONDS


def start(command, text, directory, values):
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=HANG_SECONDS, cwd=directory,
                              env=values, check=False)
    except subprocess.TimeoutExpired as expired:
        return "did not end", expired.stdout or b"", expired.stderr or b""
    return done.returncode, done.stdout, done.stderr


def run(setup, program, case, mode, server):
    directory = setup.directory / f"{program.name}-{case.name}"
    directory.mkdir(exist_ok=True)
    token = f"{directory.name}-{mode}"
    words = {"host": case.host, "port": server.port, "token": token, "trust": setup.trust, "directory": directory,
             "drivers": setup.drivers}
    for name, text in program.files.items():
        (directory / name).write_text(text.format(**words))
        (directory / name).chmod(0o600)  # some hold a password
    (directory / "events.jsonl").unlink(missing_ok=True)
    values = environment(setup, directory, mode)
    command = [word.format(**words) for word in program.command]
    before = len(server.log())
    status, stdout, stderr = start(command, program.stdin.format(**words), directory, values)
    log = server.log_after(before, *sign_of_the_end(program, case, mode, token))
    return Run(token, command, values, status, stdout.decode(errors="replace"), stderr.decode(errors="replace"), log,
               Events(directory / "events.jsonl"))


def check_server(program, case, mode, result):
    """What arrived at the server."""
    arrived = result.token in result.server_log
    if arrived and not expects_data(program, case, mode):
        yield "application data reached the server"
    if not arrived and expects_data(program, case, mode):
        yield "no application data reached the server"
    farewell = program.farewell.format(alert=case.alert)
    if (mode == "enforce" and not is_good(program, case) or case.name in program.rejects) and farewell not in result.server_log:
        yield f"the server saw no '{farewell}'"


def check_program(program, case, mode, result, plain):
    """What the program said: its own words for a failed verification, else what it says without the library."""
    failed = not expects_data(program, case, mode)
    steady = len(program.statuses) == 1 or not failed
    if mode != "plain" and (mode == "audit" or is_good(program, case)) and steady:
        if result.observable != plain.observable:
            yield f"output or exit status differs from a run without the library: {plain.observable}"
        return
    statuses = program.statuses if failed else (program.good_status,)
    if result.status not in statuses:
        yield f"exit status {result.status}, not {statuses}"
    message = program.message.format(text=case.text)
    if failed and (mode == "enforce" or case.name in program.rejects):
        if message.lower() not in (result.stdout + result.stderr).lower():
            yield f"the program did not say '{message}'"


def expected_event(program, case, mode):
    source = program.source if case.host[0].isalpha() else program.address_source
    expected = {"tlsward.mode": mode, "tlsward.name_source": source, "tlsward.expected_name": case.host,
                "server.address": case.host, "tlsward.app_verify": program.app_verify(case),
                "tls.protocol.version": program.tls}
    if is_good(program, case):
        return expected | {"event.outcome": "success", "tlsward.outcome": program.outcome(case), "tlsward.action": "allowed"}
    blocked = mode == "enforce" or case.name in program.rejects
    return expected | {"event.outcome": "failure", "tlsward.outcome": "failed", "tlsward.reason": case.reason,
                       "tlsward.action": "blocked" if blocked else "would-block"}


def problems(program, case, mode, server, result, plain):
    found = [*check_server(program, case, mode, result), *check_program(program, case, mode, result, plain)]
    if mode == "plain":
        return found + [f"event without the library: {event}" for event in result.events.all]
    found += result.events.problems(server.port, expected_event(program, case, mode))
    if program.looks is not None and is_good(program, case) and not found and result.events.looks(server.port) != program.looks:
        found.append(f"looked at {result.events.looks(server.port)!r}, not {program.looks!r}")
    return found


def run_modes(setup, program, case, modes, server):
    """Runs one program against one certificate; yields (mode, problems, report) in the order of MODES."""
    plain = run(setup, program, case, "plain", server)
    for mode in MODES:
        if mode in modes:
            result = plain if mode == "plain" else run(setup, program, case, mode, server)
            found = problems(program, case, mode, server, result, plain)
            yield mode, found, "\n".join([*found, str(result)]) if found else ""
