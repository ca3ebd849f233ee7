#!/usr/bin/python3
"""What the library costs, as ratios of instruction counts taken side by side: bench.py BUILD_DIRECTORY

Each row runs two commands under `valgrind --tool=callgrind`, which counts instructions instead of seconds, so the
figures hardly depend on what else the machine is doing. What these leave out is in cpu.py. Exit status 1 if a goal is
missed.
"""
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

import cpu
import fleet
import reading
import scanning

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
LIBRARY = os.path.join(BUILD, "libtlsward.so")
SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
HASHED_DIRECTORY = "/etc/ssl/certs"


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options)


def instructions(command, environment):
    """Instructions of the whole command; the environment is the same for both sides but for what is measured."""
    result = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
        env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode != 0 or not collected:
        sys.exit(f"{' '.join(command)} failed ({result.returncode}):\n{result.stderr}")
    return int(collected.group(1))


def per_round(command, environment, few, many):
    """Instructions of one round, with start-up taken out: {count} in the command is the number of rounds."""
    def count(rounds):
        return instructions([part.format(count=rounds) for part in command], environment)
    return (count(many) - count(few)) // (many - few)


def make_certificates(directory):
    def path(name):
        return os.path.join(directory, name)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=Bench CA", "-keyout", path("ca.key"), "-out", path("ca.pem"))
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=bench",
        "-keyout", path("server.key"), "-out", path("server.csr"))
    with open(path("extensions"), "w") as file:
        file.write("subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n")
    run("openssl", "x509", "-req", "-in", path("server.csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
        "-CAcreateserial", "-days", "2", "-extfile", path("extensions"), "-out", path("server.pem"))
    with open(path("bundle.pem"), "w") as bundle:
        for part in (SYSTEM_BUNDLE, path("ca.pem")):
            with open(part) as file:
                bundle.write(file.read())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server(directory):
    port = free_port()
    server = subprocess.Popen(
        ["openssl", "s_server", "-www", "-quiet", "-accept", f"127.0.0.1:{port}", "-num_tickets", "0",
         "-cert", f"{directory}/server.pem", "-key", f"{directory}/server.key"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server, str(port)
        except OSError:
            time.sleep(0.05)
    sys.exit("openssl s_server did not start")


def write_policy(directory, name, trust):
    path = os.path.join(directory, name)
    with open(path, "w") as policy:
        policy.write("[policy]\nmode = enforce\nlog = file:/dev/null\n" + "".join(f"trust = {t}\n" for t in trust))
    os.chmod(path, 0o644)
    return {"LD_PRELOAD": LIBRARY, "TLSWARD_POLICY": path}


def rows(directory, port):
    client, plain = f"{BUILD}/bench/client", f"{BUILD}/bench/plain"
    empty = {"LD_PRELOAD": f"{BUILD}/bench/empty.so"}
    ours = {"LD_PRELOAD": LIBRARY}
    own_ca = write_policy(directory, "own.conf", [f"{directory}/ca.pem"])
    system = write_policy(directory, "system.conf", ["system", f"{directory}/ca.pem"])
    url = f"https://localhost:{port}/"

    yield ("a program without TLS starts (/bin/true)", 1.05,
           lambda: instructions(["/bin/true"], ours), lambda: instructions(["/bin/true"], empty))
    yield ("likewise, with a container's environment", 1.045, lambda: instructions(["/bin/true"], {**ours, **cpu.CONTAINER}),
           lambda: instructions(["/bin/true"], {**empty, **cpu.CONTAINER}))
    lookups = [plain, "localhost", port, "{count}"]
    yield ("1,000 connect and getaddrinfo calls", 1.05,
           lambda: per_round(lookups, ours, 0, 1000), lambda: per_round(lookups, empty, 0, 1000))
    yield ("a handshake, against the program's own verification", 1.02,
           lambda: per_round([client, "localhost", port, "{count}", "never", "shared"], own_ca, 5, 25),
           lambda: per_round([client, "localhost", port, "{count}", "verify", "shared", f"{directory}/ca.pem"], {}, 5, 25))
    yield ("a whole curl -k, against a whole verifying curl", 0.25,
           lambda: instructions(["curl", "-sk", "-o", "/dev/null", url], system),
           lambda: instructions(["curl", "-s", "--cacert", f"{directory}/bundle.pem", "-o", "/dev/null", url], {}))
    yield ("a context per connection, likewise", 0.05,
           lambda: per_round([client, "localhost", port, "{count}", "never", "each"], system, 1, 6),
           lambda: per_round([client, "localhost", port, "{count}", "verify", "each", f"{directory}/bundle.pem"], {}, 1, 6))


def anchor_rows(directory, port):
    """What the host's own anchors cost a process, on top of a single one: read, indexed and searched by a handshake."""
    handshake = [f"{BUILD}/bench/client", "localhost", port, "1", "never", "shared"]
    own_ca = write_policy(directory, "own.conf", [f"{directory}/ca.pem"])
    system = write_policy(directory, "system.conf", ["system", f"{directory}/ca.pem"])
    without = instructions(handshake, own_ca)
    for name, goal, file, directories in (
            ("trust = system: a bundle file", 2_000_000, SYSTEM_BUNDLE, "/nonexistent"),
            ("trust = system: a bundle file and a hashed directory", 2_000_000, SYSTEM_BUNDLE, HASHED_DIRECTORY),
            ("trust = system: a hashed directory", 500_000, "/nonexistent", HASHED_DIRECTORY)):
        places = {"SSL_CERT_FILE": file, "SSL_CERT_DIR": directories}
        yield name, goal, instructions(handshake, {**system, **places}) - without


def print_anchor_rows(directory, port):
    """The number of goals that are missed."""
    missed = 0
    with open(SYSTEM_BUNDLE) as bundle:
        count = bundle.read().count("BEGIN CERTIFICATE")
    print(f"\n{f'instructions, {count} certificates':52} {'more':>14} {'goal':>14}")
    for name, goal, more in anchor_rows(directory, port):
        missed += more > goal
        print(f"{name:52} {more:14,} {goal:14,} {'' if more <= goal else ' MISSED'}", flush=True)
    return missed


def count_fleet(directory, port):
    """The goals that are missed."""
    missed = 0
    for name, goal, measure, unit in fleet.rows(sys.modules[__name__], directory, port):
        value = measure()
        missed += value > goal
        shown = f"{value:14.3f} {goal:14.2f}" if unit == "ratio" else f"{value:14,} {goal:14,}"
        print(f"{name:52} {shown} {unit} {'' if value <= goal else ' MISSED'}", flush=True)
    return missed


def main():
    missed = 0
    with tempfile.TemporaryDirectory(prefix="tlsward-bench.") as directory:
        make_certificates(directory)
        server, port = start_server(directory)
        try:
            print(f"{'instructions':52} {'with tlsward':>14} {'without':>14} {'ratio':>7} {'goal':>7}")
            for name, goal, ours, theirs in rows(directory, port):
                with_library, without = ours(), theirs()
                ratio = with_library / without
                missed += ratio > goal
                print(f"{name:52} {with_library:14,} {without:14,} {ratio:7.3f} {goal:6.2f} {'' if ratio <= goal else ' MISSED'}",
                      flush=True)
            missed += print_anchor_rows(directory, port)
            missed += count_fleet(directory, port)
            missed += cpu.print_calls(sys.modules[__name__], directory, port)
            cpu.print_rows(sys.modules[__name__], directory, port)
            missed += reading.print_rows(sys.modules[__name__], directory)
            missed += scanning.print_rows(sys.modules[__name__], directory)
        finally:
            server.terminate()
            server.wait()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
