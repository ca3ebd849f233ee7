"""CPU time of whole processes, user and system, and the system calls of a handshake.

What instruction counts leave out is the kernel's part. CPU time wavers with whatever else the machine does: both sides
run in turns, medians are compared, and an aim that is not reached is shown but fails nothing. System calls are counted.
"""
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.request

CONTAINER = {"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt", "SSL_CERT_DIR": "/etc/ssl/certs",
             "http_proxy": "http://proxy.example:3128"}
NGINX = """
daemon off; worker_processes 1; user root; pid {directory}/{name}.pid; error_log /dev/null;
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi; uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass https://localhost:{upstream}; proxy_ssl_session_reuse off;
            proxy_ssl_server_name on; proxy_ssl_name localhost;
        }}
    }}
}}
"""


def seconds(command, environment):
    """CPU time of one run."""
    quiet = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in (0, 1, 2)]
    child = os.posix_spawnp(command[0], command, {"PATH": os.environ["PATH"], **environment}, file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed ({status})")
    return usage.ru_utime + usage.ru_stime


def in_turns(name, ours, theirs, count):
    """Medians of both; how far it is shows on a terminal, as a row may take a minute."""
    pairs = []
    for i in range(count):
        if sys.stdout.isatty():
            print(f"\r{name}: {i}/{count}\033[K", end="", flush=True)
        pairs.append((ours(), theirs()))
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)
    return [statistics.median(side) for side in zip(*pairs)]


class Nginx:
    """A proxy that is a TLS client: a fresh handshake for each request."""

    def __init__(self, bench, directory, name, upstream, environment):
        self.port = bench.free_port()
        path = os.path.join(directory, f"{name}.conf")
        with open(path, "w") as file:
            file.write(NGINX.format(directory=directory, name=name, port=self.port, upstream=upstream))
        self.master = subprocess.Popen(["nginx", "-c", path], env={"PATH": os.environ["PATH"], **environment},
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.ask()
                break
            except OSError:
                time.sleep(0.05)
        else:
            sys.exit("nginx did not start, or its requests fail")
        with open(f"/proc/{self.master.pid}/task/{self.master.pid}/children") as file:
            self.worker = file.read().split()[0]

    def ask(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as answer:
            answer.read()

    def seconds(self, requests=100):
        """CPU time of the worker for that many requests."""
        def used():
            with open(f"/proc/{self.worker}/schedstat") as file:
                return int(file.read().split()[0]) / 1e9
        before = used()
        for _ in range(requests):
            self.ask()
        return used() - before

    def stop(self):
        self.master.terminate()
        self.master.wait()


def process_rows(bench, directory, port):
    client = f"{bench.BUILD}/bench/client"
    empty, ours = {"LD_PRELOAD": f"{bench.BUILD}/bench/empty.so"}, {"LD_PRELOAD": bench.LIBRARY}
    own_ca = bench.write_policy(directory, "own.conf", [f"{directory}/ca.pem"])
    system = bench.write_policy(directory, "system.conf", ["system", f"{directory}/ca.pem"])
    bundle = {"SSL_CERT_FILE": f"{directory}/bundle.pem"}
    curl = ["curl", "-sk", "-o", "/dev/null", f"https://localhost:{port}/"]
    never = [client, "localhost", port, "100", "never", "shared"]
    verify = [client, "localhost", port, "100", "verify", "shared", f"{directory}/ca.pem"]
    yield ("a program without TLS (/bin/true)", 1.05, 500,
           lambda: seconds(["/bin/true"], ours), lambda: seconds(["/bin/true"], empty))
    yield ("likewise, with a container's environment", 1.05, 500,
           lambda: seconds(["/bin/true"], {**ours, **CONTAINER}), lambda: seconds(["/bin/true"], {**empty, **CONTAINER}))
    yield ("a whole curl -k, against a bare one", 1.10, 60,
           lambda: seconds(curl, {**system, **bundle}), lambda: seconds(curl, bundle))
    yield ("100 handshakes, against own verification", 1.03, 7,
           lambda: seconds(never, own_ca), lambda: seconds(verify, {}))


def rows(bench, directory, port):
    yield from process_rows(bench, directory, port)
    own_ca = bench.write_policy(directory, "own.conf", [f"{directory}/ca.pem"])
    proxies = []
    try:
        for name, environment in (("with", own_ca), ("without", {})):
            proxies.append(Nginx(bench, directory, name, port, environment))
        yield "nginx, 100 requests with a handshake each", 1.10, 5, proxies[0].seconds, proxies[1].seconds
    finally:
        for proxy in proxies:
            proxy.stop()


def print_rows(bench, directory, port):
    print(f"\n{'CPU time, medians of interleaved runs':52} {'with tlsward':>14} {'without':>14} {'ratio':>7} {'aim':>7}")
    for name, aim, count, ours, theirs in rows(bench, directory, port):
        with_library, without = in_turns(name, ours, theirs, count)
        print(f"{name:52} {with_library * 1e3:11,.2f} ms {without * 1e3:11,.2f} ms {with_library / without:7.3f} {aim:7.2f}",
              flush=True)


def calls_per_handshake(directory, command, environment):
    """The median: once in a second it is looked whether files have changed, which is no part of a handshake."""
    trace = os.path.join(directory, "trace")
    subprocess.run(["strace", "-o", trace, *(part for item in environment.items() for part in ("-E", "=".join(item))),
                    *command], check=True, capture_output=True, env={"PATH": os.environ["PATH"]})
    with open(trace) as file:
        handshakes = re.split(r"^connect\(.*sin_port=htons\(" + command[2] + r"\).*$", file.read(), flags=re.M)[1:-1]
    return statistics.median_low([text.count("\n") for text in handshakes])


def print_calls(bench, directory, port):
    """The number of goals that are missed."""
    client = [f"{bench.BUILD}/bench/client", "localhost", port, "40"]
    system = bench.write_policy(directory, "system.conf", ["system", f"{directory}/ca.pem"])
    more = calls_per_handshake(directory, [*client, "never", "shared"], system) - \
        calls_per_handshake(directory, [*client, "verify", "shared", f"{directory}/ca.pem"], {})
    print(f"\n{'system calls':52} {'more':>14} {'goal':>14}")
    print(f"{'a handshake, trust = system and a file':52} {more:14,} {4:14,} {'' if more <= 4 else ' MISSED'}", flush=True)
    return int(more > 4)
