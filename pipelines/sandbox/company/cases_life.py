"""Planted customers whose life is hard: trials, debts, pauses, ends, returns, borders of months, doubles."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from pipelines.sandbox.company.desk import Outcome
from pipelines.sandbox.company.stage import OK, Part, Stage, late, never
from pipelines.sandbox.company.times import DAY, HOUR, at

Script = Callable[[Stage], None]


def _trial(converts: bool, coupon: str | None = None) -> Script:
    def script(s: Stage) -> None:
        s.begin((s.plan("Core", "Team"), 6), trial=14, coupon=coupon)
        if not converts:
            s.cancel(s.start + 9 * DAY)

    return script


def _pays(*outcomes: Outcome, interval: str = "month", by_invoice: bool = False) -> Script:
    def script(s: Stage) -> None:
        s.begin((s.plan("Core", "Business", interval), 5), pays=outcomes, by_invoice=by_invoice)

    return script


def _paused(s: Stage) -> None:
    s.begin((s.plan("Automate", "Team"), 10))
    s.pause(at(2025, 4, 20, 9), at(2025, 7, 10, 9))


def _still_paused(s: Stage) -> None:
    s.begin((s.plan("Automate", "Team"), 12))
    s.pause(at(2026, 9, 20, 9), at(2027, 1, 10, 9))


def _cancels(asked: int, kept: int | None = None) -> Script:
    def script(s: Stage) -> None:
        s.begin((s.plan("Core", "Team", "year" if asked > at(2026, 8, 1) else "month"), 8))
        s.cancel(asked)
        if kept is not None:
            s.keep(kept)

    return script


def _stops(when: int, share: Fraction) -> Script:
    def script(s: Stage) -> None:
        s.begin((s.plan("Insights", "Team"), 15))
        s.stop(when, share)

    return script


def _refunded(s: Stage) -> None:
    s.begin((s.plan("Core", "Team"), 7))
    s.refund(at(2025, 9, 12, 9), 4200)


def _within_month(s: Stage) -> None:
    s.begin((s.plan("Core", "Team"), 9))
    s.stop(s.start + 11 * DAY, Fraction(1))


def _within_month_again(s: Stage) -> None:
    s.begin((s.plan("Core", "Team"), 9))
    s.stop(at(2025, 7, 20, 9))
    s.begin((s.plan("Core", "Business"), 4), at=at(2025, 11, 5, 9))
    s.stop(at(2025, 11, 24, 9))


def _returns(s: Stage) -> None:
    s.begin((s.plan("Core", "Team"), 9))
    s.stop(at(2025, 5, 20, 9))
    s.begin((s.plan("Core", "Business"), 10), at=at(2025, 10, 7, 9))


def _back_before_close(s: Stage) -> None:
    s.begin((s.plan("Core", "Team"), 9))
    s.stop(at(2025, 5, 10, 9))
    s.begin((s.plan("Core", "Team"), 12), at=at(2025, 5, 26, 9))


def _ends_at_midnight(s: Stage) -> None:
    """From 1 December 2024 to 1 February 2025, both at midnight in New York: the last paid month is January."""
    s.begin((s.plan("Core", "Team"), 10))
    s.cancel(at(2025, 1, 15, 12))


def _yearly(product: str, seats: int) -> Script:
    def script(s: Stage) -> None:
        s.begin((s.plan(product, "Business", "year"), seats))

    return script


def _monthly(product: str, tier: str, seats: int) -> Script:
    def script(s: Stage) -> None:
        s.begin((s.plan(product, tier), seats))

    return script


def parts() -> list[Part]:
    """Name, what it shows, script, start, and where the customer sits."""
    jan = at(2025, 1, 9, 15)
    return [
        Part("Tryst & Try", "trial that converts", _trial(True), at(2025, 8, 25, 10)),
        Part("Tire Kickers Ltd", "trial that does not convert", _trial(False), at(2025, 8, 27, 10), "GB", "gbp"),
        Part("Trial & Triumph", "trial with a repeating coupon", _trial(True, "LAUNCH25"), at(2026, 3, 25, 10)),
        Part("Late But Fine", "past due, recovered within 30 days", _pays(OK, OK, late(17)), jan),
        Part("Very Late Ltd", "past due, recovered after 30 days: lapse and return", _pays(OK, OK, late(47)), jan,
             "GB", "gbp"),
        Part("Deadbeat Disco", "never paid, cancelled in dunning", _pays(OK, OK, OK, never(21, "cancel")), jan),
        Part("Lingering Lamps", "never paid, stays past due", _pays(OK, OK, never(40, "leave")), jan),
        Part("Unpaid & Unsung", "never paid, unpaid", _pays(OK, OK, OK, OK, never(28, "unpaid")), jan),
        Part("Written Off, Inc.", "never paid, uncollectible and cancelled after 45 days",
             _pays(OK, OK, never(45, "cancel_writeoff")), jan),
        Part("Überweisung AG", "by bank transfer, due in 30 days, 12 days late",
             _pays(Outcome(delay=20 * DAY), late(12), interval="year", by_invoice=True), jan, "DE", "eur"),
        Part("Zahlung später SE", "by bank transfer, 44 days after due",
             _pays(late(44), interval="year", by_invoice=True), at(2026, 2, 10, 8), "DE", "eur"),
        Part("Pause Café", "paused over three renewals, then resumed", _paused, jan, "FR", "eur"),
        Part("Paws Paused", "paused now", _still_paused, jan),
        Part("Incomplete Sentence", "first payment failed, expired after 23 hours", _pays(never(1, "leave")), jan),
        Part("Complete After All", "first payment failed, paid after 5 hours", _pays(late(5 / 24)), jan),
        Part("Going, Going", "cancellation asked for, still to come", _cancels(at(2026, 11, 3, 9)), at(2025, 12, 8)),
        Part("Gone, Gone", "cancelled at the period's end", _cancels(at(2025, 6, 3, 9)), jan),
        Part("Changed My Mind", "cancellation asked for and taken back",
             _cancels(at(2025, 6, 3, 9), at(2025, 6, 5, 9)), jan),
        Part("Money Back Guaranty", "ended at once with a refund", _stops(at(2025, 7, 14, 12), Fraction(1, 2)), jan),
        Part("Just a Refund", "refund without an end", _refunded, jan),
        Part("Mayfly Media", "started and churned within a month", _within_month, at(2025, 9, 5, 12)),
        Part("Mayfly Returns", "returned and churned within a month", _within_month_again, jan),
        Part("Boomerang Bros", "reactivation after months at 0", _returns, jan),
        Part("Gap Year", "ended and back before the close: no reactivation", _back_before_close, jan),
        Part("Midnight Oil Co", "ends exactly at local midnight of the 1st", _ends_at_midnight, at(2024, 12, 1, 5)),
        Part("First Light", "starts exactly at local midnight of the 1st", _monthly("Core", "Team", 6),
             at(2025, 12, 1, 5)),
        Part("Leap & Bound", "starts on 29 February, monthly", _monthly("Core", "Team", 4), at(2024, 2, 29, 20)),
        Part("Leap Year Legal", "starts on 29 February, yearly", _yearly("Vault", 14), at(2024, 2, 29, 21), "GB",
             "gbp"),
        Part("Spring Forward", "starts in the hour that clocks skip", _monthly("Core", "Team", 5),
             at(2025, 3, 9, 7, 30)),
        Part("Fall Back", "starts in the hour that clocks repeat", _monthly("Core", "Team", 5), at(2024, 11, 3, 5, 30)),
        Part("Month End Motors", "starts on the 31st, monthly", _monthly("Core", "Team", 5), at(2025, 1, 31, 23)),
        Part("Twin Peaks", "two records of one customer: the first", _monthly("Core", "Business", 9), jan),
        Part("Twin Peaks (old card)", "two records of one customer: the second", _monthly("Vault", "Team", 7),
             at(2025, 3, 12, 12), same_as="Twin Peaks"),
        Part("Multi-Währung GmbH", "one customer in two currencies: euros", _monthly("Core", "Team", 22), jan, "DE",
             "eur"),
        Part("Multi-Währung GmbH (US)", "one customer in two currencies: dollars", _monthly("Core", "Team", 10),
             at(2025, 5, 12, 12), "DE", "usd", same_as="Multi-Währung GmbH"),
        Part("Meridian Works (staff)", "internal account", _yearly("Core", 60), jan, known_as="internal"),
        Part("TEST do not bill", "test account", _monthly("Core", "Team", 3), jan, known_as="test"),
        Part("Ñandú Música 🎵, S.A. de C.V.", "emoji, comma, accents", _monthly("Connect", "Team", 8), jan, "MX"),
        Part("ООО «Ромашка»", "Cyrillic, quotation marks", _monthly("Core", "Starter", 9), jan, "AE"),
        Part("شركة النخيل", "right to left", _monthly("Core", "Team", 9), jan, "AE"),
        Part("=SUM(A1:A9)", "a name that a spreadsheet would run", _monthly("Core", "Starter", 4), jan),
        Part("Robert'); DROP TABLE customers;--", "a name that SQL would run", _monthly("Core", "Starter", 4), jan),
        Part("Trial Balloon", "trial that runs at birth", _trial(True), at(2026, 11, 12, 10)),
        Part("Just Left Ltd", "used, then ended", _stops(at(2026, 11, 12, 10), Fraction(0)), at(2026, 8, 14, 10)),
        Part("Odd Hours Ltd", "change one hour before the close", _odd_hours, jan, "GB", "gbp"),
    ]  # fmt: skip


def _odd_hours(s: Stage) -> None:
    s.begin((s.plan("Core", "Team"), 10))
    s.switch(at(2025, 7, 1, 4) - HOUR, s.plan("Core", "Team"), 13)
    s.switch(at(2025, 9, 1, 4), s.plan("Core", "Team"), 17)
