"""The success measures in words: what each found, its target, and a question behind it. Pure."""

from __future__ import annotations

from app.business_questions import QUESTIONS
from app.ledger.entries import Entry
from app.ledger.measures import FASTER, MOST_HOURS, SELF_SERVED, WINDOW_WEEKS, Measure
from app.ledger.steps import Way
from app.metrics import catalogue
from app.ui import format as f

WAYS: dict[Way, str] = {
    "search": "search",
    "answer": "answer opened",
    "report": "report opened",
    "build": "report begun",
    "kept": "report kept",
    "metric": "metric",
    "sql": "SQL",
    "records": "records",
    "people": "people",
}
UNNAMED: dict[Way, str] = {"sql": "SQL of their own", "build": "A report of their own", "report": "A report"}
"""What is not read here, since it may hold anything."""
FOUR = "four weeks"
NOT_YET = "Not known yet"


def duration(hours: float | None) -> str:
    """Such as "under a minute", "4 min", "2.5 h", "3.2 days"; n/a for what is not known."""
    figure = duration_figure(hours)
    return "under a minute" if figure == UNDER_A_MINUTE else str(figure)


UNDER_A_MINUTE = f.Figure("< ", "1", "min")


def duration_figure(hours: float | None) -> f.Figure:
    """The same as a figure for a tile."""
    if hours is None:
        return f.Figure("", f.MISSING, "")
    if hours < 1 / 60:
        return UNDER_A_MINUTE
    if round(hours * 60) < 60:
        return f.Figure("", f.number(hours * 60), "min")
    if hours < 48:
        return f.Figure("", f.number(hours, 1), "h")
    return f.Figure("", f.number(hours / 24, 1), "days")


def figure(measure: Measure) -> f.Figure:
    """The measure's number."""
    if measure.value is None:
        return f.Figure("", f.MISSING, "")
    if measure.key == "R1":
        return duration_figure(measure.value)
    if measure.key == "R5":
        return f.Figure("", f.number(measure.value, 1), "h a week")
    return f.figure(measure.value, measure.unit)


def target(measure: Measure) -> str:
    """The target, as a tile says it."""
    return {
        "R1": f"Target {f.percent(FASTER, 0)} less than before" if measure.goal is None else
              f"Target at most {duration(measure.goal)}",
        "R2": f"Target {f.percent(SELF_SERVED, 0)}",
        "R3": "Target: people build their own",
        "R4": "Target none",
        "R5": f"Target under {f.number(MOST_HOURS)}{f.THIN}h",
    }[measure.key]  # fmt: skip


def state(measure: Measure) -> str:
    """met, missed, or nothing where it cannot be said."""
    return "" if measure.is_met is None else "met" if measure.is_met else "missed"


def title(measure: Measure) -> str:
    """What the measure found, computed from its own numbers."""
    return {"R1": r1_title, "R2": r2_title, "R3": r3_title, "R4": r4_title, "R5": r5_title}[measure.key](measure)


def r1_title(measure: Measure) -> str:
    if measure.value is None:
        return f"No ad-hoc question was answered in {FOUR}"
    said = f"Ad-hoc questions are answered in {duration(measure.value)}"
    if measure.before is None:
        return said
    less = 1 - measure.value / measure.before.hours
    return f"{said}, {f.percent(abs(less))} {'faster' if less >= 0 else 'slower'} than before"


def r2_title(measure: Measure) -> str:
    if measure.value is None:
        return f"No question was asked in {FOUR}"
    return f"{f.percent(measure.value)} of questions were answered without an engineer"


def r3_title(measure: Measure) -> str:
    if not measure.count:
        return f"Nobody built a report without SQL in {FOUR}"
    return f"{measure.count} report{'' if measure.count == 1 else 's'} built without SQL in {FOUR}"


def r4_title(measure: Measure) -> str:
    if measure.value is None:
        return "No claim to explain yet"
    if not measure.left:
        return "No difference between departments is left unexplained"
    leave = "leaves" if measure.left == 1 else "leave"
    return f"{measure.left} of {measure.count} claims {leave} a rest that nobody explains"


def r5_title(measure: Measure) -> str:
    if measure.value is None:
        return "No time of engineers was noted"
    return f"Engineers spent {f.number(measure.value, 1)}{f.THIN}h a week on data requests"


def subtitle(measure: Measure) -> str:
    """Of what the number is made, its target, and why it is not known where it is not."""
    parts = [f"{measure.key}. {made_of(measure)}", target(measure)]
    if measure.before is not None:
        parts[1] += (f": {f.percent(FASTER, 0)} less than the {duration(measure.before.hours)} that "
                     f"{measure.before.said_by} named on {f.short_date(measure.before.said_on)}")  # fmt: skip
    return ". ".join([part for part in (*parts, measure.why.removesuffix(".")) if part])


def made_of(measure: Measure) -> str:
    """What was counted."""
    count, left = measure.count, measure.left
    answered = f"{count - left} answered of {count} asked in {FOUR}"
    return {
        "R1": f"Median of {answered}",
        "R2": f"{answered}; a page answers {measure.ready} of the {measure.known} questions of the business",
        "R3": "Kept by people who write no SQL",
        "R4": f"{count} claims beside the certified figure now; by week, as they were signed",
        "R5": f"{count} answer{'' if count == 1 else 's'} of engineers in {FOUR}, divided by {WINDOW_WEEKS}",
    }[measure.key]  # fmt: skip


def standing(measures: tuple[Measure, ...]) -> str:
    """Such as "3 of 5 success measures are met, 1 is not known yet"."""
    met, unknown = (sum(one.is_met is state for one in measures) for state in (True, None))
    said = f"{met} of {len(measures)} success measures {'is' if met == 1 else 'are'} met"
    return said + (f", {unknown} {'is' if unknown == 1 else 'are'} not known yet" if unknown else "")


def asked(entry: Entry) -> str:
    """A question in words: what was handed to people, opened by name, or searched for."""
    about = entry.about
    if not about:
        return next((said for way, said in UNNAMED.items() if way in entry.ways), "A question")
    by_key = {question.key: question.text for question in QUESTIONS}
    known = catalogue()
    return by_key.get(about) or (known[about].label if about in known else f"“{about}”")


def ways(entry: Entry) -> str:
    """By which ways somebody looked, such as "search, then SQL"."""
    return ", then ".join(WAYS[way] for way in entry.ways)


def outcome(entry: Entry) -> str:
    """Such as "answered", "answered by an engineer", "waits for an analyst"."""
    if entry.answered_role:
        return f"answered by an {entry.answered_role}"
    return f"waits for an {entry.to_role}" if entry.to_role and entry.state == "open" else entry.state


def roles(entry: Entry) -> str:
    return ", ".join(role.replace("_", " ") for role in entry.roles) or "no role"
