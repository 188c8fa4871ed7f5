"""A limit under load: as many workers as calls may be in flight, on one thread. Standard library alone.

Usage: python3 reference.py URL CALLS IN_FLIGHT TIMEOUT_MS
"""

import asyncio
import sys
from urllib.parse import urlsplit

url, calls, in_flight, timeout_s = urlsplit(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]) / 1000

FAILURES = {ConnectionRefusedError: "connect-refused", ConnectionResetError: "reset", TimeoutError: "timed-out"}


async def call(number: int) -> str:
    """One call within its time; the line that tells how it ended."""
    try:
        async with asyncio.timeout(timeout_s):
            status, body = await exchange(url.path.replace("{call}", str(number)))
    except (OSError, EOFError) as error:
        return f"{number} - {FAILURES.get(type(error), 'incomplete')}"
    return f"{number} {status} {escape(body)}"


async def exchange(path: str) -> tuple[str, bytes]:
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(content_length(head))
        return head.split()[1].decode(), body
    finally:
        writer.close()


async def run() -> None:
    """Prints each line as soon as its call is over. A call begins only when there is room for it, so what waits here is a number."""
    numbers = iter(range(calls))

    async def worker() -> None:
        for number in numbers:
            print(await call(number), flush=True)

    await asyncio.gather(*(worker() for _ in range(min(in_flight, calls))))


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
    asyncio.run(run())
