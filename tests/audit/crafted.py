"""What draft and replay make of events that were written for them: one check per fact, named by what breaks."""

import json
import re
import subprocess
import xml.etree.ElementTree
from types import SimpleNamespace

PIN = "sha256//" + "A" * 43 + "="
OTHER_PIN = "sha256//" + "B" * 42 + "A="


def event(number=0, **members):
    """A handshake that fails for its name, with what differs; a member that is None is left out."""
    base = {
        "@timestamp": "2026-11-21T06:44:40.123Z", "ecs.version": "8.11.0", "tlsward.schema": 1, "event.id": f"{number:032x}", "event.kind": "event",
        "event.category": ["network"], "event.type": ["connection"], "event.action": "tls-handshake", "event.outcome": "failure",
        "host.name": "staging-1", "process.executable": "/opt/acme/bin/sync", "process.pid": 4711, "user.id": "1000", "user.group.id": "1000",
        "server.address": "ldap.corp.example", "server.ip": "192.0.2.7", "server.port": 636, "tls.protocol.version": "1.3",
        "tls.server.subject": "CN=old.corp.example", "tlsward.mode": "audit", "tlsward.verify": "full", "tlsward.outcome": "failed",
        "tlsward.action": "would-block", "tlsward.decided_by": "policy", "tlsward.reason": "certificate-host-mismatch", "tlsward.x509_error": 62,
        "tlsward.authentication": "certificate", "tlsward.expected_name": "ldap.corp.example", "tlsward.name_source": "sni", "tlsward.app_verify": "none",
        "tlsward.public_key_pin": PIN, "tlsward.facts": facts("policy=0 name=62"),
        "tls.server.x509.alternative_names": ["old.corp.example"], "tlsward.alternative_names_count": 1,
    }
    base.update({name.replace("__", "."): value for name, value in members.items()})
    return json.dumps({name: value for name, value in base.items() if value is not None})


def facts(rest, src="sni"):
    return f"auth=certificate src={src} protocol=tls1.3 {rest} pin={PIN}"


def untrusted(number=0, **members):
    return event(number, **{"tlsward.reason": "certificate-not-trusted", "tlsward.facts": facts("policy=20"), **members})


OK = {"event.outcome": "success", "tlsward.outcome": "verified", "tlsward.action": "allowed", "tlsward.reason": None, "tlsward.facts": facts("demands-chain demands-name app=0 policy=0 name=0")}
ENFORCE = "[policy]\nmode = enforce\n"
WAIVED = "owner = o\nreason = r\nticket = t\nexpires = {until}\n"


def exception(*lines, until="2999-12-31"):
    return "[rule x]\n" + "".join(f"{line}\n" for line in lines) + WAIVED.format(until=until)


class Bench:
    """One check's files, and the command on them."""

    def __init__(self, setup, name):
        self.directory = setup.directory / "crafted" / name
        self.directory.mkdir(parents=True)
        self.command = setup.command

    def write(self, name, *lines):
        path = self.directory / name
        path.write_text("".join(f"{line}\n" for line in lines) if name.endswith("jsonl") else "".join(lines))
        return path

    def run(self, subcommand, *words):
        done = subprocess.run([self.command, subcommand, *map(str, words)], env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, cwd=self.directory, capture_output=True, text=True, check=False)
        return SimpleNamespace(status=done.returncode, out=done.stdout, err=done.stderr)

    def draft(self, *events, options=(), status=0):
        done = self.run("draft", *options, self.write("events.jsonl", *events))
        assert done.status == status, f"{done}"
        return done.out

    def replay(self, policy, *events, options=(), status=0):
        done = self.run("replay", "--policy", self.write("new.conf", policy), *options, self.write("events.jsonl", *events))
        assert done.status == status, f"{done}"
        return done.out

    def changes(self, policy, *events, options=(), status=0):
        return json.loads(self.replay(policy, *events, options=("--json", *options), status=status))["handshakes"]


def another_name_comes_before_what_weakens(bench):
    text = bench.draft(event())
    assert "name = old.corp.example" in text and "verify" not in text and "pin" not in re.sub("^#.*$", "", text, flags=re.MULTILINE), text


def name_that_no_policy_can_hold_is_passed_over(bench):
    names = {"tls.server.x509.alternative_names": ["*.corp.example", "a b", "x\ny", "right.corp.example"], "tlsward.alternative_names_count": 4}
    assert "name = right.corp.example" in bench.draft(event(**names))


