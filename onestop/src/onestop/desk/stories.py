"""A settlement's story as it is told over HTTP: its bills by payer and clause, and every step of every service."""

from datetime import datetime
from typing import Any

from kernel.http import SignedYuan, Wire, Yuan
from law import Adjudication, LayerTrace
from onestop.event_names import event_name
from onestop.shown import shown
from onestop.trace import Step, Story
from onestop.trace_words import BillWords, LayerWords


class PayerAnswer(Wire, frozen=True, kw_only=True):
    """What a payer pays of a bill, under its Chinese name, why, and by which clause; ``payout`` is beside the bill."""

    payer: str
    name: str
    amount_fen: Yuan
    payout_fen: Yuan
    why: str
    clause: str


class BillAnswer(Wire, frozen=True, kw_only=True):
    """The bill as it was settled, or, with ``supplement_id``, as it was decided again."""

    supplement_id: str | None
    policy_id: str
    document: str
    category: str | None
    category_name: str
    total_fen: Yuan
    patient_pays_fen: Yuan
    payers: tuple[PayerAnswer, ...]


class SupplementAnswer(Wire, frozen=True, kw_only=True):
    """What a supplement changed: new less old, by payer, and for the patient."""

    supplement_id: str
    review_id: str
    supplemented_at: datetime
    payers_fen: dict[str, SignedYuan]
    patient_fen: SignedYuan
    payout_fen: SignedYuan


class StepAnswer(Wire, frozen=True, kw_only=True):
    """An event: its service, type and Chinese name, when, by whom, and what it says, without what is sealed."""

    service: str
    type: str
    name: str
    occurred_at: datetime
    actor: str
    event: dict[str, Any]


class StoryAnswer(Wire, frozen=True, kw_only=True):
    """A settlement's story. ``left_out`` steps are of a time when the person was another county's."""

    settlement_id: str
    encounter_id: str
    person_id: str
    hospital_id: str
    county: str
    kind: str
    settled_at: datetime
    bills: tuple[BillAnswer, ...]
    supplements: tuple[SupplementAnswer, ...]
    steps: tuple[StepAnswer, ...]
    left_out: int


def story_answer(story: Story, left_out: int) -> StoryAnswer:
    """A story as told."""
    settled = story.settlement
    return StoryAnswer(
        settlement_id=settled.settlement_id,
        encounter_id=settled.encounter_id,
        person_id=settled.person_id,
        hospital_id=settled.hospital_id,
        county=settled.county,
        kind=settled.claim.kind,
        settled_at=settled.settled_at,
        bills=tuple(_bill(by, result, words) for by, result, words in story.bills),
        supplements=tuple(
            SupplementAnswer(
                supplement_id=one.supplement_id,
                review_id=one.review_id,
                supplemented_at=one.supplemented_at,
                payers_fen={layer.payer: SignedYuan(layer.amount_fen) for layer in one.layers},
                patient_fen=SignedYuan(one.patient_fen),
                payout_fen=SignedYuan(one.payout_fen),
            )
            for one in story.supplements
        ),
        steps=tuple(_step(one) for one in story.steps),
        left_out=left_out,
    )


def _bill(by: str | None, result: Adjudication, words: BillWords) -> BillAnswer:
    return BillAnswer(
        supplement_id=by,
        policy_id=result.policy_id,
        document=words.document,
        category=result.category,
        category_name=words.category,
        total_fen=Yuan(result.total_fen),
        patient_pays_fen=Yuan(result.patient_pays_fen),
        payers=tuple(_payer(trace, told) for trace, told in zip(result.layers, words.layers, strict=True)),
    )


def _payer(trace: LayerTrace, told: LayerWords) -> PayerAnswer:
    return PayerAnswer(
        payer=trace.payer,
        name=told.name,
        amount_fen=Yuan(trace.amount_fen),
        payout_fen=Yuan(trace.payout_fen),
        why=told.why,
        clause=trace.clause,
    )


def _step(step: Step) -> StepAnswer:
    return StepAnswer(
        service=step.service,
        type=step.type,
        name=event_name(step.type),
        occurred_at=step.occurred_at,
        actor=step.actor,
        event=shown(step.event),
    )
