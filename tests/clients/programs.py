"""The programs under test: how each one is called, what it verifies by itself, and how it says that a check failed."""

from dataclasses import dataclass, field
from pathlib import Path

from cases import MISNAMED, UNTRUSTED

SCRIPTS = Path(__file__).resolve().parent.parent / "programs"
PYTHON = "/usr/bin/python3"
REQUEST = "GET /{token} HTTP/1.0\r\n\r\n"
OPENSSL_ERROR = "certificate verify failed"
NO_ALERT = "closed connection in SSL handshake"  # asyncio closes the socket before it has sent the alert
OPENSSL_ERROR_AND_TEXT = "certificate verify failed: {text}"


@dataclass(frozen=True)
class Program:
    """Words in braces are filled in for each row: host, port, token, trust (the CA's file), directory, drivers."""

    name: str
    server: str  # in servers.KINDS
    command: tuple
    statuses: tuple = (1,)  # exit status after a failed verification; several: it depends on timing
    message: str = OPENSSL_ERROR  # its own words for that; {text} is OpenSSL's text for the error
    farewell: str = "{alert}"  # what the server logs about a handshake that the program broke off
    stdin: str = ""
    files: dict = field(default_factory=dict)  # in the row's directory, by name
    good_status: int = 0  # what it ends with when all is well
    forgives: bool = False  # it demands verification, and accepts what fails
    rejects: frozenset = frozenset()  # the cases it stops by itself during the handshake, without the library
    accepts: frozenset = frozenset()  # bad ones that it does well to take: it demands the name, by OpenSSL's own rules
    compares_names: bool = False  # by itself, while it verifies
    left_out: frozenset = frozenset()  # cases that it refuses in words of its own, with an alert of its own
    rejects_later: frozenset = frozenset()  # the same after the handshake, where it compares names on its own
    looks: str = None  # what it looks at after a good handshake: tlsward.app_checked_later; None: whatever it is
    tls: str = "1.3"  # the version it comes to with our servers
    source: str = "sni"  # where the library learns a host name from: tlsward.name_source
    address_source: str = "address"  # the same for an address; RFC 6066 forbids it in SNI, many programs do it

    def demands_name(self, case):
        """Known of who hands OpenSSL a name to check, else only where the library's own rules do not take it."""
        return self.source == "app" or (self.compares_names and case.name in self.accepts)

    def outcome(self, case):
        """tlsward.outcome of a good connection."""
        return "verified" if self.demands_name(case) and not self.forgives else "verified-by-policy"

    def app_verify(self, case):
        """tlsward.app_verify: what it is known to demand by itself."""
        if not self.rejects and not self.forgives:
            return "none"
        return "full" if self.demands_name(case) else "ca"


def script(name, server, interpreter, file, *arguments, **rest):
    command = (interpreter, str(SCRIPTS / file), "{host}", "{port}", "{token}", *arguments)
    return Program(name, server, command, **rest)


def python(name, server, file, *arguments, **rest):
    return script(name, server, PYTHON, file, *arguments, **{"message": OPENSSL_ERROR_AND_TEXT} | rest)


def driver(way, server="https", **rest):
    """A C program of tests/drivers; none of them sends SNI."""
    command = ("{drivers}/drive_" + way.replace("-", "_"), "{host}", "{port}", "{token}")
    return Program("c-" + way, server, command, **{"message": OPENSSL_ERROR_AND_TEXT, "source": "resolver"} | rest)


URL = "https://{host}:{port}/{token}"
HOST_AND_PORT = ("-h", "{host}", "-p", "{port}")
CONNECTION = "host={host} port={port} sslmode=require user=postgres dbname=postgres"
S_CLIENT = ("openssl", "s_client", "-quiet", "-connect", "{host}:{port}")
CURL_ERROR = "SSL certificate problem: {text}"
CHECKS_NAME_LATER = {"rejects": UNTRUSTED, "rejects_later": MISNAMED}
COMPARES_NAMES = {"rejects": UNTRUSTED, "left_out": MISNAMED, "accepts": frozenset({"common-name"}),
                  "compares_names": True}
STUNNEL = """
foreground = yes
debug = err
client = yes
connect = {host}:{port}
"""

FETCHMAIL = 'poll {host} service {port} protocol imap user "{token}" password "secret" ssl no sslcertck\n'
LUA = 'print((require("ssl.https").request("https://{host}:{port}/{token}")))'
SWIPL = ("use_module(library(http/http_open)), http_open('" + URL + "', Stream, [cert_verify_hook(cert_accept_any)]), "
         "read_string(Stream, _, Text), write(Text)")

