"""What the library recorded about the handshakes of one row."""

import json


class Events:
    def __init__(self, path):
        lines = path.read_text().splitlines() if path.exists() else []
        self.all = [json.loads(line) for line in lines]

    def handshakes(self, port):
        return [event for event in self.all
                if event.get("event.action") == "tls-handshake" and event.get("server.port") == port]

    def looks(self, port):
        """What the program looked at after its last handshake with `port`, as the last update says it."""
        identity = self.handshakes(port)[-1]["event.id"]
        updates = [event["tlsward.app_checked_later"] for event in self.all
                   if event["event.action"] == "tls-handshake-update" and event["event.id"] == identity]
        return updates[-1] if updates else ""

    def problems(self, port, expected):
        """How the handshakes with `port` differ from the expected members; a run without a handshake proves nothing."""
        found = self.handshakes(port)
        if not found:
            return [f"no event for port {port}: the library was not loaded, or missed the handshake"]
        differences = [f"event: {name} is {event.get(name)!r}, not {value!r}"
                       for event in found for name, value in expected.items() if event.get(name) != value]
        return differences + self.forgetful_updates()

    def forgetful_updates(self):
        """The last update of a handshake says all: none leaves out what one before it said."""
        seen = {}
        found = []
        for event in self.all:
            words = set(event.get("tlsward.app_checked_later", "").split())
            before = seen.setdefault(event["event.id"], set())
            if event["event.action"] == "tls-handshake-update" and not before <= words:
                found.append(f"update: {words} lacks some of {before}, said earlier")
            before |= words
        return found
