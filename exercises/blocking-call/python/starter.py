"""One blocking call after the other, each with one deadline for all of it. Standard library alone.

Usage: python3 starter.py URL CALLS IN_FLIGHT TIMEOUT_MS

IN_FLIGHT is for other exercises: here it is always one call.
"""

import socket
import sys
import time
from urllib.parse import urlsplit

url, calls, timeout_s = urlsplit(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4]) / 1000


def call(number: int) -> bytes:
    """The whole answer to one request; TimeoutError if it takes longer than the timeout, from connecting to the last byte."""
    raise NotImplementedError("connect, send the request, and receive until the answer is whole; left() and is_whole() help")


def left(deadline: float) -> float:
    """How long it is until the deadline. A socket takes no timeout of zero: it would not block at all."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def is_whole(answer: bytes) -> bool:
    """Whether the head has come, and as many bytes after it as it says."""
    head, end, body = answer.partition(b"\r\n\r\n")
    return bool(end) and len(body) >= content_length(head)


def content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def escape(body: bytes) -> str:
    """Printable ASCII as it is; everything else, and the backslash, as \\xHH."""
    return "".join(chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02x}" for b in body)


def line(number: int) -> str:
    """What is printed for a call: its number, then the status and the body, or - and what went wrong."""
    try:
        head, _, body = call(number).partition(b"\r\n\r\n")
        return f"{number} {head.split()[1].decode()} {escape(body)}"
    except TimeoutError:
        return f"{number} - timed-out"
    except ConnectionRefusedError:
        return f"{number} - connect-refused"
    except ConnectionResetError:
        return f"{number} - reset"
    except (EOFError, OSError, IndexError, ValueError):
        return f"{number} - incomplete"


if __name__ == "__main__":
    for number in range(calls):
        print(line(number), flush=True)
