"""Both ends of a session look whether the other is still there."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.writing.cut_lines import SERVER_SETTINGS, watch
from kernel.writing.database import administering, open_pool, open_session
from onestop.embedded_postgres import DATABASE, EmbeddedPostgres
from onestop.free_ports import first_of_free_ports

_OURS = {socket.TCP_KEEPIDLE: 5, socket.TCP_KEEPINTVL: 2, socket.TCP_KEEPCNT: 3, socket.TCP_USER_TIMEOUT: 10_000}
_THEIRS_SQL = "SELECT name || '=' || setting FROM pg_settings WHERE name = ANY($1::text[])"


@pytest.fixture
def address(server_folder: Path) -> Iterator[str]:
    """Of a server that listens on a port, too: through a Unix socket nothing is there to be looked at."""
    port = str(first_of_free_ports(1))
    settings = {"listen_addresses": "127.0.0.1", "port": port}
    with EmbeddedPostgres(server_folder / "on-a-port", settings):
        yield f"postgresql://postgres@127.0.0.1:{port}/{DATABASE}"


async def test_the_server_looks_whether_each_of_our_sessions_still_lives(address: str) -> None:
    wanted = {f"{name}={value}" for name, value in SERVER_SETTINGS.items()}
    session = await open_session(address, schema="public")
    pool = await open_pool(address, schema="public", size=1)
    async with administering(address) as administrator:
        for asked in (session, pool, administrator):
            assert {row[0] for row in await asked.fetch(_THEIRS_SQL, list(SERVER_SETTINGS))} == wanted
    await pool.close()
    await session.close()


def test_we_look_whether_the_server_still_lives() -> None:
    with socket.socket() as line:
        watch(line)
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert {name: line.getsockopt(socket.IPPROTO_TCP, name) for name in _OURS} == _OURS
