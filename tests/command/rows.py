"""What the command promises, one row per fact. {t} is the directory of the certificates, {PORT_name} a server's port."""

import dataclasses
import json
import re
import shutil
import subprocess

import programs
import sandbox


@dataclasses.dataclass
class Row:
    name: str
    arguments: list
    status: int = 0
    out: list = dataclasses.field(default_factory=list)  # regular expressions that standard output contains
    err: list = dataclasses.field(default_factory=list)
    absent: list = dataclasses.field(default_factory=list)  # and what neither stream contains
    env: dict = dataclasses.field(default_factory=dict)
    off: bool = False  # the kill switch is set
    through: tuple = ()  # the command that runs ours
    command: str = None  # runs in place of ours
    system: str = None  # /etc/tlsward/policy.conf
    owner: int = 0  # of that file
    modes: tuple = (0o755, 0o644)  # of /etc/tlsward and of that file
    needs: str = None  # a program; without it the row is skipped
    exports: str = None  # a function that this program has to export: not every build of it does
    root: bool = False  # another user's identity or capabilities are part of the row

    def unmet(self):
        """Why the row cannot run here, or None."""
        if self.root and not sandbox.is_root():
            return "needs root"
        if self.needs and not shutil.which(self.needs):
            return f"{self.needs} is not installed"
        if self.through and subprocess.run([*self.through, "true"], capture_output=True, check=False).returncode:
            return f"{' '.join(self.through)} is not possible here"
        if self.exports and self.exports not in programs.exported(shutil.which(self.needs)):
            return f"this {self.needs} does not export {self.exports}"
        return None


LOST = "no event of this user's processes arrives now: "
LOGS = (
    ("to-a-file", "file:{t}/none.log", "goes to {t}/none.log$"),
    ("without-its-directory", "file:/none/log", f"{LOST}.*No such file"),
    ("to-a-device", "file:/dev/null", f"{LOST}it is no regular file"),
    ("to-no-socket", "unix:/none/socket", f"{LOST}nobody listens"),
    ("to-a-standard-error", "stderr", "goes to the standard error"),
)
SHOW = ["/bin/sh", "-c", 'echo "$LD_PRELOAD|$TLSWARD_MODE|$TLSWARD_TRUST|$TLSWARD_POLICY|$TLSWARD_LOG"']

RULED = "[policy]\nmode = enforce\n"
RULED_AUDIT = "[policy]\nmode = audit\n"
ANOTHER_UID_ONLY = ("unshare", "--user", "--map-user=1000")  # which is us, as in a rootless container
NOT_HERE = "/usr/lib/tlsward-is-not-here/libtlsward.so"
BELIEVING = "[policy]\nmode = enforce\nenvironment = allow\n"


def event(outcome, action, **more):
    fields = {
        "event.action": "tls-handshake",
        "process.executable": "/usr/bin/legacy",
        "server.ip": "192.0.2.7",
        "server.port": 636,
        "tlsward.expected_name": "ldap.example",
        "tlsward.outcome": outcome,
        "tlsward.action": action,
    }
    return json.dumps(fields | {key.replace("__", "."): value for key, value in more.items()})


def send(*lines):
    """A program that sends these lines where TLSWARD_LOG says, as the library does."""
    code = (
        "import os,socket,sys\n"
        "s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\n"
        "for l in sys.argv[1:]: s.sendto(l.encode()+b'\\n', os.environ['TLSWARD_LOG'][5:])"
    )
    return ["--summary", "--", "/usr/bin/python3", "-c", code, *lines]


BLOCKED = event("failed", "blocked", tlsward__reason="certificate-expired", rule__name="acme")

MAIN = [
    Row("main/no-subcommand", [], 2, err=["Usage: tlsward"]),
    Row("main/help", ["--help"], out=["run a program", "explain "]),
    Row("main/version", ["--version"], out=[r"^tlsward \d+\.\d+"]),
    Row("main/unknown-subcommand", ["frobnicate"], 2, err=["no subcommand 'frobnicate'"]),
    Row("main/run-help", ["run", "--help"], out=["--enforce", "128\\+n"]),
    Row("main/check-help", ["check", "--help"], out=["Exit status"]),
    Row("main/explain-help", ["explain", "--help"], out=["--starttls", "3 no TLS connection"]),
]

def started_with(setting):
    """Starts a command after a change to how it gets signals."""
    return ("/usr/bin/python3", "-c", f"import os,sys\nfrom signal import *\n{setting}\nos.execvp(sys.argv[1], sys.argv[1:])")


# Waits until an orphan is gone: kill(1) finds a zombie, too.
ORPHAN = "orphan=$(sh -c 'sleep 0 >/dev/null & echo $!'); while kill -0 $orphan 2>/dev/null; do sleep 0.02; done; echo gone"
# The signal of the child's end went to one thread or to the other.
TWENTY_TIMES = ("sh", "-c", 'for turn in $(seq 20); do "$@"; done', "-")
# Fails where it was sent anything.
LISTENED_TO = (
    "/usr/bin/python3",
    "-c",
    "import os, socket, subprocess, sys\n"
    "os.umask(0)\n"
    "server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
    "server.bind('check.socket')\n"
    "status = subprocess.run(sys.argv[1:]).returncode\n"
    "os.unlink('check.socket')\n"
    "server.setblocking(False)\n"
    "try: status = 97 if server.recv(1) else 96\n"
    "except BlockingIOError: pass\n"
    "sys.exit(status)",
)


def with_etc(before, after):
    """Runs a command while something is different in /etc, which here is a layer of our own."""
    return ("sh", "-c", f'{before} || exit 99; "$@"; status=$?; {after}; exit $status', "-")


