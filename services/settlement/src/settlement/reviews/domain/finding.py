"""Findings: what a settled year would come to on the facts that are known now, bill by bill (AMB-X8, R-GX-11)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import combinations, product
from typing import Literal

import msgspec

from kernel.values.refusals import Refused
from law import Claim, Standing, effective_category
from settlement.encounters.domain.events import CauseFound
from settlement.encounters.domain.found_cause import as_found, named
from settlement.encounters.domain.readjudication import Correction, Decided, Facts, paid, with_facts
from settlement.encounters.domain.stays import Stay
from settlement.referrals.domain import Referral


class LayerDifference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One payer's part as it was settled and as it would be now, in fen."""

    payer: str
    before_fen: int
    after_fen: int
    clause: str
    payout_before_fen: int = 0
    payout_after_fen: int = 0
    funds_before: tuple[str, ...] = ()
    funds_after: tuple[str, ...] = ()


class BillDifference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A bill that would come out otherwise: because of the facts themselves, or because of what the year counts.

    ``counted_as`` is the category under each of the policies compared, on the facts that are known now.
    """

    settlement_id: str
    encounter_id: str
    hospital_id: str
    because: Literal["FACTS", "ACCUMULATORS"]
    layers: tuple[LayerDifference, ...]
    patient_before_fen: int
    patient_after_fen: int
    accumulators_fen: dict[str, int]
    counted_as: tuple[str | None, ...]
    category_before: str | None = None
    category_after: str | None = None
    approved_by: tuple[str, ...] = ()
    payout_before_fen: int = 0
    payout_after_fen: int = 0
    referral_approved_on: date | None = None
    #: What the bill was for, as it was found since.
    found_cause: str | None = None
    #: What the owners of outer payers told, by payer, in fen.
    told_fen: dict[str, int] = {}


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The exact difference for a person's year, and the facts that make it; ``settlement_id`` is the earliest bill.

    ``undecidable`` says why it cannot be decided again, instead of the bills. ``noticed_at`` is when identity recorded
    the fact, or when the approval or the settlement came without which the difference would not be there.
    """

    settlement_id: str
    identity_revision: int
    noticed_at: datetime
    old: Standing
    new: Standing
    bills: tuple[BillDifference, ...] = ()
    deceased_on: date | None = None
    undecidable: str | None = None

    def differs_from(self, other: "Finding") -> bool:
        """Whether it comes to another fen; that the same is found again later is no difference."""
        return (self.bills, self.undecidable) != (other.bills, other.undecidable)

    @property
    def patient_fen(self) -> int:
        """What the patient would pay more (or less) on all the bills."""
        return sum(bill.patient_after_fen - bill.patient_before_fen for bill in self.bills)

    @property
    def payout_fen(self) -> int:
        """What the person would get more (or less) beside the bills."""
        return sum(bill.payout_after_fen - bill.payout_before_fen for bill in self.bills)


class BillOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """A settled bill with its place, and what may have come since: departments' approvals, a referral, a cause,
    what the owners of outer payers told, in fen."""

    decided: Decided
    encounter_id: str
    hospital_id: str
    approved_by: tuple[str, ...]
    referral: Referral | None = None
    found: CauseFound | None = None
    told_fen: dict[str, int] = {}


class Known(msgspec.Struct, frozen=True):
    """What identity has told of a person by now."""

    revision: int
    noticed_at: datetime
    standing: Standing
    deceased_on: date | None = None


#: A bill and the facts on which operators left it as it was settled: found again, it stays so.
Left = tuple[str, tuple[str | None, ...], tuple[str, ...], date | None, str | None, tuple[tuple[str, int], ...]]


def left_by(finding: Finding) -> frozenset[Left]:
    """The bills of a finding that was left as it is."""
    return frozenset(
        (b.settlement_id, b.counted_as, b.approved_by, b.referral_approved_on, b.found_cause, _pairs(b.told_fen))
        for b in finding.bills
    )


def find(
    year: Sequence[BillOnFile],
    known: Known,
    left: frozenset[Left] = frozenset(),
    joined_fen: Mapping[str, int] | None = None,
    before: Sequence[BillOnFile] = (),
) -> tuple[Finding | None, tuple[Correction, ...]]:
    """Decide a year's bills again on the facts known now; None where no fen differs.

    ``year`` is in the order of settlement. Where it holds the bills of several records that were merged, ``joined_fen``
    are the accumulators with which all of them began: each bill was decided on its own record's year, so what the year
    counts differs for nearly all of them, and only what also moves money is found. ``before`` are the bills of the
    person's other years that come before this one: a stay may reach across New Year. With the finding come the
    corrections that would make it good.
    """
    try:
        facts = {bill.decided.settlement_id: _facts(bill, known, left) for bill in year}
        same = all(facts[bill.decided.settlement_id] == bill.decided.facts for bill in year)
        if same and joined_fen is None:
            return _impossible(year, known, before), ()
        corrections = [c for c in with_facts([bill.decided for bill in year], facts, joined_fen) if c.matters]
        if not corrections or (same and not any(c.moves_money for c in corrections)):
            return _impossible(year, known, before), ()
        on_file = {bill.decided.settlement_id: bill for bill in year}
        bills = tuple(_difference(on_file[c.settlement_id], c) for c in corrections)
    except Refused as refused:
        return _finding(year[0], known, undecidable=f"{refused.code}: {refused.detail}"), ()
    first = next((bill for bill in bills if bill.because == "FACTS"), bills[0])
    return _finding(on_file[first.settlement_id], known, bills), tuple(corrections)


