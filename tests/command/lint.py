"""What `check` finds in a policy that does not do what it seems to say: one policy and its findings per row."""

import datetime
import json
import subprocess
import xml.etree.ElementTree

import certificates
from rows import Row

WAIVED = "owner = tests\nreason = test\nticket = T-1\nexpires = 2999-12-31\n"
SOON = (datetime.date.today() + datetime.timedelta(days=20)).isoformat()
LATER = (datetime.date.today() + datetime.timedelta(days=60)).isoformat()
PIN = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
OTHER_PIN = "sha256//BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA="
HEAD = "[policy]\nmode = enforce\nlog = stderr\ntrust = {t}/root.pem\n"


def rule(name, *lines):
    return f"[rule {name}]\n" + "".join(f"{line}\n" for line in lines)


# What the policy says after HEAD, which has four lines → the line and the id of what is found, with a part of its text.
FOUND = {
    "rule-behind-a-wider-one": (rule("a", "destination = *.test", "security-level = 3") + rule("b", "destination = x.test:443", "security-level = 4"), 8, "never-matches", "rule a \\(.*:5\\) stands before it"),
    "rule-behind-one-for-all-ports": (rule("a", "destination = x.test", "security-level = 3") + rule("b", "destination = x.test:443", "security-level = 4"), 8, "never-matches", ""),
    "rule-behind-a-wider-network": (rule("a", "destination = 10.0.0.0/8", "security-level = 3") + rule("b", "destination = 10.1.0.0/16", "security-level = 4"), 8, "never-matches", ""),
    "rule-behind-a-wider-program": (rule("a", "program = /opt/*", "security-level = 3") + rule("b", "program = /opt/a?/*", "security-level = 4"), 8, "never-matches", ""),
    "rule-that-is-there-twice": (rule("a", "user = 0", "security-level = 3") + rule("b", "user = 0", "security-level = 4"), 8, "never-matches", ""),
    "rule-behind-one-that-lives-as-long": (rule("a", "user = 0", "security-level = 3", "expires = 2999-12-31") + rule("b", "user = 0", "security-level = 4", "expires = 2999-12-31"), 9, "never-matches", ""),
    "label-with-a-dash-at-its-end": (rule("a", "destination = a-.test", "security-level = 3"), 6, "impossible-destination", "matches nothing"),
    "name-that-is-never-found": (rule("a", "destination = b.invalid:443", "security-level = 3"), 6, "impossible-destination", "RFC 6761"),
    "program-that-is-any": (rule("a", "mode = off", "program = /*", *WAIVED.split("\n")), 7, "matches-everything", "leave program out"),
    "network-of-all-addresses": (rule("a", "destination = 0.0.0.0/0", "security-level = 3"), 6, "matches-everything", ""),
    "exception-that-has-ended": (rule("a", "user = 0", "mode = off", "expires = 2020-01-31"), 8, "rule-expired", "rule a: has expired and no longer applies"),
    "exception-that-ends-soon": (rule("a", "user = 0", "mode = off", f"expires = {SOON}"), 8, "rule-expires-soon", "expires in 20 days"),
    "exception-without-a-ticket": (rule("a", "user = 0", "mode = off", "owner = o", "reason = r", "expires = 2999-12-31"), 5, "no-ticket", "\\(mode\\)"),
    "one-pin-in-policy": (f"pin = {PIN}\n", 5, "one-pin", "RFC 7469"),
    "one-pin-in-a-rule": (rule("a", "user = 0", f"pin = {PIN}"), 7, "one-pin", "rule a: "),
    "user-whom-nobody-knows": (rule("a", "user = 0", "user = nobody-here", "security-level = 3"), 7, "unknown-user", ""),
    "group-that-nobody-knows": (rule("a", "group = 0", "group = nothing-here", "security-level = 3"), 7, "unknown-group", ""),
    "rule-behind-one-for-the-same-scripts": (rule("a", "script = /srv/*", "security-level = 3") + rule("b", "script = /srv/x.py", "unit = a.service", "security-level = 4"), 8, "never-matches", ""),
    "server-certificate-as-a-ca": ("trust = {t}/good.pem\n", 5, "trust-not-ca", "good.pem: certificate 1: CN=good is a server's certificate"),
    "anchor-that-has-expired": ("trust = {t}/ended.pem\n", 5, "trust-expired", "ended.pem: certificate 1: CN=ended has expired"),
    "anchor-in-der": ("trust = {t}/root.der\n", 5, "trust-der", "openssl x509 -inform DER -in {t}/root.der -out {t}/root.der.pem"),
    "certificate-that-cannot-be-used": ("trust = {t}/broken.pem\n", 5, "trust-unusable", "broken.pem: certificate 2: "),
    "log-that-leads-nowhere": ("", 3, "log-unreachable", "Permission denied|No such file"),
}

