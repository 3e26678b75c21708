"""The campaign: each function asks one layer, for everybody, and says which word reached whom that was not theirs.

They are plain functions, so that a hole made on purpose can be shown to be found (`test_holes.py`).
"""

# ruff: noqa: B023  (what a lambda names is there when it is called, which is at once)
from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial

import psycopg

from app.access import ROLES, Viewer, login_of
from app.clock import wall
from app.compile import compile_question, marts_of
from app.dashboard import Dashboard
from app.drill.desk import Asked
from app.errors import PlumblineError
from app.export.gather import make, parts_of
from app.gallery import dashboards
from app.metrics import Question, catalogue
from app.secrets import warehouse_url
from app.sql.room import WRITERS
from app.statements import written_out
from app.ui.panels.saved import drawn
from app.ui.reading import Reading
from tests.portal.invented import AS_OF

from . import asking
from .conftest import PLAIN, Company, as_admin, person
from .planting import shake, words_in
from .seen import of_part, told

NOW = wall()


class Leaked(AssertionError):
    """A word or an amount that somebody saw and may not see."""


def refuse_leaks(company: Company, viewer: Viewer, said: str, asked: object = "") -> None:
    """What is said to somebody holds nothing that is not theirs, but for what they typed in themselves.

    Raises:
        Leaked: it does.
    """
    found = company.leaked(viewer, said) - words_in(told(asked))
    if found:
        raise Leaked(f"{viewer.roles} saw {sorted(found)} by {told(asked)[:400]}")


def heard(act: Callable[[], object]) -> str:
    """What comes of an act: its outcome or the words of its refusal; anything unforeseen is red by itself."""
    try:
        return told(act())
    except PlumblineError as error:
        return f"refused: {error}"


def compile_and_run(company: Company, questions: Iterable[Question], counted: dict[str, int]) -> None:
    """Each question compiled once, then sent through every login: what the grants say, the database says."""
    with all_logins(company) as connections:
        for question in questions:
            try:
                statement = written_out(compile_question(question, catalogue(), as_of=AS_OF))
            except PlumblineError as error:
                refuse_leaks(company, asking.NOBODY, str(error), question)
                continue
            metric = catalogue()[question.metric]
            readers = company.warehouse._grants.roles_reading(marts_of(metric, catalogue()))
            for role, connection in connections.items():
                said = straight(connection, statement)
                refuse_leaks(company, person(role), said, question)
                refused = said.startswith("refused")
                is_denied = refused and "permission denied" in said
                if (is_denied and role in readers) or not (refused or role in readers):
                    raise Leaked(f"the grants and the database differ for {role} on {question}: {said[:200]}")
                counted["refused" if refused else "answered"] += 1


def ask_questions(company: Company, dice: random.Random, count: int) -> dict[str, int]:
    """Questions compiled and sent as every role, and some through the portal's own way: grants, audit, drill."""
    counted = {"answered": 0, "refused": 0}
    questions = [asking.question(dice) for _ in range(count)]
    compile_and_run(company, questions, counted)
    for number, question in enumerate(questions[::8]):
        viewer = asking.viewer(dice)
        asked = Asked(question.metric, question.since or AS_OF.date().replace(day=1), question.where,
                      dice.choice((1, 2, 99)))  # fmt: skip
        ways: list[Callable[[], object]] = [
            lambda: company.warehouse.answer(viewer, question, as_of=AS_OF, with_receipt=False).rows,
            lambda: company.warehouse.drill.look(viewer, asked, AS_OF).rows,
            lambda: company.warehouse.passport(viewer, question.metric, as_of=AS_OF),
            lambda: company.warehouse.values(viewer, [question.metric], "country"),
        ]
        if number % 8 == 0:
            ways.append(lambda: company.warehouse.drill.pieces(viewer, asked, AS_OF))
        for way in ways:
            said = heard(way)
            refuse_leaks(company, viewer, said, question)
            counted["refused" if said.startswith("refused") else "answered"] += 1
    return counted


def build_reports(company: Company, dice: random.Random, count: int) -> dict[str, int]:
    """Reports as somebody could write one into the address: their questions asked whether the builder would or not."""
    counted = {"answered": 0, "refused": 0}
    closed = AS_OF.date().replace(month=10, day=1)
    reports = [asking.report(dice) for _ in range(count)]
    compile_and_run(company, [each for report in reports for each in report.questions(closed)], counted)
    for report in reports[::10]:
        viewer = asking.viewer(dice)
        said = heard(lambda: drawn(reading_of(company, viewer), report))
        refuse_leaks(company, viewer, said, report)
    return counted


def run_statements(company: Company, dice: random.Random, count: int, through_room: int = 25) -> dict[str, int]:
    """Statements straight through each role's login, and every so many through the room where people write them."""
    counted = {"answered": 0, "refused": 0}
    with all_logins(company) as connections:
        for number in range(count):
            role = ROLES[number % len(ROLES)]
            viewer, text = person(role), asking.statement(dice)
            if number % through_room == 0:
                as_role = role if role in WRITERS else dice.choice(WRITERS)
                said = heard(lambda: company.warehouse.sql.run(viewer, as_role, text, {}, AS_OF).found)
                said += heard(lambda: company.warehouse.sql.plan(viewer, as_role, text, {}, AS_OF))
            else:
                said = straight(connections[role], text)
            refuse_leaks(company, viewer, said, text)
            counted["refused" if said.startswith("refused") else "answered"] += 1
    return counted


