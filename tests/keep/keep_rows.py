"""What must keep working, and what must not happen after a block: one row per fact."""

from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "programs"
PYTHON = "/usr/bin/python3"

ENFORCE = "mode = enforce"
AUDIT = "mode = audit"
PROTOCOLS = "mode = enforce\ninclude = protocols"
EXTEND = "mode = enforce\ntrust-mode = extend"
OWNED = "owner = tests\nreason = tests\nexpires = 2099-12-31"

ALLOWED = {"event.action": "tls-handshake", "tlsward.action": "allowed"}
WOULD_BLOCK = {"event.action": "tls-handshake", "tlsward.action": "would-block"}
BLOCKED = {"event.action": "tls-handshake", "tlsward.action": "blocked", "tlsward.decided_by": "policy"}
REJECTED = {"event.action": "tls-handshake", "tlsward.action": "blocked", "tlsward.decided_by": "program"}
RETRY_REFUSED = {"event.action": "clear-text-retry-refused", "server.address": "good.test", "server.ip": "127.0.0.1"}
NEVER = object()  # an event member that must not be there


@dataclass(frozen=True)
class Row:
    """Words in braces are filled in, in the environment's values too: token, directory, known and unknown (the CAs'
    files), a port for each server, the digest of the first one's certificate."""

    name: str
    servers: dict  # word for the port: (kind in servers.KINDS, certificate); what arrives is read from the first
    command: tuple
    policy: str = None  # below [policy]; None: without the library
    system: bool = False  # the policy is the system's, for which it needs root
    unpacked: str = ""  # a package that is laid over a root directory of its own, for which it needs root
    needs: str = ""  # a program or a Python module; the row is skipped without it
    statuses: tuple = (0,)
    until: str = ""  # the program goes on for ever: it is stopped once it has said this
    said: str = ""  # by the program
    not_said: str = ""
    arrived: tuple = ()  # in the server's log
    never: str = ""  # in the server's log
    events: tuple = ()  # each of them is among those recorded
    no_events: tuple = ()  # and none of these
    environment: dict = field(default_factory=dict)


def openvpn(name, certificate, policy, **rest):
    """A peer that trusts the CA `unknown` and nobody else; it needs no device."""
    command = ("openvpn", "--dev", "null", "--ifconfig-noexec", "--tls-client", "--nobind", "--proto", "udp",
               "--remote", "good.test", "{port}", "--ca", "{unknown}", "--cert", "{certificates}/self-signed.pem", "--key",
               "{certificates}/self-signed.key", "--connect-retry-max", "1", "--tls-exit", "--verb", "3")
    return Row(f"openvpn/{name}", {"port": ("openvpn", certificate)}, command, policy, needs="openvpn", **rest)


CONNECTED = "Initialization Sequence Completed"
IS_CONNECTED = {"until": CONNECTED, "said": CONNECTED, "statuses": (0, -15)}
IS_NOT_CONNECTED = {"until": "TLS handshake failed", "not_said": CONNECTED, "statuses": (0, 1, -15)}


AUTHENTICATED = "EAP authentication succeeded"
IS_AUTHENTICATED = {"arrived": (AUTHENTICATED,), "said": "SUCCESS"}
IS_NOT_AUTHENTICATED = {"never": AUTHENTICATED, "statuses": (252, 253, 254), "said": "FAILURE"}


def supplicant(program, method, ca):
    command = (PYTHON, str(PROGRAMS / "supplicant.py"), program, "{directory}", "{port}", *method)
    return (*command, ca) if ca else command


def eap(name, method, ca, certificate, policy, **rest):
    """A supplicant that trusts `ca`, or anybody without one."""
    return Row(f"eapol_test/{name}", {"port": ("eap", certificate)}, supplicant("eapol_test", method, ca), policy,
               needs="eapol_test", **rest)


def wired(name, certificate, policy, said, **rest):
    """The same code in the program that people run; it tries again for ever."""
    return Row(f"wpa_supplicant/{name}", {"port": ("eap-wired", certificate)},
               supplicant("wpa_supplicant", PEAP, "{unknown}"), policy, needs="wpa_supplicant", statuses=(0, -15),
               until=said, said=said, **rest)


EAP_SUCCESS = "CTRL-EVENT-EAP-SUCCESS"
EAP_FAILURE = "CTRL-EVENT-EAP-FAILURE"
TTLS = ("TTLS", "PAP")
PEAP = ("PEAP", "MSCHAPV2")
LOGIN = "/remote/logincheck"  # where openfortivpn sends the password


