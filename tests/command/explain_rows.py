"""What `explain` promises of whom it decides for and of what is around the server, one row per fact."""

import pathlib
import shutil
import subprocess

from rows import Row, explain
from servers import PUBLIC

ENFORCE = "[policy]\nmode = enforce\ntrust = {t}/root.pem\n"
AUDITED = "mode = audit\nowner = tests\nreason = test\nexpires = 2999-12-31\n"
MATCHERS = {
    "script": "{t}/job.py",
    "script-of-a-shell": "{t}/script",
    "module": "-m acme.job",
    "unit": "acme.service",
    "group": "4321",
    "group-by-name": "nogroup",
}
POLICIES = {f"of-{name}.conf": f"{ENFORCE}[rule {name}]\n{name.split('-')[0].replace('module', 'script')} = {value}\n{AUDITED}" for name, value in MATCHERS.items()}
POLICIES["of-module-tightens.conf"] = ENFORCE.replace("enforce", "audit") + "[rule module]\nscript = -m acme.job\nmode = enforce\n"
POLICIES["of-system.conf"] = "[policy]\nmode = enforce\ntrust = system\n"
POLICIES["ages.conf"] = ENFORCE.replace("root.pem", "ages.pem")
FETCH = "import socket, ssl, sys\ncontext = ssl._create_unverified_context()\n" \
        "context.wrap_socket(socket.create_connection(('good.test', int(sys.argv[1]))), server_hostname='good.test')\n"


def make_files(directory):
    make_keystores(directory)
    for name, text in POLICIES.items():
        (directory / name).write_text(text.replace("{t}", str(directory)))
    (directory / "job.py").write_text(FETCH)
    (directory / "job.py").chmod(0o755)
    (directory / "job-link.py").symlink_to("job.py")
    (directory / "of-link.conf").write_text((directory / "of-script.conf").read_text().replace("job.py", "job-link.py"))
    (directory / "writable.py").write_text(FETCH)
    (directory / "writable.py").chmod(0o777)
    (directory / "of-writable.conf").write_text((directory / "of-script.conf").read_text().replace("job.py", "writable.py"))


def decided(policy, *options):
    return ["explain", "--policy", f"of-{policy}.conf", *options, "good.test:{PORT_unknown}"]


def by_rule(name):
    return {"status": 1, "out": [f"^rule           {name} \\(mode audit", "would-block: certificate-not-trusted"]}


BY_NONE = {"status": 1, "out": [r"^rule           \[policy\], as no rule matches \(mode enforce", "blocked: certificate-not-trusted"], "absent": ["would-block"]}
PYTHON = ["--as", "/usr/bin/python3"]


