"""Each test is one statement of Salesforce's OAuth and REST API guides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.settings import Settings
from tests.vendors.conftest import Ask, Client
from tests.vendors.tiny_company import NOW, Store

QUERY = "/services/data/v61.0/query"
QUERY_ALL = "/services/data/v61.0/queryAll"


@pytest.mark.parametrize(
    ("field", "error"),
    [("client_id", "invalid_client_id"), ("client_secret", "invalid_client"), ("refresh_token", "invalid_grant"),
     ("grant_type", "unsupported_grant_type")],
)
def test_a_login_with_one_thing_wrong_names_it(login: Ask, field: str, error: str) -> None:
    answer = login(**{field: "wrong"})
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_login_gives_a_token_and_the_host_to_use(login: Ask) -> None:
    answer = login().json()
    assert answer["instance_url"].endswith(".my.salesforce.com")
    assert answer["token_type"] == "Bearer"
    assert len(answer["access_token"]) > 40


def test_an_invalid_token_is_an_invalid_session(salesforce: Ask) -> None:
    answer = salesforce("/services/data/v61.0/sobjects", token="old")
    assert answer.status_code == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_objects_are_listed_and_described(salesforce: Ask) -> None:
    names = {entry["name"] for entry in salesforce("/services/data/v61.0/sobjects").json()["sobjects"]}
    assert names == {
        "Account", "Contact", "ForecastingQuota", "Lead", "Opportunity", "OpportunityFieldHistory",
        "OpportunityHistory", "OpportunitySplit", "OpportunitySplitType", "User", "UserRole",
    }
    described = salesforce("/services/data/v61.0/sobjects/Account/describe").json()["fields"]
    types = {field["name"]: field["type"] for field in described}
    assert types["Id"] == "id"
    assert types["SystemModstamp"] == "datetime"
    assert types["Stripe_Customer_Id__c"] == "string"


def fields(salesforce: Ask, name: str) -> dict[str, dict[str, object]]:
    described = salesforce(f"/services/data/v61.0/sobjects/{name}/describe").json()["fields"]
    return {field["name"]: field for field in described}


def test_the_values_of_a_field_history_are_of_any_type_and_cannot_be_filtered(salesforce: Ask) -> None:
    known = fields(salesforce, "OpportunityFieldHistory")
    assert {name: known[name]["type"] for name in ("OldValue", "NewValue", "Field", "DataType", "CreatedDate")} == {
        "OldValue": "anyType", "NewValue": "anyType", "Field": "picklist", "DataType": "picklist",
        "CreatedDate": "datetime",
    }
    assert [known[name]["filterable"] for name in ("OldValue", "Field")] == [False, True]
    answer = salesforce(QUERY, q="SELECT Id FROM OpportunityFieldHistory WHERE OldValue = 'Proposal'")
    assert answer.json() == [
        {"errorCode": "INVALID_FIELD", "message": "field 'OldValue' can not be filtered in a query call"}
    ]


def test_a_field_history_gives_each_value_in_its_own_type(salesforce: Ask) -> None:
    ask = "SELECT Field, DataType, OldValue, NewValue FROM OpportunityFieldHistory ORDER BY CreatedDate ASC"
    found = [tuple(record[name] for name in ("Field", "OldValue", "NewValue"))
             for record in salesforce(QUERY_ALL, q=ask).json()["records"]]
    assert found == [
        ("created", None, None), ("StageName", "Proposal", "Closed Won"), ("Amount", 1000, 1200.5),
        ("CloseDate", "2026-12-01", "2026-11-02"), ("Owner", "005000000000002AAA", "005000000000001AAA"),
    ]


@pytest.mark.parametrize(
    ("name", "lacking"),
    [("OpportunityFieldHistory", "SystemModstamp"), ("OpportunityFieldHistory", "LastModifiedDate"),
     ("ForecastingQuota", "IsDeleted"), ("UserRole", "CreatedDate"), ("UserRole", "IsDeleted")],
)
def test_not_every_object_has_every_system_field(salesforce: Ask, name: str, lacking: str) -> None:
    assert lacking not in fields(salesforce, name)
    answer = salesforce(QUERY, q=f"SELECT Id, {lacking} FROM {name}")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_FIELD")


def test_a_day_filters_a_date_field(salesforce: Ask) -> None:
    ask = "SELECT QuotaAmount FROM ForecastingQuota WHERE StartDate >= {} ORDER BY StartDate ASC"
    assert [entry["QuotaAmount"] for entry in salesforce(QUERY, q=ask.format("2026-10-01")).json()["records"]] == [
        90_000.5
    ]
    assert salesforce(QUERY, q=ask.format("2026-10-02")).json()["totalSize"] == 0


def test_a_deleted_contact_is_in_the_recycle_bin(salesforce: Ask) -> None:
    ask = "SELECT Name, IsDeleted FROM Contact"
    assert [entry["Name"] for entry in salesforce(QUERY, q=ask).json()["records"]] == ["Kim Hart"]
    assert salesforce(QUERY_ALL, q=ask).json()["totalSize"] == 2
    assert salesforce(QUERY_ALL, q=ask + " WHERE IsDeleted = true").json()["totalSize"] == 1


def test_an_unknown_object_is_not_found(salesforce: Ask) -> None:
    answer = salesforce("/services/data/v61.0/sobjects/Unicorn/describe")
    assert answer.status_code == 404
    assert answer.json() == [{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}]


def test_a_query_gives_the_fields_asked_for_and_their_record(salesforce: Ask) -> None:
    answer = salesforce(QUERY, q="SELECT Id, Name FROM Account").json()
    assert answer == {
        "totalSize": 1, "done": True,
        "records": [{
            "attributes": {"type": "Account", "url": "/services/data/v61.0/sobjects/Account/001000000000000001"},
            "Id": "001000000000000001", "Name": "O'Hara",
        }],
    }


def test_deleted_records_come_only_with_query_all(salesforce: Ask) -> None:
    ask = "SELECT Id, IsDeleted FROM Opportunity ORDER BY SystemModstamp ASC"
    assert salesforce(QUERY, q=ask).json()["totalSize"] == 1
    assert [entry["IsDeleted"] for entry in salesforce(QUERY_ALL, q=ask).json()["records"]] == [False, True]


def test_an_instant_filters_to_the_second(salesforce: Ask) -> None:
    changed = NOW - timedelta(days=19)
    ask = "SELECT Id FROM Opportunity WHERE SystemModstamp >= {} ORDER BY SystemModstamp ASC"
    at, after = (moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") for moment in (changed, changed + timedelta(seconds=1)))
    assert salesforce(QUERY_ALL, q=ask.format(at)).json()["totalSize"] == 1
    assert salesforce(QUERY_ALL, q=ask.format(after)).json()["totalSize"] == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [("SELECT FROM Account", "MALFORMED_QUERY"), ("DELETE FROM Account", "MALFORMED_QUERY"),
     ("SELECT Id FROM Account WHERE Name LIKE 'x'", "MALFORMED_QUERY"),
     ("SELECT Id FROM Unicorn", "INVALID_TYPE"), ("SELECT Colour FROM Account", "INVALID_FIELD")],
)
def test_a_wrong_query_is_refused_with_its_code(salesforce: Ask, query: str, code: str) -> None:
    answer = salesforce(QUERY, q=query)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_quotes_in_a_text_are_escaped(salesforce: Ask) -> None:
    assert salesforce(QUERY, q=r"SELECT Id FROM Account WHERE Name = 'O\'Hara'").json()["totalSize"] == 1


def test_more_than_two_thousand_records_come_in_pages(salesforce: Ask, settings: Settings) -> None:
    store = Store(settings.home)
    for number in range(4_100):
        store.salesforce("Lead", f"00Q{number:015d}", NOW - timedelta(hours=1), LastName=f"L{number}")
    store.save()
    page = salesforce(QUERY, q="SELECT Id FROM Lead").json()
    sizes, seen = [len(page["records"])], {entry["Id"] for entry in page["records"]}
    while not page["done"]:
        page = salesforce(page["nextRecordsUrl"], q="SELECT Id FROM Lead").json()
        sizes.append(len(page["records"]))
        seen |= {entry["Id"] for entry in page["records"]}
    assert (sizes, len(seen), page["totalSize"]) == ([2000, 2000, 100], 4100, 4100)


def test_an_expired_locator_is_refused(salesforce: Ask) -> None:
    answer = salesforce(f"{QUERY}/01gold-2000")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_every_answer_counts_against_the_daily_limit(salesforce: Ask) -> None:
    used = [salesforce("/services/data/v61.0/sobjects").headers["sforce-limit-info"] for _ in range(2)]
    assert used == ["api-usage=1/100000", "api-usage=2/100000"]


@pytest.mark.parametrize(("status", "code"), [(403, "REQUEST_LIMIT_EXCEEDED"), (503, "SERVER_UNAVAILABLE")])
def test_a_fault_is_worded_as_salesforce_does(
    vendors: Client, salesforce: Ask, status: int, code: str
) -> None:
    vendors.post("/_sandbox/faults", json={"vendor": "salesforce", "status": status, "times": 1, "retry_after": 7})
    answer = salesforce("/services/data/v61.0/sobjects")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)
    assert answer.headers["retry-after"] == "7"
