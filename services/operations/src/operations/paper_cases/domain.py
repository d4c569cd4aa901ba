"""What is checked of bills on paper (000 一(三)3 常态管理, 二(一) 最多跑一次): visits, approvals, payouts, all pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from law.packs.rules import Duty

#: Who comes for the household itself; a helping cadre's way is none of the patient's (000 二(一)).
HOUSEHOLD: Final = ("SELF", "FAMILY")


class Visit(msgspec.Struct, frozen=True):
    """Somebody came with papers."""

    on: date
    by: str


class SignedOff(msgspec.Struct, frozen=True):
    """A department's approval."""

    owner: str
    by: str
    on: date | None = None


class PaperCase(msgspec.Struct, frozen=True, kw_only=True):
    """A bill on paper as settlement told it last; of whom it is nobody needs to know here."""

    case_id: str
    county: str
    hospital_id: str
    kind: str
    office: str
    window_kind: str | None
    window_hospital: str | None
    submitter: str
    handed_in_on: date
    visits: tuple[Visit, ...]
    returned: int
    state: str
    complete_on: date | None
    due_on: date | None
    settlement_id: str | None
    to_sign: tuple[str, ...]
    signed: tuple[SignedOff, ...]
    paid_on: date | None
    paid_by: str | None

    @property
    def own_visits(self) -> int:
        """How often somebody of the household came."""
        return sum(visit.by in HOUSEHOLD for visit in self.visits)

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """The departments that have not signed yet."""
        signed = {sign.owner for sign in self.signed}
        return tuple(owner for owner in self.to_sign if owner not in signed)

    def late_on(self, today: date) -> bool:
        """Whether it was paid after its last day, or is not paid and the day is over."""
        ended = self.state in {"WITHDRAWN", "RETURNED", "INCOMPLETE"}
        return not ended and self.due_on is not None and (self.paid_on or today) > self.due_on


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One payer's part of a settled case: who audits it by the documents, and who approved it when.

    ``owner`` is None where no document of the place names an auditor of the payer.
    """

    payer: str
    amount_fen: int
    owner: str | None
    approved_by: str | None
    approved_on: date | None


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """A settled case with its parts."""

    case: PaperCase
    parts: tuple[Part, ...]

    @property
    def unapproved_fen(self) -> int:
        """What was paid out without anybody's approval."""
        return sum(part.amount_fen for part in self.parts if part.approved_by is None) if self.case.paid_on else 0


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """How the cases of some days went: all that were not withdrawn."""

    cases: int
    more_than_one: int
    household_more_than_one: int
    returned: int
    late: int


def audited(case: PaperCase, amounts: Mapping[str, int], duties: Sequence[Duty]) -> Audited:
    """A case with the approval of each part that is not zero; ``amounts`` are what each payer gives."""
    signed = {sign.owner: sign for sign in case.signed}

    def part(payer: str, amount_fen: int) -> Part:
        owners = [duty.owner for duty in duties if f"audit {payer}" in duty.of]
        sign = next((signed[owner] for owner in owners if owner in signed), None)
        return Part(
            payer=payer,
            amount_fen=amount_fen,
            owner=owners[0] if owners else None,
            approved_by=sign.by if sign else None,
            approved_on=sign.on if sign else None,
        )

    return Audited(case=case, parts=tuple(part(payer, fen) for payer, fen in amounts.items() if fen))


def totals(cases: Iterable[PaperCase], today: date) -> Totals:
    """The sums of cases."""
    counted = [case for case in cases if case.state != "WITHDRAWN"]
    return Totals(
        cases=len(counted),
        more_than_one=sum(len(case.visits) > 1 for case in counted),
        household_more_than_one=sum(case.own_visits > 1 for case in counted),
        returned=sum(case.returned > 0 for case in counted),
        late=sum(case.late_on(today) for case in counted),
    )
