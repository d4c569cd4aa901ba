"""The embedded transport's messages: each is what its event tells, none is missing, none without an event."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from kernel.messaging.envelope import decode, registry_of
from kernel.messaging.event_log.port import PARTITIONS
from kernel.values.contract import Contract
from kernel.writing.database import SingleConnection
from kernel.writing.event_registry import UnknownEventTypeError
from kernel.writing.event_store.stream import Row
from onestop.replay.difference import Difference, text
from onestop.replay.published import Told

_USED_SQL: Final = "SELECT EXISTS (SELECT FROM bus.messages)"
_SENT_SQL: Final = "SELECT pseqs FROM relay WHERE topic = $1"
_READ_SQL: Final = """
SELECT m.partition, m."offset" + 1 AS pseq, m.key, m.headers, m.body
FROM unnest($2::smallint[], $3::bigint[], $4::bigint[]) AS r(partition, first, last)
JOIN bus.messages m ON m.topic = $1 AND m.partition = r.partition AND m."offset" BETWEEN r.first - 1 AND r.last - 1
"""
_FIRST_SQL: Final = 'SELECT partition, min("offset") + 1 AS first FROM bus.messages WHERE topic = $1 GROUP BY partition'
_ENDS_SQL: Final = 'SELECT partition, max("offset") + 1 AS last FROM bus.messages WHERE topic = $1 GROUP BY partition'


class _Headers(msgspec.Struct, frozen=True):
    ce_id: str | None = None
    ce_type: str = ""


_headers_decoder: Final = msgspec.json.Decoder(_Headers)


class Messages:
    """One topic's messages against the events of their publisher."""

    def __init__(self, live: SingleConnection, contract: Contract) -> None:
        self._live = live
        self._contract = contract
        self._registry = registry_of(contract)
        self._sent = [0] * PARTITIONS
        self._used = False
        self._first: dict[int, int] = {}

    async def begin(self) -> None:
        """See whether the embedded transport is used at all, and how far the relay has come."""
        self._used = await self._live.fetchval(_USED_SQL)
        self._first = {row[0]: row[1] for row in await self._live.fetch(_FIRST_SQL, self._contract.topic)}
        if pseqs := await self._live.fetchval(_SENT_SQL, self._contract.topic):
            self._sent = msgspec.json.decode(pseqs, type=list[int])

    async def take(self, told: Sequence[Told]) -> Iterable[Difference]:
        """What is wrong with the messages of a page of events."""
        if not self._used or not told:
            return ()
        ranges: dict[int, tuple[int, int]] = {}
        for one in told:
            first, last = ranges.get(one.partition, (one.pseq, one.pseq))
            ranges[one.partition] = min(first, one.pseq), max(last, one.pseq)
        partitions, bounds = list(ranges), list(ranges.values())
        arguments = partitions, [first for first, _ in bounds], [last for _, last in bounds]
        rows = await self._live.fetch(_READ_SQL, self._contract.topic, *arguments)
        stored = {(row["partition"], row["pseq"]): row for row in rows}
        return [found for one in told if (found := self._check(one, stored.get((one.partition, one.pseq))))]

    def _check(self, told: Told, row: Row | None) -> Difference | None:
        where = f"message {self._contract.topic}/{told.partition}/{told.pseq}"
        if row is None:
            # What every consumer has is trimmed from the beginning on; the newest of each partition always stays.
            trimmed = told.pseq < self._first.get(told.partition, 0)
            missing = told.pseq <= self._sent[told.partition] and not trimmed
            return Difference(where, "no such message", type(told.event).__name__) if missing else None
        headers = _headers_decoder.decode(row["headers"])
        event_id = str(told.entry.recorded.event_id)
        if (headers.ce_id, row["key"]) != (event_id, told.key):
            return Difference(where, f"{headers.ce_id} of {row['key']}", f"{event_id} of {told.key}")
        name, version, body = self._registry.encode(told.event)
        if row["body"] == body and headers.ce_type == f"{name}.v{version}":
            return None
        try:
            event = decode(self._contract, headers.ce_type, row["body"])
        except (msgspec.MsgspecError, UnknownEventTypeError) as error:
            return Difference(where, str(error), text(told.event))
        return None if event == told.event else Difference(where, text(event), text(told.event))

    async def end(self, counters: Sequence[int]) -> Iterable[Difference]:
        """Messages beyond what all events come to."""
        return [
            Difference(f"message {self._contract.topic}/{row['partition']}/{row['last']}", "is there", "no such event")
            for row in await self._live.fetch(_ENDS_SQL, self._contract.topic)
            if row["last"] > counters[row["partition"]]
        ]
