"""Board packs over small marts: frozen once, never changed, compared with what is said today, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.access import OPERATOR, Viewer
from app.board.figures import Figure, declared, named
from app.board.opened import OpenedPack
from app.board.store import Pack
from app.errors import NotBuilt, NotPermitted, QuestionError, SettingsError, UsageError
from app.metrics import catalogue
from app.secrets import ADMIN
from app.settings import Settings
from app.ui import board_words as words
from app.warehouse import Warehouse
from pipelines.rights import BUILDER

from .conftest import AS_OF, run_as
from .test_receipts import BUILT, CELL, EXECUTIVE, FINANCE, SALES, UNDO, build, load

FIGURES = ("net_mrr", "net_mrr:product")
OCTOBER = date(2026, 10, 1)
ANALYST = Viewer("arjun@example.com", ("analyst",))


@pytest.fixture
def built(warehouse: Warehouse, with_marts: Settings) -> Iterator[Warehouse]:
    """The warehouse after one load and one build, without a pack."""
    empty = "portal.board_comparison, portal.board_figure, portal.board_pack, portal.receipt, portal.live_build"
    run_as(with_marts, ADMIN, f"truncate {empty}, portal.file_version, portal.newest_change, raw_stripe_webhook.event")
    load(with_marts, "stripe", BUILT - timedelta(minutes=5), 120)
    build(with_marts, BUILT)
    yield warehouse
    run_as(with_marts, BUILDER, UNDO)


def frozen(warehouse: Warehouse, name: str = "Board", viewer: Viewer = FINANCE) -> Pack:
    return warehouse.board.freeze(viewer, name, OCTOBER, as_of=AS_OF, figures=FIGURES, note="For the meeting")


def lines(opened: OpenedPack) -> list[tuple[str, str, str]]:
    return [
        (row.label, row.value, words.change_words(one, row)) for one in opened.figures for row in words.frozen_rows(one)
    ]


def restate(settings: Settings) -> None:
    """A load brings one dollar more for one cell of October, and a build shows it."""
    run_as(settings, BUILDER, f"update mart_finance.mrr_monthly set closing_mrr_usd = 91.20 {CELL}")
    load(settings, "stripe", BUILT + timedelta(minutes=1), 12)
    build(settings, BUILT + timedelta(minutes=2))


AS_FROZEN = [
    ("A figure", "$300.55"), ("A figure: Base", "$250.50"), ("A figure: Plus", "$45.05"), ("A figure: Edge", "$5.00"),
]  # fmt: skip
"""By hand: 90.20 + 160.30 + 45.05 + 5.00."""


def test_a_pack_holds_the_month_s_figures_in_their_order_and_is_signed(built: Warehouse) -> None:
    pack = frozen(built)
    opened = built.board.open(FINANCE, built.board.pack("board"))
    assert (opened.pack, opened.is_whole) == (pack, True)
    assert (pack.month, pack.made_by, pack.note) == (OCTOBER, FINANCE.email, "For the meeting")
    assert [(label, value) for label, value, _ in lines(opened)] == AS_FROZEN
    assert {since for *_, since in lines(opened)} == {"not compared yet"}


def test_a_later_load_changes_no_pack_and_is_told_with_its_reason(built: Warehouse, with_marts: Settings) -> None:
    pack = frozen(built)
    assert words.finding(built.board.compare(FINANCE, pack)) == "Nothing has changed since it was frozen"
    restate(with_marts)
    opened = built.board.compare(FINANCE, pack)
    assert [(label, value) for label, value, _ in lines(opened)] == AS_FROZEN, "frozen is frozen"
    assert [since for *_, since in lines(opened)] == ["now $301.55", "now $251.50", "unchanged", "unchanged"]
    assert words.finding(opened) == "2 of 2 figures have changed since"
    assert [words.causes(one)[0] for one in opened.figures] == [
        "stripe was loaded once since, last 22 Nov 2026, 05:01: 12 rows."
    ] * 2
    assert opened.is_whole
    again = built.board.open(EXECUTIVE, pack)
    assert [one.compared for one in again.figures] == [one.compared for one in opened.figures], "it is stored"


def test_what_a_role_may_not_see_is_there_without_its_value(built: Warehouse) -> None:
    opened = built.board.open(SALES, frozen(built))
    assert lines(opened) == [("A figure", "not for your role", "")] * 2
    assert all(one.compared is None for one in built.board.compare(SALES, opened.pack).figures)


@pytest.mark.parametrize("change", [
    "update portal.board_pack set month = '2026-09-01'",
    "update portal.board_pack set made_by = 'somebody else'",
    "update portal.board_figure set by = '{country}' where position = 2",
    "delete from portal.board_figure where position = 2",
    "update portal.receipt set seal = overlay(seal placing 'z' from 3)",
    "update portal.board_pack set fingerprint = overlay(fingerprint placing 'z' from 5)",
])  # fmt: skip
def test_a_pack_that_was_changed_by_hand_is_told(built: Warehouse, with_marts: Settings, change: str) -> None:
    pack = frozen(built)
    run_as(with_marts, ADMIN, change)
    opened = built.board.open(FINANCE, built.board.pack(pack.name))
    assert not opened.is_whole
    assert words.finding(opened) == "This pack was altered: do not go by it"


def test_only_executives_and_finance_freeze_and_the_refusal_is_audited(built: Warehouse, with_marts: Settings) -> None:
    with pytest.raises(NotPermitted, match=r"frozen by the roles executive and finance\. Found: analyst"):
        frozen(built, viewer=ANALYST)
    assert built.board.packs() == ()
    audit = run_as(with_marts, ADMIN, "select email, action, outcome from portal.audit")
    assert audit == [(ANALYST.email, "freeze board pack", "refused")]


@pytest.mark.parametrize(
    ("name", "month", "figures", "error", "says"),
    [
        (" ", OCTOBER, FIGURES, UsageError, "needs a name of 1 to 80 letters"),
        ("a\nb", OCTOBER, FIGURES, UsageError, "needs a name"),
        ("x" * 81, OCTOBER, FIGURES, UsageError, "needs a name"),
        ("TAKEN", OCTOBER, FIGURES, UsageError, "There is a board pack called 'TAKEN' already"),
        ("Now", date(2026, 11, 3), FIGURES, UsageError, "November 2026 is not over"),
        ("Past", date(1999, 1, 7), FIGURES, UsageError,
         r"Nothing is known of January 1999: .* Expected one from September 2026 to October 2026\."),
        ("New", OCTOBER, ("net_mrs",), QuestionError, "No metric is called 'net_mrs'"),
        ("New", OCTOBER, ("net_mrr:colour",), UsageError, "net_mrr cannot be cut by 'colour'"),
    ],
)
def test_what_cannot_be_frozen_is_refused_and_leaves_nothing(
    built: Warehouse, name: str, month: date, figures: tuple[str, ...], error: type[Exception], says: str
) -> None:
    frozen(built, "Taken")
    with pytest.raises(error, match=says):
        built.board.freeze(OPERATOR, name, month, as_of=AS_OF, figures=figures)
    assert [pack.name for pack in built.board.packs()] == ["Taken"]


def test_a_name_that_was_pasted_is_kept_with_plain_blanks(built: Warehouse) -> None:
    assert frozen(built, "\u00a0Board\u00a0Q3  2026").name == "Board Q3 2026"


def test_a_figure_that_the_freezer_may_not_see_freezes_nothing(built: Warehouse) -> None:
    with pytest.raises(NotPermitted):
        built.board.freeze(EXECUTIVE, "Cash", OCTOBER, as_of=AS_OF, figures=("net_mrr", "cash_runway"))
    assert built.board.packs() == ()


def test_before_the_first_build_there_is_nothing_to_freeze(built: Warehouse, with_marts: Settings) -> None:
    run_as(with_marts, ADMIN, "truncate portal.build_run")
    with pytest.raises(NotBuilt, match="Nothing has been built yet"):
        frozen(built)


def test_a_month_without_a_value_is_frozen_as_that(built: Warehouse) -> None:
    pack = built.board.freeze(FINANCE, "Runway", OCTOBER, as_of=AS_OF, figures=("cash_runway",))
    assert [line[1:] for line in lines(built.board.open(FINANCE, pack))] == [("n/a", "not compared yet")]


def test_a_figure_without_a_row_is_frozen_beside_one_that_has_one(built: Warehouse) -> None:
    figures = ("net_mrr", "open_pipeline")
    pack = built.board.freeze(OPERATOR, "Part", date(2026, 9, 1), as_of=AS_OF, figures=figures)
    assert [line[1] for line in lines(built.board.open(OPERATOR, pack))][-1] == "n/a"


def test_an_unknown_pack_is_told_with_those_there_are(built: Warehouse) -> None:
    with pytest.raises(UsageError, match=r"No board pack is called 'x'\. Expected one of: none yet"):
        built.board.pack("x")
    frozen(built)
    with pytest.raises(UsageError, match="Expected one of: 'Board'"):
        built.board.pack("x")


def test_figures_are_read_as_people_type_them_each_once() -> None:
    metrics = catalogue()
    assert named(["arr", "net_mrr: product, plan", "arr"], metrics) == (
        Figure("arr"), Figure("net_mrr", ("product", "plan"))
    )  # fmt: skip
    assert len(declared(metrics)) >= 12


def test_a_list_of_figures_that_is_none_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("board") / "board_pack.yml"
    path.write_text("- metrik: arr\n")
    with pytest.raises(SettingsError, match=r"board_pack\.yml is no list of figures"):
        declared(catalogue(), path)


def test_a_pack_made_at_any_hour_speaks_as_of_the_given_instant(built: Warehouse) -> None:
    later = replace(frozen(built), fingerprint="")
    assert later.as_of == AS_OF
    assert later.made_at > datetime(2026, 1, 1, tzinfo=UTC)
