"""What `explain` advises, carried out: each command is run, each rule is put into the policy, and then it works."""

import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess

import sandbox
from patience import HANG_SECONDS

SYSTEM_POLICY = pathlib.Path("/etc/tlsward/policy.conf")
PRELOAD = pathlib.Path("/etc/ld.so.preload")
ENFORCE = "[policy]\nmode = enforce\ntrust = {t}/root.pem\n"
WAIVED = "owner = tests\nreason = test\nexpires = 2999-12-31\n"


@dataclasses.dataclass
class Case:
    server: str
    target: str = "good.test"
    policy: str = ENFORCE
    anchor: str = None  # the CA that the reader has got himself
    rules: int = 1  # how many there are to choose from
    done_by_library: bool = True  # curl can go there by that name
    everywhere: bool = False  # the policy is the system's and the library in every program, the one that advises included


CASES = {
    "another-name": Case("other"),
    "a-name-beside-a-wildcard": Case("good", "wild.test"),
    "a-wildcard-and-two-labels": Case("good", "a.b.wild.test"),
    "a-wildcard-and-an-underscore": Case("good", "app_1.wild.test"),
    "an-address-as-dns-name": Case("dns-address", "127.0.0.1"),
    "an-address-without-ip": Case("other", "127.0.0.1"),
    "a-name-of-other-letters": Case("good", "bücher.test", done_by_library=False),
    "a-common-name": Case("cn"),
    "a-common-name-that-is-another": Case("cn", "other.test"),
    "a-wildcard-for-a-part": Case("partial", "a.wild.test"),
    "an-unknown-ca": Case("unknown", anchor="stranger.pem", rules=2),
    "an-unknown-ca-and-another-name": Case("unknown", "other.test", anchor="stranger.pem", rules=2),
    "an-unknown-ca-that-rules-alone": Case("unknown", policy=ENFORCE + "trust-mode = exclusive\n", anchor="stranger.pem", rules=2),
    "a-missing-intermediate": Case("lone", anchor="middle.pem", rules=2),
    "self-signed": Case("self", rules=2),
    "self-signed-on-an-enforcing-host": Case("self", rules=2, everywhere=True),
    "self-signed-and-another-name": Case("self", "other.test", rules=2),
    "expired": Case("expired", rules=2),
    "expired-and-another-name": Case("expired", "other.test", rules=2),
    "a-weak-key": Case("weak"),
    "a-client-s-certificate": Case("client"),
    "no-anchors": Case("good", policy="[policy]\nmode = enforce\ntrust = {t}/none.pem\n", anchor="root.pem", rules=2),
    "another-key": Case("good", policy="[policy]\nmode = enforce\nverify = none\npin = {pin}\n"),
    "another-key-beside-a-chain": Case("good", policy=ENFORCE + "pin = {pin}\n"),
    "another-key-and-another-name": Case("other", policy=ENFORCE + "pin = {pin}\n"),
    "an-old-protocol": Case("tls12", policy=ENFORCE + "min-protocol = tls1.3\n"),
    # The library, which offers nothing older, sees no certificate.
    "an-old-protocol-and-another-name": Case("tls12", "other.test", policy=ENFORCE + "min-protocol = tls1.3\n", done_by_library=False),
    "a-rule-for-all": Case("other", policy=ENFORCE + "[rule all]\ndestination = *.test\nnames = strict\nfallback = refuse\n"),
    "a-rule-that-enforces": Case("unknown", policy="[policy]\nmode = audit\ntrust = {t}/root.pem\n[rule all]\ndestination = *.test\nmode = enforce\n", anchor="stranger.pem", rules=2),
    "a-rule-with-a-name": Case("good", policy=ENFORCE + "[rule named]\ndestination = good.test\nname = nobody.test\n"),
    "audit": Case("other", policy=ENFORCE.replace("enforce", "audit")),
}


