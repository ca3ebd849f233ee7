"""What `tlsward trust` promises, one row per fact. What is the host's own is laid over it in a mount namespace."""

import json

from certificates import openssl
from rows import Row

POLICIES = {
    "trust-rules.conf": "[policy]\nmode = enforce\ntrust = {t}/root.pem\n"
                        "[rule acme]\nprogram = /opt/acme/bin/*\ntrust = {t}/stranger.pem\nowner = tests\nreason = test\nexpires = 2999-12-31\n"
                        "[rule robot]\nuser = 65534\ntrust = {t}/middle.pem\nowner = tests\nreason = test\nexpires = 2999-12-31\n",
    "trust-script.conf": "[policy]\nmode = audit\ntrust = {t}/root.pem\n[rule job]\nprogram = /usr/bin/python3*\nscript = {t}/job.py\nmode = enforce\ntrust = {t}/stranger.pem\nowner = tests\nreason = test\nexpires = 2999-12-31\n",
    "trust-destination.conf": "[policy]\nmode = enforce\ntrust = {t}/root.pem\n"
                              "[rule partner]\ndestination = *.partner.test:8443\ndestination = 192.0.2.0/24\ntrust = {t}/stranger.pem\nowner = tests\nreason = test\nexpires = 2999-12-31\n",
    "trust-network.conf": "[policy]\nmode = audit\ntrust = {t}/root.pem\n[rule network]\ndestination = 192.0.2.0/24\nmode = enforce\n",
    "trust-expired.conf": "[policy]\ntrust = {t}/expired.pem\ntrust-mode = exclusive\n",
    "trust-hostile.conf": "[policy]\ntrust = {t}/hostile.pem\n",
}
ROOT, STRANGER = "CN=tlsward test root", "CN=unknown root"


def event(number, program, **members):
    known = {"@timestamp": f"2026-11-2{number}T06:44:40.123Z", "event.action": "tls-handshake", "event.id": f"{number:08x}", "tlsward.schema": 1, "process.executable": program}
    return json.dumps(known | {name.replace("__", "."): value for name, value in members.items()}) + "\n"


EVENTS = (
    event(1, "/usr/bin/curl", tlsward__anchor__subject=ROOT)
    + event(2, "/usr/bin/wget", tlsward__anchor__subject=ROOT, tlsward__repeated=4)
    + event(3, "/usr/bin/wget", tlsward__anchor__subject="CN=somebody else")
    + event(4, "/usr/bin/curl", tls__server__issuer=STRANGER, tlsward__reason="certificate-not-trusted")
    + event(5, "/usr/bin/curl", tls__server__issuer=ROOT, tlsward__reason="certificate-not-trusted")
)
SUSE = 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n'
ALPINE = "ID=alpine\n"
ARCH = "ID=arch\n"
FEDORA = 'NAME="Fedora Linux"\nID=fedora\n'
ROCKY = 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'
DEBIAN = "ID=debian\n"
OTHER = "ID=plan9\n"


def make_files(directory):
    for name, text in POLICIES.items():
        (directory / name).write_text(text.replace("{t}", str(directory)))
    (directory / "trust.log").write_text(EVENTS)
    (directory / "trust-damaged.log").write_text(EVENTS + "{nonsense\n")
    for name, text in {"fedora": FEDORA, "rocky": ROCKY, "debian": DEBIAN, "suse": SUSE, "alpine": ALPINE, "arch": ARCH, "other": OTHER}.items():
        (directory / f"os-{name}").write_text(text)
    certificate = (directory / "stranger.pem").read_bytes()
    der = openssl("x509", "-in", directory / "stranger.pem", "-outform", "DER")
    for name, files in {"not-run": {"corp.crt": certificate}, "no-ending": {"corp.pem": certificate}, "der": {"corp.crt": der}, "quoted": {"it's corp.pem": certificate}}.items():
        (directory / f"local-{name}").mkdir()
        for file, data in files.items():
            (directory / f"local-{name}" / file).write_bytes(data)


def on(distribution, local, *arguments, place="/usr/local/share/ca-certificates"):
    """`tlsward trust` on a host of that distribution, with these additions of its own."""
    over = f"mount --bind {{t}}/os-{distribution} /etc/os-release; mkdir -p {place}; mount --bind {{t}}/local-{local} {place}"
    return {"arguments": ["-m", "sh", "-ec", f'{over}; exec "$@"', "-", "{command}", "trust", *arguments], "command": "/usr/bin/unshare", "root": True}


STORE = {"env": {"SSL_CERT_FILE": "{t}/root.pem", "SSL_CERT_DIR": "/none"}}
ANCHORS_OF_FEDORA = "/etc/pki/ca-trust/source/anchors"