# The same for what is an error: its text stands on standard error.
ERRORS = {
    "unknown-key": ("verfy = none\n", 5, "unknown-key", "did you mean verify\\?"),
    "unknown-key-of-a-rule": (rule("a", "user = 0", "destinaton = a.test"), 7, "unknown-key", "did you mean destination\\?"),
    "key-of-the-other-section": ("owner = me\n", 5, "misplaced-key", ""),
    "exception-of-nobody": (rule("a", "user = 0", "mode = off"), 5, "exception-incomplete", "must say: owner, reason, expires"),
    "store-that-is-not-there": ("trust = {t}/none.pem\n", 5, "trust-empty", "trust source without a certificate"),
    "store-beside-another-error-of-the-kind": ("trust = {t}/none.pem\ntrust = {t}/nor-this.pem\n", 6, "trust-empty", ""),
    "store-that-is-pkcs12": ("trust = {t}/root.p12\n", 5, "trust-empty", "is PKCS #12: 'openssl pkcs12 -nokeys -in {t}/root.p12"),
    "store-that-is-pkcs7": ("trust = {t}/root.p7b\n", 5, "trust-empty", "is PKCS #7: 'openssl pkcs7 -inform PEM -print_certs"),
    "store-that-is-a-key": ("trust = {t}/root.key\n", 5, "trust-empty", "is a private key"),
    "store-in-utf-16": ("trust = {t}/root.utf16\n", 5, "trust-empty", "is UTF-16: 'iconv"),
    "store-that-anybody-writes": ("trust = {t}/open.pem\n", 5, "trust-writable", "open.pem may be written by others, as it has mode 0666"),
}

# Nothing of the kind is found here.
NOT_FOUND = {
    "narrower-rule-before-a-wider-one": (rule("a", "destination = x.test:443", "security-level = 4", *WAIVED.split("\n")) + rule("b", "destination = *.test", "security-level = 3"), "never-matches"),
    "rule-behind-one-for-another-port": (rule("a", "destination = x.test:1", "security-level = 3") + rule("b", "destination = x.test:2", "security-level = 3"), "never-matches"),
    "suffix-behind-one-host": (rule("a", "destination = x.test", "security-level = 3") + rule("b", "destination = *.test", "security-level = 3"), "never-matches"),
    "domain-behind-what-is-below-it": (rule("a", "destination = *.x.test", "security-level = 3") + rule("b", "destination = x.test", "security-level = 3"), "never-matches"),
    "rule-behind-one-that-ends-first": (rule("a", "user = 0", "security-level = 3", f"expires = {LATER}") + rule("b", "user = 0", "security-level = 3"), "never-matches"),
    "rule-for-more-users": (rule("a", "user = 0", "security-level = 3") + rule("b", "user = 0", "user = 1", "security-level = 3"), "never-matches"),
    "rule-for-any-program-behind-one-for-some": (rule("a", "program = /opt/*", "destination = x.test", "security-level = 3") + rule("b", "destination = x.test", "security-level = 3"), "never-matches"),
    "glob-with-more-ends": (rule("a", "program = /opt/?", "security-level = 3") + rule("b", "program = /opt/*", "security-level = 3"), "never-matches"),
    "two-pins": (f"pin = {PIN}\npin = {OTHER_PIN}\n", "one-pin"),
    "no-pins": (rule("a", "user = 0", "pin = none"), "one-pin"),
    "exception-that-ends-later": (rule("a", "user = 0", "mode = off", *WAIVED.split("\n")), "rule-expires-soon"),
    "rule-that-only-tightens": (rule("a", "user = 0", "security-level = 3"), "no-ticket"),
    "store-of-the-system": ("trust = system\n", "trust-expired"),
}


def make_files(directory):
    certificates.issue(directory, "ended", "/CN=ended", certificates.AUTHORITY, days=-1)
    certificates.openssl("x509", "-in", directory / "root.pem", "-outform", "DER", "-out", directory / "root.der")
    certificates.openssl("pkcs12", "-export", "-nokeys", "-in", directory / "root.pem", "-passout", "pass:", "-out", directory / "root.p12")
    certificates.openssl("crl2pkcs7", "-nocrl", "-certfile", directory / "root.pem", "-out", directory / "root.p7b")
    (directory / "root.utf16").write_bytes((directory / "root.pem").read_text().encode("utf-16"))
    (directory / "open.pem").write_bytes((directory / "root.pem").read_bytes())
    (directory / "open.pem").chmod(0o666)
    for name, (text, *_) in (FOUND | ERRORS | NOT_FOUND).items():
        head = HEAD.replace("log = stderr", "log = file:/none/log") if name == "log-that-leads-nowhere" else HEAD
        complete = text if "expires" not in text or "owner" in text else text.replace("expires", "owner = o\nreason = r\nticket = t\nexpires")
        (directory / f"lint-{name}.conf").write_text((head + complete).replace("{t}", str(directory)))


