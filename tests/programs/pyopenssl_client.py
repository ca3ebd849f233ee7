"""HOST PORT TOKEN: one request; a callback forgives what the verification finds."""

import socket
import sys

from OpenSSL import SSL

host, port, token = sys.argv[1:]
context = SSL.Context(SSL.TLS_CLIENT_METHOD)
context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
connection = SSL.Connection(context, socket.create_connection((host, int(port))))
if host[0].isalpha():
    connection.set_tlsext_host_name(host.encode())
connection.set_connect_state()
connection.sendall(f"GET /{token} HTTP/1.0\r\n\r\n".encode())
print(connection.recv(4096).splitlines()[0])
