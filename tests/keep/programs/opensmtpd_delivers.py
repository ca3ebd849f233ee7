"""Delivers one message with opensmtpd and prints its log: DIRECTORY PORT TOKEN, in a root directory of its own.

It speaks TLS in a process that has changed its root directory again; so that an event can be written from there,
DIRECTORY is there too.
"""
import pathlib
import smtplib
import subprocess
import sys
import time

USERS = ("opensmtpd", "opensmtpq")
EMPTY = "/var/lib/opensmtpd/empty"
SUBMISSION = 10025
CONFIG = """
listen on 127.0.0.1 port {submission}
action "out" relay host "smtp://127.0.0.2:{port}"
match from local for any action "out"
"""
SECONDS = 600  # only what hangs takes so long


def add_users():
    for number, name in enumerate(USERS, 790):
        with open("/etc/passwd", "a", encoding="ascii") as users, open("/etc/group", "a", encoding="ascii") as groups:
            users.write(f"{name}:x:{number}:{number}::{EMPTY}:/usr/sbin/nologin\n")
            groups.write(f"{name}:x:{number}:\n")


def open_into_prison(directory):
    inside = pathlib.Path(EMPTY + str(directory))
    inside.mkdir(parents=True)
    subprocess.run(["mount", "--bind", directory, inside], check=True)


def send(token):
    try:
        with smtplib.SMTP("127.0.0.1", SUBMISSION) as smtp:
            smtp.sendmail("a@client.test", "b@server.test", f"Subject: {token}\n\ntext\n")
    except ConnectionRefusedError:
        return False
    return True


def wait_for(is_over):
    deadline = time.monotonic() + SECONDS
    while not is_over() and time.monotonic() < deadline:
        time.sleep(0.05)


def main():
    directory, port, token = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    add_users()
    open_into_prison(directory)
    configuration = directory / "smtpd.conf"
    configuration.write_text(CONFIG.format(port=port, submission=SUBMISSION), encoding="ascii")
    log = directory / "log"
    with open(log, "wb") as file:
        with subprocess.Popen(["smtpd", "-d", "-f", configuration], stdout=file, stderr=file) as smtpd:
            wait_for(lambda: send(token))
            wait_for(lambda: " mta delivery " in log.read_text())
            smtpd.terminate()
    print(log.read_text())


main()
