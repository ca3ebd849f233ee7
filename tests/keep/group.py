"""Programs that must keep working, and what they must not do after a block.

Everything happens in a private network and mount namespace and in a temporary directory. The shipped rules are those
of this source tree, laid over the place where the library looks for them.
"""

import contextlib
import hashlib
import os
import shlex
import shutil
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent / "clients"), str(HERE.parent)]

import certificates  # noqa: E402
import namespace  # noqa: E402
import more_servers  # noqa: E402, F401
from events import Events  # noqa: E402
from private_root import private_root  # noqa: E402
from keep_rows import NEVER, ROWS  # noqa: E402
from mounts import throw_away_layer  # noqa: E402
from patience import HANG_SECONDS, LOG_SECONDS  # noqa: E402
from runner import Claims, Row, Unavailable, needs  # noqa: E402
from servers import Fleet  # noqa: E402

SHIPPED = HERE.parent.parent / "tools" / "share"


@dataclass(frozen=True)
class Setup:
    library: Path
    share: Path
    unpacked: Path
    trust: Path
    directory: Path


def nearest_directory(place):
    return next(path for path in (place, *place.parents) if path.is_dir())


@contextlib.contextmanager
def shipped_rules(place, directory):
    """Puts the shipped rules where the library reads them; nothing changes outside the namespace."""
    there = nearest_directory(place)
    with throw_away_layer(there, directory / "share"):
        place.mkdir(parents=True, exist_ok=True)
        for rules in SHIPPED.glob("*.conf"):
            shutil.copy(rules, place)
            (place / rules.name).chmod(0o644)
        yield


def digest_of(certificate):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest()


def environment(setup, row, directory, words):
    values = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "HOME": str(directory), "LANG": "C.UTF-8"}
    if row.policy is not None:
        events = directory / "events.jsonl"
        events.touch()
        events.chmod(0o666)  # daemons write to it as their own users
        policy = directory / "policy.conf"
        policy.write_text(f"[policy]\ntrust = {setup.trust}\nlog = file:{events}\n{row.policy}\n")
        policy.chmod(0o644)
        values |= {"LD_PRELOAD": str(setup.library)} | ({} if row.system else {"TLSWARD_POLICY": str(policy)})
    return values | {name: value.format(**words) for name, value in row.environment.items()}


def run(row, command, directory, values):
    """Exit status and output; a program that goes on for ever is stopped once it has said what is waited for."""
    output = directory / "output"
    deadline = time.monotonic() + HANG_SECONDS
    with open(output, "wb") as file:
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=directory,
                                   env=values)
    while program.poll() is None and time.monotonic() < deadline:
        if row.until and row.until in output.read_text(errors="replace"):
            break
        time.sleep(0.02)
    if program.poll() is None:
        program.terminate()
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
    return program.returncode, output.read_text(errors="replace")


@contextlib.contextmanager
def at_home(setup, row, directory):
    """Gives what to put before the command so that it finds its package, or the system's policy."""
    if not row.unpacked and not row.system:
        yield ()
        return
    packages = [setup.unpacked / name for name in (row.unpacked,) if name]
    for package in packages:
        if not package.exists():
            raise Unavailable(f"{row.unpacked} is not unpacked in {setup.unpacked}")
    shared = (setup.directory, setup.library.parent, HERE, setup.share, Path("/etc/hosts"))
    with private_root(directory / "root", shared, packages) as root:
        if row.system:
            (root / "etc/tlsward").mkdir(exist_ok=True)
            shutil.copy(directory / "policy.conf", root / "etc/tlsward/policy.conf")
        yield "chroot", root


def matches(event, expected):
    return all(name not in event if value is NEVER else event.get(name) == value for name, value in expected.items())


def problems(row, words, status, output, log, events):
    if status not in row.statuses:
        yield f"exit status {status}, not {row.statuses}"
    if row.said.format(**words) not in output:
        yield f"the program did not say '{row.said}'"
    if row.not_said and row.not_said in output:
        yield f"the program said '{row.not_said}'"
    for text in row.arrived:
        if text.format(**words) not in log:
            yield f"the server saw no '{text}'"
    if row.never and row.never.format(**words) in log:
        yield f"the server saw '{row.never}'"
    for expected in row.events:
        if not any(matches(event, expected) for event in events):
            yield f"no event with {expected}"
    for unexpected in row.no_events:
        if any(matches(event, unexpected) for event in events):
            yield f"an event with {unexpected}"
    if row.policy is None and events:
        yield "an event without the library"


def try_row(setup, fleet, row):
    """What is wrong, with a report on the run, or ""."""
    directory = setup.directory / row.name.replace("/", "-")
    directory.mkdir()
    servers = {word: fleet.get(*kind) for word, kind in row.servers.items()}
    for server in servers.values():
        server.ensure_started()
    first = next(iter(servers.values()))
    words = {"token": directory.name, "digest": digest_of(first.certificate), "directory": directory,
             "certificates": setup.trust.parent.parent,
             "known": setup.trust, "unknown": setup.trust.parent.parent / "unknown" / "ca.pem",
             **{word: server.port for word, server in servers.items()}}
    command = [word.format(**words) for word in row.command]
    values = environment(setup, row, directory, words)
    before = len(first.log())
    with at_home(setup, row, directory) as prefix:
        status, output = run(row, [*prefix, *command], directory, values)
    log = first.log_after(before, row.arrived[0].format(**words) if row.arrived else "", LOG_SECONDS)
    events = Events(directory / "events.jsonl").all
    found = list(problems(row, words, status, output, log, events))
    report = [*found, "$ " + shlex.join(command), f"exit status: {status}", output, "server: " + log[-3000:],
              *map(str, events)]
    return "\n".join(report) if found else ""


enter = namespace.enter


class Setting:
    def __init__(self, options, directory):
        trust = certificates.make_all(directory / "certificates")
        build = options.build.resolve()
        self.setup = Setup(build / "libtlsward.so", options.share, build / "unpacked", trust, directory)
        self.fleet = Fleet(directory / "certificates", directory)


def needed(row):
    """A program, or a module of Python, which has a dot in its name."""
    if not row.needs:
        return ()
    return (needs.module(row.needs) if "." in row.needs else needs.program(row.needs),)


def claims(row):
    """Its servers' logs tell what did not arrive, and what has a root directory of its own mounts the others' files."""
    servers = {f"{kind} {certificate}" for kind, certificate in row.servers.values()}
    return Claims(frozenset(servers | ({"root"} if row.system or row.unpacked else set())))


def rows(_):
    for row in ROWS:
        yield Row(row.name, lambda setting, row=row: try_row(setting.setup, setting.fleet, row), needed(row), claims(row))


@contextlib.contextmanager
def place(options, _):
    with namespace.workplace("tlsward-keep.") as directory, shipped_rules(options.share, directory):
        setting = Setting(options, directory)
        try:
            yield setting
        finally:
            setting.fleet.stop()
