"""The database that a command speaks to: the one named, or the embedded one of the last demonstration."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from onestop.embedded_postgres import EmbeddedPostgres, running_pid

DEMO_DATABASE = "onestop_demo"


@contextmanager
def database_address(url: str, folder: Path) -> Iterator[str]:
    """The administrator's address; where none is named, that of the embedded server.

    A server that runs already, such as that of ``onestop run``, is spoken to and left running.
    """
    data = folder / "postgres"
    server = EmbeddedPostgres(data)
    with nullcontext() if url or running_pid(data) is not None else server:
        yield url or server.url(DEMO_DATABASE)
