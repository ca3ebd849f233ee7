"""A name server for names that have a canonical one: answers with both records, RFC 1034 section 3.6.2."""

import socket
import struct
import threading

TYPE_A, TYPE_CNAME, CLASS_IN = 1, 5, 1
ANSWER, NAME_ERROR = 0x8580, 0x8583  # RFC 1035 section 4.1.1: an authoritative answer, recursion desired and available
QUESTION = b"\xc0\x0c"  # a pointer to the name of the question, which begins behind the header


def encode(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def record(owner, kind, data):
    return owner + struct.pack(">HHIH", kind, CLASS_IN, 60, len(data)) + data


class NameServer(threading.Thread):
    """Knows the names of `canonical`, whose canonical names all have the address."""

    def __init__(self, listening, canonical, address):
        super().__init__(daemon=True)
        self.canonical = {encode(name): encode(target) for name, target in canonical.items()}
        self.address = socket.inet_aton(address)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((listening, 53))

    def answer(self, query):
        end = query.index(b"\0", 12) + 1
        name, question = query[12:end], query[12:end + 4]
        target = self.canonical.get(name)
        records = []
        if target and struct.unpack(">H", question[-4:-2])[0] == TYPE_A:
            records = [record(QUESTION, TYPE_CNAME, target), record(target, TYPE_A, self.address)]
        header = struct.pack(">HHHHH", ANSWER if target else NAME_ERROR, 1, len(records), 0, 0)
        return query[:2] + header + question + b"".join(records)

    def run(self):
        while True:
            query, peer = self.socket.recvfrom(512)
            self.socket.sendto(self.answer(query), peer)