@contextmanager
def all_logins(company: Company) -> Iterator[dict[str, psycopg.Connection[tuple[object, ...]]]]:
    """A connection as the reading login of every role, each statement a transaction of its own."""
    with ExitStack() as stack:
        found = {}
        for role in ROLES:
            url = warehouse_url(company.settings, login_of(role)).set(drivername="postgresql")
            opened = psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
            found[role] = stack.enter_context(closing(opened))
        yield found


def straight(connection: psycopg.Connection[tuple[object, ...]], text: str) -> str:
    try:
        return told(connection.execute(text.encode()).fetchall())
    except psycopg.Error as error:
        return f"refused: {error}"


def ask_for_others_things(company: Company, viewers: Iterable[Viewer] = asking.VIEWERS) -> int:
    """Everything that belongs to somebody, asked for by everybody else by its id; what one has oneself as well."""
    warehouse, count = company.warehouse, 0
    doors: dict[str, tuple[Callable[[Viewer, str], object], ...]] = {
        "report": (warehouse.reports.open, warehouse.reports.seen, warehouse.reports.versions),
        "dashboard": (warehouse.dashboards.open, warehouse.dashboards.seen, warehouse.dashboards.versions),
        "query": (warehouse.sql.queries.open,),
        "mail": (warehouse.mails.open,),
        "receipt": (warehouse.receipts.show, warehouse.receipts.check),
        "subscription": (lambda who, key: key in [each.subscription_id for each in warehouse.subscriptions.of(who)],),
        "alert": (),
    }  # fmt: skip
    for viewer in viewers:
        lists: tuple[Callable[[], object], ...] = (
            lambda: warehouse.reports.mine(viewer), lambda: warehouse.reports.shared(viewer),
            lambda: warehouse.dashboards.mine(viewer), lambda: warehouse.dashboards.shared(viewer),
            lambda: warehouse.sql.queries.seen_by(viewer), lambda: warehouse.sql.history(viewer),
            lambda: warehouse.mails.to(viewer), lambda: warehouse.subscriptions.of(viewer),
            lambda: warehouse.files.versions(viewer), lambda: warehouse.files.content(viewer, "costs", 1),
            lambda: warehouse.database_access.of(viewer), lambda: warehouse.database_access.every(viewer),
            lambda: warehouse.timeline.listed(viewer), lambda: warehouse.timeline.drawn(viewer),
            lambda: warehouse.comments.open_threads(viewer), lambda: warehouse.ledger.mine(viewer),
            lambda: warehouse.ledger.waiting(viewer),
            *(partial(warehouse.comments.on, viewer, name, AS_OF.date().replace(month=10, day=1), ())
              for name in sorted(PLAIN)),
            lambda: [warehouse.board.open(viewer, pack) for pack in warehouse.board.packs()],
        )  # fmt: skip
        assert {each.email for each in warehouse.subscriptions.of(viewer)} <= {viewer.email}
        for listed in lists:
            refuse_leaks(company, viewer, heard(listed))
        for kind, owned in company.ids.items():
            for key in owned.values():
                for door in doors[kind]:
                    refuse_leaks(company, viewer, heard(lambda: door(viewer, key)), key)
                    count += 1
    return count


def reading_of(
    company: Company, viewer: Viewer, dice: random.Random | None = None, page: Dashboard | None = None
) -> Reading:
    """What a page of theirs reads from, as the address might choose it: filters of any mart's words, a comparison."""
    reading = Reading(company.warehouse, viewer, AS_OF, NOW, company.settings.timezone, clock=AS_OF,
                      pages={slug: each.title for slug, each in dashboards().items() if each.may_open(viewer.roles)})
    if dice is None or page is None or not page.filters or dice.random() < 0.5:
        return reading
    return replace(reading, where=((dice.choice(page.filters), asking.value(dice)),), compare=dice.choice((1, 12)))


def draw_parts(company: Company, viewer: Viewer, dice: random.Random, *, seldom: int = 1) -> dict[tuple[str, int], str]:
    """Every part of every page, read as somebody whom its door let in by mistake; (page, part) → what it says."""
    found = {}
    for page in dashboards().values():
        for part in parts_of(page):
            if dice.randrange(seldom) == 0:
                reading = reading_of(company, viewer, dice, page)
                said = heard(lambda: of_part(make(part, reading)))
                refuse_leaks(company, viewer, said, (page.slug, part.number, reading.where))
                found[page.slug, part.number] = said
    return found


def draw_in_two_worlds(company: Company, viewer: Viewer, seed: int, seldom: int = 2) -> int:
    """What somebody sees is the same when all they may not read is another number: also a ratio leaks nothing."""
    others = company.others(viewer)
    before = draw_parts(company, viewer, random.Random(seed), seldom=seldom)
    as_admin(company, lambda connection: shake(connection, others, "3.7"))
    try:
        after = draw_parts(company, viewer, random.Random(seed), seldom=seldom)
    finally:
        as_admin(company, lambda connection: shake(connection, others, "(1 / 3.7)"))
    changed = [key for key, said in before.items() if after[key] != said]
    if changed:
        raise Leaked(f"{viewer.roles} would see what they may not read in {changed[:5]}")
    return len(before)
