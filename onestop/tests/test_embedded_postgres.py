"""The embedded PostgreSQL: starting, restarting, crashes and the leftovers of crashes."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import asyncpg
import pytest

from kernel.testing.deadline import eventually
from onestop.embedded_postgres import EmbeddedPostgres, PostgresNotStartedError, running_pid

SMALL = {"shared_buffers": "16MB", "max_connections": "20"}


async def _ask(url: str, sql: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval(sql))
    finally:
        await connection.close()


async def test_it_is_postgresql_18_with_durable_settings_and_its_own_database(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as postgres:
        assert (await _ask(postgres.url(), "SHOW server_version")).startswith("18.")
        assert await _ask(postgres.url(), "SELECT current_database()") == "onestop"
        for name, value in {"fsync": "on", "synchronous_commit": "on", "listen_addresses": ""}.items():
            assert await _ask(postgres.url(), f"SHOW {name}") == value


async def test_stopped_and_started_again_it_has_kept_its_data(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, SMALL) as postgres:
        await _ask(postgres.url(), "CREATE TABLE kept AS SELECT 7 AS n")
    assert running_pid(tmp_path) is None
    with EmbeddedPostgres(tmp_path, SMALL) as postgres:
        assert await _ask(postgres.url(), "SELECT n FROM kept") == "7"


async def test_killed_it_comes_back_at_the_same_address_with_what_was_committed(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, SMALL) as postgres:
        before = postgres.url()
        await _ask(before, "CREATE TABLE kept AS SELECT 7 AS n")
        lingering = await asyncpg.connect(before)
        postgres.kill()
        postgres.start()
        assert postgres.url() == before
        assert await _ask(before, "SELECT n FROM kept") == "7"
        lingering.terminate()


@pytest.mark.parametrize("pid", ["own", "dead"])
async def test_a_pid_file_left_by_a_crash_does_not_matter(tmp_path: Path, pid: str) -> None:
    with EmbeddedPostgres(tmp_path, SMALL) as postgres:
        left = (tmp_path / "data" / "postmaster.pid").read_text()
        dead = str(postgres.pid)
    stale = str(os.getpid()) if pid == "own" else dead  # the number may by now be somebody else's
    (tmp_path / "data" / "postmaster.pid").write_text(left.replace(dead, stale, 1))
    assert running_pid(tmp_path) is None
    with EmbeddedPostgres(tmp_path, SMALL) as postgres:
        assert postgres.pid != int(stale)
        assert await _ask(postgres.url(), "SELECT 1") == "1"


async def test_a_folder_has_one_server_at_a_time_and_others_can_find_it(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, SMALL) as postgres:
        with pytest.raises(PostgresNotStartedError, match=f"process id {postgres.pid}"):
            EmbeddedPostgres(tmp_path, SMALL).start()
        assert running_pid(tmp_path) == postgres.pid
        assert await _ask(EmbeddedPostgres(tmp_path).url(), "SELECT current_database()") == "onestop"


async def test_a_very_long_folder_name_is_no_obstacle(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / ("long" * 30), SMALL) as postgres:
        assert await _ask(postgres.url(), "SELECT 1") == "1"


def test_a_setting_that_it_does_not_know_is_reported_with_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(PostgresNotStartedError, match="no_such_setting"):
        EmbeddedPostgres(tmp_path, {"no_such_setting": "1"}).start()
    assert running_pid(tmp_path) is None


async def test_it_ends_with_the_process_that_started_it_even_by_kill_9(tmp_path: Path) -> None:
    program = """
        import sys, time
        from pathlib import Path
        from onestop.embedded_postgres import EmbeddedPostgres
        EmbeddedPostgres(Path(sys.argv[1]), {"shared_buffers": "16MB"}).start()
        print("started", flush=True)
        time.sleep(600)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    without_home = {"PATH": os.environ["PATH"]}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=without_home) as starter:  # noqa: ASYNC220 - nothing else runs in this loop
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"started\n"
        assert running_pid(tmp_path) is not None
        starter.send_signal(signal.SIGKILL)

    async def gone() -> bool:
        return running_pid(tmp_path) is None

    await eventually(gone)
    with EmbeddedPostgres(tmp_path, SMALL) as postgres:
        assert await _ask(postgres.url(), "SELECT 1") == "1"
