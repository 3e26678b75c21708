"""`plumbline access`: what people have, and the end of one, also where no scheduler runs."""

from __future__ import annotations

import json
from contextlib import closing

from app.access import Viewer
from app.people import ensure_people
from app.settings import Settings
from app.warehouse import Warehouse

from .conftest import Plumbline

JO = Viewer("jo@example.com", ("analyst",))


def test_a_login_is_listed_and_ended(migrated: Settings, plumbline: Plumbline) -> None:
    ensure_people(migrated, [(JO.email, "Jo", JO.roles)])
    with closing(Warehouse(migrated)) as warehouse:
        asked, password = warehouse.database_access.ask(JO, "analyst", "Tableau", 30)
    listed = plumbline(migrated, "access", "list", "--json")
    (one,) = json.loads(listed.stdout)["logins"]
    assert (one["login"], one["email"], one["state"]) == (asked.login, JO.email, "being made")
    assert password not in listed.stdout and "verifier" not in one
    ended = plumbline(migrated, "access", "revoke", one["login_id"])
    assert (ended.code, ended.stdout) == (0, f"{asked.login} of {JO.email} is ended.\n")
    (gone,) = json.loads(plumbline(migrated, "access", "list", "--json").stdout)["logins"]
    assert (gone["state"], gone["ended_because"]) == ("ended", "revoked by cli")
    again = plumbline(migrated, "access", "revoke", one["login_id"])
    assert again.code != 0 and "is there to be revoked" in again.stderr
