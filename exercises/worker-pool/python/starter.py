"""A pool of threads that take one call after the other, as many as calls may be in flight. Standard library alone.

Usage: python3 starter.py URL CALLS IN_FLIGHT TIMEOUT_MS
"""

import queue
import sys
import threading
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import urlopen

url, calls, in_flight, timeout_s = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]) / 1000

FAILURES = {ConnectionRefusedError: "connect-refused", ConnectionResetError: "reset", TimeoutError: "timed-out"}


def run() -> list[str]:
    """The line of each call, in the order of the calls; at most IN_FLIGHT of them at the same time."""
    raise NotImplementedError("start workers, hand out the numbers of the calls, and wait for the workers' end")


def line(number: int) -> str:
    """One call, from its start to the line that is printed for it. It blocks."""
    try:
        with urlopen(url.replace("{call}", str(number)), timeout=timeout_s) as reply:
            return f"{number} {reply.status} {escape(reply.read())}"
    except HTTPError as reply:
        return f"{number} {reply.code} {escape(reply.read())}"
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        return f"{number} - {FAILURES.get(type(reason), 'incomplete')}"


def escape(body: bytes) -> str:
    """Printable ASCII as it is; everything else, and the backslash, as \\xHH."""
    return "".join(chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02x}" for b in body)


if __name__ == "__main__":
    print("\n".join(run()))
