"""Alerts: raised once, told once, with their number, picture and link; a failed mail is tried again."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from datetime import date
from uuid import uuid4

import pytest

from app.access import Viewer
from app.errors import FellShort
from app.secrets import ADMIN
from app.settings import Settings
from app.ui.reading import Reading
from app.warehouse import Warehouse
from pipelines.alert_letter import alert_letter
from pipelines.alerts import Alert
from pipelines.findings import late_sources, odd_headline, odd_week_headline, reading_of
from pipelines.job import Run
from pipelines.mailstore import Opened, list_mail, read_mail
from pipelines.notify import alert
from pipelines.predict import worker_engine
from pipelines.watchlist import series_named

from .conftest import AS_OF, sql

HEADLINE = "Failed card payments: 41 on 20 Nov, expected 12 to 22"


def mail_to(settings: Settings, name: str) -> Opened:
    """The one mail that a person got."""
    found = [mail for mail in list_mail(settings) if mail.to.startswith(name)]
    assert len(found) == 1
    return read_mail(settings, found[0].mail_id)


def alerts(settings: Settings) -> list[tuple[object, ...]]:
    query = "select kind, severity, headline, mailed_at is not null from portal.alert order by kind, headline"
    return sql(settings, ADMIN, query)


def add_alerts(settings: Settings, count: int) -> None:
    for number in range(count):
        row = (str(uuid4()), f"Promise {number} broken", AS_OF, AS_OF, f"key-{number}")
        sql(
            settings, ADMIN,
            "insert into portal.alert (alert_id, kind, severity, headline, raised_at, as_of, dedup_key) "
            "values (%s, 'broken_promise', 'act', %s, %s, %s, %s)", row,
        )  # fmt: skip


def test_odd_days_and_missed_targets_are_raised_with_their_numbers(
    odd_day: Settings, mailbox: Settings, run: Run
) -> None:
    """ARR is 12 × 990,000; its target 12,000,000. Churn 2.02 % and runway 21 months meet theirs."""
    alert(run)
    assert alerts(odd_day) == [
        ("anomaly", "act", HEADLINE, True),
        ("target_missed", "watch", "ARR: $11.88M in October, target at least $12.00M", True),
    ]


def test_each_person_gets_one_mail_of_what_concerns_them(odd_day: Settings, mailbox: Settings, run: Run) -> None:
    found = alert(run).detail
    assert found["mailed_to"] == ["eva@example.test", "femi@example.test"]
    assert sorted(mail.to for mail in list_mail(odd_day)) == ["eva@example.test", "femi@example.test"]


def test_running_twice_raises_and_mails_nothing_new(odd_day: Settings, mailbox: Settings, run: Run) -> None:
    alert(run)
    again = alert(run).detail
    assert (again["raised"], again["mailed_to"], len(list_mail(odd_day))) == (0, [], 2)


def test_the_mail_says_the_number_what_was_expected_since_when_and_where(
    odd_day: Settings, mailbox: Settings, run: Run
) -> None:
    alert(run)
    mail = mail_to(odd_day, "eva")
    assert mail.kept.subject == f"{HEADLINE}, and 1 more"
    for body in (mail.text, mail.html):
        for words in (HEADLINE, "since 20 Nov", "http://127.0.0.1:8501/executive", "41", "17", "12 and 22", "$12.00M"):
            assert words in body


def test_the_numbers_are_the_metrics_own(odd_day: Settings, mailbox: Settings, run: Run) -> None:
    alert(run)
    warehouse = Warehouse(odd_day)
    viewer = Viewer("eva@example.test", ("executive",))
    value = reading_of(warehouse, run, viewer).series("arr", 1)[date(2026, 10, 1)]
    warehouse.close()
    assert value == 12 * 990_000
    assert "October 2026: $11.88M" in mail_to(odd_day, "eva").text


def test_its_pictures_are_charts_at_twice_their_size(odd_day: Settings, mailbox: Settings, run: Run) -> None:
    alert(run)
    mail = mail_to(odd_day, "eva")
    charts = {cid: path.read_bytes() for cid, path in mail.pictures.items() if cid.startswith("chart-")}
    assert len(charts) == 2
    for cid, png in charts.items():
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        assert len(png) > 5000
        assert struct.unpack(">II", png[16:24]) == (2 * 536, 2 * 220)
        assert f'src="cid:{cid}"' in mail.html
    assert set(re.findall(r'src="cid:([^"]+)"', mail.html)) == set(mail.pictures)


def test_nothing_in_the_mail_points_to_another_host(odd_day: Settings, mailbox: Settings, run: Run) -> None:
    alert(run)
    html = mail_to(odd_day, "eva").html
    assert set(re.findall(r'(?:href|src)="([^"]+)"', html)) - set(re.findall(r'"(cid:[^"]+)"', html)) == {
        "http://127.0.0.1:8501/", "http://127.0.0.1:8501/executive",
    }  # fmt: skip
    assert "<style" not in html


def test_a_mail_that_failed_is_sent_by_the_next_run_and_not_twice(
    odd_day: Settings, run: Run, request: pytest.FixtureRequest
) -> None:
    result = alert(run)
    failed = result.detail["failed"]
    assert isinstance(failed, dict)
    assert set(failed) == {"eva@example.test", "femi@example.test"}
    assert isinstance(result.error, FellShort)
    said = str(result.error)
    assert said.startswith("2 of 2 mails could not be sent. eva@example.test: ")
    assert "femi@example.test: " in said and "the next run tries again" in said
    assert [row[3] for row in alerts(odd_day)] == [False, False]
    request.getfixturevalue("mailbox")
    alert(run)
    alert(run)
    assert len(list_mail(odd_day)) == 2
    assert [row[3] for row in alerts(odd_day)] == [True, True]
    log = sql(odd_day, ADMIN, "select result, count(*)::int, bool_and((error is null) = (result = 'sent')) "
              "from portal.mail_log group by 1 order by 1")  # fmt: skip
    assert log == [("failed", 2, True), ("sent", 2, True)]


def test_one_person_whose_mail_cannot_be_made_keeps_none_of_the_others_back(
    odd_day: Settings, mailbox: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def letter_for_all_but_eva(alerts: Sequence[Alert], reading: Reading, settings: Settings) -> object:
        if reading.viewer.email.startswith("eva"):
            raise KeyError("no such series")
        return alert_letter(alerts, reading, settings)

    monkeypatch.setattr("pipelines.notify.alert_letter", letter_for_all_but_eva)
    result = alert(run)
    assert result.detail["failed"] == {"eva@example.test": "KeyError: 'no such series'"}
    assert result.detail["mailed_to"] == ["femi@example.test"]
    assert str(result.error).startswith("1 of 2 mails could not be sent. eva@example.test: KeyError")
    assert [row[3] for row in alerts(odd_day)] == [False, False], "who waits for it is told by the next run"


@pytest.mark.usefixtures("mailbox")
def test_when_there_is_nobody_to_mail_the_step_is_fine_and_says_so(clean: Settings, run: Run) -> None:
    sql(clean, ADMIN, "update portal.person set is_active = false where email like 'ines%%'")
    add_alerts(clean, 2)
    try:
        result = alert(run)
    finally:
        sql(clean, ADMIN, "update portal.person set is_active = true")
    assert result.error is None
    assert str(result.detail["nobody_to_mail"]).startswith("2 of the open alerts concern nobody, such as 'Promise 0")
    assert "with the role engineer" in str(result.detail["nobody_to_mail"])


def test_who_was_told_before_the_failure_is_not_told_again(odd_day: Settings, mailbox: Settings, run: Run) -> None:
    """Eva's mail went out, then the run was killed before the alert was closed."""
    alert(run)
    sql(odd_day, ADMIN, "update portal.alert set mailed_at = null")
    alert(run)
    assert len(list_mail(odd_day)) == 2


