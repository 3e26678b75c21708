"""The forms on the company's website and who filled them in: what made a lead, and what came before a deal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.campaigns import Campaign
from pipelines.sandbox.company.dice import share
from pipelines.sandbox.company.hubspot_bodies import PORTAL, uuid_of
from pipelines.sandbox.company.hubspot_contacts import Person, with_utm
from pipelines.sandbox.company.hubspot_mail import Happening
from pipelines.sandbox.company.times import DAY, START, at


@dataclass(frozen=True)
class Form:
    """A form, the page it stands on, and when it was made and last edited."""

    name: str
    path: str
    made: int
    edited: int

    @property
    def guid(self) -> str:
        return uuid_of("form", self.name)


DEMO = Form("Demo request", "/demo", START - 60 * DAY, at(2025, 3, 4, 9, 12))
CONTACT = Form("Contact us", "/contact", START - 60 * DAY, START - 59 * DAY)
NEWSLETTER = Form("Newsletter sign-up", "/newsletter", START - 60 * DAY, at(2024, 8, 20, 14, 3))
GUIDE = Form("Guide download", "/guides/automation-handbook", START - 30 * DAY, at(2026, 6, 29, 8, 45))
WEBINAR = Form("Webinar registration", "/webinars", START - 20 * DAY, at(2024, 9, 2, 16, 30))
FIELDS = ("email", "firstname", "lastname", "company", "utm_source", "utm_medium", "utm_campaign")
FORMS = (DEMO, CONTACT, NEWSLETTER, GUIDE, WEBINAR)


@dataclass(frozen=True, slots=True)
class Submission:
    """A form as somebody sent it in."""

    form: Form
    at: int
    campaign: Campaign | None


def submissions(one: Person, happened: list[Happening], until: int) -> list[Submission]:
    """What a contact filled in by an instant, oldest first."""
    found = [*_first(one), *_later(one), *_from_mail(one, happened)]
    return sorted((each for each in found if each.at <= until), key=lambda each: each.at)


def _first(one: Person) -> Iterator[Submission]:
    """What made the contact: nothing where a list was imported, Sales wrote, or an advertisement had its own form."""
    if one.kind == "subscriber":
        yield Submission(NEWSLETTER, one.created, None)
    elif one.kind == "second":
        yield Submission(WEBINAR, one.created, None)
    elif one.who is not None and one.source not in ("OFFLINE",) and not _is_lead_ad(one.campaign):
        yield Submission(_form_of(one.who.source, share(one.key, "form")), one.created, one.campaign)


def _is_lead_ad(campaign: Campaign | None) -> bool:
    return campaign is not None and campaign.name.startswith("Lead ads")


def _form_of(lead_source: str, chance: float) -> Form:
    if lead_source == "Content":
        return GUIDE
    if lead_source == "Event":
        return WEBINAR
    if lead_source == "Partner":
        return CONTACT
    if lead_source == "Paid Search":
        return DEMO if chance < 0.7 else GUIDE
    if lead_source == "Web":
        return DEMO if chance < 0.6 else CONTACT
    return DEMO


def _later(one: Person) -> Iterator[Submission]:
    """A second form, by some, before Sales has opened a deal or ruled the lead out."""
    who = one.who
    if who is None or who.is_migrated or who.is_self_serve or share(one.key, "again") >= 0.12:
        return
    instant = one.created + int((1 + 18 * share(one.key, "again at")) * DAY)
    if who.opened_at is None or instant < who.opened_at:
        form = (GUIDE, WEBINAR, CONTACT, DEMO)[int(share(one.key, "again form") * 4)]
        yield Submission(form, instant, None)


def _from_mail(one: Person, happened: list[Happening]) -> Iterator[Submission]:
    """A registration a few minutes after the click on an invitation, a request after one on a mail about the trial."""
    for each in happened:
        form = {"webinar_invitations": WEBINAR, "nurture_trial": DEMO}.get(each.mailing.campaign.utm_campaign)
        if each.type == "CLICK" and form is not None and share(one.key, each.mailing.key, "fills in") < 0.35:
            instant = each.at + 60 + int(900 * share(one.key, each.mailing.key, "minutes"))
            yield Submission(form, instant, each.mailing.campaign)


def submission_body(one: Person, each: Submission, number: int) -> Body:
    """A submission as HubSpot's form integrations tell it; the address stands there as it was typed."""
    typed = one.email
    if share(one.key, "typed", number) < 0.06:
        typed = typed.upper() if share(one.key, "shift", number) < 0.3 else typed.capitalize() + " "
    fields = [("email", typed), ("firstname", one.given), ("lastname", one.family), ("company", one.company)]
    if each.campaign is not None:  # hidden fields, which the page fills from its own address
        fields += [("utm_source", each.campaign.utm_source), ("utm_medium", each.campaign.utm_medium),
                   ("utm_campaign", each.campaign.utm_campaign)]  # fmt: skip
    return {
        "conversionId": uuid_of("submission", one.key, number), "submittedAt": each.at * 1000,
        "values": [{"name": name, "value": value, "objectTypeId": "0-1"} for name, value in fields if value],
        "pageUrl": with_utm(each.form.path, each.campaign),
    }  # fmt: skip


def form_body(form: Form) -> Body:
    """A form as the forms API v2 tells it."""
    groups = [
        {"default": True, "isSmartGroup": False, "richText": {"content": ""}, "fields": [
            {"name": name, "label": name.capitalize(), "type": "string", "fieldType": "text", "description": "",
             "groupName": "contactinformation", "displayOrder": order, "required": name == "email", "enabled": True,
             "hidden": name.startswith("utm_"), "defaultValue": "", "isSmartField": False, "options": [],
             "selectedOptions": []}]}
        for order, name in enumerate(FIELDS)
    ]  # fmt: skip
    return {
        "portalId": PORTAL, "guid": form.guid, "name": form.name, "action": "", "method": "POST", "cssClass": "",
        "redirect": "", "submitText": "Submit", "followUpId": "", "notifyRecipients": "", "leadNurturingCampaignId": "",
        "formFieldGroups": groups, "createdAt": form.made * 1000, "updatedAt": form.edited * 1000,
        "ignoreCurrentValues": False, "deletable": True, "inlineMessage": "Thank you.", "captchaEnabled": False,
        "cloneable": True, "editable": True, "formType": "HUBSPOT", "metaData": [], "deletedAt": 0,
    }  # fmt: skip
