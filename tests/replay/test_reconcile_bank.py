"""Ledger and bank in the reconciliation: what nobody has explained is found, named, owned, and mended by its door."""

import json
from typing import Any, Final
from uuid import uuid4

import httpx
from tests.command_line import onestop
from tests.replay.reconciling import found_in, states

from kernel.security import Role
from kernel.writing.database import administering
from onestop.platform import Platform
from onestop.reconcile import kept
from onestop.reconcile.bank import FOUND_MAX
from onestop.reconcile.figures import Figures

PATH: Final = "/v1/bank-statements?county=445202&fund=MA"
HEAD: Final = "交易日期,借方发生额,贷方发生额,账户余额,交易流水号,摘要\n"
RECEIPT: Final = {"county": "445202", "fund": "MA", "source": "BUDGET"}


async def posted(finance: httpx.AsyncClient, path: str, **body: Any) -> Any:
    reply = await finance.post(path, json=body, headers={"idempotency-key": str(uuid4())})
    assert reply.is_success, reply.text
    return reply.json()


async def statement(finance: httpx.AsyncClient, came: str, *rows: str) -> str:
    content = HEAD + "".join(f"{row}\n" for row in rows) + f"合计,0.00,{came},,,\n"
    headers = {"content-type": "text/csv", "idempotency-key": f"statement-{came}"}
    reply = await finance.post(PATH, content=content.encode(), headers=headers)
    assert reply.status_code == 201, reply.text
    name: str = reply.json()["statement_id"]
    return name


async def test_what_ledger_and_bank_say_alone_is_a_difference_until_somebody_explains_it(
    platform: Platform, restored: str
) -> None:
    finance = platform.client("fund-ledger", Role.FINANCE, None)
    assert await found_in(restored) == ()
    met = await posted(finance, "/v1/fund-receipts", **RECEIPT, amount="321.09", value_on="2026-11-10")
    unseen = await posted(finance, "/v1/fund-receipts", **RECEIPT, amount="77.00", value_on="2026-11-12")
    late = await posted(finance, "/v1/fund-receipts", **RECEIPT, amount="66.00", value_on="2026-11-20")
    name = await statement(
        finance, "326.09", "2026-11-10,,321.09,1321.09,BR1,", "2026-11-25,,5.00,1326.09,BR2,郑庚示 退款"
    )
    found = {one.kind: one for one in await found_in(restored)}
    assert found.keys() == {"BANK_LINE_UNEXPLAINED", "BANK_NEVER_SAW"}
    line, journal = found["BANK_LINE_UNEXPLAINED"], found["BANK_NEVER_SAW"]
    assert (line.subject, line.owner) == (f"{name}/2", "finance")
    assert "5.00 yuan on 2026-11-25" in line.says
    assert "郑庚示" not in line.says, "the bank's words may name a person"
    assert journal.subject == f"bank/445202/MA {unseen['journal_id']}"
    # What met its line is explained, and what is younger than ten days may still be on its way.
    assert not any(one["journal_id"] in str(found) for one in (met, late))
    listed = await onestop("reconcile", "list", "--database", restored)
    assert (listed.exit_code, listed.output.count("(finance)")) == (1, 2), listed.output
    # The doors that the differences name.
    assert f"POST /v1/bank-statements/{name}/lines/2/settling" in line.command
    await posted(finance, f"/v1/bank-statements/{name}/lines/2/settling", reason="INTEREST")
    assert [one.kind for one in await found_in(restored)] == ["BANK_NEVER_SAW"]
    assert (await states(restored))["BANK_LINE_UNEXPLAINED"] == "MENDED"
    second = await statement(finance, "77.00", "2026-11-26,,77.00,1403.09,BR3,")
    await posted(finance, f"/v1/bank-statements/{second}/lines/1/settling", journal_ids=[unseen["journal_id"]])
    found = {one.kind: one for one in await found_in(restored)}
    assert found == {}
    assert set((await states(restored)).values()) == {"MENDED"}


async def test_a_line_that_is_explained_ends_its_difference_behind_more_than_a_run_looks_into(
    platform: Platform, restored: str
) -> None:
    finance = platform.client("fund-ledger", Role.FINANCE, None)
    rows = [f"2026-11-25,,1.00,{1000 + number}.00,BR{number}," for number in range(1, FOUND_MAX + 2)]
    name = await statement(finance, f"{FOUND_MAX + 1}.00", *rows)
    assert len(await found_in(restored)) == FOUND_MAX
    await posted(finance, f"/v1/bank-statements/{name}/lines/7/settling", reason="INTEREST")
    assert len(await found_in(restored)) == FOUND_MAX
    async with administering(restored) as owner:
        everything = {one.subject: one.state for one in await kept.listed(owner, kept.Asked(states=kept.ANY_STATE))}
        (count,) = (await kept.standing(owner)).counts
    assert [subject for subject, state in everything.items() if state == "MENDED"] == [f"{name}/7"]
    assert (len(everything), count.count) == (FOUND_MAX + 1, FOUND_MAX)


async def test_the_list_of_differences_goes_on_from_page_to_page(platform: Platform, restored: str) -> None:
    finance = platform.client("fund-ledger", Role.FINANCE, None)
    await statement(finance, "15.00", *(f"2026-11-25,,5.00,{1005 + 5 * n}.00,BR{n}," for n in range(3)))
    names = [one.difference_id for one in await found_in(restored)]
    seen, after = list[str](), ""
    for pages in range(1, 4):
        asked = ["--after", after, "--limit", "1", "--kind", "BANK_LINE_UNEXPLAINED", "--json"]
        page = await onestop("reconcile", "list", *asked, "--database", restored)
        assert page.exit_code == 1
        (one,) = json.loads(page.output)
        after = one["difference_id"]
        seen.append(after)
        assert len(seen) == pages
    assert sorted(seen) == sorted(names)
    text = await onestop("reconcile", "list", "--limit", "2", "--database", restored)
    assert f"and more: `--after {seen[1]}`" in text.output
    other = await onestop("reconcile", "list", "--kind", "ROW_MISSING", "--database", restored)
    assert (other.exit_code, "no differences" in other.output) == (1, True), "another class is not mended"


async def test_before_the_first_run_no_moment_of_one_is_told(restored: str) -> None:
    figures, name = Figures(), "onestop_reconciliation_ended_timestamp_seconds"
    async with administering(restored) as owner:
        await kept.make_tables(owner)
        await owner.execute("DELETE FROM reconciliation.runs")
        figures.tell(await kept.standing(owner))
    assert figures.registry.get_sample_value(name, {"service": "reconcile"}) is None


async def test_what_is_not_mended_is_told_to_prometheus(platform: Platform, restored: str) -> None:
    finance = platform.client("fund-ledger", Role.FINANCE, None)
    await statement(finance, "5.00", "2026-11-25,,5.00,1005.00,BR2,")
    await found_in(restored)
    figures, labels = Figures(), {"service": "reconcile", "kind": "BANK_LINE_UNEXPLAINED", "owner": "finance"}
    async with administering(restored) as owner:
        ended_at = await owner.fetchval("SELECT max(ended_at) FROM reconciliation.runs")
        figures.tell(await kept.standing(owner))
        value = figures.registry.get_sample_value
        assert value("onestop_reconciliation_differences", labels) == 1
        ended = value("onestop_reconciliation_ended_timestamp_seconds", {"service": "reconcile"})
        assert ended == ended_at.timestamp()
        figures.tell(kept.Standing((), ended_at))
        assert value("onestop_reconciliation_differences", labels) is None