def test_five_are_told_and_the_rest_counted(clean: Settings, mailbox: Settings, run: Run) -> None:
    add_alerts(clean, 7)
    alert(run)
    mail = mail_to(clean, "ines")
    assert mail.kept.subject == "Promise 0 broken, and 6 more"
    assert sum(f"Promise {number} broken" in mail.text for number in range(7)) == 5
    assert "and 2 more" in mail.text
    assert "and 2 more" in mail.html


def test_words_from_outside_are_no_markup(clean: Settings, mailbox: Settings, run: Run) -> None:
    add_alerts(clean, 1)
    sql(clean, ADMIN, "update portal.alert set headline = '<img src=x> & \"Söhne\"'")
    alert(run)
    mail = mail_to(clean, "ines")
    assert "<img src=x>" not in mail.html
    assert '<img src=x> & "Söhne"' in mail.text


def test_a_source_that_is_late_is_told_to_the_engineer_once_per_outage(
    clean: Settings, mailbox: Settings, run: Run
) -> None:
    late = "update portal.load_run set ended_at = now() - interval '5 hours' where source = 'salesforce'"
    sql(clean, ADMIN, late)
    alert(run)
    alert(run)
    rows = [row for row in alerts(clean) if row[0] == "stale_source"]
    assert [(row[1], row[3]) for row in rows] == [("held", True)]
    assert str(rows[0][2]).startswith("Salesforce is late: loaded last on ")
    assert "Salesforce is late" in mail_to(clean, "ines").text


