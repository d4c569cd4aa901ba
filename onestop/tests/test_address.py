"""Commands speak to the server that is there, and start one only where none is."""

from pathlib import Path

from onestop.address import DEMO_DATABASE, database_address
from onestop.embedded_postgres import EmbeddedPostgres, running_pid


def test_a_named_database_is_taken_as_it_is(tmp_path: Path) -> None:
    with database_address("postgresql://somewhere/else", tmp_path) as url:
        assert url == "postgresql://somewhere/else"
    assert not (tmp_path / "postgres").exists()


def test_a_running_server_is_spoken_to_and_left_running(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    with EmbeddedPostgres(data, {"shared_buffers": "16MB"}) as server:
        with database_address("", tmp_path) as url:
            assert url == server.url(DEMO_DATABASE)
        assert running_pid(data) == server.pid
    with database_address("", tmp_path):
        assert running_pid(data) is not None
    assert running_pid(data) is None
