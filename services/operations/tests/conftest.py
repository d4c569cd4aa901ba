"""Operations served over HTTP on a fresh database, told by the others what happened."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest

from contracts import identity
from contracts import settlement as told
from kernel.security import Issuer, Role
from kernel.testing.deadline import eventually
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings, surroundings
from law.packs import load_library
from operations.config import Config
from operations.main import build

POLICIES: Final = Path(__file__).parents[3] / "policies"
NOW: Final = datetime(2019, 9, 3, 1, 0, tzinfo=UTC)
HUINING: Final = "620422"


@pytest.fixture(scope="session")
def schemas() -> tuple[str, ...]:
    return ("operations",)


@pytest.fixture(scope="session")
def config() -> Config:
    """The law as it is shipped."""
    return Config(library=load_library(POLICIES))


@pytest.fixture
async def around(database: str, tmp_path: Path) -> AsyncIterator[Surroundings]:
    async with surroundings(database, Issuer.in_folder(tmp_path)) as opened:
        yield opened


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
async def operations(around: Surroundings, config: Config, clock: SetClock) -> Service:
    return await around.serve("operations", lambda host: build(host, config), clock=clock)


@pytest.fixture
async def staff(operations: Service) -> httpx.AsyncClient:
    """Operations for all places."""
    return await operations.client(Role.OPERATIONS)


class Telling:
    """Tells the service what settlement would, and waits until it has been heard."""

    def __init__(self, around: Surroundings, service: Service) -> None:
        self._around = around
        self._service = service

    async def bill(self, name: str, **said: Any) -> None:
        """A settled stay of 1000.00 yuan, of which the patient pays 100.00, but for what is said."""
        await self.event(bill(name, **said))

    async def event(self, event: Any, key: str = "P1") -> None:
        """Any of settlement's events."""
        await self._around.tell(told.CONTRACT, key, event)

    async def heard(self, table: str, rows: int) -> None:
        """Wait until a table has so many rows."""

        async def there() -> bool:
            return bool(await self._service.pool.fetchval(f"SELECT count(*) = $1 FROM {table}", rows))

        await eventually(there)


def bill(name: str, **said: Any) -> told.SettlementConfirmed:
    """A settled stay in Huining, one night of August 2019."""
    stay: dict[str, Any] = {
        "admitted_on": date(2019, 8, 1),
        "place": "in_county",
        "level": "county",
        "compliant_fen": 80_000,
        "out_of_catalogue_fen": 5_000,
        "disease": None,
        "diagnosis": "I63.900",
    } | {key: said.pop(key) for key in tuple(said) if key in told.Stay.__struct_fields__}
    fields: dict[str, Any] = {
        "settlement_id": name,
        "encounter_id": f"E-{name}",
        "person_id": "P1",
        "county": "620422",
        "area": "620400",
        "hospital_id": "H1",
        "encounter_kind": "inpatient",
        "discharged_on": date(2019, 8, 5),
        "settled_at": datetime(2019, 8, 5, 3, tzinfo=UTC),
        "category": "REGISTERED_POOR",
        "policy_id": "620422-huining/2018-huiweijifa-203",
        "total_fen": 100_000,
        "patient_pays_fen": 10_000,
        "payout_fen": 0,
        "layers": (
            told.LayerPaid(payer="BMI", amount_fen=60_000, clause="三(二)", document="会卫计发〔2018〕203号"),
            told.LayerPaid(payer="CII", amount_fen=20_000, clause="三(一)", document="会卫计发〔2018〕203号"),
            told.LayerPaid(payer="GOV", amount_fen=10_000, clause="三(二)", document="会卫计发〔2018〕203号"),
        ),
        "stay": told.Stay(**stay),
    }
    return told.SettlementConfirmed(**(fields | said))


def without_stay(settled: told.SettlementConfirmed) -> told.SettlementConfirmed:
    """The same bill as it was told before stays were."""
    return msgspec.structs.replace(settled, stay=msgspec.UNSET)


def revoked(name: str, at: datetime = NOW) -> told.SettlementRevoked:
    """The bill was taken back."""
    return told.SettlementRevoked(
        settlement_id=name,
        encounter_id=f"E-{name}",
        person_id="P1",
        hospital_id="H1",
        revoked_at=at,
        reason="录入错误",
        refund_to_patient_fen=10_000,
    )


@pytest.fixture
def telling(around: Surroundings, operations: Service) -> Telling:
    return Telling(around, operations)


@pytest.fixture
async def known(around: Surroundings) -> None:
    """Somebody of Huining is known, so its clocks are watched."""
    someone = identity.EntitlementChanged(person_id="P1", revision=1, change="ADDED", county=HUINING)
    await around.tell(identity.CONTRACT, "P1", someone)
