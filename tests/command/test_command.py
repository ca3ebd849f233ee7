#!/usr/bin/python3
"""Tests of the command `tlsward`.

    tests/command/test_command.py [PATTERN ...]

runs the rows that match a PATTERN. BUILD names the directory with the command and the library (default:
build), TLSWARD_LIBRARY another library.
"""

import contextlib
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent.parent))

import advice  # noqa: E402 (found through the path above)
import certificates  # noqa: E402 (found through the path above)
import documentation  # noqa: E402
import programs  # noqa: E402
import rows  # noqa: E402
import sandbox  # noqa: E402
import servers  # noqa: E402
from patience import HANG_SECONDS  # noqa: E402
from pins import pin_of  # noqa: E402
from tally import Tally, Unavailable, is_wanted  # noqa: E402

BUILD = pathlib.Path(os.environ.get("BUILD", "build")).resolve()
COMMAND = BUILD / "tlsward"
LIBRARY = pathlib.Path(os.environ.get("TLSWARD_LIBRARY", BUILD / "libtlsward.so")).resolve()

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


def system_count():
    """How many certificates the system's bundle and hashed directory have between them, as a regular expression."""
    hashed = pathlib.Path("/etc/ssl/certs").glob("[0-9a-f]*.[0-9]")
    bundles = [pathlib.Path("/etc/ssl/certs/ca-certificates.crt"), *hashed]
    frame = re.compile("-----BEGIN CERTIFICATE-----(.*?)-----END", re.DOTALL)
    found = [text for bundle in bundles if bundle.exists() for text in frame.findall(bundle.read_text())]
    return str(len({"".join(text.split()) for text in found}))


def make_files(directory):
    pin = pin_of(directory / "self.pem")
    for name, text in POLICIES.items():
        (directory / name).write_text(text.replace("{t}", str(directory)).replace("{pin}", pin).replace("{shell}", os.path.realpath("/bin/sh")))
    for source in rows.SOURCES:
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
    (directory / "link-to-the-command").symlink_to(COMMAND)
    shutil.copy(COMMAND, directory / "copy-of-the-command")
    os.chown(directory / "copy-of-the-command", *((65534, 65534) if sandbox.is_root() else (-1, -1)))
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


def mentions(row, server):
    return any(f"PORT_{server}}}" in argument for argument in row.arguments)


class Fixture:
    """The servers and files that the rows share."""

    def __init__(self, directory):
        self.directory = directory
        self.processes = []
        self.words = {"t": str(directory), "library": str(LIBRARY), "PORT_closed": str(servers.free_port())}
        self.pin = pin_of(directory / "self.pem")
        self.words["pin"] = re.escape(self.pin)
        self.words["shell"] = os.path.realpath("/bin/sh")
        self.words["system_count"] = system_count()
        self.log = open(directory / "servers.log", "wb")

    def start(self, selected, advised):
        for name in ("good", "soon", "other", "expired", "unknown", "self", "cn", "partial", "weak", "client", "hostile", "lone", "asking", "anonymous", "dns-address"):
            if advised or any(mentions(row, name) for row in selected):
                self.add(name, servers.s_server, self.directory, name)
        for name, (_, server) in servers.STARTTLS.items():
            if any(mentions(row, name) and not row.unmet() for row in selected):
                self.add(name, server, self.directory)
        self.words["PORT_clear"] = str(listen(b"500 no\x1b\r\n"))
        self.words["PORT_silent"] = str(listen(b""))
        self.words["PORT_directory"] = str(listen(LDAP_UNAVAILABLE))

    def add(self, name, server, *arguments):
        port = servers.free_port()
        self.processes.append(server(*arguments, port, self.log))
        self.words[f"PORT_{name}"] = str(port)

    def fill(self, text):
        for word, value in self.words.items():
            text = text.replace(f"{{{word}}}", value)
        return text

    def stop(self):
        for process in self.processes:
            servers.stop(process)
        self.log.close()


