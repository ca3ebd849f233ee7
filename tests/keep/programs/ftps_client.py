"""Lists a directory; the data channel resumes the control connection's session, as servers demand: HOST PORT [OTHER].

With another name for the same address, which it looks up too, nothing but the session tells whose the data channel is.
"""
import ftplib
import socket
import sys

host, port, *other = sys.argv[1:]


class Client(ftplib.FTP_TLS):
    def ntransfercmd(self, command, rest=None):
        connection, size = ftplib.FTP.ntransfercmd(self, command, rest)
        name = None if other else self.host
        return self.context.wrap_socket(connection, server_hostname=name, session=self.sock.session), size


for name in other:
    socket.getaddrinfo(name, None)
with Client() as client:
    client.connect(host, int(port))
    client.login("anonymous", "nobody@client.test")
    client.prot_p()
    client.retrlines("LIST")
