"""The HTML of a panel, as it is drawn on a page, set as Typst: tables, bars, heat, alerts and sentences. Pure.

So any panel prints, also one to come, and prints what the page shows; what a phone shows instead is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from app.ui.format import THIN
from app.ui.look import tokens

KINDS = {"pl-heat": "heat", "pl-ranked": "ranked", "pl-claims": "claims"}
VOID = ("br", "img", "hr", "col", "meta", "input")
UNSEEN = ("pl-narrow", "pl-quiet", "pl-note-it", "caption", "style", "script", "svg")
"""Classes and elements that paper does not show: what is there for a phone, a screen reader or a click."""
COLOURS = {"gain": "gain", "loss": "loss", "missed": "loss", "loud": "loss", "act": "loss", "watch": "watch",
           "stale": "stale", "still": "ink3", "held": "stale", "lost": "ink3", "on": "ink3"}  # fmt: skip
STRONG = ("missed", "loud", "act", "watch", "strong")
BLOCKS = ("div", "p", "ul", "li", "section", "table", "details")
LONGEST, SHORTEST, BAR, PROSE, HEAD = 26, 4, 18, 44, 11
NARROW, LETTER = 11.0, 4.3
"""A column of so many letters never breaks; what a letter needs at most, in points."""
LONG, AFTER, BREAK = re.compile(r"\S{19,}"), re.compile(r"([_./@-])"), "\u200b"
"""A long name breaks behind its signs, rather than run over its neighbour."""
UNBROKEN = re.compile(rf"[^\s{BREAK}]{{20}}(?=[^\s{BREAK}]{{6}})")
"""Of a name without signs so much stands on a line, unless little is left."""
JOINER = "\u2060"
"""Keeps a number and its unit on one line: the font has no thin space that does."""
STYLE = re.compile(r"(--pl-depth|left|width|top)\s*:\s*([\d.]+)%")


@dataclass
class Node:
    """An element with its children, which are nodes and texts."""

    tag: str
    classes: tuple[str, ...] = ()
    style: dict[str, float] = field(default_factory=dict)
    span: int = 1
    children: list[Node | str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return name in self.classes

    def all(self, *tags: str) -> list[Node]:
        """Every element of these tags below it, in order; not those inside one that was found."""
        found: list[Node] = []
        for child in self.children:
            if isinstance(child, Node):
                found += [child] if child.tag in tags else child.all(*tags)
        return found

    def by_class(self, name: str) -> Node | None:
        """The first element of a class at or below it."""
        if self.has(name):
            return self
        inner = (child.by_class(name) for child in self.children if isinstance(child, Node))
        return next((found for found in inner if found), None)

    @property
    def is_unseen(self) -> bool:
        return self.tag in UNSEEN or any(name in UNSEEN for name in self.classes)

    @property
    def text(self) -> str:
        """What paper shows of it, as one line."""
        parts = (child if isinstance(child, str) else "" if child.is_unseen else f" {child.text} "
                 if child.tag in (*BLOCKS, "br", "small") else child.text for child in self.children)  # fmt: skip
        return " ".join("".join(parts).split(" ")).strip()


class Reader(HTMLParser):
    """Reads our own HTML, which is well formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        style = {name: float(value) for name, value in STYLE.findall(known.get("style", ""))}
        node = Node(tag, tuple(known.get("class", "").split()), style, int(known.get("colspan") or 1))
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read(html: str) -> Node:
    """The tree of a piece of HTML."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.root


def text_of(html: str) -> str:
    """What a piece of HTML says."""
    return " ".join(read(html).text.split())


def literal(text: str) -> str:
    """A text for people as Typst takes it in code: nothing in it is ever markup; numbers keep their units."""
    soft = LONG.sub(lambda word: AFTER.sub(rf"\1{BREAK}", word[0]), text.replace(THIN, f"{JOINER}{THIN}{JOINER}"))
    soft = UNBROKEN.sub(rf"\g<0>{BREAK}", soft)
    return quoted(soft.replace("\n", " ").replace("\r", " "))


def quoted(text: str) -> str:
    """A text as it is, in quotation marks."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def set_html(html: str) -> str:
    """A panel's HTML as Typst code: one content, blocks below each other."""
    return _blocks(read(html)) if html else "[]"


def columns_in(html: str) -> int:
    """How many columns the widest table has; 0 where there is none."""
    rows = [row for table in read(html).all("table") for row in table.all("tr")]
    return max((sum(cell.span for cell in row.all("td", "th")) for row in rows), default=0)


def rows_in(html: str) -> int:
    """How many rows all its tables have."""
    return sum(len(table.all("tr")) for table in read(html).all("table"))


def _blocks(node: Node) -> str:
    """Blocks of a node below each other; texts between them are paragraphs."""
    made, inline = [], list[Node | str]()
    for child in node.children:
        if isinstance(child, Node) and child.is_unseen:
            continue
        if isinstance(child, Node) and child.tag in BLOCKS:
            made += _paragraph(inline)
            inline = []
            made.append(_block(child))
        else:
            inline.append(child)
    made += _paragraph(inline)
    return f"stack(dir: ttb, spacing: 5pt, {', '.join(made)})" if made else "[]"


def _paragraph(inline: Sequence[Node | str]) -> list[str]:
    return [f"par({_inline(inline)})"] if any(_said(each) for each in inline) else []


def _said(child: Node | str) -> str:
    return (child if isinstance(child, str) else child.text).strip()


