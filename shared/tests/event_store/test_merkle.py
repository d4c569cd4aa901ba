"""The tree over a log: RFC 6962's own hashes, growth entry by entry, and proofs that hold for what they prove alone."""

import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.writing.event_store.merkle import EMPTY_ROOT, Tree, leaf_hash, root_of
from kernel.writing.event_store.proofs import Consistency, Inclusion, consistency, inclusion

#: The entries that programs for Certificate Transparency test their trees with, and the roots that they come to.
ENTRIES = [bytes.fromhex(text) for text in ["", " 00", " 10", " 2021", " 3031", " 40414243", " 5051525354555657"]]
ENTRIES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
numbers = st.integers(min_value=1, max_value=70)


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(str(i).encode()) for i in range(count)]


@pytest.mark.parametrize(("size", "root"), ROOTS.items())
def test_the_roots_are_those_of_the_standard(size: int, root: str) -> None:
    assert root_of([leaf_hash(entry) for entry in ENTRIES[:size]]).hex() == root


def by_definition(found: list[bytes]) -> bytes:
    if not found:
        return hashlib.sha256(b"").digest()
    if len(found) == 1:
        return found[0]
    half = 1
    while half * 2 < len(found):
        half *= 2
    return hashlib.sha256(b"\x01" + by_definition(found[:half]) + by_definition(found[half:])).digest()


@given(numbers, st.integers(min_value=0, max_value=70))
def test_a_tree_goes_on_from_its_peaks_wherever_it_stopped(size: int, stop: int) -> None:
    found = leaves(size)
    begun = Tree()
    for leaf in found[:stop]:
        begun.add(leaf)
    went_on = Tree(begun.size, begun.peaks)
    for leaf in found[stop:]:
        went_on.add(leaf)
    assert (went_on.size, went_on.root) == (size, by_definition(found))


def test_peaks_of_another_length_are_no_tree() -> None:
    with pytest.raises(ValueError, match="5 entries has 2 complete subtrees, not 1"):
        Tree(5, [EMPTY_ROOT])


@given(numbers, st.data())
def test_an_entry_is_proven_to_stand_where_it_stands_and_nowhere_else(size: int, data: st.DataObject) -> None:
    found = leaves(size)
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    proof = inclusion(found, index)
    assert proof.root(found[index]) == root_of(found)
    assert proof.root(leaf_hash(b"another")) != root_of(found)
    if size > 1:
        elsewhere = Inclusion((index + 1) % size, size, proof.path)
        with suppress(ValueError):  # a path of that length may lead nowhere from there
            assert elsewhere.root(found[index]) != root_of(found)


@given(numbers, st.data())
def test_a_log_is_proven_to_have_grown_out_of_the_shorter_one_and_of_no_other(size: int, data: st.DataObject) -> None:
    found = leaves(size)
    first = data.draw(st.integers(min_value=0, max_value=size))
    before, root = root_of(found[:first]), root_of(found)
    proof = consistency(found, first)
    assert proof.holds(before, root)
    assert not proof.holds(leaf_hash(b"another"), root)
    if 0 < first < size:
        assert not proof.holds(before, leaf_hash(b"another"))
        assert not Consistency(first, size, proof.path[:-1]).holds(before, root)
