"""The recipe "Add a source" is exact: a toy added by it in a copy of the repository works; nothing can be left out."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import plugins

from .recipe import SOURCE, Copy, Inspector, copied, inspecting, lend_plugins, named

pytestmark = pytest.mark.slow
STRUCTURE = ("sources", "contracts", "docs", "locks", "imports", "sizes_and_names", "foreign_addresses")
PARTS = "tests/house/test_sources.py"
OWN, KEPT = named(is_kept=False), named(is_kept=True)
ONLY_KEPT = tuple(path for path in KEPT if path not in OWN)
LENT = "tap-stripe"
"""The kept tap whose package stands for the toy's: what scripts/lock would ask the index for is locked already."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy with the toy, whose tap is one of ours."""
    made = copied(tmp_path_factory.mktemp("copy"))
    for path in OWN:
        made.follow(path)
    yield made


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy with the toy, whose tap is one that others keep."""
    made = copied(tmp_path_factory.mktemp("kept"))
    for path in KEPT:
        _write_kept(made, path)
    yield made


@pytest.fixture(scope="module")
def inspector(copy: Copy) -> Iterator[Inspector]:
    with inspecting(copy.root) as found:
        assert found.complaints(PARTS) == ""
        yield found


def _write_kept(made: Copy, path: str) -> None:
    """As the toy has it; but for what a kept tap has otherwise."""
    if path.startswith("locks/"):
        lent = Path(path).with_stem(LENT)
        (made.root / path).write_text((made.root / lent).read_text(encoding="utf-8"), encoding="utf-8")
        return
    if path == "docs/licences.md":
        text = (made.root / path).read_text(encoding="utf-8")
        row = f"| tap-{SOURCE} | AGPL-3.0 | as tap-stripe |\n| Meltano |"
        (made.root / path).write_text(text.replace("| Meltano |", row), encoding="utf-8")
        return
    made.follow(path)
    if path == "meltano.yml":
        text = (made.root / path).read_text(encoding="utf-8")
        address = f"pip_url: --require-hashes --build-constraints locks/build.lock -r locks/tap-{SOURCE}.lock"
        own = f"name: tap-{SOURCE}\n    inherit_from: tap-plumbline-files"
        (made.root / path).write_text(text.replace(own, f"name: tap-{SOURCE}\n    {address}"), encoding="utf-8")


def test_the_recipe_names_files_for_both_kinds_of_tap() -> None:
    assert len(OWN) >= 15
    assert {Path(path).suffix for path in ONLY_KEPT} == {".in", ".lock", ".md"}


@pytest.mark.parametrize("name", ["copy", "kept"])
def test_what_was_written_is_what_the_recipe_names(name: str, request: pytest.FixtureRequest) -> None:
    made: Copy = request.getfixturevalue(name)
    wanted = OWN if name == "copy" else KEPT
    changed = made.changed()
    beyond = {path for path in changed if path not in wanted and not path.startswith(tuple(_folders(wanted)))}
    unneeded = {path for path in wanted if not any(each == path or each.startswith(path) for each in changed)}
    assert (beyond, unneeded) == (set(), set())


@pytest.mark.campaign
def test_the_house_is_content_with_the_toy(copy: Copy) -> None:
    is_well, said = copy.tests(*(f"tests/house/test_{name}.py" for name in STRUCTURE))
    assert is_well, said[-6000:]


@pytest.mark.campaign
def test_its_own_tests_pass(copy: Copy) -> None:
    is_well, said = copy.tests(f"tests/vendors/test_{SOURCE}.py", f"tests/taps/test_tap_{SOURCE}.py")
    assert is_well, said[-6000:]


@pytest.mark.campaign
def test_it_is_loaded_staged_and_checked_and_holds_what_the_company_s_books_say(copy: Copy) -> None:
    """What is held of the toy stands in its own tests/load/test_weather.py."""
    plugins.install()
    lend_plugins(copy)
    # An installation there would go through the links, into the plugins that other tests use meanwhile.
    mark = "(plugins.FOLDER / 'installed').write_text(plugins.fingerprint())"
    lent = f"from pipelines import plugins; {mark}; assert not plugins.missing(), plugins.missing()"
    subprocess.run([sys.executable, "-c", lent], cwd=copy.root, check=True)
    is_well, said = copy.tests(f"tests/load/test_{SOURCE}.py")
    assert is_well, said[-8000:]
    assert re.search(r"^2 passed", said, re.MULTILINE), said[-2000:]


@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=() if path == next(iter(OWN)) else pytest.mark.campaign) for path in OWN]
)
def test_what_is_left_out_is_missed_by_its_name(copy: Copy, inspector: Inspector, path: str) -> None:
    copy.leave_out(path)
    found = inspector.complaints(PARTS)
    copy.follow(path)
    assert path.rstrip("/") in found


@pytest.mark.campaign
def test_of_a_kept_tap_what_is_left_out_is_missed_by_its_name(kept: Copy) -> None:
    with inspecting(kept.root) as inspector:
        assert inspector.complaints(PARTS, "tests/house/test_locks.py") == ""
        for path in ONLY_KEPT:
            kept.leave_out(path)
            found = inspector.complaints(PARTS, "tests/house/test_locks.py")
            _write_kept(kept, path)
            assert path in found


def _folders(paths: tuple[str, ...]) -> list[str]:
    return [path for path in paths if path.endswith("/")]
