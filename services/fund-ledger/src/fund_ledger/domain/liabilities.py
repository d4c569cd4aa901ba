"""Liabilities: what a settled bill makes each payer's funds owe, to the hospital and to the person."""

from collections.abc import Callable, Mapping
from functools import partial

from fund_ledger.domain import accounts
from fund_ledger.domain.funding import split
from fund_ledger.domain.journal_events import Posting
from kernel.contracts.settlement import LayerPaid, SettlementConfirmed

#: From county and fund to the account on which the fund owes.
_Payable = Callable[[str, str], str]


def liabilities(settled: SettlementConfirmed, available_fen: Mapping[str, int]) -> tuple[Posting, ...]:
    """The postings of a bill: for each layer its funds are charged and what they owe is credited (B8).

    The layer's part of the bill is owed to the hospital, its payout beside the bill to the person. Layers draw on
    the same funds one after another. Nothing where no payer pays.
    """
    left = dict(available_fen)
    hospital = partial(accounts.payable_to_hospital, settled.hospital_id)
    person = partial(accounts.payable_to_person, settled.person_id)
    postings: list[Posting] = []
    for layer in settled.layers:
        if layer.payer in accounts.BORNE_BY_HOSPITAL:
            postings += _memo(settled, layer)
            continue
        postings += _owe(settled.county, layer, layer.amount_fen, hospital, left)
        postings += _owe(settled.county, layer, layer.payout_fen, person, left)
    return tuple(postings)


def _owe(county: str, layer: LayerPaid, amount_fen: int, payable: _Payable, left: dict[str, int]) -> list[Posting]:
    """Charge ``amount_fen`` to the layer's funds, and take it off what they have ``left``."""
    cascade = layer.funding or (layer.payer,)
    held = {code: left.get(accounts.fund(county, code), 0) for code in cascade}
    postings: list[Posting] = []
    for code, part in split(amount_fen, cascade, held):
        account = accounts.fund(county, code)
        left[account] = left.get(account, 0) - part
        if part:
            postings += [Posting(account, part, layer.payer), Posting(payable(county, code), -part, layer.payer)]
    return postings


def _memo(settled: SettlementConfirmed, layer: LayerPaid) -> list[Posting]:
    if not layer.amount_fen:
        return []
    of_county = accounts.memo(settled.county, layer.payer)
    of_hospital = accounts.memo_of_hospital(settled.hospital_id, settled.county, layer.payer)
    return [Posting(of_county, layer.amount_fen, layer.payer), Posting(of_hospital, -layer.amount_fen, layer.payer)]
