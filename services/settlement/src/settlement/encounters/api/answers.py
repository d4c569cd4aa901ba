"""What settlement answers about a bill: the sums, and each layer with its clause."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from kernel.http import SignedYuan, Wire, Yuan, encode
from law import Adjudication, LayerTrace
from settlement.encounters.domain.events import (
    EncounterEvent,
    SettlementConfirmed,
    SettlementRevoked,
    SettlementSupplemented,
)
from settlement.encounters.domain.mirrors import revocation_id_of
from settlement.encounters.domain.payees import Payee, Route, payee_of


class LayerAnswer(Wire, frozen=True, kw_only=True):
    """One payer's part, by which clause of which document.

    ``payee`` gets it: HOSPITAL, PERSON, or NOBODY where the hospital bears it itself. ``left_before`` is what the
    earlier layers left; caps and bases as the document has them.
    """

    payer: str
    payee: Payee
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
    """What a later fact changed: the bill as it is now, and the patient's part new less old.

    ``review_id`` is the review that was released, or the revocation of an earlier bill because of which it was decided
    again.
    """

    supplement_id: str
    review_id: str
    supplemented_at: datetime
    patient_change_fen: SignedYuan
    payout_change_fen: SignedYuan
    bill: BillAnswer


class MirrorLayer(Wire, frozen=True, kw_only=True):
    """What a payer gets back: the layer with the other sign."""

    payer: str
    amount_fen: SignedYuan
    payout_fen: SignedYuan


class RevocationAnswer(Wire, frozen=True, kw_only=True):
    """The mirror of a settlement that was taken back, with an id and a moment of its own; amounts are negative.

    ``refund_to_patient`` is what the hospital gives the patient again. The last outcome is mirrored, so a supplement
    that was released since is in it.
    """

    revocation_id: str
    revoked_at: datetime
    reason: str
    total_fen: SignedYuan
    layers: tuple[MirrorLayer, ...]
    patient_pays_fen: SignedYuan
    payout_fen: SignedYuan
    refund_to_patient_fen: Yuan


class ForecastAnswer(BillAnswer, frozen=True, kw_only=True):
    """A bill as it would come out now, and the patient's statement (结算说明) to read before agreeing to it."""

    statement: tuple[str, ...] = ()
    #: The day on which a stay that goes on is taken to end; None where it has ended.
    provisional_until: date | None = None


class SettlementAnswer(Wire, frozen=True, kw_only=True):
    """A settlement as it was confirmed, what was supplemented since, and whether it still stands.

    ``route`` is HOSPITAL at its window, AGENCY on papers that were handed in.
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
    route: Route
    identity_revision: int | None = None
    supplements: tuple[SupplementAnswer, ...] = ()
    revocation: RevocationAnswer | None = None
    settlement_number: str | None = None
    invoice_number: str | None = None
    operator: str | None = None
    message_id: str | None = None


def bill_answer(result: Adjudication, route: Route = "HOSPITAL", deducted: Sequence[str] = ()) -> BillAnswer:
    """The bill as the window shows it, each layer with who gets it on this route."""
    return BillAnswer(
        policy=result.policy_id,
        document=result.document,
        category=result.category,
        total_fen=Yuan(result.total_fen),
        layers=tuple(_layer(layer, result.document, payee_of(layer.payer, route, deducted)) for layer in result.layers),
        patient_pays_fen=Yuan(result.patient_pays_fen),
        payout_fen=Yuan(result.payout_fen),
        refund_to_patient_fen=Yuan(result.refund_to_patient_fen),
        accumulators_before_fen={name: Yuan(fen) for name, fen in result.before_fen.items()},
        accumulators_after_fen={name: Yuan(fen) for name, fen in result.after_fen.items()},
        flags=result.flags,
    )


def forecast_answer(result: Adjudication, lines: tuple[str, ...], provisional_until: date | None) -> ForecastAnswer:
    """The same bill with its statement."""
    bill = msgspec.structs.asdict(bill_answer(result))
    return ForecastAnswer(**bill, statement=lines, provisional_until=provisional_until)


def settlement_answer(
    event: SettlementConfirmed,
    supplements: Sequence[SettlementSupplemented] = (),
    revocation: SettlementRevoked | None = None,
) -> SettlementAnswer:
    """A settlement's answer, the same when it is made and when it is looked at later."""
    return SettlementAnswer(
        settlement_id=event.settlement_id,
        encounter_id=event.encounter_id,
        person_id=event.person_id,
        hospital_id=event.hospital_id,
        discharged_on=event.claim.discharged_on,
        settled_at=event.settled_at,
        revoked=revocation is not None,
        bill=bill_answer(event.adjudication, event.route, event.deducted),
        route=event.route,
        identity_revision=event.identity_revision,
        supplements=tuple(_supplement(supplement) for supplement in supplements),
        settlement_number=event.settlement_number,
        invoice_number=event.invoice_number,
        operator=event.operator,
        message_id=event.message_id,
        revocation=None
        if revocation is None
        else _revocation(revocation, (supplements[-1] if supplements else event).adjudication),
    )


def _revocation(event: SettlementRevoked, last: Adjudication) -> RevocationAnswer:
    return RevocationAnswer(
        revocation_id=revocation_id_of(event.settlement_id),
        revoked_at=event.revoked_at,
        reason=event.reason,
        total_fen=SignedYuan(-last.total_fen),
        layers=tuple(
            MirrorLayer(
                payer=layer.payer, amount_fen=SignedYuan(-layer.amount_fen), payout_fen=SignedYuan(-layer.payout_fen)
            )
            for layer in last.layers
        ),
        patient_pays_fen=SignedYuan(-last.patient_pays_fen),
        payout_fen=SignedYuan(-last.payout_fen),
        refund_to_patient_fen=Yuan(event.refund_to_patient_fen),
    )


def _supplement(event: SettlementSupplemented) -> SupplementAnswer:
    return SupplementAnswer(
        supplement_id=event.supplement_id,
        review_id=event.review_id,
        supplemented_at=event.supplemented_at,
        patient_change_fen=SignedYuan(event.patient_fen),
        payout_change_fen=SignedYuan(event.payout_fen),
        bill=bill_answer(event.adjudication, event.route, event.deducted),
    )


def settled_text(events: Sequence[EncounterEvent]) -> str:
    """The answer to a bill's settlement, from what was decided."""
    event = events[0]
    assert isinstance(event, SettlementConfirmed)
    return text(settlement_answer(event))


def text(value: Wire) -> str:
    """An answer as the JSON text that is stored under the idempotency key."""
    return encode(value).decode()


def _layer(layer: LayerTrace, document: str, payee: Payee) -> LayerAnswer:
    return LayerAnswer(
        payer=layer.payer,
        payee=payee,
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
