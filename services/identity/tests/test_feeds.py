"""Files of departments: a receipt for every row, the difference of full lists, and a person's word where it matters."""

from collections.abc import Iterable
from typing import Any, Final

import httpx
import pytest
from stdnum.cn import ric

from identity.intake import staging
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service

CSV: Final = "text/csv"
HEADINGS: Final = "身份证号,姓名,县区代码,开始日期,结束日期,脱贫状态"


def number_of(person: int) -> str:
    body = f"4452021960{person // 28 % 12 + 1:02d}{person % 28 + 1:02d}{person // 336:02d}2"
    return body + ric.calc_check_digit(f"{body}0")


def row(person: int, begins: str = "2018-01-01", ends: str = "", status: str = "NOT_LIFTED") -> str:
    return f"{number_of(person)},示例{person},445202,{begins},{ends},{status}"


def csv_of(rows: Iterable[str], headings: str = HEADINGS) -> bytes:
    return "\n".join([headings, *rows, ""]).encode()


async def send(
    client: httpx.AsyncClient,
    number: str,
    content: bytes,
    *,
    as_of: str = "2019-07-01T00:00:00+08:00",
    kind: str = "delta",
    media_type: str = CSV,
    **more: str,
) -> httpx.Response:
    asked = {"kind": kind, "as_of": as_of, "category": "REGISTERED_POOR", **more}
    if kind == "full":
        asked.setdefault("area", "445200")
    path = f"/v1/feeds/poverty-alleviation/batches/{number}"
    return await client.put(path, params=asked, content=content, headers={"Content-Type": media_type})


