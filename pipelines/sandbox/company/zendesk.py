"""Customer support: organisations, people, tickets with all that is said, measured and rated, in Zendesk.

Everything is shown up to a minute before the company's instant, as Zendesk's exports do, and an object's `updated` is
the instant from which they show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.sandbox.company import zendesk_bodies as bodies
from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.dice import dice, share
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.support_metrics import metric_events, metric_set
from pipelines.sandbox.company.support_people import House, Person, arrivals, changes, houses, strangers
from pipelines.sandbox.company.support_ticket import MINUTE, Course, Step, course, spam
from pipelines.sandbox.company.times import DAY, HOUR, START
from pipelines.sandbox.company.zendesk_bodies import zendesk_id

FIRST_TICKET = 1001
SPAM_A_WEEK = 1.1


@dataclass(frozen=True)
class Case:
    """A ticket before it has a number: who wrote, for whom, and into whose earlier ticket it may be merged."""

    course: Course
    person: Person
    house: House | None
    earlier: str | None = None


def shown_until(company: Company) -> int:
    """The instant up to which Zendesk shows what happened."""
    return company.until - MINUTE


def write(company: Company) -> None:
    """Everything in Zendesk up to the company's instant."""
    until = shown_until(company)
    desk = Desk(company, until)
    desk.staff()
    cases = list(_cases(company, desk, until))
    cases.sort(key=lambda case: (case.course.created, case.course.key))
    company.cases = cases
    numbers = {case.course.key: number for number, case in enumerate(cases, start=FIRST_TICKET)}
    for case in cases:
        desk.person(case)
        desk.ticket(case, numbers[case.course.key], numbers.get(case.earlier or "", 0))


def _cases(company: Company, desk: Desk, until: int) -> Iterator[Case]:
    for house in houses(company):
        desk.organization(house)
        earlier: str | None = None
        for at, roll in arrivals(company.seed, house, until):
            person = house.writer(roll, at)
            if person is None:
                continue
            key = f"{house.key}/{at}"
            yield Case(course(roll, key, at, is_sour=house.is_sour(at), can_merge=earlier is not None), person, house,
                       earlier)  # fmt: skip
            earlier = key
    for at, key, person in strangers(company):
        if at <= until:
            roll = dice(company.seed, "ticket", key)
            yield Case(course(roll, key, at, is_sour=False, can_merge=False), person, None)
    yield from _spam(company, until)


def _spam(company: Company, until: int) -> Iterator[Case]:
    for week in range(START, until + 1, 7 * DAY):
        roll = dice(company.seed, "spam", week)
        for number in range(int(roll.poisson(SPAM_A_WEEK * max(company.design.size, 0.1)))):
            at = week + int(roll.random() * 7 * DAY)
            if at <= until:
                person = Person(f"winner{week // DAY}-{number}@prizes.example", "Prize Desk", at)
                yield Case(spam(roll, f"spam/{week}/{number}", at), person, None)


