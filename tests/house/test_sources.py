"""Every source has all of its parts, as docs/architecture.md ("Add a source") names them; what is missing is named."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from app.settings import ROOT
from pipelines.lineage import plain
from pipelines.sources import all_sources, source_names

from .tree import listed, parse, read, under

OWN = "tap-plumbline-files"
"""The tap of ours whose environment the others share."""
WITHOUT_VENDOR = {"files", "production"}
"""Sources of which the sandbox company itself holds what a vendor would: a folder, and a database."""
COMPANY, VENDORS = "pipelines/sandbox/company", "pipelines/sandbox/vendors"
SIMULATED = sorted({path.parent.name for path in (ROOT / VENDORS).glob("*/*.*") if path.suffix != ".pyc"})
UNREAD = {"stripe.coupons"}
"""Streams that are loaded for whoever looks at raw tables; no figure needs them."""
TOLD_ELSEWHERE = {"production": "written before the departments, which read it"}


@cache
def extractors() -> Mapping[str, Mapping[str, Any]]:
    """The extractors of meltano.yml by their names."""
    return {each["name"]: each for each in YAML(typ="safe").load(read("meltano.yml"))["plugins"]["extractors"]}


def there(path: str) -> bool:
    return (ROOT / path).exists()


def test_every_extractor_belongs_to_a_source_and_loads_into_its_schema() -> None:
    missing = [
        f"pipelines/sources/{source}.py, for {name} of meltano.yml"
        for name, each in extractors().items()
        if not there(f"pipelines/sources/{(source := each['load_schema'].removeprefix('raw_'))}.py")
    ]
    assert not missing, listed(missing, "Declare the source there, or mend load_schema.")
    found = [
        f"pipelines/sources/{source.name}.py names {name}, which meltano.yml does not load into {source.schema}"
        for source in all_sources().values()
        for name in source.extractors
        if extractors().get(name, {}).get("load_schema") != source.schema
    ]
    assert not found, listed(found, "Add the tap to meltano.yml, with load_schema and select.")


def test_every_tap_of_ours_is_a_program_with_a_package_and_a_test() -> None:
    scripts = tomllib.loads(read("pipelines/taps/pyproject.toml"))["project"]["scripts"]
    wanted = {each["executable"] for name, each in extractors().items() if OWN in (name, each.get("inherit_from"))}
    missing = [f"pipelines/taps/pyproject.toml: {name}, which meltano.yml runs" for name in wanted - set(scripts)]
    assert not missing, listed(missing, "Add it under [project.scripts].")
    modules = {target.partition(":")[0] for target in scripts.values()}
    files = [f"pipelines/taps/{module.replace('.', '/')}.py" for module in modules]
    missing = [file for file in files if not there(file)]
    assert not missing, listed(missing, "pipelines/taps/pyproject.toml names it. Write the tap.")
    tested = "\n".join(read(name) for name in under("tests/taps/", "tests/files/", end=".py"))
    missing = [
        f"tests/taps/test_{module.partition('.')[0]}.py"
        for module in modules
        if not re.search(rf"^from {re.escape(module)} import", tested, re.MULTILINE)
    ]
    assert not missing, listed(missing, "Test the tap there, first by the Singer SDK's conformance tests.")


def test_the_licence_of_every_kept_tap_is_told() -> None:
    told = read("docs/licences.md")
    missing = [
        f"docs/licences.md: {each['executable']}"
        for name, each in extractors().items()
        if "pip_url" in each and name != OWN and each["executable"] not in told
    ]
    assert not missing, listed(missing, "Say under which licence it is, and what that means here.")


@pytest.mark.parametrize("source", source_names())
def test_every_source_has_a_page_and_a_row_in_the_list(source: str) -> None:
    assert there(f"docs/sources/{source}.md"), f"docs/sources/{source}.md is missing. Say what is loaded, and how."
    assert f"]({source}.md)" in read("docs/sources/README.md"), f"docs/sources/README.md has no row for {source}."


@pytest.mark.parametrize("source", source_names())
def test_every_stream_of_a_source_is_staged_by_a_documented_view(source: str) -> None:
    folder = f"models/staging/{source}"
    assert there(f"{folder}/_sources.yml"), f"{folder}/_sources.yml is missing. Declare the raw tables there."
    declared = YAML(typ="safe").load(read(f"{folder}/_sources.yml"))["sources"]
    tables = {
        plain(table.get("identifier", table["name"])): table["name"]
        for each in declared
        if each["schema"] == f"raw_{source}"
        for table in each["tables"]
    }
    missing = [
        f"{folder}/_sources.yml: {stream.name}"
        for stream in all_sources()[source].streams
        if plain(stream.name) not in tables
    ]
    assert not missing, listed(missing, "Declare the raw table of each stream that pipelines/sources/ names.")
    views = under(f"{folder}/", end=".sql")
    text = "\n".join(read(view) for view in views)
    missing = [
        f"{folder}/stg_{source}__{table}.sql"
        for table in tables.values()
        if f'"{table}"' not in text and f"{source}.{table}" not in UNREAD
    ]
    assert not missing, listed(missing, "No view reads the raw table. Write one that does, by the macro raw(…).")
    missing = [f"{view.removesuffix('.sql')}.yml" for view in views if not there(f"{view.removesuffix('.sql')}.yml")]
    assert not missing, listed(missing, "Say there what a row is, and what each column means.")


@pytest.mark.parametrize("source", source_names())
def test_every_stream_of_a_source_has_a_contract(source: str) -> None:
    paths = [f"checks/raw_{source}/{stream.name}.yml" for stream in all_sources()[source].streams]
    have = {plain(name) for name in under(f"checks/raw_{source}/")}
    missing = [path for path in paths if plain(path) not in have]
    assert not missing, listed(missing, "Promise there what the models need, and when the source is loaded.")


@pytest.mark.parametrize("source", sorted(set(source_names()) - WITHOUT_VENDOR))
def test_every_source_has_a_simulated_vendor(source: str) -> None:
    assert there(f"{VENDORS}/{source}/__init__.py"), f"{VENDORS}/{source}/__init__.py is missing. Declare its VENDOR."


@pytest.mark.parametrize("vendor", SIMULATED)
def test_every_simulated_vendor_lists_the_statements_it_follows_and_has_a_test_of_them(vendor: str) -> None:
    readme, test = f"{VENDORS}/{vendor}/README.md", f"tests/vendors/test_{vendor}.py"
    assert there(readme), f"{readme} is missing. List the statements of the vendor's documentation, numbered."
    assert re.search(r"^1\. ", read(readme), re.MULTILINE), f"{readme} numbers no statement of the documentation."
    assert there(test), f"{test} is missing. Write one test per statement of {readme}."


def test_every_department_is_part_of_the_company() -> None:
    missing = [
        f"{COMPANY}/{name}.py, which DEPARTMENTS names" for name in _departments() if not there(f"{COMPANY}/{name}.py")
    ]
    assert not missing, listed(missing, "Write what the company keeps there.")
    found = [
        f"{COMPANY}/__init__.py: {Path(name).stem}.write"
        for name in under(f"{COMPANY}/")
        if any(isinstance(node, ast.FunctionDef) and node.name == "write" for node in parse(name).body)
        and Path(name).stem not in _departments() | TOLD_ELSEWHERE.keys()
    ]
    assert not found, listed(found, "The company never does it. Add it to DEPARTMENTS.")


def test_the_company_tells_what_every_stream_must_hold() -> None:
    from pipelines.sandbox.company.streams import STREAMS

    told = {(each.source, each.stream) for each in STREAMS}
    declared = {(source.name, stream.name) for source in all_sources().values() for stream in source.streams}
    missing = [f"{COMPANY}/streams.py: {source}.{stream}" for source, stream in sorted(declared - told)]
    assert not missing, listed(missing, "Add it to STREAMS, so that `plumbline verify` compares it.")
    missing = [f"pipelines/sources/{source}.py: the stream {stream}" for source, stream in sorted(told - declared)]
    assert not missing, listed(missing, "The company tells of it. Name the stream there, with its key.")


@pytest.mark.parametrize("source", source_names())
def test_the_sandbox_s_readme_says_what_the_company_keeps_there(source: str) -> None:
    told = re.findall(r"\*\*([A-Za-z0-9_]+)\*\*", read("pipelines/sandbox/README.md"))
    assert source in {name.lower() for name in told}, (
        f"pipelines/sandbox/README.md has no paragraph **{source}**. Say which objects there are and what is in them."
    )


@pytest.mark.parametrize("source", source_names())
def test_every_source_is_loaded_by_a_test(source: str) -> None:
    tests = [name for name in under("tests/load/test_", end=".py") if f'"{source}"' in read(name)]
    assert tests, (
        f"tests/load/test_{source}.py is missing: no test loads {source}. Load it by real Meltano from its simulator, "
        "and compare with the company's books."
    )


def _departments() -> set[str]:
    """The modules that DEPARTMENTS names, as they are written there: one that is missing cannot be imported."""
    [value] = [
        node.value
        for node in parse(f"{COMPANY}/__init__.py").body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "DEPARTMENTS"
    ]
    return {node.id for node in ast.walk(value) if isinstance(node, ast.Name)} if value else set()
