"""The dictionary on the wall: what each certified figure means, read from models/metrics/<name>.yml.

A mistake in a file says which file, which line, which field, what was found and what is allowed. The SQL of a
question about a metric is made in `app.compile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from app.errors import MetricFileError
from app.settings import ROOT

FOLDER = ROOT / "models" / "metrics"
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Relation = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

FIELDS_OF_KIND = {
    "simple": ({"mart", "column", "aggregate", "over_time"}, {"time_column", "reason_column"}),
    "ratio": ({"numerator", "denominator"}, {"undefined"}),
    "multiple": ({"of", "factor"}, set()),
}
"""What each kind of metric must say of itself, and what it may."""


class Certified(BaseModel):
    """Who vouches for the definition, since when, and which version of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Words
    on: date
    version: int = Field(ge=1)


class Metric(BaseModel):
    """One certified figure; the file's name is the metric's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Identifier
    label: Words
    question: Words
    definition: Words
    kind: Literal["simple", "ratio", "multiple"] = "simple"
    mart: Relation | None = None
    column: Identifier | None = None
    aggregate: Literal["sum", "max", "none"] | None = None
    over_time: Literal["last", "sum"] | None = None
    time_column: Identifier = "month"
    numerator: Identifier | None = None
    denominator: Identifier | None = None
    undefined: Words | None = None
    of: Identifier | None = None
    factor: int | None = Field(None, ge=1)
    unit: Literal["usd", "count", "ratio", "months", "days"]
    better: Literal["up", "down"]
    dimensions: tuple[Identifier, ...] = ()
    owner: Words
    certified: Certified
    answers: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]+$")], ...] = ()
    freshness_minutes: int = Field(60, ge=1)
    null_reason: Words | None = None
    reason_column: Identifier | None = None
    worked_out_as: Words | None = None

    @property
    def bases(self) -> tuple[str, ...]:
        """The metrics this one is made of; none for a simple one."""
        return tuple(base for base in (self.numerator, self.denominator, self.of) if base)

    @property
    def why_null(self) -> str:
        """What a missing value means, in words; empty when the file does not say."""
        return self.null_reason or self.undefined or ""

    def is_met(self, value: float, target: float) -> bool:
        """Whether a value reaches its target, in the direction that is good for this figure."""
        return value >= target if self.better == "up" else value <= target


@dataclass(frozen=True)
class Question:
    """A metric, and how it is to be cut. Months are inclusive and may be given by any of their days.

    Attributes:
        metric: its name.
        by: dimensions to split by; the answer has one row per month and combination.
        since: first month; none for all there are.
        until: last month; none for the latest.
        where: (dimension, value) pairs to keep; several values of one dimension are alternatives.
        include_partial: whether the running month is shown too.
        top: with `by`: keep the largest so many of the latest month, the rest as `Other` where it adds up.
    """

    metric: str
    by: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    where: tuple[tuple[str, str], ...] = ()
    include_partial: bool = False
    top: int | None = None


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Metric]:
    """The metrics of this project, read once per process."""
    return load_metrics(FOLDER)


def load_metrics(folder: Path) -> Mapping[str, Metric]:
    """All metrics of a folder by name, in alphabetical order; empty where there are no files.

    Raises:
        MetricFileError: a file is malformed, or names a metric that is not there.
    """
    found = {file.stem: (file, *_read(file)) for file in sorted(folder.glob("*.yml"))}
    metrics = {name: metric for name, (_, _, metric) in found.items()}
    for file, source, metric in found.values():
        _check_references(file, source, metric, metrics)
    return MappingProxyType(metrics)


def closest(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """A hint for a mistyped name: ` Did you mean 'net_mrr'?`, or nothing when none is near."""
    near = get_close_matches(name, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _read(file: Path) -> tuple[CommentedMap, Metric]:
    try:
        source = YAML().load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise MetricFileError(f"{file}:{line}: not YAML: {error.problem}. Expected `field: value` lines.") from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise MetricFileError(f"{file}: not readable as YAML: {error}. Expected `field: value` lines.") from None
    if not isinstance(source, CommentedMap):
        raise MetricFileError(f"{file}:1: a metric file holds fields, found {source!r}. Expected `label: …` and so on.")
    if "name" in source:
        raise _mistake(file, source, "name", source["name"], "no such field: the file's name is the metric's")
    try:
        metric = Metric.model_validate({**_plain(source), "name": file.stem})
    except ValidationError as error:
        raise _explain(file, source, error.errors()[0]) from None
    needed, allowed = FIELDS_OF_KIND[metric.kind]
    for missing in sorted(needed - set(source)):
        raise MetricFileError(f"{file}: the field {missing!r} is missing. A {metric.kind} metric needs it. Add it.")
    if metric.reason_column and metric.aggregate != "none":
        only = "nothing: only a metric with `aggregate: none` has one reason per month"
        raise _mistake(file, source, "reason_column", metric.reason_column, only)
    of_others = set().union(*(a | b for a, b in FIELDS_OF_KIND.values())) - needed - allowed
    for odd in [field for field in source if field in of_others]:
        raise _mistake(file, source, odd, source[odd], f"nothing: a {metric.kind} metric has no such field")
    return source, metric


def _check_references(file: Path, source: CommentedMap, metric: Metric, metrics: Mapping[str, Metric]) -> None:
    """A metric made of others: they exist, and it is not split further than they are."""
    for field in ("numerator", "denominator", "of"):
        base = getattr(metric, field)
        if base is None:
            continue
        if base not in metrics or base == metric.name:
            raise _mistake(file, source, field, base, "the name of another metric." + closest(base, metrics))
        if metrics[base].kind == "ratio":
            raise _mistake(file, source, field, base, "a metric that is no ratio itself: ratios don't add up")
        beyond = [name for name in metric.dimensions if name not in metrics[base].dimensions]
        if beyond:
            allowed = f"dimensions that {base} has too: {', '.join(metrics[base].dimensions) or 'none'}"
            raise _mistake(file, source, "dimensions", beyond[0], allowed)


def _explain(file: Path, source: CommentedMap, error: ErrorDetails) -> MetricFileError:
    """pydantic's first finding in the words of a metric file."""
    path = [str(part) for part in error["loc"]]
    name = ".".join(path)
    if error["type"] == "missing":
        return MetricFileError(f"{file}: the field {name!r} is missing. Every metric needs it. Add it.")
    if error["type"] == "extra_forbidden":
        fields = Certified.model_fields if len(path) > 1 else Metric.model_fields
        known = sorted(set(fields) - {"name"})
        allowed = f"one of the fields {', '.join(known)}.{closest(path[-1], tuple(known))}"
        return _mistake(file, source, name, error["input"], allowed)
    given = error["input"] if isinstance(error["input"], str) else ""
    options = error.get("ctx", {}).get("expected", "")
    hint = closest(given, tuple(options.replace("'", "").replace(" or ", ", ").split(", "))) if options else ""
    allowed = options or error["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return _mistake(file, source, name, error["input"], f"{allowed}.{hint}" if hint else allowed)


def _mistake(file: Path, source: CommentedMap, field: str, found: object, allowed: str) -> MetricFileError:
    line = _line_of(source, field.split("."))
    return MetricFileError(f"{file}:{line}: the field {field!r} is wrong. Found {found!r}. Expected {allowed}")


def _line_of(source: CommentedMap, path: list[str]) -> int:
    """The line of a field, or of the deepest part of its path that the file has; counted from 1."""
    line, here = 1, source
    for part in path:
        if not isinstance(here, CommentedMap) or part not in here:
            break
        line, here = here.lc.key(part)[0] + 1, here[part]
    return int(line)


def _plain(value: Any) -> Any:
    """ruamel's annotated containers as ordinary ones."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
