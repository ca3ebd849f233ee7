"""What an event says of a certificate, of the chain and of the connection: for real certificates what the openssl
command says of the same files, for hostile ones that nothing is forged."""

import json
import os
import re
import subprocess
from dataclasses import dataclass

from cases import ADDRESS, NAME
from certificates import openssl
from patience import HANG_SECONDS
from servers import Server

RSA = ("rsa", "rsa_keygen_bits:2048")
SIGNATURES = {
    "sha1WithRSAEncryption": "SHA1-RSA", "sha256WithRSAEncryption": "SHA256-RSA", "sha384WithRSAEncryption": "SHA384-RSA",
    "sha512WithRSAEncryption": "SHA512-RSA", "rsassaPss": "SHA256-RSAPSS", "ecdsa-with-SHA256": "ECDSA-SHA256",
    "ecdsa-with-SHA384": "ECDSA-SHA384", "ecdsa-with-SHA512": "ECDSA-SHA512", "ED25519": "Ed25519", "ED448": "Ed448",
}
KEYS = {"rsaEncryption": "RSA", "rsassaPss": "RSASSA-PSS", "id-ecPublicKey": "ECDSA", "ED25519": "Ed25519",
        "ED448": "Ed448"}
CURVES = {"prime256v1": "secp256r1", "secp384r1": "secp384r1", "secp521r1": "secp521r1"}


@dataclass(frozen=True)
class Certificate:
    key: tuple = ("ec", "ec_paramgen_curve:P-256")
    authority_key: tuple = ("ec", "ec_paramgen_curve:P-256")
    authority: str = "/C=DE/O=Test/CN=Test Intermediate"
    signing: tuple = ("-sha256",)
    serial: str = "0x55FBB9C7DEBF09809D12CCAA"
    names: str = f"DNS:{NAME}"


@dataclass(frozen=True)
class Story:
    certificate: Certificate = Certificate()
    client: tuple = ()  # further arguments of s_client
    server: tuple = ()
    policy: str = ""
    sends_intermediate: bool = True
    control_group: str = ""  # of the client, as /proc/PID/cgroup has it
    expected: dict = None  # members besides what the openssl command says of the certificate; None: left out


ANCHOR = {"tlsward.chain_length": 3, "tlsward.anchor.subject": "CN=Test Root", "tlsward.anchor.source": "policy"}
TLS13 = {"tls.curve": "x25519", "tlsward.group": "x25519", "tls.established": None, "tls.next_protocol": None}
MANY = ",".join(f"DNS:host-{number}.test" for number in range(40))
KINDS_OF_NAMES = f"DNS:{NAME},DNS:*.{NAME},IP:{ADDRESS},IP:2001:db8::1,email:a@b.test,URI:https://x.test/,RID:1.2.3.4"
HOSTILE = 'x"\\},\\"a\n\u202e\x1b[2J'

CONTAINER = "4b0cf7d9a2e34c35b8d3b0aa6a7a8f5d0a3c2b1e9f8d7c6b5a49382716050403"
IN_GROUP = 'mount --bind "$1" /proc/$$/cgroup; shift; exec "$@"'

