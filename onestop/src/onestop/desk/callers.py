"""Who comes to the desk, and what everybody says who looks at a person's data: why."""

from typing import Annotated, Any, Final, TypeAlias

from fastapi import Depends
from starlette.requests import Request
from typing_extensions import override

from kernel.http import ProblemError, allow
from kernel.http.free_texts import check_text
from kernel.http.guard import principal_of
from kernel.http.parts import Part
from kernel.security import Principal, Role

_BECAUSE: Final = "because"
_BECAUSE_MAX: Final = 200

#: Operations; a token that names divisions sees what is theirs.
Clerk = Annotated[Principal, allow(Role.OPERATIONS, by_division=True)]
#: Operations of the whole platform: for what belongs to no division.
WholeClerk = Annotated[Principal, allow(Role.OPERATIONS)]


class WhoPart(Part):
    """Who looks, by the token's subject, and why, by the query's ``because``."""

    query = frozenset({_BECAUSE})

    @override
    async def __call__(self, request: Request) -> tuple[str, str]:
        because = request.query_params.get(_BECAUSE, "").strip()
        if not 1 <= len(because) <= _BECAUSE_MAX:
            detail = f"say why you look: {_BECAUSE} is kept with the look, 1 to {_BECAUSE_MAX} characters"
            raise ProblemError("INVALID_PARAMETER", 422, detail, about={"parameter": _BECAUSE})
        check_text(because, _BECAUSE)
        return principal_of(request).subject, because

    @override
    def parameters(self) -> list[dict[str, Any]]:
        schema = {"type": "string", "minLength": 1, "maxLength": _BECAUSE_MAX}
        said = "Why somebody looks; it is kept with the look, and names no person"
        return [{"name": _BECAUSE, "in": "query", "required": True, "schema": schema, "description": said}]


#: Who looks and why, as ``write_down`` keeps it.
Who: TypeAlias = Annotated[tuple[str, str], Depends(WhoPart())]
