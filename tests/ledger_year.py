"""A year of several regions at the ledger's doors: who does what there, on which day."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx
import msgspec

from contracts.settlement import CONTRACT
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings
from kernel.values.money import fen_from_yuan

YEAR: Final = 2019
BILL_FEN: Final = 30_000
INSURED_FEN: Final = 12_000
BASIC_FEN: Final = 5_000
#: What a fund has beyond two bills a month: enough for the one that is revoked later, but not in November.
SPARE_FEN: Final = 40_000


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """A county, its hospital, the funds that pay last one after the other, and their layer.

    ``insurer_pays_elsewhere`` says where its critical-illness money is held; where ``budgeted``, its basic insurance
    pays by a budget, and bills have a part of it.
    """

    county: str
    area: str
    funds: tuple[str, ...]
    payer: str
    source: str
    insurer_pays_elsewhere: bool
    budgeted: bool = False

    @property
    def hospital(self) -> str:
        return f"H-{self.county}"

    @property
    def fund(self) -> str:
        return self.funds[0]

    def where(self, fund: str = "") -> dict[str, str]:
        """County and fund, as requests name them."""
        return {"county": self.county, "fund": fund or self.fund}


JIEYANG: Final = Region(
    county="445202", area="445200", funds=("MA",), payer="MA", source="BUDGET", insurer_pays_elsewhere=True
)
LEYE: Final = Region(
    county="451028", area="451000", funds=("GOV_BACKSTOP",), payer="GOV1", source="BUDGET", insurer_pays_elsewhere=True
)
HUNAN: Final = Region(
    county="430481", area="430400", funds=("FISCAL",), payer="FISCAL", source="MONTHLY", insurer_pays_elsewhere=False
)
HUINING: Final = Region(
    county="620422",
    area="620400",
    funds=("MA", "PROV"),
    payer="MA",
    source="BUDGET",
    insurer_pays_elsewhere=True,
    budgeted=True,
)
REGIONS: Final = (JIEYANG, LEYE, HUNAN, HUINING)


class Year:
    """The year as it goes on."""

    def __init__(
        self, ledger: Service, around: Surroundings, bills: Any, clients: dict[str, httpx.AsyncClient]
    ) -> None:
        self.now = datetime(YEAR - 1, 12, 3, 1, 0, tzinfo=UTC)
        self.ledger, self.around, self.bills, self.clients = ledger, around, bills, clients
        self.finance, self.agency = clients["finance"], clients["agency"]
        self.told = 0
        self.unpaid: list[tuple[int, str, bool]] = []

    def at(self, month: int, day: int) -> str:
        """It is that day now, in the month that is so far into the year; from 13 on it is the next, 0 is before it."""
        self.now = datetime(YEAR + (month - 1) // 12, (month - 1) % 12 + 1, day, 1, 0, tzinfo=UTC)
        return self.today

    @property
    def today(self) -> str:
        return f"{self.now.date()}"

    async def post(self, client: httpx.AsyncClient, path: str, status: int = 201, /, **body: Any) -> Any:
        answer = await client.post(path, json=body or None)
        assert answer.status_code == status, (path, body, answer.text)
        return answer.json()

    async def tell(self, key: str, event: Any) -> None:
        await self.around.tell(CONTRACT, key, event)
        self.told += 1

    async def booked(self) -> None:
        sql = "SELECT count(*) = $1 FROM journals WHERE kind IN ('settlement', 'reversal')"
        await eventually(lambda: self.ledger.pool.fetchval(sql, self.told))

    async def receive(self, of: Region, fund: str, fen: int, source: str = "") -> str:
        """Money came in today; gives its journal."""
        money = {**of.where(fund), "amount": yuan(fen), "value_on": self.today, "source": source or of.source}
        journal_id: str = (await self.post(self.finance, "/v1/fund-receipts", **money))["journal_id"]
        return journal_id

    async def settle(self, of: Region, name: str) -> None:
        layers = [self.bills.layer("BMI", BASIC_FEN)] if of.budgeted else []
        layers += [self.bills.layer("CII", INSURED_FEN), self.bills.layer(of.payer, BILL_FEN, *of.funds)]
        bill = self.bills.settled(f"{of.county}-{name}", *layers, county=of.county, hospital_id=of.hospital)
        where = {"area": of.area, "settled_at": self.now, "discharged_on": self.now.date()}
        await self.tell("P1", msgspec.structs.replace(bill, **where))

    async def revoke(self, of: Region, name: str) -> None:
        revoked = self.bills.revoked(f"{of.county}-{name}")
        await self.tell("P1", msgspec.structs.replace(revoked, hospital_id=of.hospital, revoked_at=self.now))

    async def draw(self, of: Region, fund: str, month: int) -> str:
        """A month's statement, looked through; gives its path."""
        named = f"{YEAR + (month - 1) // 12}-{(month - 1) % 12 + 1:02}"
        asked = {**of.where(fund), "hospital_id": of.hospital, "month": named}
        made = await self.post(self.agency, "/v1/hospital-statements", **asked)
        path = f"/v1/hospital-statements/{made['statement_id']}"
        await self.post(self.agency, f"{path}/review", 200, deductions=[])
        return path

    async def _pay(self, path: str, *, and_return: bool) -> None:
        day = {"value_on": self.today}
        await self.post(self.finance, f"{path}/payment", 200, **day)
        if and_return:
            await self.post(self.finance, f"{path}/return", 200, reason="BANK_RETURNED")
            await self.post(self.finance, f"{path}/payment", 200, **day)

    async def settle_up(self, of: Region, month: int) -> None:
        """Pay what is due by now, and what its fund has money for; the rest waits."""
        for one in [one for one in self.unpaid if f"-{of.county}-" in one[1] and one[0] <= month]:
            _, path, and_return = one
            statement = (await self.finance.get(path)).json()
            payable, fund = fen_from_yuan(statement["payable"]), statement["fund"]
            elsewhere = fund == "BMI" or (fund == "CII" and of.insurer_pays_elsewhere)
            if fund == "CII" and not elsewhere and await self._bank(of, fund) < payable:
                await self.receive(of, fund, payable)
            if elsewhere or await self._bank(of, fund) >= payable:
                await self._pay(path, and_return=and_return)
                self.unpaid.remove(one)

    async def _bank(self, of: Region, fund: str) -> int:
        items = (await self.finance.get(f"/v1/accounts?prefix=bank/{of.county}/{fund}")).json()["items"]
        found = [one["balance"] for one in items if one["account"] == f"bank/{of.county}/{fund}"]
        return fen_from_yuan(found[0]) if found else 0

    async def close(self, of: Region, month: int, *funds: str) -> None:
        """The month's statements and its close; a bill that was revoked by now is taken off the next one."""
        for fund in funds:
            # The insurer is three months late; a fund pays in the next month, or a month later for even ones.
            due = month + 3 if fund == "CII" else month + 2 - month % 2
            self.unpaid.append((due, await self.draw(of, fund, month), month == 5 and fund == of.fund))
        await self.post(self.finance, f"/v1/counties/{of.county}/months/{YEAR}-{month:02}/closing", 200)

    async def close_year(self, of: Region) -> None:
        """The year's close, and what its clearing gives back or asks for."""
        path = f"/v1/counties/{of.county}/years/{YEAR}"
        await self.post(self.finance, f"{path}/closing", 200)
        for cleared in (await self.finance.get(path)).json()["clearings"]:
            if cleared["refund"] != cleared["top_up"]:
                asked = {"account": cleared["account"], "value_on": self.today}
                await self.post(self.finance, f"{path}/clearing-payments", **asked)


def yuan(fen: int) -> str:
    """As requests name an amount."""
    return f"{fen // 100}.{fen % 100:02}"