def interpreter_alone_gets_no_rule(bench):
    text = bench.draft(event(**{"process.executable": "/usr/bin/python3.11"}), status=1)
    assert "no rule: an interpreter of which neither script nor unit is known" in text and "[rule" not in text, text


def interpreter_gets_its_script(bench):
    text = bench.draft(event(**{"process.executable": "/usr/bin/python3.11", "tlsward.script": "/opt/acme/x.py"}))
    assert "program = /usr/bin/python3.11\nscript = /opt/acme/x.py\n" in text, text


def interpreter_of_one_liners_gets_its_unit(bench):
    text = bench.draft(event(**{"process.executable": "/usr/bin/perl", "tlsward.script": "-e", "tlsward.unit": "sync.service"}))
    assert "unit = sync.service\n" in text and "script" not in text, text


def tool_gets_its_user(bench):
    assert "user = 1000\n" in bench.draft(event(**{"process.executable": "/usr/bin/curl"}))


def value_with_a_newline_writes_no_line(bench):
    text = bench.draft(event(**{"process.executable": "/opt/x\nmode = off\n"}), status=1)
    assert "\nmode = off" not in text and "control characters" in text, text


def value_that_is_a_pattern_is_for_no_other(bench):
    tool, script = {"process.executable": "/usr/bin/curl"}, {"process.executable": "/usr/bin/python3.11"}
    nameless = {"tlsward.expected_name": None, "tlsward.facts": facts("policy=20", src="unknown"), "tlsward.reason": "certificate-not-trusted"}
    for members in (
        {"process.executable": "/opt/*"}, {"process.executable": "/opt/acme/s?nc"}, {**script, "tlsward.script": "/*"}, {**script, "tlsward.script": "-m *"},
        {**tool, "tlsward.unit": "*"}, {"tlsward.expected_name": "*"}, {"tlsward.expected_name": "*.corp.example"}, {**nameless, "server.ip": "0.0.0.0/0"},
    ):
        assert "[rule" not in bench.draft(untrusted(**members), status=1), members


def value_that_a_policy_reads_otherwise_is_none(bench):
    for program in "/opt/acme/sync ", "/opt/\u009b31msync", "/opt/\u202esync":
        text = bench.draft(event(**{"process.executable": program}), status=1)
        assert "[rule" not in text and "control characters or blanks" in text, text


def key_that_is_none_writes_no_line(bench):
    forged = untrusted(**{"tlsward.facts": facts("policy=20").replace(PIN, "none\ndestination=*:443\nmode=off")})
    text = bench.draft(forged)
    assert "mode" not in re.sub("^#.*$", "", text, flags=re.MULTILINE) and "\nverify = none\n" in text and "*:443" not in text, text


def wider_rule_writes_no_line(bench):
    hosts = [
        untrusted(i, **{"tlsward.expected_name": f"h{i}.corp.example", "server.address": f"h{i}.corp.example", "tlsward.script": "x\n[policy]\nmode = off"})
        for i in range(3)
    ]
    text = bench.draft(*hosts)
    assert "# 3 of these rules could be one" in text and "[policy]" not in text and "script" not in text, text


def wider_rule_is_for_nobody_else(bench):
    hosts = [
        untrusted(i, **{"tlsward.expected_name": f"h{i}.corp.example", "server.address": f"h{i}.corp.example", "process.executable": "/usr/bin/curl"})
        for i in range(3)
    ]
    assert "#   program = /usr/bin/curl\n#   user = 1000\n#   destination = *.corp.example:636\n" in bench.draft(*hosts)


def certificate_with_a_newline_writes_no_line(bench):
    text = bench.draft(event(**{"tls.server.subject": "CN=x\n[rule all]\nmode = off"}))
    assert "\n[rule all]" not in text, text


def several_keys_are_all_named(bench):
    other = untrusted(2, **{"tlsward.public_key_pin": OTHER_PIN, "tlsward.facts": facts("policy=20").replace(PIN, OTHER_PIN)})
    text = bench.draft(untrusted(1), other)
    assert f"\npin = {PIN}\n" in text and f"\npin = {OTHER_PIN}\n" in text and text.count("[rule") == 1, text


def expiry_alone_is_forgiven_alone(bench):
    text = bench.draft(event(**{"tlsward.reason": "certificate-expired", "tlsward.facts": facts("policy=10 policy-only-expired name=0")}))
    assert "allow-expired-until = " in text and "verify" not in text and "\npin" not in text, text


