"""The questions that the documents leave open (AMB of the design pages): what was open, and what else it could mean."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from law.packs.readings import CHOICES


class Question(msgspec.Struct, frozen=True):
    """An open question, and the readings that were not taken, in words."""

    asks: str
    otherwise: str


def _table(rows: Mapping[str, tuple[str, str]]) -> Mapping[str, Question]:
    return MappingProxyType({ambiguity: Question(*words) for ambiguity, words in rows.items()})


QUESTIONS: Final = _table(
    # What a method answers by a parameter is asked in the method's file.
    {ambiguity: (choice.asks, choice.otherwise) for ambiguity, choice in CHOICES.items()}
    | {
        "L2": ("Is the second backstop for all the poor or only for the seriously ill (重病)?", "only with a flag"),
        "L3": ("10 % of what?", "of the compliant cost, or of the cost in the catalogue"),
        "L4": (
            "Which floor has a stay out of county?",
            "90 % as in the next paragraph, or only the limit of the year",
        ),
        "L5": ("Which limit has a county-level hospital outside the county?", "3000, by its level"),
        "L6": ("Do the 5 working days also bind hospital claims, and which days count?", "out-of-county cases only"),
        "L7": ("What becomes of an advance that the reimbursement does not cover?", "it is written off"),
        "L8": ("Does care out of county need a referral?", "a referral is required"),
        "L9": ("What happens when the fund is empty?", "payments stop"),
        "H1": (
            "Which payers fall away without a referral?",
            "only hospital reduction and fiscal backstop, or everything with the tilt of insurance",
        ),
        "H2": ("Two months or more, or about 15 % or more?", "15 % only, or two months only"),
        "H3": ("Is the day itself in time, and do holidays move it?", "the day before; the next working day"),
        "H4": ("What is the target of the backstop? The document refers to six others.", "a target set by the county"),
        "H5": (
            "When must a referral be approved, how long does it hold, and what of emergencies?",
            "a limit in days; emergencies exempt",
        ),
        "H6": ("Who feeds the poor disabled?", "poverty office or civil affairs"),
        "H7": ("At what rate does the hospital reduce?", "a rate set elsewhere"),
        "C1": ("Do guaranteed households (农村兜底保障户) have the line of 3000?", "registered poor only"),
        "C2": ("Is 85 % an indicator or a guaranteed floor?", "a floor for each person, of total or of compliant cost"),
        "C3": ("How does the 40 % pool follow the score?", "in steps; every month"),
        "C4": ("Do chronic outpatients count towards the line?", "they count"),
        "C5": ("Is there ordinary aid before the line?", "two layers of aid"),
        "D3": (
            "When do the two years of support end, and which day of a stay counts?",
            "by the day of discharge, or at the end of the second calendar year",
        ),
        "D4": ("Does the 20 % rule repeat the two years?", "all registered poor, however long ago"),
        "D5": ("Must a patient repay after a certification is cancelled?", "the patient repays"),
        "D6": ("A county's older rule beside a newer rule of its region?", "the newest document wins"),
        "D7": ("Which comes first, second reimbursement or critical-illness insurance?", "the other order"),
        "D8": (
            "Who gives back what an outside hospital collected above the rule?",
            "the patient bears it, or the backstop",
        ),
        "D9": ("Is the 10 % / 20 % rule only for places without a system?", "only there"),
        "E4": ("Are the limits of stays and of visits separate?", "a joint limit, which a county must set"),
        "E5": ("Do special outpatient items have the rate and limit of stays?", "those of visits"),
        "E6": (
            "Do registered poor, low-income and others get outpatient aid?",
            "80 %, up to a limit which a county must set",
        ),
        "E7": ("Are the January clearing and the carried prepayment the same money?", "one sub-account"),
        "E8": ("What if the category changes in the year or in the stay?", "the category of the day of discharge"),
        "E9": ("Is somebody removed on the day of admission still protected?", "not protected"),
        "E10": ("What of a stay that straddles the first eligible day?", "from the day on, or not at all"),
        "E11": ("Does the premium subsidy reach group 5?", "group 5 is included"),
        "E12": ("Does the poverty fund pay the aid of ordinary registered poor first?", "the aid fund alone pays"),
        "E12a": ("Does the poverty fund pay their premiums first, too?", "the aid fund alone pays premiums"),
        "E12b": ("Which fund pays their secondary relief?", "the poverty fund first"),
        "H8": ("Does the fiscal backstop cover visits?", "visits, too"),
        "D10": ("May a deposit be asked of the poor?", "it may be asked"),
        "X9": ("Are people lifted from poverty still served?", "for two years after the day of leaving"),
        "X10": ("On which day must the institution's contract hold?", "on the day of discharge"),
        "X11": ("Whose insured are served?", "anybody's"),
        "X12": ("A stay after death, or two stays at once?", "settled and left to reviews"),
        "X1": ("How is a part of a fen rounded?", "up, down, or to the even digit"),
        "X2": ("Do 以上/以下/超过 include the number?", "the other way round"),
        "X3": ("Which day decides the year and the version?", "admission, or settlement"),
        "X4": ("What of a revocation when later claims exist?", "only the latest can ever be revoked"),
        "X5": ("What if a payer asks for more than is left?", "the bill is refused"),
    }
)


def question(ambiguity: str) -> Question:
    """The question behind a reading; a pack of another place may have one that is told only by its value."""
    return QUESTIONS.get(ambiguity, Question("", ""))
