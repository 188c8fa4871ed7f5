"""One thread, sockets that do not block, and a selector that says which of them can go on. Standard library alone.

Usage: python3 reference.py URL CALLS IN_FLIGHT TIMEOUT_MS
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
        try:
            if not self.is_connected:
                error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if error:
                    raise OSError(error, errno.errorcode[error])
                self.is_connected = True
            if self.unsent:
                self.unsent = self.unsent[self.socket.send(self.unsent) :]
                return None
            piece = self.socket.recv(16384)
            self.answer += piece
            return self.line() if is_whole(self.answer) else None if piece else f"{self.number} - incomplete"
        except BlockingIOError:
            return None
        except OSError as error:
            return self.failed(error)

    def failed(self, error: OSError) -> str:
        return f"{self.number} - {FAILURES.get(type(error), 'incomplete')}"

    def line(self) -> str:
        head, _, body = self.answer.partition(b"\r\n\r\n")
        return f"{self.number} {head.split()[1].decode()} {escape(body)}"


def run() -> None:
    """Prints the line of each call as soon as the call is over; at most IN_FLIGHT of them at the same time, all on this thread."""
    selector = selectors.DefaultSelector()
    flights: dict[int, Flight] = {}
    waiting = iter(range(calls))

    def end(flight: Flight, line: str) -> None:
        selector.unregister(flight.socket)
        flight.socket.close()
        del flights[flight.number]
        print(line, flush=True)

    while True:
        while len(flights) < in_flight and (number := next(waiting, None)) is not None:
            flight = flights[number] = Flight(number)
            selector.register(flight.socket, flight.waits_for(), flight)
        if not flights:
            return
        earliest = min(flight.deadline for flight in flights.values())
        for key, _ in selector.select(max(0.0, earliest - time.monotonic())):
            flight = key.data
            line = flight.advance()
            if line is None:
                selector.modify(flight.socket, flight.waits_for(), flight)
            else:
                end(flight, line)
        now = time.monotonic()
        for flight in [flight for flight in flights.values() if flight.deadline <= now]:
            end(flight, f"{flight.number} - timed-out")


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
