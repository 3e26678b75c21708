"""A page as a document: PDF on A4, or one picture. Set by Typst from what was read, in the light theme."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import typst

from app.export.about import About, Meaning
from app.export.gather import Made
from app.export.markup import columns_in, literal, quoted, rows_in, set_html
from app.export.tiles import tile
from app.ui import drawn
from app.ui.claim_tables import bridge_html, claims_html
from app.ui.claim_words import finding, lead
from app.ui.look import tokens
from app.ui.panels.frame import Picture, subtitle

HERE = Path(__file__).resolve().parent
PAGE = 493.0
"""The text's width on A4, in points."""
GAP = 18.0
SHRINK = 0.6
"""A pixel of the screen on paper, in points: 12 px are 7.2 pt."""
TALLEST = 300
WIDE_COLUMNS = 4
WIDE = 7
"""Of twelve: a panel that is as wide on the page has the whole width of the paper."""
SHARP = 160.0
FIT_A_PAGE = 25
"""So many rows stay together; a longer table breaks over pages."""
ONE_PANEL = 340.0


def pdf(told: About, made: Sequence[Made], meant: Sequence[Meaning], lead_said: str) -> bytes:
    """The document on A4 pages, with its definitions at the end and its pages numbered.

    Args:
        told: what it is.
        made: its parts, in order.
        meant: the definitions.
        lead_said: the line under the title.
    """
    foot = f"Data until {told.data_until}. Made for {told.line('Made for')}, {told.line('Made')}"
    size = (
        f'#set page(paper: "a4", margin: (x: 51pt, top: 54pt, bottom: 58pt), fill: white, '
        f"header: context if here().page() > 1 {{ note({_said(told.title + ', ' + told.period)}) }}, "
        f"footer: grid(columns: (1fr, auto), small({_said(foot)}), "
        f'context small[#counter(page).display() / #counter(page).final().first()]))'
    )
    parts = [_title(told, lead_said), *_flow(made), _definitions(meant, told.data_until)]
    return _compiled([_document(told), size, *_stacked(parts)], "pdf")


def png(told: About, made: Sequence[Made], lead_said: str, *, is_whole: bool) -> bytes:
    """One picture as tall as it needs to be: of the whole page, or of one panel with its age and where it is from."""
    wide = PAGE if is_whole or not made[0].picture or _is_wide(made[0]) else ONE_PANEL
    size = f"#set page(width: {wide + 48}pt, height: auto, margin: 24pt, fill: rgb({literal(_colour('ground'))}))"
    foot = f"{told.title}, {told.period}. Data until {told.line('Data until')}"
    ending = f"grid(columns: (1fr, auto), align: horizon, note({_said(foot)}), wordmark)"
    parts = [_title(told, lead_said), *_flow(made)] if is_whole else [_part(made[0], wide)]
    return _compiled([_document(told), size, *_stacked([*parts, ending])], "png")


def bare_png(told: About, made: Made) -> bytes:
    """One panel as a picture for a mail, which has the rest around it: on white, without margin or foot."""
    wide = PAGE if _is_wide(made) else ONE_PANEL
    size = f"#set page(width: {wide}pt, height: auto, margin: (x: 0pt, y: 1pt), fill: white)"
    return _compiled([_document(told), size, f"#{_part(made, wide)}"], "png")


def _document(told: About) -> str:
    return f'#set document(title: {literal(f"{told.title}, {told.period}")}, author: "Plumbline", date: none)'


def _compiled(lines: Sequence[str], kind: Literal["pdf", "png"]) -> bytes:
    source = "\n".join((_colours(), (HERE / "report.typ").read_text(encoding="utf-8"), *lines))
    return typst.compile(source.encode(), format=kind, ppi=SHARP, font_paths=fonts())


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Our own fonts and none of the machine, so that a page looks the same everywhere; read once per process."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(drawn.FONTS)])


@lru_cache(maxsize=1)
def _colours() -> str:
    light = tokens()["color"]["light"]
    return f"#let c = ({', '.join(f'{name}: rgb({literal(value)})' for name, value in light.items())})"


def _colour(name: str) -> str:
    return str(tokens()["color"]["light"][name])


