"""Real servers on ports of 127.0.0.1, each stopped by its own process id."""

import contextlib
import itertools
import pathlib
import pwd
import shutil
import socket
import subprocess
import time

from certificates import ISSUER_PORT
from patience import HANG_SECONDS


PORTS = itertools.count(10000)  # the namespace is ours; ephemeral ports start far above


def wait_for(port, process):
    deadline = time.monotonic() + HANG_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args} does not listen")


def start(port, command, **options):
    process = subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=options.pop("log"),
        stderr=subprocess.STDOUT,
        **options,
    )
    wait_for(port, process)
    return process


def as_user(name):
    """Options that make a server run as another user: postgres insists."""
    account = pwd.getpwnam(name)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


# Servers that are not just a certificate, and what openssl(1) is told for them
SPECIAL = {
    "weak": ["-cipher", "DEFAULT@SECLEVEL=0"],
    "asking": ["-tls1_2", "-Verify", "1", "-verify_return_error"],
    "tls12": ["-tls1_2"],
    "by-name": ["-servername", "good.test", "-cert2", "{t}/good.pem", "-key2", "{t}/good.key"],
    "anonymous": ["-tls1_2", "-nocert", "-cipher", "aNULL@SECLEVEL=0"],
}
# ... and what those of good.pem send behind it, in place of the intermediate
CHAINS = {"disorder": "chain-disorder.pem", "rooted": "chain-rooted.pem", "crowded": "chain-crowded.pem"}


PUBLIC = "198.41.0.4"  # an address of nobody in our network namespace
EVERYWHERE = ("unknown-everywhere", "stamped-everywhere", "self-everywhere")  # listen there, too


def s_server(directory, certificate, port, log):
    """`openssl s_server`; the whole chain is sent, except by "lone"."""
    chain = [] if certificate.startswith(("lone", "aia")) else ["-cert_chain", directory / CHAINS.get(certificate, "middle.pem")]
    name = "good" if certificate in ("lone", "asking", "tls12", *CHAINS) else {"by-name": "other"}.get(certificate, certificate)
    name = name.removesuffix("-everywhere")
    host = "0.0.0.0" if certificate in EVERYWHERE else "127.0.0.1"
    identity = ["-cert", directory / f"{name}.pem", "-key", directory / f"{name}.key", *chain]
    if certificate == "anonymous":
        identity = []
    command = ["openssl", "s_server", "-www", "-accept", f"{host}:{port}", *identity, *(word.replace("{t}", str(directory)) for word in SPECIAL.get(certificate, []))]
    return start(port, command, log=log)


# Servers of clock_server.py: certificate, Date
CLOCKS = {
    "past-then": ("past", "Wed, 01 Jul 2020 12:00:00 GMT"),
    "past-now": ("past", "now"),
    "past-before": ("past", "Mon, 01 Jul 2019 12:00:00 GMT"),
    "past-garbage": ("past", "\x1b[31mWed, 99 Xyz 99999 GMT"),
    "past-ldaps": ("past", "Wed, 01 Jul 2020 12:00:00 GMT"),
    "future-then": ("future", "Sat, 01 Jul 2090 12:00:00 GMT"),
    "now-then": ("now", "Wed, 01 Jul 2020 12:00:00 GMT"),
}
CLOCK_PORTS = {"past-ldaps": 636}  # which services(5) has


def clock(directory, name, port, log):
    certificate, date = CLOCKS[name]
    program = pathlib.Path(__file__).with_name("clock_server.py")
    command = ["/usr/bin/python3", program, port, directory / f"{certificate}.pem", directory / f"{certificate}.key", date, directory / f"asked-{name}"]
    return start(port, command, log=log)


def issuers(directory, log):
    """What certificates of the kind "aia" name, by HTTP."""
    command = ["/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", directory, ISSUER_PORT]
    return start(ISSUER_PORT, command, log=log)


