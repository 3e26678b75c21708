"""Planted customers whose price is hard: intervals, coupons, currencies, plan and quantity changes."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.sandbox.company.stage import Part, Stage
from pipelines.sandbox.company.times import at

Script = Callable[[Stage], None]
DEC = at(2024, 12, 2, 16, 20)


def _interval(interval: str, count: int, seats: int, coupon: str | None = None) -> Script:
    def script(s: Stage) -> None:
        s.begin((s.plan("Core", "Team", interval, count), seats), coupon=coupon)
        if interval == "day":
            s.stop(s.start + 100 * 86400 + 7)

    return script


def _grant(s: Stage) -> None:
    s.begin((s.plan("Core", "Business"), 14))
    s.coupon(at(2025, 5, 20, 10), "GRANT100")


def _always_free(s: Stage) -> None:
    s.begin((s.plan("Insights", "Team"), 6), coupon="FRIENDS100")


def _too_much_off(s: Stage) -> None:
    s.begin((s.plan("Core", "Starter"), 3), coupon="BIGOFF")


def _shared_off(s: Stage) -> None:
    s.begin((s.plan("Core", "Team"), 7), (s.plan("Vault", "Team"), 3), coupon="TENOFF")
    s.remove(at(2025, 9, 14, 12), 1)


def _free_then_paid(s: Stage) -> None:
    s.begin((s.plan("Core", "Free"), 1))
    s.switch(at(2025, 4, 3, 14), s.plan("Core", "Team"), 8)
    s.switch(at(2025, 11, 9, 14), s.plan("Core", "Free"), 1)
    s.switch(at(2026, 5, 21, 9), s.plan("Core", "Business"), 9)


def _up_and_down(s: Stage) -> None:
    s.begin((s.plan("Core", "Team"), 10))
    s.switch(at(2025, 2, 11, 8), s.plan("Core", "Business"), 10)
    s.switch(at(2025, 6, 19, 8), s.plan("Core", "Starter"), 10)
    s.switch(at(2025, 8, 24, 18), s.plan("Core", "Team"), 14)
    s.switch(at(2026, 2, 5, 18), s.plan("Core", "Team"), 4)


def _other_product(s: Stage) -> None:
    s.begin((s.plan("Connect", "Business"), 20))
    s.switch(at(2025, 7, 17, 13), s.plan("Automate", "Business"), 20)


def _two_items(s: Stage) -> None:
    s.begin((s.plan("Core", "Business"), 12), (s.plan("Insights", "Team"), 12))
    s.add(at(2025, 3, 22, 11), s.plan("Vault", "Starter"), 30)
    s.remove(at(2025, 10, 21, 11), 1)


def _metered(s: Stage) -> None:
    s.begin((s.plan("Connect", "Team"), 5), (s.plan("Connect", "Usage"), 0))


def _month_to_year(s: Stage) -> None:
    s.begin((s.plan("Insights", "Business"), 9))
    s.switch(at(2025, 6, 13, 9, 30), s.plan("Insights", "Business", "year"), 11)


def _dated_back(s: Stage) -> None:
    """Two invoices set the price from one instant: the later one holds."""
    s.begin((s.plan("Core", "Team"), 5))
    start = at(2025, 6, 2, 16, 20)
    s.switch(start + 7200, s.plan("Core", "Team"), 9, since=start)


def _swap_back_in_month(s: Stage) -> None:
    s.begin((s.plan("Core", "Team"), 25))
    s.switch(at(2025, 5, 8, 9), s.plan("Core", "Enterprise"), 25)
    s.switch(at(2025, 5, 23, 9), s.plan("Core", "Team"), 25)


def _renewal_coupon(s: Stage) -> None:
    s.begin((s.plan("Core", "Business", "year"), 18))
    s.coupon(at(2025, 11, 30, 9), "WINBACK50")


def _two_subscriptions(s: Stage) -> None:
    s.begin((s.plan("Core", "Team"), 11))
    s.begin((s.plan("Vault", "Team", "year"), 6), at=at(2025, 9, 9, 9), coupon="PARTNER15")


def _one_off_bill(s: Stage) -> None:
    s.begin((s.plan("Core", "Team"), 8))
    s.one_off(at(2025, 10, 6, 10), 250000, "Onboarding workshop")


def parts() -> list[Part]:
    """Name, what it shows, script, start, and where the customer sits."""
    return [
        Part("Daymark Rentals", "interval of 1 day", _interval("day", 1, 4), at(2025, 3, 3, 11)),
        Part("Tenfold & Co.", "interval of 10 days", _interval("day", 10, 6), at(2025, 1, 20, 11)),
        Part("Weekender's Guide", "interval of 1 week", _interval("week", 1, 7), at(2026, 2, 3, 17)),
        Part("Fortnight Press", "interval of 2 weeks", _interval("week", 2, 9), at(2026, 1, 13, 17)),
        Part("Quarterdeck Ltd", "interval of 3 months", _interval("month", 3, 13), DEC, "GB", "gbp"),
        Part("Halbjahr GmbH", "interval of 6 months", _interval("month", 6, 7), DEC, "DE", "eur"),
        Part("Biennale Arte", "interval of 2 years", _interval("year", 2, 11), at(2024, 8, 31, 22), "FR", "eur"),
        Part("Trienni SL", "interval of 3 years", _interval("year", 3, 17), at(2025, 5, 31, 9), "FR", "eur"),
        Part("Partner “Nord” AG", "coupon forever, percentage", _interval("year", 1, 9, "PARTNER15"), DEC, "DE",
             "eur"),
        Part("O'Neill & Sons", "coupon forever, amount off", _interval("month", 1, 4, "TENOFF"), DEC),
        Part("Launchpad, Inc.", "coupon repeating, percentage, on a yearly plan", _interval("year", 1, 21, "LAUNCH25"),
             at(2025, 4, 10, 12)),
        Part("Fünfziger KG", "coupon repeating, amount off", _interval("month", 3, 15, "FIFTYOFF6"), DEC, "DE", "eur"),
        Part("Once Upon Ltd", "coupon once, amount off", _interval("month", 1, 6, "ONCE30"), DEC, "GB", "gbp"),
        Part("株式会社みかん", "yen, amount off", _interval("month", 1, 12, "YEN500"), DEC, "JP", "jpy"),
        Part("山田商事株式会社", "yen, weekly", _interval("week", 1, 3), at(2026, 1, 6, 2), "JP", "jpy"),
        Part("Welcome \"Wagon\" LLC", "coupon once, percentage", _interval("month", 1, 5, "HELLO20"), DEC),
        Part("Granted Futures", "payer gets 100 % off, then pays again", _grant, at(2025, 1, 15, 8)),
        Part("Friends of Meridian", "100 % off for ever", _always_free, DEC),
        Part("Bigger Coupon Bakery", "amount off larger than the price", _too_much_off, DEC),
        Part("Sharing, Caring & Co", "amount off over two items, one removed", _shared_off, at(2025, 6, 1, 4)),
        Part("Freya's Free Lunch", "free, paid, free, paid", _free_then_paid, DEC),
        Part("Elevator Øst ApS", "plan up and down, quantity up and down", _up_and_down, DEC, "DE", "eur"),
        Part("Crossover Ventures", "swap to another product", _other_product, DEC),
        Part("Two-Item Tavern", "items added and removed", _two_items, DEC),
        Part("Metered Meadows", "metered item beside a licensed one", _metered, DEC),
        Part("Steuer & Verbrauch GmbH", "metered item, billed with tax", _metered, at(2026, 7, 6, 9), "DE", "eur"),
        Part("Annualize Me", "month to year in the middle of a month", _month_to_year, DEC),
        Part("Backdated Brothers", "change dated back to the period's start", _dated_back, DEC),
        Part("Round Trip Travel", "swap and back inside one month", _swap_back_in_month, DEC),
        Part("Renewal Radio", "coupon that starts at a yearly renewal", _renewal_coupon, DEC),
        Part("Double Decker Ltd", "two subscriptions", _two_subscriptions, DEC, "GB", "gbp"),
        Part("Workshop Wanda 🛠️", "a one-off invoice beside the subscription", _one_off_bill, DEC),
    ]  # fmt: skip
