"""Which loopback port each service listens on: allotted once per home, so that two homes run side by side."""

from __future__ import annotations

import fcntl
import json
import os
import random
import socket
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from app.errors import PortTaken, SettingsError, UsageError
from app.home import make_home
from app.login import bracketed
from app.settings import Settings

SERVICES = ("warehouse", "production", "vendors_http", "vendors_proxy", "mailbox", "identity")
LOOPBACK = "127.0.0.1"
_PORTS = range(10240, 32768)
_OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


def port_of(settings: Settings, name: str) -> int:
    """The port of a service of this home; the first question for any of them allots all of them.

    The portal's port is a setting (`PLUMBLINE_PORT`); where that is 0 a free one is allotted here, as `portal`.

    Raises:
        UsageError: no service has that name.
        SettingsError: `home`/ports.json is malformed.
    """
    if name == "portal" and settings.port:
        return settings.port
    if name not in (*SERVICES, "portal"):
        raise UsageError(f"No service is called {name!r}. Expected one of: {', '.join((*SERVICES, 'portal'))}.")
    make_home(settings)
    with (settings.home / "ports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = settings.home / "ports.json"
        ports = _read(file)
        missing = [service for service in (*SERVICES, "portal") if service not in ports]
        if missing:
            ports |= dict(zip(missing, free_ports(len(missing), taken=set(ports.values())), strict=True))
            _write(file, ports)
    return ports[name]


def is_listening(port: int, host: str = LOOPBACK) -> bool:
    """Whether something accepts connections there."""
    with socket.socket(_family(host)) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def require_free(port: int, name: str, host: str = LOOPBACK) -> None:
    """Refuses when the port cannot be had.

    Raises:
        PortTaken: something else listens there, or the address is not one of this machine.
    """
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            what = (
                "Set PLUMBLINE_PORT to another port (0 takes a free one), or stop what listens there."
                if name == "portal"
                else f"Stop what listens there, or delete the entry {name!r} of ports.json to have another allotted."
            )
            raise PortTaken(
                f"The port of {name} cannot be had: {bracketed(host)}:{port} ({error.strerror}). Expected it to be "
                f"free. {what}"
            ) from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _read(file: Path) -> dict[str, int]:
    if not file.exists():
        return {}
    try:
        found = json.loads(file.read_text())
        return {str(name): int(port) for name, port in found.items()}
    except (ValueError, AttributeError, TypeError):
        raise SettingsError(
            f"{file} is not a table of ports. Expected an object such as {{\"warehouse\": 40001}}. "
            "Delete the file; ports are then allotted anew."
        ) from None


def free_ports(count: int, taken: Collection[int] = ()) -> list[int]:
    """Distinct free ports, none of them in `taken`: all held open at once so that none comes twice.

    They lie where the system takes none for outgoing connections, if it leaves any: one allotted there could be some
    client's by the time its service starts, and again after each restart of the machine.

    Raises:
        PortTaken: there are not so many.
    """
    held: list[socket.socket] = []
    found: list[int] = []
    try:
        outgoing = _outgoing()
        quiet = [port for port in _PORTS if port not in outgoing] or list(_PORTS)
        for port in random.sample(quiet, len(quiet)):
            if len(found) == count:
                return found
            if port not in taken:
                probe = socket.socket()
                held.append(probe)
                with suppress(OSError):
                    probe.bind((LOOPBACK, port))
                    found.append(port)
    finally:
        for probe in held:
            probe.close()
    first, last = _PORTS[0], _PORTS[-1]
    raise PortTaken(f"Too few of the ports from {first} to {last} are free. Expected {count}. Stop what listens there.")


def _outgoing() -> range:
    """The ports from which this system's outgoing connections come."""
    try:
        first, last = _OUTGOING.read_text().split()
    except OSError:
        return range(32768, 61000)
    return range(int(first), int(last) + 1)


def _write(file: Path, ports: dict[str, int]) -> None:
    fresh = file.with_suffix(".json.new")
    fresh.write_text(json.dumps(ports, indent=1) + "\n")
    os.replace(fresh, file)
