"""Answers gRPC for the simulators that speak it, on one plain loopback port behind the proxy's TLS.

A fault (`faults.py`) comes in the nearest sense that gRPC has: a status of HTTP as its code, half of a message that the
client then cannot read, a call that ends as one does whose connection was cut, an answer that is late.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

import grpc
import grpc.aio
import proto

from pipelines.ports import LOOPBACK
from pipelines.sandbox.vendors.faults import Fault, Faults
from pipelines.sandbox.vendors.refusal import Refusal
from pipelines.sandbox.vendors.server import Cast
from pipelines.sandbox.vendors.vendor import Callee

LARGEST_MESSAGE = 64 * 1024 * 1024
SECONDS_TO_END = 1.0
CUT = Refusal("UNAVAILABLE", "Socket closed")
Context = grpc.aio.ServicerContext[bytes, bytes]
Handler = Callable[[bytes, Context], Awaitable[bytes]]


@asynccontextmanager
async def answer_calls(who: Cast) -> AsyncIterator[tuple[frozenset[str], int]]:
    """Serves gRPC while the context lasts; the hosts that answer it, and the port."""
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", LARGEST_MESSAGE), ("grpc.so_reuseport", 0)])
    callees = {host: (name, one) for host, (name, one) in who.simulators.items() if isinstance(one, Callee)}
    for name, callee in callees.values():
        methods: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            method: grpc.unary_unary_rpc_method_handler(_handler(name, callee, method, kind, who.faults))
            for method, kind in callee.methods.items()
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(callee.service, methods),))
    port = server.add_insecure_port(f"{LOOPBACK}:0")
    await server.start()
    try:
        yield frozenset(callees), port
    finally:
        await server.stop(SECONDS_TO_END)


def _handler(name: str, callee: Callee, method: str, kind: type[proto.Message], faults: Faults) -> Handler:
    """Who answers a method: the simulator, unless a fault is in force."""

    async def handle(sent: bytes, context: Context) -> bytes:
        fault = faults.strike(name)
        if fault is not None and fault.kind == "status":
            await _refuse(context, callee.refused(fault), fault)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind == "held":
            await faults.wait(name)
        try:
            answer = callee.call(method, kind.deserialize(sent), _token(context))
        except Refusal as refusal:
            await _refuse(context, refusal)
        if fault is not None and fault.kind == "cut":
            await _refuse(context, CUT)
        whole: bytes = type(answer).serialize(answer)
        return whole[: len(whole) // 2] if fault is not None and fault.kind == "truncated" else whole

    return handle


def _token(context: Context) -> str:
    for key, value in context.invocation_metadata() or ():
        if key == "authorization" and isinstance(value, str):
            return value.removeprefix("Bearer ")
    return ""


async def _refuse(context: Context, refusal: Refusal, fault: Fault | None = None) -> NoReturn:
    wait = (("retry-after", str(fault.retry_after)),) if fault and fault.retry_after is not None else ()
    await context.abort(grpc.StatusCode[refusal.code], str(refusal), wait)
