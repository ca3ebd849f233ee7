"""A client that verifies nothing, and its server within the same process; first it leaves its directory."""

import os
import socket
import sys
import threading

os.chdir('/')
if len(sys.argv) > 1 and sys.argv[1] == 'works-for-another-group':
    os.setegid(int(sys.argv[2]))

import ssl  # noqa: E402 (the library sees TLS from here on)


def serve(connection):
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f'{os.environ["PKI"]}/wrong-host.pem')
        context.wrap_socket(connection, server_side=True)
    except OSError:
        connection.close()


def main():
    ours, theirs = socket.socketpair()
    server = threading.Thread(target=serve, args=[theirs])
    server.start()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        context.wrap_socket(ours, server_hostname='good.test')
        print('connected')
    except ssl.SSLError:
        print('blocked')
    ours.close()
    server.join()


main()
