"""The page Database access: a password that is shown once and kept nowhere, and the way to end what was asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from app.secrets import warehouse_url
from app.settings import Settings

from .test_pages import EMAIL, door, front_door, text

__all__ = ["door"]


@pytest.fixture
def emptied(filled: Settings) -> Iterator[Settings]:
    yield filled
    engine = create_engine(warehouse_url(filled))
    with engine.begin() as connection:
        connection.execute(sql("delete from portal.database_login"))
    engine.dispose()


def visit(role: str) -> AppTest:
    page = AppTest.from_function(front_door, default_timeout=180)
    page.user = {"is_logged_in": True, "email": EMAIL[role], "name": "Somebody"}
    page._page_hash = calc_hash("database-access")
    return page.run()


def pressed(page: AppTest, label: str) -> AppTest:
    return next(each for each in page.button if each.label == label).click().run()


def test_a_password_is_shown_until_it_is_put_away(emptied: Settings) -> None:
    page = visit("analyst")
    assert "None yet." in text(page) and not page.code
    assert "Say what it is for" in text(pressed(page, "Make a login"))
    next(each for each in page.text_input if each.label == "What for").set_value("Tableau <b>").run()
    page = pressed(page, "Make a login")
    password, psql = page.code[0].value, page.code[1].value
    assert len(password) == 43 and "host=127.0.0.1" in psql and password not in psql and password not in text(page)
    assert "Tableau &lt;b&gt;" in text(page) and "being made" in text(page)
    assert "answers its own machine alone" in text(page)
    assert password not in str([each.value for each in visit("analyst").code]), "another window does not have it"
    page = pressed(page, "I have kept it")
    assert not page.code and "being made" in text(page)
    overseen = text(visit("engineer"))
    assert "Everybody else's" in overseen and EMAIL["analyst"] in overseen
    assert "is being ended" in text(pressed(page, "Revoke"))
