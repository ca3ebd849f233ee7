"""An HTTPS server that says what time it is: PORT CERTIFICATE KEY DATE LOG. Each request is a line in LOG."""

import http.server
import ssl
import sys

port, certificate, key, date, log = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def date_time_string(self, timestamp=None):
        return super().date_time_string(timestamp) if date == "now" else date

    def do_HEAD(self):
        self.send_response(404)
        self.send_header("Connection", "close")
        self.end_headers()

    def log_request(self, code="-", size="-"):
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{self.requestline} {self.headers['Host']}\n")


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # a client that has seen enough


server = Server(("127.0.0.1", int(port)), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
