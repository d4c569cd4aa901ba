"""Patience with long uploads: a request whose body keeps arriving is not cut off in the middle."""

import asyncio
from typing import Final

from starlette.requests import Request

#: Where the shell keeps a request's deadline.
DEADLINE: Final = "kernel.deadline"


def grant(request: Request, seconds: float) -> None:
    """Give a request ``seconds`` from now until it is cut off. Call it whenever something has arrived."""
    deadline: asyncio.Timeout | None = request.scope.get(DEADLINE)
    if deadline is not None:
        deadline.reschedule(asyncio.get_running_loop().time() + seconds)
