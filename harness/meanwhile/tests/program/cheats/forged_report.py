"""Cheat (b): opens all that its measuring parent has open, writes a result there, and ends the parent.

Usage: python3 forged_report.py URL CALLS
"""

import os
import signal
import sys
from contextlib import suppress

FORGED = '{"ended":{"wall_s":0.0001,"user_s":0.0,"system_s":0.0,"peak_rss_bytes":1,"voluntary_switches":0,' \
    '"involuntary_switches":0,"peak_threads":1,"left_behind":0,"ended_badly":null,"stderr":""}}\n'

parent = os.getppid()
for call in range(int(sys.argv[2])):
    print(call, 200, call, flush=True)
for descriptor in range(64):
    # Not the output that both share: what is written there is read as lines of answers.
    if descriptor != 1:
        with suppress(OSError), open(f"/proc/{parent}/fd/{descriptor}", "w") as report:
            report.write(FORGED)
os.kill(parent, signal.SIGKILL)