def process_rows():
    script = ["--script", "{t}/job.py"]
    yield Row("explain/rule-of-a-script", decided("script", *PYTHON, *script), root=True, **by_rule("script"))
    yield Row("explain/rule-of-a-script-in-any-order", decided("script", *script, *PYTHON), root=True, **by_rule("script"))
    yield Row("explain/rule-of-a-script-done", ["run", "--policy", "of-script.conf", "--summary", "/usr/bin/python3", "{t}/job.py", "{PORT_unknown}"],
              err=["good.test  .*certificate-not-trusted  script  would-block$"], root=True)
    yield Row("explain/rule-of-another-script", decided("script", *PYTHON, "--script", "{t}/other.py"), **BY_NONE)
    yield Row("explain/rule-of-a-script-that-names-its-interpreter", decided("script-of-a-shell", "--script", "{t}/script"), root=True, **by_rule("script-of-a-shell"))
    yield Row("explain/rule-of-a-script-that-others-may-write", decided("writable", *PYTHON, "--script", "{t}/writable.py"), **BY_NONE)
    yield Row("explain/rule-of-a-script-that-others-may-write-done", ["run", "--policy", "of-writable.conf", "--summary", "/usr/bin/python3", "{t}/writable.py", "{PORT_unknown}"], 1,
              err=[r"good.test  .*certificate-not-trusted  \[policy\]  blocked$"])
    yield Row("explain/rule-of-a-script-that-is-another-users", decided("script", *PYTHON, *script, "--user", "65534"), root=True, **by_rule("script"))
    yield Row("explain/rule-of-a-script-by-a-program-that-is-not-roots", decided("script", "--as", "{t}/python3", *script), **BY_NONE)
    yield Row("explain/rule-of-a-link-to-a-script", decided("script", *PYTHON, "--script", "{t}/job-link.py"), **BY_NONE)
    yield Row("explain/rule-of-a-module", ["explain", "--policy", "of-module-tightens.conf", *PYTHON, "--script", "-m acme.job", "good.test:{PORT_unknown}"], 1, out=["^rule           module, which tightens: whether it matches is not known", "^verdict        .*blocked: certificate-not-trusted"], absent=["would-block"])
    yield Row("explain/rule-of-a-script-that-nobody-named", ["explain", "--policy", "of-module-tightens.conf", *PYTHON, "good.test:{PORT_unknown}"], 1, out=["^rule           module, which tightens: whether it matches is not known"])
    yield Row("explain/script-of-no-interpreter", decided("script", "--as", "/usr/bin/curl", *script), 2, err=["--script .*/job.py: is run by a program that is no interpreter known here$"])
    yield Row("explain/script-that-names-no-interpreter", decided("script", "--script", "{t}/bare-script"), 2, err=["does not name its interpreter by '#!PATH': name the program$"])
    yield Row("explain/script-that-leaves-its-interpreter-to-env", decided("script", "--script", "{t}/env-script"), 2, err=["does not name its interpreter"])
    yield Row("explain/script-by-a-relative-path", decided("script", *PYTHON, "--script", "job.py"), 2, err=["--script job.py: is neither an absolute path nor -m MODULE"])
    yield Row("explain/rule-of-a-unit", decided("unit", "--unit", "acme.service"), **by_rule("unit"))
    yield Row("explain/rule-of-another-unit", decided("unit", "--unit", "other.service"), **BY_NONE)
    yield Row("explain/rule-of-a-unit-that-nobody-named", decided("unit"), **BY_NONE)
    for name in ("acme", "acme.slice", "a/acme.service"):
        yield Row(f"explain/no-unit-{name.replace('/', '-in-')}", decided("unit", "--unit", name), 2, err=[f"--unit {name}: is no unit: write NAME.service"])
    yield Row("explain/rule-of-a-group", decided("group", "--group", "4321"), **by_rule("group"))
    yield Row("explain/rule-of-a-supplementary-group", decided("group", "--group", "1", "--group", "4321"), **by_rule("group"))
    yield Row("explain/rule-of-a-group-by-name", decided("group-by-name", "--group", "nogroup"), **by_rule("group-by-name"))
    yield Row("explain/rule-of-another-group", decided("group", "--group", "1"), **BY_NONE)
    yield Row("explain/no-such-group", decided("group", "--group", "no-such-group"), 2, err=["--group no-such-group: is no group here and no group id$"])
    yield Row("explain/user-by-name", ["explain", "--policy", "user.conf", "--user", "no-such-user", "good.test:{PORT_unknown}"], 2, err=["--user no-such-user: is no user here and no user id$"])


def clock(server, *options):
    return ["explain", "--policy", "ages.conf", *options, f"good.test:{{PORT_{server}}}"]


FIRST = "^what to do     "
HINT = "by the server's clock \\({}\\) the chain is valid, by this host's \\(20[0-9T:-]+Z\\) it is not: look at this host's clock first; .* is a hint and no proof$"


def asked(server):
    """Whether the server was asked, after `explain` has done what it does."""
    return {"arguments": ["-c", f"{{command}} explain --policy ages.conf good.test:{{PORT_{server}}}; cat {{t}}/asked-{server}"], "command": "/bin/sh"}