def copy_identity(directory, target, user):
    """The good certificate with its chain, and its key, readable by `user` alone."""
    target.mkdir()
    chain = (directory / "good.pem").read_text() + (directory / "middle.pem").read_text()
    (target / "chain.pem").write_text(chain)
    shutil.copy(directory / "good.key", target / "key.pem")
    (target / "key.pem").chmod(0o600)
    for path in [target, *target.iterdir()]:
        shutil.chown(path, user, pwd.getpwnam(user).pw_gid)


def postgres(directory, port, log):
    binaries = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    home = directory / "postgres"
    copy_identity(directory, home, "postgres")
    options = as_user("postgres")
    subprocess.run(
        [binaries / "initdb", "-A", "trust", "-N", home / "data"], check=True, stdout=log, stderr=log, cwd="/", **options
    )
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "ssl": "on",
        "ssl_cert_file": home / "chain.pem",
        "ssl_key_file": home / "key.pem",
        "fsync": "off",
    }
    arguments = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    command = [binaries / "postgres", "-D", home / "data", "-p", port, *arguments]
    return start(port, command, log=log, cwd="/", **options)


def dovecot(directory, protocol, port, log):
    home = directory / protocol
    home.mkdir()
    (home / "chain.pem").write_text((directory / "good.pem").read_text() + (directory / "middle.pem").read_text())
    (home / "dovecot.conf").write_text(
        f"""protocols = {protocol}
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log
ssl = yes
ssl_cert = <{home}/chain.pem
ssl_key = <{directory}/good.key
service {protocol}-login {{
  chroot =
  inet_listener {protocol} {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener {protocol}s {{
    port = 0
  }}
}}
passdb {{
  driver = static
}}
"""
    )
    return start(port, ["/usr/sbin/dovecot", "-F", "-c", home / "dovecot.conf"], log=log)


def slapd(directory, port, log):
    home = directory / "ldap"
    home.mkdir()
    (home / "data").mkdir()
    (home / "slapd.conf").write_text(
        f"""pidfile {home}/pid
TLSCACertificateFile {directory}/middle.pem
TLSCertificateFile {directory}/good.pem
TLSCertificateKeyFile {directory}/good.key
"""
    )
    command = ["/usr/sbin/slapd", "-d", "0", "-f", home / "slapd.conf", "-h", f"ldap://127.0.0.1:{port}"]
    return start(port, command, log=log)


def vsftpd(directory, port, log):
    home = directory / "ftp"
    home.mkdir()
    (home / "chain.pem").write_text((directory / "good.pem").read_text() + (directory / "middle.pem").read_text())
    (home / "empty").mkdir()
    (home / "vsftpd.conf").write_text(
        f"""listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
anonymous_enable=YES
ssl_enable=YES
ssl_ciphers=HIGH
secure_chroot_dir={home}/empty
rsa_cert_file={home}/chain.pem
rsa_private_key_file={directory}/good.key
"""
    )
    return start(port, ["/usr/sbin/vsftpd", home / "vsftpd.conf"], log=log)


def smtp(directory, port, log):
    home = directory / "smtp"
    home.mkdir()
    (home / "chain.pem").write_text((directory / "good.pem").read_text() + (directory / "middle.pem").read_text())
    identity = ["--tlscert", home / "chain.pem", "--tlskey", directory / "good.key"]
    return start(port, ["/usr/bin/aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", *identity], log=log)


# STARTTLS protocol → the program that serves it, and how to start it
STARTTLS = {
    "postgres": ("/usr/bin/pg_lsclusters", postgres),
    "imap": ("/usr/lib/dovecot/imap-login", lambda *a: dovecot(a[0], "imap", *a[1:])),
    "pop3": ("/usr/lib/dovecot/pop3-login", lambda *a: dovecot(a[0], "pop3", *a[1:])),
    "ldap": ("/usr/sbin/slapd", slapd),
    "ftp": ("/usr/sbin/vsftpd", vsftpd),
    "smtp": ("/usr/bin/aiosmtpd", smtp),
}


def stop(process):
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
        return
    process.kill()
    process.wait()
