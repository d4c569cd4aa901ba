"""What the day came to: totals per payer, whether the books balance, and where each figure can be found."""

from typing import Final

import asyncpg
import msgspec

from kernel.contracts.settlement import SettlementConfirmed, SettlementRevoked
from onestop.replay.snapshot import events_in_order, snapshot
from onestop.services import SERVICES

_LEDGER_SQL: Final = """
SELECT account, (debit_fen - credit_fen)::bigint AS balance_fen FROM fund_ledger.balances ORDER BY account
"""
_JOURNALS_SQL: Final = "SELECT count(*) FROM fund_ledger.journals"


class Books(msgspec.Struct, frozen=True):
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

    @property
    def problems(self) -> list[str]:
        """Why the books do not balance; nothing where they do."""
        found = []
        if self.total_fen != sum(self.by_payer_fen.values()) + self.patients_fen:
            found.append("the bills' totals are not the payers' parts plus the patients' parts")
        if self.owed_to_hospitals_fen != sum(self.by_payer_fen.values()):
            found.append(
                f"settlement says payers owe hospitals {sum(self.by_payer_fen.values())} fen, "
                f"the ledger says {self.owed_to_hospitals_fen}"
            )
        if self.owed_to_persons_fen != self.payout_fen:
            found.append(f"payouts of {self.payout_fen} fen, but the ledger owes persons {self.owed_to_persons_fen}")
        if self.ledger_sum_fen != 0:
            found.append(f"debits and credits of the ledger differ by {self.ledger_sum_fen} fen")
        return found


async def read_books(admin_url: str) -> Books:
    """Add up the published settlements, and read the ledger's balances beside them."""
    by_payer: dict[str, int] = {}
    standing: dict[str, SettlementConfirmed] = {}
    settled = revoked = 0
    service = SERVICES["settlement"]
    async with snapshot(admin_url, service.schema) as connection:
        async for page in events_in_order(connection, service.parts.registry):
            for entry in page:
                published = service.parts.publish(entry.recorded)
                match published.event if published else None:
                    case SettlementConfirmed() as event:
                        standing[event.settlement_id] = event
                        settled += 1
                    case SettlementRevoked() as event:
                        del standing[event.settlement_id]
                        revoked += 1
                    case _:
                        continue
    for event in standing.values():
        for layer in event.layers:
            by_payer[layer.payer] = by_payer.get(layer.payer, 0) + layer.amount_fen
    balances = await _balances(admin_url)
    return Books(
        settled,
        revoked,
        by_payer,
        sum(event.patient_pays_fen for event in standing.values()),
        sum(event.total_fen for event in standing.values()),
        sum(event.payout_fen for event in standing.values()),
        -sum(fen for account, fen in balances.items() if account.startswith("payable/hospital/")),
        -sum(fen for account, fen in balances.items() if account.startswith("payable/person/")),
        sum(balances.values()),
        {account: fen for account, fen in balances.items() if _is_aid_fund(account) and fen > 0},
    )


def _is_aid_fund(account: str) -> bool:
    # Basic and critical-illness insurance are paid elsewhere; here only their debts to hospitals are counted.
    return account.startswith("fund/") and account.endswith(("/MA", "/POVFUND"))


async def _balances(admin_url: str) -> dict[str, int]:
    connection = await asyncpg.connect(admin_url)
    try:
        return {row["account"]: row["balance_fen"] for row in await connection.fetch(_LEDGER_SQL)}
    finally:
        await connection.close()
