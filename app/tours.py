"""The first-visit tour of a minute: what it says to each role (`tours.yml`), and who has taken it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from sqlalchemy import text

from app.access import Viewer
from app.audited import Request, write_audit
from app.clock import wall
from app.connections import Connections
from app.errors import UsageError
from app.secrets import PORTAL

FILE = Path(__file__).with_name("tours.yml")
TAKEN = text("select 1 from portal.tour_taken where email = lower(:email) and role = :role")
TAKE = text("insert into portal.tour_taken (email, role, taken_at) values (lower(:email), :role, :at) "
            "on conflict do nothing")  # fmt: skip


@dataclass(frozen=True)
class Stop:
    """One step: its words, and how the keys begin at one of which it points."""

    title: str
    text: str
    at: tuple[str, ...]


@dataclass(frozen=True)
class Tour:
    """A role's tour: over which page, by its address, and its steps."""

    role: str
    page: str
    stops: tuple[Stop, ...]


@lru_cache(maxsize=1)
def tours() -> Mapping[str, Tour]:
    """Role → its tour.

    Raises:
        UsageError: the file names a step that it does not have.
    """
    told = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    known = {name: Stop(each["title"], each["text"], tuple(each["at"])) for name, each in told["steps"].items()}
    made = {}
    for role, each in told["roles"].items():
        missing = [name for name in each["steps"] if name not in known]
        if missing:
            raise UsageError(f"{FILE.name}: {role} has the step {missing[0]!r}. Expected one of: {', '.join(known)}.")
        made[role] = Tour(role, each["page"], tuple(known[name] for name in each["steps"]))
    return made


def tour_of(viewer: Viewer) -> Tour | None:
    """The tour of the first of the viewer's roles that has one."""
    return next((tours()[role] for role in viewer.roles if role in tours()), None)


class Tours:
    """Who has taken which tour; written as the portal's login, and never undone."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def is_taken(self, viewer: Viewer, role: str) -> bool:
        """Whether this person was shown the tour of that role, to its end or until they had enough."""
        with self._connections.ask(PORTAL) as connection:
            return connection.execute(TAKEN, {"email": viewer.email, "role": role}).first() is not None

    def take(self, viewer: Viewer, role: str) -> None:
        """Notes that they were; again changes nothing."""
        with self._connections.open(PORTAL) as connection:
            connection.execute(TAKE, {"email": viewer.email, "role": role, "at": wall()})
            write_audit(connection, viewer, Request("take tour", (), None, {"tour": role}))
