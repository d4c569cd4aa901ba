"""What settlement answers about a bill: the sums, and each layer with its clause."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from kernel.http import SignedYuan, Wire, Yuan, encode
from law import Adjudication, LayerTrace
from settlement.encounters.domain.events import EncounterEvent, SettlementConfirmed, SettlementSupplemented


class LayerAnswer(Wire, frozen=True, kw_only=True):
    """One payer's part, by which clause of which document.

    ``left_before`` is what the earlier layers left; caps and bases as the document has them.
    """

    payer: str
    amount_fen: Yuan
    clause: str
    document: str
    method: str
    left_before_fen: Yuan
    base_fen: Yuan | None = None
    percent: str | None = None
    cap_fen: Yuan | None = None
    asked_fen: Yuan | None = None
    accumulator: str | None = None
    before_fen: Yuan | None = None
    after_fen: Yuan | None = None
    payout_fen: Yuan | None = None
    funds: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class BillAnswer(Wire, frozen=True, kw_only=True):
    """A bill worked out: total = sum of layers + patient_pays. ``payout`` is paid to the person beside the bill."""

    policy: str
    document: str
    category: str | None
    total_fen: Yuan
    layers: tuple[LayerAnswer, ...]
    patient_pays_fen: Yuan
    payout_fen: Yuan
    refund_to_patient_fen: Yuan
    accumulators_before_fen: dict[str, Yuan]
    accumulators_after_fen: dict[str, Yuan]
    flags: dict[str, bool]


class SupplementAnswer(Wire, frozen=True, kw_only=True):
    """What a later fact changed: the bill as it is now, and the patient's part new less old."""

    supplement_id: str
    review_id: str
    supplemented_at: datetime
    patient_change_fen: SignedYuan
    payout_change_fen: SignedYuan
    bill: BillAnswer


class ForecastAnswer(BillAnswer, frozen=True, kw_only=True):
    """A bill as it would come out now, and the patient's statement (结算说明) to read before agreeing to it."""

    statement: tuple[str, ...] = ()


class SettlementAnswer(Wire, frozen=True, kw_only=True):
    """A settlement as it was confirmed, what was supplemented since, and whether it still stands.

    ``identity_revision`` is that of identity's message about the person on which it rests.
    """

    settlement_id: str
    encounter_id: str
    person_id: str
    hospital_id: str
    discharged_on: date
    settled_at: datetime
    revoked: bool
    bill: BillAnswer
    identity_revision: int | None = None
    supplements: tuple[SupplementAnswer, ...] = ()


def bill_answer(result: Adjudication) -> BillAnswer:
    """The bill as the hospital's window shows it."""
    return BillAnswer(
        policy=result.policy_id,
        document=result.document,
        category=result.category,
        total_fen=Yuan(result.total_fen),
        layers=tuple(_layer(layer, result.document) for layer in result.layers),
        patient_pays_fen=Yuan(result.patient_pays_fen),
        payout_fen=Yuan(result.payout_fen),
        refund_to_patient_fen=Yuan(result.refund_to_patient_fen),
        accumulators_before_fen={name: Yuan(fen) for name, fen in result.before_fen.items()},
        accumulators_after_fen={name: Yuan(fen) for name, fen in result.after_fen.items()},
        flags=result.flags,
    )


def forecast_answer(result: Adjudication, lines: tuple[str, ...]) -> ForecastAnswer:
    """The same bill with its statement."""
    return ForecastAnswer(**msgspec.structs.asdict(bill_answer(result)), statement=lines)


def settlement_answer(
    event: SettlementConfirmed, supplements: Sequence[SettlementSupplemented] = (), *, revoked: bool = False
) -> SettlementAnswer:
    """A settlement's answer, the same when it is made and when it is looked at later."""
    return SettlementAnswer(
        settlement_id=event.settlement_id,
        encounter_id=event.encounter_id,
        person_id=event.person_id,
        hospital_id=event.hospital_id,
        discharged_on=event.claim.discharged_on,
        settled_at=event.settled_at,
        revoked=revoked,
        bill=bill_answer(event.adjudication),
        identity_revision=event.identity_revision,
        supplements=tuple(_supplement(supplement) for supplement in supplements),
    )


def _supplement(event: SettlementSupplemented) -> SupplementAnswer:
    return SupplementAnswer(
        supplement_id=event.supplement_id,
        review_id=event.review_id,
        supplemented_at=event.supplemented_at,
        patient_change_fen=SignedYuan(event.patient_fen),
        payout_change_fen=SignedYuan(event.payout_fen),
        bill=bill_answer(event.adjudication),
    )


def settled_text(events: Sequence[EncounterEvent]) -> str:
    """The answer to a bill's settlement, from what was decided."""
    event = events[0]
    assert isinstance(event, SettlementConfirmed)
    return text(settlement_answer(event))


def text(value: Wire) -> str:
    """An answer as the JSON text that is stored under the idempotency key."""
    return encode(value).decode()


def _layer(layer: LayerTrace, document: str) -> LayerAnswer:
    return LayerAnswer(
        payer=layer.payer,
        amount_fen=Yuan(layer.amount_fen),
        clause=layer.clause,
        document=document,
        method=layer.method,
        left_before_fen=Yuan(layer.left_before_fen),
        base_fen=_yuan(layer.base_fen),
        percent=layer.percent,
        cap_fen=_yuan(layer.cap_fen),
        asked_fen=_yuan(layer.asked_fen),
        accumulator=layer.accumulator,
        before_fen=_yuan(layer.before_fen),
        after_fen=_yuan(layer.after_fen),
        payout_fen=Yuan(layer.payout_fen) if layer.payout_fen else None,
        funds=layer.funds,
        flags=layer.flags,
    )


def _yuan(fen: int | None) -> Yuan | None:
    return None if fen is None else Yuan(fen)
