"""Certificates for the tests: made anew by openssl(1), thrown away with the temporary directory."""

import subprocess


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make_key(path, algorithm="EC"):
    options = ["-pkeyopt", "ec_paramgen_curve:P-256"] if algorithm == "EC" else ["-pkeyopt", "rsa_keygen_bits:1024"]
    openssl("genpkey", "-algorithm", algorithm, *options, "-out", path)
    return path


def issue(directory, name, subject, extensions, issuer=None, days=30, algorithm="EC"):
    """Writes NAME.key and NAME.pem; signed by `issuer`, or by itself."""
    key = make_key(directory / f"{name}.key", algorithm)
    request, certificate = directory / f"{name}.csr", directory / f"{name}.pem"
    extension_file = directory / f"{name}.ext"
    extension_file.write_text("".join(f"{line}\n" for line in extensions))
    openssl("req", "-new", "-utf8", "-multivalue-rdn", "-key", key, "-subj", subject, "-out", request)
    signer = ["-signkey", key]
    if issuer:
        signer = ["-CA", directory / f"{issuer}.pem", "-CAkey", directory / f"{issuer}.key", "-CAcreateserial"]
    openssl("x509", "-req", "-in", request, *signer, "-days", days, "-extfile", extension_file, "-out", certificate)
    return certificate


AUTHORITY = ["basicConstraints=critical,CA:true", "keyUsage=critical,keyCertSign", "subjectKeyIdentifier=hash"]
SERVER = ["basicConstraints=CA:false", "extendedKeyUsage=serverAuth"]


def server(*names):
    return SERVER + (["subjectAltName=" + ",".join(names)] if names else [])


def make_all(directory):
    issue(directory, "root", "/CN=tlsward test root", AUTHORITY)
    issue(directory, "middle", "/CN=tlsward test intermediate", AUTHORITY, "root")
    issue(directory, "stranger", "/CN=unknown root", AUTHORITY)
    issue(directory, "good", "/CN=good", server("DNS:good.test", "DNS:*.wild.test", "IP:127.0.0.1"), "middle")
    issue(directory, "soon", "/CN=soon", server("DNS:good.test"), "middle", days=5)
    issue(directory, "other", "/CN=other", server("DNS:other.test", "DNS:*.good.test", "email:a@good.test"), "middle")
    issue(directory, "expired", "/CN=expired", server("DNS:good.test"), "middle", days=-1)
    issue(directory, "unknown", "/CN=unknown", server("DNS:good.test"), "stranger")
    issue(directory, "self", "/CN=self", server("DNS:good.test"))
    issue(directory, "cn", "/CN=good.test", server(), "middle")
    issue(directory, "partial", "/CN=partial", server("DNS:a*.wild.test"), "middle")
    issue(directory, "weak", "/CN=weak", server("DNS:good.test"), "middle", algorithm="RSA")
    issue(directory, "client", "/CN=client", ["extendedKeyUsage=clientAuth", "subjectAltName=DNS:good.test"], "middle")
    issue(directory, "hostile", "/CN=\x1b[31mred", server("DNS:other.test"), "middle")
    frame = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"
    good = [(directory / f"{name}.pem").read_text() for name in ("root", "middle")]
    (directory / "broken.pem").write_text(good[0] + frame.format("AAAA") + frame.format("!!!!") + good[1])
    (directory / "same").mkdir()
    (directory / "same" / "again.pem").write_text(good[0])
