"""A pack as somebody reads it: each figure as it was frozen, or why this reader is not shown it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from app.access import Viewer
from app.board.store import Compared, Frozen, Pack
from app.errors import NotBuilt, NotPermitted, ReceiptAltered, SealKeyMissing
from app.metrics import Metric
from app.receipts.desk import Desk, Shown


class Hidden(Enum):
    """Why a figure's value is not shown."""

    ROLE = "no role of the reader may see it"
    ALTERED = "its receipt was altered in what it says it was read from"
    KEYLESS = "the key that sealed its receipt is not in this home, so that nobody can say whether it was altered"
    GONE = "what it was read from is there no more, so that nobody can say who may see it"


@dataclass(frozen=True)
class Opened:
    """A figure of a pack as it was frozen, and how it compared last.

    Attributes:
        frozen: which figure, and its receipt.
        label, unit: as its metric has them today; its name and no unit where no metric is called that any more.
        shown: the receipt, where its reader may see it.
        hidden: why not, where not.
        compared: None where nobody has compared it, or its reader may not see it.
    """

    frozen: Frozen
    label: str
    unit: str
    shown: Shown | None
    hidden: Hidden | None
    compared: Compared | None

    @property
    def is_altered(self) -> bool:
        """Whether somebody has changed by hand what was frozen, or what it was read from."""
        by_hand = (self.shown and self.shown.altered) or (self.compared and self.compared.altered)
        return bool(by_hand) or self.hidden is Hidden.ALTERED

    @property
    def is_unproved(self) -> bool:
        """Whether it was changed by hand, nobody can say whether it was, or it changed and nothing says why."""
        return self.is_altered or self.hidden is Hidden.KEYLESS or bool(self.compared and not self.compared.holds)


@dataclass(frozen=True)
class OpenedPack:
    """A pack with its figures.

    Attributes:
        is_whole: whether its fingerprint still fits.
        built_at: when figures were last worked out anew.
    """

    pack: Pack
    figures: tuple[Opened, ...]
    is_whole: bool
    built_at: datetime | None = None

    @property
    def is_outdated(self) -> bool:
        """Whether a build has ended since one of its figures was compared, so that nobody knows how it compares now."""
        compared = [one.compared.compared_at for one in self.figures if one.compared is not None]
        return self.built_at is not None and bool(compared) and min(compared) < self.built_at


def opened(
    desk: Desk, viewer: Viewer, frozen: Frozen, compared: Compared | None, metrics: Mapping[str, Metric]
) -> Opened:
    """One figure for one reader. A pack outlives the metrics, marts and keys of its figures: none ends it."""
    shown, hidden = None, None
    try:
        shown = desk.show(viewer, frozen.receipt_id)
    except ReceiptAltered:
        hidden = Hidden.ALTERED
    except NotPermitted:
        hidden = Hidden.ROLE
    except SealKeyMissing:
        hidden = Hidden.KEYLESS
    except NotBuilt:
        hidden = Hidden.GONE
    metric = metrics.get(frozen.figure.metric)
    label, unit = (metric.label, metric.unit) if metric else (frozen.figure.metric, "")
    return Opened(frozen, label, unit, shown, hidden, compared if shown else None)