def _said(text: str) -> str:
    return f"text({literal(text)})"


def _stacked(parts: Sequence[str]) -> list[str]:
    """Parts below each other with the room between rows."""
    return [f"#block(width: 100%, above: 0pt, below: 20pt, {part})" for part in parts if part]


def _title(told: About, lead_said: str) -> str:
    """The head of the first page: the sign, the page's name, the line under it."""
    head = f"grid(columns: (1fr, auto), align: bottom, text(font: serif, size: 20pt, {literal(told.title)}), wordmark)"
    return f"stack(dir: ttb, spacing: 7pt, {head}, text(fill: c.ink2, {literal(lead_said)}))"


def _flow(made: Sequence[Made]) -> list[str]:
    """Rows of the paper: tiles and wide panels alone, narrow panels in pairs."""
    rows, waiting = list[str](), list[Made]()

    def pair() -> None:
        if len(waiting) == 2:
            half = (PAGE - GAP) / 2
            both = ", ".join(_part(each, half) for each in waiting)
            tall = max(rows_in(each.picture.html) for each in waiting if each.picture)
            whole = "true" if tall > FIT_A_PAGE else "false"
            rows.append(f"block(breakable: {whole}, grid(columns: (1fr, 1fr), column-gutter: {GAP}pt, {both}))")
        elif waiting:
            rows.append(_part(waiting[0], PAGE))
        waiting.clear()

    for each in made:
        if each.picture is None or _is_wide(each):
            pair()
            rows.append(_part(each, PAGE))
        else:
            waiting.append(each)
            if len(waiting) == 2:
                pair()
    pair()
    return rows


def _is_wide(made: Made) -> bool:
    """Whether a panel needs the whole width."""
    html = made.picture.html if made.picture else ""
    return getattr(made.part.panel, "width", 12) >= WIDE or columns_in(html) > WIDE_COLUMNS + 1


def _part(made: Made, width: float) -> str:
    if made.claims:
        return _claims(made)
    if made.picture is not None:
        return _panel(made.picture, width)
    return f"tiles(3, {', '.join(tile(each) for each in made.tiles)})"


def _panel(picture: Picture, width: float) -> str:
    body = set_html(picture.html)
    if picture.spec:
        svg = drawn.svg(picture.spec, round(width / SHRINK), TALLEST)
        chart = f'image(bytes({quoted(svg)}), format: "svg", width: 100%, alt: {literal(picture.alt)})'
        body = f"stack(dir: ttb, spacing: 5pt, {chart}, {body})"
    return _framed(picture.title, subtitle(picture), picture.corner if "." not in picture.corner else "", body)


def _framed(title: str, below: str, corner: str, body: str) -> str:
    return f"panel({literal(title)}, {literal(below)}, {literal(corner)}, {body})"


def _claims(made: Made) -> str:
    """The reconciliation: for each figure what is claimed, and each department's bridge."""
    parts = []
    for each in made.claims:
        if each.found.known:
            parts.append(_framed(each.label, lead(each.found), "", set_html(claims_html(each.found))))
            parts += [_framed(finding(claim, each.found), "From the claim to the certified figure", "",
                              set_html(bridge_html(claim, each.found))) for claim in each.found.known]  # fmt: skip
    return f"stack(dir: ttb, spacing: 16pt, {', '.join(parts)})" if parts else _said("No department claims anything.")


def _definitions(meant: Sequence[Meaning], data_until: str) -> str:
    """What the figures mean, who answers for them, and by which receipt each can be found again."""
    if not meant:
        return ""
    lines = []
    for each in meant:
        facts = [f"{each.owner}, certified by {each.certified}"]
        facts += [f"Data until {each.data_until}"] if each.data_until != data_until else []
        facts += [f"Broken: {', '.join(each.broken)}"] if each.broken else []
        facts += [f"Receipt {each.receipts[0]}"] if each.receipts else []
        lines.append(f"meaning({literal(each.metric.label)}, {literal(each.metric.definition)}, "
                     f"{literal('. '.join(facts))})")  # fmt: skip
    return f'panel("What the figures mean", "", "", stack(dir: ttb, {", ".join(lines)}))'
