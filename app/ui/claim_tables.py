"""The reconciliation's two pictures as tables: claims beside the plumb line, and a bridge that lies down. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from app.reconciliation import Claim, Reconciliation
from app.ui import claim_words as words
from app.ui import format as f

Bar = tuple[float, float]


def place(value: float, low: float, high: float) -> float:
    """Where a value lies between two others, in per cent."""
    return round(100 * (value - low) / ((high - low) or 1.0), 2)


def bar_html(start: float, end: float, zero: float, low: float, high: float, kind: str = "") -> str:
    """A bar from one value to another, and the plumb line at the certified figure."""
    left, right = sorted((place(start, low, high), place(end, low, high)))
    line = f'<div class="pl-plumb" style="left:{place(zero, low, high)}%"></div>'
    return (
        f'<div class="pl-claim"><div class="pl-claim-bar{kind}" style="left:{left}%;width:{round(right - left, 2)}%">'
        f"</div>{line}</div>"
    )


def claims_html(found: Reconciliation) -> str:
    """Each department's figure, how far it lies from the certified one, and what is unexplained.

    A phone has these below the claim: five columns of amounts are wider than it is.
    """
    known, unit = found.known, found.unit
    away = [float(claim.difference or 0) for claim in known]
    low, high = min([*away, 0.0]), max([*away, 0.0])
    rows = []
    for claim in known:
        difference = float(claim.difference or 0)
        share = f.signed_percent(difference / float(found.certified)) if found.certified else f.MISSING
        bare = "" if claim.holds else ' class="pl-loud"'
        away_said, bare_said = words.exact(claim.difference, unit, signed=True), words.exact(claim.unexplained, unit)
        below = (
            f'<span class="pl-narrow pl-below">{away_said}</span>'
            f'<span class="pl-narrow pl-below"><span{bare}>{bare_said}</span> unexplained</span>'
        )
        rows.append(
            f"<tr><td>{escape(claim.department.capitalize())}"
            f'<div class="pl-subtitle">{escape(words.reported(claim))}</div></td>'
            f'<td class="pl-num">{words.exact(claim.claimed, unit)}{below}</td>'
            f'<td class="pl-claim-cell">{bar_html(0.0, difference, 0.0, low, high)}</td>'
            f'<td class="pl-num pl-extra">{away_said}</td>'
            f'<td class="pl-num pl-extra">{share}</td><td class="pl-num pl-extra">{f.number(claim.differing)}</td>'
            f'<td class="pl-num pl-extra"><span{bare}>{bare_said}</span></td></tr>'
        )
    line = f'<div class="pl-claim pl-claim-foot"><div class="pl-bob" style="left:{place(0.0, low, high)}%"></div></div>'
    rows.append(
        f'<tr class="pl-total"><td>Certified</td><td class="pl-num">{words.exact(found.certified, unit)}</td>'
        f'<td class="pl-claim-cell">{line}</td><td class="pl-num pl-extra">{words.exact(Decimal(0), unit)}</td>'
        f'<td class="pl-num pl-extra">{f.percent(0)}</td><td class="pl-num pl-extra">0</td>'
        f'<td class="pl-num pl-extra">{words.exact(Decimal(0), unit)}</td></tr>'
    )
    named = ", US dollars" if unit == "usd" else ""
    head = (
        f'<th>Department and its source</th><th class="pl-num">Claimed{named}</th><th></th>'
        '<th class="pl-num pl-extra">Difference</th><th class="pl-num pl-extra">of certified</th>'
        '<th class="pl-num pl-extra">Records that differ</th><th class="pl-num pl-extra">Unexplained</th>'
    )
    return wrapped(head, rows, "What each department claims")


def bridge_html(claim: Claim, found: Reconciliation) -> str:
    """From the claim to the certified figure, reason by reason, with the records that carry each."""
    levels = [float(claim.difference or 0)]
    for step in claim.steps:
        levels.append(levels[-1] - float(step.amount))
    low, high = min([*levels, 0.0]), max([*levels, 0.0])
    unit = found.unit
    whole = bar_html(0.0, levels[0], 0.0, low, high, " pl-claim-open")
    rows = [row_html(f"{claim.department.capitalize()} claims", whole, f.number(claim.records),
                     words.exact(claim.claimed, unit))]  # fmt: skip
    for index, step in enumerate(claim.steps):
        kind = "" if step.is_explained else " pl-claim-bare"
        rows.append(row_html(step.label, bar_html(levels[index], levels[index + 1], 0.0, low, high, kind),
                             f.number(step.records), words.exact(-step.amount, unit, signed=True)))  # fmt: skip
    if all(step.reason != "unexplained" for step in claim.steps):
        rows.append(row_html("Unexplained", bar_html(0.0, 0.0, 0.0, low, high), "0", words.exact(Decimal(0), unit)))
    line = f'<div class="pl-claim pl-claim-foot"><div class="pl-bob" style="left:{place(0.0, low, high)}%"></div></div>'
    rows.append(row_html("Certified", line, "", words.exact(found.certified, unit), "pl-total"))
    amount = "US dollars" if unit == "usd" else "Customers"
    head = f'<th>Reason</th><th></th><th class="pl-num">Records</th><th class="pl-num">{amount}</th>'
    return wrapped(head, rows, f"From what {claim.department} claims to the certified figure")


def row_html(name: str, picture: str, count: str, amount: str, kind: str = "") -> str:
    """One line of the bridge."""
    of_kind = f' class="{kind}"' if kind else ""
    return (
        f'<tr{of_kind}><td>{escape(name)}</td><td class="pl-claim-cell">{picture}</td><td class="pl-num">{count}</td>'
        f'<td class="pl-num">{amount}</td></tr>'
    )


def wrapped(head: str, rows: Sequence[str], caption: str) -> str:
    """A table that scrolls inside itself on a narrow screen."""
    return (
        f'<div class="pl-scroll" tabindex="0"><table class="pl-table pl-claims"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
