"""A tile on paper: the same facts as on the page. Pure."""

from __future__ import annotations

from app.export.markup import literal
from app.metrics import Metric
from app.ui import format as f
from app.ui.look import tokens
from app.ui.reading import month_end
from app.ui.spark import HEIGHT, heights
from app.ui.tiles import TileFacts, aim, alone, meaning

TRACK_ROOM = 1.33


def tile(facts: TileFacts | tuple[Metric, str]) -> str:
    """One tile as Typst code; one that cannot be read says why."""
    if not isinstance(facts, TileFacts):
        metric, why = facts
        return f"tile({literal(metric.label)}, {missing(why)}, [], [], [], [])"
    value = facts.value
    shown = missing(facts.reason or "not known for this month") if value is None else figure(value, facts.metric.unit)
    known = [each for each in facts.values if each is not None]
    line = f"spark(({', '.join(str(round(y / HEIGHT, 4)) for y in heights(known))},))" if len(known) > 1 else "[]"
    return f"tile({literal(facts.metric.label)}, {shown}, {change(facts)}, {line}, {target(facts)}, {age(facts)})"


def figure(value: float, unit: str) -> str:
    """The number large, its unit smaller."""
    made = f.figure(value, unit)
    before = f"text(size: 11pt, fill: c.ink3, {literal(made.before)})" if made.before else "[]"
    behind = f"text(size: {8.4 if len(made.unit) > 1 else 11}pt, fill: c.ink3, {literal(f.THIN + made.unit)})"
    return f"[#{before}#text(size: 18pt, {literal(made.digits)})#{behind if made.unit else '[]'}]"


def missing(why: str) -> str:
    return f"[#text(size: 18pt, fill: c.ink3, {literal(f.MISSING)})#h(4pt)#note({literal(why)})]"


def change(facts: TileFacts) -> str:
    """The change by its meaning, and on what."""
    if facts.value is None:
        return "[]"
    if facts.before is None:
        return 'note("no comparison yet")'
    text = f.change(facts.value, facts.before, facts.metric.unit)
    kind = {"still": "ink3"}.get(found := meaning(text, facts.metric.better), found)
    colour = tokens()["color"]["light"][kind]
    return (f"[#text(size: 7.2pt, fill: rgb({literal(colour)}), {literal(text)})"
            f"#note({literal(f' on {facts.compared_with}')})]")  # fmt: skip


def target(facts: TileFacts) -> str:
    """The track and its words; only "missed" is loud."""
    if facts.value is None or facts.target is None:
        return f"note({literal(alone(facts))})"
    met = facts.metric.is_met(facts.value, facts.target)
    word = 'note("met")' if met else 'text(size: 7.2pt, weight: 600, fill: c.loss, "missed")'
    words = f"grid(columns: (1fr, auto), note({literal(aim(facts.metric, facts.target))}), {word})"
    most = max(facts.value, facts.target, 0.0) * TRACK_ROOM
    if most <= 0:
        return words
    fill, tick = (round(100 * max(part, 0.0) / most, 1) for part in (facts.value, facts.target))
    return f"stack(dir: ttb, spacing: 4pt, track({fill}%, {tick}%), {words})"


def age(facts: TileFacts) -> str:
    """When it closed; that a promise is broken or its data is late comes first."""
    closed = f"Closed {f.day(month_end(facts.month))}"
    if facts.status.broken:
        count = len(facts.status.broken)
        said = f"{count} promise{'' if count == 1 else 's'} broken"
        return f"text(weight: 600, fill: c.loss, {literal(said)})"
    if facts.status.is_stale:
        return f"text(fill: c.stale, {literal(f'{closed}; late')})"
    return literal(facts.whole or closed)
