"""What a file is made of: a page's elements as they are read for whoever asks, each with what it read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.access import Viewer
from app.dashboard import Alerts, Dashboard, Listing, Movements, Panel, Pictured, Quarrel, Records, Tile
from app.elements import metrics_of
from app.errors import NotBuilt, NotPermitted, QuestionError
from app.export.claims import Claimed, claimed, records_table
from app.export.figures import figures, receipts_of
from app.export.found import found_table
from app.export.lists import tables
from app.export.table import Table
from app.metrics import Metric, catalogue
from app.reconciliation import FIGURES
from app.ui import format as f
from app.ui.kept import Kept
from app.ui.panels.frame import Picture, plain
from app.ui.panels.kinds import picture
from app.ui.reading import Reading
from app.ui.record_columns import LISTS
from app.ui.tiles import UNREAD, TileFacts, facts

TILES = "Key figures"


@dataclass(frozen=True)
class Part:
    """One panel of a page, or one row of tiles, that can leave by itself.

    Attributes:
        number: its place on the page from 1, the same for every reader.
        elements: the panel, or the tiles.
        name: what it is called where there is no room for its finding.
    """

    number: int
    elements: tuple[Tile | Panel, ...]
    name: str

    @property
    def panel(self) -> Panel | None:
        """The panel; None for a row of tiles."""
        first = self.elements[0]
        return None if isinstance(first, Tile) else first

    @property
    def is_list(self) -> bool:
        """Whether it shows rows, and not figures."""
        return isinstance(self.panel, Records | Movements | Listing | Alerts)


@dataclass(frozen=True)
class Made:
    """A part as it was read.

    Attributes:
        picture: of a panel.
        tiles: of a row of tiles; of one that cannot be read (metric, why).
        tables: what it holds, the one that it is about first.
        receipts: metric → the receipts of its answers.
        metrics: those it shows or asked for.
        rows: how many were read for it; `is_cut`: whether a list has more than are read at once.
        claims: of the reconciliation, each figure's.
    """

    part: Part
    picture: Picture | None
    tiles: tuple[TileFacts | tuple[Metric, str], ...]
    tables: tuple[Table, ...]
    receipts: dict[str, list[str]]
    metrics: tuple[str, ...]
    rows: int
    claims: tuple[Claimed, ...] = ()
    is_cut: bool = False

    @property
    def title(self) -> str:
        return self.picture.title if self.picture else self.part.name

    def names_people(self, kind: str) -> bool:
        """Whether a file of this kind names people or customers; on paper the reconciliation shows no records."""
        return any(table.has_names for table in self.tables) and not (self.claims and kind in ("pdf", "png"))


def parts_of(dashboard: Dashboard) -> tuple[Part, ...]:
    """What of a page can leave: its rows of tiles and its pictures, numbered in their order."""
    found: list[tuple[tuple[Tile | Panel, ...], str]] = []
    for row in dashboard.rows:
        tiles = tuple(element for element in row if isinstance(element, Tile))
        if tiles:
            again = any(name == TILES for _, name in found)
            found.append((tiles, f"{TILES}, from {f.in_sentence(catalogue()[tiles[0].metric].label)}"
                          if again else TILES))  # fmt: skip
        found += [((element,), name_of(element)) for element in row if isinstance(element, Pictured | Quarrel)]
    return tuple(Part(at, elements, name) for at, (elements, name) in enumerate(found, 1))


def readers_of(part: Part, viewer: Viewer) -> bool:
    """Whether the viewer is among the part's readers, where it names any."""
    readers = getattr(part.elements[0], "readers", ())
    return not readers or bool(set(readers) & set(viewer.roles))


def name_of(panel: Panel) -> str:
    """A panel without its finding: the figure it is about, or what it lists."""
    if isinstance(panel, Records):
        return LISTS[panel.mart].subject
    if isinstance(panel, Quarrel):
        return "Reconciliation"
    if isinstance(panel, Listing):
        return panel.kind.capitalize()
    if title := getattr(panel, "title", "") or getattr(panel, "name", ""):
        return str(title)
    labels = [catalogue()[name].label for name in metrics_of(panel)]
    if not labels:
        return {"Movements": "Movements by customer"}.get(type(panel).__name__, type(panel).__name__)
    by = getattr(panel, "by", ())
    split = (by if isinstance(by, str) else f.words(list(by))).replace("_", " ")
    if type(panel).__name__ == "Bridge":
        return f"{catalogue()[panel.closing].label}, step by step"  # type: ignore[union-attr]
    many = f" and {f.in_sentence(labels[1])}" if len(labels) == 2 else ""
    return f"{labels[0]}{many}{f' by {split}' if split else ''}"


def make(part: Part, reading: Reading) -> Made:
    """Reads a part as the page does, and keeps what it read.

    Raises:
        NotPermitted, NotBuilt: the reconciliation is not for this reader, or not there.
        QuestionError: it has more records than are read at once.
    """
    kept = Kept()
    own = replace(reading, receipts={}, kept=kept)
    if part.panel is None:
        return _tiles(part, own, kept)
    if isinstance(part.panel, Quarrel):
        claims = tuple(claimed(own, figure) for figure in FIGURES)
        metrics = tuple(each.found.metric for each in claims)
        rows = sum(len(each.records) for each in claims)
        return Made(part, None, (), tuple(records_table(each) for each in claims), {}, metrics, rows, claims)
    if not isinstance(part.panel, Pictured):
        raise TypeError(f"{type(part.panel).__name__} is no picture")
    drawn = picture(own, part.panel)
    asked = figures(kept)
    lists = [*tables(part.panel, kept, own), *(found_table(*each) for each in kept.found)]
    both = [*lists, *([asked] if asked else [])] if part.is_list else [*([asked] if asked else []), *lists]
    named = tuple(dict.fromkeys((*drawn.metrics, *(answer.metric.name for answer in kept.answers.values()))))
    return Made(part, drawn, (), tuple(both), receipts_of(kept), named, kept.count, is_cut=kept.is_cut)


def _tiles(part: Part, reading: Reading, kept: Kept) -> Made:
    """A row of tiles: one that cannot be read says why, and the others still stand."""
    targets = reading.targets()
    names = [element.metric for element in part.elements if isinstance(element, Tile)]
    made: list[TileFacts | tuple[Metric, str]] = []
    for name in names:
        try:
            made.append(facts(reading, name, targets.get(name)))
        except (NotBuilt, NotPermitted, QuestionError) as error:
            why = plain(error) if isinstance(error, QuestionError) else UNREAD[type(error)]
            made.append((reading.metric(name), why))
    aims = {(each.metric.name, each.month): each.target
            for each in made if isinstance(each, TileFacts) and each.target is not None}  # fmt: skip
    asked = figures(kept, part.name, aims)
    return Made(part, None, tuple(made), (asked,) if asked else (), receipts_of(kept), tuple(names), kept.count)
