"""Proofs over a log's tree (RFC 6962, section 2.1): short enough for a page, however long the log is."""

from collections.abc import Sequence

import msgspec

from kernel.writing.event_store.merkle import EMPTY_ROOT, node_hash, root_of


class Inclusion(msgspec.Struct, frozen=True):
    """Why entry ``index`` (from 0) is in a log of ``size`` entries: the hashes beside its way up to the root."""

    index: int
    size: int
    path: tuple[bytes, ...]

    def root(self, leaf: bytes) -> bytes:
        """The root that the log has if ``leaf`` stands here; raises ValueError for a path of another length."""
        place, last, root = self.index, self.size - 1, leaf
        for beside in self.path:
            if last == 0:
                raise ValueError("the path is too long")
            if place & 1 or place == last:
                root = node_hash(beside, root)
                while not place & 1 and place:
                    place, last = place >> 1, last >> 1
            else:
                root = node_hash(root, beside)
            place, last = place >> 1, last >> 1
        if last:
            raise ValueError("the path is too short")
        return root


class Consistency(msgspec.Struct, frozen=True):
    """Why a log of ``size`` entries begins with the ``first`` entries that it had before, unchanged and in order."""

    first: int
    size: int
    path: tuple[bytes, ...]

    def holds(self, first_root: bytes, root: bytes) -> bool:
        """Whether the log with ``root`` grew out of the one with ``first_root``."""
        if self.first == self.size or not self.first:
            return not self.path and (first_root == root if self.first else first_root == EMPTY_ROOT)
        path = [first_root, *self.path] if self.first.bit_count() == 1 else list(self.path)
        place, last = self.first - 1, self.size - 1
        while place & 1:
            place, last = place >> 1, last >> 1
        if not path:
            return False
        before = after = path[0]
        for beside in path[1:]:
            if last == 0:
                return False
            if place & 1 or place == last:
                before, after = node_hash(beside, before), node_hash(beside, after)
                while not place & 1 and place:
                    place, last = place >> 1, last >> 1
            else:
                after = node_hash(after, beside)
            place, last = place >> 1, last >> 1
        return last == 0 and (before, after) == (first_root, root)


def inclusion(leaves: Sequence[bytes], index: int) -> Inclusion:
    """The proof that the entry at ``index`` (from 0) is among these leaves."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"there is no entry {index} among {len(leaves)}")
    return Inclusion(index, len(leaves), tuple(_path(leaves, index)))


def _path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    half = _half(len(leaves))
    if index < half:
        return [*_path(leaves[:half], index), root_of(leaves[half:])]
    return [*_path(leaves[half:], index - half), root_of(leaves[:half])]


def consistency(leaves: Sequence[bytes], first: int) -> Consistency:
    """The proof that these leaves begin with the ``first`` ones of them."""
    if not 0 <= first <= len(leaves):
        raise ValueError(f"a log of {len(leaves)} entries never had {first}")
    return Consistency(first, len(leaves), tuple(_grown(leaves, first, known=True)) if first else ())


def _grown(leaves: Sequence[bytes], first: int, *, known: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if known else [root_of(leaves)]
    half = _half(len(leaves))
    if first <= half:
        return [*_grown(leaves[:half], first, known=known), root_of(leaves[half:])]
    return [*_grown(leaves[half:], first - half, known=False), root_of(leaves[:half])]


def _half(size: int) -> int:
    """The largest power of two below ``size``: where the tree parts."""
    return 1 << (size - 1).bit_length() - 1
