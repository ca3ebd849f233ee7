"""Real servers: one process per certificate, in a directory of its own, on a port of its own, stopped by its pid.

A server's log tells what arrived there: the row's token where application data did, and the alert where a program
broke off the handshake.
"""

import glob
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

from cases import ADDRESS
from patience import HANG_SECONDS
from runner import Unavailable

PORTS = itertools.count(10000)  # the namespace is ours; ephemeral ports start far above
ENDS_WITH_US = ("setpriv", "--pdeathsig=TERM")  # even if we are killed; to be set after a change of user


def unprivileged(user):
    """Command prefix that runs a program as `user`, or just not as root where we are root of a user namespace only."""
    mapped_ids = Path("/proc/self/uid_map").read_text().split()[2]
    if mapped_ids == "1":
        return ["unshare", "--user", "--map-user=1000"]
    return ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]


class Server:
    """What all servers share; a kind of server says how it is configured and started."""

    ready_line = ""  # of its log; without one the server is ready when it accepts connections

    def __init__(self, certificates, certificate, directory):
        self.certificate = certificates / f"{certificate}.pem"
        self.key = certificates / f"{certificate}.key"
        self.trust_anchor = certificates / "known" / "ca.pem"
        self.directory = directory
        self.log_file = directory / "log"
        self.port = next(PORTS)
        self.environment = {}  # on top of ours
        self.process = None
        self.failure = None
        self.starting = threading.Lock()

    def prepare(self):
        """Writes what the server reads."""

    def command(self):
        raise NotImplementedError

    def user(self):
        """Command prefix that becomes the user the server runs as; empty: ours."""
        return []

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return path

    def ensure_started(self):
        """Starts the server once; what went wrong then, goes wrong for every row that needs it."""
        with self.starting:
            if self.failure:
                raise self.failure
            if self.process is None:
                try:
                    self.start()
                except Exception as failure:
                    self.failure = failure
                    raise

    def start(self):
        self.directory.mkdir(mode=0o755)
        self.prepare()
        program, *arguments = map(str, self.command())
        if shutil.which(program) is None:
            raise Unavailable(f"{program} is not installed")
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [*self.user(), *ENDS_WITH_US, program, *arguments], cwd=self.directory, stdin=subprocess.PIPE,
                stdout=log, stderr=log, env=os.environ | self.environment)
        self.wait_until_ready()

    def wait_until_ready(self):
        deadline = time.monotonic() + HANG_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{type(self).__name__} did not start:\n{self.log()}")
            time.sleep(0.02)

    def is_ready(self):
        if self.ready_line:
            return self.ready_line in self.log()
        try:
            socket.create_connection((ADDRESS, self.port), 1).close()
        except OSError:
            return False
        return True

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def log(self):
        return self.log_file.read_text(errors="replace")

    def log_after(self, start, text, seconds):
        """The log from `start` on, once it holds `text` or time is up: a server may log after the program has ended."""
        deadline = time.monotonic() + seconds
        while text not in self.log()[start:] and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.log()[start:]


class Nginx(Server):
    CONFIG = """
user root;
daemon off;
master_process off;
pid {directory}/pid;
error_log {directory}/log info;
events {{}}
http {{
    access_log {directory}/log;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    server {{
        listen {address}:{port} ssl;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        location / {{ return 200 "data of the server\\n"; }}
    }}
}}
"""

    def prepare(self):
        self.write("config", self.CONFIG.format(address=ADDRESS, **vars(self)))

    def command(self):
        return ["nginx", "-e", self.log_file, "-p", self.directory, "-c", self.directory / "config"]


class Http2(Nginx):
    CONFIG = Nginx.CONFIG.replace(" ssl;", " ssl http2;", 1)


class Smtp(Server):
    def command(self):
        return ["aiosmtpd", "-n", "-d", "-d", "-l", f"{ADDRESS}:{self.port}", "--tlscert", self.certificate,
                "--tlskey", self.key, "-c", "aiosmtpd.handlers.Debugging", "stdout"]

    def prepare(self):
        self.environment |= {"PYTHONUNBUFFERED": "1"}


class Dovecot(Server):
    CONFIG = """
base_dir = {directory}/run
log_path = {directory}/log
protocols = imap
listen = {address}
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
verbose_ssl = yes
auth_verbose = yes
first_valid_uid = 1
mail_location = maildir:{directory}/mail
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={directory}/mail
}}
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
"""

    def prepare(self):
        if unprivileged("nobody")[0] == "unshare":
            raise Unavailable("dovecot needs the real root, to become its own users")
        self.write("config", self.CONFIG.format(address=ADDRESS, **vars(self)))
        mail = self.directory / "mail"
        mail.mkdir()
        shutil.chown(mail, "nobody", "nogroup")

    def command(self):
        return ["dovecot", "-F", "-c", self.directory / "config"]


