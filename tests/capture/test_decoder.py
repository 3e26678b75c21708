"""The decoder against bytes that a real server wrote, and the assembler against the manual's order of messages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import SourceDown
from pipelines.capture.apply import escaped
from pipelines.capture.changes import Assembler, State
from pipelines.capture.decoder import decode
from pipelines.capture.memory import to_number, to_text
from pipelines.capture.messages import (
    NULL,
    UNCHANGED,
    Begin,
    Column,
    Commit,
    Delete,
    Insert,
    Other,
    Relation,
    Truncate,
    TypeName,
    Update,
    packed,
    values_of,
)
from pipelines.capture.raw_types import column_for, holds, raw_type, widened

# Written by PostgreSQL 15.18 with pgoutput, proto_version 1, for a table sample (id integer primary key, mood mood,
# note text stored external): insert, an update that leaves a large note alone, a changed key, delete, truncate.
RECORDED = {
    "begin": (
        "42000000000177220000030422a3d8f0ce000002d9",
        Begin(24584704, datetime(2026, 11, 26, 1, 29, 14, 434766, tzinfo=UTC), 729)),
    "a type that is not built in": (
        "59000040017075626c6963006d6f6f6400", TypeName(16385, "public", "mood")),
    "a relation": (
        "52000040037075626c69630073616d706c65006400030169640000000017ffffffff006d6f6f640000004001ffffffff"
        "006e6f74650000000019ffffffff",
        Relation(16387, "public", "sample", "d", (
            Column("id", 23, -1, True), Column("mood", 16385, -1, False), Column("note", 25, -1, False)))),
    "an insert": (
        "49000040034e00037400000001317400000004676f6f647400000bb8" + "78" * 3000,
        Insert(16387, [b"1", b"good", b"x" * 3000])),
    "an update that leaves a large value alone": (
        "55000040034e00037400000001316e75", Update(16387, None, [b"1", NULL, UNCHANGED])),
    "an update of the key": (
        "55000040034b00037400000001316e6e4e00037400000001326e7400000002c3a9",
        Update(16387, [b"1", NULL, NULL], [b"2", NULL, "é".encode()])),
    "a delete": ("44000040034b00037400000001326e6e", Delete(16387, [b"2", NULL, NULL])),
    "a truncate": ("54000000010000004003", Truncate((16387,))),
    "a commit": (
        "43000000000001772200000000000177237000030422a3d8f0ce",
        Commit(24584704, 24585072, datetime(2026, 11, 26, 1, 29, 14, 434766, tzinfo=UTC))),
}  # fmt: skip
AT = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize(("payload", "expected"), RECORDED.values(), ids=RECORDED.keys())
def test_a_recorded_message_is_read_as_what_was_done(payload: str, expected: object) -> None:
    assert decode(bytes.fromhex(payload)) == expected


def test_an_origin_and_a_message_of_an_application_change_nothing() -> None:
    assert decode(b"O" + bytes(8) + b"elsewhere\x00") == Other("origin")
    assert decode(b"M\x01" + bytes(8) + b"prefix\x00" + bytes(4)) == Other("message")


@pytest.mark.parametrize(
    "payload", [b"", b"Z", b"I\x00\x00", b"I" + bytes(4) + b"N\x00\x01b\x00\x00\x00\x01x",
                b"I" + bytes(4) + b"N\x00\x01t\x00\x00\x00\x09cut", b"R\x00\x00\x00\x01public"],
    ids=["nothing", "no such kind", "cut off", "a binary value", "cut off within a value", "a name without an end"],
)  # fmt: skip
def test_what_is_no_message_is_refused(payload: bytes) -> None:
    with pytest.raises(SourceDown, match=r"cannot be read: kind .* Expected one of pgoutput's protocol version 1"):
        decode(payload)


TEXTS = st.text(st.characters(blacklist_characters="\x00", blacklist_categories=["Cs"]), max_size=300).map(str.encode)
TRAPS = st.sampled_from([b"", b"t", b"nt", b"u" * 0x74, b"t" * 0x74, b"n" * 0x100, b"t" * 0x7400, b"x" * 0x10000])


def message_of(row: list[bytes]) -> bytes:
    """An insert of the row, as the manual describes the message."""
    kinds = {NULL: b"n", UNCHANGED: b"u"}
    values = [kinds[value] if value in kinds else b"t" + pack("!I", len(value)) + value for value in row]
    return b"I" + pack("!I", 1) + b"N" + pack("!H", len(row)) + b"".join(values)


@given(st.lists(st.one_of(TEXTS, TRAPS, st.sampled_from([NULL, UNCHANGED])), min_size=1, max_size=8))
def test_any_row_is_read_as_it_was_written_and_kept_as_it_was_read(row: list[bytes]) -> None:
    assert decode(message_of(row)) == Insert(1, row)
    assert values_of(packed(row)) == row


@pytest.mark.parametrize("row", [[b"x" * 0x740000, b"y"], [b"y", b"x" * 0x740000], [b"x" * 0x740000]])
def test_a_value_whose_length_looks_like_the_begin_of_a_value_is_read_whole(row: list[bytes]) -> None:
    assert decode(message_of(row)) == Insert(1, row)


@given(st.lists(st.one_of(TEXTS, st.just(NULL)), min_size=1, max_size=6), st.integers(1, 40))
def test_a_row_that_is_cut_off_is_refused(row: list[bytes], cut: int) -> None:
    whole = message_of(row)
    with pytest.raises(SourceDown, match="cannot be read"):
        decode(whole[: max(7, len(whole) - cut)])


SAMPLE = Relation(1, "public", "sample", "d", (Column("id", 23, -1, True), Column("a", 25, -1, False),
                                               Column("b", 25, -1, False)))  # fmt: skip


def assembled(*messages: object) -> Assembler:
    assembler = Assembler({1: ("id",)})
    for message in (SAMPLE, Begin(50, AT, 7), *messages, Commit(50, 60, AT)):
        assembler.take(message)  # type: ignore[arg-type]
    return assembler


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ((Insert(1, [b"1", b"x", NULL]), Update(1, None, [b"1", b"y", b"z"])),
         {b"1": State(packed([b"1", b"y", b"z"]), 50)}),
        ((Insert(1, [b"1", b"x", b"big"]), Update(1, None, [b"1", b"y", UNCHANGED])),
         {b"1": State(packed([b"1", b"y", b"big"]), 50)}),
        ((Update(1, None, [b"1", b"y", UNCHANGED]),),
         {b"1": State(packed([b"1", b"y", UNCHANGED]), 50, None, (b"1",))}),
        ((Update(1, [b"1", NULL, NULL], [b"2", b"y", UNCHANGED]),
          Update(1, [b"2", NULL, NULL], [b"3", b"z", UNCHANGED])),
         {b"1": State(None, 50, AT), b"2": State(packed([b"2", b"y", UNCHANGED]), 50, AT, (b"1",)),
          b"3": State(packed([b"3", b"z", UNCHANGED]), 50, None, (b"1",))}),
        ((Insert(1, [b"1", b"x", NULL]), Delete(1, [b"1", NULL, NULL])),
         {b"1": State(packed([b"1", b"x", NULL]), 50, AT)}),
        ((Delete(1, [b"1", NULL, NULL]), Insert(1, [b"1", b"x", NULL])), {b"1": State(packed([b"1", b"x", NULL]), 50)}),
        ((Insert(1, [b"1", b"x", NULL]), Truncate((1,))), {b"1": State(packed([b"1", b"x", NULL]), 50, AT)}),
    ],
    ids=["the last state counts", "a large value is taken from the batch", "or from the raw table",
         "also when the key changes twice", "a row that did not live long", "a key that is used again", "a truncate"],
)  # fmt: skip
def test_a_batch_holds_the_last_state_of_each_key(messages: tuple[object, ...], expected: dict[bytes, State]) -> None:
    chunk = assembled(*messages).give()
    assert {key[0]: state for key, state in chunk.tables[1].states.items()} == expected
    assert (chunk.lsn, chunk.is_whole) == (60, True)


def test_a_half_read_transaction_is_not_handed_over_as_whole() -> None:
    assembler = Assembler({1: ("id",)})
    for message in (SAMPLE, Begin(50, AT, 7), Insert(1, [b"1", b"x", NULL])):
        assembler.take(message)
    assert not assembler.has_whole
    assert not assembler.give().is_whole


def test_a_table_that_looks_otherwise_begins_a_new_chunk() -> None:
    wider = SAMPLE._replace(columns=(*SAMPLE.columns, Column("c", 25, -1, False)))
    assembler = assembled(Insert(1, [b"1", b"x", NULL]), wider, Insert(1, [b"2", b"x", NULL, b"new"]))
    first, second = assembler.give(), assembler.give()
    assert (first.is_whole, first.lsn, second.is_whole, second.lsn) == (False, 0, True, 60)
    assert second.relations == [wider]


def test_changes_of_a_table_that_is_not_captured_are_named_and_passed_over() -> None:
    assembler = Assembler({}, passed_over=())
    for message in (SAMPLE, Begin(50, AT, 7), Insert(1, [b"1", b"x", NULL]), Commit(50, 60, AT)):
        assembler.take(message)
    assert assembler.unknown == {1}
    assert assembler.give().tables == {}


def test_a_key_that_has_become_another_is_refused() -> None:
    other = SAMPLE._replace(columns=(Column("id", 23, -1, False), Column("a", 25, -1, True)))
    with pytest.raises(SourceDown, match=r"public\.sample in production has changed: .* names: a\. Expected: id"):
        assembled(other, Insert(1, [b"1", b"x"]))


def test_values_are_escaped_as_copy_wants_them() -> None:
    line = packed([b"a\tb", b"\\N", NULL, b"", b"c\nd\r\\", UNCHANGED])
    assert escaped([line, b"x"]) == b"a\\tb\t\\\\N\t\\N\t\tc\\nd\\r\\\\\t\\N\nx\n"
    assert escaped([packed([b"", NULL, b"N", b"t"]), packed([NULL, b"", UNCHANGED, NULL])]) == (
        b"\t\\N\tN\tt\n\\N\t\t\\N\t\\N\n")


@pytest.mark.parametrize("values", [[b"\tx", b""], [b"x\t", b"\n"], [b"\n"], [b"\r", NULL], [b"a\\", b"N"], [b"", b""]])
def test_each_value_comes_back_from_the_line_that_it_went_into(values: list[bytes]) -> None:
    """Read as the manual says that COPY reads: first fields by tab, then the backslashes in each."""
    written = escaped([packed(values)])
    assert written.count(b"\n") == 1 and written.endswith(b"\n")
    letters = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\"}
    read = [
        NULL if field == b"\\N" else re.sub(rb"(?s)\\(.)", lambda found: letters[found[1]], field)
        for field in written[:-1].split(b"\t")
    ]
    assert read == values


def test_a_position_is_read_and_written_as_postgres_does() -> None:
    assert to_number("16/B374D848") == 0x16B374D848
    assert to_text(0x16B374D848) == "16/B374D848"
    assert to_number(None) == 0


@pytest.mark.parametrize(
    ("oid", "schema", "name", "raw"),
    [(21, "", "", "bigint"), (1184, "", "", "timestamp without time zone"),
     (1185, "", "", "timestamp without time zone[]"),
     (90001, "pg_catalog", "numeric", "numeric"), (90002, "public", "mood", "text"), (3904, "", "", "text")],
    ids=["a whole number", "an instant", "instants", "a domain", "an enum", "a range"],
)  # fmt: skip
def test_a_production_type_has_its_raw_type(oid: int, schema: str, name: str, raw: str) -> None:
    assert raw_type(oid, schema, name) == raw


def test_a_raw_type_holds_only_what_it_does_not_change() -> None:
    assert holds("text", "jsonb")
    assert holds("numeric", "bigint")
    assert not holds("bigint", "numeric")
    assert widened("bigint", "numeric") == "numeric"
    assert widened("bigint", "text") is None
    assert column_for("amount", "timestamp without time zone") == "amount__timestamp"
    assert len(column_for("é" * 40, "text").encode()) <= 63
