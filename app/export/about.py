"""What every file says of itself: what it shows, narrowed how, as of when, made for whom; and what its figures mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.dashboard import Dashboard
from app.errors import NotBuilt, NotPermitted
from app.export.gather import Made
from app.export.markup import text_of
from app.metrics import Metric
from app.receipts.form import spoken
from app.ui import format as f
from app.ui.chosen import COMPARISONS, Choice
from app.ui.lead import lead, statuses
from app.ui.passport import pretty
from app.ui.reading import Reading, month_end


@dataclass(frozen=True)
class About:
    """What a file says of itself.

    Attributes:
        title: the page's.
        lines: (what, words), in their order.
        period: the month that it speaks of, or the day of what stands as of now.
        data_until: in words.
    """

    title: str
    period: str
    data_until: str
    lines: tuple[tuple[str, str], ...]

    def line(self, name: str) -> str:
        return dict(self.lines)[name]


@dataclass(frozen=True)
class Meaning:
    """A metric's definition, as it stands behind the figures of a file."""

    metric: Metric
    data_until: str
    broken: Sequence[str]
    receipts: Sequence[str]
    sql: str

    @property
    def owner(self) -> str:
        return self.metric.owner.replace("_", " ").capitalize()

    @property
    def certified(self) -> str:
        """Such as "CFO, 1 Nov 2026, version 2"."""
        known = self.metric.certified
        return f"{known.by.upper()}, {f.short_date(known.on)}, version {known.version}"


def about(dashboard: Dashboard, reading: Reading, choice: Choice, made: Sequence[Made], *, reason: str) -> About:
    """Reads nothing but how fresh the figures are.

    Args:
        dashboard: the page.
        reading: as whom and of when.
        choice: what is chosen.
        made: what the file holds.
        reason: why it leaves, where one was asked.
    """
    zone = reading.zone
    until = reading.warehouse.progress.data_until()
    data_until = f"{f.clock_time(until, zone)}" if until else "not built yet"
    compare = next(words for words, months in COMPARISONS.items() if months == choice.compare)
    is_now = dashboard.section == "Operations" or any(each.claims for each in made)
    today = f.long_day(reading.as_of.astimezone(zone).date())
    month = today if is_now else f"{f.month_year(reading.closed)}, closed {f.long_day(month_end(reading.closed))}"
    lines = [
        ("Page", dashboard.title),
        ("Holds", "; ".join(f"{each.part.name}: {each.title}" if each.picture else each.part.name for each in made)),
        ("As of" if is_now else "Month", f"{month}; as known now" if reading.is_past else month),
        ("Compared with", compare),
        ("Only where", choice.said or "nothing is left out"),
        ("Data until", f"{data_until}, {zone_words(reading)} time"),
        ("Made for", reading.viewer.email),
        ("Made", f"{f.clock_time(reading.now, zone)}, {zone_words(reading)} time"),
        ("With the rights of", ", ".join(reading.viewer.roles).replace("_", " ")),
    ]
    if not dashboard.can_compare:
        lines = [line for line in lines if line[0] not in ("Compared with", "Only where")]
    if reason:
        lines.append(("Reason given", reason))
    return About(dashboard.title, month, data_until, tuple(lines))


def zone_words(reading: Reading) -> str:
    return reading.zone.key.replace("_", " ")


def meanings(made: Sequence[Made], reading: Reading) -> tuple[Meaning, ...]:
    """Every metric of a file once, in the order in which it comes, with its receipts there."""
    receipts: dict[str, list[str]] = {}
    for each in made:
        for name in each.metrics:
            known = receipts.setdefault(name, [])
            known += [receipt for receipt in each.receipts.get(name, ()) if receipt not in known]
    found = []
    for name, ids in receipts.items():
        try:
            passport = reading.passport(name)
        except (NotPermitted, NotBuilt):
            continue
        until = f.clock_time(passport.data_until, reading.zone) if passport.data_until else "not yet"
        found.append(Meaning(reading.metric(name), until, passport.promises_broken, [spoken(each) for each in ids],
                             pretty(passport.sql)))  # fmt: skip
    return tuple(found)


def file_name(dashboard: Dashboard, part: str, month: date, kind: str) -> str:
    """Such as plumbline-executive-2026-10.pdf; of one panel with its name."""
    pieces = ("plumbline", slug(dashboard.title) or dashboard.slug, *([slug(part)] if part else []), f"{month:%Y-%m}")
    return f"{'-'.join(pieces)}.{kind}"


def slug(words: str) -> str:
    """A name as a file may have it."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in words.lower())
    return "-".join(piece for piece in kept.split("-") if piece)[:60]


Numbers = Mapping[str, str]
FORMATS: Numbers = {
    "usd": "#,##0.00", "local": "#,##0.00", "ratio": "0.00%", "count": "#,##0", "times": '0.00"×"', "days": "0.0",
    "hours": "0.0", "months": "0.0", "points": "0.0", "seconds": "0.0",
}  # fmt: skip
"""Unit → how a spreadsheet shows its numbers."""


def lead_of(dashboard: Dashboard, reading: Reading, choice: Choice, told: About) -> str:
    """The line under the title: the page's own, where it speaks of a month."""
    known = statuses(dashboard, reading)
    return text_of(lead(dashboard, reading, choice, known)) if "Month" in dict(told.lines) else f"As of {told.period}."
