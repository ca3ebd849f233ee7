"""A SOCKS proxy: RFC 1928 without authentication, CONNECT to IPv4 addresses only."""

import contextlib
import socket
import threading

VERSION, CONNECT, IPV4 = 5, 1, 1
NO_AUTHENTICATION = b"\x05\x00"
SUCCEEDED = b"\x05\x00\x00\x01" + bytes(6)


def pump(source, sink):
    with contextlib.suppress(OSError):  # either side may go away at any time
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def serve(client):
    with client:
        _, methods = client.recv(2, socket.MSG_WAITALL)
        client.recv(methods, socket.MSG_WAITALL)
        client.sendall(NO_AUTHENTICATION)
        request = client.recv(10, socket.MSG_WAITALL)
        if request[:4] != bytes([VERSION, CONNECT, 0, IPV4]):
            return
        peer = socket.inet_ntoa(request[4:8]), int.from_bytes(request[8:10], "big")
        with socket.create_connection(peer, 5) as server:
            client.sendall(SUCCEEDED)
            back = threading.Thread(target=pump, args=(server, client), daemon=True)
            back.start()
            pump(client, server)
            back.join()


class SocksServer(threading.Thread):
    def __init__(self, address, port):
        super().__init__(daemon=True)
        self.socket = socket.create_server((address, port))

    def run(self):
        while True:
            client, _ = self.socket.accept()
            threading.Thread(target=serve, args=(client,), daemon=True).start()
