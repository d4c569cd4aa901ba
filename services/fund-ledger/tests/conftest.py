"""The fund ledger served over HTTP on a fresh database, told by settlement what happened."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest

from contracts.settlement import (
    CONTRACT,
    LayerChanged,
    LayerPaid,
    SettlementConfirmed,
    SettlementRevoked,
    SettlementSupplemented,
)
from fund_ledger.charts.domain import Charts
from fund_ledger.config import Config
from fund_ledger.journals.domain.bill import SettledBill
from fund_ledger.main import build, charts_of
from fund_ledger.reactions.settlement import bill_of
from kernel.security import Issuer, KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings, surroundings
from law.packs import load_library

POLICIES: Final = Path(__file__).parents[3] / "policies"
NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def schemas() -> tuple[str, ...]:
    return ("fund_ledger",)


@pytest.fixture(scope="session")
def config() -> Config:
    """The law as it is shipped."""
    return Config(library=load_library(POLICIES), payee_keys=PAYEE_KEYS)


@pytest.fixture(scope="session")
def charts(config: Config) -> Charts:
    return charts_of(config)


@pytest.fixture
async def around(database: str, tmp_path: Path) -> AsyncIterator[Surroundings]:
    async with surroundings(database, Issuer.in_folder(tmp_path)) as opened:
        yield opened


@pytest.fixture
def clock() -> SetClock:
    """For tests whose ledger goes by it."""
    return SetClock(NOW)


@pytest.fixture
async def ledger(around: Surroundings, config: Config) -> Service:
    return await around.serve("fund_ledger", lambda host: build(host, config), clock=lambda: NOW)


@pytest.fixture
async def finance(ledger: Service) -> httpx.AsyncClient:
    return await ledger.client(Role.FINANCE)


@pytest.fixture
async def agency(ledger: Service) -> httpx.AsyncClient:
    return await ledger.client(Role.AGENCY, "A445200")


class Bills:
    """Makes settled bills and their revocations, as settlement publishes them."""

    def settled(
        self,
        settlement_id: str,
        *layers: LayerPaid,
        county: str = "445202",
        hospital_id: str = "H1",
        person_id: str = "P1",
        refund_fen: int = 0,
        route: str = "HOSPITAL",
    ) -> SettlementConfirmed:
        """A settled bill with these layers; the patient pays 1.00 yuan on top."""
        paid = sum(layer.amount_fen for layer in layers)
        return SettlementConfirmed(
            settlement_id=settlement_id,
            encounter_id=f"encounter-{settlement_id}",
            person_id=person_id,
            county=county,
            area="445200",
            hospital_id=hospital_id,
            encounter_kind="inpatient",
            discharged_on=NOW.date(),
            settled_at=NOW,
            category="REGISTERED_POOR",
            policy_id="445200-jieyang",
            total_fen=paid + 100,
            patient_pays_fen=100,
            payout_fen=sum(layer.payout_fen for layer in layers),
            layers=layers,
            refund_to_patient_fen=refund_fen,
            route=route,
        )

    def bill(self, settlement_id: str, *layers: LayerPaid, hospital_id: str = "H1") -> SettledBill:
        """The same as the ledger's domain sees it."""
        return bill_of(self.settled(settlement_id, *layers, hospital_id=hospital_id))

    def layer(
        self, payer: str, amount_fen: int, *funding: str, payout_fen: int = 0, payee: str = "HOSPITAL"
    ) -> LayerPaid:
        """A payer's part of a bill."""
        return LayerPaid(
            payer=payer,
            amount_fen=amount_fen,
            clause="三(二)2",
            document="揭医保〔2019〕21号",
            funding=funding,
            payout_fen=payout_fen,
            payee=payee,
        )

    def supplemented(self, settlement_id: str, payer: str, change_fen: int) -> SettlementSupplemented:
        """The bill was decided again: a payer gives more, or less, and the patient pays as much less, or more."""
        changed = LayerChanged(
            payer=payer, amount_fen=change_fen, clause="三(二)2", document="揭医保〔2019〕21号", funding=(payer,)
        )
        return SettlementSupplemented(
            supplement_id=f"{settlement_id}-supplement-1",
            settlement_id=settlement_id,
            encounter_id=f"encounter-{settlement_id}",
            person_id="P1",
            county="445202",
            area="445200",
            hospital_id="H1",
            supplemented_at=NOW,
            review_id="R1",
            category=None,
            policy_id="p",
            patient_fen=-change_fen,
            payout_fen=0,
            layers=(changed,),
        )

    def revoked(self, settlement_id: str, person_id: str = "P1", reason: str = "录入错误") -> SettlementRevoked:
        """The settlement was taken back."""
        encounter_id = f"encounter-{settlement_id}"
        return SettlementRevoked(
            settlement_id=settlement_id,
            encounter_id=encounter_id,
            person_id=person_id,
            hospital_id="H1",
            revoked_at=NOW,
            reason=reason,
            refund_to_patient_fen=100,
        )


@pytest.fixture(scope="session")
def bills() -> Bills:
    return Bills()


#: Seals payees' accounts in tests.
PAYEE_KEYS: Final = KeyRing({"1": b"k" * 32}, current="1", hash_key=b"h" * 32)


