"""What is published about the company's own files is what the code holds, from the page to the models."""

from __future__ import annotations

from ruamel.yaml import YAML

from app.files.catalogue import BY_NAME, FILES
from app.settings import ROOT
from pipelines.sandbox.birth import COLUMNS

from .file_tables import PAGE, whole_page
from .tree import listed, read


def test_the_page_of_files_says_what_the_schemas_say() -> None:
    assert read(PAGE) == whole_page(read(PAGE)), f"{PAGE} is behind. Run `python -m tests.house.file_tables`."


def test_every_file_has_its_staging_its_contract_and_its_place_in_the_sandbox() -> None:
    missing = [
        path
        for schema in FILES
        for path in (f"checks/raw_files/{schema.name}.yml", f"models/staging/files/stg_files__{schema.name}.sql")
        if not (ROOT / path).exists()
    ]
    assert not missing, listed(missing, "A file has a contract and a staging view.")
    assert {name: schema.header for name, schema in BY_NAME.items()} == COLUMNS


def test_contracts_know_every_column_of_the_schema() -> None:
    found = []
    for schema in FILES:
        contract = YAML(typ="safe").load(read(f"checks/raw_files/{schema.name}.yml"))
        known = {column["name"] for column in contract["columns"]}
        found += [f"{schema.name}.{name}" for name in schema.header if name not in known]
    assert not found, listed(found, "Name the column in checks/raw_files/<file>.yml.")
