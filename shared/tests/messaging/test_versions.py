"""Published events in more than one version: old messages are read for ever, new ones stop an old program."""

from typing import Any, Final

import msgspec
import pytest

from kernel.messaging.envelope import decode, type_of, types_of
from kernel.messaging.event_log import Message
from kernel.messaging.interest import Interest, NewerVersionError
from kernel.values.contract import Contract, Kind
from kernel.writing.event_registry import UnknownEventTypeError


class Paid(msgspec.Struct, frozen=True):
    """Today's form of an event: ``payer`` came with version 2."""

    amount_fen: int
    payer: str


def _with_payer(plain: dict[str, Any]) -> dict[str, Any]:
    return {**plain, "payer": "unknown"}


CONTRACT: Final = Contract.of("bills", Kind(Paid, (_with_payer,)))


def test_an_event_is_published_in_its_newest_version() -> None:
    assert type_of(CONTRACT, Paid) == "onestop.bills.Paid.v2"
    assert types_of(CONTRACT, Paid) == {"onestop.bills.Paid.v1", "onestop.bills.Paid.v2"}


def test_a_message_of_each_version_is_read_as_todays() -> None:
    assert decode(CONTRACT, "onestop.bills.Paid.v1", b'{"amount_fen":5}') == Paid(5, "unknown")
    assert decode(CONTRACT, "onestop.bills.Paid.v2", b'{"amount_fen":5,"payer":"MA"}') == Paid(5, "MA")


@pytest.mark.parametrize("type_name", ["onestop.bills.Paid.v3", "onestop.bills.Paid", "onestop.bills.Owed.v1", ""])
def test_what_the_contract_does_not_have_is_not_guessed(type_name: str) -> None:
    with pytest.raises(UnknownEventTypeError, match="unknown to this program"):
        decode(CONTRACT, type_name, b'{"amount_fen":5}')


def test_a_program_of_before_stops_at_a_newer_version_and_passes_over_what_it_never_knew() -> None:
    before = Interest("books", frozenset({"onestop.bills.Paid.v1"}))
    assert before.has(_message("onestop.bills.Paid.v1"))
    assert not before.has(_message("onestop.bills.Owed.v7"))
    with pytest.raises(NewerVersionError, match=r"reads it up to version 1; start the newer program, .* message 4"):
        before.has(_message("onestop.bills.Paid.v2"))


def test_the_program_of_today_reads_what_the_one_of_before_published() -> None:
    today = Interest("books", types_of(CONTRACT, Paid))
    assert today.has(_message("onestop.bills.Paid.v1"))
    assert today.has(_message("onestop.bills.Paid.v2"))
    assert today.passed_over == 0


def _message(type_name: str) -> Message:
    return Message(topic="bills", partition=0, offset=3, pseq=4, key="P1", headers={"ce_type": type_name}, body=b"{}")
