"""Tests of the command `tlsward`: TLSWARD_LIBRARY names another library than the one beside it."""

import contextlib
import os
import pathlib
import pty
import re
import shutil
import socket
import subprocess
import threading
import time

import advice
import certificates
import documentation
import explain_rows
import journal
import lint
import pin_rows
import programs
import rows as table
import sandbox
import servers
import trust_rows
from patience import HANG_SECONDS
from pins import pin_of
from runner import Claims, Row, Unavailable

POLICIES = {
    "enforce.conf": "[policy]\nmode = enforce\ntrust = {t}/root.pem\n",
    "low-level.conf": "[policy]\nmode = enforce\nsecurity-level = 0\ntrust = {t}/root.pem\n",
    "audit.conf": "[policy]\nmode = audit\ntrust = {t}/root.pem\n",
    "strict-names.conf": "[policy]\nnames = strict\ntrust = {t}/root.pem\n",
    "bad.conf": "[policy]\nmode = maybe\nnonsense = 1\n",
    "broken.conf": "[policy]\ntrust = {t}/broken.pem\n",
    "no-trust.conf": "[policy]\nmode = enforce\ntrust = {t}/none.pem\n",
    "rule-trust.conf": "[policy]\ntrust = system\n[rule a]\ndestination = a.test\ntrust = {t}/stranger.pem\n",
    "pinned.conf": "[policy]\nmode = enforce\nverify = none\ntrust = {t}/root.pem\npin = {pin}\n",
    "pinned-full.conf": "[policy]\nmode = enforce\ntrust = {t}/root.pem\npin = {pin}\n",
    "denied.conf": "[policy]\nmode = enforce\ntrust = {t}/root.pem\ndeny-pin = {pin}\n",
    "denied-middle.conf": "[policy]\nmode = enforce\ntrust = {t}/root.pem\ndeny-pin = {pin_middle}\n",
    "newest.conf": "[policy]\nmode = enforce\ntrust = {t}/root.pem\nmin-protocol = tls1.3\n",
    "bad-pin.conf": "[policy]\npin = sha256//self\n",
    "unpinned-rule.conf": "[policy]\npin = {pin}\n[rule any-key]\ndestination = good.test\npin = none\n",
    "expired-rule.conf": "[rule old]\ndestination = a.test\nverify = ca\nowner = tests\nreason = test\nexpires = 2020-12-31\n[rule alive]\ndestination = b.test\n",
    "name.conf": "[policy]\nmode = enforce\ntrust = {t}/root.pem\n[rule renamed]\ndestination = good.test\nname = other.test\n",
}
for name, program in (("link", "{t}/link-to-shell"), ("no-link", "{shell}"), ("linked-directory", "{t}/link-to-here/*"), ("no-program", "{t}/none/x")):
    POLICIES[f"{name}.conf"] = f"[policy]\nmode = audit\n\n[rule of-a-program]\nprogram = {program}\nmode = enforce\n"
WAIVED = "owner = tests\nreason = test\nexpires = 2999-12-31\n"
RULES = {
    "allow-cn.conf": "[rule old-appliance]\ndestination = good.test\nallow-cn = yes\n",
    "forgiving.conf": "[rule old-appliance]\ndestination = good.test\nallow-expired-until = 2999-12-30\n",
    "program.conf": "[rule acme]\nprogram = /opt/acme/bin/*\nmode = off\n",
    "user.conf": "[rule robot]\nuser = 1234\nmode = off\n",
}
SCRIPTS = {
    "script": "#!/bin/sh\necho script ran\n",
    "static-script": "#!{t}/static\n",
    "env-script": "#!/usr/bin/env sh\necho env ran\n",
    "env-s-script": "#!/usr/bin/env -S A=b sh -u\necho env -S ran\n",
    "env-static": "#!/usr/bin/env {t}/static\n",
    "env-i-script": "#!/usr/bin/env -iS sh\necho cleared\n",
    "bare-script": "echo bare ran\n",
    "lost-script": "#!/no/such/interpreter\n",
    "loop-script": "#!{t}/loop-script\n",
    "GnuTLS-script": "#!{t}/links-GnuTLS\n",
}


