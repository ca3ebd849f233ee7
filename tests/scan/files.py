"""Trees of files: what is looked at, exceptions, exit statuses, and what is never shown."""

import datetime
import os

from runner import Row, needs
from scans import json_scan, scan, under_terminal
from servers import unprivileged

LATER = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
TODAY = datetime.date.today().isoformat()
EARLIER = (datetime.date.today() - datetime.timedelta(days=2)).isoformat()
ALLOW = f"# tlsward:allow curl-insecure-option owner=ops reason=\"no certificate yet\" expires={LATER}"
CURL = "curl -k https://a.example/"

# Name: files, what is found (rule, file, line, state), exit status.
TREES = {
    "nothing-is-found-in-what-is-in-order": ({"a.sh": "curl https://a.example/\n"}, set(), 0),
    "kind-by-name": ({"a.sh": CURL, "b.md": CURL, "Dockerfile": f"RUN {CURL}"},
                     {("curl-insecure-option", "a.sh", 1, "new"), ("curl-insecure-option", "Dockerfile", 1, "new")}, 1),
    "kind-by-first-line": ({"run": f"#!/usr/bin/env bash\n{CURL}\n", "other": f"{CURL}\n"}, {("curl-insecure-option", "run", 2, "new")}, 1),
    "template-of-a-kind": ({"Dockerfile.j2": f"RUN {CURL}\n", "a.sh.tmpl": CURL},
                           {("curl-insecure-option", "Dockerfile.j2", 1, "new"), ("curl-insecure-option", "a.sh.tmpl", 1, "new")}, 1),
    "comments-switch-nothing-off": ({"a.sh": f"# {CURL}\n: # {CURL}\n", "a.js": "/* rejectUnauthorized: false\n */ // rejectUnauthorized: false\n",
                                     "b.js": "'http://x'; f({rejectUnauthorized: false})"}, {("node-reject-unauthorized-off", "b.js", 1, "new")}, 1),
    "lines-count-behind-comments-and-continued-lines": ({"a.sh": f"# x\n\ncurl \\\n  -s \\\n  -k x\n"}, {("curl-insecure-option", "a.sh", 3, "new")}, 1),
    "two-on-a-line": ({"a.sh": "curl -k x; wget --no-check-certificate y; curl -k z"},
                      {("curl-insecure-option", "a.sh", 1, "new"), ("wget-no-check-option", "a.sh", 1, "new")}, 1),
    "absence-is-told-and-not-counted": ({"a.sh": "openssl s_client -connect a:1\n"}, {("openssl-s-client-unverified", "a.sh", 1, "new")}, 0),
    "exception-on-the-line-before": ({"a.sh": f"{ALLOW}\n{CURL}\n"}, {("curl-insecure-option", "a.sh", 2, "accepted")}, 0),
    "exception-on-the-line": ({"a.sh": f"{CURL} {ALLOW}\n"}, {("curl-insecure-option", "a.sh", 1, "accepted")}, 0),
    "exception-in-another-kind-of-comment": ({"a.js": f"// tlsward:allow node-reject-unauthorized-off owner=a reason=b expires={LATER}\nx({{rejectUnauthorized: false}})"},
                                             {("node-reject-unauthorized-off", "a.js", 2, "accepted")}, 0),
    "exception-does-not-reach-two-lines": ({"a.sh": f"{ALLOW}\n\n{CURL}\n"}, {("curl-insecure-option", "a.sh", 3, "new"), ("allow-unused", "a.sh", 1, "new")}, 1),
    "exception-of-another-rule": ({"a.sh": f"{ALLOW.replace('curl-insecure-option', 'aws-no-verify-ssl')}\n{CURL}\n"},
                                  {("curl-insecure-option", "a.sh", 2, "new"), ("allow-unused", "a.sh", 1, "new")}, 1),
    "exception-until-today": ({"a.sh": f"{ALLOW.replace(LATER, TODAY)}\n{CURL}\n"}, {("curl-insecure-option", "a.sh", 2, "accepted")}, 0),
    "exception-that-has-ended": ({"a.sh": f"{ALLOW.replace(LATER, EARLIER)}\n{CURL}\n"}, {("curl-insecure-option", "a.sh", 2, "new")}, 1),
    "exception-of-nothing": ({"a.sh": f"{ALLOW}\ncurl x\n"}, {("allow-unused", "a.sh", 1, "new")}, 0),
    **{f"exception-malformed/{name}": ({"a.sh": f"{text}\n{CURL}\n"}, {("curl-insecure-option", "a.sh", 2, "new"), ("allow-malformed", "a.sh", 1, "new")}, 1)
       for name, text in {
           "without-owner": ALLOW.replace("owner=ops", ""),
           "without-reason": ALLOW.replace('reason="no certificate yet"', ""),
           "without-expires": ALLOW.replace(f"expires={LATER}", ""),
           "no-such-day": ALLOW.replace(LATER, "2027-02-30"),
           "of-all-rules": ALLOW.replace("curl-insecure-option", "*"),
           "of-a-rule-that-is-none": ALLOW.replace("curl-insecure-option", "curl-insecure"),
           "of-nothing": "# tlsward:allow",
       }.items()},
    "strange-names": ({b"a\xff\x1b[31m.sh": CURL, b"b\nc.sh": CURL}, {("curl-insecure-option", "a\\xff\\x1b[31m.sh", 1, "new"), ("curl-insecure-option", "b\\x0ac.sh", 1, "new")}, 1),
    "binary-is-no-text": ({"a.sh": b"\0\n" + CURL.encode()}, set(), 0),
    "byte-that-is-no-character": ({"a.sh": b"\xff\xfe " + CURL.encode()}, {("curl-insecure-option", "a.sh", 1, "new")}, 1),
    "object-store-of-git-is-not-entered": ({".git/objects/a.sh": CURL, ".git/config": "[http]\nsslVerify=false\n"}, {("git-sslverify-config", ".git/config", 2, "new")}, 1),
    "no-new-line-at-the-end": ({"a.env": "NODE_TLS_REJECT_UNAUTHORIZED=0"}, {("node-reject-unauthorized-variable", "a.env", 1, "new")}, 1),
    "lines-of-another-system": ({"a.env": "A=b\r\nNODE_TLS_REJECT_UNAUTHORIZED=0\r\n"}, {("node-reject-unauthorized-variable", "a.env", 2, "new")}, 1),
}