class Desk:
    """Finance at the bank's desk: two people who name accounts, and the files that one of them makes."""

    PERSON: Final = "/v1/payees/445202/person/P1/accounts"
    HOSPITAL: Final = "/v1/payees/445202/hospital/H1/accounts"
    CARD: Final = {"holder": "张三", "number": "6222 0212 3456 7890 123", "bank": "某银行榕城支行"}
    FIRM: Final = {"holder": "某医院", "number": "40001234567890", "bank": "某银行", "bank_code": "102586000011"}
    CSV: Final = {"content-type": "text/csv"}

    def __init__(self, one: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
        self.one, self.other = one, other

    async def know(self, path: str, account: dict[str, str]) -> None:
        """Both know the account."""
        named = await self.one.post(path, json=account)
        assert named.status_code == 201, named.text
        confirm = f"{path}/{named.json()['account_id']}/confirmation"
        assert (await self.other.post(confirm, json=account)).status_code == 200

    async def know_both(self) -> None:
        """The person's and the hospital's."""
        await self.know(self.PERSON, self.CARD)
        await self.know(self.HOSPITAL, self.FIRM)

    async def make(self, *journals: str) -> httpx.Response:
        """Ask for a file of these payments."""
        body = {"county": "445202", "fund": "MA", "journal_ids": journals}
        return await self.one.post("/v1/payment-files", json=body)

    async def made(self, *journals: str) -> str:
        """The path of a file of these payments."""
        made = await self.make(*journals)
        assert made.status_code == 201, made.text
        return f"/v1/payment-files/{made.json()['file_id']}"

    async def refused(self, *journals: str) -> str:
        """The code with which a file of these payments is refused."""
        code: str = (await self.make(*journals)).json()["code"]
        return code

    def answer(self, path: str, *lines: tuple[object, ...], total: str = "9.00", more: str = "") -> bytes:
        """The bank's answer to a file."""
        rows = [f"付款文件,{path.rpartition('/')[2]}", *([more] if more else []), "序号,附言,金额,处理结果,失败原因"]
        rows += [",".join(map(str, line)) for line in lines]
        return "\n".join([*rows, f"合计,{len(lines)}笔,{total},,"]).encode()


@pytest.fixture
async def second(ledger: Service) -> httpx.AsyncClient:
    """Another person of finance."""
    return await ledger.client(Role.FINANCE, subject="finance-2")


@pytest.fixture
def desk_of() -> type[Desk]:
    """For tests that have other callers."""
    return Desk


@pytest.fixture
def desk(finance: httpx.AsyncClient, second: httpx.AsyncClient) -> Desk:
    return Desk(finance, second)


@pytest.fixture
async def paid_out(ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Bills) -> tuple[str, str]:
    """The journals by which 7.00 were paid to the hospital and 2.00 to the person."""
    money = {"county": "445202", "fund": "MA", "value_on": "2019-08-01"}
    receipt = {**money, "amount": "1000.00", "source": "BUDGET", "value_on": "2019-07-31"}
    assert (await finance.post("/v1/fund-receipts", json=receipt)).status_code == 201
    bill = bills.settled("S1", bills.layer("MA", 700), bills.layer("MASEC", 0, "MA", payout_fen=200))
    await around.tell(CONTRACT, "P1", bill)
    await eventually(lambda: ledger.pool.fetchval("SELECT count(*) = 2 FROM journals"))
    made = [
        await finance.post("/v1/payments", json={**money, "amount": amount, **to})
        for amount, to in (("7.00", {"hospital_id": "H1"}), ("2.00", {"person_id": "P1"}))
    ]
    return made[0].json()["journal_id"], made[1].json()["journal_id"]


class Scene:
    """The ledger with its callers, and what settlement tells it."""

    def __init__(
        self, ledger: Service, around: Surroundings, bills: Bills, clients: dict[str, httpx.AsyncClient]
    ) -> None:
        self.ledger = ledger
        self.around = around
        self.bills = bills
        self.now = datetime(2019, 9, 2, 1, 0, tzinfo=UTC)
        self.finance, self.agency, self.hospital = (clients[name] for name in ("finance", "agency", "hospital"))

    async def settle(self, *amounts: int) -> None:
        for number, amount in enumerate(amounts, start=1):
            bill = self.bills.settled(f"S{number}", self.bills.layer("MA", amount), person_id=f"P{number}")
            await self.around.tell(CONTRACT, f"P{number}", bill)
        await self.booked(len(amounts))

    async def booked(self, number: int) -> None:
        sql = "SELECT count(*) = $1 FROM journals WHERE kind IN ('settlement', 'reversal')"
        await eventually(lambda: self.ledger.pool.fetchval(sql, number))

    async def standing(self, account: str) -> str:
        (row,) = (await self.finance.get("/v1/accounts", params={"prefix": account})).json()["items"]
        balance: str = row["balance"]
        return balance


@pytest.fixture
async def scene(around: Surroundings, config: Config, bills: Bills) -> Scene:
    made: list[Scene] = []
    ledger = await around.serve("fund_ledger", lambda host: build(host, config), clock=lambda: made[0].now)
    clients = {
        "finance": await ledger.client(Role.FINANCE),
        "agency": await ledger.client(Role.AGENCY, "A445200"),
        "hospital": await ledger.client(Role.HOSPITAL, "H1"),
    }
    made.append(Scene(ledger, around, bills, clients))
    receipt = {"county": "445202", "fund": "MA", "amount": "1000.00", "source": "BUDGET", "value_on": "2019-08-31"}
    assert (await made[0].finance.post("/v1/fund-receipts", json=receipt)).status_code == 201
    return made[0]
