"""What tests of the reconciliation do with it: look, have a repair released by two people, read the states."""

from kernel.writing.database import administering
from onestop.reconcile import kept
from onestop.reconcile.difference import Difference
from onestop.reconcile.repairing import mend
from onestop.reconcile.run import reconcile


async def found_in(database: str) -> tuple[Difference, ...]:
    return (await reconcile(database, patience_seconds=0.2)).differences


async def released(database: str, difference: Difference) -> str:
    """Two people have it mended, as the command of the difference says."""
    async with administering(database) as owner:
        await kept.propose(owner, difference.difference_id, "li", "核对过")
        one = await kept.release(owner, difference.difference_id, "wang")
        return await mend(owner, one.repair)


async def states(database: str) -> dict[str, str]:
    async with administering(database) as owner:
        return {one.kind: one.state for one in await kept.listed(owner, kept.Asked(states=kept.ANY_STATE))}
