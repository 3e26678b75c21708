"""Sales as Salesforce has it: whom it knows, what was changed when, who has the credit, and what was asked of whom."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from pipelines.sandbox.company import Company

FIELDS = {"StageName": "StageName", "Amount": "Amount", "CloseDate": "CloseDate"}


def held(company: Company, kind: str, vendor: str = "salesforce") -> dict[str, Any]:
    return {key: one.body for (found, name, key), one in company.book.objects.items()
            if (found, name) == (vendor, kind)}  # fmt: skip


@pytest.fixture(scope="module")
def changes(company: Company) -> dict[str, list[Any]]:
    """The changes of each opportunity, oldest first."""
    found: dict[str, list[Any]] = defaultdict(list)
    for one in sorted(held(company, "OpportunityFieldHistory").values(), key=lambda change: change["CreatedDate"]):
        found[one["OpportunityId"]].append(one)
    return found


def test_a_converted_lead_became_a_contact_at_its_account_by_the_same_address(company: Company) -> None:
    contacts, marketing = held(company, "Contact"), held(company, "contact", "hubspot")
    addresses = {one["properties"]["email"] for one in marketing.values()}
    converted = [one for one in held(company, "Lead").values() if one["IsConverted"]]
    assert len(converted) > 100
    for lead in converted:
        contact = contacts[lead["ConvertedContactId"]]
        assert contact["AccountId"] == lead["ConvertedAccountId"]
        assert (contact["Email"], contact["LastName"]) == (lead["Email"], lead["LastName"])
        assert contact["Email"] in addresses
    assert not any(one["ConvertedContactId"] for one in held(company, "Lead").values() if not one["IsConverted"])


def test_administrators_are_the_products_users_of_that_name(company: Company) -> None:
    names = defaultdict(set)
    for user in held(company, "users", "production").values():
        names[user["email"]].add(user["full_name"])
    admins = [one for one in held(company, "Contact").values() if one["Title"] == "Administrator"]
    assert len(admins) > 20
    assert [one["Name"] for one in admins if one["Name"] not in names[one["Email"]]] == []


def test_every_contact_has_an_account_and_a_few_were_deleted(company: Company) -> None:
    accounts, contacts = held(company, "Account"), held(company, "Contact").values()
    assert [one["Id"] for one in contacts if one["AccountId"] not in accounts] == []
    deleted = [one for one in contacts if one["IsDeleted"]]
    assert 0 < len(deleted) < len(contacts) / 20
    assert all(one["SystemModstamp"] > one["CreatedDate"] for one in deleted)


def test_each_change_begins_where_the_last_one_ended_and_the_last_is_what_stands(
    company: Company, changes: dict[str, list[Any]]
) -> None:
    opportunities = held(company, "Opportunity")
    followed = 0
    for key, found in changes.items():
        for field in FIELDS:
            chain = [(one["OldValue"], one["NewValue"]) for one in found if one["Field"] == field]
            assert all(old != new for old, new in chain)
            assert [new for _, new in chain[:-1]] == [old for old, _ in chain[1:]]
            if chain:
                followed += 1
                assert chain[-1][1] == opportunities[key][field]
    assert followed > 50


def test_both_histories_tell_the_same_of_a_save(company: Company, changes: dict[str, list[Any]]) -> None:
    saves: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in held(company, "OpportunityHistory").values():
        saves[one["OpportunityId"]][one["CreatedDate"]] = one
    guessed = 0
    for key, found in changes.items():
        for one in found:
            if one["Field"] in FIELDS:
                assert saves[key][one["CreatedDate"]][one["Field"]] == one["NewValue"]
                guessed += one["Field"] == "Amount"
    assert guessed > 3


def test_a_change_of_owner_is_told_by_name_and_by_id(company: Company, changes: dict[str, list[Any]]) -> None:
    users, opportunities = held(company, "User"), held(company, "Opportunity")
    handed = 0
    for key, found in changes.items():
        told = {one["DataType"]: one for one in found if one["Field"] == "Owner"}
        if told:
            handed += 1
            for value in ("OldValue", "NewValue"):
                assert users[told["EntityId"][value]]["Name"] == told["Text"][value]
            assert told["EntityId"]["NewValue"] == opportunities[key]["OwnerId"]
    assert handed > 0


def test_shared_credit_is_the_whole_amount_between_two(company: Company) -> None:
    opportunities = held(company, "Opportunity")
    whole = next(key for key, one in held(company, "OpportunitySplitType").items() if one["IsTotalValidated"])
    shares = defaultdict(list)
    for one in held(company, "OpportunitySplit").values():
        assert one["SplitTypeId"] == whole
        shares[one["OpportunityId"]].append(one)
    assert len(shares) > 5
    for key, found in shares.items():
        assert sum(one["SplitPercentage"] for one in found) == 100
        assert sum(round(100 * one["SplitAmount"]) for one in found) == round(100 * opportunities[key]["Amount"])
        assert len({one["SplitOwnerId"] for one in found}) == 2
        assert opportunities[key]["OwnerId"] in {one["SplitOwnerId"] for one in found}


def test_salesforce_and_the_files_have_the_same_quotas(company: Company) -> None:
    told = {(one["QuotaOwnerId"], one["StartDate"]): one["QuotaAmount"]
            for one in held(company, "ForecastingQuota").values()}  # fmt: skip
    filed = {(row["rep_id"], row["period_start"].isoformat()): float(row["amount"]) for row in company.files["quotas"]}
    assert told == filed
    assert len(told) == 168


def test_everybody_has_a_role_and_every_role_leads_to_the_top(company: Company) -> None:
    roles = held(company, "UserRole")
    for user in held(company, "User").values():
        role, steps = roles[user["UserRoleId"]], 0
        while role["ParentRoleId"]:
            role, steps = roles[role["ParentRoleId"]], steps + 1
        assert (role["Name"], steps <= 2) == ("Chief Revenue Officer", True)
