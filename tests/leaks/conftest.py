"""The planted company: every mart, other people's reports, queries, mails, files and receipts, in a real Postgres."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date

import pytest
from sqlalchemy import Connection, create_engine, text

from app.access import OPERATOR, ROLES, Viewer
from app.clock import sandbox_clock
from app.kept_mail import mail_folder
from app.metrics import Question
from app.own.layout import Layout
from app.people import ensure_people
from app.reports.report import Report
from app.secrets import warehouse_url
from app.settings import Settings
from app.sql.room import WRITERS
from app.subscriptions.schedule import Schedule
from app.timeline.event import Happening
from app.warehouse import Warehouse
from pipelines.mail import Mail, compose
from pipelines.migrate import migrate
from pipelines.postgres import Cluster
from tests import template
from tests.portal.invented import AS_OF, runs

from .planting import amounts_in, plant, planted, words_in
from .seen import told

NOBODY = Viewer("nobody@leak.example", ())
UNREADABLE = ("raw_stripe.canary", "staging.canary", "rollup_next.canary", "history.canary", "workshop.canary",
              "then_finance.canary", "portal.canary")  # fmt: skip
"""Where no role's login reads anything."""
KEPT_WORD, FILE_WORD = "ZPnobodyX", "ZPfileX"


def person(role: str) -> Viewer:
    return Viewer(f"{role}@leak.example", (role,))


def word_of(kind: str, role: str) -> str:
    """The word in a thing that belongs to the person of a role."""
    return f"ZP{kind}{ROLES.index(role)}X"


PEOPLE = tuple(person(role) for role in ROLES)


@dataclass
class Company:
    """The planted company.

    Attributes:
        allowed: word → who may see it.
        ids: what belongs to the person of a role: kind → role → its id, to be asked for by everybody else.
    """

    settings: Settings
    warehouse: Warehouse
    allowed: dict[str, Callable[[Viewer], bool]] = field(default_factory=dict)
    ids: dict[str, dict[str, str]] = field(default_factory=dict)

    def leaked(self, viewer: Viewer, said: str) -> frozenset[str]:
        """The words in a text that this viewer may not see, and those of marts whose amounts they may not."""
        return frozenset(word for word in words_in(said) | amounts_in(said)
                         if not self.allowed.get(word, lambda _: False)(viewer))  # fmt: skip

    def others(self, viewer: Viewer) -> list[str]:
        """The marts that none of the viewer's roles may read."""
        return [name for name, one in planted().items() if not one.roles & set(viewer.roles)]


@pytest.fixture(scope="session")
def company(make_settings: Callable[..., Settings]) -> Iterator[Company]:
    settings = make_settings(session_hours=1)
    template.lay(settings)
    server = Cluster(settings, "warehouse")
    server.start()
    try:
        migrate(settings)
        clock = sandbox_clock(settings)
        clock.parent.mkdir(parents=True, exist_ok=True)
        clock.write_text(AS_OF.isoformat())
        ensure_people(settings, [(each.email, each.roles[0].title(), each.roles) for each in PEOPLE])
        fill(settings)
        with closing(Warehouse(settings)) as warehouse:
            made = Company(settings, warehouse)
            for one in planted().values():
                made.allowed[one.word] = lambda viewer, roles=one.roles: bool(roles & set(viewer.roles))
            belongings(made)
            yield made
    finally:
        server.stop()


def fill(settings: Settings) -> None:
    """All marts, and a word where nobody reads."""
    engine = create_engine(warehouse_url(settings))
    with engine.begin() as connection:
        for one in planted().values():
            plant(connection, one)
        for name in UNREADABLE:
            connection.exec_driver_sql(f"create table {name} as select '{KEPT_WORD}'::text as word, 1 as id")
        for name in ("core.fct_planted", "rollup.planted_month"):
            word = f"ZP{name.partition('.')[0]}X"
            connection.exec_driver_sql(f"create table {name} as select '{word}'::text as word, 7999973 as amount_usd")
            connection.exec_driver_sql(f"grant select on {name} to plumbline_analyst")
        runs(connection)
    engine.dispose()


def belongings(company: Company) -> None:
    """What each person has of their own, shared with nobody: a report, a query, statements, a mail, a subscription."""
    warehouse = company.warehouse
    for layer in ("core", "rollup"):
        company.allowed[f"ZP{layer}X"] = lambda viewer: "analyst" in viewer.roles
    for role in ROLES:
        viewer = person(role)
        mine: Mapping[str, Callable[[Viewer], bool]] = {
            word_of(kind, role): lambda asking, email=viewer.email: asking.email == email
            for kind in ("report", "note", "query", "run", "subject", "body")
        }  # fmt: skip
        company.allowed |= mine
        saved = warehouse.reports.save(viewer, word_of("report", role), Report(values=("arr",)), word_of("note", role))
        kept = warehouse.sql.queries.keep(viewer, word_of("query", role), f"select '{word_of('run', role)}'", role, {},
                                          None)  # fmt: skip
        schedule = Schedule("day", 0, 8, "UTC")
        subscribed = warehouse.subscriptions.add(viewer, "questions", {}, schedule, only_changed=False, with_pdf=False)
        ids = {"report": str(saved.thing_id), "query": str(kept.query_id), "subscription": subscribed,
               "dashboard": shared_board(company, role, str(saved.thing_id), str(kept.query_id)),
               "mail": mailed(company, role), "receipt": receipt(company, role)}  # fmt: skip
        for kind, found in ids.items():
            company.ids.setdefault(kind, {})[role] = found
        said(company, role)
        if role in ("analyst", "engineer"):
            word = word_of("tool", role)
            warehouse.database_access.ask(viewer, role, word, 7)
            company.allowed[word] = lambda asking, own=viewer.email: asking.email == own or "engineer" in asking.roles
            warehouse.sql.run(viewer, role, f"select '{word_of('run', role)}'", {}, AS_OF)
    company.ids["alert"] = {"executive": alert_id(company)}
    files(company)
    frozen(company)


