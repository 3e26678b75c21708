"""`plumbline person`: from nobody to a role, out of the house and in again, each answer as documented."""

from __future__ import annotations

import json

from app.settings import Settings

from .conftest import Plumbline

JO = "jo@example.com"
KEYS = {"email", "name", "roles", "is_active", "created_at", "last_sign_in"}


def test_a_life_of_a_person_at_the_command_line(migrated: Settings, plumbline: Plumbline) -> None:
    def ask(*arguments: str) -> dict[str, object]:
        ended = plumbline(migrated, "person", *arguments, "--json")
        assert ended.code == 0, ended.stderr
        assert ended.stdout.count("\n") == 1
        answer: dict[str, object] = json.loads(ended.stdout)
        return answer

    assert ask("list") == {"people": []}
    given = ask("grant", "Jo@Example.com", "finance", "executive")
    assert set(given) == KEYS | {"changed"}
    assert given["email"] == JO
    assert given["roles"] == given["changed"] == ["executive", "finance"]
    assert ask("grant", JO, "finance")["changed"] == []
    assert ask("revoke", JO, "finance")["roles"] == ["executive"]
    out = ask("shut-out", JO)
    assert (set(out), out["is_active"], out["sessions_ended"]) == (KEYS | {"sessions_ended"}, False, 0)
    back = ask("let-in", JO)
    assert (set(back), back["is_active"], back["roles"]) == (KEYS, True, ["executive"])
    assert ask("list") == {"people": [back]}


def test_people_read_what_happened(migrated: Settings, plumbline: Plumbline) -> None:
    said = plumbline(migrated, "person", "grant", "sam@example.com", "sales").stdout
    assert said == "sam@example.com was given sales. Roles now: sales.\n"
    assert "had that already" in plumbline(migrated, "person", "grant", "sam@example.com", "sales").stdout
    assert "0 sessions ended" in plumbline(migrated, "person", "shut-out", "sam@example.com").stdout
    listed = plumbline(migrated, "person", "list").stdout
    row = next(line for line in listed.splitlines() if line.startswith("sam@example.com"))
    assert row.split() == ["sam@example.com", "sam@example.com", "sales", "never", "shut", "out"]


def test_a_wrong_role_ends_with_2_and_names_the_allowed(migrated: Settings, plumbline: Plumbline) -> None:
    ended = plumbline(migrated, "person", "grant", JO, "boss", "--json")
    assert ended.code == 2
    error = json.loads(ended.stdout)["error"]
    assert error["kind"] == "UsageError"
    assert error["message"].startswith("No role is called 'boss'. Expected one of: executive, finance,")
