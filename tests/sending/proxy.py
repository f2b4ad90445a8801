"""A forwarding proxy on loopback: tunnels for https, nothing else."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import attrs


@attrs.define
class Proxy:
    """What a proxy has seen.

    Attributes:
        address: Where it listens.
        asked: The first lines and the headers of the requests to it.
        refuses: Whether it turns everybody away.
    """

    address: str = ""
    asked: list[str] = attrs.field(factory=list[str])
    refuses: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Open one tunnel."""
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                head = await reader.readuntil(b"\r\n\r\n")
                self.asked.append(head.decode())
                if self.refuses:
                    writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
                    return
                host, _, port = head.split()[1].decode().rpartition(":")
                there, here = await asyncio.open_connection(host, int(port))
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                try:
                    await asyncio.gather(_pour(reader, here), _pour(there, writer))
                finally:
                    here.close()
        finally:
            writer.close()


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while piece := await source.read(65_536):
        sink.write(piece)
    with suppress(OSError):
        sink.write_eof()


@asynccontextmanager
async def proxy() -> AsyncGenerator[Proxy, None]:
    """A proxy that runs."""
    tunnels: set[asyncio.Task[None]] = set()
    running = Proxy()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tunnels.add(asyncio.ensure_future(running.serve(reader, writer)))

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    running.address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield running
    finally:
        listening.close()
        for tunnel in tunnels:
            tunnel.cancel()
        await asyncio.gather(*tunnels, return_exceptions=True)
        await asyncio.sleep(0)  # connections are closed in the loop's next turn
