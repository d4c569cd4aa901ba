"""The database that a command speaks to: the one named, or the embedded one of the last demonstration."""

from pathlib import Path
from types import TracebackType

from onestop.embedded_postgres import EmbeddedPostgres, running_pid

DEMO_DATABASE = "onestop_demo"


class DatabaseAddress:
    """A context that gives the administrator's address; where none is named, that of the embedded server.

    A server that runs already, such as that of ``onestop run``, is spoken to and left running.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._server: EmbeddedPostgres | None = None

    def __enter__(self) -> str:
        if self._url:
            return self._url
        data = self._folder / "postgres"
        server = EmbeddedPostgres(data)
        if running_pid(data) is None:
            server.start()
            self._server = server
        return server.url(DEMO_DATABASE)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.stop()
