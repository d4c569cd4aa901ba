"""Parts of a request that an endpoint may ask for: each reads one thing and documents itself."""

from abc import ABC, abstractmethod
from typing import Any, Final

from starlette.requests import Request


class Part(ABC):
    """A dependency of an endpoint, usable in ``Depends``. Plain data about it goes into OpenAPI.

    ``order`` is the order in which parts are read: who calls comes before what is asked.
    """

    order: int = 1
    #: Names of the query parameters that this part reads.
    query: frozenset[str] = frozenset()
    #: True when a route with this part keeps to the divisions of the caller, or shows nothing that belongs to one.
    by_division: bool = False

    @abstractmethod
    async def __call__(self, request: Request) -> Any:
        """Read the part, or raise ProblemError."""

    def parameters(self) -> list[dict[str, Any]]:
        """OpenAPI parameter objects."""
        return []

    def request_content(self) -> dict[str, Any]:
        """What the body is, by media type, for a part that reads one that is no JSON."""
        return {}


CALLER_ORDER: Final = 0
#: Where an earlier part leaves what is to be asked of the body once it is read: a coroutine function of the body.
OF_THE_BODY: Final = "kernel.of_the_body"
