"""A rehearsal for people: what changes, the months side by side, what differs most, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from pipelines.definitions.raising import is_raised
from pipelines.definitions.reach import Reach
from pipelines.definitions.rehearsal import Change, Rehearsal
from pipelines.definitions.side_by_side import Row

DETAILED = 6
"""So many figures are drawn month by month, and so many more are named; `--json` has them all."""
PARTS, VALUES, NAMED = 6, 5, 40


def draw(found: Rehearsal, console: Console) -> None:
    """The whole rehearsal, those figures first that differ."""
    for line in head(found):
        console.print(line, markup=False)
    order = sorted(found.changes, key=lambda change: not is_moved(change))
    for change in order[:DETAILED]:
        _draw_change(change, console)
    still = [change.metric for change in order[DETAILED:] if not is_moved(change)]
    for change in order[DETAILED:]:
        if is_moved(change):
            console.print(f"{change.metric}: {summary(change)}", markup=False)
    if still:
        console.print(f"\nNo figure differs in {len(still)} more: {_some(still, NAMED)}", markup=False)
    console.print("\nWho and what is affected", markup=False)
    for line in affected(found.reach):
        console.print(f"  {line}", markup=False)
    for line in foot(found):
        console.print(line, markup=False)


def head(found: Rehearsal) -> Iterator[str]:
    """What changes, and where it was worked out."""
    differing = sum(change.figures.differs for change in found.changes)
    yield (f"Rehearsal {found.rehearsal_id}: {len(found.changes)} metric(s) would mean something else, {differing} of "
           f"them with other figures, {found.span[0]:%Y-%m} to {found.span[1]:%Y-%m}.")  # fmt: skip
    parts = tuple(dict.fromkeys(part for change in found.changes for part in change.parts))
    yield f"Changed: {_some(parts, PARTS) or 'versions only'}. Models worked out beside: {len(found.models)}."
    if found.rows_came:
        yield "Rows have come since the build: differences may hold these, too. Build first to be sure."


def is_moved(change: Change) -> bool:
    """Whether anybody would see another figure, or one more or less."""
    return change.figures.differs or change.what in ("new", "gone")


def summary(change: Change) -> str:
    """One figure in a line: what changes, in how many months, and by how much in the last."""
    rows = [row for row in change.figures.rows if row.differs]
    if change.what in ("new", "gone"):
        return f"would be {change.what}"
    if not rows:
        cuts = [cut.dimension for cut in change.figures.cuts if cut.moved]
        return f"no month differs{', but parts by ' + ', '.join(cuts) + ' do' if cuts else ''}"
    last = rows[-1]
    count = f"{len(rows)} of {len(change.figures.rows)}"
    return f"{count} differ, last {_of(last)}: {number(last.stands)} → {number(last.would_be)} {change.unit}"


def affected(reach: Reach) -> Iterator[str]:
    """Pages, metrics, alerts, targets, mails, packs, signatures and people."""
    for title, what in reach.pages.items():
        yield f"page {title}: {_some(what, VALUES)}"
    for name, others in list(reach.made_of.items())[:VALUES]:
        yield f"made of {name}: {_some(others, VALUES)}"
    if reach.watched:
        yield f"watched for anomalies, and foretold: {', '.join(reach.watched)}"
    for headline in reach.alerts[:VALUES]:
        yield f"open alert: {headline}"
    for target in reach.targets:
        said = {True: "met", False: "missed", None: "not known"}
        yield f"target of {target.metric}, {number(target.target)}: {said[target.stands]} → {said[target.would_be]}"
    if reach.mailed:
        yield f"daily mail: {', '.join(reach.mailed)}, to {_some(reach.mailed_to, VALUES) or 'nobody yet'}"
    for pack, names in reach.packs.items():
        yield f"board pack {pack} holds {_some(names, VALUES)}: it stays as frozen, and will compare as restated"
    if reach.signed:
        yield f"signed as it stands: {', '.join(reach.signed)}"
    for role, names in reach.roles.items():
        yield f"role {role} sees {len(names)} of them: {_some(reach.people.get(role, ()), VALUES) or 'held by nobody'}"


def foot(found: Rehearsal) -> Iterator[str]:
    """What is due before it counts."""
    yield ""
    old = [change.metric for change in found.changes if change.must_raise and not is_raised(change)]
    if old:
        yield (f"A new version is due in {len(old)} metric file(s): {_some(old, DETAILED)}. Raise it before it is "
               "approved; `plumbline rehearse --raise-versions` does it.")  # fmt: skip
    if not found.is_whole:
        yield "This is a part of what changes: rehearse without names and over 24 months or more, and approve that."
        return
    owners = sorted({who for change in found.changes for who in (change.owner, change.owner_stands)})
    titles = sorted({who for change in found.changes for who in (change.certifier, change.certifier_stands)})
    yield f"To approve: by the owners ({', '.join(owners)}) and by who certifies ({', '.join(titles)}), two people."
    yield f"  plumbline approve {found.rehearsal_id} --owner EMAIL --why TEXT"
    yield f"  plumbline approve {found.rehearsal_id} --certifier EMAIL --why TEXT"


def number(value: Decimal | None) -> str:
    """With its own decimals, at most six; `n/a` for what is not known."""
    if value is None:
        return "n/a"
    told = f"{value:,.6f}".rstrip("0").rstrip(".") if value != value.to_integral_value() else f"{value:,.0f}"
    return told.replace("-", "−")


def _draw_change(change: Change, console: Console) -> None:
    versions = f"version {change.version_stands or 'none'} → {change.version_would_be or 'none'}"
    console.print(f"\n{change.label} ({change.metric}), {versions}: {summary(change)}", markup=False)
    rows = [row for row in change.figures.rows if row.differs]
    if rows:
        table = Table(box=None, pad_edge=False)
        for title in ("", "as it stands", "as it would be", "difference"):
            table.add_column(title, justify="right" if title else "left")
        for row in rows[-24:]:
            table.add_row(_of(row), number(row.stands), number(row.would_be), number(row.difference))
        if change.figures.sums:
            sums = change.figures.sums
            table.add_row("together", number(sums.stands), number(sums.would_be), number(sums.difference))
        console.print(table, markup=False)
    for cut in change.figures.cuts:
        if cut.moved:
            said = [f"{one.value} {number(one.most.stands)} → {number(one.most.would_be)} in {_of(one.most)}"
                    for one in cut.moved[:VALUES]]  # fmt: skip
            more = f" and {len(cut.moved) - VALUES} more" if len(cut.moved) > VALUES else ""
            whole = {True: "; these make up the whole", False: "; THESE DO NOT MAKE UP THE WHOLE", None: ""}
            console.print(f"  by {cut.dimension}: {', '.join(said)}{more}{whole[cut.adds_up]}", markup=False)


def _of(row: Row) -> str:
    parts = [f"{row.period:%Y-%m}"] if row.period else []
    return " ".join([*parts, *(part or "none" for part in row.of)])


def _some(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
