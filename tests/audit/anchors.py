"""What a draft takes for an anchor, from servers of its own: one check per fact, named by what breaks."""

import contextlib
import re
import subprocess

from crafted import facts, untrusted

HOST = "ldap.corp.example"


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, text=True).stdout


def authority(directory, name):
    key, certificate = directory / f"{name}.key", directory / f"{name}.pem"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-days", "30", "-keyout", key, "-out", certificate)
    return key, certificate


def leaf(directory, issuer, host=HOST):
    """Of that issuer, for that host."""
    key, request, certificate, extensions = (directory / f"leaf.{end}" for end in ("key", "csr", "pem", "ext"))
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=leaf", "-keyout", key, "-out", request)
    extensions.write_text(f"subjectAltName=DNS:{host}\n")
    openssl("x509", "-req", "-in", request, "-CA", issuer[1], "-CAkey", issuer[0], "-days", "20", "-extfile", extensions, "-out", certificate)
    return key, certificate


def pin_of(certificate):
    return "sha256//" + subprocess.run(f"openssl x509 -in {certificate} -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64",
                                       shell=True, check=True, capture_output=True, text=True).stdout.strip()


@contextlib.contextmanager
def serving(key, certificate, *chain):
    """Yields its port."""
    extra = [word for file in chain for word in ("-cert_chain", file)]
    process = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, *extra], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        lines = iter(process.stdout.readline, "")
        yield int(next(found[1] for found in (re.search(r"ACCEPT .*:(\d+)$", line.strip()) for line in lines) if found))
    finally:
        process.kill()
        process.communicate()


def drafted(bench, leaf_, *chain, **members):
    """The draft for a program that failed with this server, and what is in the directory of anchors afterwards."""
    pin = pin_of(leaf_[1])
    with serving(*leaf_, *chain) as port:
        event = untrusted(**{"server.ip": "127.0.0.1", "server.port": port, "tlsward.public_key_pin": pin,
                             "tlsward.facts": re.sub("pin=.*", f"pin={pin}", facts("policy=20 name=0")), **members})
        text = bench.draft(event, options=("--fetch-anchors", bench.directory / "anchors"))
    return text, sorted(path.name for path in (bench.directory / "anchors").iterdir())


def root_is_taken(bench):
    issuer = authority(bench.directory, "issuer")
    text, files = drafted(bench, leaf(bench.directory, issuer), issuer[1])
    [file] = re.findall(r"^trust = (\S+)$", text, re.MULTILINE)
    assert files == [file.rpartition("/")[2]] and "\npin" not in text and "\nverify" not in text, text
    assert "#   anchor       CN=issuer\n" in text and openssl("x509", "-in", file) == openssl("x509", "-in", issuer[1]), text


def root_is_looked_for_at_the_address_of_the_event(bench):
    """Not at what the name leads to now, which here is nothing."""
    issuer = authority(bench.directory, "issuer")
    text, _ = drafted(bench, leaf(bench.directory, issuer, "nowhere.invalid"), issuer[1], **{"tlsward.expected_name": "nowhere.invalid"})
    assert "\ntrust = " in text, text


def top_of_a_chain_that_leads_elsewhere_is_none(bench):
    """What the server sends at the end has not signed anything of it: the library would not pass it, and nothing is left."""
    issuer, other = authority(bench.directory, "issuer"), authority(bench.directory, "other")
    text, files = drafted(bench, leaf(bench.directory, issuer), other[1])
    assert "\ntrust = " not in text and "\npin = " in text and not files, (text, files)


def anchor_does_not_mend_a_name(bench):
    """Another name is still wrong, and takes a key of its own."""
    issuer = authority(bench.directory, "issuer")
    names = {"tls.server.x509.alternative_names": ["old.corp.example"], "tlsward.alternative_names_count": 1}
    text, _ = drafted(bench, leaf(bench.directory, issuer, "old.corp.example"), issuer[1], **names)
    assert "\ntrust = " in text and "\nname = old.corp.example\n" in text, text


def server_that_is_gone_is_said(bench):
    done = bench.run("draft", "--fetch-anchors", bench.directory / "anchors", bench.write("events.jsonl", untrusted(**{"server.ip": "127.0.0.1", "server.port": 1})))
    assert done.status == 0 and "Connection refused" in done.err and "\npin = " in done.out, done


def nobody_is_asked_without_the_option(bench):
    issuer = authority(bench.directory, "issuer")
    key = leaf(bench.directory, issuer)
    with serving(*key, issuer[1]) as port:
        done = bench.run("draft", bench.write("events.jsonl", untrusted(**{"server.ip": "127.0.0.1", "server.port": port})))
    assert "\ntrust = " not in done.out and done.err == "" and sorted(path.suffix for path in bench.directory.iterdir()).count("") == 0, done


CHECKS = {f"draft/anchors/{check.__name__}": check for check in (
    root_is_taken, root_is_looked_for_at_the_address_of_the_event, top_of_a_chain_that_leads_elsewhere_is_none, anchor_does_not_mend_a_name,
    server_that_is_gone_is_said, nobody_is_asked_without_the_option)}
