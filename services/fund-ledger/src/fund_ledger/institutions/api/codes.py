"""The codes of what is refused of money at institutions, and who may ask for what."""

from typing import Annotated, Final

import msgspec
from fastapi import Path

from kernel.http import ErrorCode, Yuan, allow
from kernel.security import Principal, Role

CODES: Final = (
    ErrorCode("PREPAYMENT_WITHOUT_RULE", 422, "No document in force there has the fund prepay like this"),
    ErrorCode("BUDGET_EXISTS", 409, "The hospital's budget of the year was set before"),
    ErrorCode("BUDGET_UNKNOWN", 404, "No such budget"),
    ErrorCode("BUDGET_FIGURES", 422, "The budget's figures do not fit together"),
    ErrorCode("BUDGET_NOT_IN_STATE", 409, "The budget is in another state"),
    ErrorCode("BUDGET_YEAR_RUNNING", 409, "The year of the budget is running"),
    ErrorCode("INSTALMENT_UNKNOWN", 409, "The budget has no part for this month"),
    ErrorCode("INSTALMENT_PAID", 409, "The part of the month was paid before"),
    ErrorCode("INSTALMENT_EARLY", 409, "The month of the part has not begun"),
    ErrorCode("INSTALMENT_UNPAID", 409, "The hospital has no such part to give back"),
    ErrorCode("PAYER_NOT_NOTED", 409, "Nothing says who paid it, so that nobody can be another person"),
    ErrorCode("PLACEMENT_UNKNOWN", 404, "No money of the fund is placed at the hospital"),
    ErrorCode("PLACEMENT_NOT_ORDERED", 409, "Nothing is ordered that is not paid"),
    ErrorCode("AID_EXISTS", 409, "The hospital's number stands for other aid"),
    ErrorCode("AID_UNKNOWN", 404, "No such aid on the spot"),
    ErrorCode("AID_NOT_IN_STATE", 409, "The aid is reconciled or withdrawn"),
    ErrorCode("AID_NOT_IN_SETTLEMENT", 409, "The settlement leaves nothing that the aid could be a part of"),
    ErrorCode("FEES_WITHOUT_RULE", 422, "Neither a document nor the settings there say a consultation fee"),
    ErrorCode("FEES_REPORTED_BEFORE", 409, "The centre's month was reported before"),
    ErrorCode("FEES_FIGURES", 422, "The clinics of the report do not fit together"),
    ErrorCode("FEES_OUT_OF_ORDER", 409, "The report before it was not made"),
    ErrorCode("FEES_UNKNOWN", 404, "No such report"),
    ErrorCode("FEES_NOT_IN_STATE", 409, "The report is in another state"),
    ErrorCode("FEES_CLINIC_UNKNOWN", 409, "The report does not name this clinic"),
    ErrorCode("FEES_CLINIC_ELSEWHERE", 409, "The clinic is another centre's in this month"),
    ErrorCode("FEES_CENTRE_FOREIGN", 403, "No clinic of the county settles with the centre"),
    ErrorCode("FEES_EXCEEDED", 409, "The clinic has less to get"),
    ErrorCode("FEES_PASSED_ON", 409, "Every clinic has all of its fee"),
    ErrorCode("CLINIC_WITHOUT_CENTRE", 404, "No health centre settles with the clinic"),
    ErrorCode("CLINIC_UNSETTLED", 409, "The clinic and its health centre are not settled"),
    ErrorCode("CLINIC_IS_CENTRE", 422, "A clinic is not its own centre"),
    ErrorCode("AMOUNT_DIFFERS", 409, "What stands comes to another amount than the one that is named"),
    ErrorCode("NOTHING_TO_HAND_OVER", 409, "The funds owe the clinic nothing"),
)

Agency = Annotated[Principal, allow(Role.AGENCY, by_division=True)]
Finance = Annotated[Principal, allow(Role.FINANCE, by_division=True)]
Institution = Annotated[Principal, allow(Role.HOSPITAL)]
Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]
FundCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,31}$")]
Month = Annotated[str, msgspec.Meta(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
LongName = Annotated[str, Path(max_length=200, pattern=r"^[A-Za-z0-9._:-]+$")]


def amount_of(said: Yuan | None) -> int | None:
    """An amount in fen that a body may leave out."""
    return None if said is None else int(said)
