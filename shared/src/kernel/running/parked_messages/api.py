"""Parked messages over HTTP: for operations alone, the same in every service."""

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Query

from kernel.http import (
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answer,
    answered,
    page_of,
    paging,
)
from kernel.running.parked_messages.commands import ParkedCommands, Place
from kernel.running.parked_messages.queries import Asked, OnList, ParkedQueries
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import not_found

Operator = Annotated[Principal, allow(Role.OPERATIONS)]
Reason = Annotated[str, msgspec.Meta(min_length=2, max_length=200)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Partition = Annotated[int, Path(ge=0, le=32_767)]
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Paging = Annotated[PageRequest, paging(str, str, int, int)]

CODES: Final = (
    ErrorCode("CONSUMER_UNKNOWN", 404, "The service has no such consumer"),
    ErrorCode("MESSAGE_NOT_PARKED", 404, "No such message is parked, or not any more"),
    ErrorCode("FOLLOWED_FIRST", 409, "The key is parked at a consumer that this one follows"),
    ErrorCode("WAITS_BEHIND_ANOTHER", 409, "Nothing is wrong with the message: an earlier one is parked"),
    ErrorCode("MEND_NOT_CONSUMABLE", 422, "The mended message would be parked again"),
    ErrorCode("MENDED_BY_CALLER", 403, "Whoever mended a message cannot retry it"),
)


class ParkedRow(Wire, frozen=True, kw_only=True):
    """A parked message. ``pseq`` is the publisher's number of it; ``behind`` counts the later ones of its key."""

    consumer: str
    topic: str
    partition: int
    pseq: int
    key: str
    type: str
    error_code: str
    error: str
    parked_at: datetime
    behind: int


class ParkedWhole(Wire, frozen=True, kw_only=True):
    """A parked message with all that it says. ``text`` is its body where that is no JSON."""

    row: ParkedRow
    headers: dict[str, str]
    body: Any
    text: str | None = None


class RetryBody(RequestBody, frozen=True):
    """Whose messages: the consumer's, of a topic and a key."""

    consumer: Name
    topic: Name
    key: Name


class MendBody(RequestBody, frozen=True):
    """The whole body that the message is to have, and why."""

    body: dict[str, Any]
    reason: Reason


class VoidBody(RequestBody, frozen=True):
    """Why the message is to have no effect."""

    reason: Reason


class Stopped(Wire, frozen=True):
    """The message that could not be consumed this time either."""

    pseq: int
    error_code: str
    error: str


class AtConsumer(Wire, frozen=True, kw_only=True):
    """What a retry came to at one consumer: the one asked for first, then those that follow it."""

    consumer: str
    worked_off: int
    voided: int
    left: int
    stopped_at: Stopped | None


class RetriedAnswer(Wire, frozen=True):
    """What a retry came to; where something is left and nothing stopped it, ask again."""

    key: str
    consumers: tuple[AtConsumer, ...]


class MendedAnswer(Wire, frozen=True):
    """The message waits for another person's retry."""

    consumer: str
    topic: str
    partition: int
    pseq: int
    state: str


def parked_messages(commands: ParkedCommands, queries: ParkedQueries, requests: Requests) -> Router:
    """The routes of /v1/parked-messages."""
    router = Router(prefix="/v1/parked-messages", tags=["operations"])
    _add_reading(router, queries)
    _add_mending(router, commands, requests)
    return router


def _add_reading(router: Router, queries: ParkedQueries) -> None:
    @router.get("")
    async def list_parked(
        _caller: Operator,
        page: Paging,
        consumer: Annotated[str | None, Query(max_length=200)] = None,
        topic: Annotated[str | None, Query(max_length=200)] = None,
        key: Annotated[str | None, Query(max_length=200)] = None,
        causes: Annotated[bool, Query(description="Leave out those that only wait behind another")] = False,  # noqa: FBT002
    ) -> Json[Page[ParkedRow]]:
        """Parked messages in the order of consumer, topic, partition and number."""
        asked = Asked(consumer=consumer, topic=topic, key=key, causes=causes)
        rows = [_row(one) for one in await queries.listed(asked, page.after, page.limit + 1)]
        return answer(page_of(rows, page, lambda row: (row.consumer, row.topic, row.partition, row.pseq)))

    @router.get("/{consumer}/{topic}/{partition}/{pseq}")
    async def show_parked(
        consumer: str, topic: str, partition: Partition, pseq: Number, _caller: Operator
    ) -> Json[ParkedWhole]:
        """One parked message with its headers and its body."""
        found = await queries.shown(consumer, topic, partition, pseq)
        if found is None:
            detail = f"message {pseq} of partition {partition} of topic {topic} is not parked at {consumer}"
            raise not_found("MESSAGE_NOT_PARKED", detail, consumer=consumer, topic=topic)
        return answer(_whole(found))


def _add_mending(router: Router, commands: ParkedCommands, requests: Requests) -> None:
    @router.post("/retry")
    async def retry_parked(caller: Operator, command: Sent[RetryBody], key: IdempotencyKey) -> Json[RetriedAnswer]:
        """Work off a key's messages in their order, and then those of the consumers that follow; the first that
        fails again stays with its new reason, and all behind it."""
        context = requests.by(caller, key)
        return answered(await commands.retry(context, command.consumer, command.topic, command.key))

    @router.post("/{consumer}/{topic}/{partition}/{pseq}/mend", status_code=201)
    async def mend_parked(
        consumer: str,
        topic: str,
        partition: Partition,
        pseq: Number,
        caller: Operator,
        command: Sent[MendBody],
        key: IdempotencyKey,
    ) -> Json[MendedAnswer]:
        """Put another body in the place of a message's; another person's retry works it off."""
        place = Place(consumer, topic, partition, pseq)
        return answered(await commands.mend(requests.by(caller, key), place, command.body, command.reason))

    @router.post("/{consumer}/{topic}/{partition}/{pseq}/void", status_code=201)
    async def void_parked(
        consumer: str,
        topic: str,
        partition: Partition,
        pseq: Number,
        caller: Operator,
        command: Sent[VoidBody],
        key: IdempotencyKey,
    ) -> Json[MendedAnswer]:
        """Say that a message is to have no effect; another person's retry drops it and works off those behind."""
        place = Place(consumer, topic, partition, pseq)
        return answered(await commands.void(requests.by(caller, key), place, command.reason))


def _row(found: OnList) -> ParkedRow:
    parked = found.parked
    return ParkedRow(
        consumer=found.consumer,
        topic=found.topic,
        partition=found.partition,
        pseq=found.pseq,
        key=found.key,
        type=parked.message.type,
        error_code=parked.error_code,
        error=parked.error,
        parked_at=found.parked_at,
        behind=found.behind,
    )


def _whole(found: OnList) -> ParkedWhole:
    message = found.parked.message
    try:
        return ParkedWhole(row=_row(found), headers=message.headers, body=msgspec.json.decode(message.body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = message.body.decode(errors="replace")
        return ParkedWhole(row=_row(found), headers=message.headers, body=None, text=text)
