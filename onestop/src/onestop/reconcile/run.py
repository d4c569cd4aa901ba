"""One run of the reconciliation: every pair compared in one picture, what differs judged, and kept."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from kernel.writing.database import SingleConnection, administering
from kernel.writing.snapshots import FOR_AS_LONG_AS_IT_TAKES, export, snapshot
from onestop.reconcile.bank import bank_differences, end_explained
from onestop.reconcile.broker import Broker, broker_faults
from onestop.reconcile.comparing import ENTRIES_MAX, Compared, compare, stands
from onestop.reconcile.difference import Difference
from onestop.reconcile.evidence import Evidence
from onestop.reconcile.judging import Judge
from onestop.reconcile.kept import keep, make_tables
from onestop.reconcile.pairs import PAIRS, Pair
from onestop.reconcile.positions import positions_ahead
from onestop.reconcile.runs import NOBODY_SAID, Begun, begin
from onestop.reconcile.standings import Standings
from onestop.reconcile.transport import transport_faults

#: Under these names stand messages, consumers' positions and the bank's lines, which are no pairs of tables.
TRANSPORT: Final = "transport"
POSITIONS: Final = "positions"
BANK: Final = "bank"
_SIDE_BY_SIDE: Final = 2


class Outcome(msgspec.Struct, frozen=True):
    """What a run came to: what was compared, what is wrong, and how many entries were still on their way."""

    compared: tuple[Compared, ...]
    differences: tuple[Difference, ...]
    moving: int

    @property
    def names(self) -> int:
        """How many names were compared, of the side that has more of them."""
        return sum(max(one.ours, one.theirs) for one in self.compared)


async def reconcile(
    admin_url: str,
    *,
    patience_seconds: float = 10.0,
    pairs: Sequence[Pair] = PAIRS,
    broker: Broker | None = None,
    by: str = NOBODY_SAID,
) -> Outcome:
    """Compare everything as it is at this moment while the services go on, and keep what differs.

    With a ``broker`` its topics are read, too; raises SurveyError and TransportAwayError where they cannot be, and
    Refused RECONCILIATION_RUNNING where somebody else does it just now.

    What a consumer has not come to within ``patience_seconds`` is late and no difference; the next run looks again.
    """
    begun = await begin(admin_url, by)
    return await carry_out(begun, admin_url, patience_seconds=patience_seconds, pairs=pairs, broker=broker)


async def carry_out(
    begun: Begun,
    admin_url: str,
    *,
    patience_seconds: float = 10.0,
    pairs: Sequence[Pair] = PAIRS,
    broker: Broker | None = None,
) -> Outcome:
    """Do a run that has begun, to its end, and keep how it ended; as ``reconcile``."""
    try:
        outcome = await _outcome(admin_url, patience_seconds, pairs, broker)
    except BaseException as error:
        await begun.fail(error)
        raise
    await begun.end(outcome.compared, len(outcome.differences), outcome.moving)
    return outcome


async def _outcome(admin_url: str, patience_seconds: float, pairs: Sequence[Pair], broker: Broker | None) -> Outcome:
    compared, wrong = await _compared(admin_url, pairs)
    if broker is not None:
        wrong += [fault async for fault in broker_faults(admin_url, broker)]
    found: list[tuple[str, Difference]] = [(TRANSPORT, one) for one in wrong]
    async with administering(admin_url, **FOR_AS_LONG_AS_IT_TAKES) as owner:
        await make_tables(owner)
        judge = Judge(Evidence(owner), Standings(owner, patience_seconds))
        ahead, moving = await positions_ahead(owner, patience_seconds)
        found += [(POSITIONS, one) for one in ahead]
        whole = [TRANSPORT] if moving else [TRANSPORT, POSITIONS]
        found += [(BANK, one) for one in await bank_differences(owner)]
        for pair, one in zip(pairs, compared, strict=True):
            judged, unclear = await _judged(owner, judge, pair, one)
            moving += unclear
            if not unclear and len(one.entries) < ENTRIES_MAX:
                whole.append(pair.name)
            found += [(pair.name, difference) for difference in judged]
        found = list({difference.difference_id: (name, difference) for name, difference in reversed(found)}.values())
        await keep(owner, found[::-1], whole, sum(one.ours for one in compared))
        await end_explained(owner, BANK)
    return Outcome(tuple(compared), tuple(difference for _, difference in found[::-1]), moving)


async def _judged(
    owner: SingleConnection, judge: Judge, pair: Pair, compared: Compared
) -> tuple[list[Difference], int]:
    """What is wrong with a pair, and of how many entries nobody can say so yet: they are late, or move."""
    if not compared.entries:
        return [], 0
    await judge.wait(pair)
    still, moved = await stands(owner, pair, compared.entries)
    judged = [difference for entry in still if (difference := await judge.judge(pair, entry)) is not None]
    return judged, moved + len(still) - len(judged)


async def _compared(admin_url: str, pairs: Sequence[Pair]) -> tuple[list[Compared], list[Difference]]:
    async with snapshot(admin_url, "public") as picture:
        name, at_once = await export(picture), asyncio.Semaphore(_SIDE_BY_SIDE)

        async def one(pair: Pair) -> Compared:
            async with at_once, snapshot(admin_url, "public", name) as same:
                return await compare(same, pair)

        compared = await asyncio.gather(*map(one, pairs))
        return compared, [fault async for fault in transport_faults(picture)]