def test_a_source_is_late_by_its_own_turns_and_not_while_it_is_paused(clean: Settings) -> None:
    """Zendesk is loaded every hour, so that its load is often 60 minutes old and more; Stripe every five minutes."""
    def late(minutes_ago: int) -> list[object]:
        ended = f"update portal.load_run set ended_at = now() - interval '{minutes_ago} minutes'"
        sql(clean, ADMIN, f"{ended} where source in ('stripe', 'zendesk')")
        return [finding.detail["source"] for finding in late_sources(worker_engine(clean))]

    sql(clean, ADMIN, "insert into portal.load_run (run_id, source, stream, started_at, ended_at, result, as_of) "
        "select run_id, 'zendesk', '', started_at, ended_at, result, as_of from portal.load_run where source = 'stripe'"
        " and stream = ''")
    assert late(59) == []
    assert late(70) == ["stripe"]
    assert late(91) == ["stripe", "zendesk"]
    sql(clean, ADMIN, "insert into portal.source_pause (source, paused_by, reason) values ('stripe', 'somebody', '')")
    assert late(91) == ["zendesk"]


def test_a_source_that_never_loaded_is_late(clean: Settings) -> None:
    sql(clean, ADMIN, "update portal.load_run set result = 'failed' where source = 'stripe'")
    found = late_sources(worker_engine(clean))
    assert [finding.headline for finding in found] == ["Stripe is late: never loaded yet, so figures that need it wait"]


def test_a_broken_promise_is_raised_anew_only_after_it_was_kept(clean: Settings, mailbox: Settings, run: Run) -> None:
    put = (
        "insert into portal.check_result (run_id, checked_at, dataset, check_name, outcome, found, expected, "
        "as_of) values (%s, now() - make_interval(mins => %s), "
        "'mart_finance.mrr_monthly', 'One row per month', %s, '2', '1', now())"
    )
    for minutes, outcome in ((50, "kept"), (40, "broken"), (30, "broken")):
        sql(clean, ADMIN, put, (str(uuid4()), minutes, outcome))
        alert(run)
    assert len([row for row in alerts(clean) if row[0] == "broken_promise"]) == 1
    for minutes, outcome in ((20, "kept"), (10, "broken")):
        sql(clean, ADMIN, put, (str(uuid4()), minutes, outcome))
        alert(run)
    rows = [row for row in alerts(clean) if row[0] == "broken_promise"]
    assert [row[2] for row in rows] == ["Promise broken in mart_finance.mrr_monthly: One row per month"] * 2


@pytest.mark.parametrize(
    ("name", "numbers", "words"),
    [
        pytest.param("signups", (3, 10.4, 19.6), "Sign-ups: 3 on 20 Nov, expected 10 to 20", id="counts are whole"),
        pytest.param(
            "mrr_usd", (985_000, 1_010_020, 1_012_345),
            "MRR: $985,000 on 20 Nov, expected $1,010,020 to $1,012,345", id="a level is exact",
        ),
        pytest.param(
            "payments_usd", (12_345, 40_000, 61_000),
            "Card payments received: $12.3K on 20 Nov, expected $40.0K to $61.0K", id="money is short",
        ),
    ],
)  # fmt: skip
def test_a_headline_is_made_of_its_numbers(name: str, numbers: tuple[float, float, float], words: str) -> None:
    series = series_named(name)
    assert series is not None
    assert odd_headline(series, date(2026, 11, 20), *numbers) == words


def test_an_odd_week_is_told_as_a_week() -> None:
    series = series_named("signups")
    assert series is not None
    said = odd_week_headline(series, date(2026, 11, 20), 61, 94.2)
    assert said == "Sign-ups: 61 in the week to 20 Nov, expected about 94"
