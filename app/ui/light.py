"""Pages that are served beside Streamlit, as plain HTML: the figures of one's roles at a look, and a single alert.

They are small, work without a network, and say of every age since when it runs: the page itself counts on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from app.dashboard import Dashboard, Tile
from app.errors import NotBuilt, NotPermitted, QuestionError
from app.ui import format as f
from app.ui import titles
from app.ui.look import ground, light_stylesheet
from app.ui.panels.alerts import alert_html
from app.ui.panels.alerts import rows as open_alerts
from app.ui.panels.frame import plain
from app.ui.passport import page_html
from app.ui.reading import Reading, month_end, shift
from app.ui.since import since
from app.ui.spark import sparkline
from app.ui.tiles import UNREAD, TileFacts, change_html, facts, missing_html, target_html, value_html

SCRIPTS = tuple(Path(__file__).resolve().parents[1] / name for name in ("age.js", "light.js"))
MOST = 6
"""Tiles of a page."""
NO_FIGURES = "None of your roles has figures that are shown at a look. What you may open is behind “All pages”."
OFFLINE = "No connection. These are the figures as they were kept on this device "


@lru_cache(maxsize=1)
def frame() -> tuple[str, str]:
    """What stands before and after the content of every light page."""
    light, dark = ground()
    scripts = "".join(f"<script>\n{each.read_text(encoding='utf-8')}</script>" for each in SCRIPTS)
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Plumbline</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f'<meta name="theme-color" media="(prefers-color-scheme: light)" content="{light}">'
        f'<meta name="theme-color" media="(prefers-color-scheme: dark)" content="{dark}">'
        '<link rel="manifest" href="/light/manifest.webmanifest"><link rel="icon" href="/app/static/icon.png">'
        '<link rel="apple-touch-icon" href="/app/static/icon-192.png">'
        f"{light_stylesheet()}{scripts}</head><body><header>"
        '<a href="/light" class="pl-wordmark" style="color:inherit;text-decoration:none"><span class="pl-sign"></span>'
        'Plumbline</a><a href="/">All pages</a></header>'
    )
    return head, "</body></html>"


def whole(content: str) -> str:
    """A light page."""
    before, after = frame()
    return before + content + after


def glance(reading: Reading, dashboards: Iterable[Dashboard], kept_at: datetime) -> str:
    """The page of whoever looks: the newest alert, and the first figures of what their roles are for.

    Args:
        reading: as whom, and of when.
        dashboards: the pages there are, in menu order.
        kept_at: when this was read, from which a page without a network tells its age.
    """
    names = shown(dashboards, reading.viewer.roles)
    offline = f'<p class="pl-offline" id="offline" hidden>{OFFLINE}{since(kept_at, reading.now)}.</p>'
    if not names:
        return whole(f'{offline}<main><h1>Glance</h1><p class="pl-lead">{NO_FIGURES}</p></main>')
    targets = reading.targets()
    tiles = "".join(tile_html(reading, name, targets.get(name)) for name in names)
    return whole(
        f"{offline}<main><h1>Glance</h1>{lead(reading, names)}{alerts(reading)}"
        f'<div class="pl-tiles">{tiles}</div></main>'
    )


def shown(dashboards: Iterable[Dashboard], roles: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics of the first page that these roles may open and that has tiles; one made for a phone goes before."""
    mine = [each for each in dashboards if each.may_open(roles)]
    for each in sorted(mine, key=lambda page: page.layout != "phone"):
        names = tuple(element.metric for element in each.panels() if isinstance(element, Tile))
        if names:
            return names[:MOST]
    return ()


