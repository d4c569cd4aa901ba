"""The trace: what a settlement came to, layer by layer, each fen with its clause."""

import msgspec


class LayerTrace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One layer of the waterfall as it was worked out. Amounts in fen; percentages as written in the document.

    ``left_before_fen`` is what the earlier layers left of the bill; ``before_fen`` and ``after_fen`` are the
    accumulator's standing. ``funds`` stand behind the amount in order; the ledger decides which one pays what.
    """

    payer: str
    method: str
    clause: str
    amount_fen: int
    left_before_fen: int
    base_fen: int | None = None
    percent: str | None = None
    cap_fen: int | None = None
    asked_fen: int | None = None
    accumulator: str | None = None
    before_fen: int | None = None
    after_fen: int | None = None
    payout_fen: int = 0
    funds: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class Adjudication(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The result of the waterfall: total = sum of the layers + what the patient pays, to the fen."""

    policy_id: str
    document: str
    category: str | None
    total_fen: int
    layers: tuple[LayerTrace, ...]
    patient_pays_fen: int
    before_fen: dict[str, int]
    after_fen: dict[str, int]
    payout_fen: int = 0
    refund_to_patient_fen: int = 0
    flags: dict[str, bool] = {}
