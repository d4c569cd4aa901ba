"""Who comes to the desk, and what everybody says who looks at a person's data: why."""

from typing import Annotated

from fastapi import Query

from kernel.http import allow
from kernel.http.free_texts import check_text
from kernel.security import Principal, Role

#: Operations; a token that names divisions sees what is theirs.
Clerk = Annotated[Principal, allow(Role.OPERATIONS, by_division=True)]
#: Operations of the whole platform: for what belongs to no division.
WholeClerk = Annotated[Principal, allow(Role.OPERATIONS)]
Because = Annotated[
    str, Query(min_length=1, max_length=200, description="Why somebody looks; kept with the look, names no person")
]


def reason(because: str) -> str:
    """The reason as it is kept. Refuses PERSONAL_DATA_IN_TEXT and, for what cannot be read, INVALID_FIELD."""
    check_text(because, "because")
    return because