# An ExtendedResponse with result 52 in the long form of lengths, as Active Directory writes them.
LDAP_UNAVAILABLE = bytes.fromhex("30 84 00000010 020101 78 84 00000007 0a0134 0400 0400")
# Servers that say no more than this.
SAYING = {"clear": b"500 no\x1b\r\n", "silent": b"", "directory": LDAP_UNAVAILABLE}


def system_count():
    """How many certificates the system's bundle and hashed directory have between them, as a regular expression."""
    hashed = pathlib.Path("/etc/ssl/certs").glob("[0-9a-f]*.[0-9]")
    bundles = [pathlib.Path("/etc/ssl/certs/ca-certificates.crt"), *hashed]
    frame = re.compile("-----BEGIN CERTIFICATE-----(.*?)-----END", re.DOTALL)
    found = [text for bundle in bundles if bundle.exists() for text in frame.findall(bundle.read_text())]
    return str(len({"".join(text.split()) for text in found}))


def make_files(directory, command):
    pin = pin_of(directory / "self.pem")
    for name, text in POLICIES.items():
        (directory / name).write_text(text.replace("{t}", str(directory)).replace("{pin}", pin).replace("{pin_middle}", pin_of(directory / "middle.pem")).replace("{shell}", os.path.realpath("/bin/sh")))
    for source in table.SOURCES:
        text = POLICIES["enforce.conf"].replace("{t}/root.pem", f"{directory}/sources/{source}")
        (directory / f"source-{source}.conf").write_text(text)
    for name, rule in RULES.items():
        (directory / name).write_text(POLICIES["enforce.conf"].replace("{t}", str(directory)) + rule + WAIVED)
    (directory / "secret.conf").write_text("[policy]\nmode = enforce\n")
    (directory / "secret.conf").chmod(0o600)
    (directory / "secret.pem").write_text((directory / "root.pem").read_text())
    (directory / "secret.pem").chmod(0o600)
    (directory / "secrets").mkdir()
    (directory / "secrets" / "0.pem").symlink_to(directory / "secret.pem")
    (directory / "link-to-the-command").symlink_to(command)
    shutil.copy(command, directory / "copy-of-the-command")
    os.chown(directory / "copy-of-the-command", *((65534, 65534) if sandbox.is_root() else (-1, -1)))
    lint.make_files(directory)
    trust_rows.make_files(directory)
    explain_rows.make_files(directory)
    for name, text in SCRIPTS.items():
        (directory / name).write_text(text.replace("{t}", str(directory)))
        (directory / name).chmod(0o755)


