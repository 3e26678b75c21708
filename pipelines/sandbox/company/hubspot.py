"""Marketing at work: contacts, lists, forms, mailings and what people did with them, as HubSpot keeps it."""

from __future__ import annotations

from collections import Counter

from pipelines.sandbox.company.hubspot_bodies import contact_body, event_body, list_body, mailing_body
from pipelines.sandbox.company.hubspot_contacts import Person, people, stages
from pipelines.sandbox.company.hubspot_forms import (
    FORMS,
    NEWSLETTER,
    WEBINAR,
    Submission,
    form_body,
    submission_body,
    submissions,
)
from pipelines.sandbox.company.hubspot_mail import Happening, ended, history, mailings
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.times import DAY, at

SUBMISSION = "form_submission/"
"""Submissions are kept by form, as they are asked for: this and the form's id is their kind in the store."""
ACTIVE_LISTS = (
    ("Newsletter readers", at(2024, 1, 2, 9), at(2025, 2, 11, 10)), ("Webinar attendees", at(2024, 1, 8, 9), 0),
    ("Customers", at(2024, 1, 2, 9, 30), at(2025, 9, 1, 8)), ("Unsubscribed or bounced", at(2024, 1, 2, 10), 0),
)  # fmt: skip


def write(company: Company) -> None:
    """HubSpot's side of the company, up to its instant."""
    _Marketing(company).write()


class _Marketing:
    """Writes what HubSpot holds into the company's book, and counts while it goes."""

    def __init__(self, company: Company) -> None:
        self.company, self.until = company, company.until
        self.sent = mailings(company.until)
        self.counted: dict[str, Counter[str]] = {one.key: Counter() for one in self.sent}
        self.changed = {one.key: one.at for one in self.sent}
        self.listed: dict[str, list[int]] = {name: [] for name, _, _ in ACTIVE_LISTS}

    def write(self) -> None:
        for form in FORMS:
            edited = form.edited if form.edited <= self.until else form.made
            body = form_body(form) | {"updatedAt": edited * 1000}
            self._put("form", body, form.made, edited, "guid")
        for one in people(self.company):
            self._contact(one)
        for mailing in self.sent:
            body = mailing_body(mailing, self.counted[mailing.key])
            self._put("mailing", body, mailing.at, self.changed[mailing.key])
        self._lists()

    def _put(self, kind: str, body: dict[str, object], created: int, updated: int, key: str = "id") -> None:
        self.company.book.put("hubspot", kind, body, created, updated, key)

    def _contact(self, one: Person) -> None:
        happened = history(one, self.sent, self.until)
        filled = submissions(one, happened, self.until)
        for number, happening in enumerate(happened):
            self._event(one, happening, number)
        for number, each in enumerate(filled):
            body = submission_body(one, each, number)
            self._put(SUBMISSION + each.form.guid, body, each.at, each.at, "conversionId")
        left, bounced = ended(happened, "STATUSCHANGE", "SPAMREPORT"), ended(happened, "BOUNCE")
        conversions = [(each.at, each.form.name) for each in filled]
        body, updated = contact_body(one, self.company, conversions, left, bounced)
        self._put("contact", body, one.created, updated)
        self._count(one, filled, [left, bounced])

    def _event(self, one: Person, each: Happening, number: int) -> None:
        self._put("email_event", event_body(one, each, number), each.at, each.at)
        self.changed[each.mailing.key] = max(self.changed[each.mailing.key], each.at)
        if not each.is_filtered:
            self.counted[each.mailing.key][each.type] += 1

    def _count(self, one: Person, filled: list[Submission], left: list[int | None]) -> None:
        """Puts a contact on the active lists, with the instant at which it came onto each."""
        since = {
            "Newsletter readers": [each.at for each in filled if each.form is NEWSLETTER],
            "Webinar attendees": [each.at for each in filled if each.form is WEBINAR],
            "Customers": [instant for name, instant in stages(one).items() if name == "customer"],
            "Unsubscribed or bounced": [instant for instant in left if instant is not None],
        }
        for name, instants in since.items():
            if instants and min(instants) <= self.until:
                self.listed[name].append(min(instants))

    def _lists(self) -> None:
        for number, (name, made, edited) in enumerate(ACTIVE_LISTS, 1):
            known = edited if made < edited <= self.until else made
            size = self.listed[name]
            self._put("list", list_body(number, name, made, known, len(size), is_active=True), made,
                      max([known, *size]), "listId")  # fmt: skip
        invitations = [one for one in self.sent if one.campaign.utm_campaign == "webinar_invitations"]
        for number, mailing in enumerate(invitations, 20):
            held = mailing.at + 9 * DAY
            if held <= self.until:
                came = sum(1 for instant in self.listed["Webinar attendees"] if mailing.at <= instant <= held)
                body = list_body(number, f"Registered for the webinar of {mailing.name[-7:]}", held, held, came,
                                 is_active=False)  # fmt: skip
                self._put("list", body, held, held, "listId")
