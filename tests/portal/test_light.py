"""/light and /alert of the running portal: small, true about their age, by the roles of whoever is signed in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import create_engine, text

from app.access import Viewer
from app.clock import as_of
from app.metrics import Question
from app.secrets import warehouse_url
from app.ui import format as f
from app.warehouse import Warehouse
from pipelines.sandbox.people import PEOPLE

from .servers import Portal
from .streamlit_client import cookie_header, sign_in

EMAIL = {person.roles[0]: person.email for person in PEOPLE}
BROWSER = {"accept": "text/html,*/*", "accept-encoding": "gzip"}
MOST_BYTES = 60 * 1024
FONTS = ("ibm-plex-sans-latin-400-normal.woff2",)


@pytest.fixture(scope="module")
def cookies(portal: Portal) -> dict[str, str]:
    """Role → the Cookie header of somebody who has it."""
    found = {}
    for role in ("executive", "finance", "engineer"):
        with closing(sign_in(portal, EMAIL[role])) as client:
            found[role] = cookie_header(client)
    return found


@pytest.fixture
def own_warehouse(portal: Portal) -> Iterator[Warehouse]:
    found = Warehouse(portal.settings)
    yield found
    found.close()


def asked(portal: Portal, path: str, cookie: str = "", **headers: str) -> httpx.Response:
    return httpx.get(portal.url + path, headers={**BROWSER, "cookie": cookie, **headers}, timeout=60)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main>")[1]))


def test_without_a_login_there_is_nothing_but_the_way_in(portal: Portal) -> None:
    answer = asked(portal, "/light")
    assert answer.status_code == 401 and "not signed in" in answer.text and "class=\"pl-value" not in answer.text
    assert "plumbline_wanted" in answer.headers["set-cookie"] and "/light" in answer.headers["set-cookie"]
    assert asked(portal, "/alert/0").status_code == 401


def test_it_shows_what_the_command_line_answers(
    portal: Portal, cookies: dict[str, str], own_warehouse: Warehouse
) -> None:
    said = words(asked(portal, "/light", cookies["executive"]).text)
    instant = as_of(portal.settings)
    for name in ("arr", "nrr", "gross_margin", "cash_runway"):
        answer = own_warehouse.answer(Viewer("eva", ("executive",)), Question(name), as_of=instant)
        figure = f.figure(float(answer.rows[-1][-1]), answer.metric.unit)
        assert f"{answer.metric.label} " in said
        assert f"{figure.before} {figure.digits} {figure.unit}".strip() in said, (name, figure, said[:600])


def test_each_role_sees_its_own_figures_and_who_has_none_is_told(portal: Portal, cookies: dict[str, str]) -> None:
    executive, finance = (words(asked(portal, "/light", cookies[role]).text) for role in ("executive", "finance"))
    assert "Cash runway" in executive and executive != finance
    none = words(asked(portal, "/light", cookies["engineer"]).text)
    assert "None of your roles has figures" in none and "$" not in none


def test_page_and_font_are_light(portal: Portal, cookies: dict[str, str]) -> None:
    with httpx.stream("GET", portal.url + "/light", headers={**BROWSER, "cookie": cookies["executive"]}) as answer:
        packed = len(b"".join(answer.iter_raw()))
    fonts = sum(len(asked(portal, f"/app/static/{name}", cookies["executive"]).content) for name in FONTS)
    assert packed > 0 and packed + fonts <= MOST_BYTES, (packed, fonts)


def test_a_device_that_has_it_is_told_so(portal: Portal, cookies: dict[str, str]) -> None:
    first = asked(portal, "/light", cookies["executive"])
    assert first.headers["cache-control"] == "private, no-cache"
    assert "script-src" in first.headers["content-security-policy"]
    for _ in range(2):  # a minute may end between the two
        again = asked(portal, "/light", cookies["executive"], **{"if-none-match": first.headers["etag"]})
        if again.status_code == 304:
            break
        first = again
    assert again.status_code == 304 and not again.content
    policy = "content-security-policy"
    assert again.headers[policy] == first.headers[policy], "or a browser would put this one in the place of that"


def test_every_visit_is_audited_a_replayed_one_with_what_it_showed(portal: Portal, cookies: dict[str, str]) -> None:
    for _ in range(3):
        asked(portal, "/light", cookies["executive"])
    engine = create_engine(warehouse_url(portal.settings))
    with engine.connect() as connection:
        rows = connection.execute(text(
            "select action, filters from portal.audit where email = :email and filters ->> 'page' = 'light'"
        ), {"email": EMAIL["executive"]}).all()  # fmt: skip
    engine.dispose()
    assert sum(row.action == "open page" for row in rows) >= 3
    assert any("arr" in row.filters["shown"] for row in rows if row.action == "replay page")


def test_the_worker_and_the_manifest_make_an_app(portal: Portal) -> None:
    worker = asked(portal, "/light/worker.js")
    assert worker.headers["service-worker-allowed"] == "/light"
    assert worker.headers["content-type"].startswith("text/javascript")
    manifest = json.loads(asked(portal, "/light/manifest.webmanifest").text)
    assert manifest["start_url"] == "/light" and manifest["display"] == "standalone"
    assert all(asked(portal, icon["src"]).headers["content-type"] == "image/png" for icon in manifest["icons"])


def test_signing_out_empties_the_device(portal: Portal) -> None:
    with closing(sign_in(portal, EMAIL["executive"])) as client:
        answer = httpx.get(portal.url + "/auth/logout", headers={"cookie": cookie_header(client)})
    assert answer.headers["clear-site-data"] == '"storage"'


def test_an_alert_opens_for_whom_it_is_for_and_for_nobody_else(portal: Portal, cookies: dict[str, str]) -> None:
    opened = asked(portal, "/alert/0", cookies["executive"])
    assert opened.status_code == 200 and "Card payments in Germany" in opened.text
    assert '<button type="submit">Acknowledge</button>' in opened.text
    for role, alert in (("engineer", "0"), ("executive", "99"), ("executive", "%27%3B--")):
        refused = asked(portal, f"/alert/{alert}", cookies[role])
        assert refused.status_code == 404 and "no such alert" in refused.text and "Germany" not in refused.text


@pytest.mark.parametrize("origin", [None, "https://elsewhere.example", "null"])
def test_a_form_from_elsewhere_changes_nothing(portal: Portal, cookies: dict[str, str], origin: str | None) -> None:
    headers = {**BROWSER, "cookie": cookies["executive"], **({"origin": origin} if origin else {})}
    answer = httpx.post(portal.url + "/alert/0", headers=headers)
    assert answer.status_code == 403 and "nothing was changed" in answer.text


def test_taking_note_is_written_once_and_names_who(portal: Portal, own_warehouse: Warehouse) -> None:
    eva, femi = Viewer("eva@note.example", ("executive",)), Viewer("femi@note.example", ("finance",))
    alert = "0b0f3c52-3f5d-4f0e-9c51-1f2f3a4b5c6d"
    engine = create_engine(warehouse_url(portal.settings))
    with engine.begin() as connection:
        connection.execute(text(
            "insert into portal.alert (alert_id, kind, severity, headline, raised_at, as_of, dedup_key) "
            "values (:id, 'anomaly', 'act', 'Sign-ups were 3.', now(), now(), 'noted')"
        ), {"id": alert})  # fmt: skip
    assert own_warehouse.alerts.acknowledge(eva, alert)
    assert not own_warehouse.alerts.acknowledge(femi, alert), "somebody had before"
    with engine.begin() as connection:
        by, at = connection.execute(
            text("delete from portal.alert where dedup_key = 'noted' returning acknowledged_by, acknowledged_at")
        ).one()
        told = connection.execute(text("select email, outcome from portal.audit where action = 'acknowledge alert'"))
        audited = sorted(tuple(row) for row in told)
    engine.dispose()
    assert by == eva.email and abs((datetime.now(UTC) - at).total_seconds()) < 600
    assert audited == [(eva.email, "ok"), (femi.email, "refused")]
