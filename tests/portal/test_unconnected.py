"""What stands at the door of a home without a sandbox: who can get in, what is connected, and what to do next."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from .test_pages import text


def closed_door(issuer: str | None, has_loaded: bool, claims: dict[str, object] | None) -> None:
    """What Streamlit runs for a visit."""
    from app.settings import Settings
    from app.ui import states

    if claims is None:
        states.unconnected(Settings(sandbox_scale="none", oidc_issuer=issuer), has_loaded=has_loaded)
    else:
        states.unverified()


@pytest.mark.parametrize(
    ("issuer", "has_loaded", "title", "steps"),
    [
        pytest.param(None, False, "No source is connected", ("Let people sign in", "sources.json"), id="nothing yet"),
        pytest.param("https://id.example", False, "No source is connected", ("sources.json",), id="no source yet"),
        pytest.param(None, True, "Nobody can sign in yet", ("Let people sign in", "plumbline person grant EMAIL ROLE"),
                     id="loaded, but nobody can sign in"),
    ],
)  # fmt: skip
def test_it_says_what_is_missing_and_only_that(
    issuer: str | None, has_loaded: bool, title: str, steps: tuple[str, ...]
) -> None:
    page = AppTest.from_function(closed_door, default_timeout=180, args=(issuer, has_loaded, None)).run()
    said = text(page)
    assert not page.exception
    assert title in said
    for step in ("Let people sign in", "sources.json", "plumbline person grant EMAIL ROLE"):
        wanted = step in steps or (step.startswith("plumbline person") and "Let people sign in" in steps)
        assert (step in said) is wanted, step


def test_an_unverified_address_is_told_so_instead_of_being_asked_to_sign_in_again() -> None:
    page = AppTest.from_function(closed_door, default_timeout=180, args=(None, False, {})).run()
    assert not page.exception
    assert "Your address is not verified" in text(page)
    assert [button.label for button in page.button] == ["Sign out"]


def failed_first_run() -> None:
    from app.progress import Stage
    from app.ui import states

    states.loading([Stage("google-ads", "failed", 0, 1.0), Stage("load_due", "failed", None, 1.0)])


def test_a_first_run_that_failed_is_told_in_words() -> None:
    said = text(AppTest.from_function(failed_first_run, default_timeout=180).run())
    assert "Google ads and load due failed. plumbline status says why." in said
    assert "Load due failed" in said and "load_due" not in said
