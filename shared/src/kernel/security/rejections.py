"""Why a caller's token was not accepted, as a stable code."""

from enum import StrEnum


class TokenFault(StrEnum):
    """What is wrong with a token; the value is the problem code that the caller sees."""

    MISSING = "TOKEN_MISSING"
    MALFORMED = "TOKEN_MALFORMED"
    EXPIRED = "TOKEN_EXPIRED"
    NOT_YET_VALID = "TOKEN_NOT_YET_VALID"
    FOREIGN = "TOKEN_FOREIGN"


class TokenRejectedError(Exception):
    """The token does not say who is calling. ``detail`` is safe to show: it never repeats the token."""

    def __init__(self, fault: TokenFault, detail: str) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail


class KeysUnavailableError(Exception):
    """No public keys could be read yet, so no token can be judged; try again later."""