def openfortivpn(name, digest, policy, **rest):
    """Refused by the gateway in the end, which knows nothing of its protocol."""
    command = ("openfortivpn", "good.test:{port}", "-u", "user", "-p", "secret", "--no-routes", "--no-dns",
               "--trusted-cert", digest)
    return Row(f"openfortivpn/{name}", {"port": ("https", "self-signed")}, command, policy, needs="openfortivpn",
               statuses=(1,), **rest)


def postfix(name, policy, **rest):
    command = (PYTHON, str(PROGRAMS / "postfix_delivers.py"), "{directory}", "{port}", "{token}")
    return Row(f"postfix/{name}", {"port": ("smtp-25", "self-signed")}, command, policy, needs="postfix", **rest)


def opensmtpd(name, policy, **rest):
    command = (PYTHON, str(PROGRAMS / "opensmtpd_delivers.py"), "{directory}", "{port}", "{token}")
    return Row(f"opensmtpd/{name}", {"port": ("smtp-25", "self-signed")}, command, policy, unpacked="opensmtpd", **rest)


def dma(name, policy, **rest):
    command = (PYTHON, str(PROGRAMS / "dma_delivers.py"), "{port}", "{token}")
    return Row(f"dma/{name}", {"port": ("smtp-25", "self-signed")}, command, policy, unpacked="dma", **rest)


def psql(name, certificate, policy, **rest):
    """In its default, sslmode=prefer."""
    command = ("psql", "-XAt", "-c", "select '{token}'",
               "host=good.test port={port} user=postgres dbname=postgres sslmode=prefer")
    return Row(f"psql/{name}", {"port": ("postgresql-1.2", certificate)}, command, policy, needs="psql", **rest)


def mariadb(name, certificate, policy, **rest):
    command = ("mariadb", "--no-defaults", "--protocol=tcp", "--ssl", "-h", "good.test", "-P", "{port}", "-u", "root",
               "-e", "select '{token}'")
    return Row(f"mariadb/{name}", {"port": ("mariadb", certificate)}, command, policy, needs="mariadb", **rest)


def psycopg2(name, certificate, policy, host="good.test", **rest):
    command = (PYTHON, str(PROGRAMS / "psycopg2_client.py"), host, "{port}")
    return Row(f"psycopg2/{name}", {"port": ("postgresql", certificate)}, command, policy, needs="psycopg2.extensions",
               **rest)


def mysqldb(name, policy, *setting, **rest):
    command = (PYTHON, str(PROGRAMS / "mysqldb_client.py"), "good.test", "{port}", "{token}", *setting)
    return Row(f"mysqldb/{name}", {"port": ("mariadb", "self-signed")}, command, policy, needs="MySQLdb.cursors",
               **rest)


def ftps(name, command, certificate, policy, **rest):
    return Row(f"ftps/{name}", {"port": ("ftps", certificate)}, command, policy, **rest)


FTPS_CURL = ("curl", "-sSk", "--ssl-reqd", "ftp://good.test:{port}/")
FTPS_CURL_12 = (*FTPS_CURL, "--tls-max", "1.2")
FTPS_PYTHON = (PYTHON, str(PROGRAMS / "ftps_client.py"), "good.test", "{port}")
FTPS_FTP_SSL = ("sh", "-c", r"printf 'user anonymous x\nls\n' | ftp-ssl -n -p -v good.test {port}")
LISTED = {"said": "file-of-the-server", "arrived": ("reused",), "events": (ALLOWED, ALLOWED | {"tls.resumed": True})}


def qt(name, certificate, policy, **rest):
    command = (PYTHON, str(PROGRAMS / "qt_client.py"), "good.test", "{port}")
    return Row(f"qt/{name}", {"port": ("openssl", certificate)}, command, policy, needs="PySide2.QtNetwork",
               environment={"QT_QPA_PLATFORM": "minimal"}, **rest)


def curl(name, policy, other="good.test", **rest):
    """Twice the same peer: first by TLS, then in clear text, perhaps under another name."""
    command = ("curl", "-sSk", "https://good.test:{port}/", "http://" + other + ":{port}/{token}")
    return Row(f"clear-text/{name}", {"port": ("https", "self-signed")}, command, policy, **rest)


