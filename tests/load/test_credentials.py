"""A sources.json that is wrong: what is told of it, what goes on all the same, and that no value of it is repeated."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.errors import SettingsError
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines import connecting
from pipelines.capture.credentials import credentials as production
from pipelines.credentials import configured, kept
from pipelines.doctor import examine
from pipelines.job import Run
from pipelines.load import load_sources
from pipelines.loading import load_now
from pipelines.ports import port_of
from pipelines.source_report import SourceReport
from pipelines.sources import all_sources
from pipelines.status import look

STRIPE = {"account_id": "acct_1", "client_secret": "sk_live_1", "start_date": "2022-01-01T00:00:00Z"}
MIXPANEL = {"api_secret": "sk_live_1", "start_date": "2025-06-01T00:00:00Z"}
STRIPE_EXPECTED = "Expected texts for these, those in brackets at will: account_id, client_secret, start_date."


@pytest.fixture
def own(make_settings: Callable[..., Settings]) -> Settings:
    """A home without a sandbox."""
    settings = make_settings(sandbox_scale="none")
    settings.home.mkdir(parents=True)
    port_of(settings, "warehouse")
    return settings


def give(settings: Settings, content: object, mode: int = 0o600) -> Path:
    file = settings.home / "sources.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    file.chmod(mode)
    return file


@pytest.mark.parametrize(
    ("content", "said"),
    [(b'{"stripe": {"client_secret": "sk_live_1"\n "account_id"',
      "is not JSON: Expecting ',' delimiter at line 2, column 2"),
     (b"", "is not JSON: Expecting value at line 1, column 1"),
     (b"\xff\xfe{", "is not UTF-8: byte 0 is not"),
     (b'{"stripe": {"client_secret": "sk_live_1", "client_secret": "sk_live_1"}}', "names 'client_secret' twice"),
     (["sk_live_1"], "holds a list. Expected one object with an entry for each source"),
     ("sk_live_1", "holds a text. Expected one object")],
    ids=["broken off", "empty", "another encoding", "a name twice", "a list", "a text"],
)
def test_a_file_that_nobody_can_read_is_told_with_its_place(own: Settings, content: object, said: str) -> None:
    file = give(own, content)
    [fault] = kept(own).faults
    assert fault.startswith(f"{file} {said}")
    assert "sk_live_1" not in fault
    assert configured(own) == {}


def test_a_file_that_others_may_read_is_not_used(own: Settings) -> None:
    file = give(own, {"stripe": STRIPE}, mode=0o644)
    assert kept(own).faults == (
        f"{file} holds credentials but others may read it: mode 644. Expected 600. Run `chmod 600 {file}`.",
    )


@pytest.mark.parametrize(
    ("name", "entry", "said"),
    [("oracle", {"url": "sk_live_1"}, "has an entry 'oracle', which is no source. Expected one of: amplitude"),
     ("files", {}, "has an entry 'files', a source that takes no credentials. Expected none. Take it away."),
     ("stripe", "sk_live_1", f"the entry 'stripe' is a text. {STRIPE_EXPECTED} Correct the file, or run `plumbline "
                             "connect stripe`."),
     ("stripe", {"account_id": "a"}, "the entry 'stripe' is wrong: client_secret is missing, start_date is missing; "
                                     f"values are not shown. {STRIPE_EXPECTED}"),
     ("stripe", STRIPE | {"client_secret": " "}, "the entry 'stripe' is wrong: client_secret is missing;"),
     ("stripe", STRIPE | {"more": "x"}, "the entry 'stripe' is wrong: more is not known;"),
     ("stripe", STRIPE | {"client_secret": ["sk_live_1"]}, "the entry 'stripe' is wrong: client_secret is a list;"),
     ("stripe", STRIPE | {"client_secret": None}, "the entry 'stripe' is wrong: client_secret is null;"),
     ("stripe", STRIPE | {"account_id": True}, "the entry 'stripe' is wrong: account_id is true or false;"),
     ("stripe", STRIPE | {"start_date": "yesterday"}, "The start_date of the source stripe is no date; it is not"),
     ("stripe", STRIPE | {"client_secret": "sk_live_1\n"}, "The client_secret of the source stripe holds a character"),
     ("stripe", STRIPE | {"account_id": "acct\0"}, "The account_id of the source stripe holds a character that nobody"),
     ("stripe", STRIPE | {"account_id": "acct\ud800"}, "The account_id of the source stripe holds a character that"),
     ("production", {"url": "db.example.com:sk_live_1"},
      "The url of the source production is not the address of a Postgres database; it is not shown."),
     ("production", {"url": "postgresql://r:sk_live_1@h/d", "method": "magic"}, "has the method 'magic'. Expected")],
    ids=["no source", "a source without credentials", "no object", "missing keys", "an empty value", "a key too many",
         "a list", "null", "true", "no date", "a line break", "what no environment holds", "half a character",
         "no address", "an unknown method"],
)
def test_an_entry_that_is_wrong_says_how_and_keeps_no_other_back(
    own: Settings, name: str, entry: object, said: str
) -> None:
    give(own, {name: entry, "mixpanel": MIXPANEL})
    [fault] = kept(own).faults
    assert said in fault
    assert "sk_live_1" not in fault
    assert list(configured(own)) == ["mixpanel"]


def test_a_number_will_do_for_a_text(own: Settings) -> None:
    give(own, {"stripe": STRIPE | {"account_id": 17}})
    assert (kept(own).faults, kept(own).given["stripe"]["account_id"]) == ((), "17")


def test_production_says_itself_that_its_entry_is_wrong(own: Settings) -> None:
    give(own, {"production": {"url": "x"}})
    with pytest.raises(SettingsError, match="is not the address of a Postgres database"):
        production(own)


def test_connecting_a_source_mends_its_own_entry_and_leaves_the_others(own: Settings) -> None:
    file = give(own, {"oracle": {"a": 1}, "stripe": "typed by hand"})
    assert connecting.forget_nothing(own, all_sources()["stripe"]) == {}
    connecting.keep(own, all_sources()["stripe"], STRIPE)
    assert json.loads(file.read_text()) == {"oracle": {"a": 1}, "stripe": STRIPE}


def test_connecting_refuses_a_url_that_is_none(own: Settings) -> None:
    with pytest.raises(SettingsError, match="is not the address of a Postgres database"):
        connecting.keep(own, all_sources()["production"], {"url": "host"})


def test_the_doctor_says_what_is_wrong_with_each_entry(own: Settings) -> None:
    give(own, {"oracle": {}, "stripe": {}})
    found = [each.do for each in examine(own) if each.name == "Credentials"]
    assert [said for said in found if "'oracle'" in said] and [said for said in found if "'stripe'" in said]
    assert len(found) == 2


def test_the_list_of_sources_says_it(own: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    report = SourceReport([], [], [], ("It is so.",))
    report.draw(Console(width=120))
    assert capsys.readouterr().out == "✗ It is so.\n"
    assert (report.payload()["ok"], report.payload()["faults"]) == (False, ["It is so."])


@pytest.mark.slow
def test_it_is_recorded_as_the_source_s_failed_load_which_the_pipelines_page_shows(migrated: Settings) -> None:
    home = migrated.model_copy(update={"sandbox_scale": "none"})
    engine = create_engine(warehouse_url(home, "plumbline_worker"), poolclass=NullPool)
    instant = datetime(2026, 11, 22, 12, tzinfo=UTC)
    query = text("select source, result, error from portal.load_run where run_id = :run order by 1")

    def loaded(content: object) -> tuple[list[tuple[object, ...]], object]:
        give(home, content)
        run = Run(uuid4(), instant, home, "load")
        ended = load_sources(run, [all_sources()["stripe"]])
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query, {"run": run.run_id})], ended.faults

    [row], faults = loaded({"stripe": STRIPE | {"client_secret": 1.5}, "oracle": {}})
    assert row[:2] == ("stripe", "failed")
    assert "client_secret is a number" in str(row[2])
    assert len(faults) == 1 and "'oracle'" in faults[0]  # type: ignore[arg-type, index]
    lacks = look(home).short_of
    assert [said for said in lacks if "client_secret is a number" in said and "last load" not in said]
    assert "No build has succeeded yet." in lacks, "what else there is to say is said as well"

    # Nobody can read which sources there are: those that were known are missed all the same.
    give(home, b"{")
    told: list[str] = []
    outcome = load_now(Run(uuid4(), instant, home, "load"), [], is_full=False, since=None, anew=False, say=told.append)
    assert list(outcome.failed) == ["stripe"]
    assert "is not JSON" in outcome.failed["stripe"]
    assert len(told) == 1 and "is not JSON" in told[0]
    with pytest.raises(SettingsError, match="is not JSON"):
        load_now(Run(uuid4(), instant, home, "load"), ["mixpanel"], is_full=False, since=None, anew=False, say=print)
