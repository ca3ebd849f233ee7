"""The way from an audit to enforcement, on real programs: what is recorded becomes a report, a draft, a policy.

Each step is a row; a later one needs those before it.
"""

import datetime
import glob
import json
import re
import shutil
import subprocess
from pathlib import Path

from cases import NAME
from patience import HANG_SECONDS
from runner import Unavailable

PROGRAMS = Path(__file__).resolve().parents[1] / "programs"
TLSWARD = Path("/etc/tlsward")
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


class Story:
    def __init__(self, setup):
        self.setup = setup
        self.events = setup.directory / "events.jsonl"
        self.audited = setup.directory / "audited.jsonl"  # what was there when the audit ended
        self.draft = setup.directory / "draft.conf"
        self.directory = setup.directory
        self.servers = {}

    def server(self, kind, certificate):
        server = self.setup.fleet.get(kind, certificate)
        server.ensure_started()
        return server

    def jobs(self):
        """Name → command; each prints something of the server's where it went through."""
        psql = sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"))
        if not psql:
            raise Unavailable("no psql below /usr/lib/postgresql")
        wrong, self_signed = self.server("https", "other").port, self.server("https", "self-signed").port
        expired, good = self.server("https", "expired").port, self.server("https", "good").port
        database, unknown = self.server("postgresql", "other").port, self.server("openssl", "unknown-ca").port
        url = f"https://{NAME}:{{}}/"
        return {
            "curl": ["curl", "-sk", url.format(wrong)],
            "python": ["/usr/bin/python3", PROGRAMS / "urllib_client.py", NAME, self_signed, ""],
            "psql": [psql[-1], f"host={NAME} port={database} user=postgres dbname=postgres sslmode=require", "-c", "select 40 + 2"],
            "php": ["php", PROGRAMS / "stream.php", NAME, expired, ""],
            "s_client": ["openssl", "s_client", "-connect", f"{NAME}:{unknown}"],
            "careful": ["curl", "-s", "--cacert", self.setup.trust, url.format(good)],
        }

    def seventh(self):
        return ["/usr/bin/python3", "-c", "import ssl, urllib.request as u; print(u.urlopen("
                f"'https://{NAME}:{self.server('https', 'unknown-ca').port}/', context=ssl._create_unverified_context()).read())"]

    def write_policy(self, mode, *more):
        TLSWARD.mkdir(exist_ok=True, mode=0o755)
        text = f"[policy]\nmode = {mode}\ntrust = {self.setup.trust}\nlog = file:{self.events}\n"
        (TLSWARD / "policy.conf").write_text(text + "".join(more))
        return TLSWARD / "policy.conf"

    def run(self, command):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.directory), "LD_PRELOAD": str(self.setup.library), "LC_ALL": "C.UTF-8"}
        try:
            return subprocess.run([str(word) for word in command], env=environment, input=b"", capture_output=True, timeout=HANG_SECONDS, check=False)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"{command} does not end") from late

    def recorded(self):
        return [json.loads(line) for line in self.events.read_text().splitlines()] if self.events.exists() else []

    def tlsward(self, *words, status=0):
        command = [str(self.setup.command), *map(str, words)]
        done = subprocess.run(command, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
        assert done.returncode == status, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr


def went_through(done):
    return done.returncode == 0


def audit_lets_all_pass(story):
    story.write_policy("audit")
    for name, job in story.jobs().items():
        before = len(story.recorded())
        done = story.run(job)
        assert went_through(done), f"{name}: {done}"
        assert len(story.recorded()) > before, f"{name}: the library was not active"
    shutil.copy(story.events, story.audited)


def report_names_them(story):
    """The five that verify nothing are named with where they go; the careful one is not."""
    found = json.loads(story.tlsward("report", "--json", story.events))
    failing = {Path(item["program"]).name: item for item in found["connections"] if item["outcomes"]["would-block"]}
    wanted = {"curl": "certificate-host-mismatch", "psql": "certificate-host-mismatch", "php": "certificate-expired", "openssl": "certificate-not-trusted", "python": "certificate-not-trusted"}
    for program, reason in wanted.items():
        item = next((item for name, item in failing.items() if name.startswith(program)), None)
        assert item and item["reason"] == reason, f"{program}: {json.dumps(failing, indent=1)}"
    careful = [item for item in found["connections"] if item["port"] == str(story.server("https", "good").port)]
    assert [item["reason"] for item in careful] == [None] and careful[0]["outcomes"]["would-block"] == 0, json.dumps(careful, indent=1)
    text = story.tlsward("report", story.events)
    assert "Not verified by the program" in text and "urllib_client.py" in text, text
    story.tlsward("report", "--fail-on", "blocked", story.events, status=1)


def draft_writes_rules(story):
    """One for each that fails, narrow, and none for the careful one."""
    story.tlsward("draft", "--output", story.draft, story.events)
    text = story.draft.read_text()
    rules = dict(re.findall(r"^\[rule ([^]]+)\]\n(.*?)^expires", text, re.MULTILINE | re.DOTALL))
    assert len(rules) == 5, text
    ports = {name: rule for name, rule in rules.items()}
    by_port = {re.search(r"^destination = .*:(\d+)$", rule, re.MULTILINE)[1]: rule for rule in ports.values()}
    jobs = {"curl": story.server("https", "other"), "python": story.server("https", "self-signed"), "php": story.server("https", "expired"),
            "psql": story.server("postgresql", "other"), "s_client": story.server("openssl", "unknown-ca")}
    of = {name: by_port[str(server.port)] for name, server in jobs.items()}
    assert re.search(r"^name = \S+$", of["curl"], re.MULTILINE) and "verify" not in of["curl"], text
    assert f"script = {PROGRAMS}/urllib_client.py" in of["python"] and "pin = sha256//" in of["python"], text
    assert f"script = {PROGRAMS}/stream.php" in of["php"] and "allow-expired-until = " in of["php"] and "verify" not in of["php"], text
    assert "name = " in of["psql"] and "verify" not in of["psql"], text
    assert "user = 0" in of["s_client"], text
    assert f":{story.server('https', 'good').port}" not in text, text


def draft_is_not_written_over(story):
    assert "File exists" in story.tlsward("draft", "--output", story.draft, story.events, status=2)


def check_refuses_the_draft(story):
    """Until a person has filled in who answers for it."""
    said = story.tlsward("check", story.draft, status=1)
    assert said.count("a value is missing") == 10, said


def filled(story):
    return story.draft.read_text().replace("owner =\n", "owner = platform team\n").replace("ticket =\n", "ticket = OPS-1\n")


def new_policy(story):
    unused = f"[rule unused]\ndestination = nobody.example\nverify = ca\nowner = platform team\nreason = nothing\nticket = OPS-2\nexpires = {TODAY + datetime.timedelta(days=90)}\n"
    head = f"[policy]\nmode = enforce\ntrust = {story.setup.trust}\nlog = file:{story.events}\n"
    path = story.directory / "new.conf"
    path.write_text(head + filled(story) + unused)
    return path


def check_accepts_it_filled_in(story):
    story.tlsward("check", new_policy(story))


def replay_says_nothing_newly_blocked(story):
    said = story.tlsward("replay", "--policy", new_policy(story), story.events)
    assert re.search(r"handshakes +0 newly-blocked, 0 expired, 0 cannot-tell", said), said
    assert "unused" in said, said


def replay_without_the_draft_says_what_breaks(story):
    bare = story.directory / "bare.conf"
    bare.write_text(f"[policy]\nmode = enforce\ntrust = {story.setup.trust}\n")
    said = story.tlsward("replay", "--policy", bare, story.events, status=1)
    assert re.search(r"handshakes +5 newly-blocked", said), said


def replay_at_a_later_date_says_which_exception_ends(story):
    later = TODAY + datetime.timedelta(days=45)
    found = json.loads(story.tlsward("replay", "--policy", new_policy(story), "--at", later, "--json", story.events, status=1))
    assert found["handshakes"]["expired"] == 5 and found["handshakes"]["newly-blocked"] == 0, found
    assert all(group["rule"] for group in found["groups"] if group["change"] == "expired"), found


def enforce(story, text=None):
    story.write_policy("enforce", text if text is not None else filled(story))


def enforcement_lets_exactly_those_pass(story):
    enforce(story)
    for name, job in story.jobs().items():
        before = len(story.recorded())
        done = story.run(job)
        assert went_through(done), f"{name}: {done}\n{story.recorded()[before:]}"
        assert len(story.recorded()) > before, f"{name}: the library was not active"


def a_seventh_is_blocked(story):
    enforce(story)
    before = len(story.recorded())
    done = story.run(story.seventh())
    assert not went_through(done), done
    assert any(event.get("tlsward.action") == "blocked" for event in story.recorded()[before:]), story.recorded()[before:]


def an_exception_that_has_ended_blocks(story):
    """The clock of a machine that others use is not ours: the last day of one rule is yesterday instead."""
    text = filled(story)
    port = story.server("https", "expired").port
    rules = re.split(r"(?=^\[rule )", text, flags=re.MULTILINE)
    ended = [re.sub(r"^expires = .*$", f"expires = {TODAY - datetime.timedelta(days=1)}", rule, flags=re.MULTILINE) if f":{port}\n" in rule else rule for rule in rules]
    assert ended != rules, text
    enforce(story, "".join(ended))
    jobs = story.jobs()
    assert not went_through(story.run(jobs["php"])), "the exception went on"
    assert story.recorded()[-1].get("tlsward.expired_rule"), story.recorded()[-1]
    assert went_through(story.run(jobs["curl"])), "another exception ended, too"


def report_shows_the_unused_rule(story):
    path = new_policy(story)
    found = json.loads(story.tlsward("report", "--rules", "--json", "--policy", path, story.events))
    states = {rule["rule"]: rule["state"] for rule in found["rules"]}
    used = [name for name, state in states.items() if state in ("active", "expiring")]
    assert states["unused"] == "unused" and len(used) == 5, states
    hits = {rule["rule"]: rule["handshakes"] for rule in found["rules"]}
    assert all(hits[name] > 0 for name in used), hits


def drafted_with_anchors(story, status=0):
    """The rules of a draft with trust anchors, by port, and the whole."""
    draft = story.directory / "anchors.conf"
    draft.unlink(missing_ok=True)
    story.write_policy("audit")
    story.tlsward("draft", "--fetch-anchors", story.directory / "anchors", "--output", draft, story.audited, status=status)
    text = draft.read_text()
    rules = re.findall(r"^\[rule [^]]+\]\n.*?^expires", text, re.MULTILINE | re.DOTALL)
    return {int(re.search(r"^destination = .*:(\d+)$", rule, re.MULTILINE)[1]): rule for rule in rules}, text


def draft_asks_servers_for_their_anchors(story):
    """Where the chain led nowhere the rule names the anchor, weakens nothing, and says what that is worth."""
    rules, text = drafted_with_anchors(story)
    of = {rules[story.server("https", "self-signed").port]: "self-signed", rules[story.server("openssl", "unknown-ca").port]: "unknown-ca"}
    for rule, name in of.items():
        file = Path(re.search(r"^trust = (/\S+\.pem)$", rule, re.MULTILINE)[1])
        assert "verify" not in rule and "pin" not in rule and file.stat().st_mode & 0o7777 == 0o644, rule
        shown = subprocess.run(["openssl", "x509", "-in", file, "-noout", "-fingerprint", "-sha256"], capture_output=True, text=True, check=True).stdout
        assert shown.strip().partition("=")[2].replace(":", "") == file.stem and f"#   SHA-256      {file.stem}\n" in text, (name, shown)
    assert text.count("# This anchor is trust on first use") == 2 and len(rules) == 5, text
    others = [rule for port, rule in rules.items() if rule not in of]
    assert not any("\ntrust = " in rule for rule in others), text
    assert len(list((story.directory / "anchors").iterdir())) == 2


def anchors_that_are_there_are_kept(story):
    """The same again, and no other file under the name of an anchor is trusted."""
    rules, _ = drafted_with_anchors(story)
    port = story.server("https", "self-signed").port
    file = Path(re.search(r"^trust = (\S+)$", rules[port], re.MULTILINE)[1])
    right = file.read_text()
    for foreign in (story.setup.trust.read_text(), right + story.setup.trust.read_text()):
        file.write_text(foreign)
        assert "\ntrust = " not in drafted_with_anchors(story)[0][port], "a file of somebody else's is trusted"
    file.write_text(right)


def draft_takes_no_anchor_of_another_key(story):
    """A server that shows another key than the events is another one, for all that is known."""
    audited = story.audited.read_text()
    port = story.server("https", "self-signed").port
    lines = [json.loads(line) for line in audited.splitlines()]
    for event in lines:
        if event.get("server.port") == port:
            event["tlsward.facts"] = event["tlsward.facts"].replace(event["tlsward.public_key_pin"], "sha256//" + "A" * 43 + "=")
            event["tlsward.public_key_pin"] = "sha256//" + "A" * 43 + "="
    story.audited.write_text("".join(json.dumps(event, separators=(",", ":")) + "\n" for event in lines))
    rules, _ = drafted_with_anchors(story)
    story.audited.write_text(audited)
    assert "\ntrust = " not in rules[port] and "\npin = " in rules[port], rules[port]


def anchors_let_exactly_those_pass(story):
    _, text = drafted_with_anchors(story)
    rules = text.replace("owner =\n", "owner = platform team\n").replace("ticket =\n", "ticket = OPS-1\n")
    policy = story.directory / "with-anchors.conf"
    policy.write_text(f"[policy]\nmode = enforce\ntrust = {story.setup.trust}\n" + rules)
    story.tlsward("check", policy)
    found = json.loads(story.tlsward("replay", "--policy", policy, "--json", story.audited, status=3))["handshakes"]
    assert (found["newly-blocked"], found["cannot-tell"]) == (0, 2), found
    enforce(story, rules)
    for name, job in story.jobs().items():
        done = story.run(job)
        assert went_through(done), f"{name}: {done}\n{story.recorded()[-1]}"
    assert not went_through(story.run(story.seventh())), "the seventh passes, too"


STEPS = (
    audit_lets_all_pass, report_names_them, draft_writes_rules, draft_is_not_written_over, check_refuses_the_draft,
    check_accepts_it_filled_in, replay_says_nothing_newly_blocked, replay_without_the_draft_says_what_breaks,
    replay_at_a_later_date_says_which_exception_ends, enforcement_lets_exactly_those_pass, a_seventh_is_blocked,
    an_exception_that_has_ended_blocks, report_shows_the_unused_rule, draft_asks_servers_for_their_anchors,
    anchors_that_are_there_are_kept, draft_takes_no_anchor_of_another_key, anchors_let_exactly_those_pass,
)


def run(setup, wanted):
    """Each step stands on those before it, whether somebody wants to hear of them or not."""
    story, left = Story(setup), set(wanted)
    try:
        for step in STEPS:
            step(story)
            name = f"story/{step.__name__}"
            if name in left:
                yield name, ""
            left.discard(name)
            if not left:
                return
    finally:
        shutil.rmtree(TLSWARD, ignore_errors=True)
