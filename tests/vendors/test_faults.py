"""What goes wrong on purpose over HTTP, where it takes more than a status."""

from __future__ import annotations

import asyncio

import httpx

from app.settings import Settings
from pipelines.sandbox.vendors.server import application
from tests.vendors.tiny_company import write_company

FAULTS = "http://127.0.0.1/_sandbox/faults"


def test_an_answer_that_is_held_comes_when_the_faults_of_its_vendor_end(settings: Settings) -> None:
    write_company(settings.home).connection.close()

    async def ask() -> tuple[int, int, list[bool], dict[str, list[str]]]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application(settings))) as client:
            await client.post(FAULTS, json=[{"vendor": name, "kind": "held"} for name in ("stripe", "salesforce")])
            asked = [asyncio.create_task(client.get(f"https://{host}/v1/charges"))
                     for host in ("api.stripe.com", "login.salesforce.com")]  # fmt: skip
            await asyncio.sleep(0.1)
            done = [one.done() for one in asked]
            struck = (await client.delete(FAULTS, params={"vendor": "stripe"})).json()["struck"]
            first = await asked[0]
            done.append(asked[1].done())
            await client.delete(FAULTS)
            return first.status_code, (await asked[1]).status_code, done, struck

    first, second, done, struck = asyncio.run(ask())
    assert done == [False, False, False]
    assert (first, second) == (401, 400)
    assert struck == {"stripe": ["held"], "salesforce": ["held"]}