ORDINARY_USER = {"through": ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"), "root": True}
PROCESS_1 = ("unshare", "--pid", "--fork")
THREAD = {"LD_PRELOAD": "{t}/thread.so"}

RUN = [
    Row("run/preloads-the-library", ["run", "--", *SHOW], out=[r"^/\S*libtlsward\.so\|\|\|\|stderr$"]),
    Row("run/enforce", ["run", "--enforce", "--", *SHOW], out=[r"\|enforce\|"]),
    Row("run/audit", ["run", "--audit", "--", *SHOW], out=[r"\|audit\|"]),
    Row("run/audit-excludes-enforce", ["run", "--audit", "--enforce", "true"], 2, err=["exclude each other"]),
    Row(
        "run/trust-absolute-and-repeatable",
        ["run", "--trust", "root.pem", "--trust", "system", "--", *SHOW],
        out=[r"\|{t}/root\.pem:system\|"],
    ),
    Row("run/trust-missing", ["run", "--trust", "none.pem", "true"], 2, err=["none.pem: No such file"]),
    Row("run/policy-absolute", ["run", "--policy", "enforce.conf", "--", *SHOW], out=[r"\|{t}/enforce\.conf\|"]),
    Row("run/policy-missing", ["run", "--policy", "none.conf", "true"], 2, err=["none.conf: No such file"]),
    Row("run/policy-invalid", ["run", "--policy", "bad.conf", "true"], 125, err=["bad.conf:2: "]),
    Row("run/policy-unreadable", ["run", "--policy", "{t}/secret.conf", "true"], 125, err=["the policy is not valid", "secret.conf"], **ORDINARY_USER),
    Row("run/log-absolute", ["run", "--log", "file:e.jsonl", "--", *SHOW], out=[r"\|file:{t}/e\.jsonl$"]),
    Row("run/log-unknown", ["run", "--log", "pigeon", "true"], 2, err=["--log pigeon"]),
    Row("run/log-of-the-environment-is-kept", ["run", *SHOW], out=[r"\|syslog$"], env={"TLSWARD_LOG": "syslog"}),
    Row(
        "run/other-preloads-follow-ours",
        ["run", *SHOW],
        out=[r"^/\S*libtlsward\.so:libc\.so\.6\|"],
        env={"LD_PRELOAD": "libc.so.6"},
    ),
    Row("run/ours-is-not-doubled", ["run", *SHOW], out=["^[^:|]*libtlsward.so:libc.so.6\\|"], env={"LD_PRELOAD": "libc.so.6 {library}"}),
    Row("run/exit-status", ["run", "sh", "-c", "exit 42"], 42),
    Row("run/options-of-the-command-are-its-own", ["run", "echo", "--enforce"], out=["^--enforce$"]),
    Row("run/no-command", ["run", "--enforce"], 2, err=["no COMMAND"]),
    Row("run/unknown-option", ["run", "--nonsense", "true"], 2, err=["^tlsward run: .*--nonsense"]),
    Row("run/not-found", ["run", "no-such-program"], 127, err=["no-such-program: command not found"]),
    Row("run/not-executable", ["run", "{t}/root.pem"], 126, err=["Permission denied"]),
    Row("run/directory", ["run", "{t}"], 126, err=["Permission denied"]),
    Row("run/empty-path-element-is-here", ["run", "script"], out=["script ran"], env={"PATH": ":/usr/bin:/bin"}),
    Row("run/library-missing", ["run", "true"], 125, err=["TLSWARD_LIBRARY=/none.so"], env={"TLSWARD_LIBRARY": "/none.so"}),
    Row(
        "run/library-truncated",
        ["run", "true"],
        125,
        err=["truncated.so: .*(too short|invalid|truncated|Bus error|Segmentation)"],
        env={"TLSWARD_LIBRARY": "{t}/truncated.so"},
    ),
    Row(
        "run/library-is-another",
        ["run", "true"],
        125,
        err=["is not libtlsward.so"],
        env={"TLSWARD_LIBRARY": "/lib/x86_64-linux-gnu/libm.so.6"},
    ),
    Row("run/static-program", ["run", "{t}/static"], 125, err=["static is statically linked"]),
    Row("run/static-pie-program", ["run", "{t}/static-pie"], 125, err=["statically linked"]),
    Row("run/loader-as-program", ["run", "{t}/loader", "/bin/echo", "loaded"], 125, err=["is a dynamic loader"]),
    Row("run/other-machine", ["run", "{t}/foreign"], 125, err=["is a 64-bit AArch64 program, but .* is 64-bit x86-64"]),
    Row("run/other-word-size", ["run", "{t}/of-32-bits"], 125, err=["is a 32-bit i386 program, but .* is 64-bit x86-64"]),
    Row("run/asan-program", ["run", "{t}/asan"], 125, err=["built with AddressSanitizer"]),
    Row("run/asan-program-waived", ["run", "{t}/asan"], env={"ASAN_OPTIONS": "verify_asan_link_order=0"}),
    Row("run/asan-program-with-its-own-static-runtime", ["run", "{t}/asan-static"]),
    Row("run/setuid-program", ["run", "{t}/setuid"], 125, root=True, err=["setuid is setuid"]),
    Row("run/setgid-program", ["run", "{t}/setgid"], 125, root=True, err=["setgid is setuid, setgid"]),
    Row("run/script-by-its-interpreter", ["run", "{t}/script"], out=["script ran"]),
    Row("run/script-of-a-static-interpreter", ["run", "{t}/static-script"], 125, err=["static-script is run by .*/static, which"]),
    Row("run/script-through-env", ["run", "{t}/env-script"], out=["env ran"]),
    Row("run/script-through-env-S", ["run", "{t}/env-s-script"], out=["env -S ran"]),
    Row("run/script-through-env-to-static", ["run", "{t}/env-static"], 125, err=["/static, which is statically linked"]),
    Row("run/script-that-clears-the-environment", ["run", "{t}/env-i-script"], 125, err=["env -i"]),
    Row("run/script-without-interpreter-line", ["run", "{t}/bare-script"], out=["bare ran"]),
    Row("run/script-of-a-missing-interpreter", ["run", "{t}/lost-script"], 127, err=["interpreter /no/such"]),
    *(
        Row(f"run/where-SIGCHLD-is-ignored{'-with-a-summary' if summary else ''}", ["run", *summary, "grep", "SigIgn", "/proc/self/status"], out=[r"SigIgn:\t[0-9a-f]{11}[13579bdf][0-9a-f]{4}$"], through=started_with("signal(SIGCHLD, SIG_IGN)"))
        for summary in ([], ["--summary"])
    ),
    Row("run/script-loop", ["run", "{t}/loop-script"], 126, err=["too many levels"]),
]

WARNING = "^tlsward: warning: "
STRICT = ["run", "--strict"]


def linked_rows():
    """A warning names the TLS library, --strict refuses, and asking the loader does not run the program."""
    for name, file in programs.FAMILIES.items():
        says = [rf"{WARNING}{{t}}/links-{name} links {name} \({re.escape(file)}\) and no OpenSSL: {name} is not covered$"]
        yield Row(f"gaps/{name}-linked", ["run", f"{{t}}/links-{name}"], out=["it ran"], err=says)
        yield Row(f"gaps/{name}-linked-is-refused-with-strict", [*STRICT, f"{{t}}/links-{name}"], 125, err=says, absent=["it ran"])


def installed_rows():
    """Programs as they are installed: what is said of each, or nothing."""
    for program, words, said in (
        ("wget", ["--version"], r"links GnuTLS \(libgnutls.so.30\)"),
        ("node", ["--version"], "has a TLS library of its own built in: that is not covered"),
        ("hey", ["-n", "1", "-c", "1", "http://127.0.0.1:{PORT_closed}/"], "is a Go program with crypto/tls: that is not covered"),
    ):
        found = rf"{WARNING}/\S*{program} {said}"
        of = {"needs": program, "exports": "SSL_CTX_new" if program == "node" else None}
        yield Row(f"gaps/{program}", ["run", program, *words], err=[found], **of)
        yield Row(f"gaps/{program}-is-refused-with-strict", [*STRICT, program, *words], 125, err=[found], **of)
    for program in ("bun", "deno"):
        yield Row(f"gaps/{program}", [*STRICT, program, "--version"], 125, err=[rf"{WARNING}/\S*{program} seems to have a TLS library"], needs=program)
    yield Row("gaps/erl", ["run", "--summary", "erl", "-noshell", "-eval", "halt()."], err=[WARNING + ".*beam.smp runs Erlang"], needs="erl")
    for program, option in (("curl", "-V"), ("openssl", "version"), ("python3", "-V"), ("php", "-v"), ("socat", "-V"), ("psql", "-V"), ("ssh", "-V")):
        yield Row(f"gaps/nothing-is-said-of-{program}", [*STRICT, program, option], absent=["warning"], needs=program)


GAPS = [
    *linked_rows(),
    *installed_rows(),
    Row("gaps/GnuTLS-beside-OpenSSL-is-no-gap", [*STRICT, "{t}/links-OpenSSL-too"], out=["it ran"], absent=["warning"]),
    Row("gaps/musl-program-is-not-run-to-ask-it", [*STRICT, "{t}/links-GnuTLS-musl"], 125, err=[r"links GnuTLS \(libgnutls"], absent=["it ran"], needs="musl-gcc"),
    Row("gaps/script-by-its-interpreter", [*STRICT, "{t}/GnuTLS-script"], 125, err=[WARNING + "{t}/GnuTLS-script is run by {t}/links-GnuTLS, which links GnuTLS"]),
    Row("gaps/own-openssl-exported", [*STRICT, "{t}/own-openssl"], 125, err=["own-openssl has a TLS library of its own"], absent=["a guess"]),
    Row("gaps/own-openssl-hidden-is-a-guess", [*STRICT, "{t}/hidden-openssl"], 125, err=[r"hidden-openssl seems to have an OpenSSL .*\(a guess"]),
    Row("gaps/own-TLS-hidden-is-a-guess", [*STRICT, "{t}/hidden-tls"], 125, err=[r"hidden-tls seems to have a TLS library .*\(a guess"]),
    Row("gaps/TLS-hidden-in-a-linked-object", [*STRICT, "{t}/links-hidden"], 125, err=["links-hidden links {t}/libhidden.so, which seems to have a TLS library"], absent=["it ran"]),
    Row("gaps/Erlang", [*STRICT, "{t}/beam.smp"], 125, err=["beam.smp runs Erlang, whose TLS is its own: that is not covered"], absent=["it ran"]),
    Row("gaps/Java", [*STRICT, "{t}/java"], 125, err=["java runs Java, whose TLS is its own: that is not covered"], absent=["it ran"]),
    Row("gaps/own-libcrypto-does-no-tls", [*STRICT, "{t}/hidden-libcrypto"], absent=["warning"]),
    Row("gaps/openssl-hidden-in-a-linked-object", [*STRICT, "{t}/links-vendor"], 125, err=["links-vendor links {t}/libvendor.so, which seems to have"], absent=["it ran"]),
    Row("gaps/finding-with-dlsym-is-none", [*STRICT, "{t}/finds-openssl"], absent=["warning"]),
    Row("gaps/finding-with-dlsym-where-that-is-not-hooked", [*STRICT, "{t}/finds-openssl"], 125, err=["finds OpenSSL with dlsym, which is not hooked"], env={"TLSWARD_LIBRARY": "{t}/wrapper.so"}),
    Row("gaps/dlsym-for-other-names-is-none", [*STRICT, "python3", "-V"], absent=["warning"], env={"TLSWARD_LIBRARY": "{t}/wrapper.so"}, needs="python3"),
    *(
        Row(f"gaps/{name}-under-openssl-names", [*STRICT, f"{{t}}/links-{name}"], 125, err=[rf"links {{t}}/{name}\.so, which has functions of OpenSSL's names"])
        for name in ("wrapper", "boringssl")
    ),
    Row("gaps/said-with-a-summary-too", ["run", "--summary", "{t}/links-NSS"], err=[WARNING + ".*NSS", "0 connections"]),
    Row("gaps/our-own-library-is-no-openssl", [*STRICT, "{t}/links-GnuTLS"], 125, err=["links GnuTLS"], env={"PRELOAD_EVERYWHERE": "{library}"}),
]

SYSTEM = [
    Row(f"system/{option}-has-no-effect", ["run", f"--{option}", *value, "true"], 125, err=[f"--{option} has no effect"], system=RULED)
    for option, value in {"policy": ["enforce.conf"], "trust": ["root.pem"], "log": ["stderr"], "audit": [], "summary": []}.items()
] + [
    Row("system/audit-where-it-weakens-nothing", ["run", "--audit", "true"], system=RULED_AUDIT),
    Row(
        "system/audit-weakens-a-rule-for-the-linked-program",
        ["run", "--audit", "{t}/link-to-shell", "-c", "true"],
        125,
        err=["--audit has no effect"],
        system="[policy]\nmode = audit\n[rule shell]\nprogram = {shell}\nmode = enforce\n",
    ),
    Row(
        "system/audit-weakens-a-rule-for-the-link",
        ["run", "--audit", "{t}/link-to-shell", "-c", "true"],
        125,
        err=["--audit has no effect"],
        system="[policy]\nmode = audit\n[rule link]\nprogram = {t}/link-to-shell\nmode = enforce\n",
    ),
    Row(
        "system/audit-weakens-a-rule-for-a-destination",
        ["run", "--audit", "true"],
        125,
        err=["--audit has no effect"],
        system="[policy]\nmode = audit\n[rule host]\ndestination = good.test\nmode = enforce\n",
    ),
    Row("system/enforce-tightens", ["run", "--enforce", *SHOW], out=[r"\|enforce\|"], system=RULED_AUDIT),
    Row("system/environment-allowed", ["run", "--trust", "root.pem", *SHOW], out=["root.pem"], system=BELIEVING),
    Row("system/invalid-policy", ["run", "true"], 125, err=["policy.conf:2"], system="[policy]\nmode = maybe\n"),
    Row("system/environment-trust-does-not-count", ["check"], out=["trust = system: {system_count} certificates"],
        system="[policy]\n", env={"SSL_CERT_FILE": "{t}/root.pem", "SSL_CERT_DIR": "/none"}, needs="update-ca-certificates"),
    Row("system/policy-of-an-owner-that-is-not-mapped-is-root's-of-outside", ["check"], out=["mode = audit"], system=RULED_AUDIT, through=ANOTHER_UID_ONLY, root=True),
    Row("system/check-names-a-policy-that-users-cannot-read", ["check"], 1, err=["/etc/tlsward/policy.conf: not every user can read it, as /etc/tlsward/policy.conf has mode 0600: .* mode = audit"], system=RULED_AUDIT, modes=(0o755, 0o600)),
    Row("system/check-names-a-directory-that-hides-the-kill-switch", ["check"], 1, err=["/etc/tlsward: not every user can read it, as /etc/tlsward has mode 0700: .*/etc/tlsward/off", "policy.conf: not every user can read it, as the directory /etc/tlsward has mode 0700"], system=RULED_AUDIT, modes=(0o700, 0o644)),
    Row("system/check-names-trust-that-users-cannot-read", ["check"], 1, err=["/secret.pem: not every user can read it, as .*/secret.pem has mode 0600: their processes trust nothing"], system="[policy]\ntrust = {t}/secret.pem\n"),
    Row("system/check-names-an-anchor-that-users-cannot-read", ["check"], 1, err=["/secrets: not every user can read it, as .*/secret.pem has mode 0600: their"], system="[policy]\ntrust = {t}/secrets\n"),
    Row("system/check-says-nothing-of-a-policy-that-is-for-one-user", ["check", "secret.conf"], absent=["not every user"]),
    Row("system/check-json-names-it-too", ["check", "--json"], 1, out=["not every user can read it", '"valid": false'], system=RULED_AUDIT, modes=(0o755, 0o600)),
    *(Row(f"system/check-names-drop-ins-that-users-cannot-{what}", ["check"], 1, err=[f"^/etc/tlsward/policy.d: not every user can read it, as /etc/tlsward/policy.d has mode {mode}: their processes go by the other files alone"], system=RULED_AUDIT, through=with_etc(f"install -d -m {mode} /etc/tlsward/policy.d", "rm -r /etc/tlsward/policy.d")) for what, mode in (("list", "0711"), ("reach", "0700"))),
    Row("system/check-says-nothing-of-drop-ins-that-users-can-read", ["check"], absent=["not every user"], system=RULED_AUDIT, through=with_etc("install -d -m 0755 /etc/tlsward/policy.d", "rm -r /etc/tlsward/policy.d")),
    Row("system/check-names-a-policy-that-its-group-cannot-read", ["check"], 1, err=["policy.conf: not every user can read it, as /etc/tlsward/policy.conf has mode 0604: "], system=RULED_AUDIT, modes=(0o755, 0o604)),
    Row("system/check-names-a-system-store-that-users-cannot-read", ["check"], 1, err=["^system: not every user can read it, as .*/etc/ssl.* has mode 0700: their processes trust nothing"], system=RULED, through=with_etc("chmod 0700 /etc/ssl", "chmod 0755 /etc/ssl"), needs="update-ca-certificates"),
    Row("system/check-names-a-user-whom-nobody-knows", ["check"], out=["^# /etc/tlsward/policy.conf:5: rule odd: user = nobody-here matches nobody: /etc/passwd has no such name \\[unknown-user\\]$"], absent=["user = root matches"], system=RULED_AUDIT + "[rule odd]\nuser = root\nuser = nobody-here\nmode = enforce\n"),
    Row("system/check-names-a-drop-in-that-is-not-read", ["check"], out=["^# /etc/tlsward/policy.d/10-enforce: is not read: the name of a policy file ends in .conf"], absent=["20.conf: is not"], system=RULED_AUDIT, through=with_etc("install -d /etc/tlsward/policy.d; cd /etc/tlsward/policy.d; echo [policy] >10-enforce; echo [policy] >20.conf; cd - >/dev/null", "rm -r /etc/tlsward/policy.d")),
    *(Row(f"system/check-says-where-the-log-goes-{what}", ["check"], out=[f"^# log = {log}: {said}"], system=f"[policy]\nlog = {log}\n") for what, log, said in LOGS),
    Row("system/check-says-that-the-user-cannot-write-the-log", ["check"], out=["^# log = file:/root/x: no event of this user's processes arrives now: .*Permission denied"], system="[policy]\nlog = file:/root/x\n", **ORDINARY_USER),
    Row("system/check-writes-nothing-to-the-log", ["check"], absent=["no event"], system="[policy]\nlog = file:{t}/none.log\n", through=with_etc("true", "test ! -e none.log || status=98")),
    Row("system/check-says-that-somebody-listens-and-sends-nothing", ["check"], out=["^# log = unix:{t}/check.socket: goes to {t}/check.socket$"], system="[policy]\nlog = unix:{t}/check.socket\n", through=LISTENED_TO),
    Row("system/check-json-says-where-the-log-goes", ["check", "--json"], out=['"destination": "unix:/none/socket"', '"leads_to": null', '"problem": "nobody listens at /none/socket"', '"valid": true'], system="[policy]\nlog = unix:/none/socket\n"),
    Row("system/check-says-nothing-of-a-user's-own-trust", ["check"], absent=["not every user"], env={"TLSWARD_TRUST": "{t}/secret.pem"}),
    Row("system/check-names-a-name-that-no-host-has", ["check"], 1, err=["policy.conf:5: neither a host name nor an address \\[bad-value\\]\n    a..b"], system=RULED + "[rule odd]\ndestination = good.test\nname = a..b\n"),
    Row("system/explain-by-a-user-who-cannot-read-the-policy", ["explain", "good.test:{PORT_good}"], 1, out=["this user cannot read the whole policy, .*make it readable"], absent=["[rule "], system=RULED, modes=(0o755, 0o600), **ORDINARY_USER),
    Row("system/explain-by-a-user-who-cannot-read-the-trust", ["explain", "good.test:{PORT_good}"], 1, out=["cannot read {t}/secret.pem, which the policy trusts, .*make it readable"], absent=["[rule ", "install ca-certificates"], system=RULED + "trust = {t}/secret.pem\n", **ORDINARY_USER),
    Row("system/check-by-a-user-who-cannot-read-it", ["check"], 1, err=["policy.conf: the policy cannot be read: Permission denied .*it changes nothing"], system=RULED_AUDIT, modes=(0o755, 0o600), **ORDINARY_USER),
    Row("system/run-by-a-user-who-cannot-read-it", ["run", "true"], 125, err=["policy.conf: the policy cannot be read: Permission denied"], system=RULED_AUDIT, modes=(0o755, 0o600), **ORDINARY_USER),
    Row("system/check-tells-the-kill-switch", ["check"], out=["# switched off by /etc/tlsward/off"], system=RULED, off=True),
    Row("system/explain-tells-the-kill-switch", ["explain", "good.test:{PORT_good}"], out=["allowed"], err=["warning: the library is switched off by /etc/tlsward/off"], system="[policy]\ntrust = {t}/root.pem\n", off=True),
    Row("system/run-tells-the-kill-switch", ["run", "true"], err=["warning: the library is switched off by /etc/tlsward/off"], system=RULED, off=True),
    Row("check/kill-switch-of-the-environment", ["check"], out=["# switched off by TLSWARD_OFF=1 in the environment"], env={"TLSWARD_OFF": "1"}),
    Row("run/kill-switch-of-the-environment", ["run", "true"], err=["warning: the library is switched off by TLSWARD_OFF=1 in the environment"], env={"TLSWARD_OFF": "1"}),
    Row("run/strict-refuses-the-kill-switch-of-the-environment", ["run", "--strict", "true"], 125, err=["refused, because of --strict"], env={"TLSWARD_OFF": "1"}),
    Row("system/kill-switch-of-the-environment-that-does-not-count", ["run", "--strict", "true"], absent=["switched off"], env={"TLSWARD_OFF": "1"}, system=RULED),
    Row("system/kill-switch-of-the-environment-that-is-allowed", ["run", "true"], err=["warning: the library is switched off by TLSWARD_OFF=1 in the environment"], env={"TLSWARD_OFF": "1"}, system=RULED + "kill-switch-environment = allow\n"),
    Row("system/strict-refuses-the-kill-switch", ["run", "--strict", "true"], 125, err=["refused, because of --strict"], system=RULED, off=True),
    Row("system/check-reads-it", ["check"], out=["# read from /etc/tlsward/policy.conf", "mode = enforce"], system=RULED),
    Row(
        "system/setuid-under-a-system-preload",
        ["run", "--enforce", "{t}/setuid"],
        125,
        err=["options have no effect"],
        env={"PRELOAD_EVERYWHERE": NOT_HERE},
        root=True,
    ),
    Row("system/preloaded-everywhere", ["run", *SHOW], out=[r"^\|\|\|\|stderr$"], env={"PRELOAD_EVERYWHERE": NOT_HERE}),
]

EVERYWHERE = "[policy]\nmode = enforce\nlog = stderr\ntrust = {t}/root.pem\n"
JUDGED = '"tlsward.action":"blocked"'


def judged_rows():
    """The command is never judged by the library that it ships with, whatever preloads it."""
    unknown = ["explain", "good.test:{PORT_unknown}"]
    not_trusted = {"status": 1, "out": ["blocked: certificate-not-trusted"], "absent": ["tlsward.action"]}
    for how, where in (
        ("host", {"system": EVERYWHERE, "env": {"PRELOAD_EVERYWHERE": "{library}"}}),
        ("environment", {"env": {"LD_PRELOAD": "{library}", "TLSWARD_POLICY": "{t}/enforce.conf", "TLSWARD_LOG": "stderr"}}),
    ):
        name = f"preloaded-by-the-{how}"
        curl = ["-sSk", "https://good.test:{PORT_unknown}/"]
        yield Row(f"{name}/curl-is-judged", curl, 60, err=[JUDGED], command="/usr/bin/curl", needs="curl", **where)
        yield Row(f"{name}/explain-good", ["explain", "good.test:{PORT_good}"], out=["allowed: verified-by-policy"], absent=["tlsward.action"], **where)
        yield Row(f"{name}/explain-unknown", unknown, **not_trusted, **where)
        yield Row(f"{name}/explain-tells-the-pin", ["explain", "good.test:{PORT_self}"], 1, out=["^public key     {pin}$", "what to do"], **where)
        yield Row(f"{name}/explain-by-a-link", unknown, command="{t}/link-to-the-command", **not_trusted, **where)
        yield Row(f"{name}/explain-of-an-ordinary-user", unknown, **not_trusted, **ORDINARY_USER, **where)
        yield Row(f"{name}/check", ["check"], out=["mode = enforce"], absent=["tlsward.action"], **where)
        yield Row(f"{name}/run", ["run", "--enforce", "curl", *curl], 60, err=[JUDGED], needs="curl", **where)
        # It would be easy to give any program the command's note: root's policy asks for root's file.
        copy = {"command": "{t}/copy-of-the-command", **ORDINARY_USER}
        if how == "host":
            copy["through"] += ("sh", "-c", '"$@" || exit 9', "-")
        judged = {"status": 9, "err": [JUDGED]} if how == "host" else not_trusted
        yield Row(f"{name}/explain-by-a-users-own-copy", unknown, **judged, **copy, **where)


WITH_SUMMARY = ["run", "--summary"]
NOT_COVERED = "^tlsward: warning: /.*: not covered: starts "
# What is started in turn, and what is then said of it.
STARTED = {
    "cleared-environment": (["env", "-i", "/bin/true"], "/bin/true, without the library in LD_PRELOAD$"),
    "name-looked-up-in-PATH": (["env", "-u", "LD_PRELOAD", "grep", "-V"], "/usr/bin/grep, without the library in LD_PRELOAD$"),
    "dropped-LD_PRELOAD": (["sh", "-c", "LD_PRELOAD= /bin/true; LD_PRELOAD=libc.so.6 ls"], "/(usr/)?bin/(true|ls), without the library"),
    "library-that-is-not-there": (["env", "LD_PRELOAD=/gone/libtlsward.so", "true"], ".*/true, where the library that LD_PRELOAD names is not there$"),
    "static-program": (["sh", "-c", "{t}/static; true"], "{t}/static, which is statically linked$"),
    "script-of-a-static-interpreter": (["sh", "-c", "{t}/static-script; true"], "{t}/static-script, which is statically linked$"),
    "other-machine": (["sh", "-c", "{t}/foreign 2>&1; true"], "{t}/foreign, which is for another machine"),
    "other-word-size": (["sh", "-c", "{t}/of-32-bits; true"], "{t}/of-32-bits, which is for another machine or word size"),
    "in-a-script": (["sh", "-c", "sh -c 'env -i /bin/true'; true"], "/bin/true, without the library"),
    "by-python": (["/usr/bin/python3", "-c", "import subprocess; subprocess.run(['/bin/true'], env={})"], "/bin/true, without the library"),
}


# PTHREAD_STACK_MIN is 16 KiB; glibc's own search in PATH needs more.
SMALL_STACKS = (
    ("execve", 16384, "{t}/static-shows"),
    ("vfork", 16384, "{t}/static-shows"),
    ("posix_spawn", 16384, "{t}/static-shows"),
    ("posix_spawnp", 20480, "static-shows"),
    ("execvpe", 20480, "static-shows"),
)


def started_rows():
    for what, (command, said) in STARTED.items():
        yield Row(f"started/{what}", [*WITH_SUMMARY, *command], err=[NOT_COVERED + said, "0 connections: no TLS was seen"])
    for function in programs.STARTED_BY:
        status = 3 if function in ("posix_spawn", "posix_spawnp", "vfork") else 0
        yield Row(f"started/by-{function}", [*WITH_SUMMARY, "{t}/starts", function, "{t}/static-shows"], status, out=["^got a b$"], err=[NOT_COVERED + "{t}/static-shows, which is statically linked$"])
        yield Row(f"started/nothing-is-said-by-{function}", [*WITH_SUMMARY, "{t}/starts", function, "{t}/shows"], status, out=["^got a b$"], absent=["warning"])
        yield Row(f"started/by-{function}-what-is-not-there", [*WITH_SUMMARY, "{t}/starts", function, "{t}/none"], 3, absent=["warning"])
    yield Row("started/by-fexecve", [*WITH_SUMMARY, "{t}/starts", "fexecve", "{t}/static-shows"], out=["^got a b$"], err=[NOT_COVERED + "{t}/static-shows, which is statically linked$"])
    yield Row("started/by-fexecve-of-no-file", [*WITH_SUMMARY, "{t}/starts", "fexecve", "{t}/none"], 3, absent=["warning"])
    for function, size, file in SMALL_STACKS:
        yield Row(f"started/by-{function}-on-a-stack-of-{size}-bytes", [*WITH_SUMMARY, "{t}/starts", function, file, str(size)], 3 if function[0] in "pv" else 0, out=["^got a b$"], err=[NOT_COVERED + "{t}/static-shows, which is statically linked$"], env={"PATH": "{t}:/usr/bin:/bin"})
    yield Row("started/no-file-that-a-variable-names", ["-c", "{t}/starts execv {t}/static-shows; test -e {t}/not-this || echo none"], out=["^none$"], err=["starts {t}/static-shows"], command="/bin/sh", system="[policy]\nlog = stderr\n", env={"TLSWARD_RUN": "starts,file:{t}/not-this", "PRELOAD_EVERYWHERE": "{library}"})
    for function in ("system", "popen"):
        yield Row(f"started/by-{function}", [*WITH_SUMMARY, "{t}/starts", function, "echo started"], out=["^started$"], err=[NOT_COVERED + "/bin/sh, without the library in LD_PRELOAD$"])
    # Root's are not privileged by that, and drop the environment themselves.
    for program, words in (("sudo", ["true"]), ("su", ["-", "root", "-c", "true"])):
        yield Row(f"started/by-{program}", [*WITH_SUMMARY, program, *words], err=[rf"^tlsward: warning: /\S*/{program}: not covered: starts /.*, without the library in LD_PRELOAD$"], needs=program, root=True)
    for kind in ("setuid", "setgid"):
        yield Row(f"started/{kind}", [*WITH_SUMMARY, "sh", "-c", f"{{t}}/{kind}; true"], err=[NOT_COVERED + f"{{t}}/{kind}, which is setuid, setgid or"], root=True)
        yield Row(f"started/{kind}-where-privileges-are-not-gained", [*WITH_SUMMARY, "sh", "-c", f"{{t}}/{kind}; true"], absent=["warning"], through=("setpriv", "--no-new-privs"), root=True)
    everywhere = {"env": {"PRELOAD_EVERYWHERE": "{library}"}}
    yield Row("started/cleared-environment-under-a-system-preload", [*WITH_SUMMARY, "env", "-i", "/bin/true"], err=[NOT_COVERED + "/bin/true, without the variables that tlsward run has set$"], **everywhere)
    yield Row("started/setuid-under-a-system-preload", [*WITH_SUMMARY, "sh", "-c", "{t}/setuid; true"], err=[NOT_COVERED + "{t}/setuid, .* ignores the variables"], root=True, **everywhere)
    watched = {"TLSWARD_RUN": "log", "TLSWARD_LOG": "stderr", "PRELOAD_EVERYWHERE": "{library}"}
    yield Row("started/told-without-a-command", ["execv", "{t}/static-shows"], err=["starts {t}/static-shows"], command="{t}/starts", env=watched)
    yield Row("started/a-setuid-program-does-not-listen", ["execv", "{t}/static-shows"], out=["^got a b$"], absent=["not covered"], command="{t}/setuid-starts", env=watched, root=True)
    yield Row("started/in-the-log", ["run", "env", "-i", "/bin/true"], err=['"tlsward.message":"not covered: starts /bin/true, without the library in LD_PRELOAD"'])
    yield Row("started/in-the-log-of-a-policy", ["run", "env", "-i", "/bin/true"], err=['"tlsward.message":"not covered: '], system="[policy]\nlog = stderr\n", env={"TLSWARD_LOG": "file:{t}/not-this"})
    yield Row("started/nothing-is-said-of-what-has-the-library", [*WITH_SUMMARY, "sh", "-c", "ls; sh -c 'env ls; nice ls'; {t}/script; {t}/env-script"], absent=["warning"])
    yield Row("started/GnuTLS-in-a-script", [*WITH_SUMMARY, "sh", "-c", "{t}/links-GnuTLS; {t}/links-GnuTLS"], out=["it ran"], err=[WARNING + "{t}/links-GnuTLS links GnuTLS"])
    yield Row("started/GnuTLS-behind-git", [*WITH_SUMMARY, "git", "ls-remote", "https://127.0.0.1:{PORT_closed}/"], 128, err=[WARNING + ".*/git-remote-http links GnuTLS"], needs="git")
    yield Row("started/not-in-the-log-of-a-summary", [*WITH_SUMMARY, "--log", "stderr", "sh", "-c", "ls; true"], absent=["process-start"])


SUMMARY = [
    Row("summary/nothing", ["run", "--summary", "true"], err=["^tlsward: 0 connections: no TLS was seen; either there was none, or the library does not reach"]),
    Row(
        "summary/notices",
        ["run", *send(*2 * [event("", "", event__action="tlsward-notice", tlsward__message="not covered: something")])],
        err=[r"^tlsward: warning: /usr/bin/legacy: not covered: something  \(2 times\)$", "no TLS was seen"],
    ),
    Row("summary/exit-status", ["run", "--summary", "sh", "-c", "exit 42"], 42),
    Row("summary/another-preload-has-a-thread", ["run", "--summary", "env", "-u", "LD_PRELOAD", "sh", "-c", "exit 42"], 42, err=["0 connections"], env=THREAD, through=TWENTY_TIMES),
    Row("summary/process-1-waits-for-orphans", ["run", "--summary", "sh", "-c", ORPHAN], out=["gone"], through=PROCESS_1),
    Row("summary/an-ignored-signal-stays-ignored", ["run", "--summary", "sh", "-c", "kill -HUP $$; echo alive"], out=["alive"], through=started_with("signal(SIGHUP, SIG_IGN)")),
    Row("summary/a-blocked-signal-stays-blocked", ["run", "--summary", "grep", "SigBlk", "/proc/self/status"], out=[r"SigBlk:\t[0-9a-f]{11}1[4567][0-9a-f]{3}$"], through=started_with("pthread_sigmask(SIG_BLOCK, {SIGTERM, SIGCHLD})")),
    Row("summary/signal", ["run", "--summary", "sh", "-c", "kill -9 $$"], 137),
    Row(
        "summary/counts",
        ["run", *send(event("verified", "allowed"), event("verified-by-policy", "allowed"), event("failed", "would-block"), BLOCKED)],
        err=["4 connections: 1 verified by the program, 1 verified by the policy, 1 failed and went on, 1 blocked"],
    ),
    Row(
        "summary/failure-line",
        ["run", *send(BLOCKED)],
        err=[r"/usr/bin/legacy  ldap\.example  192\.0\.2\.7:636  certificate-expired  acme  blocked$"],
    ),
    Row("summary/failure-line-without-a-rule", ["run", *send(event("failed", "would-block"))], err=[r"-  \[policy\]  would-block$"]),
    Row(
        "summary/the-program-itself-blocked",
        ["run", *send(event("failed", "blocked", tlsward__decided_by="program"))],
        err=["blocked by the program itself$"],
    ),
    Row("summary/one-connection", ["run", *send(BLOCKED)], err=["^tlsward: 1 connection: "]),
    Row("summary/equal-failures-once", ["run", *send(BLOCKED, BLOCKED)], err=[r"2 blocked", r"blocked  \(2 times\)$"]),
    Row(
        "summary/repeated-counts",
        ["run", *send(event("verified", "allowed", tlsward__repeated=9))],
        err=["10 connections: 10 verified by the program"],
    ),
    Row("summary/dropped-is-told", ["run", *send(event("verified", "allowed", tlsward__dropped=3))], err=["events lost: 3;"]),
    Row("summary/garbage-is-told", ["run", *send("{not json")], err=["events lost: 1;"]),
    Row(
        "summary/updates-are-no-connections",
        ["run", *send(event("verified", "allowed", event__action="tls-handshake-update"))],
        err=["0 connections"],
    ),
    Row(
        "summary/hostile-name",
        ["run", *send(event("failed", "blocked", tlsward__expected_name="\x1b[31mred\u202e"))],
        err=[r"\\x1b\[31mred\\xe2\\x80\\xae"],
        absent=["\x1b", "\u202e"],
    ),
    Row("summary/log-is-passed-on", ["run", "--log", "stderr", *send(BLOCKED)], err=[r'^\{"event.action"', "1 blocked"]),
    Row("summary/other-log-of-the-environment-waits", ["run", *send(BLOCKED)], err=["1 blocked"], env={"TLSWARD_LOG": "stderr"}),
]

CHECK = [
    Row("check/default", ["check"], out=["the built-in default", "mode = audit"], absent=["#  "]),
    Row("check/expired-rule", ["check", "expired-rule.conf"], out=["^# {t}/expired-rule.conf:6: rule old: has expired and no longer applies"], absent=["alive: has expired"]),
    Row("check/json-expired-rule", ["check", "--json", "expired-rule.conf"], out=['"expired_rules": \\[\\s*"old"\\s*\\]']),
    Row("check/system-store-counted-once", ["check"], out=["trust = system: {system_count} certificates"], needs="update-ca-certificates"),
    Row("check/system-store-is-located", ["check"], out=["trust = system: 1 certificate in {t}/root.pem, {t}/same$"], env={"SSL_CERT_FILE": "{t}/root.pem", "SSL_CERT_DIR": "{t}/none:{t}/same"}),
    Row("check/json-locates-the-system-store", ["check", "--json"], out=['"location": "{t}/root.pem"'], env={"SSL_CERT_FILE": "{t}/root.pem", "SSL_CERT_DIR": "/none"}),
    Row("check/file", ["check", "enforce.conf"], out=["mode = enforce", r"# trust = {t}/root.pem: 1 certificate$"]),
    Row("check/every-error", ["check", "bad.conf"], 1, err=[r"bad.conf:2: .*\n    ", "bad.conf:3: "]),
    Row("check/missing-file", ["check", "none.conf"], 1, err=["^none.conf: the policy file does not exist"]),
    Row("check/program-that-is-a-link", ["check", "link.conf"], out=["^# {t}/link.conf:5: rule of-a-program: program = {t}/link-to-shell leads through a link, .*: write {shell} \\[program-is-link\\]$"]),
    Row("check/programs-below-a-link", ["check", "linked-directory.conf"], out=["link.*: write {t}/\\* \\[program-is-link\\]$"]),
    Row("check/program-that-is-no-link", ["check", "no-link.conf"], absent=["link, so"]),
    Row("check/program-that-is-not-there", ["check", "no-program.conf"], absent=["link, so"]),
    Row("check/json-program-that-is-a-link", ["check", "--json", "link.conf"], out=['"warnings": ', '"rule": "of-a-program"', '"line": 5']),
    Row("check/two-files", ["check", "a", "b"], 2),
    Row("check/unreadable-certificate", ["check", "broken.conf"], out=["broken.pem: 2 certificates", "broken.pem: certificate 2: ", "broken.pem: certificate 3: "]),
    Row("check/missing-trust-file", ["check", "no-trust.conf"], 1, out=["none.pem: 0 certificates", "none.pem: does not exist"]),
    Row("check/trust-of-a-rule", ["check", "rule-trust.conf"], out=["trust = {t}/stranger.pem: 1 certificate"]),
    Row("check/json", ["check", "--json", "enforce.conf"], out=['"valid": true', '"files": \\[\\s*"{t}/enforce.conf"', '"certificates": 1']),
    Row("check/pin", ["check", "pinned.conf"], out=["^pin = {pin}$"]),
    Row("check/bad-pin", ["check", "bad-pin.conf"], 1, err=[r"bad-pin.conf:2: not sha256// and the base64 .* \[bad-value\]\n    sha256//self$"]),
    Row("check/rule-that-drops-pins", ["check", "unpinned-rule.conf"], 1, err=[r"unpinned-rule.conf:3: the rule weakens .policy. \(pin\)"]),
    Row("check/json-errors", ["check", "--json", "bad.conf"], 1, out=['"valid": false', '"line": 2', '"message": '], absent=["bad.conf:2:"]),
    Row("check/json-missing-trust", ["check", "--json", "no-trust.conf"], 1, out=['"valid": false', "trust source without"]),
    Row("check/certificate-in-two-places-counted-once", ["check"], out=["trust = system: 1 cert"], env={"SSL_CERT_FILE": "{t}/root.pem", "SSL_CERT_DIR": "{t}/same"}),
    Row("check/environment-policy", ["check"], out=["mode = enforce"], env={"TLSWARD_POLICY": "{t}/enforce.conf"}),
    Row("check/system-store-of-the-environment", ["check"], out=["trust = system: 1 cert"], env={"SSL_CERT_FILE": "{t}/root.pem", "SSL_CERT_DIR": "/none"}),
]


def explain(host, server, *options):
    return ["explain", "--policy", "enforce.conf", *options, f"{host}:{{PORT_{server}}}"]


def certifi(*words):
    """Where certifi trusts another root than the policy."""
    place = "/usr/local/lib/python3.99/site-packages/certifi"
    over = f"mount -t tmpfs tmpfs /usr/local/lib; mkdir -p {place}; cp {{t}}/stranger.pem {place}/cacert.pem"
    return ["-m", "sh", "-ec", f'{over}; exec "$@"', "-", "{command}", *explain(*words)]


ISSUERS = {"no_proxy": "{PORT_issuers}"}  # which starts that server

EXPLAIN = [
    Row(
        "explain/good",
        explain("good.test", "good"),
        out=["good.test \\(from sni\\)", "DNS:good.test  matches", "[0-9] of the chain as built: certificate 1 of {t}/root.pem", "29 days left", "allowed: verified-by-policy"],
        absent=["what to do"],
    ),
    Row("explain/nothing-noticed", explain("good.test", "good"), absent=["noticed"]),
    Row("explain/chain-in-the-wrong-order", explain("good.test", "disorder"), out=["^noticed +the chain is sent in the wrong order: 0 is issued by 2, which is to come next", "allowed: verified-by-policy"]),
    Row("explain/root-sent", explain("good.test", "rooted"), out=["^noticed +2 of the chain as sent is a root \\(CN=tlsward test root\\)"], absent=["wrong order"]),
    Row("explain/certificate-of-no-use-sent", explain("good.test", "crowded"), out=["^noticed +2 of the chain as sent \\(CN=other\\) has issued none of the others"], absent=["wrong order"]),
    Row("explain/certificate-depends-on-sni", explain("good.test", "by-name"), 1, out=["^noticed +the certificate depends on SNI: without it the server sends another \\(CN=other\\)", "DNS:good.test  matches"]),
    Row("explain/by-address-without-sni", explain("127.0.0.1", "by-name"), 1, absent=["depends on SNI"]),
    Row("explain/issuer-left-out", explain("good.test", "aia", "--fetch"), 1, env=ISSUERS, out=["the server leaves out the certificate of CN=tlsward test intermediate, which is at http://127.0.0.1:9080/middle.der$", "with what it leaves out the chain leads to a trust anchor$", "blocked: certificate-not-trusted"]),
    Row("explain/issuer-left-out-and-not-asked-for", explain("good.test", "aia"), 1, env=ISSUERS, out=["http://127.0.0.1:9080/middle.der"], absent=["leaves out"]),
    Row("explain/issuer-that-is-not-there", explain("good.test", "aia-none", "--fetch"), 1, env=ISSUERS, out=["cannot be had from http://127.0.0.1:9080/none.der: "], absent=["leaves out"]),
    Row("explain/issuer-that-is-another", explain("good.test", "aia-other", "--fetch"), 1, env=ISSUERS, out=["cannot be had from .*/stranger.der: what is there has not issued this one$"], absent=["leaves out"]),
    Row("explain/issuer-that-is-no-certificate", explain("good.test", "aia-garbage", "--fetch"), 1, env=ISSUERS, out=["cannot be had from .*/root.pem: "], absent=["leaves out"]),
    Row("explain/issuer-not-told", explain("good.test", "lone", "--fetch"), 1, out=["does not say where it can be had"]),
    Row("explain/nothing-to-fetch", explain("good.test", "good", "--fetch"), absent=["noticed"]),
    Row("explain/store-of-certifi", certifi("good.test", "unknown"), 1, command="/usr/bin/unshare", root=True, out=["blocked: certificate-not-trusted", "^(other stores)? +Python requests \\(certifi\\), /usr/local/lib/python3.99/site-packages/certifi/cacert.pem: the chain is valid$"]),
    Row("explain/store-of-certifi-lacks-the-root", certifi("good.test", "good"), command="/usr/bin/unshare", root=True, out=["allowed: verified-by-policy", "certifi/cacert.pem: unable to get local issuer certificate$"]),
    Row("explain/store-of-certifi-in-json", certifi("good.test", "unknown", "--json"), 1, command="/usr/bin/unshare", root=True, out=['"file": "/usr/local/lib/python3.99/site-packages/certifi/cacert.pem",\n +"x509_error": 0']),
    Row("explain/json-noticed", explain("good.test", "rooted", "--json"), out=['"noticed": \\[\n +"2 of the chain as sent is a root']),
    Row("explain/wildcard", explain("a.wild.test", "good"), out=[r"DNS:\*\.wild\.test  matches", "is another name"]),
    Row("explain/every-address-in-turn", explain("two.wild.test", "good"), out=["at 127.0.0.1,"], err=["at ::1: "]),
    Row("explain/wildcard-two-labels", explain("a.b.wild.test", "good"), 1, out=["covers exactly one label"]),
    Row("explain/wildcard-bare-domain", explain("wild.test", "good"), 1, out=["does not cover the domain itself"]),
    Row("explain/wildcard-and-an-underscore", explain("app_1.wild.test", "good"), 1, out=["DNS:.*wild.test  a wildcard does not cover a label with an underscore"], absent=["exactly one label"]),
    Row("explain/name-of-other-letters", explain("bücher.test", "good"), 1, out=["expected name  xn--bcher-kva.test"]),
    Row("explain/address-as-dns-name", explain("127.0.0.1", "dns-address"), 1, out=["reissued with IP:127.0.0.1"], absent=["connect by"]),
    Row("explain/client-certificate-asked-for", explain("good.test", "asking"), out=["ended early +TLS handshake: .*; the server asks for a client certificate", "DNS:good.test  matches", "allowed: verified-by-policy"]),
    Row("explain/client-certificate-asked-for-and-wrong-name", explain("other.test", "asking"), 1, out=["asks for a client certificate", "blocked: certificate-host-mismatch"]),
    Row("explain/json-client-certificate-asked-for", explain("good.test", "asking", "--json"), out=['"ended_early": "TLS handshake: ']),
    Row("explain/anonymous-suites-only", explain("good.test", "anonymous"), 1, out=["A(EC)?DH", "blocked: no-certificate", "offers no suite with a certificate"]),
    Row("explain/json-anonymous-suites-only", explain("good.test", "anonymous", "--json"), 1, out=['"reason": "no-certificate"', '"chain_sent": \\[\\]']),
    Row("explain/address", explain("127.0.0.1", "good"), out=["127.0.0.1 \\(from address\\)", "IP:127.0.0.1  matches", "an address is expected"]),
    Row("explain/address-without-ip", explain("127.0.0.1", "other"), 1, out=["certificate-host-mismatch", "an address is expected"]),
    Row(
        "explain/other-host",
        explain("good.test", "other"),
        1,
        out=["DNS:other.test  is another name", "email:a@good.test  is no server name", "certificate-host-mismatch", "the certificate names other.test"],
    ),
    Row("explain/expired", explain("good.test", "expired"), 1, out=["certificate-expired", "days ago", "renew it"]),
    Row("explain/ends-soon", explain("good.test", "soon"), out=["allowed", "ends in 4 days: renew"]),
    Row("explain/unknown-ca", explain("good.test", "unknown"), 1, out=["certificate-not-trusted", 'is a CA that you mean to trust', 'trust = /etc/tlsward/good.test.pem']),
    Row("explain/self-signed", explain("good.test", "self"), 1, out=["certificate-not-trusted", "is self-signed", "SHA-256 [0-9A-F]{64}"]),
    Row("explain/self-signed-may-be-pinned", explain("good.test", "self"), 1, out=["^public key     {pin}$", "destination = good.test:{PORT_self}\n +verify = none\n +pin = {pin}$"]),
    Row(
        "explain/pinned",
        ["explain", "--policy", "pinned.conf", "good.test:{PORT_self}"],
        out=["^public key     {pin}  pinned$", "allowed: verified-by-policy"],
        absent=["what to do"],
    ),
    Row(
        "explain/not-pinned",
        ["explain", "--policy", "pinned.conf", "good.test:{PORT_good}"],
        1,
        out=["^public key     sha256//[^ ]{43}=  not pinned$", "blocked: public-key-not-pinned$", "pin = sha256//"],
        absent=["trust = FILE"],
    ),
    Row("explain/pinned-and-not-trusted", ["explain", "--policy", "pinned-full.conf", "good.test:{PORT_self}"], 1, out=["  pinned$", "blocked: certificate-not-trusted"]),
    Row("explain/json-pinned", ["explain", "--json", "--policy", "pinned.conf", "good.test:{PORT_self}"], out=['"public_key_pin": "{pin}"', '"pinned": true']),
    Row("explain/json-not-pinned", ["explain", "--json", "--policy", "pinned.conf", "good.test:{PORT_good}"], 1, out=['"pinned": false', '"reason": "public-key-not-pinned"']),
    Row("explain/json-without-pins", explain("good.test", "good", "--json"), out=['"pinned": null']),
    Row("explain/self-signed-as-anchor", explain("good.test", "self", "--trust", "self.pem"), out=["allowed", "of {t}/self.pem"]),
    Row("explain/intermediate-as-anchor", explain("good.test", "lone", "--trust", "middle.pem"), out=["allowed", "of {t}/middle.pem"]),
    Row("explain/missing-intermediate", explain("good.test", "lone"), 1, out=["intermediate that the server does not send", "CN=tlsward test intermediate"]),
    Row("explain/common-name-only", explain("good.test", "cn"), 1, out=["CN:good.test  the common name does not count", "allow-cn = yes"]),
    Row("explain/common-name-of-a-careful-program", explain("good.test", "cn"), 1, out=["demands chain and name by itself gets through all the same"]),
    Row("explain/partial-wildcard", explain("a.wild.test", "partial"), 1, out=["part of a label fits", "reissued with DNS:a.wild.test", "demands chain and name by itself gets through"], absent=["connect by that name"]),
    Row("explain/common-name-strictly", ["explain", "--policy", "strict-names.conf", "good.test:{PORT_cn}"], 1, out=["would get through with names = program"]),
    Row("explain/common-name-allowed", ["explain", "--policy", "allow-cn.conf", "good.test:{PORT_cn}"], out=["CN:good.test  matches", "old-appliance", "allowed"]),
    Row("explain/weak-key", explain("good.test", "weak"), 1, out=["validation-failure", "weaker than security level 2"]),
    Row("explain/weak-key-whatever-the-policy", ["explain", "--policy", "low-level.conf", "good.test:{PORT_weak}"], 1, out=["validation-failure"]),
    Row("explain/client-certificate", explain("good.test", "client"), 1, out=["validation-failure", "serverAuth"]),
    Row("explain/hostile-subject", explain("other.test", "hostile"), out=[r"CN=\\1B"], absent=["\x1b"]),
    Row("explain/name-of-a-rule", ["explain", "--policy", "name.conf", "good.test:{PORT_other}"], out=["other.test \\(from policy\\)", "allowed", "rule .*renamed"]),
    Row("explain/rule-of-a-program", ["explain", "--policy", "program.conf", "--as", "/opt/acme/bin/sync", "good.test:{PORT_unknown}"], out=["off here", "acme"]),
    Row("explain/rule-of-a-link", ["explain", "--policy", "link.conf", "--as", "{t}/link-to-shell", "good.test:{PORT_expired}"], 1, out=["of-a-program, which tightens: whether it matches is not known", "blocked: certificate-not-trusted"]),
    Row("explain/rule-of-a-link-that-was-not-used", ["explain", "--policy", "link.conf", "--as", "{shell}", "good.test:{PORT_expired}"], 1, out=["no rule matches", "would-block: certificate-not-trusted"]),
    Row("explain/rule-of-another-program", ["explain", "--policy", "program.conf", "good.test:{PORT_unknown}"], 1, out=["no rule matches"]),
    Row("explain/rule-of-a-user", ["explain", "--policy", "user.conf", "--user", "1234", "good.test:{PORT_unknown}"], out=["off here"]),
    Row("explain/audit-would-block", ["explain", "--policy", "audit.conf", "good.test:{PORT_expired}"], 1, out=["would-block: certificate-expired"]),
    Row("explain/invalid-policy", ["explain", "--policy", "bad.conf", "good.test:{PORT_good}"], 1, out=["none, as the policy is not valid", "policy-invalid", "repair the policy"], err=["bad.conf:2"], absent=["trust = FILE"]),
    Row("explain/trust-store-missing", ["explain", "--policy", "no-trust.conf", "good.test:{PORT_good}"], 1, out=["trust-store-missing", "holds no certificate"]),
    Row("explain/json", explain("good.test", "expired", "--json"), 1, out=['"reason": "certificate-expired"', '"allowed": false', '"advice": \\[\\s*\\{']),
    Row("explain/certificate-to-a-device", explain("good.test", "self", "--certificate", "/dev/stdout"), 2, out=["verdict"], err=["the certificate cannot be written to /dev/stdout: File exists"]),
    Row("explain/certificate-without-a-directory", explain("good.test", "self", "--certificate", "{t}/none/self.pem"), 2, err=["/none/self.pem: No such file"]),
    Row("explain/certificate-of-none", explain("good.test", "anonymous", "--certificate", "{t}/none.pem"), 2, err=["sent no certificate"]),
    Row("explain/refused-connection", ["explain", "127.0.0.1:{PORT_closed}"], 3, err=["Connection refused"]),
    Row("explain/no-such-host", ["explain", "none.invalid"], 3, err=["none.invalid"]),
    Row("explain/no-tls", ["explain", "good.test:{PORT_clear}"], 3, err=["TLS handshake"]),
    Row("explain/silent-server", ["explain", "good.test:{PORT_silent}"], 3, err=["timed out"]),
    Row("explain/no-host", ["explain"], 2),
    Row("explain/bad-port", ["explain", "good.test:70000"], 2, err=["port"]),
    Row("explain/bad-starttls", ["explain", "--starttls", "gopher", "good.test"], 2, err=["gopher"]),
    Row("explain/ldap-refused-in-long-form", explain("good.test", "directory", "--starttls", "ldap"), 3, err=["LDAP result 52"]),
    Row("explain/starttls-refused", explain("good.test", "clear", "--starttls", "smtp"), 3, err=["does not start TLS: 500 no\\\\x1b"]),
]


# What `explain` says is what the library does: server → the reason both give
PREDICTED = {
    "good": None,
    "soon": None,
    "other": "certificate-host-mismatch",
    "expired": "certificate-expired",
    "unknown": "certificate-not-trusted",
    "self": "certificate-not-trusted",
    "lone": "certificate-not-trusted",
    "cn": "certificate-host-mismatch",
    "weak": "validation-failure",
    "client": "validation-failure",
}


def prediction_rows():
    for server, reason in PREDICTED.items():
        yield Row(
            f"library/{server}-predicted",
            explain("good.test", server),
            1 if reason else 0,
            out=[f"blocked: {reason}" if reason else "allowed: verified-by-policy"],
        )
        fetch = ["curl", "-sSk", "--ciphers", "DEFAULT@SECLEVEL=0", f"https://good.test:{{PORT_{server}}}/"]
        yield Row(
            f"library/{server}-done",
            ["run", "--enforce", "--trust", "root.pem", "--summary", *fetch],
            60 if reason else 0,
            err=[f"good.test  .*{reason}  \\[policy\\]  blocked$" if reason else "1 verified by the policy"],
            needs="curl",
        )


# The same of policies that say more: policy → server → the reason both give
PREDICTED_BY_POLICY = {
    "denied.conf": {"self": "key-denied", "good": None},
    "denied-middle.conf": {"good": "key-denied"},
    "forgiving.conf": {"expired": None, "other": "certificate-host-mismatch", "unknown": "certificate-not-trusted"},
    "newest.conf": {"tls12": "protocol-too-old", "good": None},
}


def policy_prediction_rows():
    for policy, servers in PREDICTED_BY_POLICY.items():
        for server, reason in servers.items():
            name = f"library/{server}-under-{policy.removesuffix('.conf')}"
            target = f"good.test:{{PORT_{server}}}"
            yield Row(f"{name}-predicted", ["explain", "--policy", policy, target], 1 if reason else 0,
                      out=[f"blocked: {reason}" if reason else "allowed: verified-by-policy"])
            yield Row(f"{name}-done", ["run", "--policy", policy, "--summary", "curl", "-sSk", f"https://{target}/"],
                      35 if reason == "protocol-too-old" else 60 if reason else 0,  # curl's own, where there is no certificate to refuse
                      err=[f"good.test  .*{reason}  .*blocked$" if reason else "1 verified by the policy"], needs="curl")


UNFOUND = "is not found: in a hashed directory"
UNFIT = "certificate 1: its trust settings do not let it vouch for TLS servers"
# A source (certificates.make_sources) → certificates that count, whether the root is one, what `check` says of which file
SOURCES = {
    "hashed": (1, True, None),
    "not-hashed": (1, True, None),
    "hash-of-old": (0, False, r"/hash-of-old/[0-9a-f]{8}.0: certificate 1: " + UNFOUND),
    "both-hashes": (1, True, None),
    "two-in-one": (1, False, r"/two-in-one/[0-9a-f]{8}.0: certificate 2: " + UNFOUND),
    "gap": (0, False, r"/gap/[0-9a-f]{8}.1: certificate 1: " + UNFOUND),
    "dead-link": (0, False, r"/dead-link/[0-9a-f]{8}.0: does not exist"),
    "unhashed-in-hashed": (1, False, "/unhashed-in-hashed/root.pem: certificate 1: " + UNFOUND),
    "named-twice": (1, True, None),
    "nothing-behind-the-hash": (1, True, None),
    "der": (1, True, None),
    "der-and-newline": (0, False, "/der-and-newline: certificate 1: has other bytes behind"),
    "too-large": (0, False, "/too-large: is larger than 16 MiB"),
    "unclosed-block-before": (1, True, None),
    "bytes-before": (1, True, None),
    "trusted": (1, True, None),
    "rejecting": (0, False, f"/rejecting: {UNFIT}"),
    "trusted-for-mail": (0, False, f"/trusted-for-mail: {UNFIT}"),
}


def source_rows():
    """What `check` counts and `explain` trusts is what the library does."""
    for source, (count, trusted, problem) in SOURCES.items():
        policy = f"source-{source}.conf"
        counted = rf"sources/{source}: {count} certificate{'' if count == 1 else 's'}$"
        yield Row(f"source/{source}-checked", ["check", policy], 0 if count else 1, out=[counted, *([problem] if problem else [])],
                  absent=[] if problem else ["#   "])
        predicted = "allowed" if trusted else "blocked: (certificate-not-trusted|trust-store-missing)"
        yield Row(f"source/{source}-predicted", ["explain", "--policy", policy, "good.test:{PORT_good}"], 0 if trusted else 1, out=[predicted])
        fetch = ["curl", "-sSk", "https://good.test:{PORT_good}/"]
        done = "1 verified by the policy" if trusted else "1 blocked"
        yield Row(f"source/{source}-done", ["run", "--policy", policy, "--summary", *fetch], 0 if trusted else 60, err=[done], needs="curl")


def pin_rows():
    for server, done in {"self": "1 verified by the policy", "good": "good.test  .*public-key-not-pinned  \\[policy\\]  blocked$"}.items():
        fetch = ["curl", "-sSk", f"https://good.test:{{PORT_{server}}}/"]
        yield Row(
            f"library/{server}-pinned-done",
            ["run", "--policy", "pinned.conf", "--summary", *fetch],
            60 if server == "good" else 0,
            err=[done],
            needs="curl",
        )
    fetch = ["curl", "-sSk", "https://good.test:{PORT_self}/"]
    told = '"tlsward.public_key_pin":"{pin}"'
    yield Row("library/event-tells-the-pin", ["run", "--audit", "--trust", "root.pem", *fetch], err=[told], needs="curl")


def starttls_rows(programs):
    return [
        Row(
            f"starttls/{protocol}",
            explain("good.test", protocol, "--starttls", protocol),
            out=["DNS:good.test  matches", "allowed: verified-by-policy"],
            needs=program,
            root=True,
        )
        for protocol, (program, _) in programs.items()
    ]
