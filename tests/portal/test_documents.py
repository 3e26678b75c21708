"""/docs/… of the running portal: for whom the documents are, and for whom not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import create_engine, text

from app.documents import folder_of
from app.secrets import warehouse_url
from pipelines.sandbox.people import PEOPLE

from .servers import PATIENCE_SECONDS, Portal
from .streamlit_client import cookie_header, sign_in

EMAIL = {person.roles[0]: person.email for person in PEOPLE}
BROWSER = {"accept": "text/html,*/*", "accept-encoding": "gzip"}
PAGE = "<!doctype html><title>{}</title><script>let a = 1</script>"


@pytest.fixture(scope="module")
def documents(portal: Portal) -> Iterator[Portal]:
    """The portal, with documents in its home, and something beside them."""
    folder = folder_of(portal.settings)
    folder.mkdir()
    for name in ("dictionary.html", "dbt.html"):
        (folder / name).write_text(PAGE.format(name))
    (folder / "dictionary.js").write_text("let b = 2")
    (folder / "made_from.txt").write_text("secret")
    yield portal
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


@pytest.fixture(scope="module")
def executive(documents: Portal) -> str:
    """The Cookie header of an executive."""
    with closing(sign_in(documents, EMAIL["executive"])) as client:
        return cookie_header(client)


def asked(
    portal: Portal, method: str, path: str, cookies: str, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Status and body of a path as it is written: a client of HTTP would tidy it first."""
    place = urlsplit(portal.url).netloc
    with closing(HTTPConnection(place, timeout=PATIENCE_SECONDS)) as connection:
        connection.request(method, path, headers={"Cookie": cookies, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@contextmanager
def without_roles(portal: Portal, email: str) -> Iterator[None]:
    """While the block runs the person has no role."""
    engine = create_engine(warehouse_url(portal.settings))
    take = text("delete from portal.person_role where email = :email returning role")
    give = text("insert into portal.person_role (email, role, granted_by) values (:email, :role, 'test')")
    with engine.begin() as connection:
        roles = connection.execute(take, {"email": email}).scalars().all()
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(give, [{"email": email, "role": role} for role in roles])
        engine.dispose()


@pytest.mark.parametrize("name", ["dictionary.html", "dictionary.js", "dbt.html", "made_from.txt", "nothing"])
def test_a_stranger_is_sent_to_the_sign_in_whatever_is_asked_for(documents: Portal, name: str) -> None:
    answer = httpx.get(f"{documents.url}/docs/{name}", timeout=PATIENCE_SECONDS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [
        ("executive", "dictionary.html", 200),
        ("executive", "dictionary.js", 200),
        ("executive", "dbt.html", 404),
        ("analyst", "dbt.html", 200),
        ("engineer", "dbt.html", 200),
        ("engineer", "made_from.txt", 404),
        ("engineer", "nothing", 404),
    ],
)
def test_each_document_is_for_its_readers(documents: Portal, role: str, name: str, status: int) -> None:
    with closing(sign_in(documents, EMAIL[role])) as client:
        answer = client.get(f"{documents.url}/docs/{name}", headers=BROWSER, timeout=PATIENCE_SECONDS)
    assert answer.status_code == status
    if status == 200:
        assert answer.text == (folder_of(documents.settings) / name).read_text(), "this very document"
    assert "secret" not in answer.text


def test_no_way_leads_out_of_the_folder(documents: Portal) -> None:
    with closing(sign_in(documents, EMAIL["engineer"])) as client:
        answer = client.get(f"{documents.url}/docs/..%2Fsecrets.json", timeout=PATIENCE_SECONDS)
    assert "postgres_superuser" in (documents.settings.home / "secrets.json").read_text()
    assert "postgres_superuser" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/docs//dbt.html", "/docs/./dbt.html", "//docs/dbt.html", "/docs/%64bt.html", "/docs/DBT.HTML", "/docs/dbt.html/",
     "/docs/dbt.html%00", "/docs/dictionary.html%2f..%2fdbt.html", "/docs/..%2fdocs%2fdbt.html", "/docs/%ff",
     "/a/docs/dbt.html"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_no_way_of_writing_it_shows_a_document_to_a_role_that_may_not_read_it(
    documents: Portal, executive: str, path: str, method: str
) -> None:
    status, said = asked(documents, method, path, executive)
    assert "<title>dbt.html" not in said and "secret" not in said
    assert status in (301, 308, 400, 404, 405) or "<title>Plumbline" in said or (method, said) == ("HEAD", "")


def test_what_the_browser_kept_of_a_document_is_no_way_round_its_role(documents: Portal, executive: str) -> None:
    with closing(sign_in(documents, EMAIL["engineer"])) as client:
        tag = client.get(f"{documents.url}/docs/dbt.html", timeout=PATIENCE_SECONDS).headers["etag"]
    assert asked(documents, "GET", "/docs/dbt.html", executive, {"If-None-Match": tag})[0] == 404
    assert asked(documents, "GET", "/docs/dbt.html", executive, {"Range": "bytes=0-5"})[0] == 404


def test_a_session_that_ended_and_a_role_that_was_taken_open_no_document(documents: Portal) -> None:
    with closing(sign_in(documents, EMAIL["analyst"])) as client:
        kept = cookie_header(client)
        assert asked(documents, "GET", "/docs/dbt.html", kept)[0] == 200
        with without_roles(documents, EMAIL["analyst"]):
            assert asked(documents, "GET", "/docs/dbt.html", kept)[0] == 404
            assert asked(documents, "GET", "/docs/dictionary.html", kept)[0] == 404
        assert asked(documents, "GET", "/docs/dbt.html", kept)[0] == 200
        client.get(f"{documents.url}/auth/logout")
    assert asked(documents, "GET", "/docs/dbt.html", kept)[0] == 303


def test_a_document_s_own_scripts_are_let_in_and_its_reading_is_audited(documents: Portal) -> None:
    with closing(sign_in(documents, EMAIL["analyst"])) as client:
        answer = client.get(f"{documents.url}/docs/dbt.html", timeout=PATIENCE_SECONDS)
    policy = answer.headers["content-security-policy"]
    assert policy.count("sha256-") == 1
    assert "frame-ancestors 'none'" in policy
    engine = create_engine(warehouse_url(documents.settings))
    with engine.connect() as connection:
        asked = text("select count(*) from portal.audit where email = :email and filters::text like '%docs/dbt.html%'")
        assert connection.execute(asked, {"email": EMAIL["analyst"]}).scalar_one() >= 1
    engine.dispose()


def test_a_document_that_a_role_may_not_read_leaves_its_refusal_and_where_it_came_from(documents: Portal) -> None:
    with closing(sign_in(documents, EMAIL["finance"])) as client:
        client.get(f"{documents.url}/docs/dbt.html", timeout=PATIENCE_SECONDS)
        client.get(f"{documents.url}/docs/dictionary.html", timeout=PATIENCE_SECONDS)
    engine = create_engine(warehouse_url(documents.settings))
    with engine.connect() as connection:
        asked = text("select outcome, address from portal.audit where email = :email and action = 'open page' "
                     "and filters->>'page' like 'docs/%' order by at")  # fmt: skip
        found = [tuple(row) for row in connection.execute(asked, {"email": EMAIL["finance"]})]
    engine.dispose()
    assert found == [("refused", "127.0.0.1"), ("ok", "127.0.0.1")]
