"""Lists a directory; the data channel resumes the control connection's session, as FTPS servers demand: HOST PORT."""
import ftplib
import sys


class Client(ftplib.FTP_TLS):
    def ntransfercmd(self, command, rest=None):
        connection, size = ftplib.FTP.ntransfercmd(self, command, rest)
        wrapped = self.context.wrap_socket(connection, server_hostname=self.host, session=self.sock.session)
        return wrapped, size


with Client() as client:
    client.connect(sys.argv[1], int(sys.argv[2]))
    client.login("anonymous", "nobody@client.test")
    client.prot_p()
    client.retrlines("LIST")
