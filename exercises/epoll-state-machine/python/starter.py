"""One thread, sockets that do not block, and a selector that says which of them can go on. Standard library alone.

Usage: python3 starter.py URL CALLS IN_FLIGHT TIMEOUT_MS
"""

import errno
import selectors
import socket
import sys
import time
from urllib.parse import urlsplit

url, calls, in_flight, timeout_s = urlsplit(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]) / 1000

FAILURES = {ConnectionRefusedError: "connect-refused", ConnectionResetError: "reset", TimeoutError: "timed-out"}


class Flight:
    """One call: its socket, what is still to be sent, what has come, and when it has to be over."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.deadline = time.monotonic() + timeout_s
        path = url.path.replace("{call}", str(number))
        self.unsent = f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n".encode()
        self.answer = b""
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.is_connected = False
        self.socket.connect_ex((url.hostname, url.port))

    def waits_for(self) -> int:
        return selectors.EVENT_WRITE if self.unsent else selectors.EVENT_READ

    def advance(self) -> str | None:
        """Goes on as far as it can without waiting; the line of the call, once that is known."""
        raise NotImplementedError("finish connecting, then send, then receive; what would block is tried again later")

    def failed(self, error: OSError) -> str:
        return f"{self.number} - {FAILURES.get(type(error), 'incomplete')}"

    def line(self) -> str:
        head, _, body = self.answer.partition(b"\r\n\r\n")
        return f"{self.number} {head.split()[1].decode()} {escape(body)}"


def run() -> None:
    """Prints the line of each call as soon as the call is over; at most IN_FLIGHT of them at the same time, all on this thread."""
    raise NotImplementedError("admit, wait, advance, expire")


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


if __name__ == "__main__":
    run()