def tree(contents, expected, status):
    def check(fixture):
        done = json_scan(fixture, fixture.tree(contents))
        assert done.places == expected, f"{sorted(done.places)}, not {sorted(expected)}\n{done.err}"
        assert done.status == status, f"status {done.status}"
    return check


SECRET = "hunter2"
SECRETS = {
    "a.sh": f"curl -sk -u admin:{SECRET} -H 'X-Token: {SECRET}' https://u:{SECRET}@a.example/?key={SECRET}\nGIT_SSL_NO_VERIFY={SECRET} git pull\n",
    ".env": f"DATABASE_URL=postgres://u:{SECRET}@db/x?sslmode=require&password={SECRET}\nTOKEN={SECRET}\nPIP_TRUSTED_HOST=u:{SECRET}@h\n",
    "a.env": f"GIT_CONFIG_KEY_0=http.sslVerify\nTOKEN={SECRET}\nGIT_CONFIG_VALUE_0=false\nAZURE_CLI_DISABLE_CONNECTION_VERIFICATION={SECRET}\n",
    "a.json": f'{{"cs": "Server=db;Password={SECRET};TrustServerCertificate=True;Token={SECRET}"}}',
    "a.yaml": f"- name: NODE_TLS_REJECT_UNAUTHORIZED\n  value: '0'\n- name: TOKEN\n  value: {SECRET}\n",
}


def secrets(form):
    def check(fixture):
        done = scan(fixture, "--format", form, fixture.tree(SECRETS))
        assert done.status == 1 and "git-no-verify-variable" in done.out and "git-sslverify-off" in done.out, done
        assert SECRET not in done.out + done.err, done.out
    return check


def ends(status, *arguments, err="", contents=None):
    def check(fixture):
        place = fixture.tree(contents or {"a.sh": CURL, "b.sh": "mosquitto_pub --insecure x\n"})
        done = scan(fixture, *(argument.format(place) for argument in arguments))
        assert done.status == status and err in done.err, (done.status, done.err, done.out)
    return check


def not_readable(fixture):
    """Nothing else is wrong: not all of it could be read. Findings weigh more."""
    place = fixture.tree({"a.sh": "true\n", "closed/b.sh": CURL, "c.sh": CURL})
    (place / "closed").chmod(0)
    (place / "c.sh").chmod(0)
    user = unprivileged("nobody")
    done = json_scan(fixture, place, through=user)
    unread = {line["path"].rpartition("/")[2]: line["reason"] for line in done.of("unread")}
    assert done.status == 3 and unread == {"closed": "Permission denied", "c.sh": "Permission denied"}, done
    assert f"{place}/c.sh: Permission denied" in done.err, done.err
    (place / "c.sh").chmod(0o644)
    done = json_scan(fixture, place, through=user)
    assert done.status == 1, done


