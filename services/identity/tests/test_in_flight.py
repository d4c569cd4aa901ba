"""Groups of a batch in flight: some at once, about one person one after the other, and none left behind."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from identity.feeds.commands.in_flight import InFlight

NOBODY = frozenset[str]()


class Told:
    """What groups did, in its order; a group goes on once it is let."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.may_end: dict[str, asyncio.Event] = {}

    def group(self, name: str) -> Callable[[], Awaitable[None]]:
        self.may_end[name] = asyncio.Event()

        async def work() -> None:
            self.said.append(f"{name} begins")
            await self.may_end[name].wait()
            self.said.append(f"{name} ends")

        return work


async def settled(told: Told, count: int) -> list[str]:
    """What was said once everybody who can go on has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(told.said) == count, told.said
    return told.said


async def test_the_next_group_begins_while_one_is_written_and_a_third_waits() -> None:
    told = Told()
    async with InFlight(2) as groups:
        for name in ("a", "b"):
            await groups.begin(frozenset((name,)), told.group(name))
        third = asyncio.create_task(groups.begin(frozenset("c"), told.group("c")))
        assert await settled(told, 2) == ["a begins", "b begins"]
        told.may_end["a"].set()
        assert await settled(told, 4) == ["a begins", "b begins", "a ends", "c begins"]
        await third
        for name in ("b", "c"):
            told.may_end[name].set()
    assert set(told.said[4:]) == {"b ends", "c ends"}


async def test_who_stands_in_two_groups_is_decided_on_in_their_order() -> None:
    told = Told()
    async with InFlight(3) as groups:
        await groups.begin(frozenset(("1", "2")), told.group("a"))
        await groups.begin(frozenset(("3",)), told.group("b"))
        again = asyncio.create_task(groups.begin(frozenset(("2", "4")), told.group("c")))
        told.may_end["b"].set()
        assert await settled(told, 3) == ["a begins", "b begins", "b ends"]
        told.may_end["a"].set()
        await again
        told.may_end["c"].set()
    assert told.said == ["a begins", "b begins", "b ends", "a ends", "c begins", "c ends"]


@pytest.mark.parametrize("who_fails", ["a group", "whoever begins them"])
async def test_after_a_failure_no_group_goes_on(who_fails: str) -> None:
    told, before = Told(), asyncio.all_tasks()

    async def fails() -> None:
        raise ValueError("a group")

    async def worked() -> None:
        async with InFlight(2) as groups:
            await groups.begin(NOBODY, told.group("a") if who_fails != "a group" else fails)
            await groups.begin(NOBODY, told.group("b"))
            if who_fails != "a group":
                raise ValueError(who_fails)
            await groups.begin(NOBODY, told.group("c"))

    with pytest.raises(ValueError, match=who_fails):
        await worked()
    for may_end in told.may_end.values():
        may_end.set()
    await asyncio.sleep(0)
    assert not [said for said in told.said if said.endswith("ends")]
    assert asyncio.all_tasks() <= before
