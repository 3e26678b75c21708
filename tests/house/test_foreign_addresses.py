"""What the browser is sent asks no other host for anything; what is committed names no machine of ours."""

from __future__ import annotations

import re
import subprocess

from app.settings import ROOT

from .tree import listed, read, under

ADDRESS = re.compile(r"(?:https?:)?//(?!localhost|127\.0\.0\.1)([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)
NAMES_ONLY = {"www.w3.org", "vega.github.io"}  # XML namespace and Vega-Lite's schema name: never fetched
SENT = (".css", ".js", ".html", ".svg", ".json", ".webmanifest", ".py", ".toml")
WORKPLACE = re.compile(r"/work/|/tmp/|\bfarm-[a-z]+|registry\.npmjs|pypi\.org/simple|files\.pythonhosted")


def test_no_page_asks_another_host() -> None:
    found = [
        f"{name}:{number}: {match.group(0)}"
        for name in under("app/ui/", "app/static/", "pages/", ".streamlit/")
        if name.endswith(SENT)
        for number, line in enumerate(read(name).splitlines(), 1)
        for match in ADDRESS.finditer(line)
        if match.group(1).lower() not in NAMES_ONLY
    ]
    assert not found, listed(found, "Serve it from app/static/ instead: no page may ask another host.")


def test_nothing_names_this_machine() -> None:
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in under("")
        if not name.startswith("tests/") and name.endswith((".py", ".sql", ".yml", ".md", ".toml", ".sh", ".lock"))
        for number, line in enumerate(read(name).splitlines(), 1)
        if WORKPLACE.search(line)
    ]
    assert not found, listed(found, "Take it from a setting, or from a package index by its ordinary client.")


def test_nothing_is_a_link_to_a_place_of_one_machine() -> None:
    staged = subprocess.run(["git", "ls-files", "--stage"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = [line.partition("\t")[2] for line in staged.splitlines() if line.startswith("120000 ")]
    assert not found, listed(found, "Take it out of the repository, and name it in .gitignore without a slash.")