STORIES = {
    "rsa-2048": Story(Certificate(key=RSA, authority_key=RSA)),
    "rsa-sha384": Story(Certificate(key=("rsa", "rsa_keygen_bits:3072"), authority_key=RSA, signing=("-sha384",))),
    "rsa-pss-signature": Story(Certificate(authority_key=RSA, signing=("-sha256", "-sigopt", "rsa_padding_mode:pss"))),
    "rsa-pss-key": Story(Certificate(key=("rsa-pss", "rsa_keygen_bits:2048"))),
    "p-384": Story(Certificate(key=("ec", "ec_paramgen_curve:P-384"), authority_key=("ec", "ec_paramgen_curve:P-384"),
                               signing=("-sha384",))),
    "p-521": Story(Certificate(key=("ec", "ec_paramgen_curve:P-521"), signing=("-sha512",))),
    "ed25519": Story(Certificate(key=("ed25519",), authority_key=("ed25519",), signing=())),
    "ed448": Story(Certificate(key=("ed448",))),
    "serial-number-of-one-byte": Story(Certificate(serial="0x0A")),
    "serial-number-with-high-bit": Story(Certificate(serial="0xFF01")),
    "serial-number-zero": Story(Certificate(serial="0")),
    "serial-number-negative": Story(Certificate(serial="-0x1234")),
    "issuer-with-two-common-names": Story(
        Certificate(authority="/C=DE/O=First/O=Prüfung/CN=Outer/CN=Inner"),
        expected={"tls.server.x509.issuer.common_name": "Inner", "tls.server.x509.issuer.organization": "Prüfung"}),
    "issuer-without-country": Story(Certificate(authority="/CN=Alone"), expected={
        "tls.server.x509.issuer.common_name": "Alone", "tls.server.x509.issuer.organization": None,
        "tls.server.x509.issuer.country": None}),
    "issuer-that-would-forge": Story(Certificate(authority=f"/CN=CA/O={HOSTILE}"), expected={
        "tls.server.x509.issuer.organization": HOSTILE, "tls.server.x509.issuer.common_name": "CA"}),
    "names-of-every-kind": Story(Certificate(names=KINDS_OF_NAMES), expected={
        "tls.server.x509.alternative_names": [NAME, f"*.{NAME}", ADDRESS, "2001:db8::1", "a@b.test", "https://x.test/"],
        "tlsward.alternative_names_count": 7}),
    "names-that-are-many": Story(Certificate(names=MANY), expected={
        "tls.server.x509.alternative_names": [f"host-{number}.test" for number in range(16)],
        "tlsward.alternative_names_count": 40}),
    "names-none": Story(Certificate(names=""), expected={
        "tls.server.x509.alternative_names": None, "tlsward.alternative_names_count": None}),
    "names-long": Story(Certificate(names="URI:https://" + "x" * 3000), expected={
        "tls.server.x509.alternative_names": ["https://" + "x" * 247 + "…"]}),
    "anchor-of-the-policy": Story(expected=ANCHOR | {"tlsward.anchor.file": "{root}"}),
    "anchor-of-the-program": Story(client=("-CAfile", "{root}"), expected=ANCHOR | {
        "tlsward.anchor.source": "program", "tlsward.anchor.file": None}),
    "anchor-of-the-policy-where-it-is-exclusive": Story(
        client=("-CAfile", "{root}"), policy="trust-mode = exclusive\n", expected=ANCHOR | {"tlsward.anchor.file": "{root}"}),
    "anchor-none-as-the-chain-breaks-off": Story(sends_intermediate=False, expected={
        "tlsward.chain_length": 1, "tlsward.anchor.subject": None, "tlsward.anchor.source": None,
        "tlsward.anchor.file": None}),
    "group-tls13": Story(expected=TLS13),
    "group-of-tls13-is-not-the-key's": Story(client=("-groups", "P-521"), expected=TLS13 | {
        "tls.curve": "secp521r1", "tlsward.group": "secp521r1"}),
    "group-is-no-curve": Story(client=("-groups", "ffdhe3072"), expected=TLS13 | {
        "tls.curve": None, "tlsward.group": "ffdhe3072"}),
    "group-unknown-before-tls13": Story(client=("-tls1_2",), expected=TLS13 | {"tls.curve": None, "tlsward.group": None}),
    "container-of-docker": Story(control_group=f"0::/system.slice/docker-{CONTAINER}.scope\n", expected={
        "container.id": CONTAINER, "tlsward.unit": f"docker-{CONTAINER}.scope"}),
    "container-of-kubernetes": Story(
        control_group=f"4:cpu:/kubepods/besteffort/pod0b21ff61/{CONTAINER}\n1:name=systemd:/kubepods/besteffort/pod0b21ff61/{CONTAINER}\n",
        expected={"container.id": CONTAINER, "tlsward.unit": None}),
    "container-none-in-a-service": Story(control_group="0::/system.slice/a.service\n", expected={
        "container.id": None, "tlsward.unit": "a.service", "tlsward.script": None}),
    "process": Story(expected={"host.name": os.uname().nodename, "user.id": str(os.getuid()), "user.group.id": str(os.getgid())}),
    "alpn": Story(client=("-alpn", "h2,http/1.1"), server=("-alpn", "http/1.1"), expected={"tls.next_protocol": "http/1.1"}),
    "alpn-that-would-forge": Story(client=("-alpn", 'a"\x1b\n\x80b'), server=("-alpn", 'a"\x1b\n\x80b'), expected={
        "tls.next_protocol": 'a"\x1b\n\u0080b'}),
    "established-not-where-it-is-refused": Story(policy="mode = enforce\n", sends_intermediate=False, expected={
        "tls.established": False, "tlsward.action": "blocked"}),
    "established-where-it-is-resumed": Story(client=("-tls1_2", "-reconnect"), expected={
        "tls.established": True, "tls.resumed": True, "tls.server.subject": None, "tlsward.chain_length": None}),
}


def make_key(directory, name, key):
    algorithm, *options = key
    openssl("genpkey", "-algorithm", algorithm, *[word for option in options for word in ("-pkeyopt", option)],
            "-out", directory / f"{name}.key")


def make_certificates(directory, certificate):
    """A root, an intermediate and a leaf; the files of the root, the leaf, and what the server sends."""
    directory.mkdir()
    for name, key in (("root", ("ec", "ec_paramgen_curve:P-256")), ("ca", certificate.authority_key),
                      ("leaf", certificate.key)):
        make_key(directory, name, key)
    openssl("req", "-x509", "-key", directory / "root.key", "-subj", "/CN=Test Root", "-days", "30",
            "-out", directory / "root.pem")
    openssl("req", "-new", "-utf8", "-key", directory / "ca.key", "-subj", certificate.authority.replace("\\", "\\\\"),
            "-out", directory / "ca.csr")
    (directory / "ca.ext").write_text("basicConstraints = critical,CA:TRUE\n")
    openssl("x509", "-req", "-in", directory / "ca.csr", "-CA", directory / "root.pem", "-CAkey", directory / "root.key",
            "-extfile", directory / "ca.ext", "-set_serial", "7", "-days", "20", "-out", directory / "ca.pem")
    openssl("req", "-new", "-key", directory / "leaf.key", "-subj", f"/CN={NAME}", "-out", directory / "leaf.csr")
    (directory / "leaf.ext").write_text(f"subjectAltName = {certificate.names}\n" if certificate.names else "keyUsage = digitalSignature\n")
    openssl("x509", "-req", "-in", directory / "leaf.csr", "-CA", directory / "ca.pem", "-CAkey", directory / "ca.key",
            "-extfile", directory / "leaf.ext", *certificate.signing, "-set_serial", certificate.serial, "-days", "10",
            "-out", directory / "leaf.pem")


