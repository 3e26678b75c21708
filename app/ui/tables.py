"""Tables as HTML: numbers right, units in the header, the same decimals in a column. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Column:
    """A column's header; whether it holds numbers, a phone may leave it out, it holds sentences that need room."""

    head: str
    is_number: bool = False
    is_extra: bool = False
    is_prose: bool = False

    @property
    def attribute(self) -> str:
        """The class of its cells, as an attribute with a space before it; nothing for a plain column."""
        kinds = {"pl-num": self.is_number, "pl-extra": self.is_extra, "pl-prose": self.is_prose}
        names = [name for name, has in kinds.items() if has]
        return f' class="{" ".join(names)}"' if names else ""


@dataclass(frozen=True)
class Cell:
    """A cell's text; its meaning (gain, loss, stale, act), what a phone says below it, where it leads, a bar behind it
    in per cent, a small line below it with its own meaning.
    """

    text: str
    meaning: str = ""
    below: str = ""
    href: str = ""
    fill: float | None = None
    note: str = ""
    note_meaning: str = ""


def table(columns: Sequence[Column], rows: Sequence[Sequence[Cell | str]], *, total: Sequence[Cell | str] = (),
          caption: str = "") -> str:  # fmt: skip
    """A table that scrolls inside itself on a narrow screen.

    Args:
        columns: one per cell of each row.
        rows: cells, escaped here.
        total: a last row in strong.
        caption: what a screen reader says first.
    """
    kinds = [column.attribute for column in columns]
    head = "".join(f"<th{kind}>{escape(column.head)}</th>" for column, kind in zip(columns, kinds, strict=True))
    body = "".join(f"<tr>{cells(row, kinds)}</tr>" for row in rows)
    foot = f'<tr class="pl-total">{cells(total, kinds)}</tr>' if total else ""
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="pl-scroll" tabindex="0"><table class="pl-table">{said}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}{foot}</tbody></table></div>"
    )


def cells(row: Sequence[Cell | str], kinds: Sequence[str]) -> str:
    made = []
    for cell, kind in zip(row, kinds, strict=True):
        whole = Cell(cell) if isinstance(cell, str) else cell
        text = escape(whole.text)
        inner = f'<span class="pl-{whole.meaning}">{text}</span>' if whole.meaning else text
        inner = way(inner, whole.href)
        below = f'<span class="pl-narrow pl-below">{escape(whole.below)}</span>' if whole.below else ""
        bar = "" if whole.fill is None else f'<span class="pl-cell-bar" style="width:{whole.fill:.1f}%"></span>'
        tone = f" pl-{whole.note_meaning}" if whole.note_meaning else ""
        note = f'<span class="pl-cell-note{tone}">{escape(whole.note)}</span>' if whole.note else ""
        made.append(f"<td{kind}>{bar}{inner}{below}{note}</td>")
    return "".join(made)


def way(inner: str, href: str) -> str:
    """HTML that leads somewhere, in the same tab; as it is where it leads nowhere."""
    return f'<a class="pl-way" href="{escape(href)}" target="_self">{inner}</a>' if href else inner