def listen(greeting):
    """A server that says no more than its greeting."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                connections.append(connection)
                connection.sendall(greeting)
                if greeting:
                    connection.shutdown(socket.SHUT_WR)

    connections = []
    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


EVERYWHERE = "PRELOAD_EVERYWHERE"  # among a row's variables: what goes into /etc/ld.so.preload
PORT = re.compile(r"\{PORT_([a-z0-9-]+)\}")


SECONDS = {"explain/silent-server": 10}  # about how many, of what takes longer than others


class Fixture:
    """The servers and files that the rows share; each server is started when the first row mentions its port."""

    def __init__(self, build, directory):
        self.directory = directory
        self.command = build / "tlsward"
        self.library = pathlib.Path(os.environ.get("TLSWARD_LIBRARY", build / "libtlsward.so")).resolve()
        self.pin = pin_of(directory / "self.pem")
        self.words = {
            "t": str(directory),
            "command": str(self.command),
            "library": str(self.library),
            "pin": re.escape(self.pin),
            **{f"pin_{name}": re.escape(pin_of(directory / f"{name}.pem")) for name in ("good", "middle", "unknown")},
            "shell": os.path.realpath("/bin/sh"),
            "system_count": system_count(),
        }
        self.processes = []
        self.ports = {"closed": next(servers.PORTS)}  # where nobody listens
        self.starting = threading.Lock()
        self.log = open(directory / "servers.log", "wb")

    def port(self, name):
        with self.starting:
            if name not in self.ports:
                self.ports[name] = self.start(name)
            return str(self.ports[name])

    def start(self, name):
        if name in SAYING:
            return listen(SAYING[name])
        if name == "issuers":
            self.processes.append(servers.issuers(self.directory, self.log))
            return certificates.ISSUER_PORT
        if name in servers.CLOCKS:
            port = servers.CLOCK_PORTS.get(name) or next(servers.PORTS)
            self.processes.append(servers.clock(self.directory, name, port, self.log))
            return port
        port = next(servers.PORTS)
        _, server = servers.STARTTLS.get(name, (None, lambda directory, *more: servers.s_server(directory, name, *more)))
        self.processes.append(server(self.directory, port, self.log))
        return port

    def fill(self, text):
        text = PORT.sub(lambda found: self.port(found[1]), text)
        for word, value in self.words.items():
            text = text.replace(f"{{{word}}}", value)
        return text

    def stop(self):
        for process in self.processes:
            servers.stop(process)
        self.log.close()


@contextlib.contextmanager
def surroundings(row, fixture):
    """A policy of the system and a library in every program, for a row that has the machine's /etc to itself."""
    if not alters_etc(row):
        yield
        return
    preload = pathlib.Path("/etc/ld.so.preload")
    with sandbox.system_policy(row.system and fixture.fill(row.system), row.owner, row.off, row.modes):
        if EVERYWHERE in row.env:
            preload.write_text(f"# /nothing\n{fixture.fill(row.env[EVERYWHERE])}\n")
        try:
            yield
        finally:
            preload.unlink(missing_ok=True)


def out_of_reach(row, library):
    """Why the row's other user cannot have the library, as below a home of root's that is closed; "" where he can."""
    closed = [str(place) for place in library.absolute().parents if not place.stat().st_mode & 0o001]
    return f"other users than root cannot enter {closed[-1]}" if row.through and closed else ""


def run_row(row, fixture):
    """Returns nothing, or what is wrong."""
    with surroundings(row, fixture):
        if unmet := row.unmet() or out_of_reach(row, fixture.library):
            raise Unavailable(unmet)
        base = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", "TLSWARD_LIBRARY": str(fixture.library)}
        environment = base | {key: fixture.fill(value) for key, value in row.env.items() if key != EVERYWHERE}
        command = [*row.through, fixture.fill(row.command or str(fixture.command)), *(fixture.fill(argument) for argument in row.arguments)]
        result = subprocess.run(
            command, env=environment, cwd=fixture.directory, capture_output=True, timeout=HANG_SECONDS, stdin=subprocess.DEVNULL, check=False
        )
    out, err = result.stdout.decode(), result.stderr.decode()
    wrong = [] if result.returncode == row.status else [f"status {result.returncode}, not {row.status}"]
    for name, text, patterns in (("output", out, row.out), ("error output", err, row.err)):
        for pattern in patterns:
            if not re.search(fixture.fill(pattern).replace("{{", "{").replace("}}", "}"), text, re.MULTILINE):
                wrong.append(f"{name} lacks {fixture.fill(pattern)!r}")
    wrong += [f"says {text!r}" for text in row.absent if text in out + err]
    return wrong and "\n".join([*wrong, " ".join(command), out, err])