def _impossible(year: Sequence[BillOnFile], known: Known, before: Sequence[BillOnFile]) -> Finding | None:
    """A finding without a difference: bills of which one cannot be right, though no fen says by how much."""
    for bill in year:
        claim, dead = bill.decided.claim, known.deceased_on
        if dead is not None and dead < claim.discharged_on:
            why = f"PERSON_DECEASED: the bill ends on {claim.discharged_on}, after the death on {dead}"
            return _finding(bill, known, undecidable=why)
    stays, earlier = _stays(year), _stays(before)
    for (_, one), (bill, other) in (*combinations(stays, 2), *product(earlier, stays)):
        if one.overlaps(other):
            days = f"{one.admitted_on} to {one.ended_on} and {other.admitted_on} to {other.ended_on}"
            return _finding(bill, known, undecidable=f"STAY_OVERLAPS: settled for one person are stays from {days}")
    return None


def _stays(bills: Iterable[BillOnFile]) -> list[tuple[BillOnFile, Stay]]:
    claims = ((bill, bill.decided.claim) for bill in bills)
    return [(bill, Stay(claim.begins_on, claim.discharged_on)) for bill, claim in claims if claim.kind == "inpatient"]


def _finding(
    bill: BillOnFile, known: Known, bills: tuple[BillDifference, ...] = (), undecidable: str | None = None
) -> Finding:
    return Finding(
        settlement_id=bill.decided.settlement_id,
        identity_revision=known.revision,
        noticed_at=known.noticed_at,
        old=bill.decided.standing,
        new=known.standing,
        bills=bills,
        deceased_on=known.deceased_on,
        undecidable=undecidable,
    )


def _facts(bill: BillOnFile, known: Known, left: frozenset[Left]) -> Facts:
    """What is known of a bill now; what it was settled on where that makes no difference or was left so."""
    settled = bill.decided
    claim = _claim_now(bill)
    # Nobody is entitled to a stay after the own death, as nobody is admitted then; memberships stay as they were said.
    dead = known.deceased_on is not None and known.deceased_on < claim.begins_on
    now = Facts(claim, Standing() if dead else known.standing)
    counted = counted_as(settled, now)
    approved = claim.exception_approved_by, claim.referral_approved_on
    if (settled.settlement_id, counted, *approved, named(bill.found), _pairs(bill.told_fen)) in left:
        return settled.facts
    same = counted == counted_as(settled, settled.facts) and claim == settled.claim
    return settled.facts if same else now


def _claim_now(bill: BillOnFile) -> Claim:
    settled = bill.decided.claim
    known = {"exception_approved_by": _approved(bill), "given_fen": settled.given_fen | bill.told_fen}
    claim = as_found(msgspec.structs.replace(settled, **known), bill.found)
    if bill.referral is None:
        return claim
    approved_on, emergency = bill.referral.standing_approval, bill.referral.filed_for(claim.admitted_on)
    entered_on = bill.referral.approval_entered_on if approved_on else None
    return msgspec.structs.replace(
        claim, referral_approved_on=approved_on, referral_entered_on=entered_on, emergency=emergency
    )


def _approved(bill: BillOnFile) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*bill.decided.claim.exception_approved_by, *bill.approved_by]))


def _pairs(told_fen: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(told_fen.items()))


def counted_as(bill: Decided, facts: Facts) -> tuple[str | None, ...]:
    """The category under each policy compared: all that the waterfall ever asks of a standing. Raises Refused."""
    claim = facts.claim
    return tuple(
        effective_category(facts.standing, policy.file, claim.entitled_from, claim.discharged_on)
        for policy in bill.candidates
    )


def _difference(bill: BillOnFile, correction: Correction) -> BillDifference:
    before, after = correction.before, correction.after
    return BillDifference(
        settlement_id=correction.settlement_id,
        encounter_id=bill.encounter_id,
        hospital_id=bill.hospital_id,
        because="ACCUMULATORS" if correction.facts == bill.decided.facts else "FACTS",
        layers=_layers(correction),
        patient_before_fen=before.patient_pays_fen,
        patient_after_fen=after.patient_pays_fen,
        accumulators_fen=after.after_fen,
        counted_as=counted_as(bill.decided, correction.facts),
        category_before=before.category,
        category_after=after.category,
        approved_by=correction.facts.claim.exception_approved_by,
        payout_before_fen=before.payout_fen,
        payout_after_fen=after.payout_fen,
        referral_approved_on=correction.facts.claim.referral_approved_on,
        found_cause=named(bill.found),
        told_fen=bill.told_fen,
    )


def _layers(correction: Correction) -> tuple[LayerDifference, ...]:
    old = {layer.payer: layer for layer in correction.before.layers}
    new = {layer.payer: layer for layer in correction.after.layers}
    found: list[LayerDifference] = []
    for payer in correction.layers_fen:
        before, after = paid(old.get(payer)), paid(new.get(payer))
        found.append(
            LayerDifference(
                payer=payer,
                before_fen=before[0],
                after_fen=after[0],
                clause=(new[payer] if payer in new else old[payer]).clause,
                payout_before_fen=before[1],
                payout_after_fen=after[1],
                funds_before=before[2],
                funds_after=after[2],
            )
        )
    return tuple(found)
