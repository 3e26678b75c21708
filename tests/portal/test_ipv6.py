"""The portal on an IPv6 address: its own address, links in mails, the login and the probes, all with brackets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from select import select

import httpx
import pytest
from pydantic import SecretStr

from app.connections import Connections
from app.login import auth_secrets, public_url
from app.secrets import PORTAL, warehouse_url
from app.settings import Settings
from pipelines.doctor import essentials
from pipelines.letters import portal_url
from pipelines.migrate import migrate
from pipelines.ports import is_listening, port_of, require_free
from pipelines.sandbox.people import PEOPLE

from .servers import PATIENCE_SECONDS, home_with_marts, serving
from .streamlit_client import cookie_header, figures, sign_in, visit

Make = Callable[..., Settings]


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


pytestmark = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@pytest.mark.parametrize(
    ("host", "address"),
    [("::1", "[::1]"), ("::", "[::1]"), ("0.0.0.0", "127.0.0.1"), ("fd00::2", "[fd00::2]"), ("127.0.0.1", "127.0.0.1")],
)
def test_addresses_have_brackets_where_they_need_them(make_settings: Make, host: str, address: str) -> None:
    settings = make_settings(host=host)
    port = port_of(settings, "portal")
    assert public_url(settings) == f"http://{address}:{port}"
    assert portal_url(settings, "revenue") == f"http://{address}:{port}/revenue"
    assert auth_secrets(settings)["auth"]["redirect_uri"] == f"http://{address}:{port}/oauth2callback"


@pytest.mark.parametrize("host", ["::1", "::", "0.0.0.0"])
def test_a_taken_port_is_seen_on_any_address(make_settings: Make, host: str) -> None:
    settings = make_settings(host=host)
    require_free(port_of(settings, "portal"), "portal", host)
    assert all(finding.ok for finding in essentials(settings))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port_of(settings, "portal")), family=family):
        assert [finding.name for finding in essentials(settings) if not finding.ok] == ["Port of portal"]


@pytest.mark.slow
def test_one_signs_in_and_sees_figures_on_an_ipv6_address(make_settings: Make) -> None:
    settings = make_settings(host="::", session_hours=1)
    with home_with_marts(settings), serving(settings) as portal:
        assert portal.url.startswith("http://[::1]:")
        with closing(sign_in(portal, PEOPLE[0].email)) as client:
            assert figures(visit(portal, "executive", cookie_header(client)))
        port = port_of(settings, "portal")
        assert is_listening(port, "::1") and is_listening(port, "127.0.0.1")
        page = {"accept": "text/html"}
        elsewhere = httpx.get(f"http://127.0.0.1:{port}/revenue", headers=page, timeout=PATIENCE_SECONDS)
        assert (elsewhere.status_code, elsewhere.headers["location"]) == (307, f"{portal.url}/revenue")


@pytest.mark.slow
def test_a_warehouse_is_reached_at_an_ipv6_address(migrated: Settings, make_settings: Make) -> None:
    url = warehouse_url(migrated)
    with forwarded(int(url.port or 0)) as port:
        there = SecretStr(url.set(host="::1", port=port).render_as_string(hide_password=False))
        assert f"@[::1]:{port}/" in there.get_secret_value()
        settings = make_settings(warehouse_url=there)
        migrate(settings)
        connections = Connections(settings)
        with connections.open(PORTAL) as connection:
            assert connection.exec_driver_sql("select current_user").scalar() == PORTAL
        connections.close()


@contextmanager
def forwarded(port: int) -> Iterator[int]:
    """A port of ::1 that leads to that port of 127.0.0.1."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listening:
        def accept() -> None:
            while True:
                try:
                    here, _ = listening.accept()
                except OSError:
                    return
                there = socket.create_connection(("127.0.0.1", port))
                threading.Thread(target=relay, args=(here, there), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)


def relay(here: socket.socket, there: socket.socket) -> None:
    """Copies what comes from either socket to the other, until one ends."""
    with here, there:
        while True:
            for source in select([here, there], [], [])[0]:
                data = source.recv(65_536)
                if not data:
                    return
                (there if source is here else here).sendall(data)
