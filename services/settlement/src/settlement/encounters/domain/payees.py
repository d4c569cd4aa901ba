"""Payees: who gets each layer of a bill, by the route on which it was settled (R-GX-10, R-LY-06, R-LY-07)."""

from collections.abc import Collection
from typing import Final, Literal

from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused
from law import Adjudication

#: HOSPITAL: at its window, which advances the payers' parts. AGENCY: on papers handed in by a patient who has paid.
Route = Literal["HOSPITAL", "AGENCY"]
Payee = Literal["HOSPITAL", "PERSON", "NOBODY"]
#: Payers that are the hospital itself (DOMAIN B8: HOSPITAL_BORNE, HOSPITAL_REDUCTION).
_BORNE: Final = "HOSP"
_WAIVED: Final = "HRED"


def payee_of(payer: str, route: Route = "HOSPITAL", deducted: Collection[str] = ()) -> Payee:
    """Who gets a layer. ``deducted`` are the payers who paid an outside hospital directly (异地联网结算).

    On the agency's route the patient has paid what the hospital should have borne, too: that hospital owes it (AMB-D8).
    """
    if payer == _WAIVED or (payer == _BORNE and route == "HOSPITAL"):
        return "NOBODY"
    return "HOSPITAL" if route == "HOSPITAL" or payer in deducted else "PERSON"


def check_paid(result: Adjudication, paid_fen: int | None, deducted: Collection[str]) -> None:
    """Refuse a bill that the patient has not paid: only who has paid is paid back. Raises Refused.

    PAYER_UNKNOWN for a deducted payer that the bill does not have, BILL_NOT_PAID where the receipts say another sum.
    """
    amounts = {layer.payer: layer.amount_fen for layer in result.layers}
    for payer in deducted:
        if payer not in amounts:
            raise Refused("PAYER_UNKNOWN", f"{payer} pays nothing of this bill", about={"payer": payer})
    taken_off = sum(fen for payer, fen in amounts.items() if payer in deducted or payer == _WAIVED)
    due = result.total_fen - taken_off
    if paid_fen != due:
        paid = "nothing" if paid_fen is None else f"{yuan_from_fen(paid_fen)} yuan"
        raise Refused(
            "BILL_NOT_PAID",
            f"of the bill {yuan_from_fen(due)} yuan were the patient's to pay at the hospital, and the receipts say "
            f"{paid}; name the payers whose parts were deducted there, or correct the sum",
            about={"due": yuan_from_fen(due)},
        )