def _block(node: Node) -> str:
    if node.tag == "table":
        return _table(node)
    if node.has("pl-alert-head"):
        first, *rest = [each for each in node.children if isinstance(each, Node)]
        return f"note(grid(columns: (1fr, auto), {_inline([first])}, {_inline(rest)}))"
    if node.has("pl-alert"):
        return f"alert({_blocks(node)})"
    if node.has("pl-more") or node.has("pl-subtitle") or node.has("pl-events"):
        return f"note({_blocks(node)})"
    return _blocks(node)


def _inline(children: Sequence[Node | str]) -> str:
    """Texts beside each other, each in its colour."""
    pieces = [piece for child in children if (piece := _piece(child))]
    return f"[{''.join(f'#{piece}' for piece in pieces)}]"


def _piece(child: Node | str) -> str:
    if isinstance(child, str):
        said = re.sub(r"\s*\n\s*", " ", child)
        return f"text({literal(said)})" if said else ""
    if child.is_unseen:
        return ""
    if child.tag == "br":
        return "linebreak()"
    inner = _inline(child.children)
    if child.tag == "small":
        return f"[#linebreak()#text(weight: 400, {inner})]"
    if child.has("pl-lost") or child.tag in BLOCKS:
        return f"[#linebreak()#note({inner})]" if child.text else ""
    names = [name.removeprefix("pl-") for name in child.classes]
    colour = next((COLOURS[name] for name in names if name in COLOURS), "")
    settings = [f'fill: rgb("{tokens()["color"]["light"][colour]}")'] if colour else []
    settings += ['weight: 600'] if child.tag in ("b", "strong") or any(name in STRONG for name in names) else []
    return f"text({', '.join([*settings, inner])})"


def _table(table: Node) -> str:
    """A table over the whole width, its columns as wide as what stands in them."""
    rows = table.all("tr")
    grid = [row.all("td", "th") for row in rows]
    count = max((sum(cell.span for cell in row) for row in grid), default=0)
    if not count:
        return "[]"
    heads = [row for section in table.all("thead") for row in section.all("tr")]
    kind = next((kind for name, kind in KINDS.items() if table.has(name)), "listed")
    head = "".join(_row(row, kind, is_head=True) for row in heads)
    body = "".join(_row(row, kind) for row in rows if not any(row is each for each in heads))
    columns = ", ".join(_spread(_weights(grid, count, len(heads))))
    header = f"table.header({head})," if head else ""
    return f"{kind}((columns: ({columns},)), {header}{body})"


def _spread(weights: Sequence[float]) -> list[str]:
    """Narrow columns as wide as they need to be; wide ones share what is left, for they can break."""
    if all(weight <= NARROW for weight in weights):
        return [f"{weight}fr" for weight in weights]
    return [f"{weight * LETTER + 6}pt" if weight <= NARROW else f"{weight}fr" for weight in weights]


def _weights(grid: Sequence[Sequence[Node]], count: int, heads: int) -> list[float]:
    """How wide each column is beside the others: by its longest word or number, sentences with more."""
    wide = [float(SHORTEST)] * count
    for number, row in enumerate(grid):
        at = 0
        for cell in row:
            if cell.span == 1:
                wide[at] = max(wide[at], _width(cell, is_head=number < heads))
            at += cell.span
    return wide


def _width(cell: Node, *, is_head: bool) -> float:
    if cell.has("pl-bar-cell") or cell.has("pl-claim-cell"):
        return BAR
    said = cell.text
    if cell.has("pl-prose"):
        return min(len(said), PROSE)
    if is_head:
        longest = max((len(word) for word in said.split()), default=0) * 0.9
        return max(longest, min(len(said), HEAD) if cell.has("pl-num") else 0) + 1.5
    below = max((len(small.text) for small in cell.all("small")), default=0)
    return min(max(len(said) - below, below), LONGEST) + 2


def _row(row: Node, kind: str, *, is_head: bool = False) -> str:
    cells = row.all("td", "th")
    return "".join(_cell(cell, kind, is_head=is_head, is_total=row.has("pl-total")) for cell in cells)


def _cell(cell: Node, kind: str, *, is_head: bool, is_total: bool) -> str:
    bar = cell.by_class("pl-bar") or cell.by_class("pl-claim")
    inner = _bar(bar) if bar else _inline(cell.children)
    settings = [f"colspan: {cell.span}"] if cell.span > 1 else []
    side = "right" if cell.has("pl-num") else "left" if kind != "heat" or (cell.tag == "th" and not is_head) else ""
    place = "bottom" if is_head else "top" if kind == "listed" else "horizon"
    settings += [f"align: {side} + {place}"] if side else []
    if cell.has("pl-left"):
        depth = cell.style.get("--pl-depth", 0.0)
        settings.append(f"fill: color.mix((c.bar, {depth}%), (white, {100 - depth}%))")
    if is_total:
        settings.append("stroke: (top: 0.6pt + c.rule)")
        inner = f"text(weight: 600, {inner})"
    return f"table.cell({', '.join([*settings, inner])}),"


def _bar(node: Node) -> str:
    """A bar in per cent of its cell, with its tick or the plumb line."""
    fill = node.by_class("pl-bar-fill") or node.by_class("pl-claim-bar")
    tick, line = node.by_class("pl-bar-tick"), node.by_class("pl-plumb") or node.by_class("pl-bob")
    start, wide = (fill.style.get("left", 0.0), fill.style.get("width", 0.0)) if fill else (0.0, 0.0)
    kind = "open" if fill and fill.has("pl-claim-open") else "bare" if fill and fill.has("pl-claim-bare") else "full"
    at = (tick or line).style.get("left", -1.0) if tick or line else -1.0  # type: ignore[union-attr]
    sign = "tick" if tick else "plumb" if line else "none"
    return f'bar({start}%, {wide}%, "{kind}", {at}%, "{sign}")'
