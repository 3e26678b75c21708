"""Every room that something can leave by, and how the campaign knocks there. What is not in these tables is red."""

from __future__ import annotations

import random
from collections.abc import Mapping

from app.access import Viewer
from app.metrics import catalogue

from . import asking
from .conftest import PLAIN, Company

DASHBOARD = ("executive", "glance", "finance", "revenue", "sales", "product", "marketing", "customer-success",
             "pipelines", "success-measures", "live")  # fmt: skip
TOOLS = ("comments", "timeline", "board-packs", "database-access", "dictionary", "files",
         "mail", "my-dashboards", "questions", "reconciliation", "records", "reports", "sql")  # fmt: skip
"""Pages by what is asked of them: those made of parts, and those that are a tool of their own."""
FORMATS = ("pdf", "xlsx", "csv", "png")
DESKS = ("CommentDesk", "TimelineDesk",
         "BoardPacks", "DatabaseLogins", "Drill", "Filing", "Glossary", "Inbox", "LiveTiles", "OwnDashboards",
         "Quarrel", "Questions", "ReportDesk", "SourceDesk", "SqlDesk")  # fmt: skip
COMPONENTS = ("arrange", "shelves", "sql_editor")
"""Components of our own; what goes to one is in the messages of the page that holds it: reports, sql, my dashboards."""
ROUTES: Mapping[str, tuple[str, ...]] = {
    "/healthz": ("/healthz",),
    "/webhooks/stripe": ("/webhooks/stripe",),
    "/docs/{name}": ("/docs/dictionary.html", "/docs/dbt.html", "/docs/../secrets.json", "/docs/%2e%2e%2fsecrets.json"),
    "/light": ("/light",),
    "/light/worker.js": ("/light/worker.js",),
    "/light/manifest.webmanifest": ("/light/manifest.webmanifest",),
    "/alert/{alert}": ("/alert/{alert}", "/alert/0", "/alert/' or true"),
    "/export/{name}": ("/export/executive.csv?panel=1", "/export/sales.csv?panel=2", "/export/pipelines.csv?panel=4",
                       "/export/sql.csv", "/export/finance.xlsx?panel=9", "/export/nothing.pdf",
                       "/export/my-dashboards.xlsx?dashboard={dashboard}", "/export/reports.csv?id={report}&panel=1",
                       "/export/mail.csv?panel=1"),
    "/tour": ("/tour",),
    "/stop/{token}": ("/stop/{subscription}", "/stop/{subscription}.00"),
}  # fmt: skip
"""Route of app/serve.py → addresses; {alert} and the like stand for an id that belongs to somebody."""
LETTERS = ("alert", "mention", "report", "subscription")
"""Kinds of mail, by their templates. Alerts about figures go to whom `pipelines.recipients.concerns` names."""
OPERATOR = (
    "up", "down", "status", "doctor", "run", "load", "sources", "connect", "metrics", "metric", "known", "health",
    "receipt", "reconcile", "policies", "rehearse", "approve", "docs", "verify", "bench", "board list", "board freeze",
    "board show", "board compare", "files list", "files history", "files restore", "files check", "mail list",
    "mail show", "person list", "person grant", "person revoke", "person shut-out", "person let-in", "sandbox birth",
    "sandbox advance", "source pause", "source resume", "source resolve", "source log", "subscription list",
    "subscription send", "access list", "access revoke", "measures show", "measures before",
)  # fmt: skip
"""Commands: all are the operator's, who holds every role and the secrets; none reads as somebody else. One that did
(an option that names a person or a role) needs a function of the campaign."""


def address(company: Company, slug: str, viewer: Viewer, dice: random.Random) -> dict[str, str]:
    """What stands in a page's address: what it knows, what it does not, and ids that belong to others."""
    anybody = dice.choice([role for role in company.ids["report"] if role not in viewer.roles] or ["executive"])
    names = tuple(catalogue())
    known: dict[str, dict[str, str]] = {
        "reports": dice.choice([{"id": company.ids["report"][anybody]},
                                {"report": asking.report(dice).json_text()},
                                {"report": asking.report(dice).json_text(), "id": company.ids["report"][anybody]}]),
        "sql": {"query": company.ids["query"][anybody]},
        "my-dashboards": {"dashboard": company.ids["dashboard"][dice.choice((anybody, *viewer.roles))]},
        "records": {"metric": dice.choice(names), "month": "2026-10", "country": asking.value(dice), "page": "99"},
        "comments": {"metric": dice.choice((*PLAIN, *names)), "month": "2026-10"},
        "questions": {"q": dice.choice(("", "revenue")), dice.choice(("F1", "S1", "P1", "C1", "M1")): "true"},
        "mail": {"mail": company.ids["mail"][anybody]},
        "reconciliation": {"figure": "active_customers", "department": "finance"},
    }  # fmt: skip
    plain = {"month": "September 2026", "compare": "Year before", "unknown": asking.value(dice)}
    return known.get(slug, {}) | {name: plain[name] for name in dice.sample(sorted(plain), dice.choice((0, 1, 2)))}
