"""Cheat (d): a grandchild in a session of its own computes and makes the calls, outlives all, and is never waited for.

Usage: python3 hidden_worker.py URL CALLS CPU_S
"""

import os
import sys
import time
from urllib.request import urlopen

url, calls, cpu_s = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
lines, answers = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    while time.process_time() < cpu_s:
        pass
    for call in range(calls):
        body = urlopen(url.replace("{call}", str(call))).read().decode()
        os.write(answers, f"{call} 200 {body}\n".encode())
    os.close(answers)
    os.close(1)
    time.sleep(60)
os.close(answers)
with open(lines) as lines:
    print(lines.read(), end="")
