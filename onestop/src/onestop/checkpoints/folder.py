"""The folder of checkpoints, apart from the database: a file a checkpoint, and each log's leaves in one that grows."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kernel.security.signed_notes import NoteError, opened_note
from kernel.security.signing_keys import PublicKey
from kernel.writing.event_store.merkle import HASH_BYTES, Tree
from onestop.checkpoints.checkpoint import Checkpoint, CheckpointError

SUFFIX: Final = ".checkpoint"
_LEAVES: Final = "leaves"


class CheckpointFolder:
    """What one service's checkpoints are kept in: ``folder/SERVICE/LENGTH-MOMENT.checkpoint`` and ``…/leaves``.

    The leaves (32 bytes an entry, in order) are no secret and need no signature: a checkpoint's root says whether they
    are the ones that it was made over. With them, what was changed is named; without, only that something was.
    """

    def __init__(self, folder: Path, service: str) -> None:
        self._folder = folder / service

    def last(self, keys: Sequence[PublicKey]) -> Checkpoint | None:
        """The longest checkpoint, from which the next one goes on. Raises NoteError, CheckpointError."""
        files = sorted(self._folder.glob(f"*{SUFFIX}"))
        return read_checkpoint(files[-1], keys) if files else None

    def keep(self, checkpoint: Checkpoint, note: str) -> Path:
        """Store a checkpoint; whoever reads meanwhile sees it whole or not at all."""
        moment = checkpoint.made_at.strftime("%Y%m%dT%H%M%S%fZ")
        path = self._folder / f"{checkpoint.size:015d}-{moment}{SUFFIX}"
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        with draft.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        return path

    @contextmanager
    def leaves_after(self, size: int) -> Iterator[Callable[[bytes], object]]:
        """Add the leaves after entry ``size`` one by one; what a run that broke off had added is replaced.

        Where the file was lost, or begun later, nothing is written: checkpoints hold without it.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / _LEAVES
        with path.open("r+b" if path.exists() else "w+b") as file:
            if file.seek(0, os.SEEK_END) < size * HASH_BYTES:
                yield lambda _leaf: None
                return
            file.truncate(size * HASH_BYTES)
            file.seek(size * HASH_BYTES)
            yield file.write
            file.flush()
            os.fsync(file.fileno())


def read_note(path: Path) -> str:
    """A checkpoint's file as it is, with its signatures."""
    return path.read_text(encoding="utf-8")


def read_checkpoint(path: Path, keys: Sequence[PublicKey]) -> Checkpoint:
    """A checkpoint's file; raises NoteError and CheckpointError with the file's name."""
    try:
        return Checkpoint.of_text(opened_note(read_note(path), keys))
    except (NoteError, CheckpointError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{path}: {error}") from error


def checkpoints_at(path: Path) -> Iterator[Path]:
    """The files of checkpoints that a path names: itself, or all below a folder."""
    if path.is_dir():
        yield from sorted(path.rglob(f"*{SUFFIX}"))
    else:
        yield path


def leaves_beside(path: Path, checkpoint: Checkpoint) -> list[bytes] | None:
    """The leaves that a checkpoint was made over, from the file beside it; None where it has none, or other ones."""
    file = path.parent / _LEAVES
    if not file.exists():
        return None
    with file.open("rb") as opened:
        content = opened.read(checkpoint.size * HASH_BYTES)
    leaves = [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return leaves if tree.root == checkpoint.root else None
