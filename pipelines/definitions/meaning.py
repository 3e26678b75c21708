"""What each certified figure is made of, as text: its metric file, and all SQL behind it. No warehouse is needed.

A *part* is one thing that a meaning can change in, named as people call it: `metric net_mrr`, `model mrr_month`, `macro
region_of`, `constant ltv_months`, `code health_fit`. A metric's fingerprint covers its own file, those of the metrics
it is made of, every model behind its marts, the macros these use and the constants they read, hooks and the like that
the project sets for all, and the Python that works out the rows of some. What a file says in prose does not count, nor
do comments, white space and how a table is kept; who owns and certifies a figure does.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from app.compile import marts_of
from app.metrics import Metric, catalogue
from app.settings import ROOT
from pipelines.definitions import text

MODELS, FORECASTING = ROOT / "models", ROOT / "forecasting"
LAYERS = ("staging", "core", "rollup", "marts")
PROSE = {
    "name", "label", "question", "definition", "worked_out_as", "null_reason", "undefined", "answers",
    "freshness_minutes", "certified",
}  # fmt: skip
SETTINGS = "settings of dbt_project.yml"
WHERE_NOT_WHAT = {"analyze.sql", "distribution.sql", "generate_schema_name.sql", "live_table.sql", "live_view.sql",
                  "ref.sql", "slices.sql"}  # fmt: skip
"""Macros that decide where rows are put and how, for every model alike; no figure means anything else by them."""
WORKED_OUT_BY = {"stg_workshop__health": ("health", "health_fit", "health_inputs")}
"""Which models hold what is worked out in Python, by how their names begin → modules of forecasting/."""
SAYS_NOTHING = re.compile(r"name|version|config-version|profile|require-dbt-version|.*-paths|vars|flags|clean-targets")
"""What of dbt_project.yml decides nothing about figures; the constants in `vars` are parts of their own."""
DOES = re.compile(r"^\s+(?:config:|[\w-]+[-_]hook:|alias:|enabled:|schema:)", re.MULTILINE)
HARMLESS = {"grants", "meta", "materialized", "indexes", "tags", "docs"}
DIGITS = 16


@dataclass(frozen=True)
class Project:
    """The models as text.

    Attributes:
        models: name → SQL without what says nothing; macros: the same of each macro's body.
        constants: name → value, of dbt_project.yml.
        calendars: the models that take only dates from others, and so mean nothing else when those change.
        for_all: what the project sets for every model, such as hooks.
        code: module of forecasting/ → its code without docstrings.
    """

    models: Mapping[str, str]
    macros: Mapping[str, str]
    constants: Mapping[str, Any]
    calendars: frozenset[str] = frozenset()
    for_all: str = ""
    code: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def own(self) -> Mapping[str, frozenset[str]]:
        """Each model → the parts that are its own: itself, the macros it uses through whatever others, their constants.

        A change of any of them makes the model another one.
        """
        for_all = frozenset({SETTINGS} if self.for_all else ())
        return {name: self._own(name, sql) | for_all for name, sql in self.models.items()}

    @cached_property
    def parents(self) -> Mapping[str, frozenset[str]]:
        """Each model → the models it reads, by itself or through a macro."""
        return {
            name: frozenset(ref for part in parts for ref in text.models_read(self._text(part)) if ref in self.models)
            if name not in self.calendars
            else frozenset()
            for name, parts in self.own.items()
        }

    def behind(self, models: frozenset[str]) -> frozenset[str]:
        """These models and all that they are made from; names that no model has are passed over."""
        found: set[str] = set()
        waiting = [name for name in models if name in self.models]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self.parents[name])
        return frozenset(found)

    def below(self, models: frozenset[str]) -> frozenset[str]:
        """These models and all that is made from them."""
        return frozenset(name for name in self.models if self.behind(frozenset({name})) & models)

    @cached_property
    def parts(self) -> Mapping[str, str]:
        """Every part of the project but metrics → its digest."""
        texts = {
            **{f"model {name}": sql for name, sql in self.models.items()},
            **{f"macro {name}": body for name, body in self.macros.items()},
            **{f"constant {name}": json.dumps(value, default=str) for name, value in self.constants.items()},
            **{f"code {name}": said for name, said in self.code.items()},
            **({SETTINGS: self.for_all} if self.for_all else {}),
        }
        return {name: digest(said) for name, said in texts.items()}

    def _own(self, model: str, sql: str) -> frozenset[str]:
        begun = (modules for beginning, modules in WORKED_OUT_BY.items() if model.startswith(beginning))
        found = {f"model {model}", *(f"code {name}" for modules in begun for name in modules if name in self.code)}
        waiting = [sql]
        while waiting:
            said = waiting.pop()
            found |= {f"constant {name}" for name in text.constants_read(said) if name in self.constants}
            new = {name for name in text.calls(said) if name in self.macros and f"macro {name}" not in found}
            found |= {f"macro {name}" for name in new}
            waiting.extend(self.macros[name] for name in new)
        return frozenset(found)

    def _text(self, part: str) -> str:
        kind, _, name = part.partition(" ")
        return {"model": self.models, "macro": self.macros}.get(kind, {}).get(name, "")


@dataclass(frozen=True)
class Meanings:
    """All metrics with what they are made of.

    Attributes:
        made_of: metric → the names of its parts.
        parts: part → digest, of those that any metric is made of.
        fingerprints: metric → one digest over all its parts.
    """

    metrics: Mapping[str, Metric]
    project: Project
    made_of: Mapping[str, frozenset[str]]
    parts: Mapping[str, str]
    fingerprints: Mapping[str, str]


def read_project(folder: Path = MODELS) -> Project:
    """The models, macros and constants of a dbt project, as its files are."""
    files = {
        file.stem: file.read_text(encoding="utf-8") for layer in LAYERS for file in (folder / layer).rglob("*.sql")
    }
    said = _said_beside(folder)
    models = {name: text.plain(sql) + said.get(name, "") for name, sql in sorted(files.items())}
    calendars = frozenset(name for name, sql in files.items() if text.ONLY_DATES.search(sql))
    macros = {
        name: text.plain(body)
        for file in sorted((folder / "macros").glob("*.sql"))
        if file.name not in WHERE_NOT_WHAT
        for name, body in text.macros_in(file.read_text(encoding="utf-8")).items()
    }
    settings = YAML(typ="safe").load((folder / "dbt_project.yml").read_text(encoding="utf-8"))
    for_all = {key: value for key, value in settings.items() if not SAYS_NOTHING.fullmatch(key)}
    code = {name: text.plain_code((FORECASTING / f"{name}.py").read_text(encoding="utf-8"))
            for modules in WORKED_OUT_BY.values() for name in modules}  # fmt: skip
    return Project(
        models, macros, settings.get("vars", {}), calendars, json.dumps(for_all) if for_all else "", code
    )


def _said_beside(folder: Path) -> Mapping[str, str]:
    """Model → what its yml sets that can change its rows; who may read it and the like cannot."""
    found: dict[str, str] = {}
    for file in (file for layer in LAYERS for file in (folder / layer).rglob("*.yml")):
        said = file.read_text(encoding="utf-8")
        if not DOES.search(said):
            continue
        for model in YAML(typ="safe").load(said).get("models") or ():
            does = {key: value for key, value in (model.get("config") or {}).items() if key not in HARMLESS}
            if does:
                found[model["name"]] = f" config {json.dumps(does, sort_keys=True)}"
    return found


def read_meanings(metrics: Mapping[str, Metric] | None = None, project: Project | None = None) -> Meanings:
    """What each metric is made of; of this checkout where nothing else is given.

    Raises:
        MetricFileError: a metric file is malformed.
    """
    metrics = catalogue() if metrics is None else metrics
    project = read_project() if project is None else project
    digests = {**project.parts, **{f"metric {name}": digest(said_by(metric)) for name, metric in metrics.items()}}
    made_of = {name: _made_of(metric, metrics, project) for name, metric in metrics.items()}
    fingerprints = {
        name: digest("\n".join(f"{part} {digests[part]}" for part in sorted(parts))) for name, parts in made_of.items()
    }
    used = frozenset[str]().union(*made_of.values())
    return Meanings(metrics, project, made_of, {part: digests[part] for part in sorted(used)}, fingerprints)


def said_by(metric: Metric) -> str:
    """What a metric file says that changes figures or who answers for them; its prose left out."""
    fields = metric.model_dump(mode="json", exclude=PROSE, exclude_defaults=True)
    return json.dumps({**fields, "certifier": metric.certified.by}, sort_keys=True)


def models_of(metric: Metric, metrics: Mapping[str, Metric]) -> frozenset[str]:
    """The names of the marts that a metric is read from, without their schemas: as dbt calls their models."""
    return frozenset(mart.partition(".")[2] for mart in marts_of(metric, metrics))


def digest(said: str) -> str:
    """The beginning of the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(said.encode()).hexdigest()[:DIGITS]


def _made_of(metric: Metric, metrics: Mapping[str, Metric], project: Project) -> frozenset[str]:
    models = project.behind(models_of(metric, metrics))
    parts = frozenset[str]().union(*(project.own[name] for name in models))
    return parts | {f"metric {name}" for name in with_bases(metric, metrics)}


def with_bases(metric: Metric, metrics: Mapping[str, Metric]) -> frozenset[str]:
    """A metric's name and those of all metrics that it is made of."""
    return frozenset({metric.name}).union(*(with_bases(metrics[base], metrics) for base in metric.bases))