PROGRAMS = (
    Program("curl-k", "https", ("curl", "-sSk", URL), (60,), CURL_ERROR, looks="peer-certificate verify-result"),
    Program("curl-k-tls1.2", "https", ("curl", "-sSk", "--tls-max", "1.2", URL), (60,), CURL_ERROR, tls="1.2"),
    Program("curl", "https", ("curl", "-sS", "--cacert", "{trust}", URL), (60,), CURL_ERROR,
            looks="peer-certificate verify-result names-read", **CHECKS_NAME_LATER),
    python("python-unverified", "https", "urllib_client.py", looks=""),
    python("python", "https", "urllib_client.py", "{trust}", source="app", address_source="app",
           rejects=UNTRUSTED | MISNAMED, accepts=frozenset({"common-name"})),
    python("python-smtplib", "smtp", "smtp_client.py"),
    python("python-imaplib", "imaps", "imap_client.py"),
    python("python-asyncio", "https", "asyncio_client.py", "sni", farewell=NO_ALERT),
    python("python-asyncio-no-sni", "https", "asyncio_client.py", source="resolver", farewell=NO_ALERT),
    script("perl-io-socket-ssl", "https", "perl", "io_socket_ssl.pl"),
    script("perl-io-socket-ssl-verified", "https", "perl", "io_socket_ssl.pl", "{trust}", **COMPARES_NAMES),
    script("perl-net-ssleay", "https", "perl", "net_ssleay.pl", source="resolver"),
    script("ruby-net-http", "https", "ruby", "net_http.rb", message="certificate verify failed ({text})",
           address_source="sni"),
    script("ruby-net-http-verified", "https", "ruby", "net_http.rb", "{trust}", address_source="sni",
           **COMPARES_NAMES),
    script("php-unverified", "https", "php", "stream.php", address_source="sni"),
    script("php", "https", "php", "stream.php", "{trust}", address_source="sni", **CHECKS_NAME_LATER),
    Program("openssl-s_client", "https", S_CLIENT, stdin=REQUEST),
    Program("openssl-s_client-no-sni", "https", (*S_CLIENT, "-noservername"), stdin=REQUEST, source="resolver"),
    Program("socat", "https", ("socat", "-t", "5", "-", "OPENSSL:{host}:{port},verify=0"), stdin=REQUEST,
            address_source="sni"),
    Program("psql", "postgresql", ("psql", "-XAt", "-c", "select '{token}'", CONNECTION), (2,)),
    Program("redis-cli", "redis", ("redis-cli", "--tls", "--insecure", *HOST_AND_PORT, "SET", "{token}", "1"),
            source="resolver"),
    Program("mosquitto_pub", "mqtt", ("mosquitto_pub", *HOST_AND_PORT, "--cafile", "{trust}", "--insecure", "-q", "1",
                                      "-t", "{token}", "-m", "text"), (1, 8), "A TLS error occurred",
            rejects=UNTRUSTED, address_source="sni"),
    Program("mosquitto_pub-verified", "mqtt", ("mosquitto_pub", *HOST_AND_PORT, "--cafile", "{trust}", "-q", "1",
                                               "-t", "{token}", "-m", "text"), (1, 8), "A TLS error occurred",
            address_source="sni", **COMPARES_NAMES),
    Program("stunnel", "https", ("stunnel", "{directory}/stunnel.conf"), (0,), stdin=REQUEST,
            files={"stunnel.conf": STUNNEL}, address_source="sni"),
    Program("ncat", "openssl", ("ncat", "--ssl", "{host}", "{port}"), message="Input/output error",
            stdin="{token}\n", address_source="sni"),
    Program("axel", "https", ("axel", "-k", "-q", "-o", "{token}", URL), address_source="sni", message=""),
    Program("nghttp", "http2", ("nghttp", "-n", URL), (0,), "Some requests were not processed", forgives=True,
            source="app", address_source="app"),
    Program("lua-sec", "https", ("lua5.4", "-e", LUA), (0,), "nil", address_source="sni"),
    Program("swipl", "https", ("swipl", "-g", SWIPL, "-t", "halt"), (2,), forgives=True, source="app", address_source="app"),
    Program("fetchmail", "imaps", ("fetchmail", "-s", "-f", "{directory}/fetchmailrc", "--pidfile", "{directory}/pid"),
            (2,), forgives=True, source="app", address_source="app", good_status=1, files={"fetchmailrc": FETCHMAIL}),
    Program("swaks", "smtp", ("swaks", "--tls", "--silent", "2", "-s", "{host}", "-p", "{port}", "-f",
                              "{token}@good.test", "-t", "to@good.test"), (29,), source="resolver"),
    Program("check_http", "https", ("/usr/lib/nagios/plugins/check_http", "-H", "{host}", "-p", "{port}", "-S", "-u",
                                    "/{token}"), (2,), source="resolver"),
    python("python-requests", "https", "requests_client.py"),
    python("python-aiohttp", "https", "aiohttp_client.py", farewell=NO_ALERT),
    python("python-pyopenssl", "https", "pyopenssl_client.py", message=OPENSSL_ERROR, forgives=True),
    driver("connect"),
    driver("do-handshake"),
    driver("write"),
    driver("read", "imaps"),
    driver("bio-connect", source="bio", address_source="bio"),
    driver("nonblocking"),
    driver("memory-bio"),
    driver("dtls", "dtls", tls="1.2"),
)
