"""The sums of revolving funds that pay first and get their money back (Leye's rescue fund and claim fund)."""

from collections.abc import Iterable

import msgspec

from kernel.values.money import fen_from_yuan, yuan_from_fen
from kernel.values.refusals import conflict
from law.packs.rules import AdvanceLine


def may_draw(
    lines: Iterable[AdvanceLine], *, poor: bool, at_risk: bool, out_county_inpatient: bool, cost_fen: int
) -> bool:
    """Whether a person may draw on the rescue fund: an out-of-county stay that costs more than the line (000 一(二)3).

    超过 is strict: exactly the line is not enough. Who is not poor must also be at risk of becoming so (可能因病致贫).
    """
    if not out_county_inpatient:
        return False
    person = "poor" if poor else "rural_non_poor"
    return any(
        line.person == person and cost_fen > fen_from_yuan(line.above_yuan) and (at_risk or not line.needs_risk)
        for line in lines
    )


class Recovery(msgspec.Struct, frozen=True):
    """How a reimbursement is shared between the fund and the patient, in fen."""

    recovered_fen: int
    paid_to_patient_fen: int
    patient_receivable_fen: int


def grant(balance_fen: int, advance_fen: int) -> int:
    """The fund's balance after an advance; raises Refused ADVANCE_EXCEEDS_FUND."""
    if advance_fen > balance_fen:
        raise conflict(
            "ADVANCE_EXCEEDS_FUND",
            f"the fund holds {yuan_from_fen(balance_fen)} yuan; {yuan_from_fen(advance_fen)} yuan cannot be advanced",
        )
    return balance_fen - advance_fen


def recover(advance_fen: int, reimbursement_fen: int) -> Recovery:
    """min(advance, reimbursement) goes back to the fund before the patient gets the rest (000 一(二)3).

    What the reimbursement does not cover stays owed by the patient; writing it off is another event (AMB-L7).
    """
    recovered = min(advance_fen, reimbursement_fen)
    return Recovery(recovered, reimbursement_fen - recovered, advance_fen - recovered)


def set_off(outstanding_fen: int, insurer_payment_fen: int) -> int:
    """What the insurer still owes after a payment (000 一(二)3 进行冲抵); raises Refused PAYMENT_EXCEEDS_ADVANCE."""
    if insurer_payment_fen > outstanding_fen:
        raise conflict(
            "PAYMENT_EXCEEDS_ADVANCE",
            f"the insurer owes {yuan_from_fen(outstanding_fen)} yuan; a payment of "
            f"{yuan_from_fen(insurer_payment_fen)} yuan is more than that",
        )
    return outstanding_fen - insurer_payment_fen
