"""A checkpoint as text: a log's length and root (C2SP tlog-checkpoint), and below them what else was stored then."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec

from kernel.writing.event_store.merkle import HASH_BYTES, Tree
from kernel.writing.event_store.sources import SourceDigest

#: What stands before a service's name in the first line, unless an installation has a name of its own.
ORIGIN: Final = "onestop"
#: The file of the embedded run's own signing key, beside its others.
KEY_FILE: Final = "checkpoint-key"
_HEAD_LINES: Final = 3


class CheckpointError(ValueError):
    """A text is signed, but no checkpoint of ours."""


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One service's log at a moment.

    ``peaks`` are the roots of the log's complete subtrees, from which the next checkpoint goes on. ``settled_at`` is
    the moment before which nothing could be added to the sources any more; their digests are of rows from before it.
    """

    origin: str
    size: int
    root: bytes
    made_at: datetime
    settled_at: datetime
    peaks: tuple[bytes, ...]
    digests: tuple[SourceDigest, ...] = ()

    @property
    def service(self) -> str:
        """The service whose log this is: the last part of the origin."""
        return self.origin.rpartition("/")[2]

    @property
    def tree(self) -> Tree:
        """The tree as it stood, to go on with."""
        return Tree(self.size, self.peaks)

    @property
    def text(self) -> str:
        """The lines that are signed: the log's three, and ours below them."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterable[str]:
        yield from (self.origin, str(self.size), _b64(self.root))
        yield f"made-at {self.made_at.isoformat()}"
        yield f"settled-at {self.settled_at.isoformat()}"
        for peak in self.peaks:
            yield f"peak {_b64(peak)}"
        for one in self.digests:
            yield f"source {one.source} {one.part} {one.rows} {one.gone} {_b64(one.digest)}"

    @classmethod
    def of_text(cls, text: str) -> "Checkpoint":
        """Read what ``text`` gives; raises CheckpointError."""
        lines = text.rstrip("\n").split("\n")
        if len(lines) < _HEAD_LINES:
            raise CheckpointError("a checkpoint begins with the log's origin, its length and its root")
        said: dict[str, list[str]] = {}
        for line in lines[_HEAD_LINES:]:
            kind, _, rest = line.partition(" ")
            said.setdefault(kind, []).append(rest)
        try:
            checkpoint = cls(
                origin=lines[0],
                size=int(lines[1]),
                root=_hash(lines[2]),
                made_at=_moment(said["made-at"]),
                settled_at=_moment(said["settled-at"]),
                peaks=tuple(_hash(peak) for peak in said.get("peak", ())),
                digests=tuple(_digest(line) for line in said.get("source", ())),
            )
            grown = checkpoint.tree.root
        except (ValueError, KeyError, binascii.Error) as error:
            raise CheckpointError(f"{lines[0]}: a line of the checkpoint cannot be read: {error}") from error
        if grown != checkpoint.root:
            raise CheckpointError(f"{lines[0]}: the checkpoint's root is not that of its subtrees")
        return checkpoint


def _b64(value: bytes) -> str:
    return b64encode(value).decode()


def _hash(text: str) -> bytes:
    value = b64decode(text, validate=True)
    if len(value) != HASH_BYTES:
        raise ValueError(f"a hash has {HASH_BYTES} bytes")
    return value


def _moment(said: list[str]) -> datetime:
    (text,) = said
    return datetime.fromisoformat(text).astimezone(UTC)


def _digest(line: str) -> SourceDigest:
    source, part, rows, gone, digest = line.split(" ")
    return SourceDigest(source, part, int(rows), int(gone), _hash(digest))
