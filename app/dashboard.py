"""What a page may declare: plain data. A page that is data cannot forget the permission check, the empty state
or the age of its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.access import ROLES
from app.desk_elements import (
    BoardPacks,
    CommentDesk,
    DatabaseLogins,
    Desk,
    Drill,
    Filing,
    Glossary,
    Inbox,
    LiveTiles,
    OwnDashboards,
    Quarrel,
    Questions,
    ReportDesk,
    SourceDesk,
    SqlDesk,
    TimelineDesk,
)
from app.elements import (
    Alerts,
    Breakdown,
    Bridge,
    Cohorts,
    Compared,
    Flow,
    KeptQuery,
    Lines,
    Listing,
    Measure,
    Measures,
    Movements,
    Ordered,
    Panel,
    Pictured,
    Ranked,
    Records,
    Row,
    Runway,
    Saved,
    Steps,
    Tile,
    Trend,
    Words,
    metrics_of,
)

__all__ = [
    "EVERYONE",
    "SECTIONS",
    "Alerts",
    "BoardPacks",
    "Breakdown",
    "Bridge",
    "Cohorts",
    "CommentDesk",
    "Compared",
    "Dashboard",
    "DatabaseLogins",
    "Desk",
    "Drill",
    "Filing",
    "Flow",
    "Glossary",
    "Inbox",
    "KeptQuery",
    "Lines",
    "Listing",
    "LiveTiles",
    "Measure",
    "Measures",
    "Movements",
    "Ordered",
    "OwnDashboards",
    "Panel",
    "Pictured",
    "Quarrel",
    "Questions",
    "Ranked",
    "Records",
    "ReportDesk",
    "Row",
    "Runway",
    "Saved",
    "SourceDesk",
    "SqlDesk",
    "Steps",
    "Tile",
    "TimelineDesk",
    "Trend",
    "Words",
]
SECTIONS = ("Dashboards", "Answers", "Reports", "Operations")
"""The parts of the menu, in their order."""
EVERYONE = ROLES
"""The audience of a page that no role is without."""


@dataclass(frozen=True)
class Dashboard:
    """A page. `audience` are the roles that may open it; everyone else does not have it, by menu or address.

    `section` is its place in the menu. `filters` are dimensions by which the reader may narrow it: each figure that has
    one of them heeds it, each other says that it does not. They need `can_compare`, with which the page also lets its
    month be chosen. A page that is not `in_menu` is reached from others.

    `address` and `names` are those of a page that was opened for one thing (app/own/opened.py): the address that it has
    beside its title, and the parameters that name the thing.
    """

    title: str
    section: Literal["Dashboards", "Answers", "Reports", "Operations"]
    answers: tuple[str, ...]
    audience: tuple[str, ...]
    rows: tuple[Row, ...]
    layout: Literal["desk", "phone"] = "desk"
    order: int = 100
    can_compare: bool = False
    filters: tuple[str, ...] = ()
    in_menu: bool = True
    address: str = ""
    names: tuple[tuple[str, str], ...] = ()

    @property
    def slug(self) -> str:
        """The page's address."""
        return self.address or self.title.lower().replace(" ", "-")

    def may_open(self, roles: tuple[str, ...]) -> bool:
        return bool(set(self.audience) & set(roles))

    @property
    def is_personal(self) -> bool:
        """Whether what it shows depends on the person, not only on the roles: then it is never replayed."""
        return any(isinstance(element, Desk | Saved | KeptQuery) for element in self.panels())

    @property
    def only_reads(self) -> bool:
        """Whether nothing is made on it that could be left half done: links lead there without loading the portal."""
        return all(not isinstance(element, Desk) or isinstance(element, Drill | Questions) for element in self.panels())

    @property
    def counts(self) -> bool:
        """Whether it counts what people do on the portal, which changes between builds."""
        return any(isinstance(element, Measure | Measures) for element in self.panels())

    @property
    def has_time(self) -> bool:
        """Whether a chart on it has an axis of time, on which events of the company's timeline stand."""
        return any(isinstance(element, Trend | Lines | Flow | Runway | Saved) for element in self.panels())

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