def line_of(text, line):
    """Owner, reason and ticket stand before the expiry that a row gives."""
    before = text.split("\n")[: line - 4]
    return line + (3 if "owner" not in text and any(part.startswith("expires") for part in before) else 0)


def table_rows():
    for name, (text, line, finding, said) in FOUND.items():
        place = f"^# {{t}}/lint-{name}.conf:{line_of(text, line)}: "
        yield Row(f"lint/{name}", ["check", f"lint-{name}.conf"], out=[f"{place}.*({said}).* \\[{finding}\\]$"])
        yield Row(f"lint/{name}-is-an-error-under-strict", ["check", "--strict", f"lint-{name}.conf"], 1, out=[f"\\[{finding}\\]$"])
    for name, (text, line, finding, said) in ERRORS.items():
        place = f"^{{t}}/lint-{name}.conf:{line_of(text, line)}: "
        yield Row(f"lint/{name}", ["check", f"lint-{name}.conf"], 1, err=[f"{place}.*({said}).* \\[{finding}\\]$"])
    for name, (_, finding) in NOT_FOUND.items():
        yield Row(f"lint/not-{name}", ["check", f"lint-{name}.conf"], absent=[f"[{finding}]"])
    yield Row("lint/clean-under-strict", ["check", "--strict", "lint-two-pins.conf"], out=["mode = enforce"])
    yield Row("lint/json-has-the-id", ["check", "--json", "lint-one-pin-in-policy.conf"], out=['"id": "one-pin",\\s*"line": 5|"line": 5', '"id": "one-pin"'])
    yield Row("lint/unknown-format", ["check", "--format", "xml", "lint-two-pins.conf"], 2, err=["no format 'xml': text, json, sarif or junit"])
    yield from (
        Row(f"lint/trust-of-a-rule-for-a-user-who-{what}", ["check"], status, err=err, absent=absent, root=True,
            system="[policy]\nmode = audit\n[rule a]\nuser = nobody\ndestination = a.test\ntrust = {t}/secret.pem\n" if status else
            "[policy]\nmode = audit\n[rule a]\nuser = root\ndestination = a.test\ntrust = {t}/secret.pem\n")
        for what, status, err, absent in (
            ("cannot-read-it", 1, ["secret.pem: user nobody cannot read it, as .*/secret.pem has mode 0600.* \\[unreadable-for-users\\]$"], []),
            ("can", 0, [], ["cannot read it", "not every user"]),
        )
    )


def output(fixture, *arguments):
    command = [fixture.command, "check", *arguments]
    return subprocess.run(command, cwd=fixture.directory, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"}).stdout


def sarif(fixture):
    """Findings where the file says that they are, by rules that the log describes."""
    run = json.loads(output(fixture, "--format", "sarif", "lint-rule-behind-a-wider-one.conf"))["runs"][0]
    names = [described["id"] for described in run["tool"]["driver"]["rules"]]
    found = {result["ruleId"]: result for result in run["results"]}
    place = found["never-matches"]["locations"][0]["physicalLocation"]
    good = (
        place["artifactLocation"]["uri"] == f"file://{fixture.directory}/lint-rule-behind-a-wider-one.conf"
        and place["region"]["startLine"] == 8
        and all(names[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
        and found["never-matches"]["partialFingerprints"]["primaryLocationLineHash"]
    )
    return None if good else json.dumps(run, indent=1)


def fingerprints_survive_a_new_line(fixture):
    text = (fixture.directory / "lint-rule-behind-a-wider-one.conf").read_text()
    moved = fixture.directory / "lint-moved.conf"

    def prints(content):
        moved.write_text(content)
        run = json.loads(output(fixture, "--format", "sarif", "lint-moved.conf"))["runs"][0]
        return [(result["ruleId"], result["partialFingerprints"]) for result in run["results"]]

    before, after = prints(text), prints("# a comment\n" + text)
    return None if before and before == after else f"{before}\n{after}"


def junit(fixture):
    """A warning fails under --strict alone, an exception is skipped with its owner, and what is in order passes."""
    def cases(*arguments):
        root = xml.etree.ElementTree.fromstring(output(fixture, "--format", "junit", *arguments))
        return {case.get("name"): [child.tag for child in case] for case in root}

    text = HEAD.replace("{t}", str(fixture.directory)) + rule("x-y", "user = 0", "mode = off", *WAIVED.split("\n")) + rule("b", "destination = b.invalid", "security-level = 3")
    (fixture.directory / "lint-junit.conf").write_text(text)
    lax, strict = cases("lint-junit.conf"), cases("--strict", "lint-junit.conf")
    good = lax.get("b/impossible-destination") == ["system-out"] and strict.get("b/impossible-destination") == ["failure"] and lax.get("x-y") == ["skipped"] and lax.get("[policy]") == []
    return None if good else f"{lax}\n{strict}"


CHECKS = {"lint/sarif": sarif, "lint/sarif-fingerprints-survive-a-new-line": fingerprints_survive_a_new_line, "lint/junit": junit}
