"""Every operation of every service, called with what its own schema allows and with what it forbids (schemathesis).

Whatever comes in, nothing answers 5xx, and every answer is one that the document describes: its status, its media type,
its shape. The short run takes a few requests an operation; ``make fuzz`` takes many.
"""

import asyncio
import os
import time
from collections.abc import Iterator
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
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import recreate_database
from onestop.services import SERVICES
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

#: The addresses of the services, and who issues their tokens.
Running = tuple[dict[str, str], Issuer]


@pytest.fixture(scope="module")
def services(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, name = tmp_path_factory.mktemp("fuzz"), f"fuzz_{os.getpid()}"
    asyncio.run(recreate_database(postgres.url("postgres"), name))
    with running_services(postgres.url(name), folder, POLICIES) as urls:
        yield urls, Issuer.in_folder(folder / "keys")


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_breaks_and_nothing_is_undocumented(services: Running, service: str) -> None:
    urls, issuer = services
    url = urls[service]
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    faults: list[str] = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        for role in operation.definition.raw["x-roles"]:
            token = issuer.issue(Role(role), f"fuzz-{role}", _ORGANISATIONS.get(Role(role)), 3600, time.time())
            try:
                _play(operation, token)
            except Exception as error:
                faults.append(f"{operation.method.upper()} {operation.path} as {role}: {error}")
    assert not faults, "\n".join(faults)


def _play(operation: Any, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}

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
        response = case.call_and_validate(headers=headers, checks=list(_CHECKS))
        documented = operation.definition.raw
        status = str(response.status_code)
        assert status in documented["responses"], f"answers {status}, which is not documented"
        if response.status_code >= 400:
            code = response.json()["code"]
            assert code in documented["x-error-codes"][status], f"answers {status} {code}, which is not documented"

    play()
