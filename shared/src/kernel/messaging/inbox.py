"""The inbox: a consumer's position and its effects commit together, so each message works exactly once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import asyncpg
import msgspec

from kernel.messaging.event_log import Message
from kernel.messaging.following import Following
from kernel.messaging.interest import Interest
from kernel.messaging.parked import FOLLOWED_PARKED, KEY_PARKED, Parked
from kernel.messaging.standing import Move, Standings
from kernel.messaging.traced import began, tell_consumed
from kernel.writing import failpoints
from kernel.writing.database import Connection, Pool
from kernel.writing.passing import passes_by_itself
from kernel.writing.read_tables import Change, clauses_of, columns_of
from kernel.writing.signals import Signal

ATTEMPTS_MAX: Final = 3
_WAITS: Final = {
    KEY_PARKED: "an earlier message of this key is parked",
    FOLLOWED_PARKED: "a message of this key is parked at the consumer that this one follows",
}

# The position moves first, and only from where this consumer left it: whoever was replaced meanwhile moves nothing.
_MOVED_SQL: Final = """
WITH moved AS (
  UPDATE inbox_cursor c SET next_offset = m.next_offset, last_pseq = m.last_pseq, head = m.head,
                            updated_at = clock_timestamp()
  FROM unnest($3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[])
       AS m(partition, before, next_offset, last_pseq, generation, head)
  WHERE c.consumer = $1 AND c.topic = $2 AND c.partition = m.partition AND c.last_pseq = m.before
    AND c.generation = m.generation
  RETURNING 1
)"""
_MOVE_SQL: Final = f"""{_MOVED_SQL}
SELECT (SELECT count(*) FROM moved) = cardinality($3) AS moved,
       EXISTS (SELECT FROM inbox_parked WHERE consumer = ANY($9::text[]) AND topic = $2) AS parked
"""

# The same together with rows, in one statement; it takes itself back where the position was moved or a key is parked.
_MOVED_WITH_ROWS_SQL: Final = """
SELECT require_rows('inbox_cursor', (SELECT count(*) FROM moved), cardinality($3)),
       require_rows('inbox_parked', (SELECT count(*) FROM inbox_parked
                                     WHERE consumer = ANY($9::text[]) AND topic = $2 AND key = ANY($10::text[])), 0)
"""
_MOVED_OR_PARKED: Final = "OS001"
_FIRST_ROWS_PARAMETER: Final = 11

Effects = Callable[[Connection, Sequence[Message]], Awaitable[None]]
#: What messages leave behind, where that is rows and nothing else.
RowsOf = Callable[[Sequence[Message]], Sequence[Change]]
#: Messages by partition, each partition's in order.
Batches = Mapping[int, Sequence[Message]]


class PositionMovedError(Exception):
    """Another instance has moved this consumer's position; whoever runs it starts over from the stored one."""


class PoisonError(Exception):
    """A message can never be consumed as it is: it cannot be read, or breaks a rule. It is parked at once."""

    code: str = "MESSAGE_UNREADABLE"