def clock_rows():
    yield Row("explain/clock-is-behind", clock("future-then"), 1, out=[FIRST + HINT.format("2090-07-01T12:00:00Z"), "^server's clock 2090-07-01T12:00:00Z, by its HTTP header Date$", "not valid yet: look at the clocks"])
    yield Row("explain/clock-is-ahead", clock("past-then"), 1, out=[FIRST + HINT.format("2020-07-01T12:00:00Z"), "the server's certificate ended 2021-01-01T00:00:00Z: renew it$"])
    yield Row("explain/clock-in-json", clock("past-then", "--json"), 1, out=['"server_date": "2020-07-01T12:00:00Z"', '"advice": \\[\n +\\{\n +"text": "by the server\'s clock '])
    yield Row("explain/clock-of-the-server-agrees", clock("past-now"), 1, out=["^server's clock 20", FIRST + "the server's certificate ended 2021"], absent=["by the server's clock"])
    yield Row("explain/clock-of-the-server-says-something-else-again", clock("past-before"), 1, out=["^server's clock 2019", FIRST + "the server's certificate ended 2021"], absent=["by the server's clock"])
    yield Row("explain/clock-that-cannot-be-read", clock("past-garbage"), 1, out=[FIRST + "the server's certificate ended 2021"], absent=["server's clock", "\x1b"])
    yield Row("explain/clock-of-one-that-says-nothing", explain("good.test", "expired", "--json"), 1, out=['"server_date": null'])
    yield Row("explain/clock-is-asked-for-by-head", **asked("past-now"), out=["^HEAD / HTTP/1.1 good.test:[0-9]+$"])
    yield Row("explain/clock-is-not-asked-for-where-the-certificate-is-valid", **asked("now-then"), status=1, out=["allowed: verified-by-policy"], err=["asked-now-then: No such file"], absent=["server's clock"])
    yield Row("explain/clock-is-not-asked-for-where-a-port-is-known-for-something-else", **asked("past-ldaps"), status=1, out=["blocked: certificate-expired"], err=["asked-past-ldaps: No such file"], root=True)


HERE = pathlib.Path(__file__).parent
KEYSTORES = ("jks", "pkcs12")


def java(keystore, then=("{command}", *explain("good.test", "unknown"))):
    """Where the keystore of every Java here is this one."""
    return {"arguments": ["-m", "sh", "-ec", f'mount --bind {{t}}/{keystore} /etc/ssl/certs/java/cacerts; exec "$@"', "-", *then], "command": "/usr/bin/unshare", "root": True}


