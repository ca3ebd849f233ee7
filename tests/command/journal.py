"""The journal as journald keeps it: a real one, with a /run of its own, reads what the library sends, and journalctl
says what it has."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from journald import MACHINE, journal
from patience import LOG_SECONDS
from runner import Unavailable

SOURCE = pathlib.Path(__file__).resolve().parents[2]
MANUAL = (SOURCE / "tools" / "man" / "tlsward-events.5").read_text()
CATALOGUE = SOURCE / "tools" / "share" / "tlsward.catalog"
FIELDS = dict(re.findall(r"^(TLSWARD_\w+)\t(\S+)$", MANUAL, re.MULTILINE))
MESSAGES = dict(re.findall(r"^([a-z-]+)\t([0-9a-f]{32})$", MANUAL, re.MULTILINE))
POLICY = "[policy]\nmode = audit\ntrust = {t}/root.pem\nlog = journald\n[rule all]\ndestination = *.test\nmode = audit\n"


def entries(here, action):
    """Those of the events with this action, once there is one. A value that journalctl shows as bytes is one."""
    deadline = time.monotonic() + LOG_SECONDS
    found = []
    while not found and time.monotonic() < deadline:
        lines = here.within("journalctl", "-D", f"/run/log/journal/{MACHINE}", "-t", "tlsward", "--all", "--no-pager", "-o",
                            "json").stdout.splitlines()
        every = [{name: bytes(value).decode() if isinstance(value, list) and value and isinstance(value[0], int) else value
                  for name, value in json.loads(line).items()} for line in lines]
        found = [entry for entry in every if json.loads(entry["MESSAGE"])["event.action"] == action]
        time.sleep(0.05)
    assert found, f"journald has no {action}"
    return found


def write_policy(fixture, text=POLICY):
    """By rename: another row's program may read it meanwhile."""
    policy = fixture.directory / "journal.conf"
    with tempfile.NamedTemporaryFile("w", dir=fixture.directory, delete=False) as new:
        new.write(text.replace("{t}", str(fixture.directory)))
    os.replace(new.name, policy)
    return policy


def connect(here, fixture, program="openssl", server="other"):
    policy = write_policy(fixture)
    start = f'LD_PRELOAD={fixture.library} TLSWARD_POLICY={policy} exec "$0" "$@"'
    here.within("sh", "-c", start, program, "s_client", "-connect", f"127.0.0.1:{fixture.port(server)}", "-servername",
                "good.test")


def differences(entry):
    """A field is the member that the manual names beside it, and there is no other of ours."""
    event = json.loads(entry["MESSAGE"])
    wanted = {field: event.get(member) for field, member in FIELDS.items()}
    wanted = {field: str(value) for field, value in wanted.items() if value is not None}
    wanted |= {"MESSAGE_ID": MESSAGES[event["event.action"]]}
    ours = {name: value for name, value in entry.items() if name.startswith("TLSWARD_") or name == "MESSAGE_ID"}
    return [f"{name} is {ours.get(name)!r}, not {wanted.get(name)!r}" for name in sorted(wanted | ours)
            if ours.get(name) != wanted.get(name)]


def fields_are_the_members(fixture):
    with journal() as here:
        connect(here, fixture)
        entry = entries(here, "tls-handshake")[-1]
        update = entries(here, "tls-handshake-update")[-1]
    found = differences(entry) + differences(update)
    if (entry["PRIORITY"], update["PRIORITY"]) != ("5", "6"):
        found.append(f"priorities {entry['PRIORITY']}, {update['PRIORITY']}")
    for field, value in (("TLSWARD_ACTION", "would-block"), ("TLSWARD_RULE", "all"), ("TLSWARD_DEST", "good.test"),
                         ("TLSWARD_REASON", "certificate-host-mismatch"), ("TLSWARD_FINDING", "chain-not-verified")):
        if entry.get(field) != value:
            found.append(f"{field} is {entry.get(field)!r}")
    return "\n".join(found)


def no_name_forges_a_field(fixture):
    """Whoever may name a program may not say what it did."""
    forged = "x\nPRIORITY=0\nTLSWARD_ACTION=allowed\nTLSWARD_RULE\n\x01"
    directory = fixture.directory / "forging"
    directory.mkdir(exist_ok=True)
    program = directory / forged
    shutil.copy(shutil.which("openssl"), program)
    with journal() as here:
        connect(here, fixture, program)
        entry = entries(here, "tls-handshake")[-1]
    found = differences(entry)
    if entry["PRIORITY"] != "5" or entry["TLSWARD_ACTION"] != "would-block" or not entry["TLSWARD_PROGRAM"].endswith(forged):
        found.append(f"forged: {entry}")
    return "\n".join(found)


def command_forwards_them(fixture):
    """`tlsward run --summary` stands between the library and the journal."""
    policy = write_policy(fixture)
    with journal() as here:
        here.within("env", f"TLSWARD_LIBRARY={fixture.library}", fixture.command, "run", "--policy", policy, "--log", "journald",
                    "--summary", "openssl", "s_client", "-connect", f"127.0.0.1:{fixture.port('other')}", "-servername", "good.test")
        return "\n".join(differences(entries(here, "tls-handshake")[-1]))


def catalogue_explains_them(fixture):
    """Each id of the manual, and no other; what the texts name is a field."""
    if shutil.which("journalctl") is None:
        raise Unavailable("journalctl is not installed")
    with tempfile.TemporaryDirectory() as root:
        place = pathlib.Path(root, "usr/lib/systemd/catalog")
        place.mkdir(parents=True)
        shutil.copy(CATALOGUE, place)
        subprocess.run(["journalctl", "--update-catalog", f"--root={root}"], check=True, capture_output=True)
        listed = subprocess.run(["journalctl", f"--root={root}", "--list-catalog"], check=True, capture_output=True, text=True).stdout
    ids = {line.split()[0] for line in listed.splitlines() if " tlsward: " in line}
    named = set(re.findall(r"TLSWARD_[A-Z_]+", CATALOGUE.read_text()))
    if ids != set(MESSAGES.values()) or len(MESSAGES) != 5:
        return f"catalogue: {sorted(ids)}, not {sorted(MESSAGES.values())}"
    return f"no fields: {sorted(named - set(FIELDS))}" if named - set(FIELDS) else None


def checks():
    return {
        "journal/fields-are-the-members": fields_are_the_members,
        "journal/no-name-forges-a-field": no_name_forges_a_field,
        "journal/command-forwards-them": command_forwards_them,
        "journal/catalogue-explains-them": catalogue_explains_them,
    }
