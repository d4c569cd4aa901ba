"""Checkpoints at the command line: made, signed with a key of their own, held against, refused where they must be."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from onestop.main import app
from onestop.migrating import migrate


def onestop(arguments: Sequence[str | Path], status: int = 0) -> str:
    ended = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert ended.exit_code == status, ended.output
    return ended.output


@pytest.fixture
def signed(tmp_path: Path) -> tuple[list[str | Path], str]:
    """The options of a key file, and the public key."""
    file = tmp_path / "elsewhere/key"
    public = onestop(["checkpoint", "new-key", "onestop.example/445200", file]).strip()
    assert public.startswith("onestop.example/445200+")
    assert file.stat().st_mode & 0o777 == 0o600
    return ["--key-file", file], public


async def test_checkpoints_are_made_and_hold(
    database: str, tmp_path: Path, signed: tuple[list[str | Path], str]
) -> None:
    await migrate(database)
    await asyncio.to_thread(make_and_check, database, tmp_path, *signed)


def make_and_check(database: str, tmp_path: Path, key: list[str | Path], public: str) -> None:
    kept, where = tmp_path / "kept", ("--database", database)
    said = onestop(["checkpoint", "make", *where, "--to", kept, *key])
    assert "fund-ledger: 0 entries" in said
    onestop(["checkpoint", "make", *where, "--to", kept, *key])
    assert onestop(["checkpoint", "key", *key]).strip() == public
    held = onestop(["verify-chain", *where, "--against", kept, "--key", public])
    assert "0 events in 0 streams, 0 broken, 10 checkpoints hold" in held

    other = onestop(["checkpoint", "new-key", "onestop.example/445200", tmp_path / "elsewhere/other"]).strip()
    refused = onestop(["verify-chain", *where, "--against", kept, "--key", other], 2)
    assert "none of the signatures is of a key that is trusted here" in refused
    # A new key goes on where the former one is named, and only there.
    changed: list[str | Path] = ["checkpoint", "make", *where, "--to", kept, "--key-file", tmp_path / "elsewhere/other"]
    assert "nothing signed" in onestop(changed, 1)
    onestop([*changed, "--former", public])
    both = onestop(["verify-chain", *where, "--against", kept, "--key", public, "--key", other])
    assert "15 checkpoints hold" in both

    one = next(kept.rglob("*.checkpoint"))
    one.write_text(one.read_text(encoding="utf-8").replace("\n0\n", "\n1\n"), encoding="utf-8")
    assert "was changed after it was signed" in onestop(
        ["verify-chain", *where, "--against", one, "--key", public, "--key", other], 2
    )
    assert "there is no checkpoint" in onestop(["verify-chain", *where, "--against", tmp_path / "elsewhere"], 2)


def test_a_key_is_never_replaced(signed: tuple[list[str | Path], str]) -> None:
    _, file = signed[0]
    assert "a key is never replaced" in onestop(["checkpoint", "new-key", "another", file], 2)
    assert "cannot name a key" in onestop(["checkpoint", "new-key", "a b", f"{file}2"], 2)