def run_row(row, fixture):
    """Returns nothing, or what is wrong."""
    if unmet := row.unmet():
        raise Unavailable(unmet)
    base = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", "TLSWARD_LIBRARY": str(LIBRARY)}
    environment = base | {key: fixture.fill(value) for key, value in row.env.items()}
    preload = pathlib.Path("/etc/ld.so.preload")
    sandbox.set_system_policy(row.system and fixture.fill(row.system), row.owner, row.off, row.modes)
    if everywhere := environment.pop("PRELOAD_EVERYWHERE", None):
        preload.write_text(f"# /nothing\n{everywhere}\n")
    command = [*row.through, fixture.fill(row.command or str(COMMAND)), *(fixture.fill(argument) for argument in row.arguments)]
    result = subprocess.run(
        command, env=environment, cwd=fixture.directory, capture_output=True, timeout=HANG_SECONDS, stdin=subprocess.DEVNULL, check=False
    )
    preload.unlink(missing_ok=True)
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
        os.environ.update({"TLSWARD_LIBRARY": str(LIBRARY), "PS1": "ready> ", "TERM": "dumb"})
        os.chdir(fixture.directory)
        os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
    shown = b""

    def expect(text):
        nonlocal shown
        seen = b""
        while text.encode() not in seen:
            seen += os.read(terminal, 4096)
        shown += seen

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
            (f"{COMMAND} run --summary sh -c 'echo sta''rted; exec sleep 30'\r", "started"),
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
            (f"{COMMAND} run --summary /usr/bin/python3 stops.py\r", "started"),
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
            (f"{COMMAND} run --summary /usr/bin/python3 interrupts.py\r", "started"),
            ("\x03", "interrupts="),
            ("", "0 connections"),
        ],
    )
    return None if "interrupts=1" in shown else shown


def zero_is_not_green(fixture):
    shown = terminal_session(fixture, [(f"{COMMAND} run --summary true\r", "what made it")])
    return None if "0 connections" in shown and "\x1b[32m" not in shown else repr(shown)


def passes_on(signal_name, preload=None):
    def test(fixture):
        script = f"trap 'echo got {signal_name}; exit 5' {signal_name}; echo started; for turn in $(seq 900); do sleep 0.05; done"
        process = subprocess.Popen(
            [COMMAND, "run", "--summary", "env", "-u", "LD_PRELOAD", "sh", "-c", script],
            env=os.environ | {"TLSWARD_LIBRARY": str(LIBRARY), "LD_PRELOAD": str(fixture.directory / preload) if preload else ""},
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
    line = rows.event("verified", "allowed")
    code = (
        "import os,socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\n"
        "for i in range(5000): s.sendto(sys.argv[1].encode(), os.environ['TLSWARD_LOG'][5:])"
    )
    result = subprocess.run(
        [COMMAND, "run", "--summary", "/usr/bin/python3", "-c", code, line],
        env=os.environ | {"TLSWARD_LIBRARY": str(LIBRARY)},
        capture_output=True,
        text=True,
        check=False,
    )
    return None if "5000 connections" in result.stderr else result.stderr


def leaves_nothing(fixture):
    home = fixture.directory / "tmp"
    home.mkdir()
    environment = os.environ | {"TLSWARD_LIBRARY": str(LIBRARY), "TMPDIR": str(home)}
    look = 'ls -ld "$(dirname "${TLSWARD_LOG#unix:}")"'
    result = subprocess.run([COMMAND, "run", "--summary", "sh", "-c", look], env=environment, capture_output=True, text=True, check=False)
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
}


def run_all(fixture, selected, sessions):
    tally = Tally()
    for row in selected:
        tally.attempt(row.name, lambda row=row: run_row(row, fixture))
    for name, test in sessions.items():
        tally.attempt(name, lambda test=test: test(fixture))
    return tally.close()


def main():
    sandbox.enter()
    for number in (signal.SIGINT, signal.SIGQUIT):  # a shell's background jobs ignore them, and the rows send them
        signal.signal(number, signal.SIG_DFL)
    patterns = sys.argv[1:] or ["*"]
    table = rows.MAIN + rows.RUN + rows.GAPS + rows.SYSTEM + [*rows.judged_rows(), *rows.started_rows()] + rows.SUMMARY + rows.CHECK + rows.EXPLAIN
    table += [*rows.starttls_rows(servers.STARTTLS), *rows.prediction_rows(), *rows.source_rows(), *rows.pin_rows()]
    selected = [row for row in table if is_wanted(row.name, patterns)]
    carried_out = advice.checks(COMMAND, LIBRARY)
    names = [*(row.name for row in table), *SESSIONS, *carried_out]
    sessions = SESSIONS | carried_out | documentation.checks(COMMAND, table, names)
    sessions = {name: test for name, test in sessions.items() if is_wanted(name, patterns)}
    with tempfile.TemporaryDirectory(prefix="tlsward-command-") as name:
        directory = pathlib.Path(name)
        directory.chmod(0o755)
        with sandbox.covered_etc(directory):
            certificates.make_all(directory)
            programs.make_all(directory, LIBRARY)
            make_files(directory)
            fixture = Fixture(directory)
            try:
                fixture.start(selected, any(name.startswith("advice/") for name in sessions))
                return run_all(fixture, selected, sessions)
            finally:
                fixture.stop()


if __name__ == "__main__":
    sys.exit(main())
