"""A proxy that knows nothing but CONNECT (RFC 9110, section 9.3.6): ADDRESS PORT."""
import socket
import socketserver
import sys
import threading


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Tunnel(socketserver.StreamRequestHandler):
    rbufsize = 0  # what follows the request belongs to the tunnel

    def handle(self):
        method, target, _ = self.rfile.readline().split()
        while self.rfile.readline().strip():
            pass
        host, _, port = target.decode().rpartition(":")
        if method != b"CONNECT":
            return
        with socket.create_connection((host, int(port))) as origin:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=pump, args=(origin, self.connection))
            back.start()
            pump(self.connection, origin)
            back.join()


class Proxy(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Proxy((sys.argv[1], int(sys.argv[2])), Tunnel).serve_forever()
