"""Settlements over HTTP, prepared so that only the settling is measured."""

import json
import time
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.http_load import post, send_all
from benchmarks.platform_process import issuer, urls
from kernel.security import Role
from onestop.platform import Platform
from workbench.demo.city import HOSPITALS
from workbench.demo.town import Town, settle_in

LINES = 20


async def prepare(database: str, folder: Path, *, people: int, each: int) -> list[bytes]:
    """A town, and for each person some discharged bills; gives the requests that settle them."""
    async with AsyncExitStack() as stack:
        platform = Platform(database, urls(), issuer(folder), stack)
        town = await settle_in(platform, people)
        return await prepare_bills(town, folder, each=each, name="bench")


async def prepare_bills(town: Town, folder: Path, *, each: int, name: str) -> list[bytes]:
    """Bills of 20 lines; one hospital a person."""
    tokens = {
        h.hospital_id: issuer(folder).issue(Role.HOSPITAL, "bench", h.hospital_id, 7200, time.time()) for h in HOSPITALS
    }
    hospitals = list(tokens)
    # Neighbouring requests are of different persons, as at a window.
    patients = [
        (person_id, hospitals[i % len(hospitals)]) for _ in range(each) for i, person_id in enumerate(town.ids.values())
    ]
    visit = {"kind": "special_outpatient", "admitted_on": town.today.isoformat()}
    admissions = [
        post("/v1/encounters", {**visit, "person_id": person_id}, tokens[hospital], f"{name}-a{n}")
        for n, (person_id, hospital) in enumerate(patients)
    ]
    _, bodies, _ = await send_all(urls()["settlement"], requests=admissions, connections=32)
    ids = [json.loads(body)["encounter_id"] for body in bodies]
    lines = [{"item": f"item {i}", "amount": "50.00", "cost_class": "compliant"} for i in range(LINES)]
    stays = [(n, f"/v1/encounters/{i}", tokens[h]) for n, (i, (_, h)) in enumerate(zip(ids, patients, strict=True))]
    fees = [post(f"{path}/fees", {"lines": lines}, token, f"{name}-f{n}") for n, path, token in stays]
    await send_all(urls()["settlement"], requests=fees, connections=32)
    bill = {"payers": {"BMI": "600.00", "CII": "0.00"}}
    return [post(f"{path}/settlement", bill, token, f"{name}-s{n}") for n, path, token in stays]
