"""People, roles and sessions are rows: what is given, taken or ended counts on the next look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.access import ROLES
from app.errors import UsageError
from app.people import ensure_people
from app.secrets import ADMIN
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.sandbox.people import PEOPLE

from .conftest import run_as

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVA = "eva@example.com"


@pytest.fixture
def known(warehouse: Warehouse, with_marts: Settings) -> Settings:
    """Eva, who is executive and analyst."""
    run_as(with_marts, ADMIN, "truncate portal.person, portal.session cascade")
    ensure_people(with_marts, [("Eva@Example.com", "Eva", ("analyst", "executive"))])
    return with_marts


def test_roles_come_in_the_order_of_the_list_whatever_the_case(warehouse: Warehouse, known: Settings) -> None:
    assert warehouse.roles_of("EVA@example.com") == ("executive", "analyst")
    assert warehouse.roles_of("stranger@example.com") == ()
    assert warehouse.people.name_of("eva@EXAMPLE.com") == "Eva"
    assert warehouse.people.name_of("stranger@example.com") is None


def test_the_first_sign_in_makes_the_person_without_a_role(warehouse: Warehouse, known: Settings) -> None:
    for key in ("one", "two"):
        warehouse.open_session(key, "Jo@Example.com", NOW, NOW + timedelta(hours=1), "Jo [Nowak]")
    rows = run_as(known, ADMIN, "select email, name, is_active from portal.person where email like 'jo%'")
    assert rows == [("jo@example.com", "Jo [Nowak]", True)]
    assert warehouse.roles_of("jo@example.com") == ()


def test_a_sign_in_changes_nothing_about_somebody_we_know(warehouse: Warehouse, known: Settings) -> None:
    run_as(known, ADMIN, f"update portal.person set is_active = false where email = '{EVA}'")
    warehouse.open_session("key", EVA, NOW, NOW + timedelta(hours=1), "Someone Else")
    assert run_as(known, ADMIN, "select name, is_active from portal.person") == [("Eva", False)]
    assert not warehouse.session_valid("key", NOW)


@pytest.mark.parametrize("name", ["", "  "], ids=["no name", "blanks"])
def test_a_provider_without_names_makes_a_person_all_the_same(
    warehouse: Warehouse, known: Settings, name: str
) -> None:
    warehouse.open_session("key", "jo@example.com", NOW, NOW + timedelta(hours=1), name)
    assert warehouse.people.name_of("jo@example.com") == "jo@example.com"


def test_a_role_taken_away_is_gone_on_the_next_look_and_not_given_again(warehouse: Warehouse, known: Settings) -> None:
    run_as(known, ADMIN, f"delete from portal.person_role where email = '{EVA}' and role = 'executive'")
    ensure_people(known, [(EVA, "Eva", ("analyst", "executive"))])
    assert warehouse.roles_of(EVA) == ("analyst",)


def test_who_is_shut_out_has_no_roles_and_no_session(warehouse: Warehouse, known: Settings) -> None:
    warehouse.open_session("key", EVA, NOW, NOW + timedelta(hours=12))
    run_as(known, ADMIN, f"update portal.person set is_active = false where email = '{EVA}'")
    assert warehouse.roles_of(EVA) == ()
    assert not warehouse.session_valid("key", NOW)


def test_a_role_that_does_not_exist_adds_nobody(warehouse: Warehouse, known: Settings) -> None:
    with pytest.raises(UsageError, match="no such role: 'boss'"):
        ensure_people(known, [("new@example.com", "New", ("sales",)), ("odd@example.com", "Odd", ("boss",))])
    assert warehouse.roles_of("new@example.com") == ()


def test_a_session_lasts_until_it_expires(warehouse: Warehouse, known: Settings) -> None:
    warehouse.open_session("key", EVA, NOW, NOW + timedelta(hours=12))
    assert warehouse.session_valid("key", NOW + timedelta(hours=12) - timedelta(seconds=1))
    assert not warehouse.session_valid("key", NOW + timedelta(hours=12))
    assert not warehouse.session_valid("another", NOW)


def test_an_ended_session_stays_ended_though_its_cookie_comes_back(warehouse: Warehouse, known: Settings) -> None:
    warehouse.open_session("key", EVA, NOW, NOW + timedelta(hours=12))
    warehouse.people.close_session("key", NOW)
    warehouse.people.close_session("key", NOW + timedelta(hours=1))
    warehouse.open_session("key", EVA, NOW, NOW + timedelta(hours=12))
    assert not warehouse.session_valid("key", NOW)
    assert run_as(known, ADMIN, "select revoked_at from portal.session") == [(NOW,)]


def test_signing_out_everywhere_ends_every_session_of_one_person(warehouse: Warehouse, known: Settings) -> None:
    for key, email in (("one", EVA), ("two", EVA), ("other", "femi@example.com")):
        warehouse.open_session(key, email, NOW, NOW + timedelta(hours=12))
    warehouse.people.close_sessions_of("Eva@example.com", NOW)
    assert [warehouse.session_valid(key, NOW) for key in ("one", "two", "other")] == [False, False, True]


def test_the_sandbox_has_one_person_per_role() -> None:
    assert [person.roles for person in PEOPLE] == [(role,) for role in ROLES]
    assert len({person.email for person in PEOPLE}) == len(ROLES)
    assert all(person.email.endswith("@northwind-sandbox.example") for person in PEOPLE)
