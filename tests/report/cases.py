"""What is given to `tlsward report`, and what it has to say of it."""

import json
from dataclasses import dataclass, field

from rows import CUT, event, update

POLICY = b"""[policy]
mode = audit
[rule old-ldap]
program = /opt/acme/*
verify = none
owner = directory-team
reason = no names in its certificates
ticket = SEC-1
expires = 2099-01-01
[rule ended]
program = /opt/none
verify = ca
owner = web
reason = was once needed
expires = 2020-01-01
"""

CERTIFICATE = {"tls.server.hash.sha256": "AB" * 32, "tls.server.subject": "CN=a.test", "tls.server.issuer": "CN=Old CA",
               "tls.server.x509.serial_number": "1F", "tls.server.x509.public_key_algorithm": "RSA",
               "tls.server.x509.public_key_size": 1024, "tls.server.x509.signature_algorithm": "SHA1-RSA"}


def certificate(number, begin=None, end=None, changed=None, **more):
    """An event whose certificate lives from then until then."""
    lifetime = {"tls.server.not_before": begin, "tls.server.not_after": end} if end else {}
    members = {**json.loads(event(number, **more)), **CERTIFICATE, **lifetime, **(changed or {})}
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def verified(number, **more):
    return event(number, tlsward_outcome="verified", tlsward_action="allowed", tlsward_reason=None, **more)


@dataclass(frozen=True)
class Case:
    name: str
    arguments: tuple = ("--json", "{t}/log")
    log: bytes = b""
    status: int = 0
    has: dict = field(default_factory=dict)  # path of members, with dots → value
    out: tuple = ()  # regular expressions
    err: tuple = ()
    never: tuple = ()


ONE = event(1, host_name="alpha")
THREE = ONE + event(2, host_name="beta") + event(3, host_name="alpha")
BLOCKED = event(9, tlsward_action="blocked")

