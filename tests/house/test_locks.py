"""What is installed is locked with hashes, by its name and never by an address: the same on every machine and day."""

from __future__ import annotations

import re
import tomllib

import pytest
from ruamel.yaml import YAML

from .tree import listed, read, stem, under

LOCKS = tuple(name for name in under("") if name.endswith(".lock"))
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*(?:\[[a-z0-9,_-]+\])?)==([^ \\;]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
ADDRESS = re.compile(r"://|^\s*-|^[^#]*@\s", re.MULTILINE)
BUILD = "locks/build.lock"


def entries(text: str) -> list[str]:
    """Each requirement of a lock, its continued lines joined; comments left out."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [entry for entry in lines.replace("\\\n", " ").splitlines() if entry.strip()]


def plugins() -> dict[str, str]:
    """Each plugin of meltano.yml that has an environment of its own, and what is installed into it."""
    found = YAML(typ="safe").load(read("meltano.yml"))["plugins"]
    return {plugin["name"]: plugin["pip_url"] for kind in found.values() for plugin in kind if "pip_url" in plugin}


def test_there_are_locks() -> None:
    assert {"requirements.lock", BUILD} < set(LOCKS)
    assert len(plugins()) >= 5


@pytest.mark.parametrize("name", LOCKS)
def test_everything_in_a_lock_is_one_version_with_its_hashes(name: str) -> None:
    found = [entry[:80] for entry in entries(read(name)) if not (PINNED.match(entry) and HASH.search(entry))]
    assert entries(read(name))
    assert not found, listed(found, "Run scripts/lock: it writes each package with ==, and with its hashes.")


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_an_address(name: str) -> None:
    found = [entry[:80] for entry in entries(read(name)) if ADDRESS.search(HASH.sub("", entry))]
    assert not found, listed(found, "Run scripts/lock: a lock holds names and hashes, the index is the machine's.")


@pytest.mark.parametrize("plugin", plugins())
def test_a_plugin_is_installed_from_its_lock_and_nothing_else(plugin: str) -> None:
    words = plugins()[plugin].split()
    expected = ["--build-constraints", BUILD, "-r", f"locks/{plugin}.lock"]
    own = ["-e", "./pipelines/taps"]
    assert words in (["--require-hashes", *expected], [*expected, *own]), (
        f"meltano.yml installs {plugin} by {' '.join(words)!r}. Write --require-hashes {' '.join(expected)}, name the "
        f"package in locks/{plugin}.in and run scripts/lock."
    )
    assert f"locks/{plugin}.lock" in LOCKS


@pytest.mark.parametrize("name", [lock for lock in LOCKS if lock.startswith("locks/")])
def test_a_lock_holds_what_was_wanted(name: str) -> None:
    wanted = {PINNED.match(line).groups() for line in read(f"locks/{stem(name)}.in").splitlines()}  # type: ignore[union-attr]
    assert wanted
    missing = wanted - {match.groups() for match in PINNED.finditer(read(name))}
    assert not missing, listed([f"{name}: {package}=={version}" for package, version in missing], "Run scripts/lock.")


def test_our_own_tap_needs_what_is_locked_for_it() -> None:
    project = tomllib.loads(read("pipelines/taps/pyproject.toml"))
    locked = {"==".join(match.groups()) for match in PINNED.finditer(read("locks/tap-plumbline-files.lock"))}
    assert set(project["project"]["dependencies"]) <= locked
    assert [PINNED.sub("", each).split(">")[0] for each in project["build-system"]["requires"]] == ["setuptools"]
    assert "setuptools==" in read(BUILD)


def test_our_own_taps_are_tested_on_the_sdk_that_they_run_on() -> None:
    found = {
        name: re.findall(r"singer-sdk==([0-9.]+)", read(name))
        for name in ("requirements.lock", "locks/tap-plumbline-files.lock", "pipelines/taps/pyproject.toml")
    }
    assert len({tuple(versions) for versions in found.values()}) == 1, (
        f"The Singer SDK has several versions: {found}. Write one into pyproject.toml, pipelines/taps/pyproject.toml "
        "and locks/tap-plumbline-files.in, then run scripts/lock."
    )