def terminal_session(fixture, lines):
    """Types lines and control characters into an interactive shell; returns what the terminal showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update({"TLSWARD_LIBRARY": str(fixture.library), "PS1": "ready> ", "TERM": "dumb"})
        os.chdir(fixture.directory)
        os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
    shown = b""
    position = 0  # behind what was last waited for: more may have come with it

    def expect(text):
        nonlocal shown, position
        while (found := shown.find(text.encode(), position)) < 0:
            shown += os.read(terminal, 4096)
        position = found + len(text.encode())

    def wait_for_foreground(key):
        """Keys go to whoever has the terminal: control characters to a program, lines to the shell."""
        while (os.tcgetpgrp(terminal) == pid) == (key < " "):
            time.sleep(0.01)

    watchdog = threading.Timer(HANG_SECONDS, os.kill, (pid, 9))
    watchdog.start()
    try:
        expect("ready> ")
        for typed, answer in lines:
            if typed:
                wait_for_foreground(typed[0])
                os.write(terminal, typed.encode())
            expect(answer)
    except OSError:
        pass
    finally:
        watchdog.cancel()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)
    return shown.decode(errors="replace")


def job_control(fixture):
    shown = terminal_session(
        fixture,
        [
            (f"{fixture.command} run --summary sh -c 'echo sta''rted; exec sleep 30'\r", "started"),
            ("\x1a", "Stopped"),
            ("fg\r", "sleep 30"),
            ("\x03", "0 connections"),
            ("echo status=$((0+$?))\r", "status=130"),
        ],
    )
    return None if "status=130" in shown else shown


def ignored_stop(fixture):
    """A program that handles Ctrl-Z itself is not stopped behind its back."""
    code = (
        "import signal, time; seen = []; signal.signal(signal.SIGTSTP, lambda *a: seen.append(a)); print('sta'+'rted', flush=True)\n"
        "while not seen: time.sleep(0.01)\n"
        "print('hand'+'led', flush=True)\n"
    )
    (fixture.directory / "stops.py").write_text(code)
    shown = terminal_session(
        fixture,
        [
            (f"{fixture.command} run --summary /usr/bin/python3 stops.py\r", "started"),
            ("\x1a", "handled"),
            ("", "0 connections"),
        ],
    )
    return None if "0 connections" in shown and "Stopped" not in shown else shown


def interrupt_once(fixture):
    """The terminal signals the whole group: what it sent already is not passed on a second time."""
    code = (
        "import signal; s={signal.SIGINT}; signal.pthread_sigmask(signal.SIG_BLOCK, s); print('sta'+'rted', flush=True)\n"
        "signal.sigwait(s)\n"
        "n = 1\n"
        "while signal.sigtimedwait(s, 1): n+=1\n"
        "print(f'interrupts={n}', flush=True)\n"
    )
    (fixture.directory / "interrupts.py").write_text(code)
    shown = terminal_session(
        fixture,
        [
            (f"{fixture.command} run --summary /usr/bin/python3 interrupts.py\r", "started"),
            ("\x03", "interrupts="),
            ("", "0 connections"),
        ],
    )
    return None if "interrupts=1" in shown else shown


def zero_is_not_green(fixture):
    shown = terminal_session(fixture, [(f"{fixture.command} run --summary true\r", "what made it")])
    return None if "0 connections" in shown and "\x1b[32m" not in shown else repr(shown)


def passes_on(signal_name, preload=None):
    def test(fixture):
        script = f"trap 'echo got {signal_name}; exit 5' {signal_name}; echo started; for turn in $(seq 900); do sleep 0.05; done"
        process = subprocess.Popen(
            [fixture.command, "run", "--summary", "env", "-u", "LD_PRELOAD", "sh", "-c", script],
            env=os.environ | {"TLSWARD_LIBRARY": str(fixture.library), "LD_PRELOAD": str(fixture.directory / preload) if preload else ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        process.stdout.readline()
        subprocess.run(["kill", f"-{signal_name}", str(process.pid)], check=True)
        out, err = process.communicate(timeout=HANG_SECONDS)
        good = process.returncode == 5 and f"got {signal_name}" in out and "0 connections" in err
        return None if good else f"{process.returncode}\n{out}\n{err}"

    return test


def burst(fixture):
    """As many events as the sender could deliver are counted; what it could not is its own to tell."""
    line = table.event("verified", "allowed")
    code = (
        "import os,socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\n"
        "for i in range(5000): s.sendto(sys.argv[1].encode(), os.environ['TLSWARD_LOG'][5:])"
    )
    result = subprocess.run(
        [fixture.command, "run", "--summary", "/usr/bin/python3", "-c", code, line],
        env=os.environ | {"TLSWARD_LIBRARY": str(fixture.library)},
        capture_output=True,
        text=True,
        check=False,
    )
    return None if "5000 connections" in result.stderr else result.stderr


def leaves_nothing(fixture):
    home = fixture.directory / "tmp"
    home.mkdir()
    environment = os.environ | {"TLSWARD_LIBRARY": str(fixture.library), "TMPDIR": str(home)}
    look = 'ls -ld "$(dirname "${TLSWARD_LOG#unix:}")"'
    result = subprocess.run([fixture.command, "run", "--summary", "sh", "-c", look], env=environment, capture_output=True, text=True, check=False)
    good = result.stdout.startswith("drwx------") and str(home) in result.stdout and not list(home.iterdir())
    return None if good else f"{result.stdout}{result.stderr}{list(home.iterdir())}"


SESSIONS = {
    "terminal/job-control": job_control,
    "terminal/stop-handled-by-the-program": ignored_stop,
    "terminal/interrupt-arrives-once": interrupt_once,
    "terminal/zero-connections-are-not-green": zero_is_not_green,
    **{f"signals/{name}": passes_on(name) for name in ("INT", "TERM", "HUP", "QUIT", "USR1")},
    **{f"signals/{name}-where-another-preload-has-a-thread": passes_on(name, "thread.so") for name in ("INT", "TERM", "USR1")},
    "summary/burst": burst,
    "summary/private-directory-is-removed": leaves_nothing,
    **lint.CHECKS,
}


def all_table_rows():
    return [*table.MAIN, *table.RUN, *table.GAPS, *table.SYSTEM, *table.judged_rows(), *table.started_rows(), *table.SUMMARY, *table.CHECK,
            *table.EXPLAIN, *table.starttls_rows(servers.STARTTLS), *table.prediction_rows(), *table.policy_prediction_rows(), *table.source_rows(), *table.pin_rows(),
            *lint.table_rows(), *pin_rows.rows(), *trust_rows.rows(), *explain_rows.rows()]


def alters_etc(row):
    return row.system is not None or row.off or EVERYWHERE in row.env


def claims(row):
    """A server of openssl's serves one connection at a time. What alters /etc does so for all."""
    ports = {name for argument in row.arguments for name in PORT.findall(argument)}
    etc = frozenset({"/etc"})
    return Claims(etc | ports, frozenset()) if alters_etc(row) else Claims(frozenset(ports), etc)


def rows(_):
    all_rows = all_table_rows()
    names = [*(row.name for row in all_rows), *SESSIONS, *advice.checks()]
    for row in all_rows:
        yield Row(row.name, lambda fixture, row=row: run_row(row, fixture), claims=claims(row), seconds=SECONDS.get(row.name, 0.2))
    for name, test in (SESSIONS | journal.checks() | documentation.checks(all_rows, names)).items():
        yield Row(name, test, claims=Claims(shares=frozenset({"/etc"})), seconds=SECONDS.get(name, 1))
    for name, test in advice.checks().items():
        yield Row(name, test, claims=Claims(frozenset({"/etc"})))


enter = sandbox.enter


@contextlib.contextmanager
def place(options, _):
    with sandbox.workplace("tlsward-command-") as directory:
        build = options.build.resolve()
        certificates.make_all(directory)
        programs.make_all(directory, build / "libtlsward.so")
        make_files(directory, build / "tlsward")
        fixture = Fixture(build, directory)
        try:
            yield fixture
        finally:
            fixture.stop()