def two_faults_take_two_keys(bench):
    text = bench.draft(event(**{"tlsward.reason": "certificate-expired", "tlsward.facts": facts("policy=10 policy-only-expired name=62")}))
    assert "allow-expired-until = " in text and "\nname = old.corp.example\n" in text, text


def beyond_the_bound_is_no_rule(bench):
    bound = bench.write("bound.conf", ENFORCE)
    text = bench.draft(event(), options=("--bound", bound), status=1)
    assert "no rule: the bound does not allow it" in text, text


def within_the_bound_is_a_rule(bench):
    bound = bench.write("bound.conf", ENFORCE + exception("destination = *.corp.example", "name = old.corp.example"))
    assert "[rule" in bench.draft(event(), options=("--bound", bound))


def wider_rule_is_offered_and_not_taken(bench):
    hosts = [untrusted(i, **{"tlsward.expected_name": f"h{i}.corp.example", "server.address": f"h{i}.corp.example"}) for i in range(3)]
    text = bench.draft(*hosts)
    assert "# 3 of these rules could be one" in text and "#   destination = *.corp.example:636" in text, text
    assert "\ndestination = *" not in text, text


def nothing_that_fails_is_no_rule(bench):
    assert "[rule" not in bench.draft(event(**OK))


def what_the_program_refuses_itself_is_no_rule(bench):
    refused = event(**{"tlsward.action": "blocked", "tlsward.decided_by": "program", "tlsward.facts": facts("demands-chain rejected=62 policy=0 name=62")})
    assert "[rule" not in bench.draft(refused)


def no_handshake_is_no_answer(bench):
    bench.draft(status=3)


def damage_is_said(bench):
    done = bench.run("draft", bench.write("events.jsonl", event(), "{not an event"))
    assert done.status == 3 and "events.jsonl:2: " in done.err and "[rule" in done.out, done


def expiry_that_is_no_date(bench):
    done = bench.run("draft", "--expires", "soon", bench.write("events.jsonl", event()))
    assert done.status == 2 and "--expires soon" in done.err, done


def drafted_rules_end_when_asked(bench):
    assert "expires = 2031-02-03\n" in bench.draft(event(), options=("--expires", "2031-02-03"))


def counts_what_was_only_counted(bench):
    assert "# 8 handshakes on 1 host" in bench.draft(event(**{"tlsward.repeated": 7}))


def blocked_without_a_rule(bench):
    found = bench.changes(ENFORCE, event(), status=1)
    assert found["newly-blocked"] == 1, found


def exception_holds(bench):
    found = bench.changes(ENFORCE + exception("destination = ldap.corp.example", "name = old.corp.example"), event())
    assert found["unchanged"] == 1, found


def exception_has_ended_by_then(bench):
    policy = ENFORCE + exception("destination = ldap.corp.example", "name = old.corp.example", until="2030-01-31")
    assert bench.changes(policy, event(), options=("--at", "2030-01-31"))["unchanged"] == 1
    found = bench.changes(policy, event(1), options=("--at", "2030-02-02"), status=1)
    assert found["expired"] == 1 and found["newly-blocked"] == 0, found


def blocked_before_and_allowed_now(bench):
    found = bench.changes("[policy]\nmode = audit\n", event(**{"tlsward.action": "blocked", "tlsward.mode": "enforce"}))
    assert found["newly-allowed"] == 1, found


def same_policy_changes_nothing(bench):
    old = bench.write("old.conf", ENFORCE)
    found = bench.changes(ENFORCE, event(), options=("--against", old))
    assert found["still-blocked"] == 1, found


def another_store_cannot_be_told(bench):
    found = bench.changes(ENFORCE + "trust = /srv/other.pem\n", untrusted(), status=3)
    assert found["cannot-tell"] == 1, found


def another_store_does_not_matter_in_an_audit(bench):
    assert bench.changes("[policy]\nmode = audit\ntrust = /srv/other.pem\n", untrusted())["unchanged"] == 1


def another_store_does_not_matter_for_another_fault(bench):
    """Whether the chain leads there or not, the name is another."""
    found = bench.changes(ENFORCE + "trust = system\ntrust = /srv/other.pem\n", event(), status=1)
    assert found["newly-blocked"] == 1, found


def name_that_may_be_among_those_cut(bench):
    policy = ENFORCE + exception("destination = ldap.corp.example", "name = new.corp.example")
    assert bench.changes(policy, event(), status=3)["cannot-tell"] == 1


def matcher_that_the_event_does_not_tell(bench):
    policy = ENFORCE + exception("group = 77", "destination = ldap.corp.example", "verify = none")
    assert bench.changes(policy, event(), status=3)["cannot-tell"] == 1
    assert bench.changes(policy, event(2, **{"user.group.id": "77"}))["unchanged"] == 1


