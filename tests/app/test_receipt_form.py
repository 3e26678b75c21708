"""The canonical form, the id and the seal of a receipt, without a database."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from app.errors import DependencyMissing, QuestionError, UsageError
from app.metrics import Question
from app.receipts.difference import differences
from app.receipts.form import ALPHABET, Receipt, asked, canonical, heard, id_of, question_of, spoken
from app.receipts.seal import Sealer, sealer
from app.secrets import get_secret, secret_names
from app.settings import Settings

AT = datetime(2026, 11, 22, 11, tzinfo=UTC)
RECEIPT = Receipt("7K3MQ9XA2BFD", "net_mrr", 1, "d", ("mart_finance.mrr",), {"metric": "net_mrr"}, AT, "select 1", "m",
                  {"run_id": "b"}, {}, None, {"kept": []}, {"names": ["month", "value"], "rows": []}, AT)  # fmt: skip


def test_the_canonical_form_is_one_text_however_it_is_written() -> None:
    berlin = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=1)))
    assert canonical({"b": Decimal("260.50"), "a": ("é", None), "c": berlin, "d": date(2026, 1, 2)}) == (
        '{"a":["é",null],"b":"260.50","c":"2026-11-22T11:00:00+00:00","d":"2026-01-02"}'
    )
    assert canonical([Decimal("1E+3"), 0.1, 1 / 3]) == '["1000","0.1","0.3333333333333333"]'


def test_what_has_no_one_text_is_refused() -> None:
    with pytest.raises(TypeError, match="No exact form for timedelta"):
        canonical({"value": timedelta(1)})


def test_an_id_is_sixty_bits_of_the_hash_in_signs_that_nobody_confuses() -> None:
    """By hand: SHA-256 of `{}` begins 44136fa355b3678, in groups of five bits 8 16 9 22 31 8 26 21 22 13 19 24."""
    assert id_of({}) == "".join(ALPHABET[each] for each in (8, 16, 9, 22, 31, 8, 26, 21, 22, 13, 19, 24))
    assert not set("ILOU") & set(ALPHABET)


def test_an_id_is_heard_as_it_is_spoken() -> None:
    assert spoken("7K3M09XA2B1D") == "7K3M-09XA-2B1D"
    for said in ("7K3M-09XA-2B1D", "7k3m o9xa 2bld", "7K3M09XA2BID"):
        assert heard(said) == "7K3M09XA2B1D"


@pytest.mark.parametrize("said", ["", "7K3M", "7K3M-09XA-2B1D-7", "7K3M-09XA-2B1U", "../../etc/pas"])
def test_what_can_be_no_id_is_refused(said: str) -> None:
    with pytest.raises(UsageError, match="Expected twelve letters and digits such as 7K3M-Q9XA-2BFD"):
        heard(said)


def test_a_question_comes_back_as_it_was_asked() -> None:
    question = Question("net_mrr", by=("product",), since=date(2026, 9, 1), where=(("country", "DE"),), top=5)
    told = asked(question)
    where = [["country", "DE"]]
    assert told == {"metric": "net_mrr", "by": ["product"], "since": "2026-09-01", "where": where, "top": 5}
    assert question_of(json.loads(json.dumps(told))) == question
    assert asked(Question("arr")) == {"metric": "arr"}, "a field that questions get later changes no id"


@pytest.mark.parametrize("odd", [{"metric": "arr", "over": "year"}, {"metric": "arr", "since": "lately"}])
def test_a_question_of_another_time_is_refused(odd: dict[str, str]) -> None:
    with pytest.raises(QuestionError, match=r"asks for (over|since) in a way that no question knows"):
        question_of(odd)


def test_equal_numbers_are_no_difference_and_a_missing_one_is() -> None:
    then = {"names": ["month", "product", "value"], "rows": [["m", "a", "1.50"], ["m", "b", None], ["m", "c", "3"]]}
    names = ("month", "product", "value")
    assert differences(then, names, (("m", "a", Decimal("1.5")), ("m", "b", None), ("m", "c", 3))) == []
    found = differences(then, names, (("m", "a", None), ("m", "b", Decimal(0)), ("m", "d", 4)))
    assert [(each.kind, each.row["product"], each.then, each.now) for each in found] == [
        ("changed", "a", "1.50", None), ("changed", "b", None, "0"), ("gone", "c", "3", None), ("new", "d", None, 4),
    ]  # fmt: skip


def test_the_home_makes_its_key_once_and_keeps_it(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings()
    assert secret_names(settings) == ()
    stored = sealer(settings).seal(RECEIPT)
    assert secret_names(settings) == ("receipt_seal_1",)
    assert sealer(settings).altered(stored) == ()
    assert get_secret(settings, "receipt_seal_1") not in repr(stored)


def test_a_new_key_seals_and_the_old_one_still_proves(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings()
    old = sealer(settings).seal(RECEIPT)
    get_secret(settings, "receipt_seal_2")
    new = sealer(settings).seal(RECEIPT)
    assert (old.key_id, new.key_id) == ("1", "2")
    assert sealer(settings).altered(old) == sealer(settings).altered(new) == ()
    assert sealer(settings).altered(replace(old, key_id="2")) == ("key_id",)


def test_without_the_key_nobody_is_accused(make_settings: Callable[..., Settings]) -> None:
    stored = Sealer({"3": b"of another home"}, "3").seal(RECEIPT)
    with pytest.raises(DependencyMissing, match=r"names the key '3'.* Restore it from a backup"):
        sealer(make_settings()).altered(stored)


def test_a_receipt_sealed_by_somebody_else_is_altered_through_and_through() -> None:
    forged = Sealer({"1": b"guessed"}, "1").seal(RECEIPT)
    assert set(Sealer({"1": b"the home's"}, "1").altered(forged)) == set(forged.marks)
