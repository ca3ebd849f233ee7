"""Delivers one message with dma: PORT TOKEN, in a root directory of its own.

dma is setgid, so that only /etc/ld.so.preload reaches it. What it cannot deliver it tries again much later, and sleeps
until then.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import time

CONFIG = """
SMARTHOST 127.0.0.2
PORT {port}
SECURETRANSFER
STARTTLS
OPPORTUNISTIC_TLS
MAILNAME client.test
"""
ASLEEP = "hrtimer_nanosleep"  # proc_pid_wchan(5)


def install_library():
    pathlib.Path("/etc/tlsward").mkdir(exist_ok=True)
    shutil.copy(os.environ.pop("TLSWARD_POLICY"), "/etc/tlsward/policy.conf")
    pathlib.Path("/etc/ld.so.preload").write_text(os.environ.pop("LD_PRELOAD") + "\n", encoding="ascii")


def is_asleep(process):
    return pathlib.Path(f"/proc/{process.pid}/wchan").read_text(encoding="ascii") == ASLEEP


def main():
    port, token = sys.argv[1:]
    pathlib.Path("/etc/dma/dma.conf").write_text(CONFIG.format(port=port), encoding="ascii")
    if "LD_PRELOAD" in os.environ:
        install_library()
    message = f"Subject: {token}\n\ntext\n".encode()
    dma = subprocess.Popen(["dma", "-D", "-f", "a@client.test", "b@server.test"], stdin=subprocess.PIPE)
    dma.stdin.write(message)
    dma.stdin.close()
    while dma.poll() is None and not is_asleep(dma):
        time.sleep(0.02)
    print("delivered" if dma.poll() == 0 else "deferred")
    dma.kill()
    dma.wait()


main()
