"""Where a program gets a peer's address from, and the name and source that have to be known for it.

Words in braces are filled in: port (the TLS server's), proxy, frontend (a service's) and spare (where somebody listens)
are ports; programs, library and directory are paths.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"

# The hosts file. second.test is one more name of the same address, alias.test an alias as hosts(5) has them.
HOSTS = """
127.0.0.1 localhost
127.0.0.1 good.test
127.0.0.1 second.test
127.0.0.2 canonical.test alias.test
127.0.0.3 xn--bcher-kva.test
127.0.0.4 proxy.test
192.0.2.1 routed.test
::1 six.test
""" + f"127.0.0.1 {os.uname().nodename}\n"
NAME_SERVER = "127.0.0.53"  # an address of its own, because dig looks it up as well
# What the name server answers: a name, and the canonical name whose address is 127.0.0.5.
CANONICAL = {"cname.test": "farm.test"}
CANONICAL_ADDRESS = "127.0.0.5"
SCOPED = "fe80::1"  # on the loopback interface
SOCKS = ("127.0.0.6", 1080)
ROUTED = "192.0.2.1"  # likewise: with no address but loopback, AI_ADDRCONFIG would find nothing, getaddrinfo(3)

ADDRESS_ONLY = "only the peer's address is known"
BEHIND_PROXY = "the peer is behind a proxy"
SEVERAL = "several names lead to this address, and the certificate is not for each of them: "
NONE_LEFT = "no descriptor was shown, and this thread has no open connection"
SEVERAL_LEFT = "no descriptor was shown, and this thread has several connections"
BETWEEN = "the connection does not lead to the address that was asked for"
IN_FRONT = "another preloaded library stands before this one"

NGINX = """
user root;
daemon off;
pid {directory}/pid;
error_log {directory}/log info;
events {{}}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/temp;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    server {{
        listen 127.0.0.1:{frontend};
        location / {{ proxy_pass https://good.test:{port}; }}
    }}
}}
"""
HAPROXY = """
global
    nbthread 1
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
listen front
    bind 127.0.0.1:{frontend}
    server back good.test:{port} ssl verify none
