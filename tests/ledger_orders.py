"""What is ordered and placed in a year of several regions: plan and quota, reserve and months, budget and aid."""

from typing import Any, Final

from tests.ledger_year import BILL_FEN, HUINING, HUNAN, JIEYANG, LEYE, SPARE_FEN, YEAR, Region, Year, yuan

ORDERS: Final = "/v1/funding-orders"
#: Two bills a month but in November, as many once more in December, and what there is beyond them.
OF_THE_YEAR_FEN: Final = 12 * 2 * BILL_FEN + SPARE_FEN
BUDGET: Final = f"/v1/hospital-budgets/620422-BMI-{YEAR}-{HUINING.hospital}"
PLACED: Final = f"/v1/placements/620422-MA-{HUINING.hospital}"


class Orders:
    """Orders of the year and what meets them."""

    def __init__(self, year: Year) -> None:
        self.year = year

    async def place(self, of: Region, kind: str, fund: str = "", /, year: int = YEAR, **figures: Any) -> str:
        """An order; gives its name."""
        asked = {**of.where(fund), "kind": kind, "year": year, **figures}
        order_id: str = (await self.year.post(self.year.agency, ORDERS, **asked))["order_id"]
        return order_id

    async def meet(self, order_id: str, receipt: str, fen: int) -> None:
        body = {"journal_id": receipt, "amount": yuan(fen)}
        await self.year.post(self.year.finance, f"{ORDERS}/{order_id}/receipts", 200, **body)

    async def told(self, order_id: str) -> Any:
        return (await self.year.finance.get(f"{ORDERS}/{order_id}")).json()

    async def standing(self) -> dict[str, tuple[str, str]]:
        """How each order stands, and what is missing."""
        items = (await self.year.finance.get(ORDERS, params={"limit": 100})).json()["items"]
        return {one["order_id"]: (one["status"], one["left"]) for one in items}

    async def year_before(self) -> None:
        """Jieyang has a bill and some prepayment of the year before; Hunan's first month is ordered in time."""
        year = self.year
        year.at(0, 5)
        await self.place(HUNAN, "MONTHLY", month=1, amount=yuan(2 * BILL_FEN))
        await year.receive(JIEYANG, "MA", BILL_FEN)
        await year.receive(JIEYANG, "MA", BILL_FEN // 10, "PREPAYMENT")
        await year.settle(JIEYANG, "0-1")
        await year.booked()
        year.at(1, 2)
        year.unpaid += [(at, await year.draw(JIEYANG, fund, 0), False) for at, fund in ((1, "MA"), (3, "CII"))]

    async def begin(self) -> None:
        """Orders of January: each by its document."""
        year = self.year
        await self.place(JIEYANG, "PLAN", amount=yuan(OF_THE_YEAR_FEN))
        await self.quota(YEAR)
        await self.place(LEYE, "APPROPRIATION")
        forecast, annual = yuan(SPARE_FEN // 2), yuan(6 * SPARE_FEN)
        reserve = await self.place(HUNAN, "RESERVE", annual_fund=annual, monthly_forecast=forecast)
        await self.meet(reserve, await year.receive(HUNAN, "FISCAL", SPARE_FEN, "RESERVE"), SPARE_FEN)
        budget = {**HUINING.where("BMI"), "hospital_id": HUINING.hospital, "year": YEAR, "total": "1200.00"}
        await year.post(year.agency, "/v1/hospital-budgets", **budget)
        placed = {**HUINING.where(), "hospital_id": HUINING.hospital, "amount": "200.00"}
        await year.receive(HUINING, "MA", 20_000)
        await year.post(year.agency, "/v1/placements", **placed)
        await year.post(year.finance, f"{PLACED}/payment", 200, amount="200.00", value_on=year.today)

    async def quota(self, of: int) -> str:
        """Jieyang's quarter of last year's cost: computed, agreed to by the bureau, issued by finance, and paid."""
        year = self.year
        quota = await self.place(JIEYANG, "QUOTA", year=of)
        for who in ("bureau", "finance"):
            await year.post(year.clients[who], f"{ORDERS}/{quota}/agreement", 200)
        amount = (await self.told(quota))["amount"]
        fen = int(amount.replace(".", ""))
        await self.meet(quota, await year.receive(JIEYANG, "MA", fen, "PREPAYMENT"), fen)
        return str(amount)

    async def money(self, of: Region, month: int) -> None:
        """What comes in on the sixth, and which orders it meets; Hunan's is late, and December's for two months."""
        fen = 2 * BILL_FEN + (2 * BILL_FEN if month == 12 else 0)
        spare = SPARE_FEN if month == 1 and of is not HUNAN else 0
        receipt = await self.year.receive(of, of.fund, fen + spare)
        if of is JIEYANG:
            await self.meet(f"445202-MA-PLAN-{YEAR}", receipt, fen + spare)
        if of is LEYE:
            await self.meet(f"451028-GOV_BACKSTOP-APPROPRIATION-{YEAR}", receipt, fen + spare)
        for month_due in (11, 12) if month == 12 else (month,):
            if of is HUNAN:
                await self.meet(f"430481-FISCAL-MONTHLY-{YEAR}-{month_due:02}", receipt, 2 * BILL_FEN)

    async def of_month(self, month: int) -> None:
        """What else is done on the sixth: the next month ordered, parts of the budget paid, aid on the spot."""
        year = self.year
        if month < 12:
            await self.place(HUNAN, "MONTHLY", month=month + 1, amount=yuan(2 * BILL_FEN))
        for part in {11: (), 12: (11, 12)}.get(month, (month,)):
            await year.post(year.finance, f"{BUDGET}/instalments", 200, month=part, value_on=year.today)
        if month == 3:
            lottery = await self.place(JIEYANG, "LOTTERY", retained="1000.00")
            await self.meet(lottery, await year.receive(JIEYANG, "MA", 15_000, "LOTTERY"), 15_000)
        if month in (2, 5):
            aid = {"number": f"ZY-{month}", "person_id": "P1", "given_on": year.today}
            amount = "100.00" if month == 2 else "60.00"
            await year.post(year.clients["hospital"], f"{PLACED}/aids", **aid, amount=amount)
        if month == 5:
            path = f"{PLACED}/aids/ZY-5/reconciliation"
            await year.post(year.agency, path, 200, settlement_id="620422-4-1")
        if month == 12:
            province = await year.receive(HUINING, "PROV", 40_000, "PROVINCE")
            await self.meet(f"620422-PROV-MAKE_UP-{YEAR}-11", province, 40_000)
            await year.post(year.finance, f"{PLACED}/returns", 200, amount="40.00", value_on=year.today)

    async def assess(self) -> None:
        """Huining's pool is paid by the score, after the year."""
        year = self.year
        await year.post(year.agency, f"{BUDGET}/assessment", 200, score_percent="92.5")
        await year.post(year.finance, f"{BUDGET}/payout", 200, value_on=year.today)
