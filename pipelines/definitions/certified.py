"""models/certified.yml: for each metric the version and the fingerprint that its owner and its certifier approved.

It is written by `plumbline approve`, by nobody's hand; a test refuses every metric that means something else by now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from app.errors import SettingsError
from pipelines.definitions.meaning import MODELS, Meanings

FILE = MODELS / "certified.yml"
HEAD = """\
# What each certified figure means, as a fingerprint, and who approved it. Written by `plumbline approve`; by hand only
# after a merge: `python -m pipelines.definitions.first`. docs/definitions_change.md says how a definition is changed.
"""
NEXT = (
    "Run `plumbline rehearse` to see 24 months side by side and whom it concerns, then `plumbline approve REHEARSAL "
    "--owner EMAIL --why TEXT` and the same with `--certifier EMAIL`"
)
"""The two commands that make a change of meaning count."""


class Approval(BaseModel):
    """One act of approving: when, by whom, and why.

    Attributes:
        owners, certifiers: who approved, and for which departments or titles; empty in the first one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: date
    why: str
    owners: Mapping[str, str] = Field(default_factory=dict)
    certifiers: Mapping[str, str] = Field(default_factory=dict)


class Approved(BaseModel):
    """What was approved of a metric: its version, its fingerprint, who answers for it, and in which approval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(ge=1)
    fingerprint: str
    owner: str
    certifier: str
    approval: str


class Record(BaseModel):
    """The whole file; `parts` are the digests of all that the metrics are made of, by which a change gets its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approvals: Mapping[str, Approval] = Field(default_factory=dict)
    metrics: Mapping[str, Approved] = Field(default_factory=dict)
    parts: Mapping[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """A metric that is not what was approved.

    Attributes:
        what: changed, new, gone, or version (raised without any change of meaning).
        parts: what changed, such as `model mrr_month`; empty where the metric itself is new or gone.
    """

    metric: str
    what: str
    parts: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = {
            "changed": f"means something else than was approved: {', '.join(self.parts)} changed",
            "new": "was approved by nobody yet",
            "gone": "was approved and has no file any more",
            "version": "says another version than the one that was approved",
        }[self.what]
        return f"{self.metric} {said}."


def read_record(file: Path = FILE) -> Record:
    """What was approved; nothing where there is no file.

    Raises:
        SettingsError: the file is not what `plumbline approve` writes.
    """
    if not file.exists():
        return Record()
    try:
        return Record.model_validate(YAML(typ="safe").load(file.read_text(encoding="utf-8")) or {})
    except (YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{file} cannot be read: {str(error).splitlines()[0]}. Expected what `plumbline approve` writes. Take the "
            "last committed one, or write it anew: `python -m pipelines.definitions.first`."
        ) from None


def write_record(record: Record, file: Path = FILE) -> None:
    """Writes all of it, one line for each metric and part, in alphabetical order, so that changes show as lines.

    Raises:
        OSError: the file may not be written.
    """
    said = record.model_dump(mode="json", exclude_defaults=True)
    lines = [f"{section}:\n" + "".join(_lines(said.get(section, {}))) for section in ("approvals", "metrics", "parts")]
    beside = file.with_suffix(".yml.new")
    beside.write_text(HEAD + "".join(lines), encoding="utf-8")
    beside.replace(file)


def findings(meanings: Meanings, record: Record) -> tuple[Finding, ...]:
    """Every metric that is not what was approved, in alphabetical order; none where all is well."""
    found = [Finding(name, "gone") for name in record.metrics if name not in meanings.metrics]
    for name, metric in meanings.metrics.items():
        approved = record.metrics.get(name)
        if approved is None:
            found.append(Finding(name, "new"))
        elif approved.fingerprint != meanings.fingerprints[name]:
            found.append(Finding(name, "changed", changed_parts(name, meanings, record.parts)))
        elif approved.version != metric.certified.version:
            found.append(Finding(name, "version"))
    return tuple(sorted(found, key=lambda one: one.metric))


def changed_parts(metric: str, meanings: Meanings, before: Mapping[str, str]) -> tuple[str, ...]:
    """What a metric is made of that is not as it was, its own file first.

    Where all of it is as it was, something that it was made of besides is gone: then its own file is named.
    """
    parts = meanings.made_of[metric]
    changed = sorted(part for part in parts if before.get(part) != meanings.parts[part])
    own = f"metric {metric}"
    return tuple(sorted(changed, key=lambda part: part != own)) or (own,)


def approved_now(meanings: Meanings, name: str, approval: str) -> Approved:
    """A metric of this checkout, as approved in that approval."""
    metric = meanings.metrics[name]
    return Approved(
        version=metric.certified.version, fingerprint=meanings.fingerprints[name], owner=metric.owner,
        certifier=metric.certified.by, approval=approval,
    )  # fmt: skip


def _lines(entries: Mapping[str, Any]) -> list[str]:
    return [f"  {name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in sorted(entries.items())]
