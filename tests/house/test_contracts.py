"""Every stream that is loaded and every mart has a contract that Soda understands, in words people can read."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from app.settings import ROOT
from app.status import is_heartbeat
from pipelines.contracts import Contract, read_contracts
from pipelines.lineage import plain

from .marts import marts
from .tree import listed, read, under


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_soda_understands_every_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SODA_CORE_TELEMETRY_ENABLED", "false")
    from soda_core.common.yaml import ContractYamlSource
    from soda_core.contracts.contract_verification import ContractVerificationSession

    contracts = read_contracts()
    session = ContractVerificationSession.execute(
        contract_yaml_sources=[ContractYamlSource.from_str(contract.path.read_text()) for contract in contracts],
        only_validate_without_execute=True,
    )
    found = [
        f"{contract.path.relative_to(ROOT)}: {error}"
        for contract, result in zip(contracts, session.contract_verification_results, strict=True)
        for error in ([str(result.error)] if result.error else result.get_errors())
        if "data source" not in error.lower()
    ]
    assert not found, listed(found, "Mend the contract; each check of one kind needs its own qualifier.")


def test_promises_read_as_sentences() -> None:
    found = [
        f"{contract.path.relative_to(ROOT)}: {promise.name!r}"
        for contract in read_contracts()
        for promise in contract.promises
        if " " not in promise.name or not promise.name[0].isupper() or "_" in promise.name
    ]
    assert not found, listed(found, 'Write a promise such as "One row per customer and month": people read it.')


def test_every_mart_has_a_contract() -> None:
    missing = sorted(set(marts()) - {contract.dataset for contract in read_contracts()})
    assert not missing, listed(missing, "Add checks/<schema>/<view>.yml.")


def test_every_stream_that_is_loaded_or_read_has_a_contract() -> None:
    have = {plain(contract.dataset) for contract in read_contracts()}
    missing = sorted(dataset for dataset in _selected() | _declared() if plain(dataset) not in have)
    assert not missing, listed(missing, "Add checks/<raw schema>/<table>.yml for the stream.")


def test_every_raw_stream_promises_to_be_loaded_in_time() -> None:
    found = [
        str(contract.path.relative_to(ROOT))
        for contract in read_contracts()
        if contract.dataset.startswith("raw_") and not _has_heartbeat(contract)
    ]
    assert not found, listed(found, "Add the promise on portal.load_run: quiet is not stale, the heartbeat tells.")


def _has_heartbeat(contract: Contract) -> bool:
    is_named = any(is_heartbeat(promise.name) for promise in contract.promises)
    asks = "portal.load_run" in contract.path.read_text()
    return (is_named and asks) or contract.dataset.startswith("raw_stripe_webhook.")


def _selected() -> set[str]:
    """<raw schema>.<stream> of each extractor's `select:` in meltano.yml: public-users.* selects users."""
    extractors = YAML(typ="safe").load(read("meltano.yml"))["plugins"]["extractors"]
    return {
        f"{extractor['load_schema']}.{stream.split('.')[0].rpartition('-')[2]}"
        for extractor in extractors
        for stream in extractor.get("select", [])
        if not stream.startswith(("!", "*"))
    }


def _declared() -> set[str]:
    """The raw tables that dbt reads, from each models/staging/<source>/_sources.yml."""
    files = under("models/staging/", end="/_sources.yml")
    sources = [source for name in files for source in YAML(typ="safe").load(read(name))["sources"]]
    return {
        f"{source['schema']}.{table['name']}"
        for source in sources
        if source["schema"].startswith("raw_")
        for table in source["tables"]
    }
