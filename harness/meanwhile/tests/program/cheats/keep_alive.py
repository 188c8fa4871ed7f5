"""Cheat (a): as many requests as there are calls, on one connection, to a path that answers at once; then invented lines.

Usage: python3 keep_alive.py URL CALLS PATH, where CALL in PATH stands for the number of the call.
"""

import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

url, calls, path = urlsplit(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
connection = HTTPConnection(url.hostname, url.port)
for call in range(calls):
    connection.request("GET", path.replace("CALL", str(call)))
    body = connection.getresponse().read().decode()
    print(call, 200, body if "CALL" in path else call)