def event_of_an_older_library(bench):
    found = bench.changes(ENFORCE, event(**{"tlsward.facts": None}), status=3)
    assert found["cannot-tell"] == 1, found


def resumption_of_what_was_verified(bench):
    resumed = event(**{**OK, "tlsward.authentication": "resumption", "tlsward.facts": "auth=resumption src=sni name=0 session"})
    assert bench.changes(ENFORCE, resumed)["unchanged"] == 1


def unused_rules_are_named(bench):
    text = bench.replay(ENFORCE + exception("destination = other.example", "verify = ca"), event(**OK))
    assert re.search(r"rules that no handshake met\n  x  \S+new.conf:3", text), text


def junit_fails_for_each(bench):
    root = xml.etree.ElementTree.fromstring(bench.replay(ENFORCE, event(), event(2, **{**OK, "server.port": 443}), options=("--format", "junit"), status=1))
    kinds = {case.get("name"): [child.tag for child in case] for case in root}
    assert kinds == {"/opt/acme/bin/sync to ldap.corp.example:636": ["failure"], "/opt/acme/bin/sync to ldap.corp.example:443": ["system-out"]}, kinds


def annotations_hold_one_line_each(bench):
    text = bench.replay(ENFORCE, event(**{"process.executable": "/opt/a%b\n::error::c"}), options=("--format", "github"), status=1)
    assert text.count("\n") == 1 and text.startswith("::error title=/opt/a%25b") and "::c" not in text, text


def policy_that_is_invalid(bench):
    done = bench.run("replay", "--policy", bench.write("new.conf", "[policy]\nmode = maybe\n"), bench.write("events.jsonl", event()))
    assert done.status == 2 and "new.conf:2: unknown value" in done.err, done


def no_policy(bench):
    assert bench.run("replay", bench.write("events.jsonl", event())).status == 2


def nothing_read_is_no_green(bench):
    done = bench.run("replay", "--policy", bench.write("new.conf", ENFORCE), bench.write("events.jsonl"))
    assert done.status == 3 and "nothing is known" in done.out, done


def lost_events_are_no_green(bench):
    bench.replay(ENFORCE, event(**{**OK, "tlsward.dropped": 3}), status=3)


def terminal_sees_no_escapes(bench):
    text = bench.replay(ENFORCE, event(**{"process.executable": "/opt/\x1b[31mred"}), status=1)
    assert "\x1b[31m" not in text and "\\x1b[31mred" in text, text


DRAFT = (
    another_name_comes_before_what_weakens, name_that_no_policy_can_hold_is_passed_over, interpreter_alone_gets_no_rule, interpreter_gets_its_script,
    interpreter_of_one_liners_gets_its_unit, tool_gets_its_user, value_with_a_newline_writes_no_line, certificate_with_a_newline_writes_no_line,
    value_that_is_a_pattern_is_for_no_other, value_that_a_policy_reads_otherwise_is_none, key_that_is_none_writes_no_line,
    wider_rule_writes_no_line, wider_rule_is_for_nobody_else,
    several_keys_are_all_named, expiry_alone_is_forgiven_alone, two_faults_take_two_keys, beyond_the_bound_is_no_rule, within_the_bound_is_a_rule,
    wider_rule_is_offered_and_not_taken, nothing_that_fails_is_no_rule, what_the_program_refuses_itself_is_no_rule, no_handshake_is_no_answer,
    damage_is_said, expiry_that_is_no_date, drafted_rules_end_when_asked, counts_what_was_only_counted,
)
REPLAY = (
    blocked_without_a_rule, exception_holds, exception_has_ended_by_then, blocked_before_and_allowed_now, same_policy_changes_nothing,
    another_store_cannot_be_told, another_store_does_not_matter_in_an_audit, another_store_does_not_matter_for_another_fault,
    name_that_may_be_among_those_cut, matcher_that_the_event_does_not_tell, event_of_an_older_library, resumption_of_what_was_verified,
    unused_rules_are_named, junit_fails_for_each, annotations_hold_one_line_each, policy_that_is_invalid, no_policy, nothing_read_is_no_green,
    lost_events_are_no_green, terminal_sees_no_escapes,
)
CHECKS = {f"draft/{check.__name__}": check for check in DRAFT} | {f"replay/{check.__name__}": check for check in REPLAY}


def run(check, setup):
    return check(Bench(setup, check.__name__))
