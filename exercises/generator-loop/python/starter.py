"""A call is a generator that yields the socket it waits for; a loop resumes those whose sockets are ready. Standard library alone.

Usage: python3 starter.py URL CALLS IN_FLIGHT TIMEOUT_MS
"""

import errno
import selectors
import socket
import sys
import time
from collections.abc import Generator
from urllib.parse import urlsplit

url, calls, in_flight, timeout_s = urlsplit(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]) / 1000

FAILURES = {ConnectionRefusedError: "connect-refused", ConnectionResetError: "reset", TimeoutError: "timed-out"}

# What a call yields: its socket, and the event that it waits for.
Wait = tuple[socket.socket, int]


def call(number: int) -> Generator[Wait, None, str]:
    """One call, from top to bottom; returns its line."""
    try:
        with socket.socket() as connection:
            connection.setblocking(False)
            connection.connect_ex((url.hostname, url.port))
            yield connection, selectors.EVENT_WRITE
            error = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                raise OSError(error, errno.errorcode[error])
            path = url.path.replace("{call}", str(number))
            yield from send(connection, f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n".encode())
            answer = yield from receive(connection)
    except OSError as error:
        return f"{number} - {FAILURES.get(type(error), 'incomplete')}"
    head, _, body = answer.partition(b"\r\n\r\n")
    return f"{number} {head.split()[1].decode()} {escape(body)}"


def send(connection: socket.socket, unsent: bytes) -> Generator[Wait, None, None]:
    while unsent:
        unsent = unsent[connection.send(unsent) :]
        if unsent:
            yield connection, selectors.EVENT_WRITE


def receive(connection: socket.socket) -> Generator[Wait, None, bytes]:
    """The whole answer, however many pieces it comes in."""
    raise NotImplementedError("yield the socket, take a piece, and again until the answer is whole")


def run() -> None:
    """Prints the line of each call as soon as the call is over; at most IN_FLIGHT of them at the same time, all on this thread."""
    raise NotImplementedError("admit, wait for the sockets that were yielded, resume, and throw TimeoutError into what is late")


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
