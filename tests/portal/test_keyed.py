"""What a cache of Streamlit's knows a page by: all that it declares, so that no page is shown for another."""

from __future__ import annotations

from dataclasses import replace

from app.access import Viewer
from app.dashboard import Dashboard, Tile
from app.gallery import dashboards
from app.ui.keyed import KEYED


def test_each_page_has_a_key_of_its_own() -> None:
    keys = {KEYED[Dashboard](page) for page in dashboards().values()}
    assert len(keys) == len(dashboards())


def test_a_page_that_declares_something_else_has_another_key() -> None:
    page = dashboards()["executive"]
    key = KEYED[Dashboard]
    assert key(page) == key(replace(page, rows=tuple(tuple(row) for row in page.rows)))
    assert key(page) != key(replace(page, names=(("pack", "October"),)))
    assert key(page) != key(replace(page, rows=(*page.rows[:-1], (Tile("arr"),))))
    assert key(page) != key(replace(page, filters=page.filters[1:]))


def test_people_of_the_same_roles_share_what_is_kept_and_others_do_not() -> None:
    key = KEYED[Viewer]
    assert key(Viewer("a@x.example", ("sales",))) == key(Viewer("b@x.example", ("sales",)))
    assert key(Viewer("a@x.example", ("sales",))) != key(Viewer("a@x.example", ("finance",)))
