"""No statement of a day walks along a whole table: the cost of a command must not follow history."""

import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from kernel.security import Role
from kernel.writing.database import administering, session_settings
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import Platform, running_platform
from onestop.quiescence import wait_until_arrived
from onestop.services import SERVICES
from workbench.demo.day import RESERVED, Day, Plan
from workbench.demo.town import settle_in

POLICIES = Path(__file__).parents[2] / "policies"
LOGGED = {"logging_collector": "on", "log_destination": "jsonlog", "log_statement": "all", "log_directory": "log"}
INPATIENTS = 12
#: One row, or one a partition or a year put away; as many as there are institutions, accounts and payers; what waits
#: for a decision.
SMALL = {"timeline", "leadership", "sequencer", "relay", "inbox_cursor", "inbox_parked", "archives"}
SMALL |= {
    "institutions",
    "balances",
    "payer_totals",
    "payment_lists",
    "referrals_waiting",
    "webhooks",
    "webhook_positions",
}
#: Such steps read what a condition of an index finds; without one they read everything.
WALKS = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan"}


class Asked(msgspec.Struct, frozen=True):
    """One statement of a service."""

    service: str
    sql: str


async def test_no_statement_of_a_day_walks_along_a_table(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", LOGGED) as server:
        async with running_platform(server.url(), tmp_path, POLICIES) as platform:
            town = await settle_in(platform, RESERVED + INPATIENTS + 8)
            chance = Random(3)
            day = Day(platform, town.people, town.ids, town.today, chance)
            await day.play(Plan(12, INPATIENTS, 4, 3, 2), lambda _name: None)
            await wait_until_arrived(server.url())
            await _read_everything(platform, await _names(server.url()))
        asked = set(_asked(tmp_path / "postgres/data/log"))
        assert len(asked) > 60, asked
        walks = {one: steps for one in sorted(asked, key=str) if (steps := await _walks(server.url(), one))}
    assert not walks, "\n\n".join(f"{one.service}: {steps}\n{one.sql}" for one, steps in walks.items())


async def _names(url: str) -> dict[str, str]:
    async with administering(url, search_path="settlement") as connection:
        row = await connection.fetchrow("SELECT settlement_id, encounter_id, person_id, hospital_id FROM settlements")
    assert row is not None
    return dict(row)


async def _read_everything(platform: Platform, names: dict[str, str]) -> None:
    """Every read of every service, by whoever may, of something that is there where that is known."""
    for service, by in product(SERVICES, ((Role.AGENCY, None), (Role.OPERATIONS, None), (Role.DEPARTMENT, "health"))):
        client = platform.client(service, *by)
        paths = (await client.get("/openapi.json")).json()["paths"]
        for path in (path for path, calls in paths.items() if "get" in calls):
            wanted = re.findall(r"\{(\w+)\}", path)
            reply = await client.get(path.format(**{name: names.get(name, f"no-{name}") for name in wanted}))
            assert reply.status_code < 500, (path, reply.text)


def _asked(folder: Path) -> Iterator[Asked]:
    """What services read and wrote, but for reports that say that they read whole tables."""
    schemas = {service.schema for service in SERVICES.values()}
    whole = set[str]()
    for line in sorted(folder.glob("*.json"))[0].read_text().splitlines():
        entry: dict[str, Any] = json.loads(line)
        said, session = entry.get("message", ""), entry.get("session_id", "")
        if entry.get("user") not in schemas:
            continue
        if "enable_seqscan = on" in said:
            whole.add(session)
        elif "COMMIT" in said or "ROLLBACK" in said:
            whole.discard(session)
        head, _, sql = said.partition(": ")
        if "typeinfo_tree" in said:
            continue  # the driver asks the catalogue
        if session not in whole and head.startswith("execute") and sql.split()[0] in {"SELECT", "WITH", "UPDATE"}:
            yield Asked(entry["user"], sql)


async def _walks(url: str, asked: Asked) -> list[str]:
    """The steps of a statement's plan that read a growing table from one end to the other."""
    async with administering(url, **{**session_settings(asked.service), "statement_timeout": "0"}) as connection:
        nothing = ", ".join(["NULL"] * len(set(re.findall(r"\$\d+", asked.sql))))
        await connection.execute(f"PREPARE asked AS {asked.sql}")
        told = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked{f'({nothing})' if nothing else ''}")
    return list(_steps(json.loads(told)[0]["Plan"], bounded=False))


def _steps(step: dict[str, Any], *, bounded: bool) -> Iterator[str]:
    kind, bounded = step["Node Type"], bounded or step["Node Type"] == "Limit"
    of = step.get("Relation Name", step.get("Index Name"))
    if kind in WALKS and "Index Cond" not in step and not bounded and of not in SMALL:
        yield f"{kind} of {of}"
    for below in step.get("Plans", ()):
        yield from _steps(below, bounded=bounded)
