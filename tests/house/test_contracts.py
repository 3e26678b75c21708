"""Every stream that is loaded and every mart has a contract that Soda understands, in words people can read."""

from __future__ import annotations

import os

from ruamel.yaml import YAML

from app.settings import ROOT
from pipelines.contracts import Contract, read_contracts

from .marts import marts
from .tree import listed, read


def test_soda_understands_every_contract(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("SODA_CORE_TELEMETRY_ENABLED", "false")
    assert os.environ["SODA_CORE_TELEMETRY_ENABLED"] == "false"
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


def test_every_selected_stream_has_a_contract() -> None:
    have = {contract.dataset.replace("_", "") for contract in read_contracts()}
    missing = sorted(dataset for dataset in _selected_streams() if dataset.replace("_", "") not in have)
    assert not missing, listed(missing, "Add checks/<raw schema>/<table>.yml for the stream of meltano.yml.")


def test_every_raw_stream_promises_to_be_loaded_in_time() -> None:
    found = [
        str(contract.path.relative_to(ROOT))
        for contract in read_contracts()
        if contract.dataset.startswith("raw_") and not _has_heartbeat(contract)
    ]
    assert not found, listed(found, "Add the promise on portal.load_run: quiet is not stale, the heartbeat tells.")


def _has_heartbeat(contract: Contract) -> bool:
    return "portal.load_run" in contract.path.read_text() or contract.dataset.startswith("raw_stripe_webhook.")


def _selected_streams() -> set[str]:
    """raw_<source>.<stream> of each extractor's select: in meltano.yml; 'customers.*' selects customers."""
    plugins = YAML(typ="safe").load(read("meltano.yml"))["plugins"]["extractors"]
    return {
        f"raw_{plugin['name'].removeprefix('tap-')}.{stream.split('.')[0].lower()}"
        for plugin in plugins
        for stream in plugin.get("select", [])
        if not stream.startswith("!") and "*" not in stream.split(".")[0]
    }
