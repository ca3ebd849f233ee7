"""What is given to `tlsward log`, and what it has to say of it."""

import bz2
import gzip
import json
import lzma
import subprocess
from dataclasses import dataclass, field

BASE = {"@timestamp": "2026-11-21T06:44:40.123Z", "ecs.version": "8.11.0", "tlsward.schema": 1,
        "event.id": "0" * 31 + "1", "event.kind": "event", "event.category": ["network"],
        "event.type": ["connection"], "event.action": "tls-handshake", "event.outcome": "failure",
        "process.executable": "/opt/acme/bin/sync", "process.pid": 4711, "user.id": "1000",
        "server.address": "ldap.corp.example", "server.ip": "192.0.2.7", "server.port": 636,
        "tlsward.mode": "audit", "tlsward.outcome": "failed", "tlsward.action": "would-block",
        "tlsward.decided_by": "policy", "tlsward.reason": "certificate-host-mismatch"}


def event(number=1, **members):
    """A line; in names of members `_` stands for a dot, but in those below "tlsward."."""
    changed = dict(BASE)
    changed["event.id"] = f"{number:08x}" + "0" * 24
    changed["@timestamp"] = f"2026-11-21T06:{number // 60:02d}:{number % 60:02d}.000Z"
    for name, value in members.items():
        head, _, rest = name.partition("_")
        changed[f"tlsward.{rest}" if head == "tlsward" else name.replace("_", ".")] = value
    changed = {name: value for name, value in changed.items() if value is not None}
    return (json.dumps(changed, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def update(number, checks, at=None):
    line = event(number, event_action="tls-handshake-update", tlsward_app_checked_later=checks, tlsward_outcome=None,
                 tlsward_action=None, tlsward_reason=None, tlsward_decided_by=None)
    return line.replace(b"T06:00:%02d" % number, b"T06:00:%02d" % (at or number))


def zstd(data):
    return subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True).stdout


def numbered(*numbers):
    return b"".join(event(number) for number in numbers)


@dataclass(frozen=True)
class Case:
    name: str
    arguments: tuple = ("{t}/log",)
    files: dict = field(default_factory=dict)  # name → bytes
    stdin: bytes = b""
    status: int = 0
    ids: tuple = None  # the first eight digits in the lines that are shown, in their order
    out: tuple = ()  # regular expressions
    err: tuple = ()
    never: tuple = ()  # regular expressions that neither may have
    environment: dict = field(default_factory=dict)


def ids(*numbers):
    return tuple(f"{number:08x}" for number in numbers)


LATE = event(3, **{"process_executable": "/usr/bin/curl", "tlsward_action": "blocked", "tlsward_mode": "enforce"})
HOSTILE = event(1, server_address="\x1b[31mred\u202e\x07", tlsward_reason="a\x9bb\u2028c", tlsward_message="\U0001F600é")
HOSTILE_ESCAPED = json.dumps(json.loads(HOSTILE)).encode() + b"\n"
CUT = event(2)[:300] + b"\n"
MANY_BAD = b"".join(b"bad %d\n" % i for i in range(25))
MIXED = (b"Nov 21 06:44:40 host cron[1]: (root) CMD (x)\n"
         b"Nov 21 06:44:40 host tlsward[4711]: " + event(1) +
         b"<30>1 2026-11-21T06:44:40Z host tlsward 4711 event - " + event(2) +
         b"2026-11-21T06:44:40.000+01:00 host sshd[1]: said {\"x\":1}\n"
         b"2026-11-21T06:44:40.000+01:00 host tlsward[1]: " + event(3))

CASES = [
    # Where events may be.
    Case("source/a-file", files={"log": numbered(1, 2)}, ids=ids(1, 2), out=("would-block +/opt/acme/bin/sync +ldap.corp.example:636 +certificate-host-mismatch",)),
    Case("source/gzip-by-its-bytes", files={"log": gzip.compress(numbered(1, 2))}, ids=ids(1, 2)),
    Case("source/gzip-of-two-members", files={"log": gzip.compress(event(1)) + gzip.compress(event(2))}, ids=ids(1, 2)),
    Case("source/gzip-that-grows-a-thousandfold", files={"log": gzip.compress(event(1) * 20000 + event(2))}, ids=ids(*[1] * 20000, 2)),
    Case("source/zstd-by-its-bytes", files={"log": ("zstd", numbered(1, 2))}, ids=ids(1, 2)),
    Case("source/zstd-that-grows-a-thousandfold", files={"log": ("zstd", event(1) * 20000 + event(2))}, ids=ids(*[1] * 20000, 2)),
    Case("source/standard-input", ("-",), stdin=numbered(1, 2), ids=ids(1, 2)),
    Case("source/standard-input-compressed", ("-",), stdin=gzip.compress(numbered(1, 2)), ids=ids(1, 2)),
    Case("source/no-events-at-all", files={"log": b""}, ids=()),
    Case("source/a-directory-with-the-oldest-first", ("{t}/d",), files={"d/log": event(4), "d/log.1": event(3), "d/log.2.gz": gzip.compress(event(2)), "d/log.10.gz": gzip.compress(event(1))}, ids=ids(1, 2, 3, 4)),
    Case("source/a-directory-rotated-by-date", ("{t}/d",), files={"d/log": event(3), "d/log-20261120.gz": gzip.compress(event(2)), "d/log-20261119.zst": ("zstd", event(1))}, ids=ids(1, 2, 3)),
    Case("source/a-directory-of-hosts-in-the-order-of-events", ("{t}/d",), files={"d/a/log": numbered(1, 4), "d/b/log.1": event(2), "d/b/log": event(3), "d/.hidden": b"x\n"}, ids=ids(1, 2, 3, 4)),
    Case("source/several-in-the-order-of-events", ("{t}/a", "{t}/b", "-"), files={"a": numbered(1, 6), "b": gzip.compress(numbered(2, 3))}, stdin=numbered(4, 5), ids=ids(1, 2, 3, 4, 5, 6)),
    Case("source/lines-of-syslog-daemons", files={"log": MIXED}, ids=ids(1, 2, 3), never=("sshd", "CMD", "tlsward log:")),
    Case("source/blanks-and-carriage-returns", files={"log": json.dumps(json.loads(event(1))).encode() + b"\r\n\n\r\n" + event(2)}, ids=ids(1, 2), status=3, err=("log:3: it does not begin with {",)),
    Case("source/members-of-a-later-version", files={"log": event(1, tlsward_new_list=["a"], tlsward_new=True)}, ids=ids(1)),
    Case("source/a-file-that-is-missing", ("{t}/none", "{t}/log"), files={"log": event(1)}, ids=ids(1), status=3, err=("^tlsward log: .*/none: No such file or directory$",)),
    Case("source/compressed-in-another-way", ("{t}/xz", "{t}/bz2"), files={"xz": lzma.compress(event(1)), "bz2": bz2.compress(event(1))}, ids=(), status=3, err=("xz: compressed in a way that is not known here", "bz2: compressed in a way")),
    Case("source/an-empty-directory", ("{t}/d",), files={"d/.hidden": b""}, ids=()),
    # Without a source it is the policy that says it.
    Case("policy/a-file-and-what-it-was-rotated-to", (), files={"events.log": event(3), "events.log.1": event(2), "events.log.2.gz": gzip.compress(event(1)), "events.logic": event(9), "events.logic.1": event(8), "my-events.log": event(7), "p.conf": b"[policy]\nlog = file:{t}/events.log\n"}, environment={"TLSWARD_POLICY": "{t}/p.conf"}, ids=ids(1, 2, 3)),
    Case("policy/a-file-that-is-missing", (), files={"p.conf": b"[policy]\nlog = file:{t}/events.log\n"}, environment={"TLSWARD_POLICY": "{t}/p.conf"}, status=3, err=("events.log, where the policy sends events, is not there",)),
    Case("policy/a-place-that-keeps-nothing", (), files={"p.conf": b"[policy]\nlog = stderr\n"}, environment={"TLSWARD_POLICY": "{t}/p.conf"}, status=3, err=("the policy sends events to stderr, which keeps none: name a source",)),
    # What is no event is counted and named, and hides no other line.
    Case("damage/a-line-of-something-else", files={"log": event(1) + b"{\"a\":1}\n" + event(2)}, ids=ids(1, 2), status=3, err=(r"^tlsward log: .*/log:2: no event of tlsward",)),
    Case("damage/half-a-line-in-the-middle", files={"log": event(1) + CUT + event(3)}, ids=ids(1, 3), status=3, err=(r"/log:2: the line ends within",)),
    Case("damage/half-a-line-that-runs-into-the-next", files={"log": event(1) + event(2)[:300] + event(3) + event(4)}, ids=ids(1, 4), status=3, err=(r"/log:2: ",)),
    Case("damage/half-a-line-at-the-end-is-none", files={"log": event(1) + event(2)[:300]}, ids=ids(1), never=("tlsward log:",)),
    Case("damage/a-last-line-without-a-newline-is-none", files={"log": event(1) + event(2)[:-1]}, ids=ids(1, 2)),
    Case("damage/bytes-that-are-no-text", files={"log": event(1) + b"\0\xff\xfe" * 99 + b"\n" + event(2)}, ids=ids(1, 2), status=3, err=("/log:2: it does not begin with {",)),
    Case("damage/a-line-without-an-end", files={"log": event(1) + b"x" * 3000000 + b"\n" + event(2)}, ids=ids(1, 2), status=3, err=("/log:2: the line is too long",)),
    Case("damage/a-file-without-lines", files={"log": b"\0" * 3000000}, ids=(), status=3, err=("/log:1: the line is too long",)),
    Case("damage/a-line-that-drives-a-terminal", files={"log": b"\x1b]0;owned\x07{}\n" + event(1)}, ids=ids(1), status=3, never=("\x1b", "owned")),
    Case("damage/a-member-twice", files={"log": event(1) + event(2)[:-2] + b",\"event.id\":\"x\"}\n"}, ids=ids(1), status=3, err=("/log:2: a member that was there before",)),
    Case("damage/a-time-that-is-none", files={"log": event(1).replace(b"2026-11-21T", b"2026-13-21T") + event(2)}, ids=ids(2), status=3, err=("/log:1: a @timestamp that is no point in time",)),
    Case("damage/more-than-are-named", files={"log": MANY_BAD + event(1)}, ids=ids(1), status=3, err=("/log:1: ", "/log:10: ", "^tlsward log: 25 damaged lines in all$"), never=("/log:11: ",)),
    Case("damage/a-schema-that-nobody-knows", files={"log": event(1, tlsward_schema=2) + event(2)}, ids=ids(2), status=3, err=("^tlsward log: 1 events of another schema than 1 are left out",)),
    Case("damage/gzip-that-ends-early", files={"log": gzip.compress(numbered(*range(1, 50)), 0)[:20000]}, status=3, out=("^.*  00000001  ",), err=("/log: the compressed data end too early",)),
    Case("damage/gzip-with-wrong-bytes", ("{t}/log", "{t}/b"), files={"log": gzip.compress(event(1))[:-8] + b"x" * 8, "b": event(2)}, status=3, out=("  00000002  ",), err=("/log: the compressed data are damaged",)),
    Case("damage/zstd-that-ends-early", files={"log": ("zstd-cut", numbered(*range(1, 50)))}, status=3, err=("/log: the compressed data end too early",)),
    # What is shown of it.
    Case("list/updates-are-in-the-line-of-their-handshake", files={"log": numbered(1, 2) + update(1, "names-read", 3) + update(1, "names-read name-matched", 4)}, ids=ids(1, 2), out=("00000001 .*; then names-read name-matched$",)),
    Case("list/an-update-alone", files={"log": update(1, "names-read")}, ids=ids(1), out=(r"00000001  update  .*then names-read$",)),
    Case("list/what-repeats-is-told", files={"log": event(1, tlsward_repeated=41)}, out=(", 41 more before$",)),
    Case("list/a-notice", files={"log": event(1, event_action="tlsward-notice", tlsward_message="not covered: x", tlsward_reason=None)}, out=("notice .*not covered: x$",)),
    Case("list/a-script-and-a-rule", files={"log": event(1, process_executable="/usr/bin/python3", tlsward_script="/opt/x.py", rule_name="old-ldap")}, out=("/usr/bin/python3 /opt/x.py  .*, rule old-ldap$",)),
    Case("list/an-address-of-version-6", files={"log": event(1, server_address="2001:db8::1")}, out=(r"  \[2001:db8::1\]:636  ",)),
    Case("list/nothing-that-drives-a-terminal", files={"log": HOSTILE_ESCAPED}, ids=ids(1), out=(r"\\x1b\[31mred\\xe2\\x80\\xae\\x07:636 +a\\xc2\\x9bb\\xe2\\x80\\xa8c; \U0001F600é$",), never=("\x1b", "\x07", "\x9b", "\u202e", "\u2028")),
    Case("list/every-fate", files={"log": event(1, tlsward_outcome="verified", tlsward_action="allowed") + event(2, tlsward_outcome="verified-by-policy", tlsward_action="allowed") + event(3, tlsward_action="allowed") + event(4) + event(5, tlsward_action="blocked") + event(6, tlsward_action="blocked", tlsward_decided_by="program") + event(7, event_action="clear-text-retry-refused")}, out=("1  verified ", "2  by-policy ", "3  allowed ", "4  would-block ", "5  blocked ", "6  refused ", "7  retry-refused ")),
    Case("list/blocked", ("--blocked", "{t}/log"), files={"log": event(1, tlsward_outcome="verified", tlsward_action="allowed") + event(2, tlsward_action="allowed") + event(3) + LATE.replace(b"00000003", b"00000004") + event(5, event_action="clear-text-retry-refused") + event(6, event_action="tlsward-notice")}, ids=ids(3, 4, 5)),
    Case("list/one-program-by-its-name", ("--program", "cur?", "{t}/log"), files={"log": numbered(1, 2) + LATE}, ids=ids(3)),
    Case("list/one-program-by-its-path", ("--program", "/opt/*", "{t}/log"), files={"log": numbered(1, 2) + LATE}, ids=ids(1, 2)),
    Case("list/no-name-for-a-pattern-with-a-slash", ("--program", "bin/curl", "{t}/log"), files={"log": LATE}, ids=()),
    Case("list/since-and-until", ("--since", "2026-11-21T06:00:02Z", "--until", "@1795240804", "{t}/log"), files={"log": numbered(1, 2, 3, 4, 5)}, ids=ids(2, 3)),
    Case("list/as-json", ("--json", "--blocked", "{t}/log"), files={"log": b"Nov 21 06:44:40 host tlsward[1]: " + event(1) + update(1, "names-read") + event(2, tlsward_action="allowed")}, out=(r"\A" + r"\{\"@timestamp.*\}\n\Z",)),
    Case("list/colours-when-asked", ("--color", "always", "{t}/log"), files={"log": event(1) + LATE}, out=("\x1b\\[33mwould-block", "\x1b\\[31mblocked")),
    Case("list/no-colours-in-a-pipe", files={"log": event(1)}, environment={"TERM": "xterm"}, never=("\x1b",)),
    # One event.
    Case("id/all-members-and-updates", ("000000010" + "0" * 23, "{t}/log"), files={"log": update(1, "names-read") + event(2) + event(1, tlsward_new_member="x", tlsward_advice="do this")}, out=(r"^event\.id +0000000100", r"^tlsward\.reason +certificate-host-mismatch$", r"^tlsward\.new_member +x$", r"^tlsward\.advice +do this$", r"\n\n(.*\n)*tlsward\.app_checked_later +names-read$"), never=("00000002",)),
    Case("id/its-first-digits", ("00000002", "{t}/log"), files={"log": numbered(1, 2)}, out=(r"^event\.id +00000002",), never=("00000001",)),
    Case("id/arrays-and-escapes", ("00000001", "{t}/log"), files={"log": event(1, tls_server_x509_alternative_names=None, tlsward_message="\x1bx")[:-2] + b",\"tls.server.x509.alternative_names\":[\"a.test\",\"\\u001bb\"]}\n"}, out=(r"^tls\.server\.x509\.alternative_names +a\.test\n +\\x1bb$", r"\\x1bx$"), never=("\x1b",)),
    Case("id/as-json", ("--json", "00000002", "{t}/log"), files={"log": numbered(1, 2)}, out=(r"\A\{\"@timestamp.*00000002.*\}\n\Z",)),
    Case("id/none-has-it", ("abcdefabcdef", "{t}/log"), files={"log": numbered(1, 2)}, status=1, err=("no event has the id abcdefabcdef",)),
    Case("id/with-damage-beside-it", ("00000002", "{t}/log"), files={"log": numbered(1, 2) + b"x\n"}, status=3, out=("00000002",), err=("/log:3: ",)),
    # How it is asked.
    Case("usage/a-time-that-is-none", ("--since", "soon", "{t}/log"), files={"log": b""}, status=2, err=("^tlsward log: --since soon: no point in time; accepted: 2026-11-21, ",)),
    Case("usage/a-colour-that-is-none", ("--color", "red"), status=2, err=("--color red: none of auto, always, never",)),
    Case("usage/an-option-that-is-none", ("--nonsense",), status=2, err=("unrecognized option",)),
    Case("usage/one-event-is-not-followed", ("-f", "00000001"), status=2, err=("one event is shown as it is now",)),
    Case("usage/help", ("--help",), out=("^Usage: tlsward log", "Exit status: 0 all was read, 1 ")),
]
