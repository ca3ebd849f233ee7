"""The reader knows every member that tlsward-events(5) tells of, as what it is there."""

import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
KINDS = {"string": "TEXT", "number": "NUMBER", "boolean": "FLAG", "array": "TEXTS"}


def members_are_known(_):
    page = (SOURCE / "tools" / "man" / "tlsward-events.5").read_text()
    table = (SOURCE / "tools" / "events" / "members.def").read_text()
    told = {name: KINDS[kind] for name, kind in re.findall(r"^([@a-z0-9_.]+)\|(string|number|boolean|array)\|", page, re.MULTILINE)}
    known = dict(re.findall(r'^MEMBER\([A-Z0-9_]+, "([^"]+)", ([A-Z]+)\)$', table, re.MULTILINE))
    wrong = {name: kind for name, kind in told.items() if known.get(name) != kind}
    assert told and not wrong, f"tools/events/members.def lacks {wrong}"


ROWS = {"documentation/members-of-the-manual-are-known": (members_are_known, ())}
