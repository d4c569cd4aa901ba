"""The codes of what funds will refuse over HTTP; there are no routes yet."""

from typing import Final

from kernel.http import ErrorCode

CODES: Final = (
    ErrorCode("PLACEMENT_EXHAUSTED", 409, "More aid than was placed with the hospital"),
    ErrorCode("SCORE_OUT_OF_RANGE", 422, "A score is not between 0 and 100 percent"),
)
