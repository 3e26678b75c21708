"""Giving and taking roles: idempotent, audited, refused in words, and counted on the next look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.access import OPERATOR, ROLES
from app.connections import Connections
from app.errors import UsageError
from app.roster import Roster
from app.secrets import ADMIN
from app.settings import Settings
from app.warehouse import Warehouse

from .conftest import run_as

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
JO = "jo@example.com"
AUDIT = (
    "select email, action, outcome, filters->>'person', coalesce(filters->'roles', '[]') from portal.audit "
    "order by audit_id"
)


@pytest.fixture
def roster(warehouse: Warehouse, with_marts: Settings) -> Iterator[Roster]:
    """Of a warehouse that knows nobody."""
    run_as(with_marts, ADMIN, "truncate portal.person, portal.session, portal.audit cascade")
    connections = Connections(with_marts)
    yield Roster(connections, OPERATOR)
    connections.close()


def test_a_role_is_given_before_the_first_sign_in_and_the_name_comes_with_it(
    roster: Roster, warehouse: Warehouse
) -> None:
    member, new = roster.grant(" Jo@Example.com ", ["finance", "executive"])
    assert (member.email, member.name) == (JO, JO)
    assert member.roles == new == ("executive", "finance")
    assert member.last_sign_in is None
    assert warehouse.roles_of(JO) == ("executive", "finance")
    warehouse.open_session("key", JO, NOW, NOW + timedelta(hours=1), "Jo Nowak")
    (seen,) = roster.members()
    assert (seen.name, seen.roles, seen.last_sign_in) == ("Jo Nowak", ("executive", "finance"), NOW)


def test_a_role_is_given_after_the_first_sign_in_too(roster: Roster, warehouse: Warehouse) -> None:
    warehouse.open_session("key", JO, NOW, NOW + timedelta(hours=1), "Jo Nowak")
    assert warehouse.roles_of(JO) == ()
    member, _ = roster.grant(JO, ["sales"])
    assert member.name == "Jo Nowak"
    assert warehouse.roles_of(JO) == ("sales",)
    assert warehouse.session_valid("key", NOW)


def test_every_change_leaves_its_row_and_what_changes_nothing_leaves_none(
    roster: Roster, with_marts: Settings
) -> None:
    roster.grant(JO, ["sales", "finance"])
    assert roster.grant(JO, ["finance", "finance"])[1] == ()
    assert roster.revoke(JO, ["sales", "engineer"])[1] == ("sales",)
    assert roster.revoke(JO, ["sales"])[1] == ()
    roster.shut_out(JO, NOW)
    roster.shut_out(JO, NOW)
    roster.let_in(JO)
    roster.let_in(JO)
    assert run_as(with_marts, ADMIN, AUDIT) == [
        ("cli", "grant role", "ok", JO, ["finance", "sales"]),
        ("cli", "revoke role", "ok", JO, ["sales"]),
        ("cli", "shut out", "ok", JO, []),
        ("cli", "let in", "ok", JO, []),
    ]
    assert run_as(with_marts, ADMIN, "select role, granted_by from portal.person_role") == [("finance", "cli")]


def test_shutting_out_ends_every_session_and_letting_in_brings_back_the_roles_but_no_session(
    roster: Roster, warehouse: Warehouse
) -> None:
    roster.grant(JO, ["finance"])
    for key, email in (("one", JO), ("two", JO), ("other", "femi@example.com")):
        warehouse.open_session(key, email, NOW, NOW + timedelta(hours=12))
    member, ended = roster.shut_out("JO@example.com", NOW)
    assert (member.is_active, member.roles, ended) == (False, ("finance",), 2)
    assert warehouse.roles_of(JO) == ()
    warehouse.open_session("after", JO, NOW, NOW + timedelta(hours=12))
    assert [warehouse.session_valid(key, NOW) for key in ("one", "two", "after", "other")] == [False] * 3 + [True]
    assert roster.shut_out(JO, NOW)[1] == 1

    assert roster.let_in(JO).is_active
    assert warehouse.roles_of(JO) == ("finance",)
    assert [warehouse.session_valid(key, NOW) for key in ("one", "two", "after")] == [False] * 3


def test_a_role_that_does_not_exist_is_refused_naming_the_allowed_and_changes_nothing(
    roster: Roster, with_marts: Settings
) -> None:
    for change in (roster.grant, roster.revoke):
        with pytest.raises(UsageError) as refused:
            change(JO, ["finance", "boss"])
        assert str(refused.value) == f"No role is called 'boss'. Expected one of: {', '.join(ROLES)}."
    assert roster.members() == []
    assert run_as(with_marts, ADMIN, AUDIT) == []


@pytest.mark.parametrize("address", ["jo", "jo@", "@x", "jo x@example.com", "a@b@c", ""])
def test_what_is_no_address_is_refused(roster: Roster, address: str) -> None:
    with pytest.raises(UsageError, match="no e-mail address"):
        roster.grant(address, ["finance"])
    assert roster.members() == []


def test_a_person_nobody_knows_loses_nothing_and_is_not_made_by_a_slip_of_the_pen(roster: Roster) -> None:
    for change in (
        lambda: roster.revoke(JO, ["finance"]),
        lambda: roster.shut_out(JO, NOW),
        lambda: roster.let_in(JO),
    ):
        with pytest.raises(UsageError, match="Nobody is known as 'jo@example"):
            change()
    assert roster.members() == []
