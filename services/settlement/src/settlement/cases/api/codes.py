"""The codes of what is refused about cases."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("CASE_UNKNOWN", 404, "No such case"),
    ErrorCode("CASE_NOT_IN_STATE", 409, "The case does not stand where this could be done"),
    ErrorCode("WINDOW_UNKNOWN", 422, "The county has no such window"),
    ErrorCode("WINDOW_MISSING", 422, "The case does not say at which window it is handed in"),
    ErrorCode("WINDOW_OF_OTHERS", 422, "The case belongs to another window"),
    ErrorCode("INVOICE_KNOWN", 409, "The invoice was handed in or settled before"),
    ErrorCode("BILL_SETTLED_BEFORE", 409, "The same visit is settled already"),
    ErrorCode("SIGN_OFF_NOT_ASKED", 422, "The department audits nothing of the case"),
    ErrorCode("SIGN_OFF_SAME_PERSON", 403, "One person signs for one department only"),
    ErrorCode("SIGN_OFF_NOT_SECONDED", 403, "The person was seconded from another department"),
    ErrorCode("SIGN_OFF_MISSING", 409, "A department has not signed yet"),
    ErrorCode("BILL_NOT_PAID", 422, "The receipts do not say that the patient paid the bill"),
)
