"""`plumbline files`: a check that changes nothing, the versions there are, and the way back to one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.dropped_files import note_found, note_loaded
from pipelines.services import running
from tests.cli.conftest import Plumbline

HEAD = "metric,month,target\n"


def test_a_check_tells_every_problem_and_ends_with_one(
    plumbline: Plumbline, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "targets.csv"
    file.write_text(HEAD + "mrr,2026-01-15,x\n")
    told = plumbline(settings, "files", "check", str(file), "--json")
    found = json.loads(told.stdout)
    assert told.code == 1 and found["ok"] is False and found["rows"] is None
    assert [(each["line"], each["column"]) for each in found["problems"]] == [(2, "month"), (2, "target")]
    file.write_text(HEAD + "mrr,2026-01-01,1\n")
    told = plumbline(settings, "files", "check", str(file))
    assert (told.code, told.stdout) == (0, "targets.csv: 1 row of targets.\n")
    assert not settings.files.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "letter.csv"), "letter.csv is called like none of the files."),
        (("check", "none/targets.csv"), "targets.csv: the file cannot be read. Found No such file or directory"),
        (("history", "budgets"), "No file is called 'budgets'."),
        (("restore", "targets", "1", "--json"), ""),
    ],
)  # fmt: skip
def test_wrong_use_is_told(plumbline: Plumbline, migrated: Settings, arguments: tuple[str, ...], says: str) -> None:
    told = plumbline(migrated, "files", *arguments)
    assert told.code == 2 and says in told.stderr.replace("\n", " ")


@pytest.mark.slow
def test_versions_are_listed_and_one_is_brought_back(plumbline: Plumbline, migrated: Settings) -> None:
    migrated.files.mkdir()
    engine = create_engine(warehouse_url(migrated, "plumbline_worker"), poolclass=NullPool)
    with running(migrated, "warehouse"):
        for target in (1, 2):
            (migrated.files / "targets.csv").write_text(f"{HEAD}mrr,2026-01-01,{target}\n")
            note_loaded(migrated, engine, note_found(migrated, engine))
    (migrated.files / "bugdet.csv").write_text("")
    listed = json.loads(plumbline(migrated, "files", "list", "--json").stdout)
    assert {each["name"]: each["in_place"] and each["in_place"]["version"] for each in listed["files"]} == {
        "budget": None, "costs": None, "bank_balances": None, "targets": 2, "quotas": None, "exchange_rates": None,
        "contracts": None, "identities": None, "claims": None, "features": None, "funnels": None,
        "support_hours": None}  # fmt: skip
    assert listed["not_read"] == ["bugdet.csv"]
    assert plumbline(migrated, "files", "restore", "targets", "1").code == 0
    assert (migrated.files / "targets.csv").read_text().endswith(",1\n")
    history = json.loads(plumbline(migrated, "files", "history", "targets", "--json").stdout)
    assert [(each["version"], each["state"], each["placed_by"]) for each in history["versions"]] == [
        (1, "waiting", "cli"), (2, "replaced", "folder")]  # fmt: skip
