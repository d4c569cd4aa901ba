"""Every operation of every service and the desk, called as its own schema allows and as it forbids (schemathesis).

Whatever comes in, nothing answers 5xx, and every answer is one that the document describes: its status, its media type,
its shape. Every second request names what there is: a person, a stay, a settlement. The short run takes a few requests
an operation; ``make fuzz`` takes many.
"""

import asyncio
import itertools
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kernel.security import Issuer, Role
from kernel.values.china_time import china_date
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.one_process import DOORS
from onestop.platform import recreate_database
from onestop.quiescence import wait_until_arrived
from workbench.examples.http_client import HttpClient
from workbench.examples.http_run import running_services

POLICIES: Final = Path(__file__).parent.parent.parent / "policies"
#: Requests an operation and role.
EXAMPLES: Final = int(os.environ.get("ONESTOP_FUZZ_EXAMPLES", "2"))
_CHECKS: Final = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
_ORGANISATIONS: Final = {
    Role.HOSPITAL: "H1",
    Role.DEPARTMENT: "civil-affairs",
    Role.AGENCY: "A1",
    Role.TOWNSHIP: "451028001",
}

_PATIENT: Final = {
    "id_number": "451028197503070020",
    "name": "示例",
    "born_on": "1975-03-07",
    "sex": "FEMALE",
    "county": "451028",
}
_PAYERS: Final = {"BMI": "5000.00", "CII": "0.00", "BMI2": "0.00", "MA": "0.00", "HPI": "0.00"}
#: What there is, by the name under which paths, queries and bodies ask for it.
Seeds = dict[str, str]
#: The addresses of the services, who issues their tokens, and what there is.
Running = tuple[dict[str, str], Issuer, Seeds]


@pytest.fixture(scope="module")
def services(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, name = tmp_path_factory.mktemp("fuzz"), f"fuzz_{os.getpid()}"
    asyncio.run(recreate_database(postgres.url("postgres"), name))
    with running_services(postgres.url(name), folder, POLICIES) as urls:
        issuer = Issuer.in_folder(folder / "keys")
        client = HttpClient(urls, issuer, lambda: asyncio.run(wait_until_arrived(postgres.url(name))))
        yield urls, issuer, _seeded(client)
        client.close()


def _seeded(client: HttpClient) -> Seeds:
    """Play one patient's stay at H1, settled and booked."""

    def said(role: Role, service: str, path: str, **body: Any) -> dict[str, Any]:
        found: dict[str, Any] = client.post(service, path, body, role, _ORGANISATIONS.get(role))
        return found

    today = str(china_date(datetime.now(UTC)))
    place = {"name": "示范县医院", "level": "county", "division": "451028", "contract_from": "2018-01-01"}
    said(Role.AGENCY, "settlement", "/v1/institutions", hospital_id="H1", **place)
    person = said(Role.HOSPITAL, "identity", "/v1/persons", **_PATIENT)["person_id"]
    poor = {"category": "DIBAO", "group": "RURAL", "valid_from": "2018-01-01", "evidence": "低保名册"}
    membership = said(Role.DEPARTMENT, "identity", f"/v1/persons/{person}/memberships", **poor)
    client.until_arrived()
    stay = {"person_id": person, "kind": "inpatient", "admitted_on": today}
    encounter = said(Role.HOSPITAL, "settlement", "/v1/encounters", **stay)["encounter_id"]
    path, lines = f"/v1/encounters/{encounter}", [{"item": "示范", "amount": "9000.00", "cost_class": "compliant"}]
    said(Role.HOSPITAL, "settlement", f"{path}/fees", lines=lines)
    said(Role.HOSPITAL, "settlement", f"{path}/discharge", discharged_on=today)
    settled = said(Role.HOSPITAL, "settlement", f"{path}/settlement", payers=_PAYERS)
    client.until_arrived()
    return {
        "person_id": person,
        "membership_id": membership["membership_id"],
        "encounter_id": encounter,
        "settlement_id": settled["settlement_id"],
        "journal_id": settled["settlement_id"],
        "hospital_id": "H1",
        "subject_id": person,
        "county": "451028",
        "area": "450000",
    }


@pytest.mark.parametrize("service", DOORS)
def test_nothing_breaks_and_nothing_is_undocumented(services: Running, service: str) -> None:
    urls, issuer, seeds = services
    url = urls[service]
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    faults: list[str] = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        for role in operation.definition.raw["x-roles"]:
            token = issuer.issue(Role(role), f"fuzz-{role}", _ORGANISATIONS.get(Role(role)), 3600, time.time())
            try:
                _play(operation, token, seeds)
            except Exception as error:
                faults.append(f"{operation.method.upper()} {operation.path} as {role}: {error}")
    assert not faults, "\n".join(faults)


def _named(case: Any, seeds: Seeds) -> None:
    """Let a request name what there is, wherever it names something of that kind."""
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part.update({name: seeds[name] for name in part if name in seeds})


def _play(operation: Any, token: str, seeds: Seeds) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    turns = itertools.count()

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def play(case: Any) -> None:
        if case.query and "wait_seconds" in case.query:
            case.query["wait_seconds"] = 0
        if next(turns) % 2:
            _named(case, seeds)
        response = case.call_and_validate(headers=headers, checks=list(_CHECKS))
        documented = operation.definition.raw
        status = str(response.status_code)
        assert status in documented["responses"], f"answers {status}, which is not documented"
        if response.status_code >= 400:
            code = response.json()["code"]
            assert code in documented["x-error-codes"][status], f"answers {status} {code}, which is not documented"

    play()
