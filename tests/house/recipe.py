"""The recipe "Add a source" of docs/architecture.md as a list of files, and a copy of the house to follow it in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from app.settings import ROOT

from .tree import files, read

TOY = Path(__file__).with_name("toy")
SOURCE, THING = "weather", "readings"
WORDS = {"<source>": SOURCE, "<thing>": THING, "<stream>": THING, "<tap>": f"tap-{SOURCE}"}
FILE = re.compile(r"`((?:app|pipelines|models|checks|tests|docs|locks)/[^`\s]+|meltano\.yml)`")
KEPT, OWN = "A kept tap", "Else a small Singer tap of our own"
"""How the two bullets of the first step begin; a source needs the files of one of them."""


def named(*, is_kept: bool) -> tuple[str, ...]:
    """The files that the recipe names for the toy, with a kept tap or one of ours; a folder ends with a slash."""
    page = read("docs/architecture.md")
    steps = page.partition("## Add a source\n")[2].partition("\nSee it:")[0].partition("\n1. ")[2]
    bullets = {start: _bullet(steps, start) for start in (KEPT, OWN)}
    text = steps.replace(bullets[OWN if is_kept else KEPT], "")
    found = []
    for path in FILE.findall(text):
        for word, value in WORDS.items():
            path = path.replace(word, value)
        found.append(path)
    return tuple(dict.fromkeys(found))


def _bullet(steps: str, start: str) -> str:
    """One bullet, up to the next or to the next step."""
    match = re.search(rf"^   - {start}:.*?(?=^   - |^\d+\. )", steps, re.MULTILINE | re.DOTALL)
    if match is None:
        raise LookupError(
            f"docs/architecture.md, Add a source: no bullet begins with {start!r}. Write it, or mend this file."
        )
    return match.group()


INSPECTOR = """
import json, os, sys
sys.path.insert(0, os.getcwd())
import pytest
import pipelines.sandbox.company.streams
from pipelines.sources import all_sources
all_sources()
for name in [name for name in sys.modules if name.partition(".")[0] in ("app", "pipelines", "tests")]:
    del sys.modules[name]
for line in sys.stdin:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        os._exit(pytest.main(json.loads(line)))
    os.close(writing)
    with os.fdopen(reading) as said:
        text = said.read()
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text]), flush=True)
"""
"""Runs tests again and again, each time in a process that has the libraries imported already, and nothing of ours."""


class Inspector:
    """Runs tests of a copy, quickly."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def complaints(self, *tests: str) -> str:
        """What is said to be wrong, without pytest's listings of source, which name files anyway; empty: nothing is."""
        assert self._process.stdin and self._process.stdout
        arguments = ["-q", "-p", "no:cacheprovider", "--noconftest", "--rootdir=.", *tests]
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        code, said = json.loads(self._process.stdout.readline())
        found = "\n".join(line for line in said.splitlines() if line.startswith("E "))
        return found or (f"exit code {code}: {said}" if code else "")


@contextmanager
def inspecting(root: Path) -> Iterator[Inspector]:
    """An inspector of the copy at `root`, which has to be whole when it begins."""
    with subprocess.Popen(
        [sys.executable, "-c", INSPECTOR], cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    ) as process:
        yield Inspector(process)
        if process.stdin:
            process.stdin.close()


@dataclass(frozen=True)
class Copy:
    """A copy of the repository, committed as it is, in which the recipe was followed."""

    root: Path

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=self.root, check=True, capture_output=True, text=True
        ).stdout

    def changed(self) -> set[str]:
        """The files that are new or changed."""
        lines = self.git("status", "--porcelain", "--untracked-files=all", "--no-renames").splitlines()
        return {line[3:] for line in lines}

    def leave_out(self, path: str) -> None:
        """Undoes what was written at a path of the recipe."""
        if self.git("ls-files", "--", path):
            self.git("checkout", "--quiet", "--", path)
        elif path.endswith("/"):
            shutil.rmtree(self.root / path)
        else:
            (self.root / path).unlink()

    def follow(self, path: str) -> None:
        """Writes what the toy has for one path of the recipe."""
        toy = TOY / path
        if path.endswith("/"):
            shutil.copytree(toy, self.root / path)
        elif toy.exists():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(toy, self.root / path)
        else:
            self._add(path)

    def _add(self, path: str) -> None:
        """Adds the toy's lines to a file that is there."""
        additions = YAML(typ="safe").load((TOY / "additions.yml").read_text(encoding="utf-8"))
        wanted = additions[path]
        lines = (self.root / path).read_text(encoding="utf-8").splitlines(keepends=True)
        for each in wanted if isinstance(wanted, list) else [wanted]:
            place = next(number for number, line in enumerate(lines) if line.startswith(each["before"]))
            lines[place:place] = each["text"].splitlines(keepends=True)
        (self.root / path).write_text("".join(lines), encoding="utf-8")

    def tests(self, *arguments: str) -> tuple[bool, str]:
        """Runs tests of the copy; whether they passed, and what was said."""
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments],
            cwd=self.root, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )
        return ended.returncode == 0, ended.stdout + ended.stderr


def copied(to: Path) -> Copy:
    """A copy of what git knows, in a repository of its own."""
    for name in files():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to / name)
    copy = Copy(to)
    copy.git("init", "--quiet")
    copy.git("add", "--all", "--force")
    copy.git("-c", "user.name=house", "-c", "user.email=house@localhost", "-c", "commit.gpgsign=false",
             "commit", "--quiet", "--message", "As it is")
    return copy


def lend_plugins(copy: Copy) -> None:
    """Gives the copy the plugins that are installed here; only the programs of our own taps are its own.

    What an installation makes of `[project.scripts]` is made here without a network: a program per entry, which finds
    the copy's taps before those of this repository.
    """
    for kind in ("extractors", "loaders"):
        (copy.root / ".meltano" / kind).mkdir(parents=True)
        for plugin in (ROOT / ".meltano" / kind).iterdir():
            if plugin.name != "tap-plumbline-files":
                (copy.root / ".meltano" / kind / plugin.name).symlink_to(plugin, target_is_directory=True)
    theirs = ROOT / ".meltano" / "extractors" / "tap-plumbline-files" / "venv"
    environment = copy.root / ".meltano" / "extractors" / "tap-plumbline-files" / "venv"
    [packages] = theirs.glob("lib/python3.*/site-packages")
    own = environment / packages.relative_to(theirs)
    own.mkdir(parents=True)
    (environment / "bin").mkdir()
    shutil.copyfile(theirs / "pyvenv.cfg", environment / "pyvenv.cfg")
    python = environment / "bin" / "python"
    python.symlink_to((theirs / "bin" / "python").resolve())
    (own / "lent.pth").write_text(f"{copy.root / 'pipelines' / 'taps'}\n{copy.root}\n{packages}\n")
    ours = tomllib.loads((copy.root / "pipelines" / "taps" / "pyproject.toml").read_text(encoding="utf-8"))
    for name, entry in ours["project"]["scripts"].items():
        module, _, called = entry.partition(":")
        program = environment / "bin" / name
        program.write_text(f"#!{python}\nfrom {module} import {called.partition('.')[0]}\n{called}()\n")
        program.chmod(0o755)
