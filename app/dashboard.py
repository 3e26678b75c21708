"""What a page may declare: plain data. A page that is data cannot forget the permission check, the empty state
or the age of its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.access import ROLES
from app.elements import (
    Alerts,
    BoardPacks,
    Breakdown,
    Bridge,
    Cohorts,
    Compared,
    Filing,
    Flow,
    Glossary,
    Inbox,
    Lines,
    Listing,
    Movements,
    Ordered,
    Panel,
    Pictured,
    Quarrel,
    Questions,
    Ranked,
    Records,
    Row,
    Runway,
    SourceDesk,
    Steps,
    Tile,
    Trend,
    metrics_of,
)

__all__ = [
    "EVERYONE",
    "Alerts",
    "BoardPacks",
    "Breakdown",
    "Bridge",
    "Cohorts",
    "Compared",
    "Dashboard",
    "Filing",
    "Flow",
    "Glossary",
    "Inbox",
    "Lines",
    "Listing",
    "Movements",
    "Ordered",
    "Panel",
    "Pictured",
    "Quarrel",
    "Questions",
    "Ranked",
    "Records",
    "Row",
    "Runway",
    "SourceDesk",
    "Steps",
    "Tile",
    "Trend",
]
EVERYONE = ROLES
"""The audience of a page that no role is without."""


@dataclass(frozen=True)
class Dashboard:
    """A page. `audience` are the roles that may open it; everyone else does not have it, by menu or address.

    `filters` are dimensions by which the reader may narrow it: each figure that has one of them heeds it, each other
    says that it does not. They need `can_compare`, with which the page also lets its month be chosen.
    """

    title: str
    section: str
    answers: tuple[str, ...]
    audience: tuple[str, ...]
    rows: tuple[Row, ...]
    layout: Literal["desk", "phone"] = "desk"
    order: int = 100
    can_compare: bool = False
    filters: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """The page's address."""
        return self.title.lower().replace(" ", "-")

    def may_open(self, roles: tuple[str, ...]) -> bool:
        return bool(set(self.audience) & set(roles))

    @property
    def is_personal(self) -> bool:
        """Whether what it shows depends on the person, not only on the roles: then it is never replayed."""
        own = Inbox | Filing | BoardPacks | Glossary | Questions | SourceDesk | Quarrel
        return any(isinstance(element, own) for element in self.panels())

    @property
    def works_before_build(self) -> bool:
        """Whether there is something on it before anything has been built.

        Files can be the first that is loaded, and what a metric means is known before it is.
        """
        return any(isinstance(element, Filing | Glossary) for element in self.panels())

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric that an element of it names, each once, in their order."""
        return tuple(dict.fromkeys(name for element in self.panels() for name in metrics_of(element)))

    def panels(self) -> tuple[Tile | Panel, ...]:
        return tuple(element for row in self.rows for element in row)
