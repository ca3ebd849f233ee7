"""Throw-away certificates, made anew for every run with the openssl command."""

import subprocess
from dataclasses import dataclass

from cases import ADDRESS, NAME, OTHER_NAME

CONFIG = """
[ca]
default_ca = authority
[authority]
database = {directory}/index
new_certs_dir = {directory}
certificate = {directory}/ca.pem
private_key = {directory}/ca.key
default_md = sha256
rand_serial = yes
unique_subject = no
policy = subject
copy_extensions = copy
x509_extensions = leaf
[subject]
commonName = supplied
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[intermediate]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[req]
distinguished_name = names
[names]
"""

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
VALID = ("20200101000000Z", "20491231235959Z")
PAST = ("20200101000000Z", "20200131235959Z")


@dataclass(frozen=True)
class Issued:
    alternative_name: str
    authority: str = "known"
    validity: tuple = VALID
    common_name: str = NAME  # some programs look at it although there is a subjectAltName


ISSUED = {
    "good": Issued(f"DNS:{NAME}"),
    "other": Issued(f"DNS:{OTHER_NAME}", common_name=OTHER_NAME),
    "address": Issued(f"IP:{ADDRESS}"),
    "common-name": Issued(""),
    "expired": Issued(f"DNS:{NAME}", validity=PAST),
    "self-signed": Issued(f"DNS:{NAME}", authority=""),
    "unknown-ca": Issued(f"DNS:{NAME}", authority="unknown"),
}


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL, capture_output=True)


def make_authority(directory):
    directory.mkdir()
    (directory / "index").touch()
    (directory / "config").write_text(CONFIG.format(directory=directory))
    openssl("req", "-x509", *NEW_KEY, "-days", "30", "-subj", f"/CN=Test CA {directory.name}",
            "-keyout", directory / "ca.key", "-out", directory / "ca.pem")


def make_intermediate(directory, issuer, validity=VALID):
    """An authority whose certificate is another one's work; both are siblings."""
    directory.mkdir()
    (directory / "index").touch()
    (directory / "config").write_text(CONFIG.format(directory=directory))
    config = directory.parent / issuer / "config"
    openssl("req", *NEW_KEY, "-config", config, "-subj", f"/CN=Test CA {directory.name}", "-keyout",
            directory / "ca.key", "-out", directory / "ca.csr")
    openssl("ca", "-batch", "-notext", "-config", config, "-extensions", "intermediate", "-startdate", validity[0],
            "-enddate", validity[1], "-in", directory / "ca.csr", "-out", directory / "ca.pem")


def alternative_name(issued):
    return ["-addext", f"subjectAltName={issued.alternative_name}"] if issued.alternative_name else []


def issue(directory, name, issued, key=NEW_KEY):
    request = ["req", *key, "-subj", f"/CN={issued.common_name}", *alternative_name(issued),
               "-keyout", directory / f"{name}.key"]
    if not issued.authority:
        openssl(*request, "-x509", "-days", "30", "-out", directory / f"{name}.pem")
        return
    config = directory / issued.authority / "config"
    openssl(*request, "-config", config, "-out", directory / f"{name}.csr")
    openssl("ca", "-batch", "-notext", "-config", config, "-startdate", issued.validity[0], "-enddate",
            issued.validity[1], "-in", directory / f"{name}.csr", "-out", directory / f"{name}.pem")


def make_all(directory):
    """Makes both authorities and every certificate; returns the trust anchor that programs and policies use."""
    directory.mkdir()
    for authority in ("known", "unknown"):
        make_authority(directory / authority)
    for name, issued in ISSUED.items():
        issue(directory, name, issued)
    return directory / "known" / "ca.pem"
