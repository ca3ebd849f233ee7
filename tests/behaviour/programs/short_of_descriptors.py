"""Handshakes around a shortage of descriptors: the first policy is read during one, and a changed one again."""

import os
import resource
import signal
import socket
import time

PKI = os.environ['PKI']
DESCRIPTORS = resource.getrlimit(resource.RLIMIT_NOFILE)


def serve(listener):
    import ssl
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f'{PKI}/wrong-host.pem')
    while True:
        try:
            with context.wrap_socket(listener.accept()[0], server_side=True) as connection:
                connection.recv(1)
        except OSError:
            continue


def connect(address, allowed):
    """A handshake during which as many new descriptors may be made."""
    connection = socket.create_connection(address)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, DESCRIPTORS[1]))
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.wrap_socket(connection, server_hostname='good.test').close()
        return 'connected'
    except ssl.SSLError:
        return 'blocked'
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, DESCRIPTORS)
        connection.close()


listener = socket.create_server(('127.0.0.1', 0))
server = os.fork()
if server == 0:
    serve(listener)

import ssl  # after the fork: the server reads a policy of its own

try:
    print('first=' + connect(listener.getsockname(), 0))
    time.sleep(1.1)
    print('later=' + connect(listener.getsockname(), DESCRIPTORS[0]))
    os.utime(os.environ['TLSWARD_POLICY'])
    time.sleep(1.1)
    print('changed=' + connect(listener.getsockname(), 0))
finally:
    os.kill(server, signal.SIGKILL)
