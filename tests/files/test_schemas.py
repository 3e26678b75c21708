"""Templates are files that pass; differences are counted by what names a row."""

from __future__ import annotations

import pytest

from app.access import ROLES
from app.files.catalogue import BY_NAME, FILES
from app.files.check import FORMATS, check
from app.files.difference import difference
from app.files.schema import FileSchema
from app.files.template import template

HEAD = "claimed_on,department,metric,value,note,source\n"


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("schema", FILES, ids=lambda schema: schema.name)
def test_a_template_is_a_file_of_one_row_that_passes(schema: FileSchema, ending: str) -> None:
    found = check(f"{schema.name}.{ending}", template(schema, ending), schema)
    assert [str(problem) for problem in found.problems] == []
    assert len(found.rows) == 1


@pytest.mark.parametrize("schema", FILES, ids=lambda schema: schema.name)
def test_a_csv_template_and_a_workbook_say_the_same(schema: FileSchema) -> None:
    as_csv, as_workbook = (check(f"{schema.name}.{each}", template(schema, each), schema).rows for each in FORMATS)
    assert as_csv == as_workbook


@pytest.mark.parametrize("schema", FILES, ids=lambda schema: schema.name)
def test_a_schema_names_roles_and_columns_that_exist(schema: FileSchema) -> None:
    assert set(schema.writers) <= set(ROLES) and "engineer" not in schema.readers
    assert set(schema.key) <= set(schema.header)
    assert schema.own_rows in ("", *schema.header)


def test_rows_that_are_new_other_or_gone_are_told_apart() -> None:
    before, after = (
        check("claims.csv", (HEAD + rows).encode(), BY_NAME["claims"]).rows
        for rows in (
            "2026-01-31,sales,arr,13100000,,CRM\n2026-01-31,finance,arr,12300000,,\n2026-01-31,product,users,4500,,\n",
            "2026-01-31,finance,arr,12300000.00,,\n2026-01-31,sales,arr,13100000,,Deck\n2026-02-28,sales,arr,1,,\n",
        )
    )
    found = difference(before, after, BY_NAME["claims"])
    assert [change.row["claimed_on"] for change in found.added] == ["2026-02-28"]
    assert [(change.before["source"], change.after["source"])  # type: ignore[index]
            for change in found.changed] == [("CRM", "Deck")]  # fmt: skip
    assert [change.row["department"] for change in found.removed] == ["product"]
    assert len(found.all) == 3