def curl_by_proxy(name, policy, proxy="http://other.test:{proxy}", **rest):
    """Two origins behind one proxy."""
    command = ("curl", "-sSk", *(("--proxy", proxy) if proxy else ()), "https://good.test:{bad}/",
               "https://good.test:{port}/{token}")
    servers = {"port": ("https", "good"), "bad": ("https", "self-signed"), "proxy": ("proxy", "good")}
    return Row(f"proxy/{name}", servers, command, policy, **rest)


def curl_rule(setting):
    return f"{ENFORCE}\n[rule curl]\nprogram = */bin/curl\nfallback = {setting}\n{OWNED}"


AGAIN_TO_ADDRESS = 'second attempt: connection to server at "127.0.0.1", port {port} failed: SSL error'
AGAIN_BY_TLS = ('second attempt: connection to server at "good.test" (127.0.0.1), port {port} failed: '
                "SSL error: certificate verify failed")
TLS_SESSION = "SSL enabled"
POSSIBLE = {"tlsward.clear_text_retry_possible": True}

ROWS = (
    openvpn("own-ca/plain", "unknown-ca", None, **IS_CONNECTED),
    openvpn("own-ca/protocols", "unknown-ca", PROTOCOLS, **IS_CONNECTED,
            events=(ALLOWED | {"rule.name": "protocols/openvpn", "tlsward.outcome": "verified"},)),
    openvpn("own-ca/enforce", "unknown-ca", ENFORCE, **IS_NOT_CONNECTED, events=(BLOCKED,)),
    openvpn("another-ca/protocols", "good", PROTOCOLS, **IS_NOT_CONNECTED, events=(REJECTED,)),

    eap("ttls-own-ca/plain", TTLS, "{unknown}", "unknown-ca", None, **IS_AUTHENTICATED),
    eap("ttls-own-ca/audit", TTLS, "{unknown}", "unknown-ca", AUDIT, **IS_AUTHENTICATED, events=(WOULD_BLOCK,)),
    eap("ttls-own-ca/enforce", TTLS, "{unknown}", "unknown-ca", ENFORCE, **IS_NOT_AUTHENTICATED, events=(BLOCKED,)),
    eap("ttls-own-ca/protocols", TTLS, "{unknown}", "unknown-ca", PROTOCOLS, **IS_AUTHENTICATED,
        events=(ALLOWED | {"rule.name": "protocols/eap", "tlsward.app_verify": "ca"},)),
    eap("ttls-another-ca/protocols", TTLS, "{unknown}", "good", PROTOCOLS, **IS_NOT_AUTHENTICATED, events=(REJECTED,)),
    eap("peap-own-ca/enforce", PEAP, "{unknown}", "unknown-ca", ENFORCE, **IS_NOT_AUTHENTICATED, events=(BLOCKED,)),
    eap("peap-own-ca/protocols", PEAP, "{unknown}", "unknown-ca", PROTOCOLS, **IS_AUTHENTICATED, events=(ALLOWED,)),
    eap("peap-no-ca/plain", PEAP, None, "unknown-ca", None, **IS_AUTHENTICATED),
    eap("peap-no-ca/protocols", PEAP, None, "unknown-ca", PROTOCOLS, **IS_NOT_AUTHENTICATED, events=(BLOCKED,)),
    eap("peap-no-ca-known/protocols", PEAP, None, "good", PROTOCOLS, **IS_AUTHENTICATED, events=(ALLOWED,)),

    wired("own-ca/plain", "unknown-ca", None, EAP_SUCCESS),
    wired("own-ca/audit", "unknown-ca", AUDIT, EAP_SUCCESS, events=(WOULD_BLOCK,)),
    wired("own-ca/enforce", "unknown-ca", ENFORCE, EAP_FAILURE, events=(BLOCKED,)),
    wired("own-ca/protocols", "unknown-ca", PROTOCOLS, EAP_SUCCESS, events=(ALLOWED | {"rule.name": "protocols/eap"},)),
    wired("another-ca/protocols", "good", PROTOCOLS, EAP_FAILURE, events=(REJECTED,)),

    openfortivpn("pinned/plain", "{digest}", None, arrived=(LOGIN,)),
    openfortivpn("pinned/audit", "{digest}", AUDIT, arrived=(LOGIN,), events=(WOULD_BLOCK,)),
    openfortivpn("pinned/enforce", "{digest}", ENFORCE, never=LOGIN, events=(BLOCKED,)),
    openfortivpn("pinned/protocols", "{digest}", PROTOCOLS, arrived=(LOGIN,),
                 events=(ALLOWED | {"rule.name": "protocols/openfortivpn"},)),
    openfortivpn("another-pin/protocols", "0" * 64, PROTOCOLS, said="Gateway certificate validation failed",
                 never=LOGIN, events=(ALLOWED,)),

    postfix("self-signed/plain", None, said="status=sent", arrived=("{token}",)),
    postfix("self-signed/protocols", PROTOCOLS, said="status=sent", arrived=("{token}",),
            events=(ALLOWED | {"rule.name": "protocols/postfix", "server.port": 25},)),
    postfix("self-signed/enforce", ENFORCE, not_said="status=sent", never="{token}", events=(BLOCKED,)),

    opensmtpd("self-signed/plain", None, said='result="Ok"', arrived=("{token}",)),
    opensmtpd("self-signed/audit", AUDIT, said='result="Ok"', arrived=("{token}",), events=(WOULD_BLOCK,)),
    opensmtpd("self-signed/protocols", PROTOCOLS, said='result="Ok"', arrived=("{token}",),
              events=(ALLOWED | {"rule.name": "protocols/opensmtpd", "server.port": 25},)),
    opensmtpd("self-signed/enforce", ENFORCE, said="downgrading to plain", never="{token}", events=(BLOCKED,)),

    dma("self-signed/plain", None, said="delivered", arrived=("{token}",)),
    dma("self-signed/audit", AUDIT, said="delivered", arrived=("{token}",), events=(WOULD_BLOCK,)),
    dma("self-signed/protocols", PROTOCOLS, said="delivered", arrived=("{token}",),
        events=(ALLOWED | {"rule.name": "protocols/dma", "server.port": 25},)),
    dma("self-signed/enforce", ENFORCE, said="deferred", never="{token}", events=(BLOCKED,)),

    psql("self-signed/plain", "self-signed", None, said="{token}", arrived=("{token}", TLS_SESSION)),
    psql("falls-back/plain", "other", None, environment={"PGSSLMINPROTOCOLVERSION": "TLSv1.3"}, said="{token}",
         arrived=("{token}",), never=TLS_SESSION),
    psql("self-signed/audit", "self-signed", AUDIT, said="{token}", arrived=("{token}", TLS_SESSION),
         events=(WOULD_BLOCK | {"tlsward.clear_text_retry_possible": NEVER},)),
    psql("good/enforce", "good", ENFORCE, said="{token}", arrived=("{token}", TLS_SESSION), events=(ALLOWED,)),
    psql("self-signed/enforce", "self-signed", ENFORCE, statuses=(2,), said="certificate verify failed",
         never="{token}",
         events=(BLOCKED | {"tlsward.clear_text_retry_possible": NEVER}, RETRY_REFUSED)),
    psql("allowed-by-a-rule/enforce", "self-signed",
         f"{ENFORCE}\n[rule psql]\nprogram = */psql\nfallback = allow\n{OWNED}", said="{token}", arrived=("{token}",),
         events=(BLOCKED | POSSIBLE,)),

    mariadb("self-signed/plain", "self-signed", None, said="{token}", arrived=("{token}", "using SSL/TLS")),
    mariadb("good/enforce", "good", ENFORCE, said="{token}", arrived=("{token}", "using SSL/TLS"), events=(ALLOWED,)),
    mariadb("self-signed/enforce", "self-signed", ENFORCE, statuses=(1,), never="{token}", events=(BLOCKED,)),

    psycopg2("again/plain", "self-signed", None, said="second attempt: connected"),
    psycopg2("again-by-tls/enforce", "self-signed", ENFORCE, said=AGAIN_BY_TLS,
             events=(BLOCKED, RETRY_REFUSED)),
    psycopg2("again-by-tls-to-an-address/enforce", "self-signed", ENFORCE, "127.0.0.1", said=AGAIN_TO_ADDRESS,
             events=(BLOCKED, {"event.action": "clear-text-retry-refused"})),
    mysqldb("self-signed/plain", None, said="by TLS", arrived=("{token}",)),
    mysqldb("falls-back/plain", None, "ca", "{known}", said="in clear text", arrived=("{token}",)),
    mysqldb("self-signed/audit", AUDIT, said="by TLS", arrived=("{token}",),
            events=(WOULD_BLOCK | {"tlsward.clear_text_retry_possible": NEVER},)),
    mysqldb("self-signed/enforce", ENFORCE, said="clear text: (2002,", never="{token}",
            events=(BLOCKED | {"tlsward.clear_text_retry_possible": NEVER}, RETRY_REFUSED)),
    mysqldb("another-policy/enforce", ENFORCE, "policy", "audit", said="in clear text", arrived=("{token}",),
            events=(BLOCKED,), no_events=(RETRY_REFUSED,)),

    curl("plain", None, arrived=("{token}",)),
    curl("enforce", ENFORCE, arrived=("{token}",),
         events=(BLOCKED | {"tlsward.clear_text_retry_possible": NEVER},)),
    curl("refused-by-a-rule", curl_rule("refuse"), statuses=(7,), never="{token}", events=(BLOCKED, RETRY_REFUSED)),
    curl("allowed-by-a-rule", curl_rule("allow"), arrived=("{token}",), events=(BLOCKED | POSSIBLE,)),
    *(curl(f"{variable}-under-a-system-policy", curl_rule("refuse"), system=True, statuses=(7,), never="{token}",
           environment={variable: "http://good.test:{port}", "NO_PROXY": "*"}, events=(BLOCKED, RETRY_REFUSED))
      for variable in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")),
    curl("proxy-of-an-environment-that-is-believed", f"environment = allow\n{curl_rule('refuse')}", system=True,
         environment={"https_proxy": "http://good.test:{port}", "NO_PROXY": "*"}, arrived=("{token}",),
         events=(BLOCKED | POSSIBLE,), no_events=(RETRY_REFUSED,)),
    curl("other-name/refused-by-a-rule", curl_rule("refuse"), other="other.test", statuses=(7,), never="{token}",
         events=(BLOCKED, RETRY_REFUSED)),
    curl_by_proxy("plain", None, arrived=("{token}",)),
    curl_by_proxy("told-by-the-environment", curl_rule("refuse"), None,
                  environment={"https_proxy": "http://good.test:{proxy}"}, arrived=("{token}",),
                  events=(BLOCKED, ALLOWED)),
    curl_by_proxy("refused-by-a-rule", curl_rule("refuse"), arrived=("{token}",), events=(BLOCKED, ALLOWED)),

    ftps("curl/plain", FTPS_CURL, "good", None, said="file-of-the-server", arrived=("reused",)),
    ftps("curl/enforce", FTPS_CURL, "good", ENFORCE, **LISTED),
    ftps("curl-tls1.2/enforce", FTPS_CURL_12, "good", ENFORCE, **LISTED),
    ftps("python/plain", FTPS_PYTHON, "good", None, said="file-of-the-server", arrived=("reused",)),
    ftps("python/enforce", FTPS_PYTHON, "good", ENFORCE, **LISTED),
    ftps("python-without-sni/enforce", (*FTPS_PYTHON, "good.test"), "good", ENFORCE, said="file-of-the-server",
         events=(ALLOWED | {"tlsward.name_source": "sni"},
                 ALLOWED | {"tls.resumed": True, "tlsward.name_source": "session", "server.address": "good.test"})),
    ftps("python-several-names/enforce", (*FTPS_PYTHON, "other.test"), "good", ENFORCE, statuses=(1,),
         not_said="file-of-the-server",
         events=(ALLOWED | {"tlsward.name_source": "sni"}, BLOCKED | {"tlsward.reason": "name-unknown"})),
    ftps("ftp-ssl/plain", FTPS_FTP_SSL, "good", None, needs="ftp-ssl", said="file-of-the-server",
         arrived=("reused",)),
    ftps("ftp-ssl/enforce", FTPS_FTP_SSL, "good", ENFORCE, needs="ftp-ssl", **LISTED),
    ftps("ftp-ssl/self-signed/enforce", FTPS_FTP_SSL, "self-signed", ENFORCE, needs="ftp-ssl", statuses=(1,),
         said="certificate verify failed", never="USER anonymous", events=(BLOCKED,)),
    ftps("curl/self-signed/enforce", FTPS_CURL, "self-signed", ENFORCE, statuses=(60,), events=(BLOCKED,)),

    qt("good/plain", "good", None, said="errors:", not_said="encrypted"),
    qt("good/enforce", "good", ENFORCE, said="errors:", not_said="encrypted", events=(ALLOWED,)),
    qt("good/extend", "good", EXTEND, said="encrypted", not_said="errors:", events=(ALLOWED,)),
    qt("self-signed/extend", "self-signed", EXTEND, said="certificate verify failed", not_said="encrypted",
       events=(BLOCKED,)),
)
