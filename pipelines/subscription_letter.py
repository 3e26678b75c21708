"""A page as a mail: its figures as tables, its panels as pictures, all of it in words, with the reader's own rights.

What names people or customers stays on the page: it would leave without a reason (docs/exports.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from app.dashboard import Dashboard
from app.export.about import About, about, file_name, lead_of, meanings
from app.export.asked import page_path
from app.export.gather import Made, make, parts_of, readers_of
from app.export.paper import bare_png, pdf
from app.metrics import Metric
from app.receipts.form import spoken
from app.settings import Settings
from app.subscriptions.store import Subscription
from app.ui import format as f
from app.ui.chosen import Choice
from app.ui.format import Figure
from app.ui.reading import Reading, month_end
from app.ui.tiles import TIMES, TileFacts, aim, meaning
from pipelines.charts import sign_picture, spark_picture
from pipelines.letters import SIGN, Shown, data_line, portal_url, render
from pipelines.mail import Attachment, Mail, Picture

SPARK = (236, 34)
WIDTH = 536


@dataclass(frozen=True)
class Line:
    """One figure as the mail shows it; every text is ready to print."""

    label: str
    value: Figure | None
    reason: str
    change: str = ""
    meaning: str = "still"
    compared_with: str = ""
    target: str = ""
    verdict: str = ""
    age: str = ""
    is_late: bool = False
    receipt: str = ""
    picture: Shown | None = None


@dataclass(frozen=True)
class Panel:
    """One panel: its finding, what it says in words, and its picture."""

    title: str
    subtitle: str
    words: str
    picture: Shown | None


@dataclass(frozen=True)
class Letter:
    """What was read for a subscription: the mail, and a digest of its figures."""

    mail: Mail
    shown: str


def subscription_letter(subscription: Subscription, dashboard: Dashboard, reading: Reading, choice: Choice,
                        settings: Settings, *, key: str, stop: str) -> Letter:  # fmt: skip
    """The mail for one person.

    Args:
        subscription: whose, of what, with what along.
        dashboard: the page, which they may open.
        reading: as that person, with what the subscription chooses.
        choice: the same, for its words.
        settings: for links and the time zone.
        key: what tells this mail from that person's others of the page.
        stop: the address that stops it.

    Raises:
        NotBuilt, WarehouseDown: as a read of it.
    """
    parts = [part for part in parts_of(dashboard) if readers_of(part, reading.viewer)]
    made = [make(part, reading) for part in parts]
    own = [each for each in made if not each.names_people("pdf")]
    told = about(dashboard, reading, choice, own, reason="")
    said = lead_of(dashboard, reading, choice, told)
    lines, panels, pictures = contents(own, told)
    first = next((line for line in lines if line.value), None)
    headline, when = f": {first.label} {first.value}" if first else "", subscription.schedule.said
    content = {
        "subject": f"{dashboard.title}, {told.period.split(',')[0]}{headline}",
        "title": dashboard.title,
        "lead": said,
        "figures": lines,
        "panels": panels,
        "left_out": [each.part.name for each in made if each not in own],
        "foot": [data_line(reading.warehouse.progress.data_until(), settings), f"You get this {when}."],
        "portal": portal_url(settings, page_path(dashboard, choice)),
        "stop": stop,
    }  # fmt: skip
    text, html = render("subscription", content)
    along: tuple[Attachment, ...] = ()
    if subscription.with_pdf:
        name = file_name(dashboard, "", reading.closed, "pdf")
        along = (Attachment(name, pdf(told, own, meanings(own, reading), said)),)
    mail = Mail("subscription", subscription.email, key, str(content["subject"]), text, html,
                (Picture(SIGN.cid, sign_picture()), *pictures), along, stop)  # fmt: skip
    return Letter(mail, digest(made))


def contents(made: Sequence[Made], told: About) -> tuple[list[Line], list[Panel], list[Picture]]:
    """Figures, panels and pictures of a mail, in the order of the page."""
    lines, panels, pictures = list[Line](), list[Panel](), list[Picture]()
    for each in made:
        for tile in each.tiles:
            line, picture = figure(tile, each.receipts)
            lines.append(line)
            pictures += [picture] if picture else []
        if each.picture is not None:
            drawn = bare_png(told, each)
            width, height = (int.from_bytes(drawn[at : at + 4]) for at in (16, 20))
            words = each.picture.alt or each.title
            shown = Shown(f"panel-{each.part.number}", WIDTH, round(height * WIDTH / width), words)
            panels.append(Panel(each.title, each.picture.subtitle, words if words != each.title else "", shown))
            pictures.append(Picture(shown.cid, drawn))
    return lines, panels, pictures


def figure(tile: TileFacts | tuple[Metric, str], receipts: dict[str, list[str]]) -> tuple[Line, Picture | None]:
    """A tile as a line of the mail, and its trend."""
    if not isinstance(tile, TileFacts):
        return Line(tile[0].label, None, tile[1]), None
    metric, value = tile.metric, tile.value
    change = f.change(value, tile.before, metric.unit) if value is not None and tile.before is not None else ""
    verdict = "" if value is None or tile.target is None else "met" if metric.is_met(value, tile.target) else "missed"
    late = bool(tile.status.broken) or tile.status.is_stale
    why = f"; {len(tile.status.broken)} broken promises" if tile.status.broken else "; late" if late else ""
    shown, picture = None, None
    if sum(point is not None for point in tile.values) > 1:
        shown = Shown(f"trend-{metric.name}", *SPARK, f"{metric.label}, up to {f.month_year(tile.month)}")
        picture = Picture(shown.cid, spark_picture(tile.values, *SPARK))
    ids, unit = receipts.get(metric.name, []), f" {metric.unit}" if metric.unit in TIMES else ""
    line = Line(
        metric.label,
        None if value is None else f.figure(value, metric.unit),
        "" if value is not None else tile.reason or "not known for this month",
        change,
        meaning(change, metric.better) if change else "still",
        tile.compared_with,
        "No target set" if tile.target is None else aim(metric, tile.target) + (unit if value is None else ""),
        verdict,
        f"Closed {f.day(month_end(tile.month))}{why}",
        late,
        spoken(ids[0]) if ids else "",
        shown,
    )
    return line, picture


def digest(made: Sequence[Made]) -> str:
    """What tells whether any figure or row changed; receipts, which are new with every read, are left out."""
    found = hashlib.sha256()
    for each in made:
        for table in each.tables:
            kept = [at for at, field in enumerate(table.fields) if field.head != "Receipt"]
            for row in table.rows:
                found.update(repr((each.part.number, table.name, [str(row[at]) for at in kept])).encode())
    return found.hexdigest()


def goodbye(subscription: Subscription, title: str, settings: Settings, key: str) -> Mail:
    """Tells somebody once that a page is none of theirs any more."""
    content = {"subject": f"{title} comes no more", "title": f"{title} comes no more",
               "lead": f"You got this page {subscription.schedule.said}. It is none of your pages any more, so the "
               "mail has been stopped. Ask the person who runs Plumbline if you need it.",
               "figures": [], "panels": [], "left_out": [], "foot": [], "portal": portal_url(settings),
               "stop": ""}  # fmt: skip
    text, html = render("subscription", content)
    return Mail("subscription", subscription.email, key, str(content["subject"]), text, html,
                (Picture(SIGN.cid, sign_picture()),))  # fmt: skip
