"""HOST PORT TOKEN: one request without verification."""

import sys
import warnings

import requests

host, port, token = sys.argv[1:]
warnings.simplefilter("ignore")
print(requests.get(f"https://{host}:{port}/{token}", verify=False).text)