class Carrier:
    def __init__(self, fixture, case):
        self.command, self.fixture, self.case = fixture.command, fixture, case
        self.environment = {"PATH": f"{fixture.command.parent}:/usr/bin:/bin", "LANG": "C.UTF-8", "TLSWARD_LIBRARY": str(fixture.library)}
        self.target = f"{case.target}:{fixture.port(case.server)}"
        self.policy = SYSTEM_POLICY if case.everywhere else fixture.directory / "advised.conf"

    def run(self, *words):
        return subprocess.run(words, env=self.environment, cwd=self.fixture.directory, capture_output=True, text=True,
                              timeout=HANG_SECONDS, stdin=subprocess.DEVNULL, check=False)

    def explain(self, policy):
        self.policy.write_text(policy)
        by_policy = [] if self.case.everywhere else ["--policy", self.policy]
        done = self.run(self.command, "explain", "--json", *by_policy, self.target)
        return done, json.loads(done.stdout)

    def carry_out(self, advice, policy):
        """Returns nothing, or what does not work."""
        rule = "".join(f"{line}\n" for line in advice["rule"])
        for file in pathlib.Path("/etc/tlsward").glob("*.pem"):
            file.unlink()
        if advice["command"]:
            self.run("sh", "-c", advice["command"])
        elif "trust = /etc/tlsward/" in rule:
            wanted = rule.split("trust = ")[1].split("\n")[0]
            pathlib.Path(wanted).write_text((self.fixture.directory / self.case.anchor).read_text())
        done, found = self.explain(rule + policy)
        if done.returncode != 0 or f"[rule {found['rule']}]" not in rule:
            return f"{rule}{found['verdict']}\n{found['advice']}\n{done.stderr}"
        return self.try_library() if self.case.done_by_library else None

    def others_are_blocked(self):
        """Returns nothing, or what shows that another program than the command gets the certificate."""
        done = self.run("openssl", "s_client", "-connect", self.target)
        return None if done.returncode != 0 and "no peer certificate available" in done.stdout else f"{done.stdout}{done.stderr}"

    def try_library(self):
        fetch = ["curl", "-sSk", "-o", "/dev/null", "--ciphers", "DEFAULT@SECLEVEL=0", f"https://{self.target}/"]
        if self.case.everywhere:
            done = self.run(*fetch)
            return None if done.returncode == 0 else f"{self.policy.read_text()}{done.stderr}"
        done = self.run(self.command, "run", "--policy", self.policy, "--summary", *fetch)
        good = done.returncode == 0 and "1 connection: " in done.stderr and ", 0 blocked" in done.stderr
        return None if good else f"{self.policy.read_text()}{done.stdout}{done.stderr}"


@contextlib.contextmanager
def in_every_program(library):
    PRELOAD.write_text(f"{library}\n")
    try:
        yield
    finally:
        PRELOAD.unlink()


def follow(carrier, fixture):
    case = carrier.case
    policy = case.policy.replace("{t}", str(fixture.directory)).replace("{pin}", fixture.pin)
    done, found = carrier.explain(policy)
    rules = [advice for advice in found["advice"] if advice["rule"]]
    if done.returncode != 1 or len(rules) != case.rules:
        return f"{case.rules} rules expected: {found['verdict']}\n{found['advice']}\n{done.stderr}"
    if case.everywhere and (wrong := carrier.others_are_blocked()):
        return wrong
    return "\n".join(filter(None, (carrier.carry_out(advice, policy) for advice in rules)))


def carried_out(case):
    def test(fixture):
        with sandbox.system_policy(None):
            os.makedirs("/etc/tlsward")
            with in_every_program(fixture.library) if case.everywhere else contextlib.nullcontext():
                return follow(Carrier(fixture, case), fixture)

    return test


def told_in_event(case):
    """The library's event says what `explain` says first."""
    def test(fixture):
        carrier = Carrier(fixture, case)
        log = fixture.directory / "advised.jsonl"
        log.unlink(missing_ok=True)
        policy = case.policy.replace("[policy]\n", f"[policy]\nlog = file:{log}\n", 1)
        _, found = carrier.explain(policy.replace("{t}", str(fixture.directory)).replace("{pin}", fixture.pin))
        carrier.run("env", f"LD_PRELOAD={fixture.library}", f"TLSWARD_POLICY={carrier.policy}", "curl", "-sSk", "-o",
                    "/dev/null", "--ciphers", "DEFAULT@SECLEVEL=0", f"https://{carrier.target}/")
        events = [json.loads(line) for line in log.read_text().splitlines()]
        told = [event.get("tlsward.advice") for event in events if event["event.action"] == "tls-handshake"]
        wanted = found["advice"][0]["text"] if found["advice"] else None
        return None if told and set(told) == {wanted} else f"the event says {told}, explain {wanted!r}"

    return test


# Where there is nothing to mend but the calendar.
TOLD = CASES | {
    "nothing": Case("good"),
    "an-expired-rule": Case("good", policy=ENFORCE + "[rule gone]\ndestination = *.test\nverify = none\nowner = tests\nreason = test\nexpires = 2020-01-01\n"),
    "no-trust-store": Case("good", policy=ENFORCE.replace("root.pem", "nowhere.pem")),
}


def checks():
    return {f"advice/{name}": carried_out(case) for name, case in CASES.items()} | {
        f"advice-in-events/{name}": told_in_event(case) for name, case in TOLD.items() if case.done_by_library and not case.everywhere}
