"""Zendesk's objects as its API writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.dice import number_of
from pipelines.sandbox.company.support_ticket import Course, Rating, Step
from pipelines.sandbox.company.times import START, stamp

SUBDOMAIN = "meridian-works"
ADDRESS = f"https://{SUBDOMAIN}.zendesk.com"
GROUPS = ("Support", "Billing", "Integrations", "Onboarding")
GROUP_OF = {"bug": 0, "how_to": 3, "billing": 1, "access": 0, "integration": 2, "spam": 0}
FORMS = {"bug": 36101, "how_to": 36101, "access": 36101, "integration": 36101, "billing": 36102, "spam": 36101}
TYPES = {"bug": "incident", "how_to": "question", "billing": "question", "access": "problem", "integration": "task"}
PRODUCT_FIELD = 36201
AGENTS = ("Nora Bianchi", "Tomás Rivera", "Aiko Mori", "Sean O'Dowd", "Ines Bauer", "Kofi Mensah", "Lena Sørensen",
          "Raj Malhotra", "Yara Haddad", "Pavel Dvořák")  # fmt: skip
SUBJECTS = {
    "bug": "{} shows an error when we save", "how_to": "How do we share a report in {}?",
    "billing": "Question about our invoice for {}", "access": "A colleague cannot sign in to {}",
    "integration": "Connecting {} with our systems", "spam": "You have WON — claim your prize",
}
SAID = {
    "question": "Hello, {subject}. Could you have a look? We use {product} every day.",
    "spam": "Dear winner, click here to claim your prize.",
    "answer": "Thanks for writing. We have looked into it; here is what helps with {product}. Does it work for you?",
    "reply": "Thank you. It is better, but not as we expect: {product} still behaves oddly.",
    "again": "Unfortunately it happens again in {product}. Please reopen this.",
    "note": "Internal: asked the {product} team, they see it in the logs.",
    "merged": "This request was closed and merged into request #{target}.",
}
REASONS = ((101, "The issue took too long to resolve"), (102, "The issue was not resolved"),
           (103, "The agent's knowledge is unsatisfactory"))  # fmt: skip


def zendesk_id(*parts: object) -> int:
    """An id of thirteen digits, as Zendesk gives them."""
    return 10**12 + number_of("zendesk", *parts) % (9 * 10**12)


def group_body(number: int) -> Body:
    """A group of agents."""
    group = zendesk_id("group", number)
    return {
        "id": group, "url": f"{ADDRESS}/api/v2/groups/{group}.json", "name": GROUPS[number], "description": "",
        "default": number == 0, "is_public": True, "deleted": False, "created_at": stamp(START),
        "updated_at": stamp(START),
    }  # fmt: skip


def user_body(
    user: int, name: str, email: str, created: int, updated: int, *, role: str = "end-user",
    organization: int | None = None, external: str | None = None, is_suspended: bool = False,
) -> Body:  # fmt: skip
    """An agent or somebody who wrote."""
    return {
        "id": user, "url": f"{ADDRESS}/api/v2/users/{user}.json", "name": name, "email": email,
        "created_at": stamp(created), "updated_at": stamp(updated), "time_zone": "UTC", "iana_time_zone": "Etc/UTC",
        "phone": None, "shared_phone_number": None, "photo": None, "locale_id": 1, "locale": "en-US",
        "organization_id": organization, "role": role, "verified": role != "end-user", "external_id": external,
        "tags": [], "alias": None, "active": True, "shared": False, "shared_agent": False, "last_login_at": None,
        "two_factor_auth_enabled": None, "signature": None, "details": None, "notes": None, "role_type": None,
        "custom_role_id": None, "moderator": role != "end-user",
        "ticket_restriction": "requested" if role == "end-user" else None,
        "only_private_comments": False, "restricted_agent": role == "end-user", "suspended": is_suspended,
        "default_group_id": None, "report_csv": role == "admin", "user_fields": {},
    }  # fmt: skip


def organization_body(
    organization: int, name: str, domains: Sequence[str], external: str | None, tags: Sequence[str], created: int,
    updated: int,
) -> Body:  # fmt: skip
    """A customer."""
    return {
        "id": organization, "url": f"{ADDRESS}/api/v2/organizations/{organization}.json", "name": name,
        "shared_tickets": False, "shared_comments": False, "external_id": external, "created_at": stamp(created),
        "updated_at": stamp(updated), "domain_names": list(domains), "details": None, "notes": None,
        "group_id": None, "tags": list(tags), "organization_fields": {}, "deleted_at": None,
    }  # fmt: skip


def ticket_body(
    ticket: int, course: Course, steps: Sequence[Step], *, product: str, tags: Sequence[str], requester: int,
    assignee: int | None, organization: int | None, rating: Body, updated: int,
) -> Body:  # fmt: skip
    """A ticket as it stands after its steps."""
    subject = SUBJECTS[course.topic].format(product)
    status = [step.status for step in steps if step.status][-1]
    fields = [{"id": PRODUCT_FIELD, "value": product.lower() if course.topic != "spam" else None}]
    return {
        "id": ticket, "url": f"{ADDRESS}/api/v2/tickets/{ticket}.json", "external_id": None,
        "via": via(course.channel), "created_at": stamp(course.created), "updated_at": stamp(updated),
        "generated_timestamp": updated, "type": TYPES.get(course.topic), "subject": subject, "raw_subject": subject,
        "description": comment_text(course, steps[0], product), "priority": course.priority, "status": status,
        "recipient": f"support@{SUBDOMAIN}.example" if course.channel == "email" else None,
        "requester_id": requester, "submitter_id": requester, "assignee_id": assignee,
        "organization_id": organization, "group_id": zendesk_id("group", GROUP_OF[course.topic]),
        "collaborator_ids": [], "follower_ids": [], "email_cc_ids": [], "forum_topic_id": None, "problem_id": None,
        "has_incidents": False, "is_public": True, "due_at": None, "tags": list(tags), "custom_fields": fields,
        "satisfaction_rating": rating, "sharing_agreement_ids": [], "custom_status_id": None, "fields": fields,
        "followup_ids": [], "ticket_form_id": FORMS[course.topic], "brand_id": 36001, "allow_channelback": False,
        "allow_attachments": True, "from_messaging_channel": False,
    }  # fmt: skip


def rating_bodies(
    course: Course, rating: Rating, instant: int, ticket: int, requester: int, assignee: int | None
) -> tuple[Body, Body]:
    """The rating as an object of its own, and as the ticket shows it, at an instant after it was offered."""
    key = zendesk_id("rating", course.key)
    rated = rating.rated_at if rating.rated_at is not None and rating.rated_at <= instant else None
    score = rating.score if rated else "offered"
    comment = {"good": "Quick and friendly, thank you!", "bad": "It took far too long."}.get(score)
    reason = REASONS[key % 3] if score == "bad" else (None, None)
    shown: Body = {"score": score} if not rated else {
        "id": key, "score": score, "comment": comment if rating.has_comment else None, "reason": reason[1],
        "reason_id": reason[0],
    }  # fmt: skip
    whole = {
        "url": f"{ADDRESS}/api/v2/satisfaction_ratings/{key}.json", "id": key, "assignee_id": assignee,
        "group_id": zendesk_id("group", GROUP_OF[course.topic]), "requester_id": requester, "ticket_id": ticket,
        "score": score, "created_at": stamp(rating.offered_at), "updated_at": stamp(rated or rating.offered_at),
        "comment": comment if rated and rating.has_comment else None, "reason": reason[1], "reason_id": reason[0],
        "reason_code": reason[0] - 96 if reason[0] else None,
    }  # fmt: skip
    return whole, shown


def event_body(
    course: Course, number: int, step: Step, *, ticket: int, author: int, product: str, before: str | None, target: int
) -> Body:
    """A change of a ticket, with its comment and its new status, as the export of ticket events has it."""
    audit = zendesk_id("audit", course.key, number)
    system = step.by == "system"
    shown = via("rule" if system else course.channel if step.by == "requester" else "web")
    children: list[Body] = []
    if step.said:
        children.append({
            "id": audit + 1, "via": shown, "via_reference_id": None, "type": "Comment", "author_id": author,
            "body": comment_text(course, step, product, target), "public": step.is_public, "attachments": [],
            "audit_id": audit, "created_at": stamp(step.at), "event_type": "Comment",
        })  # fmt: skip
    if step.status:
        children.append({
            "id": audit + 2, "via": shown["channel"], "via_reference_id": None, "event_type": "Change",
            "status": step.status, "previous_value": before,
        })  # fmt: skip
    return {
        "id": audit, "ticket_id": ticket, "timestamp": step.at, "created_at": stamp(step.at),
        "updater_id": -1 if system else author, "via": shown["channel"], "event_type": "Audit",
        "system": {"client": None, "location": None, "latitude": None, "longitude": None}, "metadata": {},
        "child_events": children, "merged_ticket_ids": [],
    }  # fmt: skip


def comment_text(course: Course, step: Step, product: str, target: int = 0) -> str:
    """What was written at a step."""
    subject = SUBJECTS[course.topic].format(product)
    return SAID[step.said].format(subject=subject[0].lower() + subject[1:], product=product, target=target)


def via(channel: str) -> dict[str, Any]:
    """How it came."""
    return {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}}
