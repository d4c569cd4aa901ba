"""Taking back what a batch did: a line a person, each group one command whose answer says what became of every line."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from identity.feeds.domain.batch import Batch, Counts
from identity.feeds.domain.handling import Handling, handling_of
from identity.feeds.domain.households import undo_household
from identity.feeds.domain.lines import Line, Receipt
from identity.feeds.domain.undoing import undo, undo_move
from identity.intake.domain import both
from identity.persons.domain.approval import ApprovalRules
from identity.persons.domain.person import DECIDER, standing
from kernel.running.runtime import Runtime
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend

_STAGE_SQL: Final = """
INSERT INTO feed_lines (batch_id, line, outcome, person_id)
SELECT $1, row_number() OVER (ORDER BY min(line)), 'PENDING', person_id FROM feed_lines
WHERE batch_id = $2 AND outcome IN ('REGISTERED', 'ADDED', 'CHANGED', 'MOVED', 'MOVED_AWAY', 'ENDED')
  AND person_id IS NOT NULL
GROUP BY person_id
"""
_COUNT_SQL: Final = "SELECT count(*) FROM feed_lines WHERE batch_id = $1"
_NEWER: Final = both("之后又有更新的认定，那一部分没有撤销", "something newer was said since; that part stays")
_DEATH: Final = both("死亡登记没有撤销，如有误请单独更正", "the recorded death stays; correct it where it is wrong")


class Undo:
    """Works through the people whom a batch changed."""

    def __init__(self, runtime: Runtime, rules: ApprovalRules) -> None:
        self._runtime = runtime
        self._rules = rules

    async def stage(self, batch: Batch, undone: Batch) -> Counts:
        """A line for each person whom the undone batch changed."""
        pool = self._runtime.store.pool
        await pool.execute("DELETE FROM feed_lines WHERE batch_id = $1", batch.batch_id)
        await pool.execute(_STAGE_SQL, batch.batch_id, undone.batch_id)
        found: int = await pool.fetchval(_COUNT_SQL, batch.batch_id)
        return Counts(rows=0, refused=0, unchanged=0, changing=found, ending=0)

    async def apply(self, context: CommandContext, batch: Batch, undone: Batch, lines: Sequence[Line]) -> list[Receipt]:
        """Decide and commit a group. Where the database refuses it, each line is tried by itself."""
        handling = handling_of(batch, self._rules)

        async def attempt() -> Outcome:
            streams = [f"{kind}/{line.person_id}" for line in lines for kind in ("person", "facts")]
            loaded = await self._runtime.store.load_many(streams)
            appends: list[StreamAppend] = []
            receipts: list[Receipt] = []
            for line in lines:
                stream, past = loaded[f"person/{line.person_id}"]
                of_facts, told = loaded[f"facts/{line.person_id}"]
                back, receipt = _decided(undone, handling, line, past, told)
                receipts.append(receipt)
                appends += [
                    StreamAppend(of, events) for of, events in ((stream, back.person), (of_facts, back.facts)) if events
                ]
            return Outcome(tuple(appends), receipts)

        try:
            answered = await self._runtime.path.run(context, attempt)
        except Refused as refused:
            if len(lines) == 1:
                return [Receipt(lines[0].line, "REFUSED", lines[0].person_id, refused.code, refused.detail)]
            receipts: list[Receipt] = []
            for line in lines:
                alone = msgspec.structs.replace(context, key=f"{context.key}/{line.line}")
                receipts += await self.apply(alone, batch, undone, [line])
            return receipts
        return msgspec.json.decode(answered.body, type=list[Receipt])


class Back(msgspec.Struct, frozen=True):
    """What brings a person back to how they stood, and what brings back the facts about them."""

    person: tuple[Any, ...] = ()
    facts: tuple[Any, ...] = ()


def _decided(
    undone: Batch, handling: Handling, line: Line, past: Sequence[Any], told: Sequence[Any]
) -> tuple[Back, Receipt]:
    assert line.person_id is not None, "a line of an undo is about somebody"
    try:
        state = standing(DECIDER.fold(past))
        # Who moved since may live where three people handle what is said.
        handling.check(state.county, outside=False)
        found = undo(undone, past)
        events = list(found.events)
        events += undo_move(undone, past, events[-1].entitlement if events else state)
        household = undo_household(undone, line.person_id, told)
    except Refused as refused:
        return Back(), Receipt(line.line, "REFUSED", line.person_id, refused.code, refused.detail)
    code, detail = None, None
    is_newer = found.is_newer or household.is_newer
    if is_newer:
        code, detail = "UNDO_NEWER_STAYS", _NEWER
    elif found.death_stays:
        code, detail = "UNDO_DEATH_STAYS", _DEATH
    back = Back(tuple(events), household.events)
    outcome = "UNDONE" if back.person or back.facts else "SUPERSEDED" if is_newer else "UNCHANGED"
    return back, Receipt(line.line, outcome, line.person_id, code, detail)
