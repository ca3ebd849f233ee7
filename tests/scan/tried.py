"""The spellings that the table of rules says were tried: each is, on the real program, against a server whose
certificate nobody should trust. Without the switch nothing gets through to the server; with it, the request does.

A row is the rule's id, a shell command, and what is put into its environment or its place {} to switch verification
off; `instead` is what stands there otherwise. {url} is where a request would be seen, {port} and {ca} the server's.
"""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from patience import HANG_SECONDS
from runner import Row, needs

SOURCE = Path(__file__).resolve().parents[2]
TABLE = (SOURCE / "tools" / "scan" / "rule_table.c").read_text()


@dataclass(frozen=True)
class Try:
    rule: str
    name: str
    command: str
    off: str = ""
    instead: str = ""
    variables: dict = field(default_factory=dict)  # what the switch is, where it is in the environment
    others: dict = field(default_factory=dict)  # values that do not switch
    files: dict = field(default_factory=dict)  # {} is the switch in them
    needs: tuple = ()


PYTHON = (needs.program("/usr/bin/python3"),)
NODE = "node --dns-result-order=ipv4first -e \"require('https').get('{url}', {{OPTIONS}}, r => r.resume()).on('error', () => process.exit(1))\""
REQUESTS = (needs.module("requests"),)

TRIES = [
    Try("curl-insecure-option", "alone", "curl -s {} {url}", "-k"),
    Try("curl-insecure-option", "in-a-bundle", "curl {} {url}", "-fsSLk", "-fsSL"),
    Try("curl-insecure-option", "long", "curl -s {} {url}", "--insecure"),
    Try("curl-insecure-config", "insecure", "curl -s {url}", "insecure", files={"home/.curlrc": "{}\n"}),
    Try("curl-insecure-config", "dashes", "curl -s {url}", "--insecure", files={"home/.curlrc": "{}\n"}),
    Try("curl-insecure-config", "short", "curl -s {url}", "-k", files={"home/.curlrc": "{}\n"}),
    Try("libcurl-verify-off", "php", "php -r '$c = curl_init(\"{url}\"); curl_setopt($c, CURLOPT_SSL_VERIFYPEER, {}); "
        "curl_setopt($c, CURLOPT_SSL_VERIFYHOST, 0); curl_exec($c);'", "false", "true", needs=(needs.success("php -r 'exit(function_exists(\"curl_init\") ? 0 : 1);'"),)),
    Try("wget-no-check-option", "no-check", "wget -q -t 1 -O - {} {url}", "--no-check-certificate", needs=(needs.program("wget"),)),
    Try("wget-no-check-option", "off", "wget -q -t 1 -O - {} {url}", "--check-certificate=off", "--check-certificate=on", needs=(needs.program("wget"),)),
    Try("wget-no-check-option", "quiet", "wget -q -t 1 -O - {} {url}", "--check-certificate=quiet", needs=(needs.program("wget"),)),
    Try("wget-no-check-config", "off", "wget -q -t 1 -O - {url}", "check_certificate = off", files={"home/.wgetrc": "{}\n"}, needs=(needs.program("wget"),)),
    Try("wget-no-check-config", "other-spelling", "wget -q -t 1 -O - {url}", "check-certificate = quiet", files={"home/.wgetrc": "{}\n"}, needs=(needs.program("wget"),)),
    Try("git-no-verify-variable", "true", "git ls-remote {url}", variables={"GIT_SSL_NO_VERIFY": "true"}),
    Try("git-no-verify-variable", "even-false", "git ls-remote {url}", variables={"GIT_SSL_NO_VERIFY": "false"}),
    Try("git-no-verify-variable", "even-empty", "git ls-remote {url}", variables={"GIT_SSL_NO_VERIFY": ""}),
    Try("git-sslverify-off", "option", "git {} ls-remote {url}", "-c http.sslVerify=false", "-c http.sslVerify=true"),
    Try("git-sslverify-off", "empty", "git {} ls-remote {url}", "-c http.sslVerify=", "-c http.sslVerify"),
    Try("git-sslverify-off", "pair-of-variables", "git ls-remote {url}",
        variables={"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.sslVerify", "GIT_CONFIG_VALUE_0": "off"},
        others={"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.sslVerify", "GIT_CONFIG_VALUE_0": "on"}),
    Try("git-sslverify-config", "section", "git ls-remote {url}", "sslVerify = no", "sslVerify", files={"home/.gitconfig": "[http]\n\t{}\n"}),
    Try("npm-strict-ssl-off", "config", "npm view --registry={url} --fetch-retries=0 x", "strict-ssl=false", "strict-ssl=true", files={"home/.npmrc": "{}\n"}, needs=(needs.program("npm"),)),
    Try("npm-strict-ssl-off", "option", "npm view --registry={url} --fetch-retries=0 {} x", "--strict-ssl=false", needs=(needs.program("npm"),)),
    Try("npm-no-strict-ssl-option", "option", "npm view --registry={url} --fetch-retries=0 {} x", "--no-strict-ssl", needs=(needs.program("npm"),)),
    Try("node-reject-unauthorized-variable", "zero", NODE.replace("OPTIONS", ""), variables={"NODE_TLS_REJECT_UNAUTHORIZED": "0"},
        others={"NODE_TLS_REJECT_UNAUTHORIZED": "false"}, needs=(needs.program("node"),)),
    Try("node-reject-unauthorized-off", "option", NODE.replace("OPTIONS", "{}"), "rejectUnauthorized: false", "rejectUnauthorized: true", needs=(needs.program("node"),)),
    Try("node-name-check-off", "nothing", NODE.replace("OPTIONS", "ca: require('fs').readFileSync('{ca}'), {}"),
        "checkServerIdentity: () => undefined", "agent: false", needs=(needs.program("node"),)),
    Try("python-verify-false", "requests", "/usr/bin/python3 -W ignore -c 'import requests; requests.get(\"{url}\"{})'", ", verify=False", needs=REQUESTS),
    Try("python-unverified-context", "context", "/usr/bin/python3 -c 'import ssl, urllib.request as u; u.urlopen(\"{url}\"{})'",
        ", context=ssl._create_unverified_context()", needs=PYTHON),
    Try("python-hostname-check-off", "context", "/usr/bin/python3 -c 'import ssl, urllib.request as u; c = ssl.create_default_context(cafile=\"{ca}\"); "
        "c.check_hostname = {}; u.urlopen(\"{url}\", context=c)'", "False", "True", needs=PYTHON),
    Try("python-ssl-false", "aiohttp", "/usr/bin/python3 -c 'import asyncio, aiohttp\nasync def f():\n async with aiohttp.ClientSession() as s:\n"
        "  await s.get(\"{url}\"{})\nasyncio.run(f())'", ", ssl=False", needs=(needs.module("aiohttp"),)),
    Try("pip-trusted-host", "option", "/usr/bin/python3 -m pip download -q --no-deps --retries 0 --index-url {url} {} x", "--trusted-host localhost", needs=(needs.success("/usr/bin/python3 -m pip --version"),)),
    Try("pip-trusted-host-variable", "variable", "/usr/bin/python3 -m pip download -q --no-deps --retries 0 --index-url {url} x",
        variables={"PIP_TRUSTED_HOST": "localhost"}, needs=(needs.success("/usr/bin/python3 -m pip --version"),)),
    Try("pip-trusted-host-config", "file", "/usr/bin/python3 -m pip download -q --no-deps --retries 0 --index-url {url} x", "trusted-host = localhost",
        files={"home/.config/pip/pip.conf": "[global]\n{}\n"}, needs=(needs.success("/usr/bin/python3 -m pip --version"),)),
    Try("ruby-verify-none", "net-http", "ruby -rnet/http -e 'u = URI(\"{url}\"); h = Net::HTTP.new(u.host, u.port); h.use_ssl = true; "
        "h.verify_mode = OpenSSL::SSL::{}; h.get(u.path)'", "VERIFY_NONE", "VERIFY_PEER", needs=(needs.program("ruby"),)),
    Try("php-verify-peer-off", "stream", "php -r 'file_get_contents(\"{url}\", false, stream_context_create([\"ssl\" => "
        "[\"verify_peer\" => {}, \"verify_peer_name\" => false]]));'", "false", "true", needs=(needs.program("php"),)),
    Try("perl-verify-off", "socket", "perl -MIO::Socket::SSL -e '$s = IO::Socket::SSL->new(PeerAddr => \"localhost:{port}\"{}) or exit 1; "
        "print $s \"GET {path} HTTP/1.0\\r\\n\\r\\n\"; <$s>'", ", SSL_verify_mode => SSL_VERIFY_NONE", needs=(needs.success("perl -MIO::Socket::SSL -e 1"),)),
    Try("kubernetes-insecure-skip-tls-verify", "kubectl", "kubectl --server={url} --token=a {} get --raw {path}", "--insecure-skip-tls-verify", "--insecure-skip-tls-verify=false", needs=(needs.program("kubectl"),)),
    Try("kubernetes-config-insecure", "kubeconfig", "kubectl get --raw {path}", "true", "false", needs=(needs.program("kubectl"),),
        files={"home/.kube/config": "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts:\n- name: a\n  context:\n    cluster: a\n    user: a\nusers:\n- name: a\n  user:\n    token: a\n"
               "clusters:\n- name: a\n  cluster:\n    server: {base}\n    insecure-skip-tls-verify: {}\n"}),
    Try("openssl-s-client-unverified", "default", "(printf 'GET {path} HTTP/1.0\\r\\n\\r\\n'; sleep 1) | openssl s_client -quiet {} -connect localhost:{port}", "", "-verify_return_error"),
]