def rows():
    yield Row("trust/policy/its-file", ["trust", "--policy", "enforce.conf"], out=["^trust       {t}/root.pem$", "^anchors     1, 1 policy; whether they are used is not known", f"^policy +20[0-9-]+ +{ROOT}  [0-9A-F]{{{{64}}}}  {{t}}/root.pem$"])
    yield Row("trust/policy/rule-of-a-program", ["trust", "--policy", "trust-rules.conf", "--program", "/opt/acme/bin/sync"], out=["^rule        acme$", STRANGER], absent=[ROOT])
    yield Row("trust/policy/no-rule-of-another-program", ["trust", "--policy", "trust-rules.conf", "--program", "/bin/true"], out=[r"^rule        \[policy\]", ROOT, "rules for some .* trust other sources"], absent=[STRANGER])
    yield Row("trust/policy/rule-of-a-user", ["trust", "--policy", "trust-rules.conf", "--user", "65534"], out=["^rule        robot$", "CN=tlsward test intermediate"])
    yield Row("trust/policy/rule-of-a-user-by-name", ["trust", "--policy", "trust-rules.conf", "--user", "nobody"], out=["^rule        robot$"])
    python = ["trust", "--policy", "trust-script.conf", "--program", "/usr/bin/python3"]
    yield Row("trust/policy/rule-of-a-script", [*python, "--script", "{t}/job.py"], root=True, out=["^rule        job$", STRANGER], absent=[ROOT])
    yield Row("trust/policy/rule-of-another-script", [*python, "--script", "{t}/other.py"], out=[r"^rule        \[policy\]", ROOT], absent=[f" {STRANGER}"])
    yield Row("trust/policy/interpreter-whose-script-nobody-named", python, out=["^rule        job, which tightens: whether it matches is not known$", ROOT], absent=[f" {STRANGER}"])
    yield Row("trust/policy/interpreter-whose-script-nobody-named-json", [*python, "--json"], out=['"rule": "job"', '"rule_is_uncertain": true'])
    yield Row("trust/policy/rule-of-a-destination", ["trust", "--policy", "trust-destination.conf", "--destination", "api.partner.test:8443"], out=["^rule        partner$", STRANGER], absent=[ROOT])
    yield Row("trust/policy/rule-of-an-address", ["trust", "--policy", "trust-destination.conf", "--destination", "192.0.2.9"], out=["^rule        partner$", STRANGER], absent=[ROOT])
    yield Row("trust/policy/no-rule-of-another-address", ["trust", "--policy", "trust-network.conf", "--destination", "198.51.100.1"], out=[r"^rule        \[policy\], as no rule matches$"])
    yield Row("trust/policy/address-that-nobody-named", ["trust", "--policy", "trust-network.conf", "--destination", "a.test"], out=["^rule        network, which tightens: whether it matches is not known$"])
    yield Row("trust/policy/rule-of-another-port", ["trust", "--policy", "trust-destination.conf", "--destination", "api.partner.test:443"], out=[r"^rule        \[policy\]", ROOT], absent=[f" {STRANGER}"])
    yield Row("trust/policy/expired-anchor", ["trust", "--policy", "trust-expired.conf"], out=["1 expired", "^trust-mode  exclusive: what the program itself trusts does not count$"])
    yield Row("trust/policy/hostile-subject", ["trust", "--policy", "trust-hostile.conf"], out=["1B"], absent=["\x1b"])
    yield Row("trust/policy/none-in-force", ["trust", "--policy", "no-trust.conf"], 1, out=["^anchors     0;"], err=["warning: {t}/none.pem: "])
    yield Row("trust/policy/invalid", ["trust", "--policy", "bad.conf"], 2, err=["bad.conf:2:"])
    yield Row("trust/usage/no-such-user", ["trust", "--user", "nobody-of-that-name"], 2, err=["is no user here and no user id"])
    yield Row("trust/usage/relative-program", ["trust", "--program", "curl"], 2, err=["is no absolute path"])
    yield Row("trust/usage/no-such-policy", ["trust", "--policy", "/none.conf"], 2, err=["/none.conf: No such file"])
    yield Row("trust/usage/no-destination", ["trust", "--destination", "no..name"], 2, err=["--destination no..name: is no host name"])
    yield Row("trust/usage/destination-without-a-port", ["trust", "--destination", "a.test:0"], 2, err=["--destination a.test:0: has no valid port"])
    yield Row("trust/usage/unknown-option", ["trust", "--nonsense"], 2, err=["--nonsense"])
    yield Row("trust/used/by-whom-and-when", ["trust", "--policy", "enforce.conf", "trust.log"], out=["; 1 used in 5 events$", f"^policy +20[0-9-]+ +6  2026-11-22  {ROOT}"])
    real = "{command} run --policy {t}/enforce.conf --log file:{t}/real.log curl -sS --cacert {t}/root.pem -o {t}/page https://good.test:{PORT_good}/ && {command} trust --policy {t}/enforce.conf --program \"$(command -v curl)\" {t}/real.log"
    yield Row("trust/used/by-a-real-program", ["-c", real], command="/bin/sh", needs="curl", out=["; 1 used in 1 events$", f"^policy .* 1  20[0-9-]+  {ROOT}"])
    yield Row("trust/used/by-one-program", ["trust", "--policy", "enforce.conf", "--program", "/usr/bin/curl", "trust.log"], out=["; 1 used in 3 events$", f" 1  2026-11-21  {ROOT}"])
    yield Row("trust/used/never", ["trust", "--policy", "enforce.conf", "--program", "/bin/none", "trust.log"], out=["; 0 used in 0 events$"])
    yield Row("trust/used/json", ["trust", "--json", "--policy", "enforce.conf", "trust.log"], out=['"used": \\{\\n +"count": 6,\\n +"last": "2026-11-22T06:44:40Z"', '"origin": "policy"', '"subject": "CN=unknown root"', '"refused": 1'])
    yield Row("trust/used/not-asked-json", ["trust", "--json", "--policy", "enforce.conf"], out=['"used": null', '"command": null|"missing": \\[\\]'])
    yield Row("trust/used/damaged-event", ["trust", "--policy", "enforce.conf", "trust-damaged.log"], 3, out=["; 1 used in 5 events$"], err=["trust-damaged.log"])
    yield Row("trust/used/no-such-source", ["trust", "--policy", "enforce.conf", "none.log"], 3, err=["none.log: No such file"])
    yield Row("trust/missing/issuer-of-what-was-refused", ["trust", "--policy", "enforce.conf", "trust.log"], out=[f"^missing: {STRANGER}, 1 connections not trusted$"], absent=[f"missing: {ROOT}"])
    yield Row("trust/origin/not-in-the-package", **on("debian", "not-run"), **STORE, out=[f"^local: {ROOT}: in no file of the package below /usr/share/ca-certificates$"])
    yield Row("trust/origin/added-here", **on("debian", "not-run"), env={"SSL_CERT_FILE": "{t}/stranger.pem", "SSL_CERT_DIR": "/none"}, out=["^anchors     1, 1 local", f"^local: {STRANGER}: added here: /usr/local/share/ca-certificates/corp.crt$"], absent=["missing:"])
    yield Row("trust/origin/of-the-package", **on("debian", "not-run"), out=["^anchors .* [0-9]+ distribution", r"^distribution +20[0-9-]+ .*ISRG Root X1"])
    yield Row("trust/origin/unknown-without-a-package", **on("fedora", "not-run", place=ANCHORS_OF_FEDORA), **STORE, out=[f"^unknown: {ROOT}: there is nothing below /usr/share/pki/ca-trust-source to compare with$"])
    yield Row("trust/origin/unknown-distribution", **on("other", "not-run"), **STORE, out=["it is not known where this distribution keeps its own$"], absent=["missing:"])
    yield Row("trust/missing/update-has-not-run", **on("debian", "not-run"), **STORE, out=[f"^missing: {STRANGER} \\(/usr/local/share/ca-certificates/corp.crt\\)\n    update-ca-certificates has not run since it was put there\n        update-ca-certificates$"])
    yield Row("trust/missing/of-another-ending", **on("debian", "no-ending"), **STORE, out=["passes over what does not end in .crt\n +mv '(/.*/corp.pem)' '\\1'.crt && update-ca-certificates$"])
    yield Row("trust/missing/quoted-for-a-shell", **on("debian", "quoted"), **STORE, out=[r"mv '/.*/it'\\''s corp.pem' "])
    yield Row("trust/missing/in-der", **on("debian", "der"), **STORE, out=["takes PEM, and this is DER\n +openssl x509 -inform DER -in '(/.*/corp.crt)' -out '\\1' && update-ca-certificates$"])
    yield Row("trust/missing/where-the-policy-trusts-others", **on("debian", "not-run", "--policy", "{t}/enforce.conf"), out=["the policy trusts other sources for this program: it needs 'trust = system' or 'trust = /usr/local/share/ca-certificates/corp.crt'"])
    yield Row("trust/missing/and-events-say-so", **on("debian", "not-run", "{t}/trust.log"), **STORE, out=[f"^missing: {STRANGER} \\(.*/corp.crt\\), 1 connections not trusted$"])
    yield Row("trust/missing/fedora", **on("fedora", "no-ending", place=ANCHORS_OF_FEDORA), **STORE, out=["update-ca-trust has not run", "^ +update-ca-trust$"])
    yield Row("trust/missing/like-fedora", **on("rocky", "no-ending", place=ANCHORS_OF_FEDORA), **STORE, out=["^ +update-ca-trust$"])
    yield Row("trust/missing/suse", **on("suse", "no-ending", place="/etc/pki/trust/anchors"), **STORE, out=["update-ca-certificates has not run", "^ +update-ca-certificates$"])
    yield Row("trust/missing/suse-takes-der", **on("suse", "der", place="/etc/pki/trust/anchors"), **STORE, out=["update-ca-certificates has not run"], absent=["DER"])
    yield Row("trust/missing/alpine-takes-any-name", **on("alpine", "no-ending"), **STORE, out=["update-ca-certificates has not run", "^ +update-ca-certificates$"])
    yield Row("trust/missing/alpine-takes-no-der", **on("alpine", "der"), **STORE, out=["takes PEM, and this is DER\n +openssl x509 -inform DER"])
    yield Row("trust/missing/arch", **on("arch", "no-ending", place="/etc/ca-certificates/trust-source/anchors"), **STORE, out=["update-ca-trust has not run", "^ +update-ca-trust$"])