def make_keystores(directory):
    """By the real keytool; without one there are none, and the rows are skipped."""
    if not shutil.which("keytool"):
        return
    plain = ["-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE", "-J-Dkeystore.pkcs12.macAlgorithm=NONE"]  # as JDKs bring their own
    imports = [("stranger.jks", "JKS", []), ("stranger.pkcs12", "PKCS12", plain), ("encrypted.pkcs12", "PKCS12", [])]
    for file, kind, options in imports:
        for name in ("stranger", "ages"):
            run = ["keytool", *options, "-importcert", "-noprompt", "-storepass", "changeit", "-storetype", kind, "-keystore", directory / file, "-alias", name, "-file", directory / f"{name}.pem"]
            subprocess.run([str(word) for word in run], check=True, capture_output=True)
    # A certificate with a key is no anchor: Java trusts what was imported as such alone.
    export = ["openssl", "pkcs12", "-export", "-in", directory / "stranger.pem", "-inkey", directory / "stranger.key", "-name", "key", "-certpbe", "NONE", "-passout", "pass:changeit", "-out", directory / "key.pkcs12"]
    subprocess.run([str(word) for word in export], check=True, capture_output=True)
    whole = (directory / "stranger.jks").read_bytes()
    (directory / "cut.jks").write_bytes(whole[: len(whole) // 2])


VALID, INVALID = "the chain is valid", "unable to get local issuer certificate"
JAVA = "Java, /usr/lib/jvm/[^ ]*/lib/security/cacerts: "


def java_rows():
    compiled = ["java", str(HERE / "Fetch.java"), "good.test", "{PORT_unknown}"]
    for name in KEYSTORES:
        yield Row(f"explain/store-of-java-{name}", **java(f"stranger.{name}"), status=1, needs="keytool", out=[f"{JAVA}{VALID}$"])
        yield Row(f"explain/store-of-java-{name}-done", **java(f"stranger.{name}", then=compiled), needs="javac", out=["^done$"])
    yield Row("explain/store-of-java-lacks-the-root", **java("stranger.jks", then=("{command}", *explain("good.test", "good"))), needs="keytool", out=[f"{JAVA}{INVALID}$"])
    yield Row("explain/store-of-java-lacks-the-root-done", **java("stranger.jks", then=[*compiled[:-1], "{PORT_good}"]), status=1, needs="javac", out=["unable to find valid certification path"])
    yield Row("explain/store-of-java-with-a-key-alone", **java("key.pkcs12"), status=1, needs="keytool", out=[f"{JAVA}{INVALID}$"])
    yield Row("explain/store-of-java-cut-off", **java("cut.jks"), status=1, needs="keytool", out=[f"{JAVA}is a damaged keystore$"])
    yield Row("explain/store-of-java-encrypted", **java("encrypted.pkcs12"), status=1, needs="keytool", out=[f"{JAVA}is encrypted: Java finds nothing there without javax.net.ssl.trustStorePassword$"])
    yield Row("explain/store-of-java-encrypted-done", **java("encrypted.pkcs12", then=compiled), status=1, needs="javac", err=["the trustAnchors parameter must be non-empty"])
    yield Row("explain/store-of-java-that-is-none", **java("stranger.pem"), status=1, needs="keytool", out=[f"{JAVA}is no keystore of JKS or PKCS #12$"])
    home = ["-c", "mkdir -p {t}/home/lib/security; cp {t}/stranger.jks {t}/home/lib/security/jssecacerts; cp {t}/key.pkcs12 {t}/home/lib/security/cacerts; {command} explain --policy enforce.conf good.test:{PORT_unknown}"]
    yield Row("explain/store-of-java-home-and-its-own", home, 1, command="/bin/sh", needs="keytool", env={"JAVA_HOME": "{t}/home"}, out=[f"Java, {{t}}/home/lib/security/jssecacerts: {VALID}$", f"{JAVA}{INVALID}$"], absent=["home/lib/security/cacerts"])
    yield Row("explain/store-of-java-in-json", java("cut.jks", then=("{command}", *explain("good.test", "unknown", "--json")))["arguments"], 1, command="/usr/bin/unshare", root=True, needs="keytool", out=['"whose": "Java",\n +"file": "[^"]+/cacerts",\n +"x509_error": 1,\n .*\n +"problem": "is a damaged keystore"'])


NODE = "Node.js \\(compiled in\\), /usr/bin/node(js)?: "


def says_of_node(words):
    """A node that was built to ask OpenSSL, as Debian's is, has no store of its own to speak of."""
    asked = "process.stdout.write(String((process.config.target_defaults.defines || []).includes('NODE_OPENSSL_CERT_STORE')))"
    node = shutil.which("node")
    asks_openssl = node and subprocess.run([node, "-e", asked], capture_output=True, text=True, check=False).stdout == "true"
    return {"absent": ["Node.js"]} if asks_openssl else {"out": [NODE + words]}


def node_rows():
    extra = {"NODE_EXTRA_CA_CERTS": "{t}/stranger.pem"}
    unknown, fetch = explain("good.test", "unknown"), [str(HERE / "fetch.mjs"), "good.test", "{PORT_unknown}"]
    yield Row("explain/store-of-node", unknown, 1, needs="node", **says_of_node(INVALID))
    yield Row("explain/store-of-node-done", fetch, 1, command="/usr/bin/node", needs="node", out=["^UNABLE_TO_(GET_ISSUER_CERT_LOCALLY|VERIFY_LEAF_SIGNATURE)$"])
    yield Row("explain/store-of-node-with-more", unknown, 1, needs="node", env=extra, **says_of_node(VALID))
    yield Row("explain/store-of-node-with-more-done", fetch, command="/usr/bin/node", needs="node", env=extra, out=["^done$"])
    yield Row("explain/store-of-node-that-asks-openssl", unknown, 1, needs="node", env={"NODE_OPTIONS": "--use-openssl-ca"}, absent=["Node.js"])
    fake = "mkdir -p {t}/fake; printf '#!/bin/sh\\ncat {t}/stranger.pem; echo; echo -- system --; cat {t}/stranger.pem {t}/root.pem\\n' > {t}/fake/node; chmod +x {t}/fake/node; PATH={t}/fake:$PATH {command} explain --policy enforce.conf good.test:{PORT_good}"
    yield Row("explain/store-of-node-with-the-systems", ["-c", fake], command="/bin/sh", out=[f"Node.js \\(compiled in\\), {{t}}/fake/node: {INVALID}$", f"Node.js with --use-system-ca, {{t}}/fake/node: {VALID}$"])
    yield Row("explain/no-node-and-no-java", ["-m", "sh", "-ec", 'mount -t tmpfs tmpfs /usr/lib/jvm; mount -t tmpfs tmpfs /etc/ssl/certs/java; PATH=/sbin; exec "$@"', "-", "{command}", *unknown], 1, command="/usr/bin/unshare", root=True, needs="keytool", absent=["Node.js", "Java"])


def at_public(server, *before, options=()):
    """Where the server is at an address that is anybody's but ours."""
    over = "; ".join([f"ip address replace {PUBLIC}/32 dev lo", "mount --bind {t}/os-alpine /etc/os-release", *before])
    return {"arguments": ["-m", "sh", "-ec", f'{over}; exec "$@"', "-", "{command}", *explain(PUBLIC, server, *options)], "command": "/usr/bin/unshare", "root": True, "needs": "ip"}


LOOKS = "a proxy between here and the server that opens TLS and signs anew looks like that$"
PACKAGE = "mount -t tmpfs tmpfs /usr/share/ca-certificates; cp {t}/stranger.pem /usr/share/ca-certificates/"


def proxy_rows():
    named = f'the chain ends at "CN=Zscaler Root CA,O=Zscaler Inc.", which is no public CA and has the name of Zscaler: {LOOKS}'
    yield Row("explain/proxy-by-its-name", explain("good.test", "proxied"), 1, out=[f"^(noticed)? +{named}", FIRST + "if a proxy of yours signs anew, get the certificate of its root CA from who runs it, and name it by 'trust' in \\[policy\\]$"])
    system = ["explain", "--policy", "of-system.conf", "good.test:{PORT_proxied}"]
    yield Row("explain/proxy-and-the-systems-store", ["-m", "sh", "-ec", 'mount --bind {t}/os-debian /etc/os-release; exec "$@"', "-", "{command}", *system], 1, command="/usr/bin/unshare", root=True,
              out=["and add it to those of this host:\n +cp CA.crt /usr/local/share/ca-certificates/ && update-ca-certificates$"])
    yield Row("explain/proxy-that-is-trusted", explain("good.test", "proxied", "--trust", "proxy.pem"), out=[named, "allowed: verified-by-policy"], absent=["if a proxy of yours"])
    yield Row("explain/proxy-in-json", explain("good.test", "proxied", "--json"), 1, out=['"resigned_by": "CN=Zscaler Root CA,O=Zscaler Inc."'])
    yield Row("explain/no-proxy-in-json", explain("good.test", "good", "--json"), out=['"resigned_by": null'])
    yield Row("explain/proxy-at-a-public-address", **at_public("unknown-everywhere"), status=1, out=[f'the chain ends at "CN=unknown root", which is no public CA, though the server is at a public address: {LOOKS}', "if a proxy of yours"])
    yield Row("explain/no-proxy-at-a-private-address", explain("good.test", "unknown"), 1, absent=["proxy"])
    yield Row("explain/no-proxy-where-a-certificate-has-timestamps", **at_public("stamped-everywhere"), status=1, out=["certificate-not-trusted"], absent=["proxy"])
    yield Row("explain/no-proxy-where-a-public-ca-has-signed", **at_public("unknown-everywhere", PACKAGE), status=1, out=["certificate-not-trusted"], absent=["proxy"])
    yield Row("explain/no-proxy-where-a-certificate-is-self-signed", **at_public("self-everywhere"), status=1, out=["is self-signed"], absent=["proxy"])


def rows():
    yield from process_rows()
    yield from proxy_rows()
    yield from java_rows()
    yield from node_rows()
    yield from clock_rows()
