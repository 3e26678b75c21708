"""The tree as the caretaker walks it: files that are committed or about to be, read once."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

from app.settings import ROOT

PROGRAM = ("app/", "pages/", "pipelines/", "forecasting/")


@cache
def files() -> tuple[str, ...]:
    """Paths from the root, in order: what git knows and what it would take in."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")
    return tuple(sorted(name for name in listed if name and (ROOT / name).is_file()))


def under(*starts: str, end: str = "") -> tuple[str, ...]:
    """The files below one of the folders that end so."""
    return tuple(name for name in files() if name.startswith(starts) and name.endswith(end))


@cache
def read(name: str) -> str:
    return (ROOT / name).read_text(errors="replace")


@cache
def parse(name: str) -> ast.Module:
    return ast.parse(read(name))


def line_count(name: str) -> int:
    return read(name).count("\n")


def listed(found: list[str], what_to_do: str) -> str:
    """A message that names every place and says what to do."""
    return "\n".join([f"{len(found)} found:", *(f"  {entry}" for entry in found), what_to_do])


def stem(name: str) -> str:
    return Path(name).stem
