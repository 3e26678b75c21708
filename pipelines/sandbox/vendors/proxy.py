"""The CONNECT proxy that stands before the simulators: ends TLS with the sandbox's own certificates.

Only the vendors' hosts on port 443 are answered; any other is refused, so that nothing leaves this machine. A host that
answers gRPC offers h2 as well; a client that takes it is led to the port where gRPC is answered (`calls.py`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection

from pipelines.sandbox.vendors import vendors
from pipelines.sandbox.vendors.authority import Authority

LONGEST_HEAD = 16_384
SECONDS_FOR_HEAD = 20
CHUNK = 262_144
log = logging.getLogger(__name__)


class Proxy:
    """Passes each tunnel on to the simulators' plain ports on loopback.

    Args:
        authority: who signs the certificates.
        target: the simulators' port of HTTP.
        callees: hosts that answer gRPC.
        calls: the simulators' port of gRPC.
    """

    def __init__(self, authority: Authority, target: int, callees: Collection[str] = (), calls: int = 0) -> None:
        self._authority = authority
        self._target = target
        self._callees = frozenset(callees)
        self._calls = calls
        self._hosts = frozenset(host for vendor in vendors() for host in vendor.hosts)
        self._tunnels: set[asyncio.Task[None]] = set()

    async def serve(self, port: int) -> asyncio.Server:
        """Starts to listen on loopback."""
        return await asyncio.start_server(self._accept, "127.0.0.1", port, limit=CHUNK)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            host = await self._read_host(reader)
            if host is None:
                await _refuse(writer)
                return
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await writer.drain()
            speaks = ("h2", "http/1.1") if host in self._callees else ("http/1.1",)
            await writer.start_tls(self._authority.context(host, speaks), ssl_handshake_timeout=SECONDS_FOR_HEAD)
            agreed = writer.get_extra_info("ssl_object").selected_alpn_protocol()
            target = self._calls if agreed == "h2" else self._target
            onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", target, limit=CHUNK)
            await asyncio.gather(_pump(reader, onward_writer), _pump(onward_reader, writer))
        except asyncio.IncompleteReadError:
            log.debug("A client went away before it asked, as one does that only looks whether the port is open.")
        except (OSError, TimeoutError, asyncio.LimitOverrunError) as broken:
            log.info("A tunnel ended early: %s", broken)
        finally:
            writer.close()

    async def _read_host(self, reader: asyncio.StreamReader) -> str | None:
        """The host asked for, None when it is not one of ours or the request is no CONNECT."""
        async with asyncio.timeout(SECONDS_FOR_HEAD):
            head = await reader.readuntil(b"\r\n\r\n")
        if len(head) > LONGEST_HEAD:
            return None
        words = head.split(b"\r\n", 1)[0].decode("latin-1").split()
        if len(words) != 3 or words[0] != "CONNECT":
            return None
        host, _, port = words[1].lower().rpartition(":")
        return host if host in self._hosts and port == "443" else None


async def _refuse(writer: asyncio.StreamWriter) -> None:
    body = b"The sandbox's proxy leads only to the simulated vendors.\n"
    writer.write(
        b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
        % (len(body), body)
    )
    await writer.drain()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Copies until the source ends, then says so to the sink."""
    try:
        while chunk := await source.read(CHUNK):
            sink.write(chunk)
            await sink.drain()
    finally:
        sink.close()
