"""Names on two lists: what is another writing of the same name, and what is another name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.persons.domain.names import NameMatch, compare_names, fold_name

_NAMES = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5) | st.sampled_from("ABCxyz"), min_size=1)
_WRITINGS = st.sampled_from([" ", "\u3000", "·", "•", "‧", "・", ".", "．"])


@pytest.mark.parametrize(
    ("registered", "listed"),
    [
        ("买买提·艾力", "买买提艾力"),
        ("买买提·艾力", "买买提•艾力"),
        ("买买提·艾力", "买买提．艾力"),
        ("王 明", "王明"),
        ("王\u3000明", "王明"),
        ("Maria Li", "ＭＡＲＩＡ　ＬＩ"),
    ],
)
def test_another_writing_is_a_variant(registered: str, listed: str) -> None:
    assert compare_names(registered, listed) is NameMatch.VARIANT
    assert compare_names(listed, registered) is NameMatch.VARIANT


@pytest.mark.parametrize("listed", ["王小明", "王民", "明王", "王"])
def test_another_name_is_different(listed: str) -> None:
    assert compare_names("王明", listed) is NameMatch.DIFFERENT


def test_the_same_name_is_the_same_and_traditional_characters_are_not_folded() -> None:
    assert compare_names("王明", "王明") is NameMatch.SAME
    assert compare_names("刘东", "劉東") is NameMatch.DIFFERENT


@given(_NAMES, _WRITINGS, st.data())
def test_no_writing_makes_a_name_another_one(name: str, added: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name)))
    written = name[:place] + added + name[place:]
    assert compare_names(name, written) is NameMatch.VARIANT
    assert fold_name(fold_name(written)) == fold_name(written)


@given(_NAMES, _NAMES)
def test_names_without_capitals_match_only_themselves(one: str, other: str) -> None:
    expected = one.casefold() == other.casefold()
    assert (compare_names(one, other) is not NameMatch.DIFFERENT) == expected
