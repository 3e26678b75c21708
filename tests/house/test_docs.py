"""The documents tell the truth: settings, commands, paths of the recipes, links."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from app.settings import ROOT, Settings
from pipelines.sandbox.people import PEOPLE

from .settings_table import settings_table
from .test_pages import dashboards
from .tree import listed, read, under

PAGES = ("README.md", "CHANGELOG.md", "docs/architecture.md", "docs/decisions.md", "docs/licences.md", "docs/cli.md")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
ROOMS = "app|pages|pipelines|models|checks|forecasting|tests|docs|locks|scripts"
PATH = re.compile(rf"`((?:{ROOMS})/[^`\s:]*|meltano\.yml|pyproject\.toml)`")
VARIABLE = re.compile(r"PLUMBLINE_[A-Z_]+[A-Z]")
MADE_BY_PROGRAMS = {"PLUMBLINE_CHECK_PASSWORD"}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_there(name: str) -> None:
    assert (ROOT / name).exists(), f"{name} is missing. Write it; tests/house/test_docs.py says which pages there are."


def test_the_settings_table_is_true() -> None:
    message = "Run `python -m tests.house.settings_table > docs/settings.md`."
    assert read("docs/settings.md") == settings_table(), f"docs/settings.md is not what app/settings.py says. {message}"


def test_documents_name_only_settings_that_exist() -> None:
    known = {f"PLUMBLINE_{name.upper()}" for name in Settings.model_fields} | MADE_BY_PROGRAMS
    found = {
        f"{name}: {variable}"
        for name in _documents()
        for variable in VARIABLE.findall(read(name))
        if variable not in known
    }
    assert not found, listed(sorted(found), "Name a setting of app/settings.py.")


def test_the_command_page_has_a_heading_for_every_command() -> None:
    headings = "\n".join(re.findall(r"^## (.+)$", read("docs/cli.md"), re.MULTILINE))
    missing = [command for command in _commands() if not re.search(rf"(?<!\w){command}(?!\w)", headings)]
    assert not missing, listed(missing, "Describe the command under a ## heading of docs/cli.md, with its JSON keys.")


def test_links_lead_somewhere() -> None:
    found = [
        f"{name}: {target}"
        for name in _documents()
        for target in LINK.findall(read(name))
        if not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert not found, listed(found, "Mend the link, or add what it leads to.")


def test_documents_name_paths_that_exist() -> None:
    found = [
        f"{name}: {path}"
        for name in ("README.md", "docs/architecture.md")
        for path in PATH.findall(read(name))
        if not _exists(path)
    ]
    assert not found, listed(found, "Mend the path; <name>, … and * stand for any name in a folder that is there.")


def test_the_readme_says_who_sees_which_page() -> None:
    wrong = []
    for person in PEOPLE:
        row = next((line for line in read("README.md").splitlines() if line.startswith(f"| {person.name} |")), "")
        titles = {page.title for page in dashboards().values() if page.may_open(person.roles)}
        told = {page.title for page in dashboards().values() if re.search(rf"\b{page.title}\b", row)}
        if not row or told != titles:
            wrong.append(f"README.md: {person.name} opens {', '.join(sorted(titles)) or 'no page'}; found {row!r}")
    assert not wrong, listed(wrong, "Mend the table under Who sees what.")


@pytest.mark.parametrize("what", ["source", "metric", "dashboard", "job", "check", "mart", "person"])
def test_there_is_a_recipe(what: str) -> None:
    assert re.search(rf"^#+ Add a {what}\b", read("docs/architecture.md"), re.MULTILINE), (
        f'docs/architecture.md has no recipe "Add a {what}". Write one: which files, what is in them, how to see it.'
    )


def _documents() -> tuple[str, ...]:
    return ("README.md", *under("docs/", end=".md"))


def _exists(path: str) -> bool:
    """Whether the path is there; where it has a placeholder, whether what comes before it is a folder."""
    before = re.split(r"[<*…{]", path)[0]
    whole = before == path
    return (ROOT / before).exists() if whole else (ROOT / Path(before + "x").parent).is_dir()


def _commands() -> list[str]:
    """Every command as it is typed, such as 'mail list'."""
    from pipelines.cli import app

    def walk(command: Any, words: tuple[str, ...]) -> list[str]:
        children = getattr(command, "commands", None)
        if not children:
            return [" ".join(words)]
        return [line for name, child in sorted(children.items()) for line in walk(child, (*words, name))]

    return walk(typer.main.get_command(app), ())