def lead(reading: Reading, names: tuple[str, ...]) -> str:
    """The month it speaks of, what changes are on, and whether the promises about it are kept."""
    statuses = [status for name in names if (status := reading.status(name)) is not None]
    kept, broken, warned = (len({p for s in statuses for p in getattr(s, one)}) for one in ("kept", "broken", "warned"))
    closed = f"<b>{f.month_year(reading.closed)}</b>, closed {f.day(month_end(reading.closed))}"
    on = f"Changes are on {f.month_name(shift(reading.closed, -1))}."
    return f'<p class="pl-lead">{closed}. {on} {titles.promises(kept, broken, warned)}.</p>'


def alerts(reading: Reading) -> str:
    """The most urgent alert and how many there are more; nothing where none is open or they are not for this role."""
    known = open_alerts(reading)
    if not known:
        return ""
    count = f"{f.number(len(known) - 1)} more"
    more = f'<p class="pl-more"><a href="/executive">{count}</a></p>' if len(known) > 1 else ""
    return f'<div class="pl-alerts">{alert_html(known[0])}{more}</div>'


def tile_html(reading: Reading, name: str, target: float | None) -> str:
    """A figure that opens its passport."""
    label = f'<div class="pl-tile-label">{escape(reading.metric(name).label)}</div>'
    try:
        tile = facts(reading, name, target)
        body = page_html(reading, name, tile.month, tile.value)[0]
    except (NotBuilt, NotPermitted, QuestionError) as error:
        why = plain(error) if isinstance(error, QuestionError) else UNREAD[type(error)]
        return f"<details><summary>{label}{missing_html(why)}</summary></details>"
    known = [value for value in tile.values if value is not None]
    words = f"{tile.metric.label}, the months to {f.month_year(tile.month)}"
    parts = (label, value_html(tile), change_html(tile), sparkline(known, words), target_html(tile),
             age_html(tile, reading.now))  # fmt: skip
    return f'<details><summary>{"".join(parts)}</summary><div class="pl-passport-page">{body}</div></details>'


def age_html(tile: TileFacts, now: datetime) -> str:
    """When the figure was loaded, as an age that goes on; in colour where it is late or a promise is broken."""
    if tile.status.broken:
        count = len(tile.status.broken)
        return f'<div class="pl-age pl-loud">{count} promise{"" if count == 1 else "s"} broken</div>'
    loaded = tile.status.loaded_at
    if tile.status.is_stale:
        told = f"loaded {since(loaded, now)}" if loaded else "never loaded"
        return f'<div class="pl-age pl-stale">late: {told}</div>'
    return f'<div class="pl-age">{f"Loaded {since(loaded, now)}" if loaded else "Not loaded yet"}</div>'


def alert_page(reading: Reading, row: dict[str, Any], back: tuple[str, str], *, may_note: bool) -> str:
    """One alert in full, with the button that takes note of it where nobody has.

    Args:
        reading: for its time zone.
        row: of the mart of alerts.
        back: the address and the title of the page to go back to.
        may_note: whether it is still open.
    """
    if may_note:
        act = '<form method="post"><button type="submit">Acknowledge</button></form>'
    else:
        by = escape(str(row.get("acknowledged_by") or "somebody"))
        act = f"<p>Acknowledged by {by}, {f.clock_time(row['acknowledged_at'], reading.zone)}.</p>"
    raised = f"Raised {f.clock_time(row['raised_at'], reading.zone)} {escape(reading.zone.key.replace('_', ' '))}."
    means = "Acknowledging it says that you have seen it: it leaves everybody's list, and the audit names you."
    said = f'<p class="pl-note">{raised} {means if may_note else ""}</p>'
    return whole(
        f'<main><h1>Alert</h1><div class="pl-asked">{alert_html(row, is_linked=False)}{said}{act}</div>'
        f"{link(*back)}</main>"
    )


def told(title: str, said: str, back: tuple[str, str]) -> str:
    """A page that only says something."""
    return whole(f'<main><h1>{escape(title)}</h1><p class="pl-lead">{escape(said)}</p>{link(*back)}</main>')


def link(address: str, title: str) -> str:
    return f'<p class="pl-links"><a href="{escape(address)}">{escape(title)}</a></p>'
