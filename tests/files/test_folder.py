"""The folder: which files count, which are left alone, and one that is written while it is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.files.catalogue import guess
from app.files.folder import PATIENCE, look, read_steady
from app.files.problems import Unreadable


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text("x")


def test_csv_files_and_workbooks_of_our_names_count_and_nothing_else(tmp_path: Path) -> None:
    put(tmp_path, "targets.csv", "Budget.XLSX", "~$Budget.XLSX", ".~lock.targets.csv#", "costs.csv.part", ".quotas.csv",
        "budgett.csv", "readme.txt", "quotas.csv.new")  # fmt: skip
    found = look(tmp_path)
    assert {name: path.name for name, path in found.files.items()} == {
        "budget": "Budget.XLSX", "targets": "targets.csv"}  # fmt: skip
    assert (found.problems, found.strangers) == ((), ("budgett.csv",))


def test_an_absent_folder_is_empty(tmp_path: Path) -> None:
    assert not look(tmp_path / "none").is_used


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("budget.csv", "budget.xlsx"),
         "budget.csv: there is more than one file of this name. Found budget.csv and budget.xlsx; expected one of "
         "them. Take away the one that is not meant and load again."),
        (("budget.xls",),
         "budget.xls: the file is of a format that is not read. Found .xls; expected .csv or .xlsx. Save it as one of "
         "them and load again."),
    ],
    ids=["two formats of one file", "an old workbook"],
)  # fmt: skip
def test_what_is_not_clear_is_refused(tmp_path: Path, names: tuple[str, ...], message: str) -> None:
    put(tmp_path, *names)
    found = look(tmp_path)
    assert [str(problem) for problem in found.problems] == [message]
    assert found.files == {} and found.is_used


def test_a_file_that_is_being_copied_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_text("metric,")
    pauses: list[float] = []

    def copy_on(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) < 3:
            with path.open("a") as file:
                file.write("month,"[: len(pauses)])

    assert read_steady(path, copy_on) == b"metric,mmo"
    assert len(pauses) == 3


def test_a_file_that_never_comes_to_rest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_text("a")

    def write_on(_: float) -> None:
        path.write_text(path.read_text() + "a")

    with pytest.raises(Unreadable, match=rf"the file is being written. Found it changed {PATIENCE} times"):
        read_steady(path, write_on)


def test_a_file_that_has_rested_is_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_text("a")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    pauses: list[float] = []
    assert read_steady(path, pauses.append) == b"a" and pauses == []


def test_a_file_that_is_gone_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"targets\.csv: the file cannot be read\. Found No such file"):
        read_steady(tmp_path / "targets.csv")


@pytest.mark.parametrize(
    ("filename", "name"),
    [("Budget 2026 (2).xlsx", "budget"), ("bank-balances.csv", "bank_balances"), ("Quota Q3.csv", "quotas"),
     ("costs vs budget.csv", None), ("letter.csv", None)],
)  # fmt: skip
def test_a_file_is_guessed_from_its_name(filename: str, name: str | None) -> None:
    found = guess(filename)
    assert (found.name if found else None) == name


def test_a_pipe_that_is_called_as_a_file_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "targets.csv")
    with pytest.raises(Unreadable, match=r"targets\.csv: it is no ordinary file\. Found a pipe, a device or a folder"):
        read_steady(tmp_path / "targets.csv")
