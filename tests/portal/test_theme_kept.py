"""The theme that is worked out once is what Streamlit itself would say with each click."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from app.ui.look import streamlit_theme
from app.ui.theme_kept import keep_theme

PLACES = ("theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar", "theme.dark.sidebar")


def told() -> Any:
    """The theme as a message of one click has it, asked for in Streamlit's own order."""
    message: Any = CustomThemeConfig()
    for place in PLACES:
        part = message
        for name in place.split(".")[1:]:
            part = getattr(part, name)
        app_session._populate_theme_msg(part, place)
    return message


@pytest.fixture
def themed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit with the portal's own theme, until the test ends."""
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    monkeypatch.setattr(config, "_config_options", None)
    config.get_config_options(force_reparse=True)
    for name, value in streamlit_theme().items():
        config.set_option(name, value)


@pytest.mark.usefixtures("themed")
def test_it_is_what_streamlit_says_itself_and_stays_so() -> None:
    before = told()
    assert before.light.primary_color and before.dark.primary_color and not before.HasField("sidebar")
    keep_theme()
    assert [told(), told()] == [before, before]


@pytest.mark.usefixtures("themed")
def test_options_that_are_set_anew_are_told_anew() -> None:
    keep_theme()
    before = told()
    config.set_option("theme.light.primaryColor", "#123456")
    assert told() == before, "worked out once"
    keep_theme()
    assert told().light.primary_color == "#123456" and told().dark == before.dark
