"""smtplib with starttls() in its default: HOST PORT TOKEN."""
import smtplib
import sys

host, port, token = sys.argv[1:]
with smtplib.SMTP(host, int(port), local_hostname="client.test") as connection:
    connection.starttls()
    connection.sendmail(f"{token}@client.test", "somebody@server.test", f"Subject: {token}\n\ntext\n")
print("sent")
