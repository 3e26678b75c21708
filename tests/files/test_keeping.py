"""Versions and rights: what is kept, what is refused, and that nothing is changed by what was refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from app.access import Viewer
from app.company_files import CompanyFiles
from app.connections import Connections
from app.errors import FileError, NotPermitted
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines import requests
from pipelines.dropped_files import note_found, note_loaded

from .workbooks import TARGETS, workbook

pytestmark = pytest.mark.slow
FINANCE, SALES = Viewer("femi@x.com", ("finance",)), Viewer("sofia@x.com", ("sales",))
ENGINEER, ANALYST = Viewer("ines@x.com", ("engineer",)), Viewer("arjun@x.com", ("analyst",))
HEAD = "metric,month,target\n"
ONE, TWO = (f"{HEAD}mrr,2026-01-01,{target}\n".encode() for target in (1, 2))
CLAIMS = "claimed_on,department,metric,value,note,source\n2026-01-31,finance,arr,12300000,,\n"


@pytest.fixture
def home(migrated: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("app.files.folder.QUIET_SECONDS", 0.01)
    return migrated.model_copy(update={"files_dir": tmp_path / "files"})


@pytest.fixture
def worker(home: Settings) -> Iterator[Engine]:
    admin = create_engine(warehouse_url(home), poolclass=NullPool)
    with admin.begin() as connection:
        connection.execute(text("truncate portal.file_version, portal.audit, portal.load_request"))
    yield create_engine(warehouse_url(home, "plumbline_worker"), poolclass=NullPool)


@pytest.fixture
def files(home: Settings, worker: Engine) -> Iterator[CompanyFiles]:
    connections = Connections(home)
    yield CompanyFiles(connections, home)
    connections.close()


@pytest.fixture
def load(home: Settings, worker: Engine) -> Callable[[], None]:
    """What a load notes that goes well."""
    return lambda: note_loaded(home, worker, note_found(home, worker))


@pytest.fixture
def audit(home: Settings) -> Callable[[], list[tuple[Any, ...]]]:
    admin = create_engine(warehouse_url(home), poolclass=NullPool)

    def rows() -> list[tuple[Any, ...]]:
        with admin.connect() as connection:
            query = text("select email, action, outcome, filters ->> 'file' from portal.audit order by audit_id")
            return [tuple(row) for row in connection.execute(query)]

    return rows


def put(files: CompanyFiles, content: bytes, name: str = "targets.csv", viewer: Viewer = FINANCE) -> None:
    files.place(viewer, files.propose(viewer, name.partition(".")[0], name, content))


def states(files: CompanyFiles) -> list[tuple[int, str, str]]:
    return [(each.version, each.state, each.placed_by) for each in files.versions(FINANCE, "targets")]


def test_a_file_is_checked_put_in_place_kept_loaded_and_brought_back(
    files: CompanyFiles, home: Settings, load: Callable[[], None], audit: Callable[[], list[tuple[Any, ...]]]
) -> None:
    put(files, ONE)
    assert (home.files / "targets.csv").read_bytes() == ONE
    assert states(files) == [(1, "waiting", "femi@x.com")]
    load()
    assert states(files) == [(1, "loaded", "femi@x.com")]
    put(files, TWO)
    load()
    assert states(files) == [(2, "loaded", "femi@x.com"), (1, "replaced", "femi@x.com")]
    files.bring_back(ENGINEER_AND_FINANCE, "targets", 1)
    assert (home.files / "targets.csv").read_bytes() == ONE
    assert states(files) == [(1, "waiting", "both@x.com"), (2, "replaced", "femi@x.com")]
    assert [row[1] for row in audit() if row[1] != "check file"] == ["place file", "place file", "bring back file"]


ENGINEER_AND_FINANCE = Viewer("both@x.com", ("finance", "engineer"))


def test_the_same_content_again_adds_nothing(files: CompanyFiles, home: Settings, load: Callable[[], None]) -> None:
    put(files, ONE)
    for _ in range(2):
        load()
    put(files, ONE)
    load()
    assert [version for version, *_ in states(files)] == [1]


def test_what_lay_in_the_folder_is_kept_too_and_a_broken_file_with_its_reason(
    files: CompanyFiles, home: Settings, load: Callable[[], None], worker: Engine
) -> None:
    home.files.mkdir()
    (home.files / "targets.csv").write_bytes(ONE)
    load()
    (home.files / "targets.csv").write_bytes(HEAD.encode() + b"mrr,2026-01-15,x\n")
    note_found(home, worker)
    newest, before = files.versions(FINANCE, "targets")
    assert (newest.state, newest.row_count, newest.placed_by) == ("refused", None, "folder")
    assert "line 2, column month" in str(newest.refusal) and "line 2, column target" in str(newest.refusal)
    assert (before.state, before.row_count) == ("replaced", 1)
    (home.files / "targets.csv").write_bytes(ONE)
    load()
    assert states(files) == [(1, "loaded", "folder"), (2, "refused", "folder")]


def test_a_workbook_takes_the_place_of_a_csv_file(files: CompanyFiles, home: Settings) -> None:
    put(files, ONE)
    put(files, workbook(TARGETS, ("mrr", "2026-01-01", 5)), "targets.xlsx")
    assert [path.name for path in home.files.iterdir()] == ["targets.xlsx"]


def test_a_bad_file_changes_nothing(files: CompanyFiles, home: Settings, load: Callable[[], None]) -> None:
    put(files, ONE)
    load()
    bad = files.propose(FINANCE, "targets", "targets.csv", HEAD.encode() + b"mrr,2026-01-15,x\n")
    assert not bad.can_be_placed and len(bad.checked.problems) == 2 and bad.change is None
    with pytest.raises(FileError, match="line 2, column month"):
        files.place(FINANCE, bad)
    assert (home.files / "targets.csv").read_bytes() == ONE and states(files) == [(1, "loaded", "femi@x.com")]


def test_what_would_change_is_told_against_what_is_in_place(files: CompanyFiles) -> None:
    put(files, ONE)
    change = files.propose(FINANCE, "targets", "t.csv", TWO + b"arr,2026-01-01,12\n").change
    assert change is not None and [len(part) for part in (change.added, change.changed, change.removed)] == [1, 1, 0]


def test_a_change_that_was_shown_against_another_file_is_refused(files: CompanyFiles, home: Settings) -> None:
    mine = files.propose(FINANCE, "targets", "targets.csv", TWO)
    put(files, ONE)
    with pytest.raises(FileError, match="somebody put one in place since"):
        files.place(FINANCE, mine)
    assert (home.files / "targets.csv").read_bytes() == ONE


@pytest.mark.parametrize("viewer", [SALES, ENGINEER, ANALYST, Viewer("nobody@x.com", ())])
def test_who_has_no_right_puts_nothing_in_place_even_with_a_proposal_of_somebody_else(
    files: CompanyFiles, home: Settings, audit: Callable[[], list[tuple[Any, ...]]], viewer: Viewer
) -> None:
    sound = files.propose(FINANCE, "targets", "targets.csv", ONE)
    for attempt in (lambda: files.propose(viewer, "targets", "t.csv", ONE), lambda: files.place(viewer, sound)):
        with pytest.raises(NotPermitted, match=r"expected one of: finance\."):
            attempt()
    assert not home.files.exists() and states(files) == []
    assert audit()[-1] == (viewer.email, "place file", "refused", "targets")


def test_contents_are_for_those_who_may_see_them(files: CompanyFiles) -> None:
    put(files, ONE)
    assert files.content(ANALYST, "targets", 1) == ONE
    for viewer in (SALES, ENGINEER):
        with pytest.raises(NotPermitted):
            files.content(viewer, "targets", 1)
    assert [each.version for each in files.versions(ENGINEER, "targets")] == [1]
    assert files.versions(SALES, "targets") == ()
    assert {each.name for each in files.shown_to(SALES)} == {"quotas", "claims"}
    with pytest.raises(FileError, match="targets has no version 9"):
        files.content(FINANCE, "targets", 9)


def test_a_department_changes_its_own_claims_and_no_others(files: CompanyFiles, home: Settings) -> None:
    put(files, CLAIMS.encode(), "claims.csv")
    theirs = files.propose(SALES, "claims", "claims.csv", (CLAIMS + "2026-01-31,sales,arr,13100000,,\n").encode())
    assert theirs.can_be_placed
    files.place(SALES, theirs)
    for content in (CLAIMS.replace("12300000", "1"), CLAIMS.partition("\n")[0] + "\n"):
        others = files.propose(SALES, "claims", "claims.csv", content.encode())
        assert "would change rows of finance" in others.refusal
        with pytest.raises(NotPermitted, match="would change rows of finance"):
            files.place(SALES, others)
    assert b"13100000" in (home.files / "claims.csv").read_bytes()


def test_a_folder_that_cannot_be_written_leaves_no_version(
    files: CompanyFiles, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.files.parent.mkdir(exist_ok=True)
    home.files.write_text("not a folder")
    with pytest.raises(FileError, match=r"targets\.csv cannot be written into .*: File exists"):
        put(files, ONE)
    assert states(files) == []


def test_what_is_put_in_place_asks_for_a_load_once_and_what_lay_in_the_folder_does_not(
    files: CompanyFiles, home: Settings, worker: Engine
) -> None:
    home.files.mkdir()
    (home.files / "budget.csv").write_text("month,line,currency,amount\n")
    note_found(home, worker)
    with worker.begin() as connection:
        assert requests.take(connection) is None
    put(files, ONE)
    put(files, TWO)
    with worker.begin() as connection:
        taken = requests.take(connection)
        assert taken is not None and (taken.source, taken.is_full) == ("files", False)
        assert requests.take(connection) is None