class Inbox:
    """One consumer of one topic. ``effects`` does its work in the transaction that also moves the position.

    Where ``types`` are given, messages of other types are passed over: they cost no transaction of their own. Nor do
    those that leave no rows, where ``rows_of`` says that rows are all that the effects come to. ``committed`` is set
    after effects that may have appended events. ``follows`` is the inbox of another consumer of the same topic, whose
    rows the effects read: what that one has parked waits here, too.
    """

    def __init__(
        self,
        pool: Pool,
        consumer: str,
        topic: str,
        effects: Effects,
        types: frozenset[str] | None = None,
        rows_of: RowsOf | None = None,
        committed: Signal | None = None,
        follows: "Inbox | None" = None,
    ) -> None:
        self._pool = pool
        self.consumer = consumer
        self.topic = topic
        self._effects = effects
        self._rows_of = rows_of
        self._committed = committed
        self.interest = Interest(consumer, types)
        self.standings = Standings(pool, consumer, topic)
        self.following = Following(pool, consumer, topic)
        self.follows = follows
        #: The inboxes that follow this one.
        self.followers: list[Inbox] = []
        self.parked: Parked = Parked(consumer, topic, follows.parked.holders if follows is not None else ())
        if follows is not None:
            assert follows.topic == topic, f"{consumer} follows {follows.consumer} on another topic"
            follows.followers.append(self)

    async def consume(self, batches: Batches) -> int:
        """Work off what has come, as ``work_off`` does; raises the StoppedError of the first partition that stopped.

        Such as GapError where a message is missing, and NewerVersionError where one is newer than this program.
        """
        count = await self.work_off(batches)
        for error in self.standings.stops.values():
            raise error
        return count

    async def work_off(self, batches: Batches) -> int:
        """Work off what has come on all partitions, each in its order, in one transaction; returns how many were new.

        Duplicates are dropped. A message that cannot be consumed is parked with the later ones of its key and the
        others go on. Where one is missing, those after it are passed over, and ``standings`` says so. A partition whose
        next message is newer than this program stops before it (``standings.stops``), and the others go on. Raises the
        database's error when that passes by itself: then nothing of the failed part is done and the position stands
        where it was.
        """
        await self.standings.know()
        fresh, wanted = self._cut(await self.following.own(batches))
        if wanted:
            began_ns = began()
            try:
                moves = self.standings.moves(fresh)
                if not await self._in_one_statement(moves, wanted):
                    await self._together(moves, wanted)
            except Exception as error:
                if is_no_fault_of_a_message(error):
                    raise
                for message in wanted:
                    await self._alone(self._upto(fresh, message), message)
            tell_consumed(self.consumer, wanted, began_ns)
        self.standings.see(fresh)
        self.standings.passed(batches)
        return sum(map(len, fresh.values()))

    def _cut(self, batches: Batches) -> tuple[dict[int, list[Message]], list[Message]]:
        """What is new by partition, each as far as it can be consumed, and the wanted messages among all of it."""
        fresh, wanted = dict[int, list[Message]](), list[Message]()
        for partition, messages in batches.items():
            if partition in self.standings.stops:
                continue
            new = self.standings.fresh({partition: messages}).get(partition, [])
            found, those_wanted, too_new = self.interest.cut(new)
            if found:
                fresh[partition] = found
                wanted += those_wanted
            if too_new is not None:
                self.standings.stop(partition, too_new)
        return fresh, wanted

    async def settle(self) -> None:
        """Store how far was read where nothing was wanted, so that others see it."""
        if moves := self.standings.ahead:
            await self._together(moves, ())

    async def _in_one_statement(self, moves: Sequence[Move], wanted: Sequence[Message]) -> bool:
        """Whether it was enough to write rows and the position at once; nothing at all, where there are no rows."""
        if self._rows_of is None:
            return False
        changes = self._rows_of(wanted)
        if not changes:
            return True
        clauses = clauses_of(changes, _FIRST_ROWS_PARAMETER, guarded=False)
        sql = _MOVED_SQL + clauses.with_list + _MOVED_WITH_ROWS_SQL
        keys = sorted({message.key for message in wanted})
        failpoints.reach("inbox.before_effects")
        try:
            await self._pool.execute(sql, *self._parameters(moves), keys, *clauses.arguments)
        except asyncpg.PostgresError as error:
            if error.sqlstate != _MOVED_OR_PARKED:
                raise
            return False
        self.standings.stored(moves)
        failpoints.reach("inbox.after_commit")
        return True

    async def _together(self, moves: Sequence[Move], wanted: Sequence[Message]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            some_parked = await self._move(connection, moves)
            held = await self.parked.held(connection, wanted) if some_parked and wanted else {}
            for message in wanted:
                if message.key in held:
                    await self.parked.park(connection, message, held[message.key], _WAITS[held[message.key]])
            failpoints.reach("inbox.before_effects")
            if free := [message for message in wanted if message.key not in held]:
                await self.apply(connection, free)
            failpoints.reach("inbox.after_effects")
        if wanted and self._committed is not None:
            self._committed.set()  # events of reactions are to be numbered, too
        self.standings.stored(moves)
        failpoints.reach("inbox.after_commit")

    async def apply(self, connection: Connection, messages: Sequence[Message]) -> None:
        """Do what these messages cause, inside the caller's transaction; raises what the effects raise."""
        await self._effects(connection, messages)

    async def _alone(self, moves: Sequence[Move], message: Message) -> None:
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return await self._together(moves, [message])
            except Exception as error:
                if is_no_fault_of_a_message(error):
                    raise
                if isinstance(error, PoisonError) or attempt == ATTEMPTS_MAX:
                    return await self._park(moves, message, error)
        raise AssertionError("the last attempt either worked or parked the message")

    async def _park(self, moves: Sequence[Move], message: Message, error: Exception) -> None:
        code, text = reason_of(error)
        async with self._pool.acquire() as connection, connection.transaction():
            await self._move(connection, moves)
            await self.parked.park(connection, message, code, text)
        self.standings.stored(moves)

    def _upto(self, fresh: Batches, message: Message) -> list[Move]:
        partition = message.partition
        return self.standings.moves({partition: [m for m in fresh[partition] if m.pseq <= message.pseq]})

    async def _move(self, connection: Connection, moves: Sequence[Move]) -> bool:
        row = await connection.fetchrow(_MOVE_SQL, *self._parameters(moves))
        assert row is not None
        if not row["moved"]:
            self.standings.forget()
            raise PositionMovedError(f"{self.consumer}: another instance goes on with topic {self.topic}")
        return bool(row["parked"])

    def _parameters(self, moves: Sequence[Move]) -> list[Any]:
        columns = columns_of(map(msgspec.structs.astuple, moves), len(Move.__struct_fields__))
        return [self.consumer, self.topic, *columns, self.parked.holders]


def reason_of(error: Exception) -> tuple[str, str]:
    """Under which code a message is parked, and in which words."""
    return error.code if isinstance(error, PoisonError) else "HANDLER_FAILED", repr(error)


def is_no_fault_of_a_message(error: Exception) -> bool:
    """Whether an error says nothing about the message at which it came."""
    return passes_by_itself(error) or isinstance(error, PositionMovedError)
