"""What can still be done about a settled encounter: an approval, a found cause, a supplement, revocation."""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from kernel.values.refusals import Refused, conflict
from law import Adjudication
from settlement.encounters.domain import events, refusals
from settlement.encounters.domain.commands import ApproveException, FindCause, Revoke, Supplement, TellAmount
from settlement.encounters.domain.events import EncounterEvent
from settlement.encounters.domain.found_cause import find_cause
from settlement.encounters.domain.readjudication import Correction, paid
from settlement.encounters.domain.state import Cancelled, Open, Settled, State, Unknown
from settlement.encounters.domain.told_amounts import tell_amount

Later = ApproveException | FindCause | TellAmount | Supplement | Revoke


def decide_later(command: Later, state: State) -> Sequence[EncounterEvent]:
    """What a command brings about that may come after settlement; raises Refused."""
    match command:
        case ApproveException():
            return _approve(command, _opened(state, "approve an exception for"))
        case FindCause():
            return find_cause(command, _opened(state, "say the cause of"))
        case TellAmount():
            return tell_amount(command, _opened(state, "tell an amount for"))
        case Supplement():
            return _supplement(command, state)
        case Revoke():
            return _revoke(command, state)
        case _:
            assert_never(command)


def _opened(state: State, command: str) -> Open:
    """The encounter before settlement, whether it is settled or not; raises Refused."""
    if isinstance(state, Unknown):
        raise Refused("ENCOUNTER_UNKNOWN", f"cannot {command} an encounter that was never admitted")
    if isinstance(state, Cancelled):
        raise refusals.cancelled(state.before.admission.encounter_id)
    return state.before if isinstance(state, Settled) else state


def _approve(command: ApproveException, opened: Open) -> Sequence[EncounterEvent]:
    """Record a department's approval; one that the department gave before changes nothing. Raises Refused."""
    admission = opened.admission
    if command.approved_on > command.today:
        raise Refused("DATE_IN_FUTURE", f"approval on {command.approved_on} has not come yet; today is {command.today}")
    if command.department in opened.exception_approved_by:
        return ()
    return (
        events.CatalogueExceptionApproved(
            encounter_id=admission.encounter_id,
            person_id=admission.person_id,
            hospital_id=admission.hospital_id,
            department=command.department,
            approved_on=command.approved_on,
            evidence=command.evidence,
        ),
    )


def _supplement(command: Supplement, state: State) -> Sequence[EncounterEvent]:
    """Put a new outcome beside the settlement; raises Refused where it is not the one that was decided again."""
    correction = command.correction
    if not isinstance(state, Settled) or state.settlement.settlement_id != correction.settlement_id:
        raise refusals.not_in_force(correction.settlement_id)
    if state.outcome.adjudication != correction.before:
        raise conflict("REVIEW_STALE", f"settlement {correction.settlement_id} was supplemented meanwhile")
    settled, year = state.settlement, command.year_after
    return (
        events.SettlementSupplemented(
            supplement_id=command.supplement_id,
            **_of(settled, "county", "considered", "route", "deducted"),
            review_id=command.review_id,
            supplemented_at=command.now,
            claim=correction.facts.claim,
            standing=correction.facts.standing,
            adjudication=correction.after,
            policy_digest=correction.policy.pack.digest,
            layers=layer_changes(correction),
            patient_fen=correction.patient_fen,
            payout_fen=correction.payout_fen,
            balances_fen=year.balances_fen,
            benefit_year_version=year.version,
            latest_settlement=year.latest_settlement,
            configured=correction.policy.configured,
            identity_revision=command.identity_revision,
            counted_for=None if year.person_id == settled.person_id else year.person_id,
        ),
    )


def layer_changes(correction: Correction) -> tuple[events.LayerChange, ...]:
    """What changes for each payer and its funds, in the order of the waterfall; unchanged payers are left out."""
    before, after = correction.before, correction.after
    old = {layer.payer: layer for layer in before.layers}
    new = {layer.payer: layer for layer in after.layers}
    changes = []
    for payer, amount in correction.layers_fen.items():
        if paid(old.get(payer)) == paid(new.get(payer)):
            continue
        layer, document = (new[payer], after.document) if payer in new else (old[payer], before.document)
        changes.append(
            events.LayerChange(
                payer=payer,
                amount_fen=amount,
                clause=layer.clause,
                document=document,
                payout_fen=paid(new.get(payer))[1] - paid(old.get(payer))[1],
                funds=layer.funds,
            )
        )
    return tuple(changes)


def _revoke(command: Revoke, state: State) -> Sequence[EncounterEvent]:
    """Take a settlement back with all its supplements; the latest of the year, or any with a cascade (AMB-X4, XC-03).

    Raises Refused.
    """
    if not isinstance(state, Settled) or state.settlement.settlement_id != command.settlement_id:
        raise refusals.not_in_force(command.settlement_id)
    settled, year = state.settlement, command.benefit_year
    latest = year.latest_settlement == settled.settlement_id
    if not latest and not command.cascade:
        # Only the latest settlement of a person's year may be revoked online (AMB-X4).
        raise conflict(
            "NOT_THE_LATEST_SETTLEMENT",
            f"settlement {settled.settlement_id} is not the person's latest of the year: revoke "
            f"{year.latest_settlement or 'the later'} first, or ask the agency",
            settlement=settled.settlement_id,
            latest=year.latest_settlement or "",
        )
    result = state.outcome.adjudication
    return (
        events.SettlementRevoked(
            **_of(settled, "counted_for"),
            revoked_at=command.now,
            reason=command.reason,
            # What the patient paid at the window comes back there; supplements were between patient and funds.
            refund_to_patient_fen=settled.adjudication.patient_pays_fen,
            balances_fen=result.before_fen if latest else _without(result, year.balances_fen),
            benefit_year_version=year.version + 1,
            latest_settlement=command.before if latest else year.latest_settlement,
        ),
    )


def _without(result: Adjudication, balances_fen: Mapping[str, int]) -> dict[str, int]:
    """The year's accumulators without what a settlement moved; later ones may have moved them since."""
    before, after = result.before_fen, result.after_fen
    return {name: fen - after.get(name, 0) + before.get(name, 0) for name, fen in balances_fen.items()}


def _of(settled: events.SettlementConfirmed, *others: str) -> dict[str, Any]:
    """What all that happens to a settlement repeats of it."""
    names = ("settlement_id", "encounter_id", "person_id", "hospital_id", "area", "year", *others)
    return {name: getattr(settled, name) for name in names}
