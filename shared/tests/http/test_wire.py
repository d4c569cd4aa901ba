"""Bodies as structs: fen cannot leave as if they were yuan."""

import msgspec
import pytest

from kernel.http import RequestBody, SignedYuan, Wire, Yuan, encode
from kernel.http.amounts import decode_hook


class Balance(Wire, frozen=True):
    account: str
    balance_fen: SignedYuan
    parts_fen: tuple[Yuan, ...] = ()
    limit_fen: Yuan | None = None


def test_amounts_are_written_as_yuan_without_the_unit_in_the_name() -> None:
    balance = Balance(account="a", balance_fen=SignedYuan(-1250), parts_fen=(Yuan(5),), limit_fen=None)
    assert encode(balance) == b'{"account":"a","balance":"-12.50","parts":["0.05"],"limit":null}'


def test_what_is_written_can_be_read_again() -> None:
    balance = Balance(account="a", balance_fen=SignedYuan(-1), parts_fen=(Yuan(5),), limit_fen=Yuan(999_999_999_999))
    assert msgspec.json.decode(encode(balance), type=Balance, dec_hook=decode_hook) == balance


def test_a_row_named_as_the_fields_is_an_answer_in_yuan() -> None:
    assert encode(Balance.of_row(account="a", balance_fen=-1250)) == (
        b'{"account":"a","balance":"-12.50","parts":[],"limit":null}'
    )
    assert Balance.of_row(account="a", balance_fen=0, limit_fen=None).limit_fen is None


class Paid(Wire, frozen=True):
    payers: tuple[str, ...]
    amount_fen: Yuan


def test_an_answer_that_is_a_row_has_its_amounts_in_yuan_and_its_arrays_whole() -> None:
    paid = Paid.of_row(payers=["BMI", "MA"], amount_fen=1250)
    assert paid == Paid(payers=("BMI", "MA"), amount_fen=Yuan(1250))
    assert encode(paid) == b'{"payers":["BMI","MA"],"amount":"12.50"}'


def test_amounts_that_no_column_holds_are_not_taken_for_plain_numbers() -> None:
    with pytest.raises(TypeError, match="no column"):
        Balance.of_row(account="a", balance_fen=1, parts_fen=[5])


def test_a_field_in_fen_that_is_a_plain_number_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(TypeError, match=r"Wrong\.total_fen"):

        class Wrong(Wire, frozen=True):
            total_fen: int


def test_a_yuan_field_whose_name_does_not_say_fen_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(TypeError, match=r"Wrong\.total"):

        class Wrong(RequestBody, frozen=True):
            total: list[Yuan]
