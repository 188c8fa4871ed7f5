"""A contestant in Python: a pool of threads, urlopen in each. 

Usage: python3 threads.py URL CALLS [IN_FLIGHT [TIMEOUT_S]]
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import urlopen

FAILURES = {ConnectionRefusedError: "connect-refused", ConnectionResetError: "reset", TimeoutError: "timed-out"}
url, calls = sys.argv[1], int(sys.argv[2])
in_flight = int(sys.argv[3]) if len(sys.argv) > 3 else None
timeout_s = float(sys.argv[4]) if len(sys.argv) > 4 else 5


def escape(body: bytes) -> str:
    """Printable ASCII as it is; everything else, and the backslash, as \\xHH."""
    return "".join(chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02x}" for b in body)


def line(call: int) -> str:
    try:
        with urlopen(url.replace("{call}", str(call)), timeout=timeout_s) as reply:
            return f"{call} {reply.status} {escape(reply.read())}"
    except HTTPError as reply:
        return f"{call} {reply.code} {escape(reply.read())}"
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        return f"{call} - {FAILURES.get(type(reason), 'incomplete')}"


with ThreadPoolExecutor(in_flight) as pool:
    print("\n".join(pool.map(line, range(calls))))
