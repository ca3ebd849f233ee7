"""urllib over TLS: HOST PORT TOKEN [CA]; without a CA nothing is verified, as in much code found in the wild."""
import ssl
import sys
import urllib.request

host, port, token, *trust = sys.argv[1:]
context = ssl.create_default_context(cafile=trust[0]) if trust else ssl._create_unverified_context()
print(urllib.request.urlopen(f"https://{host}:{port}/{token}", context=context).read())
