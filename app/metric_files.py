"""Metric files read: a mistake says which file, which line, which field, what was found and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from app.errors import MetricFileError
from app.metric_kinds import FIELDS_OF_KIND, Certified, Metric, closest
from app.metric_rules import Mistake, mistake_alone, mistake_among


def load_metrics(folder: Path) -> Mapping[str, Metric]:
    """All metrics of a folder by name, in alphabetical order; empty where there are no files.

    Raises:
        MetricFileError: a file is malformed, names a metric that is not there, or leads in a circle.
    """
    files = {file.stem: file for file in sorted(folder.glob("*.yml"))}
    metrics = {name: _read(file) for name, file in files.items()}
    for deep in (False, True):  # names and circles of every file first: what follows walks through all of them
        for name, metric in metrics.items():
            if mistake := mistake_among(metric, metrics, deep=deep):
                raise _told(files[name], mistake)
    return MappingProxyType(metrics)


def _read(file: Path) -> Metric:
    source = _source(file)
    try:
        metric = Metric.model_validate({**source, "name": file.stem})
    except ValidationError as error:
        raise _explain(file, error.errors()[0]) from None
    needed, allowed = FIELDS_OF_KIND[metric.kind]
    for missing in sorted(needed - set(source)):
        raise MetricFileError(f"{file}: the field {missing!r} is missing. A {metric.kind} metric needs it. Add it.")
    of_others = set().union(*(a | b for a, b in FIELDS_OF_KIND.values())) - needed - allowed
    for odd in [field for field in source if field in of_others]:
        raise _mistake(file, odd, source[odd], f"nothing: a {metric.kind} metric has no such field")
    if mistake := mistake_alone(metric):
        raise _told(file, mistake)
    return metric


def _source(file: Path) -> dict[str, Any]:
    """The fields of a file; read in C, since every command and every process reads all of them."""
    try:
        source = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise MetricFileError(f"{file}:{line}: not YAML: {error.problem}. Expected `field: value` lines.") from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise MetricFileError(f"{file}: not readable as YAML: {error}. Expected `field: value` lines.") from None
    if not isinstance(source, dict):
        raise MetricFileError(f"{file}:1: a metric file holds fields, found {source!r}. Expected `label: …` and so on.")
    if "name" in source:
        raise _mistake(file, "name", source["name"], "no such field: the file's name is the metric's")
    return source


def _explain(file: Path, error: ErrorDetails) -> MetricFileError:
    """pydantic's first finding in the words of a metric file."""
    path = [str(part) for part in error["loc"]]
    name = ".".join(path)
    if error["type"] == "missing":
        return MetricFileError(f"{file}: the field {name!r} is missing. Every metric needs it. Add it.")
    if error["type"] == "extra_forbidden":
        fields = Certified.model_fields if len(path) > 1 else Metric.model_fields
        known = sorted(set(fields) - {"name"})
        allowed = f"one of the fields {', '.join(known)}.{closest(path[-1], tuple(known))}"
        return _mistake(file, name, error["input"], allowed)
    given = error["input"] if isinstance(error["input"], str) else ""
    options = error.get("ctx", {}).get("expected", "")
    hint = closest(given, tuple(options.replace("'", "").replace(" or ", ", ").split(", "))) if options else ""
    allowed = options or error["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return _mistake(file, name, error["input"], f"{allowed}.{hint}" if hint else allowed)


def _told(file: Path, mistake: Mistake) -> MetricFileError:
    return _mistake(file, mistake.field, mistake.found, mistake.allowed)


def _mistake(file: Path, field: str, found: object, allowed: str) -> MetricFileError:
    lined = YAML().load(file.read_text(encoding="utf-8"))  # once more, in Python, which knows the lines
    line = _line_of(lined, field.split("."))
    return MetricFileError(f"{file}:{line}: the field {field!r} is wrong. Found {found!r}. Expected {allowed}")


def _line_of(source: CommentedMap, path: list[str]) -> int:
    """The line of a field, or of the deepest part of its path that the file has; counted from 1."""
    line, here = 1, source
    for part in path:
        if not isinstance(here, CommentedMap) or part not in here:
            break
        line, here = here.lc.key(part)[0] + 1, here[part]
    return int(line)
