"""TLS servers with a certificate that no trust store vouches for, each behind the few words its protocol says first."""

import socket
import ssl
import subprocess
import threading
import time


def make_certificate(directory):
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
         '-subj', '/CN=nobody vouches for this', '-keyout', directory / 'key.pem', '-out', directory / 'certificate.pem'],
        check=True, capture_output=True)


class Protocol:
    """What is said before TLS begins, and what the server says first when it has."""

    greeting = b''

    def before_tls(self, connection):
        pass


class Ftp(Protocol):
    def before_tls(self, connection):
        connection.sendall(b'220 ready\r\n')
        connection.recv(100)  # AUTH TLS
        connection.sendall(b'234 go on\r\n')


class Postgres(Protocol):
    def before_tls(self, connection):
        connection.recv(8)  # SSLRequest
        connection.sendall(b'S')


class Imap(Protocol):
    greeting = b'* OK ready\r\n'


class Server:
    def __init__(self, directory, protocol):
        self.protocol = protocol
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(directory / 'certificate.pem', directory / 'key.pem')
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.handshakes = 0
        self.threads = []
        self.seen = set()  # ports of clients
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, (_, port) = self.listener.accept()
            thread = threading.Thread(target=self.answer, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()
            self.seen.add(port)

    def answer(self, connection):
        connection.settimeout(20)
        try:
            with connection:
                self.protocol.before_tls(connection)
                with self.context.wrap_socket(connection, server_side=True) as tls:
                    assert tls.version()  # for a socket closed by its peer there was no handshake, and no error
                    tls.sendall(self.protocol.greeting)
                    tls.recv(1)  # in TLS 1.3 the client's refusal arrives only now
                    self.handshakes += 1
        except (AssertionError, OSError):
            pass

    def completed(self):
        """How many handshakes came about; a connection of our own tells when all before it have been taken."""
        with socket.create_connection(('127.0.0.1', self.port)) as last:
            port = last.getsockname()[1]
            while port not in self.seen:
                time.sleep(0.01)
        for thread in self.threads:
            thread.join()
        return self.handshakes