def what_is_no_file(fixture):
    """Links that lead in a circle, pipes, devices and /proc keep nobody waiting."""
    place = fixture.tree({"real/a.sh": CURL})
    (place / "real" / "loop").symlink_to(place)
    (place / "real" / "b.sh").symlink_to("a.sh")
    os.mkfifo(place / "pipe.sh")
    done = json_scan(fixture, place)
    assert done.places == {("curl-insecure-option", "real/a.sh", 1, "new")}, done.places
    link = fixture.fresh() / "link"
    link.symlink_to(place / "real")
    assert len(json_scan(fixture, link).findings) == 1, "a link that is named counts"
    done = json_scan(fixture, "/proc", "/sys", place / "pipe.sh", "/dev/zero")
    assert done.status == 0 and done.of("summary")[0]["files"] == 0, done


def long_file(fixture):
    """What was not looked at is said."""
    place = fixture.tree({"a.sh": CURL + "\n" + "x" * (9 << 20) + "\n" + CURL})
    done = json_scan(fixture, place)
    assert done.places == {("curl-insecure-option", "a.sh", 1, "new")}, done.places
    assert "a.sh: longer than 8 MiB" in done.err and [line["path"] for line in done.of("unread")] == [f"{place}/a.sh"], done.err


def very_many(fixture):
    """A file that keeps the scan busy ends, and says that there may be more."""
    done = json_scan(fixture, fixture.tree({"a.sh": f"{CURL}\n" * 100000}))
    assert len(done.findings) == 1000 and "there may be more" in done.findings[-1].get("note", "") + done.findings[0].get("note", "") + str(done.findings), len(done.findings)


def twice(fixture):
    place = fixture.tree({"a.sh": CURL})
    assert len(json_scan(fixture, place, place, place / "a.sh").findings) == 1


def terminal(fixture):
    """Each line fits, whatever the names are, and no byte of theirs drives the terminal."""
    place = fixture.tree({b"a\x1b[2J\xff.sh": CURL, "d" * 70 + "/" + "e" * 90 + ".sh": f"{CURL}\n", "a.py": "requests.get(u, verify=False)\n", "b.env": "PGSSLMODE=require"})
    for columns in (80, 120, 60):
        shown = under_terminal(fixture, place, columns=columns)
        plain = shown.replace("\x1b[1m", "").replace("\x1b[31m", "").replace("\x1b[0m", "").replace("\x1b[2m", "").replace("\x1b[32m", "")
        assert "\x1b" not in plain and "2J" in plain, repr(plain)
        long = [line for line in plain.splitlines() if len(line) > columns]
        assert not long and "curl-insecure-option" in plain, long


def fails_on(fixture):
    place = fixture.tree({"a.sh": "mosquitto_pub --insecure x\n"})
    found = [scan(fixture, "--fail-on", severity, place).status for severity in ("low", "medium", "high")]
    assert found == [1, 1, 0], found


ROWS = {
    "exit/usage-without-anything": ends(2, err="nothing to look at"),
    "exit/usage-of-a-path-that-is-not-there": ends(2, "{}/none", err="No such file"),
    "exit/usage-of-an-option": ends(2, "--wrong", "{}"),
    "exit/usage-of-a-format": ends(2, "--format", "csv", "{}", err="not text, json or sarif"),
    "exit/usage-of-a-severity": ends(2, "--fail-on", "info", "{}", err="not low, medium or high"),
    "exit/findings": ends(1, "{}"),
    "exit/findings-with-exit-zero": ends(0, "--exit-zero", "{}"),
    "exit/no-findings": ends(0, "{}", contents={"a.sh": "true\n"}),
    "exit/severity-that-counts": fails_on,
    "files/what-is-no-file-is-not-waited-for": what_is_no_file,
    "files/longer-than-what-is-looked-at": long_file,
    "files/very-many-findings-in-one": very_many,
    "files/named-twice-is-told-once": twice,
    "terminal/lines-fit": terminal,
    **{f"secrets/{form}": secrets(form) for form in ("text", "json", "sarif")},
}


def rows():
    for name, (contents, expected, status) in TREES.items():
        yield Row(f"files/{name}", tree(contents, expected, status))
    for name, check in ROWS.items():
        yield Row(name, check)
    yield Row("exit/not-everything-could-be-read", not_readable, (needs.root,))