class PostgreSQL(Server):
    ready_line = "ready to accept connections"
    OPTIONS = {
        "ssl": "on",
        "unix_socket_directories": "",
        "log_statement": "all",
        "log_connections": "on",
        "shared_buffers": "1MB",
        "fsync": "off",
        "autovacuum": "off",
        "max_connections": "10",
    }

    def user(self):
        return unprivileged("postgres")

    def programs(self):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not found:
            raise Unavailable("no PostgreSQL below /usr/lib/postgresql")
        return found[-1]

    def prepare(self):
        """The server insists on an owner of its data and key who is not root."""
        data = self.directory / "data"
        key = shutil.copy(self.key, self.directory / "server.key")
        os.chmod(key, 0o600)
        if self.user()[0] == "setpriv":
            shutil.chown(self.directory, "postgres")
            shutil.chown(key, "postgres")
        initdb = [f"{self.programs()}/initdb", "--no-sync", "--username=postgres", "--auth=trust", "-D", data]
        subprocess.run([*self.user(), *initdb], check=True, capture_output=True, cwd=self.directory)

    def command(self):
        options = self.OPTIONS | {"ssl_cert_file": self.certificate, "ssl_key_file": self.directory / "server.key"}
        settings = itertools.chain.from_iterable(("-c", f"{name}={value}") for name, value in options.items())
        return [f"{self.programs()}/postgres", "-D", self.directory / "data",
                "-h", ADDRESS, "-p", self.port, *settings]


class Redis(Server):
    ready_line = "ready to accept connections at"
    monitor = None

    def command(self):
        return ["redis-server", "--port", 0, "--tls-port", self.port, "--bind", ADDRESS, "--save", "",
                "--tls-cert-file", self.certificate, "--tls-key-file", self.key,
                "--tls-ca-cert-file", self.trust_anchor, "--tls-auth-clients", "no", "--loglevel", "verbose",
                "--dir", self.directory, "--unixsocket", self.directory / "socket"]

    def start(self):
        """The server logs no data, so its MONITOR writes every command into the log."""
        super().start()
        monitor = [*ENDS_WITH_US, "redis-cli", "-s", self.directory / "socket", "MONITOR"]
        with open(self.log_file, "ab") as log:
            self.monitor = subprocess.Popen(monitor, stdout=log, stderr=log)
        if "\nOK\n" not in self.log_after(0, "\nOK\n", HANG_SECONDS):
            raise RuntimeError(f"MONITOR did not start:\n{self.log()}")

    def stop(self):
        super().stop()
        if self.monitor:
            self.monitor.wait()


class Mosquitto(Server):
    CONFIG = """
user root
log_dest stderr
log_type all
listener {port} {address}
allow_anonymous true
certfile {certificate}
keyfile {key}
"""

    def prepare(self):
        self.write("config", self.CONFIG.format(address=ADDRESS, **vars(self)))

    def command(self):
        return ["mosquitto", "-c", self.directory / "config"]


class OpensslServer(Server):
    ready_line = "ACCEPT"

    def command(self):
        return ["openssl", "s_server", "-accept", f"{ADDRESS}:{self.port}", "-cert", self.certificate, "-key", self.key]


class DatagramServer(OpensslServer):
    def command(self):
        return [*super().command(), "-dtls"]


KINDS = {
    "https": Nginx,
    "http2": Http2,
    "smtp": Smtp,
    "imaps": Dovecot,
    "postgresql": PostgreSQL,
    "redis": Redis,
    "mqtt": Mosquitto,
    "openssl": OpensslServer,
    "dtls": DatagramServer,
}


class Fleet:
    """The servers of a run: each is started when the first row asks for it."""

    def __init__(self, certificates, directory):
        self.certificates = certificates
        self.directory = directory
        self.servers = {}
        self.lock = threading.Lock()

    def get(self, kind, certificate):
        with self.lock:
            key = (kind, certificate)
            if key not in self.servers:
                directory = self.directory / f"{kind}-{certificate}"
                self.servers[key] = KINDS[kind](self.certificates, certificate, directory)
            return self.servers[key]

    def stop(self):
        for server in self.servers.values():
            server.stop()
