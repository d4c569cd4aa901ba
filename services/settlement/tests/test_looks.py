"""What identity tells costs what it changes: not a person's history, and not the years that it cannot change."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Final
from uuid import uuid4

import asyncpg
import pytest
from typing_extensions import override

from contracts import identity as told
from kernel.messaging.event_log import Message
from kernel.writing.command_path import CommandPath
from kernel.writing.event_store import EventStore
from law import Membership
from law.standing import Enrolment
from settlement.main import PARTS
from settlement.payment_refusals.commands import PaymentRefusals
from settlement.people.domain import ALWAYS, Days, PersonTold, days_changed
from settlement.reactions import identity
from settlement.reviews.commands.looking import Reviewing

LINES, PAYERS = {"compliant": "1000.00"}, {"BMI": "600.00", "CII": "0.00"}
IN_2018: Final = dict.fromkeys(("CII", "MA", "HPI"), "0.00") | {"BMI": "600.00"}
FIRST = date(2019, 1, 1)
NEW_YEAR = date(2020, 1, 1)


class Counting(asyncpg.Connection):
    """Counts statements, and the rows that came back."""

    statements = 0
    rows = 0

    @override
    async def fetch(self, *arguments: Any, **more: Any) -> Any:
        Counting.statements += 1
        found = await super().fetch(*arguments, **more)
        Counting.rows += len(found)
        return found

    @override
    async def execute(self, *arguments: Any, **more: Any) -> Any:
        Counting.statements += 1
        return await super().execute(*arguments, **more)


@asynccontextmanager
async def telling(database: str) -> AsyncIterator[Callable[..., Any]]:
    """Settlement's reaction alone: a message of identity is worked off, and what that cost comes back."""
    pool = await asyncpg.create_pool(
        database, connection_class=Counting, server_settings={"search_path": "settlement"}, min_size=1, max_size=1
    )
    path = CommandPath(EventStore(pool, PARTS.registry, PARTS.project))
    reaction = identity.subscription(Reviewing(path), PaymentRefusals(path))

    async def tell(person_id: str) -> tuple[int, int]:
        headers = {"ce_id": str(uuid4()), "ce_type": "x", "ce_time": "2019-08-20T09:00:00+00:00"}
        message = Message(topic=told.TOPIC, partition=0, offset=0, pseq=1, key=person_id, headers=headers, body=b"")
        Counting.statements = Counting.rows = 0
        async with pool.acquire() as connection, connection.transaction():
            await reaction.effects(connection, [message])
        return Counting.statements, Counting.rows

    yield tell
    await pool.close()


async def tell_the_same_again(desk: Any, person_id: str) -> None:
    """The rows of a message that says nothing new, whose look has not taken place yet."""
    await desk.service.pool.execute("UPDATE people SET revision = revision + 1 WHERE person_id = $1", person_id)


async def test_many_bills_and_few_cost_the_same_where_nothing_changed(jieyang: Any, database: str) -> None:
    costs = []
    for person, bills in (("P1", 3), ("P2", 20)):
        await jieyang.tell(person, "DIBAO")
        for _ in range(bills):
            await jieyang.bill(person, date(2019, 8, 5), LINES, PAYERS)
        await jieyang.reviews()
        await tell_the_same_again(jieyang, person)
        async with telling(database) as tell:
            costs.append(await tell(person))
    assert costs[0] == costs[1]
    assert costs[0][1] < 6, "no bill was read"


async def test_only_the_years_are_read_that_a_fact_can_change(leye: Any, database: str) -> None:
    await leye.tell("P1", "REGISTERED_POOR")
    for day, payers in [(date(2018, 8, 5), IN_2018)] * 3 + [(date(2019, 8, 5), IN_2018 | {"BMI2": "0.00"})] * 2:
        await leye.bill("P1", day, LINES, payers)
    await leye.reviews()
    stopped = """UPDATE people SET revision = 2, entitlement = jsonb_set(
        entitlement::jsonb, '{memberships,0,valid_to}', '"2019-06-30"')::json"""
    await leye.service.pool.execute(stopped)
    async with telling(database) as tell:
        await tell("P1")
    (row,) = await leye.reviews()
    found = await leye.review(row["review_id"])
    assert len(found["bills"]) == 2


def person(*members: Membership, **more: Any) -> PersonTold:
    return PersonTold(memberships=members, enrolments=(Enrolment("RESIDENT", 2019, FIRST, FIRST),), **more)


def member(valid_to: date | None = None, category: str = "DIBAO") -> Membership:
    return Membership(category=category, valid_from=FIRST, valid_to=valid_to)


@pytest.mark.parametrize(
    ("before", "now", "days"),
    [
        (person(member()), person(member()), None),
        (person(member(), member(category="TEKUN")), person(member(category="TEKUN"), member()), None),
        (person(member()), person(member(FIRST)), Days(FIRST, date.max)),
        (person(), person(member(NEW_YEAR)), Days(FIRST, NEW_YEAR)),
        (person(), person(deceased_on=NEW_YEAR), Days(NEW_YEAR, date.max)),
        (person(deceased_on=FIRST), person(deceased_on=NEW_YEAR), Days(FIRST, date.max)),
        (person(), person(merged_into="P2"), ALWAYS),
        (person(), PersonTold(), Days(FIRST, date(2019, 12, 31))),
    ],
    ids=["same", "same, in another order", "ends", "a year more", "died", "died later", "merged", "not enrolled"],
)
def test_the_days_that_a_change_concerns(before: PersonTold, now: PersonTold, days: Days | None) -> None:
    assert days_changed(before, now) == days


async def test_who_was_looked_at_on_something_older_is_looked_at_whole_after_the_next_bill(jieyang: Any) -> None:
    """A fact went there and back while its look was held up; a bill was settled in between."""
    await jieyang.tell("P1", "DIBAO")
    await jieyang.bill("P1", date(2019, 8, 5), LINES, PAYERS)
    await jieyang.reviews()
    await jieyang.service.pool.execute(
        "UPDATE people SET revision = 2, entitlement = replace(entitlement::text, 'DIBAO', 'TEKUN')::json"
    )
    between = await jieyang.bill("P1", date(2019, 8, 6), LINES, PAYERS)
    await jieyang.reviews()
    await jieyang.tell("P1", "DIBAO")  # revision 2 again is passed over by nobody: the rows say the newest
    await jieyang.service.pool.execute("UPDATE people SET revision = 3")
    await jieyang.tell("P1", "DIBAO")
    (row,) = await jieyang.reviews()
    bills = (await jieyang.review(row["review_id"]))["bills"]
    assert [bill["settlement_id"] for bill in bills] == [between["settlement_id"]]
