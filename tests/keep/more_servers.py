"""Servers that only these rows need; they are added to those of tests/clients."""

import socket
import subprocess
from pathlib import Path

import servers
from cases import ADDRESS
from servers import PostgreSQL, Server, Smtp
from runner import Unavailable


class OpenVPN(Server):
    """A peer without a device, that knows its client by the fingerprint of its certificate."""

    ready_line = "UDPv4 link local (bound)"

    def fingerprint(self):
        certificate = self.certificate.parent / "self-signed.pem"
        said = subprocess.run(["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", certificate], check=True,
                              capture_output=True, text=True).stdout
        return said.strip().partition("=")[2]

    def command(self):
        return ["openvpn", "--dev", "null", "--ifconfig-noexec", "--tls-server", "--proto", "udp", "--local", ADDRESS,
                "--lport", self.port, "--cert", self.certificate, "--key", self.key, "--dh", "none",
                "--peer-fingerprint", self.fingerprint(), "--verb", "3"]


class EapServer(Server):
    """hostapd without a network: an authentication server of IEEE 802.1X that is asked by RADIUS."""

    ready_line = "AP-ENABLED"
    NETWORK = """
driver=none
radius_server_clients={directory}/clients
radius_server_auth_port={port}
"""
    CONFIG = """
eap_server=1
eap_user_file={directory}/users
server_cert={certificate}
private_key={key}
"""

    def prepare(self):
        self.write("clients", f"{ADDRESS} radius\n")
        self.write("users", '* TTLS,PEAP\n"user" MSCHAPV2,TTLS-PAP "secret" [2]\n')
        self.write("config", (self.NETWORK + self.CONFIG).format(**vars(self)))

    def command(self):
        return ["hostapd", "-d", self.directory / "config"]


class WiredEapServer(EapServer):
    """The switch at the other end of a wire, one for each server."""

    NETWORK = """
driver=wired
interface=switch{port}
ieee8021x=1
"""

    def prepare(self):
        super().prepare()
        for arguments in self.links():
            done = subprocess.run(["ip", "link", *arguments], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Unavailable(f"no pair of interfaces: {done.stderr.strip()}")

    def links(self):
        wire, switch = f"wire{self.port}", f"switch{self.port}"
        yield "add", wire, "type", "veth", "peer", "name", switch
        for end in (wire, switch):
            # Without IPv6 addresses, which would make AI_ADDRCONFIG ask for nothing else.
            yield "set", end, "addrgenmode", "none"
            yield "set", end, "up"


class Smtp25(Smtp):
    """On the port to which mail servers deliver, and an address that postfix does not take for its own."""

    ADDRESS = "127.0.0.2"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.port = 25

    def command(self):
        return [f"{self.ADDRESS}:{self.port}" if word == f"{ADDRESS}:{self.port}" else word
                for word in super().command()]

    def is_ready(self):
        try:
            socket.create_connection((self.ADDRESS, self.port), 1).close()
        except OSError:
            return False
        return True


class PostgreSQL12(PostgreSQL):
    """Without TLS 1.3, so that a client that insists on it fails, and falls back if it can."""

    OPTIONS = PostgreSQL.OPTIONS | {"ssl_max_protocol_version": "TLSv1.2"}


class MariaDB(Server):
    ready_line = "ready for connections"

    def prepare(self):
        (self.directory / "data").mkdir()

    def command(self):
        return ["mariadbd", "--no-defaults", "--user=root", "--skip-grant-tables", "--skip-innodb",
                "--default-storage-engine=Aria", f"--datadir={self.directory}/data", f"--bind-address={ADDRESS}",
                f"--port={self.port}", f"--socket={self.directory}/socket", f"--pid-file={self.directory}/pid",
                f"--ssl-cert={self.certificate}", f"--ssl-key={self.key}", "--general-log",
                f"--general-log-file={self.log_file}"]


class Vsftpd(Server):
    """Insists on a data channel that resumes the session of the control connection."""

    CONFIG = """
listen=YES
listen_address={address}
listen_port={port}
background=NO
anonymous_enable=YES
no_anon_password=YES
anon_root={directory}/files
secure_chroot_dir={directory}/empty
seccomp_sandbox=NO
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
require_ssl_reuse=YES
ssl_ciphers=HIGH
rsa_cert_file={certificate}
rsa_private_key_file={key}
debug_ssl=YES
log_ftp_protocol=YES
xferlog_enable=YES
xferlog_std_format=NO
vsftpd_log_file={directory}/log
"""

    def prepare(self):
        if servers.unprivileged("nobody")[0] == "unshare":
            raise Unavailable("vsftpd needs the real root, to become its own users")
        for name in ("files", "empty"):
            (self.directory / name).mkdir(mode=0o755)
        (self.directory / "files" / "file-of-the-server").touch()
        self.write("config", self.CONFIG.format(address=ADDRESS, **vars(self)))

    def command(self):
        return ["vsftpd", self.directory / "config"]


class Proxy(Server):
    def command(self):
        return ["/usr/bin/python3", Path(__file__).resolve().parent / "programs" / "proxy.py", ADDRESS, self.port]


servers.KINDS |= {
    "openvpn": OpenVPN,
    "eap": EapServer,
    "eap-wired": WiredEapServer,
    "smtp-25": Smtp25,
    "postgresql-1.2": PostgreSQL12,
    "mariadb": MariaDB,
    "ftps": Vsftpd,
    "proxy": Proxy,
}
