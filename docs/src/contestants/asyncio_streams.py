"""A contestant in Python: one thread, asyncio. Usage: python3 asyncio_streams.py URL CALLS"""

import asyncio
import sys
from urllib.parse import urlsplit

url, calls = urlsplit(sys.argv[1]), int(sys.argv[2])


async def line(call: int) -> str:
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(url.hostname, url.port)
            path = url.path.replace("{call}", str(call))
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n".encode())
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            writer.close()
            return f"{call} {head.split()[1].decode()} {body.decode('ascii')}"
    except TimeoutError:
        return f"{call} - timed-out"
    except ConnectionRefusedError:
        return f"{call} - connect-refused"
    except (OSError, IndexError):
        return f"{call} - incomplete"


async def main() -> None:
    print("\n".join(await asyncio.gather(*map(line, range(calls)))))


asyncio.run(main())
