"""The books: everything that was told of money has its journal, and every journal that a message made was told."""

from collections.abc import Iterable, Sequence
from typing import Final, get_args

from contracts.identity import PremiumsPaid
from contracts.settlement import PaymentRefused, SettlementConfirmed, SettlementSupplemented
from fund_ledger.journals.domain.events import JournalBooked, JournalReversed
from fund_ledger.journals.domain.liabilities import liabilities
from fund_ledger.reactions.settlement import Happened, bill_of
from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.stream import LoggedEvent
from onestop.replay.difference import Difference
from onestop.replay.published import Told
from onestop.replay.run import Run
from onestop.services import SERVICES

_BOOKED_KINDS: Final = (*get_args(Happened), PremiumsPaid)
_CONSUMER: Final = "fund-ledger"
_LEDGER: Final = SERVICES[_CONSUMER]
_CONSUMED_SQL: Final = """
SELECT partition, last_pseq FROM fund_ledger.inbox_cursor WHERE consumer = $1 AND topic = $2
"""
# What takes a settlement's money back has a journal where the settlement had one.
_COMPARE_SQL: Final = """
WITH owed AS (
  SELECT cause, what, COALESCE(owed, EXISTS (SELECT FROM "{run}".told s
                                             WHERE s.settlement_id = t.settlement_id AND s.owed)) AS owed
  FROM "{run}".told t
)
SELECT COALESCE(o.what, 'nothing') AS told, COALESCE(b.what, 'nothing') AS booked, cause
FROM owed o FULL JOIN "{run}".booked b USING (cause)
WHERE o.what IS NULL OR (b.what IS NULL AND o.owed) ORDER BY cause LIMIT 1000
"""
_TWICE_SQL: Final = """
SELECT cause, string_agg(what, ', ' ORDER BY what) AS booked FROM "{run}".booked
GROUP BY cause HAVING count(*) > 1 ORDER BY cause LIMIT 1000
"""


class ToldMoney:
    """What a publisher told that the ledger must have booked by now, noted by the message's id."""

    def __init__(self, connection: SingleConnection, run: Run, publisher: Service) -> None:
        self._connection = connection
        self._run = run.name
        self._publisher = publisher
        self._consumed: dict[int, int] = {}
        self._otherwise = run.otherwise[_LEDGER.schema]

    async def begin(self, live: SingleConnection) -> None:
        """See how far the ledger has come."""
        rows = await live.fetch(_CONSUMED_SQL, _CONSUMER, self._publisher.parts.topic)
        self._consumed = {row[0]: row[1] for row in rows}

    async def take(self, told: Sequence[Told]) -> None:
        """Note a page's messages about money, as far as the ledger has worked them off."""
        rows = []
        for one in told:
            if isinstance(one.event, _BOOKED_KINDS) and one.pseq <= self._consumed.get(one.partition, 0):
                who = self._publisher.parts.publishes, _CONSUMER
                taken = self._otherwise.taken(one.event, *who, one.partition, one.pseq)
                if taken is not None:
                    recorded = one.entry.recorded
                    what = f"{type(taken).__name__} {recorded.stream_id}"
                    settlement_id = getattr(taken, "settlement_id", None)
                    rows.append((str(recorded.event_id), what, settlement_id, _owed(taken)))
        await self._connection.copy_records_to_table("told", schema_name=self._run, records=rows)


class BookedMoney:
    """The journals that messages made, noted by the message's id."""

    def __init__(self, connection: SingleConnection, run: str) -> None:
        self._connection = connection
        self._run = run

    async def page(self, entries: Sequence[LoggedEvent]) -> Iterable[Difference]:
        """Note the next page's journals; they are compared when all is noted."""
        made = [
            (entry.causation_id, f"{type(event).__name__} {event.journal_id}")
            for entry in entries
            if isinstance(event := entry.recorded.event, JournalBooked | JournalReversed) and entry.causation_id
        ]
        await self._connection.copy_records_to_table("booked", schema_name=self._run, records=made)
        return ()

    async def end(self) -> Iterable[Difference]:
        """What was told is noted by others."""
        return ()


async def unbooked(connection: SingleConnection, run: str) -> list[Difference]:
    """What was told and has no journal, what was booked and never told, and what was booked twice."""
    compared = await connection.fetch(_COMPARE_SQL.format(run=run))
    twice = await connection.fetch(_TWICE_SQL.format(run=run))
    return [
        *(Difference(f"journal of message {row['cause']}", row["booked"], row["told"]) for row in compared),
        *(Difference(f"journals of message {row['cause']}", row["booked"], "one") for row in twice),
    ]


def _owed(event: Happened | PremiumsPaid) -> bool | None:
    """Whether anybody owes anybody a fen because of it; None where that is so if it was for the settlement."""
    match event:
        case SettlementConfirmed():
            return bool(liabilities(bill_of(event), {}))
        case SettlementSupplemented():
            return any(layer.amount_fen or layer.payout_fen for layer in event.layers)
        case PremiumsPaid():
            return event.total_fen > 0
        case PaymentRefused():
            return None if event.payers else False
        case _:
            return None
