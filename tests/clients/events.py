"""What the library recorded about the handshakes of one row."""

import json


class Events:
    def __init__(self, path):
        lines = path.read_text().splitlines() if path.exists() else []
        self.all = [json.loads(line) for line in lines]

    def handshakes(self, port):
        return [event for event in self.all
                if event.get("event.action") == "tls-handshake" and event.get("server.port") == port]

    def problems(self, port, expected):
        """How the handshakes with `port` differ from the expected members; a run without a handshake proves nothing."""
        found = self.handshakes(port)
        if not found:
            return [f"no event for port {port}: the library was not loaded, or missed the handshake"]
        return [f"event: {name} is {event.get(name)!r}, not {value!r}"
                for event in found for name, value in expected.items() if event.get(name) != value]
