"""A cheat like (d): computes in a child that is never waited for, since the program ignores SIGCHLD.

Usage: python3 forgotten_child.py URL CALLS CPU_S
"""

import os
import signal
import sys
import time
from contextlib import suppress
from urllib.request import urlopen

url, calls, cpu_s = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
child = os.fork()
if child == 0:
    while time.process_time() < cpu_s:
        pass
    os._exit(0)
for call in range(calls):
    print(call, 200, urlopen(url.replace("{call}", str(call))).read().decode())
with suppress(ChildProcessError):
    os.waitpid(child, 0)