def frozen(company: Company) -> None:
    """A board pack of figures of every role, frozen by the operator: each opens it with their own rights."""
    board = company.warehouse.board
    pack = board.freeze(OPERATOR, "Planted", date(2026, 10, 1), as_of=AS_OF, figures=sorted(PLAIN))
    seen = {role: told(board.open(person(role), pack)) for role in ("finance", "sales")}
    assert amounts_in(seen["finance"]) and amounts_in(seen["sales"]), "its figures are there to be leaked"
    assert amounts_in(seen["finance"]) != amounts_in(seen["sales"])


def said(company: Company, role: str) -> None:
    """What a role's person wrote: an event for their role, a comment on a figure of theirs, a question to people."""
    viewer, warehouse = person(role), company.warehouse
    event, comment, question = (word_of(kind, role) for kind in ("event", "comment", "question"))
    warehouse.timeline.add(viewer, Happening("launch", date(2026, 10, 5), None, event, event, (role,)))
    company.allowed[event] = lambda asking: role in asking.roles
    warehouse.ledger.ask(viewer, question, "analyst")
    company.allowed[question] = lambda asking: asking.email == viewer.email or bool({*WRITERS} & {*asking.roles})
    for metric in [each for each in sorted(PLAIN) if warehouse.comments.may_see(viewer, each)][:1]:
        warehouse.comments.begin(viewer, metric, date(2026, 10, 1), (), comment)
        company.allowed[comment] = lambda asking, of=metric: warehouse.comments.may_see(asking, of)


def shared_board(company: Company, role: str, report_id: str, query_id: str) -> str:
    """A dashboard of a role's person, shared with one role more, which sees its words and its cards' names."""
    reader, viewer = ROLES[ROLES.index(role) - 1], person(role)
    layout = (
        Layout().with_card("words", name=word_of("board", role), text=word_of("board", role))
        .with_card("report", report_id, word_of("report", role)).with_card("query", query_id, word_of("query", role))
        .with_card("tile", "net_mrr", "MRR").with_card("tile", "mau", "MAU")
    )  # fmt: skip
    saved = company.warehouse.dashboards.save(viewer, word_of("board", role), layout)
    company.warehouse.dashboards.share(viewer, str(saved.thing_id), [reader])
    for kind in ("board", "report", "query"):
        company.allowed[word_of(kind, role)] = lambda asking: asking.email == viewer.email or reader in asking.roles
    return str(saved.thing_id)


def mailed(company: Company, role: str) -> str:
    """A mail to the person of a role: in the log, and as it was received."""
    at = ROLES.index(role)
    mail = Mail("report", person(role).email, f"planted {role}", word_of("subject", role), word_of("body", role),
                f"<p>{word_of('body', role)}</p>")  # fmt: skip
    folder = mail_folder(company.settings)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"2026112{at}T110000Z.eml").write_bytes(compose(mail, "plumbline@localhost").as_bytes())
    mail_id = f"00000000-0000-0000-0000-0000000000{at:02d}"
    run(company, "insert into portal.mail_log values (:id, 'report', :to, :subject, now(), 'sent', null, :message)",
        id=mail_id, to=mail.recipient, subject=mail.subject, message=mail.message_id)  # fmt: skip
    return mail_id


def receipt(company: Company, role: str) -> str:
    """The receipt of a figure that this role may read, and few others."""
    names = company.warehouse.visible_metrics(person(role))
    name = random.Random(role).choice(names) if names else "arr"
    asking = person(role) if names else person("executive")
    answer = company.warehouse.answer(asking, Question(name), as_of=AS_OF) if name in PLAIN else None
    if answer is None:
        name = next((each for each in names if each in PLAIN), "arr")
        asking = asking if name in names else person("executive")
        answer = company.warehouse.answer(asking, Question(name), as_of=AS_OF)
    assert answer.receipt
    return answer.receipt


PLAIN = frozenset({"arr", "net_mrr", "open_pipeline", "mau", "web_sessions", "customers_at_risk", "cash_balance"})
"""Figures that can be asked without anything else."""


def alert_id(company: Company) -> str:
    engine = create_engine(warehouse_url(company.settings))
    with engine.connect() as connection:
        found = str(connection.scalar(text("select min(alert_id) from mart_executive.alerts")))
    engine.dispose()
    return found


def files(company: Company) -> None:
    """A version of finance's file that was refused, with what was wrong in it."""
    company.allowed[FILE_WORD] = lambda viewer: bool({"finance", "analyst"} & set(viewer.roles))
    run(company, "insert into portal.file_version (name, version, format, sha256, byte_count, row_count, content, "
        "came_from, kept_by, placed_by, refused_at, refusal) values ('costs', 1, 'csv', 'x', 9, 1, :content, 'upload', "
        "'finance@leak.example', 'finance@leak.example', now(), :why)",
        content=FILE_WORD.encode(), why=f"Line 2: amount is {FILE_WORD}, expected a number.")  # fmt: skip


def run(company: Company, statement: str, **values: object) -> None:
    engine = create_engine(warehouse_url(company.settings))
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def as_admin(company: Company, act: Callable[[Connection], None]) -> None:
    """Does something as whoever owns everything."""
    engine = create_engine(warehouse_url(company.settings))
    with engine.begin() as connection:
        act(connection)
    engine.dispose()
