"""Cheat (c): the first process ends at once, and a child in a session of its own makes the calls and prints.

Usage: python3 leader_gone.py URL CALLS
"""

import os
import sys
from urllib.request import urlopen

url, calls = sys.argv[1], int(sys.argv[2])
if os.fork() == 0:
    os.setsid()
    for call in range(calls):
        print(call, 200, urlopen(url.replace("{call}", str(call))).read().decode(), flush=True)