CASES = [
    # What is counted.
    Case("counts/of-one-connection", log=THREE, has={"connections.#": 1, "connections.0.handshakes": 3, "connections.0.hosts": 2, "connections.0.outcomes.would-block": 3, "connections.0.program": "/opt/acme/bin/sync", "connections.0.address": "ldap.corp.example", "connections.0.port": "636", "connections.0.reason": "certificate-host-mismatch", "connections.0.first": "2026-11-21T06:00:01Z", "connections.0.last": "2026-11-21T06:00:03Z"}),
    Case("counts/each-fate", log=verified(1) + event(2, tlsward_outcome="verified-by-policy", tlsward_action="allowed") + event(3, tlsward_action="allowed") + event(4) + event(5, tlsward_action="blocked") + event(6, tlsward_action="blocked", tlsward_decided_by="program"), has={f"summary.outcomes.{fate}": 1 for fate in ("verified", "by-policy", "allowed", "would-block", "blocked", "refused")}),
    Case("counts/repeats-as-handshakes", log=event(1, tlsward_repeated=41), has={"connections.0.handshakes": 42, "summary.events": 1}),
    Case("counts/an-update-in-its-handshake", log=ONE + update(1, "names-read name-matched", 2), has={"summary.events": 2, "connections.0.handshakes": 1, "connections.0.checked_later": 1}),
    Case("counts/an-update-alone-is-no-handshake", log=update(1, "names-read"), has={"connections.#": 0, "summary.events": 1}),
    Case("counts/a-program-by-its-scripts", log=event(1, tlsward_script="/a.py") + event(2, tlsward_script="/b.py"), has={"connections.#": 2, "connections.0.script": "/a.py", "connections.1.script": "/b.py"}),
    Case("counts/key-exchanges", log=event(1, tlsward_group="X25519MLKEM768", tls_protocol_version="1.3", tls_cipher="TLS_AES_256_GCM_SHA384") + event(2, tls_protocol_version="1.0", tls_cipher="AES128-SHA"), has={"key_exchanges.0.weak": "tls-1.0 no-forward-secrecy", "key_exchanges.0.post_quantum": "unknown", "key_exchanges.1.post_quantum": "hybrid", "key_exchanges.1.weak": None}),
    Case("counts/call-sites-of-what-was-not-verified", log=event(1, tlsward_call_site="a.so+0x1 (00)") + verified(2, tlsward_call_site="b.so+0x2 (00)"), has={"call_sites.#": 1, "call_sites.0.call_site": "a.so+0x1 (00)"}),
    Case("counts/the-most-urgent-first", log=verified(1, server_address="x") + event(2, server_address="y", tlsward_action="allowed") + event(3, server_address="z"), has={"connections.0.address": "z", "connections.1.address": "y", "connections.2.address": "x"}),
    Case("counts/the-most-frequent-first", log=verified(1, server_address="a") + b"".join(verified(n, server_address="b") for n in (2, 3)) + event(4, server_address="y") + event(5, server_address="z", tlsward_repeated=9), has={f"connections.{n}.address": name for n, name in enumerate("zyba")}),
    Case("counts/only-of-the-period", ("--json", "--since", "2026-11-21T06:00:02Z", "--until", "2026-11-21T06:00:03Z", "{t}/log"), log=THREE, has={"summary.events": 1, "summary.oldest": "2026-11-21T06:00:02Z"}),
    # Certificates, by the part of their lives that is left.
    Case("certificates/ended", log=certificate(1, "2020-01-01T00:00:00Z", "2020-03-01T00:00:00Z"), has={"certificates.0.state": "expired", "certificates.0.left_ratio": 0.0, "certificates.0.weak": "weak-key-rsa-1024 sha1-signature", "certificates.0.serial_number": "1F"}),
    Case("certificates/good-for-long", log=certificate(1, "2020-01-01T00:00:00Z", "2199-01-01T00:00:00Z"), has={"certificates.0.state": "good"}),
    Case("certificates/of-an-unknown-end", log=certificate(1), has={"certificates.0.state": "unknown", "certificates.0.left_ratio": None, "certificates.0.seconds_left": None}),
    Case("certificates/the-first-to-end-first", ("{t}/log",), log=b"".join(certificate(n, "2020-01-01T00:00:00Z", f"{year}-01-01T00:00:00Z" if year else None, {"tls.server.hash.sha256": f"{n:02}" * 32, "tls.server.subject": f"CN={year}"}) for n, year in enumerate((2198, 2197, 0, 2199, 2021), 1)), out=(r"CN=2021 .*\n.*CN=2197 .*\n.*CN=2198 .*\n.*CN=2199 .*\n.*CN=0 ",)),
    # Tables of one thing.
    Case("by/program", ("--json", "--by", "program", "{t}/log"), log=THREE + event(4, process_executable="/usr/bin/curl"), has={"groups.#": 2, "groups.0.program": "/opt/acme/bin/sync", "groups.0.handshakes": 3, "groups.1.program": "/usr/bin/curl"}),
    Case("by/destination", ("--json", "--by", "destination", "{t}/log"), log=ONE + event(2, server_port=389), has={"groups.#": 2, "groups.0.destination": "ldap.corp.example", "groups.0.port": "389", "groups.1.port": "636"}),
    Case("counts/equal-ones-in-one-order", log=b"".join(event(n, server_port=9 - n) for n in range(1, 9)), has={f"connections.{n}.port": f"{n + 1}" for n in range(8)}),
    Case("by/finding", ("--json", "--by", "finding", "{t}/log"), log=event(1, tlsward_finding="name-not-checked") + ONE, has={"groups.0.finding": None, "groups.1.finding": "name-not-checked"}),
    Case("by/rule", ("--json", "--by", "rule", "{t}/log"), log=event(1, rule_name="old-ldap"), has={"groups.0.rule": "old-ldap"}),
    Case("by/owner", ("--json", "--by", "owner", "{t}/log"), log=event(1, rule_name="old-ldap"), has={"groups.0.owner": "directory-team"}),
    Case("by/host", ("--json", "--by", "host", "{t}/log"), log=THREE, has={"groups.0.host": "alpha", "groups.0.handshakes": 2, "groups.1.host": "beta"}),
    Case("by/issuer", ("--json", "--by", "issuer", "{t}/log"), log=certificate(1), has={"groups.0.issuer": "CN=Old CA"}),
    Case("by/script", ("--json", "--by", "script", "{t}/log"), log=event(1, tlsward_script="/a.py"), has={"groups.0.script": "/a.py"}),
    Case("by/unit", ("--json", "--by", "unit", "{t}/log"), log=event(1, tlsward_unit="sync.service"), has={"groups.0.unit": "sync.service"}),
    Case("by/as-text", ("--by", "host", "{t}/log"), log=THREE, out=(r"^  times +not verified +fails +host +since +last$", r"^ +2 +2 +2  alpha +2026-11-21 +2026-11-21$")),
    # Rules.
    Case("rules/active-expired-and-unknown", ("--json", "--rules", "{t}/log"), log=event(1, rule_name="old-ldap") + event(2, rule_name="gone"), has={"rules.#": 3, "rules.0.state": "active", "rules.0.handshakes": 1, "rules.0.owner": "directory-team", "rules.0.ticket": "SEC-1", "rules.0.line": 3, "rules.0.last": "2026-11-21T06:00:01Z", "rules.1.state": "expired", "rules.2.rule": "gone", "rules.2.state": "not-in-policy"}),
    Case("rules/unused", ("--json", "--rules", "{t}/log"), log=ONE, has={"rules.0.state": "unused", "rules.0.handshakes": 0, "rules.0.last": None}),
    Case("rules/as-text", ("--rules", "{t}/log"), log=event(1, rule_name="old-ldap"), out=(r"^ +1 +2026-11-21  old-ldap  active +directory-team +2099-01-01  .*/p.conf:3$",), never=("Not verified by",)),
    # As text.
    Case("text/what-the-data-are", ("{t}/log",), log=THREE, out=(r"^period +2026-11-21T06:00:01Z to 2026-11-21T06:00:03Z$", r"^events +3 read \(schema 1\), 0 of another schema, 0 damaged, 0 dropped$", r"^seen +2 hosts, 1 program, ", r"^handshakes +0 verified, 0 by-policy, 0 allowed,\n +3 would-block, 0 blocked, 0 refused$")),
    Case("text/what-was-not-verified", ("{t}/log",), log=event(1, tlsward_finding="verification-disabled"), out=(r"^ +1 +0  /opt/acme/bin/sync  ldap.corp.example:636  verification-disabled  would block  certificate-host-mismatch  2026-11-21  2026-11-21$",)),
    Case("text/nothing-to-complain-of", ("{t}/log",), log=verified(1), out=("^Every program verified its peers itself$",)),
    Case("text/more-than-are-shown", ("{t}/log",), log=b"".join(event(n, server_address=f"h{n}") for n in range(1, 101)), out=(r"^  and 60 more: --json has all$",)),
    Case("text/nothing-that-drives-a-terminal", ("{t}/log",), log=event(1, server_address="\x1b[31mred\u202e", tlsward_finding="\x07").replace("\x1b".encode(), b"\\u001b").replace(b"\x07", b"\\u0007"), out=(r"\\x1b\[31mred\\xe2\\x80\\xae",), never=("\x1b", "\x07", "\u202e")),
    # As CSV.
    Case("csv/connections", ("--csv", "{t}/log"), log=THREE, out=(r"\Ahandshakes,not_verified,fails,hosts,program,script,address,port,finding,outcome,reason,rule,first,last,advice\r\n3,3,3,2,/opt/acme/bin/sync,,ldap.corp.example,636,,would-block,certificate-host-mismatch,,2026-11-21T06:00:01Z,2026-11-21T06:00:03Z,\r\n\Z",)),
    Case("csv/of-one-choice", ("--csv", "--by", "destination", "{t}/log"), log=ONE, out=(r"\Ahandshakes,not_verified,fails,hosts,destination,port,first,last\r\n1,1,1,1,ldap.corp.example,636,",)),
    Case("csv/rules", ("--csv", "--rules", "{t}/log"), log=ONE, out=(r"^0,,old-ldap,unused,directory-team,SEC-1,2099-01-01,",)),
    Case("csv/quotes-and-formulas", ("--csv", "{t}/log"), log=event(1, server_address="=HYPERLINK(\"x\",1)", tlsward_finding="a,\"b\""), out=(r',"\'=HYPERLINK\(""x"",1\)",636,"a,""b""",',)),
    Case("csv/each-beginning-of-a-formula", ("--csv", "{t}/log"), log=b"".join(event(n, server_address=begin + "x") for n, begin in enumerate("=+-@", 1)), out=tuple(f",\"'{begin}x\"," for begin in ("=", r"\+", "-", "@"))),
    # What is lost is told.
    Case("lost/no-events", log=b"", status=3, has={"summary.events": 0, "summary.oldest": None, "summary.complete": False}),
    Case("lost/no-events-in-the-text", ("{t}/log",), status=3, out=("nothing is known, which is not the same as nothing being wrong",)),
    Case("lost/dropped-by-programs", log=event(1, tlsward_dropped=7), status=3, has={"summary.dropped": 7, "summary.complete": False}),
    Case("lost/damaged-lines", log=ONE + CUT, status=3, has={"summary.damaged": 1, "summary.events": 1}, err=(r"^tlsward report: .*/log:2: the line ends within",)),
    Case("lost/another-schema", log=ONE + event(2, tlsward_schema=2), status=3, has={"summary.unknown_schema": 1, "summary.events": 1}, err=("1 events of another schema",)),
    Case("lost/a-source", ("--json", "{t}/none", "{t}/log"), log=ONE, status=3, has={"summary.events": 1}, err=("/none: No such file",)),
    # --fail-on.
    Case("fail-on/would-be-blocked", ("--json", "--fail-on", "blocked", "{t}/log"), log=ONE, status=1),
    Case("fail-on/was-blocked", ("--json", "--fail-on", "blocked", "{t}/log"), log=BLOCKED, status=1),
    Case("fail-on/nothing-blocked", ("--json", "--fail-on", "blocked", "{t}/log"), log=verified(1)),
    Case("fail-on/a-weak-key", ("--json", "--fail-on", "weak", "{t}/log"), log=certificate(1), status=1),
    Case("fail-on/a-weak-protocol", ("--json", "--fail-on", "weak", "{t}/log"), log=event(1, tls_protocol_version="1.1"), status=1),
    Case("fail-on/nothing-weak", ("--json", "--fail-on", "weak", "{t}/log"), log=event(1, tls_protocol_version="1.3")),
    Case("fail-on/a-rule-that-ended", ("--json", "--fail-on", "expiring", "{t}/log"), log=ONE, status=1),
    Case("fail-on/a-finding-before-lost-data", ("--json", "--fail-on", "blocked", "{t}/log"), log=ONE + b"x\n", status=1, err=("/log:2: ",)),
    # How it is asked.
    Case("usage/by-what", ("--by", "nonsense", "{t}/log"), status=2, err=("^tlsward report: no --by 'nonsense'",)),
    Case("usage/format", ("--format", "nonsense", "{t}/log"), status=2, err=("no format 'nonsense'",)),
    Case("usage/fail-on-what", ("--fail-on", "nonsense", "{t}/log"), status=2, err=("no --fail-on 'nonsense'",)),
    Case("usage/a-time-that-is-none", ("--since", "soon", "{t}/log"), status=2, err=("^tlsward report: --since soon: no point in time",)),
    Case("usage/a-policy-that-is-none", ("--policy", "{t}/log", "{t}/log"), log=b"x\n", status=2, err=("/log:1: ",)),
    Case("usage/help", ("--help",), out=("^Usage: tlsward report", "Exit status: 0 ")),
]
