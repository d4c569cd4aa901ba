"""A message that comes twice gets the first answer, and one that comes back changed is a conflict (DOMAIN B9.5)."""

from datetime import UTC, datetime
from typing import Final

import msgspec
import pytest

from kernel.values.refusals import RefusalKind, Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered, repeated
from kernel.writing.event_store import Answer

FIRST: Final = Answer("H1", "k1", b"what was asked", 201, '{"settlement_id":"s1"}')


def asked(request_hash: bytes) -> CommandContext:
    now = datetime(2019, 8, 20, tzinfo=UTC)
    return CommandContext(scope="H1", key="k1", request_hash=request_hash, actor="window", now=now)


def test_a_message_that_comes_twice_gets_the_first_answer() -> None:
    assert repeated(FIRST, asked(b"what was asked")) == Answered(201, '{"settlement_id":"s1"}', replayed=True)


@pytest.mark.parametrize("other", [b"something else", b"what was asked ", b""])
def test_a_key_that_comes_back_with_another_content_is_a_conflict(other: bytes) -> None:
    with pytest.raises(Refused) as refused:
        repeated(FIRST, asked(other))
    assert (refused.value.code, refused.value.kind) == ("IDEMPOTENCY_KEY_REUSED", RefusalKind.CONFLICT)
    assert refused.value.about == {"idempotency_key": "k1"}


def test_an_answer_that_was_stored_when_bodies_were_hashed_as_received_is_given_again() -> None:
    context = msgspec.structs.replace(asked(b"what it means"), received_hash=b"what was asked")
    assert repeated(FIRST, context).replayed