async def batch_in(client: httpx.AsyncClient, number: str, *states: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found: dict[str, Any] = (await client.get(f"/v1/feeds/poverty-alleviation/batches/{number}")).json()
        return found if found.get("status") in states else None

    found = await eventually(look)
    assert found is not None
    return found


async def taken(client: httpx.AsyncClient, number: str, content: bytes, **how: Any) -> dict[str, Any]:
    sent = await send(client, number, content, **how)
    assert sent.status_code == 202, sent.text
    return await batch_in(client, number, "APPLIED", "REFUSED", "HELD")


async def lines_of(client: httpx.AsyncClient, number: str, **asked: Any) -> list[dict[str, Any]]:
    answered = await client.get(f"/v1/feeds/poverty-alleviation/batches/{number}/rows", params=asked)
    found: list[dict[str, Any]] = answered.json()["items"]
    return found


async def memberships(client: httpx.AsyncClient) -> dict[str, tuple[str, str | None, str]]:
    rows = (await client.get("/v1/memberships", params={"department": "poverty-alleviation", "limit": 100})).json()
    return {
        f"{m['person_id']}/{m['valid_from']}": (m["valid_from"], m["valid_to"], m["poverty_status"])
        for m in rows["items"]
    }


async def test_every_row_of_a_delta_has_its_receipt(poverty_alleviation: httpx.AsyncClient) -> None:
    wrong = row(3).replace(number_of(3), number_of(3)[:-1] + ("0" if number_of(3)[-1] != "0" else "1"))
    batch = await taken(poverty_alleviation, "1", csv_of([row(1), row(2, ends="2017-12-31"), wrong, row(4)]))
    assert batch["status"] == "APPLIED"
    assert batch["outcomes"] == {"REFUSED": 2, "REGISTERED": 2}
    assert batch["counts"]["rows"] == 4
    lines = await lines_of(poverty_alleviation, "1", outcome="REFUSED")
    assert [(line["row"], line["code"]) for line in lines] == [
        (3, "DATES_OUT_OF_ORDER"),
        (4, "ID_NUMBER_CHECK_DIGIT"),
    ]
    held = await memberships(poverty_alleviation)
    assert sorted(held.values()) == [("2018-01-01", None, "NOT_LIFTED")] * 2
    receipt = await poverty_alleviation.get("/v1/feeds/poverty-alleviation/batches/1/receipt.csv")
    assert receipt.text.splitlines()[0].endswith("row,outcome,code,detail,person_id,sheet,remark")
    assert len(receipt.text.splitlines()) == 5


async def test_the_same_file_again_is_the_same_batch_and_another_one_is_refused(
    poverty_alleviation: httpx.AsyncClient,
) -> None:
    file = csv_of([row(1)])
    await taken(poverty_alleviation, "1", file)
    again = await send(poverty_alleviation, "1", file)
    assert again.status_code == 202
    other = await send(poverty_alleviation, "1", csv_of([row(2)]))
    assert (other.status_code, other.json()["code"]) == (409, "FEED_BATCH_REUSED")
    assert len(await memberships(poverty_alleviation)) == 1


async def test_an_older_batch_after_a_newer_one_undoes_nothing(poverty_alleviation: httpx.AsyncClient) -> None:
    newer = csv_of([row(1, ends="2019-06-30")])
    await taken(poverty_alleviation, "2", newer, as_of="2019-07-02T00:00:00+08:00")
    older = await taken(poverty_alleviation, "1", csv_of([row(1)]))
    assert older["outcomes"] == {"SUPERSEDED": 1}
    assert list((await memberships(poverty_alleviation)).values()) == [("2018-01-01", "2019-06-30", "NOT_LIFTED")]


async def test_a_full_list_adds_changes_and_ends(poverty_alleviation: httpx.AsyncClient) -> None:
    people = [row(n) for n in range(1, 31)]
    first = await taken(poverty_alleviation, "1", csv_of(people), kind="full")
    assert first["outcomes"] == {"REGISTERED": 30}
    # One is no longer named, one is lifted, one is new; 28 are as they were.
    changed = [*people[:28], row(29, status="RETURNED"), row(40)]
    second = await taken(poverty_alleviation, "2", csv_of(changed), kind="full", as_of="2019-07-02T00:00:00+08:00")
    assert second["counts"]["unchanged"] == 28
    assert second["outcomes"] == {"CHANGED": 1, "ENDED": 1, "REGISTERED": 1}
    held = list((await memberships(poverty_alleviation)).values())
    assert held.count(("2018-01-01", "2019-07-02", "NOT_LIFTED")) == 1
    assert held.count(("2018-01-01", None, "RETURNED")) == 1
    assert len(held) == 31


async def test_a_list_that_would_end_many_waits_for_another_person(
    identity: Service, poverty_alleviation: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    await taken(poverty_alleviation, "1", csv_of([row(n) for n in range(1, 11)]), kind="full")
    short = csv_of([row(n) for n in range(1, 6)])
    held = await taken(poverty_alleviation, "2", short, kind="full", as_of="2019-07-02T00:00:00+08:00")
    assert (held["status"], held["counts"]["ending"], held["counts"]["standing"]) == ("HELD", 5, 10)
    assert all(ends is None for _, ends, _ in (await memberships(poverty_alleviation)).values())
    path = "/v1/feeds/poverty-alleviation/batches/2/release"
    own = await poverty_alleviation.post(path, json={"reason": "我核对过"}, headers={"Idempotency-Key": "r1"})
    assert (own.status_code, own.json()["code"]) == (403, "FEED_SAME_PERSON")
    released = await agency.post(path, json={"reason": "已电话核实"}, headers={"Idempotency-Key": "r2"})
    assert released.status_code == 200, released.text
    applied = await batch_in(poverty_alleviation, "2", "APPLIED")
    assert applied["outcomes"] == {"ENDED": 5}
    assert applied["judged_because"] == "已电话核实"


async def test_a_list_is_compared_slice_by_slice_so_that_no_transaction_lasts_as_long_as_the_list(
    identity: Service, poverty_alleviation: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "SLICE_ROWS", 4)
    await taken(poverty_alleviation, "1", csv_of([row(n) for n in range(1, 11)]), kind="full")
    changed = [*(row(n, status="RETURNED") for n in range(1, 6)), row(20), row(21), row(21)]
    held = await taken(poverty_alleviation, "2", csv_of(changed), kind="full", as_of="2019-07-02T00:00:00+08:00")
    assert held["status"] == "HELD"
    assert (held["counts"]["changing"], held["counts"]["ending"], held["counts"]["refused"]) == (7, 5, 1)
    written = await identity.pool.fetch(
        "SELECT array_agg(row ORDER BY row) AS rows FROM feed_lines WHERE outcome = 'PENDING' AND row IS NOT NULL "
        "AND batch_id = $1 GROUP BY xmin::text ORDER BY min(row)",
        held["batch_id"],
    )
    assert [len(found["rows"]) for found in written] == [3, 4], "each slice is a transaction; row 1 are the headings"


async def test_a_held_list_can_be_thrown_away(
    poverty_alleviation: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    await taken(poverty_alleviation, "1", csv_of([row(n) for n in range(1, 11)]), kind="full")
    short = csv_of([row(1)])
    await taken(poverty_alleviation, "2", short, kind="full", as_of="2019-07-02T00:00:00+08:00")
    path = "/v1/feeds/poverty-alleviation/batches/2/discard"
    done = await agency.post(path, json={"reason": "名单不全"}, headers={"Idempotency-Key": "d1"})
    assert done.status_code == 200, done.text
    assert (await batch_in(poverty_alleviation, "2", "DISCARDED"))["outcomes"] is None
    assert all(ends is None for _, ends, _ in (await memberships(poverty_alleviation)).values())


async def test_nobody_is_ended_for_a_wrong_cell_or_while_a_row_names_nobody_knows_whom(
    poverty_alleviation: httpx.AsyncClient,
) -> None:
    people = [row(n) for n in range(1, 41)]
    await taken(poverty_alleviation, "1", csv_of(people), kind="full")
    wrong_day = people[0].replace("2018-01-01", "2018-13-01")
    second = await taken(
        poverty_alleviation, "2", csv_of([wrong_day, *people[1:]]), kind="full", as_of="2019-07-02T00:00:00+08:00"
    )
    assert second["outcomes"] == {"REFUSED": 1}
    no_number = people[0].replace(number_of(1), "445202196001010")
    third = await taken(
        poverty_alleviation, "3", csv_of([no_number[:10] + "x" + no_number[10:], *people[1:]]), kind="full",
        as_of="2019-07-03T00:00:00+08:00",
    )  # fmt: skip
    assert (third["status"], third["counts"]["unidentified"], third["counts"]["ending"]) == ("HELD", 1, 1)


async def test_an_older_list_than_the_newest_is_refused_whole(poverty_alleviation: httpx.AsyncClient) -> None:
    await taken(poverty_alleviation, "2", csv_of([row(1)]), kind="full", as_of="2019-07-02T00:00:00+08:00")
    older = await taken(poverty_alleviation, "1", csv_of([row(1), row(2)]), kind="full")
    assert (older["status"], older["problem"]["code"]) == ("REFUSED", "FEED_OLDER_THAN_LIST")
    late = await taken(poverty_alleviation, "3", csv_of([row(1, ends="2018-12-31"), row(5)]))
    assert late["outcomes"] == {"REGISTERED": 1, "SUPERSEDED": 1}


async def test_a_death_in_a_file_is_recorded(poverty_alleviation: httpx.AsyncClient) -> None:
    file = csv_of([f"{row(1)},2019-06-01"], f"{HEADINGS},死亡日期")
    batch = await taken(poverty_alleviation, "1", file)
    line = (await lines_of(poverty_alleviation, "1"))[0]
    assert batch["outcomes"] == {"REGISTERED": 1}
    person = await poverty_alleviation.get(f"/v1/persons/{line['person_id']}")
    assert person.json()["deceased_on"] == "2019-06-01"


async def test_another_department_sees_and_sends_nothing_here(
    poverty_alleviation: httpx.AsyncClient, civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    await taken(poverty_alleviation, "1", csv_of([row(1)]))
    assert (await civil_affairs.get("/v1/feeds/poverty-alleviation/batches/1")).status_code == 403
    assert (await send(civil_affairs, "9", csv_of([row(1)]))).status_code == 403
    foreign = await poverty_alleviation.put(
        "/v1/feeds/poverty-alleviation/batches/2",
        params={"kind": "delta", "as_of": "2019-07-01T00:00:00Z", "category": "DIBAO"},
        content=csv_of([row(1)]),
        headers={"Content-Type": CSV},
    )
    assert foreign.json()["code"] == "CATEGORY_NOT_OWNED"
    listed = await agency.get("/v1/feeds/poverty-alleviation/batches")
    assert [batch["number"] for batch in listed.json()["items"]] == ["1"]


async def test_lateness_is_the_time_from_what_a_file_speaks_for_to_its_receipt(
    poverty_alleviation: httpx.AsyncClient,
) -> None:
    # The clock of these tests stands at 2019-08-01 09:00 in China.
    await taken(poverty_alleviation, "1", csv_of([row(1)]), as_of="2019-07-31T09:00:00+08:00")
    await taken(poverty_alleviation, "2", csv_of([row(2)]), as_of="2019-07-30T09:00:00+08:00")
    late = (await poverty_alleviation.get("/v1/feeds/lateness")).json()
    assert late == [
        {"department": "poverty-alleviation", "month": "2019-08", "batches": 2, "median_hours": 24, "max_hours": 48}
    ]


async def test_a_department_that_needs_approval_cannot_feed(identity: Service) -> None:
    nobody = await identity.client(Role.HOSPITAL, "H1")
    assert (await send(nobody, "1", csv_of([row(1)]))).status_code == 403
