"""A settled patient is erased: the money stays right, the events stay unchanged, and replay still agrees."""

from typing import Any

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify, verify_chain
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.report import read_books
from workbench.demo.window import Window


async def test_replay_is_identical_after_an_erasure(embedded_town: Any) -> None:
    town = embedded_town
    platform = town.platform
    person_id = town.someone("DIBAO")
    window = Window(platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    await stories.stay(window, person_id, town.today, 5, stories.Bill(2_000_000, 100_000, 1_000_000))
    await wait_until_arrived(platform.admin_url)
    before = await verify(platform.admin_url)
    assert before.identical, before.differences

    li, wang = (Window(platform, Role.AGENCY, subject=name) for name in ("li", "wang"))
    path = f"/v1/persons/{person_id}/erasure"
    await li.post("identity", path, {"reason": "RETENTION_ENDED"}, key="erasure-1")
    await wang.post("identity", f"{path}/confirmation", {}, key="erasure-2")
    await wait_until_arrived(platform.admin_url)

    assert (await li.get("identity", f"/v1/persons/{person_id}"))["erased"] is True
    after = await verify(platform.admin_url)
    assert after.identical, after.differences
    assert after.settlements == before.settlements
    assert (await verify_chain(platform.admin_url)).broken == ()
    assert (await read_books(platform.admin_url)).problems == []