class Desk:
    """Writes Zendesk's side of the company into its book."""

    def __init__(self, company: Company, until: int) -> None:
        self.company, self.until = company, until
        self.organizations: dict[str, int] = {}

    def _put(self, kind: str, body: Body, created: int, updated: int, key: str = "id") -> None:
        self.company.book.put("zendesk", kind, body, created, updated + MINUTE, key)

    def staff(self) -> None:
        """Groups and agents, there from the first day."""
        for number in range(len(bodies.GROUPS)):
            self._put("group", bodies.group_body(number), START, START)
        for number, name in enumerate(bodies.AGENTS):
            mail = f"agent{number}@{bodies.SUBDOMAIN}.example"
            role = "admin" if number == 0 else "agent"
            self._put("user", bodies.user_body(_agent(number), name, mail, START, START, role=role), START, START)

    def organization(self, house: House) -> None:
        """The customer as support has it: some without the id that billing knows them by, a few without a domain."""
        done = [change for change in changes(house) if change[0] <= self.until]
        if not done:
            return
        key = zendesk_id("organization", house.key)
        self.organizations[house.key] = key
        updated, has_left = max(done)
        external = house.customer_id if share("external", house.key) < 0.8 else None
        domains = [house.domain] if share("domain", house.key) < 0.93 else []
        tags = [house.tier.lower(), *(["churned"] if has_left else [])]
        body = bodies.organization_body(key, house.name, domains, external, tags, done[0][0], updated)
        self._put("organization", body, done[0][0], updated)

    def person(self, case: Case) -> None:
        """Who wrote, made with the first ticket; a sender of spam is suspended with it."""
        who, user = case.person, zendesk_id("user", case.person.email)
        if ("zendesk", "user", str(user)) in self.company.book.objects:
            return
        deleted = [step.at for step in case.course.until(self.until) if step.status == "deleted"]
        suspended = case.course.topic == "spam" and bool(deleted)
        external = str(who.user_id) if who.user_id is not None and share("known", who.email) < 0.6 else None
        made = case.course.created
        updated = deleted[0] if suspended else made
        self._put("user", bodies.user_body(
            user, who.name, who.email, made, updated, organization=self._organization(case, made), external=external,
            is_suspended=suspended), made, updated)  # fmt: skip

    def ticket(self, case: Case, number: int, target: int) -> None:
        """The ticket with its metrics, events, ratings and all that was said."""
        one, requester = case.course, zendesk_id("user", case.person.email)
        steps = one.until(self.until)
        end = steps[-1].at if steps[-1].status == "deleted" else self.until
        taken = any(step.by == "agent" for step in steps) and one.topic != "spam"
        assignee = _assignee(one) if taken else None
        updated, shown = steps[-1].at, {"score": "unoffered"}
        if one.rating and one.rating.offered_at <= end:
            whole, shown = bodies.rating_bodies(one, one.rating, end, number, requester, assignee)
            moments = [one.rating.offered_at, one.rating.rated_at or 0]
            rated = max(moment for moment in moments if moment <= end)
            self._put("satisfaction_rating", whole, one.rating.offered_at, rated)
            updated = max(updated, rated)
        product = case.house.product if case.house else "Core"
        body = bodies.ticket_body(
            number, one, steps, product=product, tags=_tags(one, product, steps), requester=requester,
            assignee=assignee, organization=self._organization(case, one.created), rating=shown, updated=updated,
        )
        self._put("ticket", body, one.created, updated)
        measured = metric_set(zendesk_id("metrics", one.key), number, bodies.ADDRESS, steps, updated)
        self._put("ticket_metric", measured, one.created, updated, "ticket_id")
        self._events(case, number, target, steps)
        for event in metric_events(one, steps, end):
            at = event.pop("at")
            named = f"{event['metric']}/{event['instance_id']}/{event['type']}"
            event = {"id": zendesk_id("metric event", one.key, named), "ticket_id": number} | event
            self._put("ticket_metric_event", event, at, at)

    def _events(self, case: Case, number: int, target: int, steps: list[Step]) -> None:
        before: str | None = None
        product = case.house.product if case.house else "Core"
        for turn, step in enumerate(steps):
            author = zendesk_id("user", case.person.email) if step.by == "requester" else _assignee(case.course)
            body = bodies.event_body(case.course, turn, step, ticket=number, author=author, product=product,
                                     before=before, target=target)  # fmt: skip
            self._put("ticket_event", body, step.at, step.at)
            before = step.status or before

    def _organization(self, case: Case, at: int) -> int | None:
        """The organisation, if it was known when the ticket came."""
        if case.house is None or case.house.start + 8 * HOUR > at:
            return None
        return self.organizations.get(case.house.key)


def _agent(number: int) -> int:
    return zendesk_id("agent", number)


def _assignee(one: Course) -> int:
    """Some agents take more than others."""
    return _agent(int(share("assignee", one.key) ** 1.4 * len(bodies.AGENTS)))


def _tags(one: Course, product: str, steps: list[Step]) -> list[str]:
    if one.topic == "spam":
        return []
    merged = one.merged and steps[-1].status == "closed"
    return [product.lower(), one.topic, *(["closed_by_merge"] if merged else [])]


def comments(company: Company) -> Iterator[tuple[int, int]]:
    """All that was said, as (id of the comment, id of its ticket)."""
    for held in company.book.objects.values():
        if (held.vendor, held.kind) == ("zendesk", "ticket_event"):
            event = held.body
            for child in event["child_events"]:
                if child["event_type"] == "Comment":
                    yield child["id"], event["ticket_id"]
