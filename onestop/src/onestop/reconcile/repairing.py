"""What a released repair does."""

from typing import Final, assert_never

import asyncpg

from kernel.values.refusals import conflict
from kernel.writing.database import SingleConnection
from onestop.reconcile.difference import ByHand, Clearance, Position, Redelivery, Repair, Rows, Sums
from onestop.reconcile.kept import release
from onestop.reconcile.one_row import make_again
from onestop.reconcile.positions import set_back
from onestop.reconcile.redelivery import redeliver
from onestop.reconcile.sums import sum_again

_CLEAR_SQL: Final = """
DELETE FROM bus.messages WHERE topic = $1 AND partition = $2 AND "offset" BETWEEN $3 - 1 AND $4 - 1
"""


async def release_and_mend(owner: SingleConnection, difference_id: str, by: str) -> tuple[str, str]:
    """Release a proposed repair and do it, all or nothing; says what was done, and the difference's whole command.

    Raises Refused as ``release`` and ``mend`` do.
    """
    async with owner.transaction():
        one = await release(owner, difference_id, by)
        return await mend(owner, one.repair), one.command


async def mend(owner: SingleConnection, repair: Repair) -> str:
    """Do it, and say what was done; the services may run meanwhile.

    Raises Refused SERVICE_BUSY where what it needs is held for too long, and those of each repair.
    """
    try:
        return await _mend(owner, repair)
    except asyncpg.LockNotAvailableError as error:
        raise conflict("SERVICE_BUSY", f"nothing was done ({error}): release again in a moment") from error


async def _mend(owner: SingleConnection, repair: Repair) -> str:
    match repair:
        case Rows():
            made = await make_again(owner, repair)
            done = {None: "was right already", "MISSING": "made again", "STRAY": "taken away", "CHANGED": "put right"}
            return f"row {repair.key} of {repair.service}.{repair.table}: {done[made.fault]}"
        case Sums(account=account):
            await sum_again(owner, repair)
            return f"account {account} was summed again from its journals"
        case Redelivery():
            message = await redeliver(owner, repair)
            return f"message {message.topic}/{message.partition}/{message.pseq} waits parked at {repair.consumer}"
        case Position():
            return await set_back(owner, repair)
        case Clearance(topic=topic, partition=partition, first=first, last=last):
            await owner.execute(_CLEAR_SQL, topic, partition, first, last)
            return f"messages {first} to {last} of {topic}/{partition} are taken away"
        case ByHand(do=do):
            return f"to be done by hand: {do}"
        case _:
            assert_never(repair)
