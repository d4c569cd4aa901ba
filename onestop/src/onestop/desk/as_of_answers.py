"""What held then, as it is told over HTTP: amounts in yuan."""

from datetime import datetime

from kernel.http import SignedYuan, Wire, Yuan
from onestop.as_of.accounts import AccountThen
from onestop.as_of.settlements import SettlementThen, State
from onestop.as_of.years import YearThen


class YearThenAnswer(Wire, frozen=True, kw_only=True):
    """A pooling area's accumulators of the year. ``version`` counts how often it had moved by then."""

    area: str
    year: int
    version: int
    balances_fen: dict[str, SignedYuan]


class SettlementThenAnswer(Wire, frozen=True, kw_only=True):
    """How far a settlement had come, what each payer paid by the last supplement known then, and its journals."""

    settlement_id: str
    state: State
    settled_at: datetime
    category: str | None
    policy_id: str
    total_fen: Yuan
    patient_pays_fen: Yuan
    payers_fen: dict[str, SignedYuan]
    journals: tuple[str, ...]


class AccountThenAnswer(Wire, frozen=True, kw_only=True):
    """An account then. ``balance`` is debit less credit: a fund with money left stands below zero."""

    account: str
    debit_fen: Yuan
    credit_fen: Yuan
    balance_fen: SignedYuan


def year_answer(found: YearThen) -> YearThenAnswer:
    """A year as told."""
    balances = {name: SignedYuan(fen) for name, fen in found.balances_fen.items()}
    return YearThenAnswer(area=found.area, year=found.year, version=found.version, balances_fen=balances)


def settlement_answer(found: SettlementThen) -> SettlementThenAnswer:
    """A settlement as told."""
    return SettlementThenAnswer(
        settlement_id=found.settlement_id,
        state=found.state,
        settled_at=found.settled_at,
        category=found.category,
        policy_id=found.policy_id,
        total_fen=Yuan(found.total_fen),
        patient_pays_fen=Yuan(found.patient_pays_fen),
        payers_fen={payer: SignedYuan(fen) for payer, fen in found.payers_fen.items()},
        journals=found.journals,
    )


def account_answer(found: AccountThen) -> AccountThenAnswer:
    """An account as told."""
    return AccountThenAnswer(
        account=found.account,
        debit_fen=Yuan(found.debit_fen),
        credit_fen=Yuan(found.credit_fen),
        balance_fen=SignedYuan(found.balance_fen),
    )
