"""A claim: the facts and costs of one bill, and what the outer payers have said they pay."""

from collections.abc import Mapping
from datetime import date

import msgspec

from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused
from law.certificate import Certificate


class AmountsMissingError(Refused):
    """PAYER_AMOUNT_MISSING: all payers whose amounts a claim lacks, each with its name, at once."""

    def __init__(self, names: Mapping[str, str]) -> None:
        listed = ", ".join(f"{payer} ({name})" for payer, name in names.items())
        detail = f"the claim has no amount of {listed}; send 0.00 for each that pays nothing"
        about = {"payer": next(iter(names)), "payers": ",".join(names)}
        super().__init__("PAYER_AMOUNT_MISSING", detail, about=about)
        self.names = names


class Claim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One bill as it stands before the waterfall. Amounts in whole fen.

    ``discharged_on`` is the service date of a visit. ``compliant_fen`` (合规) and ``out_of_catalogue_fen`` (目录外)
    are None where the document at hand does not need them. ``given_fen`` holds, by payer, what outer payers gave.
    """

    kind: str
    discharged_on: date
    total_fen: int
    admitted_on: date | None = None
    place: str = "in_county"
    level: str | None = None
    compliant_fen: int | None = None
    out_of_catalogue_fen: int | None = None
    given_fen: dict[str, int] = {}
    #: Cost that other law keeps away from aid although it is on the bill (AMB-E15), and its compliant part.
    excluded_fen: int = 0
    excluded_compliant_fen: int = 0
    #: Whether the institution's contract holds on the last day, and on the first; None where that was not asked.
    designated: bool = True
    designated_at_admission: bool | None = None
    #: The first day in hospital of a patient who was transferred on the day of admission (转院).
    in_hospital_since: date | None = None
    valid_invoice: bool = True
    cause: str = "illness"
    mental_disorder: bool = False
    referral_approved_on: date | None = None
    #: The day on which the approval was entered, which may be later than the day that its seal bears.
    referral_entered_on: date | None = None
    #: An emergency by the referral that was filed for it, which may have come after the admission (AMB-H5).
    emergency: bool = False
    exception_approved_by: tuple[str, ...] = ()
    major_disease: bool = False
    designated_for_major: bool = False
    patient_prepaid_fen: int | None = None
    #: What a chronic visit rests on, as identity had told it when the bill was settled.
    certificate: Certificate | None = None

    @property
    def begins_on(self) -> date:
        """The first day of the stay, or the day of the visit."""
        return self.admitted_on or self.discharged_on

    @property
    def entitled_from(self) -> date:
        """The day from which a membership counts for the claim: a transfer goes on with the stay before (AMB-E9)."""
        return self.in_hospital_since or self.begins_on


def check(claim: Claim) -> None:
    """Refuse a claim that cannot be right; the first reason in a fixed order is the one that is said (DOMAIN B9)."""
    _check_signs(claim)
    if claim.admitted_on is not None and claim.admitted_on > claim.discharged_on:
        raise Refused(
            "DATES_OUT_OF_ORDER",
            f"admitted on {claim.admitted_on} but discharged on {claim.discharged_on}; admission comes first",
        )
    compliant = claim.compliant_fen
    if compliant is not None:
        _check_compliant(claim, compliant)
    out = claim.out_of_catalogue_fen
    if out is not None and out > claim.total_fen - (compliant or 0):
        raise Refused(
            "OUT_OF_CATALOGUE_EXCEEDS_TOTAL",
            f"{yuan_from_fen(out)} yuan out of catalogue do not fit beside the rest into a total of "
            f"{yuan_from_fen(claim.total_fen)} yuan",
        )
    if claim.excluded_fen > claim.total_fen or claim.excluded_compliant_fen > min(
        claim.excluded_fen, compliant if compliant is not None else claim.excluded_fen
    ):
        raise Refused("EXCLUDED_EXCEEDS_TOTAL", "the excluded part is larger than the cost that it is a part of")


def _check_signs(claim: Claim) -> None:
    amounts = {
        "total": claim.total_fen,
        "compliant": claim.compliant_fen or 0,
        "out_of_catalogue": claim.out_of_catalogue_fen or 0,
        "excluded": claim.excluded_fen,
        "excluded_compliant": claim.excluded_compliant_fen,
        "patient_prepaid": claim.patient_prepaid_fen or 0,
        **claim.given_fen,
    }
    for name, amount in amounts.items():
        if amount < 0:
            raise Refused(
                "NEGATIVE_AMOUNT", f"{name} is {yuan_from_fen(amount)} yuan; no amount of a bill is below zero"
            )


def _check_compliant(claim: Claim, compliant: int) -> None:
    if compliant > claim.total_fen:
        raise Refused(
            "COMPLIANT_EXCEEDS_TOTAL",
            f"the compliant cost of {yuan_from_fen(compliant)} yuan exceeds the total of "
            f"{yuan_from_fen(claim.total_fen)} yuan",
            about={"compliant": yuan_from_fen(compliant), "total": yuan_from_fen(claim.total_fen)},
        )
    basic, critical = claim.given_fen.get("BMI", 0), claim.given_fen.get("CII", 0)
    if basic > compliant:
        raise Refused(
            "BMI_EXCEEDS_COMPLIANT",
            f"basic insurance pays {yuan_from_fen(basic)} yuan of a compliant cost of {yuan_from_fen(compliant)} yuan",
            about={"paid": yuan_from_fen(basic), "compliant": yuan_from_fen(compliant)},
        )
    if critical > compliant - basic:
        raise Refused(
            "CII_EXCEEDS_REMAINDER",
            f"critical-illness insurance pays {yuan_from_fen(critical)} yuan, but "
            f"{yuan_from_fen(compliant - basic)} yuan of compliant cost are left",
            about={"paid": yuan_from_fen(critical), "left": yuan_from_fen(compliant - basic)},
        )
