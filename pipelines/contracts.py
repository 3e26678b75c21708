"""The contract files of checks/: which promise is made about which dataset. Knows their form, not Soda."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from app.errors import SettingsError
from app.settings import ROOT

CHECKS = ROOT / "checks"
WRITTEN_FOR = "warehouse/plumbline/"
"""Data source and database as the files name them; another database's name is put in when they are run."""


@dataclass(frozen=True)
class Promise:
    """One check of one contract. `column` is empty where the promise is about whole rows."""

    dataset: str
    name: str
    column: str = ""


@dataclass(frozen=True)
class Contract:
    """A contract file: `dataset` is schema.table, `promises` are in the file's order."""

    path: Path
    dataset: str
    promises: tuple[Promise, ...]

    def text_for(self, database: str) -> str:
        """The file's text for a warehouse whose database has another name."""
        return self.path.read_text().replace(WRITTEN_FOR, f"warehouse/{database}/")


def read_contracts(folder: Path = CHECKS) -> tuple[Contract, ...]:
    """Every contract below the folder (checks/<schema>/<table>.yml), by dataset.

    Raises:
        SettingsError: a file is not YAML, lies where its dataset does not, or holds a promise without a name or
            two of one name.
    """
    return tuple(read_contract(path) for path in sorted(folder.glob("*/*.yml")))


def read_contract(path: Path) -> Contract:
    """One contract file; errors as in `read_contracts`."""
    dataset = f"{path.parent.name}.{path.stem}"
    try:
        document = YAML(typ="safe").load(path.read_text())
    except YAMLError as error:
        raise SettingsError(f"{path} is not YAML: {error}. Expected a Soda contract. Mend the file.") from None
    expected = WRITTEN_FOR + dataset.replace(".", "/")
    found = document.get("dataset") if isinstance(document, dict) else None
    if found != expected:
        raise SettingsError(
            f"{path} speaks of another dataset than its place says. Found dataset: {found!r}; expected {expected!r}. "
            "Name the file as its dataset: checks/<schema>/<table>.yml."
        )
    promises = tuple(_promises(path, dataset, document))
    names = [promise.name for promise in promises]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SettingsError(f"{path} makes a promise twice: {twice}. Expected each name once. Rename one of them.")
    return Contract(path, dataset, promises)


def _promises(path: Path, dataset: str, document: Mapping[str, Any]) -> Iterator[Promise]:
    for column in document.get("columns") or []:
        for body in column.get("checks") or []:
            yield Promise(dataset, _name(path, body), column["name"])
    for body in document.get("checks") or []:
        yield Promise(dataset, _name(path, body))


def _name(path: Path, body: Mapping[str, Any]) -> str:
    """The check's name, which people read when it breaks."""
    [(kind, definition)] = body.items()
    name = (definition or {}).get("name")
    if not name:
        raise SettingsError(
            f"{path} has a {kind!r} check without a name. Expected one that reads as a promise, such as "
            '"One row per customer and month". Add name: to the check.'
        )
    return str(name)
