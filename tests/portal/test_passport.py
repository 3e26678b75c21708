"""What a passport says of promises, and of a build that failed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.status import BuildFailure
from app.ui.passport import failed_html, promises_html

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kept", "broken", "warned", "expected"),
    [
        ([], [], [], "no promise checked yet"),
        (["a", "b"], [], [], '<span class="pl-gain">2 of 2 promises kept</span>'),
        (["a"], ["<b>"], [], '1 of 2 promises kept<div class="pl-loss">Broken: &lt;b&gt;</div>'),
        (["a"], [], ["c"], '1 of 2 promises kept<div class="pl-stale">Warned: c</div>'),
        ([], ["b"], ["c"], '0 of 2 promises kept<div class="pl-loss">Broken: b</div>'
                           '<div class="pl-stale">Warned: c</div>'),
    ],
    ids=["none", "all kept", "one broken", "one warns, which is not kept", "both"],
)  # fmt: skip
def test_kept_broken_and_warned_are_three_groups(
    kept: list[str], broken: list[str], warned: list[str], expected: str
) -> None:
    assert promises_html(kept, broken, warned) == expected


def test_a_failed_build_is_told_with_when_and_why() -> None:
    failed = BuildFailure(datetime(2026, 11, 22, 11, 52, tzinfo=UTC), "The invariant 'a < b' does not hold.")
    said = failed_html(failed, NOW, ZoneInfo("America/New_York"))
    assert "The newest build failed: 22 Nov 2026, 06:52 (<time " in said and "8\u2009min ago</time>)" in said
    assert "The invariant &#x27;a &lt; b&#x27; does not hold. The figure is that of the build before." in said


def test_a_build_that_held_needs_no_word() -> None:
    assert failed_html(None, NOW, ZoneInfo("UTC")) == ""
