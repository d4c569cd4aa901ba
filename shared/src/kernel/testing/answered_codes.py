"""Watches what services answer in tests: every code must be one that the document of its operation lists."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.types import Scope

from kernel.http.routes import Route
from kernel.http.shell import Shell


class AnsweredCodes:
    """Keeps the codes that operations answered with although their documents do not list them."""

    def __init__(self) -> None:
        self.unlisted: set[str] = set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at every request meanwhile, as it is logged."""
        record = Shell._record

        def recorded(shell: Shell, scope: Scope, status: int, seconds: float) -> None:
            record(shell, scope, status, seconds)
            self._look(scope)

        Shell._record = recorded  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            Shell._record = record  # type: ignore[method-assign]

    def _look(self, scope: Scope) -> None:
        code: str | None = scope.get("kernel.problem_code")
        route: Any = scope.get("route")
        if code is None or not isinstance(route, Route):
            return
        described = scope["app"].state.describe().get(name := f"{scope['method']} {route.path}")
        if described is not None and code not in described.codes:
            self.unlisted.add(f"{name} answered {code}")
