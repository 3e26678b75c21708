"""A change of a shared model, rehearsed over a real warehouse whose figures are worked out by hand, and approved.

Ada's March invoice of 200.00 is never paid: it is due on 10 March and lapses on 9 April, after 30 days. After 60 it
would lapse on 9 May, so that April would close with her (tests/models/meridian.py has the rest).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from psycopg2.extensions import connection
from rich.console import Console

from app.connections import Connections
from app.errors import NotPermitted, UsageError
from app.metrics import Metric, catalogue, load_metrics
from app.secrets import PORTAL, warehouse_url
from app.settings import Settings
from pipelines.build import build
from pipelines.dbt import PROJECT, manifest_path
from pipelines.definitions import approval, rehearsal, standing, stored
from pipelines.definitions.certified import Record, findings, read_record, write_record
from pipelines.definitions.first import first_record
from pipelines.definitions.meaning import WHERE_NOT_WHAT, Meanings, read_meanings, read_project
from pipelines.definitions.raising import raise_versions
from pipelines.definitions.rehearsal import Rehearsal, rehearse
from pipelines.definitions.side_by_side import SideBySide
from pipelines.definitions.stored import Kept
from pipelines.definitions.words import draw
from pipelines.exchange import begin
from pipelines.job import Run
from pipelines.output import to_json
from tests.models import meridian
from tests.models.conftest import answers
from tests.models.raw_tables import fill_files, fill_stripe

pytestmark = pytest.mark.slow
NAMES = ("net_mrr", "arr", "churned_customers", "cash_balance")
"""Few, so that few models are worked out; the last is not made of what changes."""
PEOPLE = {"femi@example.com": "finance", "eva@example.com": "executive", "sofia@example.com": "sales"}
APRIL = date(2024, 4, 1)


def some(folder: Path) -> dict[str, Metric]:
    return {name: metric for name, metric in load_metrics(folder / "metrics").items() if name in NAMES}


@pytest.fixture(scope="module")
def before() -> Meanings:
    return read_meanings({name: catalogue()[name] for name in NAMES})


@pytest.fixture(scope="module")
def warehouse(migrated: Settings, before: Meanings) -> Iterator[connection]:
    """Built by the definitions as they are, of which it notes four metrics."""
    address = warehouse_url(migrated).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as database, pytest.MonkeyPatch.context() as patch:
        objects = meridian.objects()
        march = next(one for one in objects["invoice"] if one["id"] == "in_4")
        march |= {"status": "open", "amount_paid": 0, "amount_remaining": march["total"]}
        march["status_transitions"]["paid_at"] = None
        fill_stripe(database, objects, extracted_at=meridian.AS_OF)
        fill_files(database, {"exchange_rates": meridian.RATES, "contracts": meridian.CONTRACTS})
        patch.setattr("pipelines.build.meanings_now", lambda: before)
        build(Run(uuid4(), meridian.AS_OF, migrated, "build"))
        with database.cursor() as cursor:
            for email, role in PEOPLE.items():
                cursor.execute("insert into portal.person (email, name) values (%s, %s)", (email, email))
                cursor.execute("insert into portal.person_role (email, role, granted_by) values (%s, %s, 'test')",
                               (email, role))  # fmt: skip
        database.commit()
        yield database


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with 60 days in place of 30."""
    copy = tmp_path_factory.mktemp("changed") / "models"
    shutil.copytree(PROJECT, copy)
    file = copy / "core" / "fct_overdue_window.sql"
    assert "720 hours" in file.read_text()
    file.write_text(file.read_text().replace("720 hours", "1440 hours"))
    return copy


@pytest.fixture(scope="module")
def changed(models: Path) -> Meanings:
    return read_meanings(some(models), read_project(models))


