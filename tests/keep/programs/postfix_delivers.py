"""Delivers one message with a postfix of its own and prints what its log says: DIRECTORY PORT TOKEN.

postfix hands its daemons a new environment, so the library is named in its configuration, as an administrator would.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import time

MAIN = """
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = client.test
mydestination =
alias_maps =
relayhost = [127.0.0.2]:{port}
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = may
smtp_tls_loglevel = 1
import_environment = MAIL_CONFIG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME {ours}
"""

MASTER = """
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n -  0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n -  - trivial-rewrite
bounce    unix  - - n -  0 bounce
defer     unix  - - n -  0 bounce
trace     unix  - - n -  0 bounce
proxymap  unix  - - n -  - proxymap
smtp      unix  - - n -  - smtp
error     unix  - - n -  - error
retry     unix  - - n -  - error
scache    unix  - - n -  1 scache
postlog   unix-dgram n - n - 1 postlogd
"""
SECONDS = 600  # only what hangs takes so long


def configure(directory, port):
    ours = [f"{name}={os.environ[name]}" for name in ("LD_PRELOAD", "TLSWARD_POLICY") if name in os.environ]
    configuration = directory / "configuration"
    for name in ("configuration", "queue", "data"):
        (directory / name).mkdir()
    shutil.chown(directory / "data", "postfix")
    (configuration / "main.cf").write_text(MAIN.format(directory=directory, port=port, ours=" ".join(ours)))
    (configuration / "master.cf").write_text(MASTER)
    for name in ("dynamicmaps.cf", "postfix-files"):
        shutil.copy(f"/etc/postfix/{name}", configuration)
    return configuration


def plain_environment():
    return {name: value for name, value in os.environ.items() if name not in ("LD_PRELOAD", "TLSWARD_POLICY")}


def wait_for(log, text):
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if log.exists() and text in log.read_text():
            return
        time.sleep(0.05)


def main():
    directory, port, token = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    configuration = configure(directory, port)
    environment = plain_environment()
    postfix = ["postfix", "-c", configuration]
    log = directory / "maillog"
    subprocess.run([*postfix, "start"], env=environment, check=False)
    try:
        subprocess.run(["sendmail", "-C", configuration, "-f", "a@client.test", "b@server.test"], env=environment,
                       input=f"Subject: {token}\n\ntext\n", text=True, check=True)
        wait_for(log, "status=")
    finally:
        subprocess.run([*postfix, "stop"], env=environment, check=False)
        print(log.read_text() if log.exists() else "no log")


main()
