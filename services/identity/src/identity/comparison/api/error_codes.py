"""The codes that refusals of the comparison and of payment lists carry."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("COVERAGE_IMPOSSIBLE", 422, "The counts of a coverage comparison contradict each other"),
    ErrorCode("COMPARISON_UNKNOWN", 404, "No such comparison"),
    ErrorCode("COMPARISON_PUSHED", 409, "The comparison was pushed before"),
    ErrorCode("PAYMENT_LIST_UNKNOWN", 404, "No such payment list"),
    ErrorCode("AREA_NOT_COMPARED", 404, "The area is not part of what was compared"),
    ErrorCode("NOT_ON_WORK_LIST", 409, "The person is enrolled, exempt, or in no category that is to be registered"),
    ErrorCode("TASK_NOT_ASSIGNED", 409, "Nobody is responsible for the person yet"),
    ErrorCode("TOWNSHIP_FOREIGN", 422, "The township is not in the person's county"),
    ErrorCode("AREA_MALFORMED", 422, "The row's pooling area is not a division code"),
    ErrorCode("YEAR_MALFORMED", 422, "A cell is not a year"),
    ErrorCode("AMOUNT_MALFORMED", 422, "A cell is not an amount in yuan"),
)
