"""Ports: allotted once per home, free, never twice the same; a taken one is refused."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import PortTaken, SettingsError, UsageError
from app.settings import Settings
from pipelines.ports import SERVICES, is_listening, port_of, require_free


def test_a_home_keeps_its_ports(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings()
    first = {name: port_of(settings, name) for name in SERVICES}
    assert len(set(first.values())) == len(SERVICES)
    assert {name: port_of(settings, name) for name in SERVICES} == first


def test_two_homes_do_not_share_a_port_that_is_in_use(make_settings: Callable[..., Settings]) -> None:
    port = port_of(make_settings(), "warehouse")
    with socket.create_server(("127.0.0.1", port)):
        other = make_settings()
        assert port not in {port_of(other, name) for name in SERVICES}


def test_no_outgoing_connection_can_have_taken_a_port_by_the_time_its_service_starts(
    make_settings: Callable[..., Settings],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as out:
        outgoing = out.getsockname()[1]
    first, last = (int(each) for each in Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert first <= outgoing <= last
    settings = make_settings()
    assert not [name for name in (*SERVICES, "portal") if first <= port_of(settings, name) <= last]


def test_the_portal_listens_where_its_setting_says(make_settings: Callable[..., Settings]) -> None:
    assert port_of(make_settings(port=8765), "portal") == 8765
    assert port_of(make_settings(port=0), "portal") > 1023


def test_an_unknown_service_is_named_with_what_is_allowed(make_settings: Callable[..., Settings]) -> None:
    with pytest.raises(UsageError, match=r"'wharehouse'.*warehouse, production"):
        port_of(make_settings(), "wharehouse")


def test_a_broken_table_says_to_delete_it(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings()
    settings.home.mkdir(parents=True)
    (settings.home / "ports.json").write_text("[1, 2]")
    with pytest.raises(SettingsError, match="Delete the file"):
        port_of(settings, "warehouse")


def test_a_taken_port_is_refused_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert is_listening(port)
        with pytest.raises(PortTaken, match=f"127.0.0.1:{port}.*PLUMBLINE_PORT"):
            require_free(port, "portal")
    require_free(port, "portal")
    assert not is_listening(port)