def reaches(fixture, tried, switched):
    """Whether the request of the program reached the server."""
    server = fixture.server
    path = f"/{tried.rule}/{tried.name}/{'off' if switched else 'on'}"
    place = fixture.fresh()
    words = {"url": server.url + path, "base": server.url, "path": path, "port": str(server.port), "ca": str(server.certificate)}
    switch = tried.off if switched else tried.instead

    def filled(text):
        for name, value in words.items():
            text = text.replace("{" + name + "}", value)
        return text.replace("{}", switch)
    for name, text in tried.files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(filled(text))
    (place / "home").mkdir(exist_ok=True)
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(place / "home"), "LANG": "C.UTF-8", "GIT_TERMINAL_PROMPT": "0"}
    command = filled(tried.command).replace("{{", "{").replace("}}", "}")
    subprocess.run(command, shell=True, cwd=place, env=environment | (tried.variables if switched else tried.others), stdin=subprocess.DEVNULL,
                   capture_output=True, timeout=HANG_SECONDS, check=False)
    return any(asked.startswith(path) for asked in server.asked)


def switches(tried):
    def check(fixture):
        assert not reaches(fixture, tried, False), "without the switch the request reaches the server as well"
        assert reaches(fixture, tried, True), "with the switch the request does not reach the server"
    return check


def tried_rules():
    return set(re.findall(r'\.id = "([^"]+)"(?:(?!\.id = ).)*?EVIDENCE_TRIED', TABLE, re.DOTALL))


def table_and_tries(_):
    """A rule that says it was tried has a row here, and only such."""
    ours = {tried.rule for tried in TRIES}
    assert ours == tried_rules(), f"tried here alone: {sorted(ours - tried_rules())}; not tried: {sorted(tried_rules() - ours)}"


def rows():
    yield Row("tried/as-the-table-of-rules-says", table_and_tries)
    for tried in TRIES:
        yield Row(f"tried/{tried.rule}/{tried.name}", switches(tried), tried.needs, seconds=2)
