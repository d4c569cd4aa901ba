"""A cause that was found: how it changes the claim of a bill, of all of it or of a part (R-JY-25, AMB-E15)."""

from typing import Final

import msgspec

from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, check_not_to_come
from law import Claim
from settlement.encounters.domain.commands import FindCause
from settlement.encounters.domain.events import CauseFound
from settlement.encounters.domain.fees import FeeSums
from settlement.encounters.domain.state import Open

_ILLNESS: Final = "illness"


def find_cause(command: FindCause, state: Open) -> tuple[CauseFound, ...]:
    """The event, nothing where the same was found before; raises Refused DATE_IN_FUTURE, EXCLUDED_EXCEEDS_TOTAL."""
    check_not_to_come("found_on", command.found_on, command.today)
    excluded, compliant, fees = command.excluded_fen, command.excluded_compliant_fen, state.fees
    part = excluded or 0
    if part > fees.total_fen or compliant > min(part, fees.compliant_fen) or part - compliant > _other(fees):
        raise Refused(
            "EXCLUDED_EXCEEDS_TOTAL",
            f"of the bill of {yuan_from_fen(fees.total_fen)} yuan ({yuan_from_fen(fees.compliant_fen)} compliant) no "
            f"{yuan_from_fen(part)} yuan ({yuan_from_fen(compliant)} compliant) can be left out",
        )
    admission = state.admission
    found = CauseFound(
        encounter_id=admission.encounter_id,
        person_id=admission.person_id,
        hospital_id=admission.hospital_id,
        cause=command.cause,
        evidence=command.evidence,
        found_on=command.found_on,
        mental_disorder=command.mental_disorder,
        excluded_fen=excluded,
        excluded_compliant_fen=compliant,
        lines_excluded_fen=fees.excluded_fen,
        lines_excluded_compliant_fen=fees.excluded_compliant_fen,
    )
    return () if found == state.found else (found,)


def as_found(claim: Claim, found: CauseFound | None) -> Claim:
    """The claim on what was found last; as it is where nothing was."""
    if found is None:
        return claim
    if found.excluded_fen is None:
        return msgspec.structs.replace(
            claim,
            cause=found.cause,
            mental_disorder=found.mental_disorder,
            excluded_fen=found.lines_excluded_fen,
            excluded_compliant_fen=found.lines_excluded_compliant_fen,
        )
    return msgspec.structs.replace(
        claim,
        cause=_ILLNESS,
        mental_disorder=False,
        excluded_fen=found.excluded_fen,
        excluded_compliant_fen=found.excluded_compliant_fen,
    )


def named(found: CauseFound | None) -> str | None:
    """What was found, in a word that tells it from other findings."""
    if found is None:
        return None
    mental = "+mental_disorder" if found.mental_disorder else ""
    part = "" if found.excluded_fen is None else f" {found.excluded_fen}/{found.excluded_compliant_fen}"
    return f"{found.cause}{mental}{part}"


def _other(fees: FeeSums) -> int:
    return fees.total_fen - fees.compliant_fen
