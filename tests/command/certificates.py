"""Certificates for the tests: made anew by openssl(1), thrown away with the temporary directory."""

import subprocess

ISSUER_PORT = 9080  # where certificates say that those of their issuers are


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout


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


def issue_between(directory, name, begin, end, extensions, issuer=None):
    """The same with a validity, in years, that x509(1) cannot give."""
    make_key(directory / f"{name}.key")
    authority = directory / f"{name}-authority"
    (authority / "issued").mkdir(parents=True)
    (authority / "index.txt").touch()
    (authority / "ca.cnf").write_text(f"[ca]\ndefault_ca = own\n[own]\ndatabase = {authority}/index.txt\nrand_serial = yes\nnew_certs_dir = {authority}/issued\n"
                                      "default_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n[extensions]\n" + "".join(f"{line}\n" for line in extensions))
    openssl("req", "-new", "-key", directory / f"{name}.key", "-subj", f"/CN={name}", "-out", directory / f"{name}.csr")
    signer = ["-cert", directory / f"{issuer}.pem", "-keyfile", directory / f"{issuer}.key"] if issuer else ["-selfsign", "-keyfile", directory / f"{name}.key"]
    openssl("ca", "-batch", "-notext", "-config", authority / "ca.cnf", "-extensions", "extensions", "-startdate", f"{begin}0101000000Z", "-enddate", f"{end}0101000000Z",
            *signer, "-in", directory / f"{name}.csr", "-out", directory / f"{name}.pem")


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
    for name, file in {"aia": "middle.der", "aia-none": "none.der", "aia-other": "stranger.der", "aia-garbage": "root.pem"}.items():
        issue(directory, name, f"/CN={name}", [*server("DNS:good.test"), f"authorityInfoAccess=caIssuers;URI:http://127.0.0.1:{ISSUER_PORT}/{file}"], "middle")
    for name in ("middle", "stranger"):
        openssl("x509", "-in", directory / f"{name}.pem", "-outform", "DER", "-out", directory / f"{name}.der")
    issue(directory, "dns-address", "/CN=dns-address", server("DNS:127.0.0.1"), "middle")
    frame = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"
    good = [(directory / f"{name}.pem").read_text() for name in ("root", "middle")]
    (directory / "broken.pem").write_text(good[0] + frame.format("AAAA") + frame.format("!!!!") + good[1])
    (directory / "same").mkdir()
    (directory / "same" / "again.pem").write_text(good[0])
    for name, parts in {"disorder": ("root", "middle"), "rooted": ("middle", "root"), "crowded": ("middle", "other")}.items():
        (directory / f"chain-{name}.pem").write_text("".join((directory / f"{part}.pem").read_text() for part in parts))
    issue(directory, "proxy", "/O=Zscaler Inc./CN=Zscaler Root CA", AUTHORITY)
    issue(directory, "proxied", "/CN=good.test", server("DNS:good.test"), "proxy")
    # An empty list of signed timestamps, RFC 6962, section 3.3.
    issue(directory, "stamped", "/CN=stamped", [*server("DNS:good.test"), "1.3.6.1.4.1.11129.2.4.2=DER:04:02:00:00"], "stranger")
    issue_between(directory, "ages", 2000, 2100, AUTHORITY)
    issue_between(directory, "past", 2020, 2021, server("DNS:good.test"), "ages")
    issue_between(directory, "future", 2090, 2091, server("DNS:good.test"), "ages")
    issue_between(directory, "now", 2020, 2091, server("DNS:good.test"), "ages")
    make_sources(directory)
    make_forms(directory)


def make_forms(directory):
    """The key of the good certificate in each form that holds one."""
    forms = directory / "forms"
    forms.mkdir()
    certificate, key, request = (directory / f"good.{kind}" for kind in ("pem", "key", "csr"))
    for source in (certificate, key, request):
        (forms / source.name).write_bytes(source.read_bytes())
    openssl("x509", "-in", certificate, "-outform", "DER", "-out", forms / "good.der")
    openssl("req", "-in", request, "-outform", "DER", "-out", forms / "good.csr.der")
    openssl("pkey", "-in", key, "-outform", "DER", "-out", forms / "good.key.der")
    openssl("ec", "-in", key, "-out", forms / "good.ec.key")
    openssl("pkey", "-in", key, "-pubout", "-out", forms / "good.pub")
    openssl("pkey", "-in", key, "-pubout", "-outform", "DER", "-out", forms / "good.pub.der")
    openssl("pkey", "-in", key, "-aes256", "-passout", "pass:x", "-out", forms / "encrypted.key")
    openssl("ec", "-in", key, "-aes256", "-passout", "pass:x", "-out", forms / "encrypted.ec.key")
    good = certificate.read_text()
    (forms / "chain.pem").write_text(good + (directory / "middle.pem").read_text())
    (forms / "both.pem").write_text(good + key.read_text())
    (forms / "damaged.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + good)


def subject_hash(certificate, option="-subject_hash"):
    return openssl("x509", "-in", certificate, "-noout", option).decode().strip()


def make_sources(directory):
    """Ways to hold the root as an anchor, or to fail to: the rows `source/…` say which."""
    sources = directory / "sources"
    root = (directory / "root.pem").read_text()
    other = (directory / "stranger.pem").read_text()
    name, name_of_other = subject_hash(directory / "root.pem"), subject_hash(directory / "stranger.pem")
    directories = {
        "hashed": {f"{name}.0": root},
        "not-hashed": {"root.pem": root, "root.txt": other},
        "hash-of-old": {f"{subject_hash(directory / 'root.pem', '-subject_hash_old')}.0": root},
        "both-hashes": {f"{subject_hash(directory / 'root.pem', '-subject_hash_old')}.0": root, f"{name}.0": root},
        "two-in-one": {f"{name_of_other}.0": other + root},
        "gap": {f"{name}.1": root},
        "unhashed-in-hashed": {f"{name_of_other}.0": other, "root.pem": root},
        "named-twice": {f"{name}.0": root, "root.pem": root},
        "nothing-behind-the-hash": {f"{name_of_other}.0": "\n", "root.pem": root},
    }
    for source, files in directories.items():
        (sources / source).mkdir(parents=True)
        for file, text in files.items():
            (sources / source / file).write_text(text)
    (sources / "dead-link").mkdir()
    (sources / "dead-link" / f"{name}.0").symlink_to("gone")
    (sources / "dead-link" / f"{name}.1").write_text(root)
    der = openssl("x509", "-in", directory / "root.pem", "-outform", "DER")
    trusted = ["x509", "-in", directory / "root.pem", "-trustout"]
    files = {
        "der": der,
        "der-and-newline": der + b"\n",
        "too-large": b"# a comment\n" * 1500000 + root.encode(),
        "unclosed-block-before": b"-----BEGIN PRIVATE KEY-----\n" + root.encode(),
        "bytes-before": b"\0" * 512 + b"\n" + root.encode(),
        "trusted": openssl(*trusted, "-addtrust", "serverAuth"),
        "rejecting": openssl(*trusted, "-addreject", "serverAuth"),
        "trusted-for-mail": openssl(*trusted, "-addtrust", "emailProtection"),
    }
    for file, data in files.items():
        (sources / file).write_bytes(data)
