"""Who is told what: by the roles that people hold at this moment."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, text

from app.access import ROLES, Viewer
from pipelines.alerts import ABOUT_FIGURES, Alert

ADDRESS = "mail"
"""What the audit shows in the place of the visitor's address."""


def people(engine: Engine) -> list[Viewer]:
    """Everybody active with at least one role, in the order of their addresses, as the viewer a mail is drawn for."""
    query = text(
        "select email, array_agg(role) from portal.person join portal.person_role using (email) where is_active "
        "group by email order by email"
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return [Viewer(email, tuple(role for role in ROLES if role in roles), ADDRESS) for email, roles in rows]


def concerns(alert: Alert, viewer: Viewer) -> bool:
    """Whether the alert is for this person: figures for executives (and the owning finance), else engineers."""
    if alert.kind not in ABOUT_FIGURES:
        return "engineer" in viewer.roles
    return "executive" in viewer.roles or ("finance" in viewer.roles and alert.detail.get("owner") == "finance")


def audience(alert: Alert) -> str:
    """The role whose people an alert is for."""
    return "executive" if alert.kind in ABOUT_FIGURES else "engineer"


def for_viewer(alerts: Sequence[Alert], viewer: Viewer) -> list[Alert]:
    """The alerts that concern this person and that they have not had, in the order given."""
    return [alert for alert in alerts if concerns(alert, viewer) and viewer.email not in alert.mailed_to]