"""


@dataclass(frozen=True)
class Row:
    name: str
    command: tuple
    expected: str = "good.test"  # tlsward.expected_name; empty: unknown
    source: str = "resolver"  # tlsward.name_source
    weak: bool = False  # tlsward.name_weak
    message: str = ""  # begins tlsward.message of a handshake that was blocked
    policy: str = ""  # more of the [policy] section, and rules
    environment: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)  # in the row's directory, by name
    lingers: bool = False  # may go on for long after the handshake
    server: str = "tls"  # in servers.KINDS
    proxy: bool = False  # a proxy runs on port {proxy}
    proxy_kind: str = "proxy"  # or "https-proxy", whose own handshake is good and is not looked at
    at_proxy: bool = True  # that is whom events say the connection goes to, where there is one
    service: bool = False  # the command stays and connects when somebody asks it on port {frontend}
    address_known: bool = True
    port: int = 0  # that events tell, where it is neither the server's nor the proxy's
    certificate: str = "good.test"  # its names, with which the handshake passes; empty: it never does
    action: str = "blocked"  # what becomes of it with another certificate
    needs: str = ""  # a shell command that fails where a part of the program is not installed


def story(name, steps, **rest):
    """A row of the program story.c."""
    return Row(name, ("{programs}/story", *steps.split()), **rest)


def unknown(name, steps, message, **rest):
    return story(name, steps, **{"expected": "", "source": "unknown", "message": message, "certificate": ""} | rest)


def several(name, steps, names=("good.test", "second.test"), **rest):
    """A certificate for all of the names passes, and one for one of them does not make a known name of it."""
    return story(name, steps, expected=" ".join(names), certificate=" ".join(names),
                 **{"message": SEVERAL + " ".join(names)} | rest)


def address_only(name, steps, **rest):
    """The certificate carries names only, so nothing passes."""
    values = {"expected": "127.0.0.1", "source": "address", "message": ADDRESS_ONLY, "certificate": ""}
    return story(name, steps, **values | rest)


def service(name, command, config, **rest):
    return Row(name, command, files={"config": config}, service=True, **rest)


RULE = """
[rule named]
destination = {destination}
name = good.test
"""
NAME_OF_ADDRESS = {"policy": RULE.format(destination="127.0.0.1:{port}"), "expected": "good.test", "source": "policy",
                   "message": "", "certificate": "good.test"}
NAME_OF_PROXY = {"policy": RULE.format(destination="proxy.test:{proxy}"), "expected": "good.test", "source": "policy",
                 "message": "", "certificate": "good.test"}
HOST = os.uname().nodename.lower()
NAME_OF_PROXY_ADDRESS = NAME_OF_PROXY | {"policy": RULE.format(destination="127.0.0.4:{proxy}")}
PROXIED = "lookup:proxy.test connect:{proxy} proxy:127.0.0.1:{port} tls"

CURL = ("curl", "-sSk", "--proxy-insecure", "https://good.test:1/")
PROXYCHAINS = """
strict_chain
proxy_dns
[ProxyList]
http 127.0.0.4 {proxy}
"""


def proxychains(name, libraries, steps, **rest):
    """Another preloaded library connects to a proxy where the program asked for the peer."""
    values = {"LD_PRELOAD": libraries, "PROXYCHAINS_CONF_FILE": "{directory}/proxychains.conf",
              "PROXYCHAINS_QUIET_MODE": "1"}
    command = ("{programs}/story", *steps.split())
    return Row(name, command, **{"environment": values, "files": {"proxychains.conf": PROXYCHAINS}, "proxy": True} | rest)


TSOCKS = f"""
local = 127.0.0.0/255.0.0.0
server = {SOCKS[0]}
server_port = {SOCKS[1]}
server_type = 5
"""


def tsocks(name, libraries, **rest):
    values = {"LD_PRELOAD": libraries, "TSOCKS_CONF_FILE": "{directory}/tsocks.conf"}
    names = {"expected": "routed.test", "certificate": "routed.test"}
    return story(name, "lookup:routed.test connect:{port} tls", environment=values, files={"tsocks.conf": TSOCKS},
                 **names | rest)


ROWS = (
    story("one-name", "lookup:good.test connect:{port} tls"),
    story("hostent", "lookup-hostent:good.test connect:{port} tls"),
    several("two-names", "lookup:good.test lookup:second.test connect:{port} tls"),
    several("two-names-the-first-connected-before", "lookup:good.test connect:{spare} lookup:second.test connect:{port} tls"),
    several("two-names-the-latest-looked-up-again",
            "lookup:good.test lookup:second.test connect:{spare} lookup:good.test connect:{port} tls"),
    several("two-names-one-in-another-thread", "lookup-thread:good.test lookup:second.test connect:{port} tls"),
    several("two-names-the-second-after-the-connect", "lookup:good.test connect:{port} lookup:second.test tls"),
    several("two-names-without-descriptor", "lookup:good.test lookup:second.test connect:{port} tls-memory", weak=True),
    several("name-and-literal", "lookup:good.test lookup:127.0.0.1 connect:{port} tls", names=("good.test", "127.0.0.1")),
    several("two-names-and-a-rule-that-allows-unknown-ones", "lookup:good.test lookup:second.test connect:{port} tls",
            policy="unknown-name = allow\n", action="allowed"),
    story("own-host-name-first", f"lookup:{HOST} lookup:good.test connect:{{port}} tls"),
    story("own-host-name-later", f"lookup:good.test connect:{{port}} lookup:{HOST} tls"),
    story("own-host-name-alone", f"lookup:{HOST} connect:{{port}} tls", expected=HOST, certificate=HOST),
    unknown("names-forgotten", "lookup:second.test flood:1024 lookup:good.test connect:{port} tls", "a name that led to this address is forgotten"),
    story("lookup-in-another-thread", "lookup-thread:good.test connect:{port} tls"),
    story("connect-in-another-thread", "lookup:good.test connect-thread:{port} tls"),
    story("nonblocking", "lookup:good.test connect-nonblocking:{port} tls-memory", weak=True),
    story("interrupted", "lookup:good.test connect:{port} tls-memory", weak=True,
          environment={"LD_PRELOAD": "{library} {programs}/interrupted.so"}),
    story("datagram", "lookup:good.test connect-datagram:{port} dtls", server="dtls-any"),
    story("descriptor-of-another-process", "lookup:good.test connect-child:{port} tls"),
    story("resolved-before-fork", "lookup:good.test fork connect:{port} tls"),
    story("resolved-and-connected-before-fork", "lookup:good.test connect:{port} fork tls"),
    story("fast-open", "lookup:good.test fast-open:{port} tls"),
    unknown("fast-open-with-the-hello", "lookup:good.test fast-open-later:{port} tls-fast-open",
            "the descriptor is no Internet socket, or was not connected when the handshake began"),
    unknown("unix-socket", "relay:{port} tls", "the descriptor is no Internet socket", address_known=False),
    story("many-descriptors", "descriptors:1100 lookup:good.test connect:{port} tls"),
    story("many-descriptors-without-one-shown", "descriptors:1100 lookup:good.test connect:{port} tls-memory", weak=True),
    address_only("lookup-in-another-process", "lookup-child:good.test connect:{port} tls"),
    address_only("lookup-in-another-process-with-rule", "lookup-child:good.test connect:{port} tls", **NAME_OF_ADDRESS),
    story("getaddrinfo_a", "lookup-wait:good.test connect:{port} tls"),
    story("getaddrinfo_a-nowait", "lookup-nowait:good.test connect:{port} tls"),
    story("cname", "lookup:cname.test connect:{port} tls", expected="cname.test", certificate="cname.test"),
    story("hosts-alias", "lookup:alias.test connect:{port} tls", expected="alias.test", certificate="alias.test"),
    story("idn", "lookup-idn:bücher.test connect:{port} tls", expected="xn--bcher-kva.test",
          certificate="xn--bcher-kva.test"),
    story("ipv6", "lookup:six.test connect:{port} tls", expected="six.test", certificate="six.test"),
    story("ipv6-scope", f"lookup:{SCOPED}%lo connect:{{port}} tls", expected=SCOPED, source="address",
          certificate="address", message=ADDRESS_ONLY),
    story("literal", "lookup:127.0.0.1 connect:{port} tls", expected="127.0.0.1", source="address",
          certificate="address", message=ADDRESS_ONLY),
    story("no-descriptor", "lookup:good.test connect:{port} tls-memory", weak=True),
    unknown("no-descriptor-refused", "lookup:good.test connect:{port} tls-memory", "no descriptor was shown, and weak-names",
            policy="weak-names = refuse\n"),
    unknown("no-descriptor-two-connections", "lookup:good.test connect:{spare} connect:{port} tls-memory", SEVERAL_LEFT,
            address_known=False),
    unknown("no-descriptor-connected-in-another-thread", "lookup:good.test connect-thread:{port} tls-memory", NONE_LEFT,
            address_known=False),

    story("connect-bio", "connect-bio:good.test:{port} tls-bio", source="bio"),

    story("proxy-not-told", PROXIED, proxy=True, expected="proxy.test", certificate="proxy.test"),
    *(unknown(variable, PROXIED, BEHIND_PROXY, proxy=True, environment={variable: "http://proxy.test:{proxy}"})
      for variable in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")),
    story("HTTP_PROXY-does-not-count", PROXIED, proxy=True, expected="proxy.test", certificate="proxy.test",
          environment={"HTTP_PROXY": "http://proxy.test:{proxy}"}),
    unknown("proxy-by-address", PROXIED, BEHIND_PROXY, proxy=True, environment={"https_proxy": "127.0.0.4:{proxy}"}),
    unknown("proxy-given-as-address", PROXIED.replace("proxy.test", "127.0.0.4"), BEHIND_PROXY, proxy=True,
            policy="proxy = 127.0.0.4\n"),
    unknown("proxy-of-policy", PROXIED, BEHIND_PROXY, proxy=True, policy="proxy = proxy.test:{proxy}\n"),
    unknown("proxy-without-descriptor", PROXIED + "-memory", BEHIND_PROXY, proxy=True,
            policy="proxy = proxy.test:{proxy}\n"),
    story("another-port-is-no-proxy", PROXIED, proxy=True, expected="proxy.test", certificate="proxy.test",
          policy="proxy = proxy.test:1\n"),
    unknown("proxy-connect-bio", "connect-bio:proxy.test:{proxy} proxy:127.0.0.1:{port} tls-bio", BEHIND_PROXY, proxy=True,
            policy="proxy = proxy.test:{proxy}\n"),
    story("proxy-with-rule", PROXIED, proxy=True, environment={"https_proxy": "proxy.test:{proxy}"}, **NAME_OF_PROXY),
    Row("https-proxy-of-the-environment", CURL, "127.0.0.4", "address", message=ADDRESS_ONLY, server="https-proxy",
        environment={"https_proxy": "https://127.0.0.4:{port}"}, certificate="127.0.0.4", weak=True),
    Row("https-proxy-by-option", (*CURL, "--proxy", "https://127.0.0.4:{port}"), "127.0.0.4", "address",
        message=ADDRESS_ONLY, server="https-proxy", certificate="127.0.0.4", weak=True),
    Row("https-proxy-of-the-policy", (*CURL, "--proxy", "https://127.0.0.4:{port}"), "127.0.0.4", "address",
        message=ADDRESS_ONLY, server="https-proxy", certificate="127.0.0.4", weak=True, policy="proxy = https://127.0.0.4:{port}\n"),
    unknown("https-proxy-with-another-inside", "lookup:proxy.test connect:{proxy} tls-proxy:127.0.0.1:{port} tls-inside",
            BEHIND_PROXY, proxy=True, proxy_kind="https-proxy", policy="proxy = https://proxy.test:{proxy}\n"),
    Row("curl-proxy", ("curl", "-sSk", "https://good.test:{port}/"), source="sni", proxy=True,
        environment={"https_proxy": "http://proxy.test:{proxy}"}),

    proxychains("proxychains", "{library} libproxychains.so.4", "lookup:good.test connect:{port} tls", at_proxy=False),
    proxychains("proxychains-without-descriptor", "{library} libproxychains.so.4", "lookup:good.test connect:{port} tls-memory",
                at_proxy=False, weak=True),
    proxychains("proxychains-by-address", "{library} libproxychains.so.4", "lookup-child:good.test connect:{port} tls",
                at_proxy=False, expected="", source="unknown", certificate="", message=BETWEEN),
    tsocks("tsocks", "{library} libtsocks.so.1"),
    tsocks("tsocks-before-the-library", "libtsocks.so.1 {library}", expected="", source="unknown", certificate="",
           message=IN_FRONT, address_known=True, port=SOCKS[1]),
    proxychains("proxychains-before-the-library", "libproxychains.so.4 {library}", "lookup:good.test connect:{port} tls",
                expected="", source="unknown", certificate="", message=IN_FRONT),
    proxychains("proxychains-before-the-library-with-rule", "libproxychains.so.4 {library}",
                "lookup:good.test connect:{port} tls", **NAME_OF_PROXY_ADDRESS),

    Row("s3270", ("s3270", "-xrm", "s3270.verifyHostCert: false", "L:good.test:{port}"), lingers=True),
    Row("dig", ("dig", "+tls", "+tries=1", "+timeout=300", "-p", "{port}", "@good.test", "example.test"), weak=True,
        lingers=True),
    Row("twisted", (PYTHON, str(HERE / "twisted_client.py"), "good.test", "{port}"), weak=True,
        needs=f"{PYTHON} -c 'import twisted.internet.ssl'"),
    Row("asyncio", (PYTHON, str(HERE / "asyncio_client.py"), "0", "good.test", "{port}"), weak=True),
    Row("asyncio-with-many-descriptors", (PYTHON, str(HERE / "asyncio_client.py"), "1100", "good.test", "{port}"), weak=True),
    Row("swaks-looks-up-its-own-host-first", ("swaks", "--tls", "--silent", "2", "-s", "good.test", "-p", "{port}", "-f",
                                              "from@good.test", "-t", "to@good.test"), server="smtp"),
    Row("tcl", ("tclsh", str(HERE / "tcl_client.tcl"), "good.test", "{port}"), weak=True,
        needs="echo 'exit [catch {package require tls}]' | tclsh"),
    service("nginx", ("nginx", "-e", "{directory}/log", "-p", "{directory}", "-c", "{directory}/config"), NGINX),
    service("haproxy", ("haproxy", "-f", "{directory}/config"), HAPROXY, weak=True),
)
