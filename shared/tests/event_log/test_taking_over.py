"""Taking a relay over: what is out keeps its number, however often whoever takes over dies at it."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from shared.tests.event_log.signed import Signed, relay_of

from kernel.testing.deadline import eventually

_KEPT_SQL = """
CREATE TABLE kept (gseq bigint, pseqs json);
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO tally.kept VALUES (NEW.gseq, NEW.pseqs); RETURN NEW; END $$;
CREATE TRIGGER keep AFTER UPDATE ON relay FOR EACH ROW EXECUTE FUNCTION keep();
"""
_BACK_SQL = "UPDATE relay SET gseq = $1, pseqs = $2::text::json, heads = $3::text::json, unchained = $4::text::json"


async def _sent_without_the_cursor_behind_it(signed: Signed, count: int) -> None:
    """A relay sends some messages and dies; its stored cursor stands after the first."""
    await signed.runtime.start()
    await signed.count("k1", "a", 1)
    await signed.hears(1)

    async def stored() -> Any:
        return await signed.pool.fetchrow("SELECT gseq, pseqs, heads, unchained FROM relay WHERE gseq = 1")

    first = await eventually(stored)
    for n in range(2, count + 1):
        await signed.count(f"k{n}", "a", n)
        await signed.hears(n)
    await signed.runtime.stop()
    await signed.pool.execute(_BACK_SQL, *first)


async def _numbers(signed: Signed) -> Sequence[int]:
    return [message.pseq for message in await signed.on_topic()]


@pytest.mark.parametrize("deaths", [0, 1, 2])
@pytest.mark.parametrize("signing", ["since ever", "from now on"])
async def test_who_dies_right_after_taking_over_leaves_nothing_to_be_sent_twice(
    signed: Signed, deaths: int, signing: str
) -> None:
    if signing == "from now on":
        signed.runtime = signed.another(None)
    await _sent_without_the_cursor_behind_it(signed, 4)
    for _ in range(deaths):
        dying = signed.another(signed.key)
        await dying.start(background=False)
        taken = await (await relay_of(dying))._taken_over()
        assert sum(taken.pseqs) == 4
        await dying.stop()
    await signed.restart(signed.key)
    await signed.count("k5", "a", 5)
    assert await signed.hears(5) == [("a", n) for n in range(1, 6)]
    assert await _numbers(signed) == [1, 2, 3, 4, 5]


async def test_the_stored_numbers_are_always_those_of_the_events_up_to_the_stored_one(signed: Signed) -> None:
    await _sent_without_the_cursor_behind_it(signed, 4)
    await signed.pool.execute(_KEPT_SQL)
    await signed.restart(signed.key)
    await signed.count("k5", "a", 5)
    await signed.hears(5)

    async def stored_to_the_end() -> bool:
        return bool(await signed.pool.fetchval("SELECT gseq = 5 FROM relay"))

    await eventually(stored_to_the_end)
    # Each event of the tally is told, so that republishing counts as many messages as there are events.
    kept = await signed.pool.fetch("SELECT gseq, pseqs FROM kept")
    assert [(row["gseq"], sum(msgspec.json.decode(row["pseqs"]))) for row in kept] == [(r["gseq"],) * 2 for r in kept]
