"""Each SQL model states its grain; each mart has its .sql, its .yml and its contract, all of one name."""

from __future__ import annotations

import re
from pathlib import Path

from app.access import ROLES
from app.settings import ROOT

from .marts import marts, refs
from .tree import listed, read, under

GRAIN = re.compile(r"^--\s*(?:grain:|one row|each row|a row)", re.IGNORECASE)


def test_every_model_begins_with_its_grain() -> None:
    folders = ("models/staging/", "models/core/", "models/rollup/", "models/marts/")
    found = [
        f"{name}: {(read(name).splitlines() or [''])[0][:90]!r}"
        for name in under(*folders, end=".sql")
        if not GRAIN.match(read(name))
    ]
    assert not found, listed(found, "Begin the file with a comment such as: -- One row per customer and month.")


def test_every_mart_has_its_yml_and_its_contract() -> None:
    found = [
        f"{name}: no {Path(name).with_suffix('.yml')}"
        for name in under("models/marts/", end=".sql")
        if not (ROOT / name).with_suffix(".yml").exists()
    ]
    found += [
        f"{mart.path}: no checks/{mart.dataset.replace('.', '/')}.yml"
        for mart in marts().values()
        if not (ROOT / "checks" / mart.dataset.replace(".", "/")).with_suffix(".yml").exists()
    ]
    assert not found, listed(found, "A mart is three files of one name: .sql, .yml and its contract.")


def test_every_mart_says_who_may_read_it() -> None:
    found = [
        f"{mart.path}: {mart.dataset} grants select to {sorted(mart.roles) or 'nobody'}"
        for mart in marts().values()
        if not mart.roles or mart.roles - set(ROLES)
    ]
    assert not found, listed(found, f"Write config: grants: select: with logins of these roles: {', '.join(ROLES)}.")


def test_every_mart_column_is_described() -> None:
    found = [f"{mart.path}: {mart.dataset} has no columns" for mart in marts().values() if not mart.columns]
    assert not found, listed(found, "List each column under columns: with its name and a description.")


def test_no_mart_reads_core() -> None:
    """Its tables change while a build runs; rollups change when it held."""
    core = {Path(name).stem for name in under("models/core/", end=".sql")}
    found = [
        f"{name}: {model}"
        for name in under("models/marts/", end=".sql")
        for model in sorted(core & set(refs(name)))
    ]
    assert core
    assert not found, listed(found, "Make a rollup of it, and let the mart read that.")
