"""What stands on a page and draws itself: tools that fill a row and depend on who looks. Plain data as elements are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Inbox:
    """The mails that were sent to whoever looks, and one of them as it was received."""

    most: int = 20
    width: int = 12


@dataclass(frozen=True)
class Filing:
    """The company's own files: one to bring, how each stands, its versions and its schema."""

    width: int = 12


@dataclass(frozen=True)
class BoardPacks:
    """Figures frozen under a name, as they were, and what has changed since."""

    width: int = 12


@dataclass(frozen=True)
class Glossary:
    """Every certified metric in words, to be searched, and the way to the whole dictionary."""

    width: int = 12


@dataclass(frozen=True)
class Questions:
    """The questions of the business, each with its certified answer; app/business_questions.py has them."""

    width: int = 12


@dataclass(frozen=True)
class SourceDesk:
    """What can be done about a source: load it now, read it anew, pause it, close what drifted, read its log."""

    width: int = 12


@dataclass(frozen=True)
class SqlDesk:
    """SQL of one's own: an editor, what there is to read, the result as table and chart, what is kept of it."""

    width: int = 12


@dataclass(frozen=True)
class DatabaseLogins:
    """Logins of one's own for tools that speak to the database: to be asked for, copied, revoked."""

    width: int = 12


@dataclass(frozen=True)
class Drill:
    """The records of the figure that the address names, and that they add up to it."""

    width: int = 12


@dataclass(frozen=True)
class Quarrel:
    """What each department claims, the certified figure, the way between record by record, and who signed."""

    width: int = 12


@dataclass(frozen=True)
class ReportDesk:
    """The shelf of saved reports, and the builder in which one is made or changed."""

    width: int = 12


@dataclass(frozen=True)
class OwnDashboards:
    """The list of dashboards of one's own and of those that are shared, and one of them, as it is read or arranged."""

    width: int = 12


@dataclass(frozen=True)
class TimelineDesk:
    """What happened to the company: events as a list, and the form by which people enter and change them."""

    width: int = 12


@dataclass(frozen=True)
class CommentDesk:
    """What is said of the figure that the address names, and which threads are open."""

    width: int = 12


@dataclass(frozen=True)
class LiveTiles:
    """Figures of the running month that keep themselves up to date, of sources that are heard of within seconds."""

    metrics: tuple[str, ...]
    width: int = 12


Desk = (
    Inbox | Filing | BoardPacks | Glossary | Questions | SourceDesk | Quarrel | SqlDesk | Drill | ReportDesk
    | OwnDashboards | TimelineDesk | CommentDesk | DatabaseLogins | LiveTiles
)  # fmt: skip