class Sender(Server):
    """s_server with what one story has it send."""

    def __init__(self, story, directory):
        super().__init__(directory / "certificates", "leaf", directory / "server")
        self.story = story

    def command(self):
        chain = ["-cert_chain", self.certificate.parent / "ca.pem"] if self.story.sends_intermediate else []
        return ["openssl", "s_server", "-accept", self.port, "-cert", self.certificate, "-key", self.key, *chain,
                "-quiet", *self.story.server]


def said(file, *arguments):
    return subprocess.run(["openssl", "x509", "-in", file, "-noout", *arguments], capture_output=True, text=True,
                          check=True).stdout


def value(file, *arguments):
    return said(file, *arguments).strip().partition("=")[2]


def told_by_openssl(leaf):
    """The members as the openssl command tells them."""
    text = said(leaf, "-text", "-certopt", "no_sigdump")
    curve = re.search(r"ASN1 OID: (\S+)", text)
    bits = re.search(r"Public-Key: \((\d+) bit\)", text)
    # Ed25519 and Ed448 have names there, and no sizes.
    algorithm = re.search(r"Public Key Algorithm: (\S+)", text)[1]
    edwards = {"ED25519": (256, "Ed25519"), "ED448": (456, "Ed448")}.get(algorithm)
    issuer = value(leaf, "-issuer", "-nameopt", "RFC2253,-esc_msb,utf8")
    return {
        "tls.server.subject": f"CN={NAME}",
        "tls.server.issuer": issuer,
        "tls.server.x509.issuer.distinguished_name": issuer,
        "tls.server.x509.serial_number": value(leaf, "-serial"),
        "tls.server.not_before": value(leaf, "-startdate", "-dateopt", "iso_8601").replace(" ", "T"),
        "tls.server.not_after": value(leaf, "-enddate", "-dateopt", "iso_8601").replace(" ", "T"),
        "tls.server.hash.sha256": value(leaf, "-fingerprint", "-sha256").replace(":", ""),
        "tls.server.x509.public_key_algorithm": KEYS[algorithm],
        "tls.server.x509.public_key_size": edwards[0] if edwards else int(bits[1]),
        "tls.server.x509.public_key_curve": edwards[1] if edwards else CURVES[curve[1]] if curve else None,
        "tls.server.x509.signature_algorithm": SIGNATURES[re.search(r"Signature Algorithm: (\S+)", text)[1]],
    }


def event_of(setup, story, directory, port):
    root = directory / "certificates" / "root.pem"
    policy = directory / "policy.conf"
    mode = "" if "mode = enforce" in story.policy else "mode = audit\n"
    policy.write_text(f"[policy]\n{mode}trust = {root}\nlog = file:{directory}/events.jsonl\n{story.policy}")
    policy.chmod(0o600)
    client = [word.format(root=root) for word in story.client]
    within = []
    if story.control_group:
        (directory / "cgroup").write_text(story.control_group)
        within = ["unshare", "--mount", "sh", "-ec", IN_GROUP, "sh", str(directory / "cgroup")]
    subprocess.run([*within, "openssl", "s_client", "-connect", f"{ADDRESS}:{port}", "-servername", NAME, *client],
                   env={"PATH": "/usr/bin:/bin", "LD_PRELOAD": str(setup.library), "TLSWARD_POLICY": str(policy)},
                   stdin=subprocess.DEVNULL, capture_output=True, timeout=HANG_SECONDS, check=False)
    lines = (directory / "events.jsonl").read_text().splitlines()
    events = [event for event in map(json.loads, lines) if event["event.action"] == "tls-handshake"]
    return events[-1]


def problems(name, setup):
    story = STORIES[name]
    directory = setup.directory / f"members-{name}"
    directory.mkdir()
    make_certificates(directory / "certificates", story.certificate)
    server = Sender(story, directory)
    server.start()
    try:
        event = event_of(setup, story, directory, server.port)
    finally:
        server.stop()
    expected = told_by_openssl(server.certificate) | (story.expected or {})
    if event["tls.resumed"]:
        expected = story.expected
    for member, wanted in expected.items():
        if isinstance(wanted, str):
            wanted = wanted.replace("{root}", str(directory / "certificates" / "root.pem"))
        if event.get(member) != wanted:
            yield f"{member} is {event.get(member)!r}, not {wanted!r}"