@pytest.fixture(scope="module")
def checkout(models: Path, before: Meanings, changed: Meanings) -> Iterator[Path]:
    """As if the program stood in the changed checkout; the file of what was approved."""
    file = models / "certified.yml"
    write_record(first_record(before, Record()), file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.dbt.PROJECT", models)
        patch.setattr(rehearsal, "meanings_now", lambda: changed)
        patch.setattr(rehearsal, "read_record", lambda: read_record(file))
        patch.setattr(approval, "meanings_now", lambda: changed)
        yield file


@pytest.fixture(scope="module")
def found(migrated: Settings, warehouse: connection, checkout: Path) -> Rehearsal:
    """What the rehearsal shows, stored as the command does."""
    assert checkout.exists() and warehouse
    seen = rehearse(migrated, months=24)
    with closing(Connections(migrated)) as connections, connections.open(PORTAL) as opened:
        stored.put(opened, seen)
    return seen


def figures(found: Rehearsal, name: str) -> Any:
    return next(change for change in found.changes if change.metric == name).figures


def by_month(found: Rehearsal, name: str) -> dict[str, tuple[str, str]]:
    return {f"{row.period:%m}": (str(row.stands), str(row.would_be)) for row in figures(found, name).rows}


def test_what_it_is_made_of_is_what_dbt_says_itself(migrated: Settings, warehouse: connection) -> None:
    """Of every model: the models it reads and the macros it uses, found in the text and in dbt's manifest."""
    assert warehouse
    manifest, project = json.loads(manifest_path(migrated).read_text()), read_project()
    nodes = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    assert set(nodes) == set(project.models)
    for name, node in nodes.items():
        parents = {one.rpartition(".")[2] for one in node["depends_on"]["nodes"] if one.startswith("model.")}
        assert project.parents[name] == (set() if name in project.calendars else parents), name
        assert {one for one in project.own[name] if one.startswith("macro ")} == macros(manifest, node), name


def macros(manifest: dict[str, Any], node: dict[str, Any]) -> set[str]:
    """The project's macros that a node uses through others, but for those of where rows are put."""
    found, waiting = set(), list(node["depends_on"]["macros"])
    while waiting:
        name = waiting.pop()
        macro = manifest["macros"][name]
        if name in found or macro["package_name"] != "plumbline" or Path(macro["path"]).name in WHERE_NOT_WHAT:
            continue
        found.add(name)
        waiting.extend(macro["depends_on"]["macros"])
    return {f"macro {name.rpartition('.')[2]}" for name in found}


def test_months_side_by_side_are_those_worked_out_by_hand(found: Rehearsal) -> None:
    """April closes without Ada's 200.00 or with them; Bo's 1,200 EUR a year are 120.00, Cy's contract 500.00."""
    assert by_month(found, "net_mrr") == {
        "01": ("210.00", "210.00"), "02": ("820.00", "820.00"), "03": ("820.00", "820.00"), "04": ("620.00", "820.00"),
    }  # fmt: skip
    assert by_month(found, "arr")["04"] == ("7440.00", "9840.00")
    assert by_month(found, "churned_customers")["04"] == ("1", "0")
    sums = figures(found, "churned_customers").sums
    assert (sums.stands, sums.would_be, sums.difference) == (1, 0, -1)
    assert {change.metric for change in found.changes} == {"net_mrr", "arr", "churned_customers"}
    assert found.is_whole and not found.rows_came and "mrr_monthly" in found.models


def test_the_parts_that_differ_are_named_and_make_up_the_whole(found: Rehearsal) -> None:
    cuts = {cut.dimension: cut for cut in figures(found, "net_mrr").cuts}
    told = {name: [(one.value, one.most.stands, one.most.would_be) for one in cut.moved] for name, cut in cuts.items()}
    two = Decimal(200)
    assert told["plan"] == [("Team", Decimal(120), Decimal(320))]
    assert told["country"] == [("US", Decimal(500), Decimal(700))]
    assert told["currency"] == [("usd", Decimal(500), Decimal(700))]
    assert all(cut.adds_up and cut.moved[0].newest.difference == two for cut in cuts.values())


def test_it_says_whom_and_what_it_concerns(found: Rehearsal) -> None:
    reach = found.reach
    assert "arr" in reach.pages["Executive"] and "net_mrr" in reach.pages["Revenue"]
    assert reach.made_of["net_mrr"] == ("arr",)
    assert reach.mailed == ("arr",) and reach.mailed_to == ("eva@example.com",)
    assert {"executive", "finance", "analyst"} <= set(reach.roles)
    assert reach.people["finance"] == ("femi@example.com",)
    assert reach.packs == {} and reach.targets == ()


def test_it_reads_well_and_is_one_object(found: Rehearsal) -> None:
    shown = StringIO()
    draw(found, Console(width=200, file=shown))
    said = shown.getvalue()
    assert "3 metric(s) would mean something else, 3 of them with other figures, 2022-05 to 2024-04" in said
    assert "Changed: model fct_overdue_window" in said and "by country: US 500 → 700 in 2024-04 US" in said
    payload = json.loads(to_json(stored.as_payload(found)))
    assert payload["changes"][0]["must_raise"] is True and payload["until"] == "2024-04-30"


def test_readers_see_nothing_of_it_and_nothing_stays(found: Rehearsal, warehouse: connection) -> None:
    assert found
    assert answers(warehouse, "select nspname from pg_namespace where nspname like 'rehearsal%'") == []
    april = "select sum(closing_mrr_usd) from mart_finance.mrr_monthly where month = '2024-04-01'"
    assert answers(warehouse, april) == [(Decimal("620.00"),)]


def test_what_a_killed_rehearsal_left_goes_with_the_next_build(migrated: Settings, warehouse: connection) -> None:
    with warehouse.cursor() as cursor:
        cursor.execute("create schema rehearsal_core authorization plumbline_builder")
        cursor.execute("create table rehearsal_core.fct_x (n int); alter table rehearsal_core.fct_x owner to "
                       "plumbline_builder")  # fmt: skip
    warehouse.commit()
    begin(warehouse_url(migrated, "plumbline_builder"))
    assert answers(warehouse, "select nspname from pg_namespace where nspname like 'rehearsal%'") == []


def test_a_name_that_does_not_change_is_refused(migrated: Settings, found: Rehearsal) -> None:
    assert found
    with pytest.raises(UsageError, match="cash_balance means what it meant before"):
        rehearse(migrated, ("cash_balance",))


def test_a_home_that_was_built_by_the_change_cannot_rehearse_it(before: Meanings, changed: Meanings) -> None:
    record = first_record(before, Record())
    stands = standing.Standing("", uuid4(), meridian.AS_OF, changed.parts, changed.fingerprints, changed.metrics)
    with pytest.raises(UsageError, match="built with this change already"):
        rehearsal.changing(changed, stands, findings(changed, record))
    with pytest.raises(UsageError, match="No definition changes"):
        rehearsal.changing(changed, stands, ())


def test_fewer_than_two_years_or_not_all_metrics_are_a_look_and_no_rehearsal_to_approve() -> None:
    every = {"arr": "changed", "net_mrr": "changed"}
    assert rehearsal.shows_all(dict(every), every, 24)
    assert not rehearsal.shows_all(dict(every), every, 23)
    assert not rehearsal.shows_all({"arr": "changed"}, every, 24)


def test_who_has_a_figure_now_is_asked_as_well_as_who_would_have_it(before: Meanings) -> None:
    """Nobody takes a figure by writing another owner into its file."""
    arr = before.metrics["arr"]
    taken = arr.model_copy(update={"owner": "product", "certified": arr.certified.model_copy(update={"by": "cpo"})})
    stands = standing.Standing("", uuid4(), meridian.AS_OF, before.parts, before.fingerprints, before.metrics)
    after = replace(before, metrics={**before.metrics, "arr": taken})
    change = rehearsal._change("arr", "changed", after, stands, SideBySide((), None, ()))
    kept = Kept("X", meridian.AS_OF, meridian.AS_OF, "", True, {"arr": ""}, (vars(change),))
    assert approval.due(kept, ()) == (("finance", "product"), ("cfo", "cpo"))


def give(settings: Settings, found: Rehearsal, file: Path, capacity: approval.Capacity, who: str) -> approval.State:
    email, heard = f"{who}@example.com", found.rehearsal_id.lower()
    return approval.approve(settings, heard, capacity, email, "Banks take 60 days", file)


def test_a_version_that_was_not_raised_is_refused(migrated: Settings, found: Rehearsal, checkout: Path) -> None:
    with pytest.raises(UsageError, match=r"needs a new version\. Found the old one at arr \(version 1\), churned"):
        give(migrated, found, checkout, "owner", "femi")


def test_raised_and_approved_by_owner_and_certifier_it_counts(
    migrated: Settings, warehouse: connection, found: Rehearsal, checkout: Path, models: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    raised = raise_versions(found.changes, date(2024, 5, 2), models / "metrics")
    assert raised == ("arr", "churned_customers", "net_mrr")
    assert "certified: {by: cfo, on: 2024-05-02, version: 2}" in (models / "metrics" / "arr.yml").read_text()
    now = read_meanings(some(models), read_project(models))
    assert now.fingerprints["arr"] == found.fingerprints["arr"], "a version alone is no other meaning"
    monkeypatch.setattr(approval, "meanings_now", lambda: now)
    with pytest.raises(NotPermitted, match=r"sofia@example\.com may not approve .* as owner\. Found the roles sales"):
        give(migrated, found, checkout, "owner", "sofia")
    with pytest.raises(NotPermitted, match="as certifier"):
        give(migrated, found, checkout, "certifier", "femi")
    half = give(migrated, found, checkout, "owner", "femi")
    assert (half.owners_due, half.titles_due, half.is_written) == ((), ("cfo",), False)
    assert {one.metric for one in findings(now, read_record(checkout))} == {"arr", "churned_customers", "net_mrr"}
    answers(warehouse, "insert into portal.person_role (email, role, granted_by) values ('femi@example.com', "
            "'executive', 'test') returning 1")  # fmt: skip
    with pytest.raises(NotPermitted, match="Expected two people"):
        give(migrated, found, checkout, "certifier", "femi")
    whole = give(migrated, found, checkout, "certifier", "eva")
    assert whole.is_written and findings(now, read_record(checkout)) == ()
    record = read_record(checkout)
    given = record.approvals[found.rehearsal_id]
    assert (given.owners, given.certifiers, given.why) == (
        {"finance": "femi@example.com"}, {"cfo": "eva@example.com"}, "Banks take 60 days",
    )  # fmt: skip
    assert (record.metrics["arr"].version, record.metrics["cash_balance"].approval) == (2, "first")
    audit = answers(warehouse, "select email, outcome, filters ->> 'as' from portal.audit where action = "
                    "'approve definitions' order by at")  # fmt: skip
    assert [(email.partition("@")[0], outcome, role) for email, outcome, role in audit] == [
        ("sofia", "refused", "owner"), ("femi", "refused", "certifier"), ("femi", "ok", "owner"),
        ("femi", "refused", "certifier"), ("eva", "ok", "certifier"),
    ]  # fmt: skip


def test_a_rehearsal_is_stale_when_definitions_or_the_month_moved_on(
    migrated: Settings, warehouse: connection, found: Rehearsal, before: Meanings, changed: Meanings
) -> None:
    assert warehouse
    record = first_record(before, Record())
    other = replace(changed, fingerprints={**changed.fingerprints, "arr": "0" * 16})
    with closing(Connections(migrated)) as connections, connections.open(PORTAL) as opened:
        kept = stored.find(opened, found.rehearsal_id)
        approval.refuse_stale(opened, kept, changed, record, migrated)
        for wrong, meanings, match in (
            (kept, other, "definitions have changed since the rehearsal: arr"),
            (replace(kept, is_whole=False), changed, "a part of the change only"),
            (replace(kept, standing="x"), changed, "built by other definitions"),
            (replace(kept, as_of=meridian.AS_OF.replace(month=4)), changed, "A month has closed"),
        ):
            with pytest.raises(UsageError, match=match):
                approval.refuse_stale(opened, wrong, meanings, record, migrated)
        with pytest.raises(UsageError, match="No rehearsal is called"):
            stored.find(opened, "AAAA")


def test_nobody_changes_a_rehearsal_or_an_approval(migrated: Settings, found: Rehearsal) -> None:
    assert found
    with closing(Connections(migrated)) as connections:
        for statement in ("update portal.rehearsal set is_whole = true", "delete from portal.rehearsal_approval"):
            with pytest.raises(NotPermitted), connections.open(PORTAL) as opened:
                opened.exec_driver_sql(statement)
