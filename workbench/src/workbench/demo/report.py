"""What the day came to: totals per payer, whether the books balance, and where each figure can be found."""

from typing import Final

import msgspec

from contracts.settlement import SettlementConfirmed, SettlementRevoked, SettlementSupplemented
from kernel.writing.database import administering
from kernel.writing.event_store.log import events_in_order
from kernel.writing.snapshots import snapshot
from onestop.services import SERVICES

_LEDGER_SQL: Final = """
SELECT account, (debit_fen - credit_fen)::bigint AS balance_fen FROM fund_ledger.balances ORDER BY account
"""


_PAID_SQL: Final = """
SELECT COALESCE(sum(p.amount_fen), 0)::bigint
FROM fund_ledger.journals j, unnest(j.accounts, j.amounts) AS p(account, amount_fen)
WHERE j.kind = 'payment' AND starts_with(p.account, 'payable/person/')
"""


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """The settlements' view and the ledger's view of the same day, in fen."""

    settled: int
    revoked: int
    by_payer_fen: dict[str, int]
    patients_fen: int
    total_fen: int
    payout_fen: int
    owed_to_hospitals_fen: int
    owed_to_persons_fen: int
    ledger_sum_fen: int
    funds_in_debt: dict[str, int]
    #: What patients should have paid more (below zero: less) by supplements: it lies between them and the funds.
    supplemented_fen: int = 0
    #: What payers owe patients who have paid their bills themselves, on the agency's route.
    paid_back_fen: int = 0

    @property
    def problems(self) -> list[str]:
        """Why the books do not balance; nothing where they do."""
        found = []
        if self.total_fen != sum(self.by_payer_fen.values()) + self.patients_fen:
            found.append("the bills' totals are not the payers' parts plus the patients' parts")
        to_hospitals = sum(self.by_payer_fen.values()) + self.supplemented_fen - self.paid_back_fen
        to_persons = self.payout_fen - self.supplemented_fen + self.paid_back_fen
        for whom, says, ledger_says in (
            ("hospitals", to_hospitals, self.owed_to_hospitals_fen),
            ("persons", to_persons, self.owed_to_persons_fen),
        ):
            if says != ledger_says:
                found.append(f"settlement says payers owe {whom} {says} fen, the ledger says {ledger_says}")
        if self.ledger_sum_fen != 0:
            found.append(f"debits and credits of the ledger differ by {self.ledger_sum_fen} fen")
        return found


async def read_books(admin_url: str) -> Books:
    """Add up the published settlements, and read the ledger's balances beside them."""
    told = await _told(admin_url)
    standing = list(told.standing.values())
    changes = [change for of_one in told.supplements.values() for change in of_one]
    bills: list[SettlementConfirmed | SettlementSupplemented] = [*standing, *changes]
    by_payer: dict[str, int] = {}
    for bill in bills:
        for layer in bill.layers:
            by_payer[layer.payer] = by_payer.get(layer.payer, 0) + layer.amount_fen
    balances = await _balances(admin_url)
    return Books(
        settled=told.settled,
        revoked=told.revoked,
        by_payer_fen=by_payer,
        patients_fen=sum(event.patient_pays_fen for event in standing) + sum(c.patient_fen for c in changes),
        total_fen=sum(event.total_fen for event in standing),
        payout_fen=sum(bill.payout_fen for bill in bills),
        owed_to_hospitals_fen=_owed(balances, "payable/hospital/"),
        owed_to_persons_fen=_owed(balances, "payable/person/", "receivable/") + await _paid_to_persons(admin_url),
        ledger_sum_fen=sum(balances.values()),
        funds_in_debt={account: fen for account, fen in balances.items() if _is_aid_fund(account) and fen > 0},
        supplemented_fen=sum(change.patient_fen for change in changes),
        paid_back_fen=sum(layer.amount_fen for event in standing for layer in event.layers if layer.payee == "PERSON"),
    )


def _owed(balances: dict[str, int], *accounts: str) -> int:
    return -sum(fen for account, fen in balances.items() if account.startswith(accounts))


class _Told(msgspec.Struct):
    """What settlement published: settlements that stand with their supplements, and how many there were."""

    standing: dict[str, SettlementConfirmed] = {}
    supplements: dict[str, list[SettlementSupplemented]] = {}
    settled: int = 0
    revoked: int = 0


async def _told(admin_url: str) -> _Told:
    told, service = _Told(), SERVICES["settlement"]
    async with snapshot(admin_url, service.schema) as connection:
        async for page in events_in_order(connection, service.parts.registry):
            for entry in page:
                published = service.parts.publish(entry.recorded)
                match published.event if published else None:
                    case SettlementConfirmed() as event:
                        told.standing[event.settlement_id] = event
                        told.settled += 1
                    case SettlementSupplemented() as event:
                        told.supplements.setdefault(event.settlement_id, []).append(event)
                    case SettlementRevoked() as event:
                        del told.standing[event.settlement_id]
                        told.supplements.pop(event.settlement_id, None)
                        told.revoked += 1
                    case _:
                        continue
    return told


def _is_aid_fund(account: str) -> bool:
    # Basic and critical-illness insurance are paid elsewhere; here only their debts to hospitals are counted.
    return account.startswith("fund/") and account.endswith(("/MA", "/POVFUND"))


async def _paid_to_persons(admin_url: str) -> int:
    """What persons were paid of what was owed to them: it was owed all the same."""
    async with administering(admin_url) as connection:
        paid: int = await connection.fetchval(_PAID_SQL)
        return paid


async def _balances(admin_url: str) -> dict[str, int]:
    async with administering(admin_url) as connection:
        return {row["account"]: row["balance_fen"] for row in await connection.fetch(_LEDGER_SQL)}
