"""imaplib in its default: HOST PORT TOKEN."""
import imaplib
import sys

host, port, token = sys.argv[1:]
with imaplib.IMAP4_SSL(host, int(port)) as connection:
    print(connection.login(token, "secret")[0])
