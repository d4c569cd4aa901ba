"""How an office writes: its own headings and words for what the layout knows, kept once and used for all its files."""

from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias

import msgspec

from identity.feeds.domain.row import LAYOUT
from identity.intake.readers.cells import Cell
from identity.intake.readers.layout import Office
from identity.persons.domain.categories import Department
from kernel.values.decider import Decider
from kernel.values.refusals import Refused

_ENTRIES_MAX: Final = 200
#: A day in the layout's past, so that no word is refused for being about one to come.
_ANY_DAY: Final = date(2000, 1, 1)
_WRITTEN_MAX: Final = 60


class OfficeWords(msgspec.Struct, frozen=True):
    """Headings as an office writes them with the columns that they mean, and words of a column with what they mean."""

    headings: dict[str, str]
    words: dict[str, dict[str, str]]

    @property
    def office(self) -> Office:
        """These as a layout takes them."""
        return Office(self.headings, self.words)


class KeepWords(msgspec.Struct, frozen=True):
    """Have the files of a department's office read like this from now on. ``divisions`` are the office's."""

    department: Department
    divisions: tuple[str, ...] | None
    kept: OfficeWords
    kept_by: str


class OfficeWordsKept(msgspec.Struct, frozen=True):
    department: Department
    divisions: tuple[str, ...] | None
    kept: OfficeWords
    kept_by: str


State: TypeAlias = OfficeWordsKept | None


def decide(command: KeepWords, state: State) -> Sequence[OfficeWordsKept]:
    """What a command brings about; nothing where it says what is so already. Raises Refused FEED_WORDS_WRONG."""
    check_words(command.kept)
    if state is not None and state.kept == command.kept:
        return []
    return [OfficeWordsKept(command.department, command.divisions, command.kept, command.kept_by)]


DECIDER: Final[Decider[KeepWords, State, OfficeWordsKept]] = Decider(None, decide, lambda _state, event: event)


def check_words(kept: OfficeWords) -> None:
    """Refuse what leads nowhere: FEED_WORDS_WRONG."""
    if len(kept.headings) + sum(map(len, kept.words.values())) > _ENTRIES_MAX:
        raise _wrong(f"an office may keep at most {_ENTRIES_MAX} headings and words")
    written = [*kept.headings, *(word for words in kept.words.values() for word in words)]
    if not all(0 < len(text) <= _WRITTEN_MAX for text in written):
        raise _wrong(f"a heading or a word has at least one character and at most {_WRITTEN_MAX}")
    for column in (*kept.headings.values(), *kept.words):
        if column not in LAYOUT.columns:
            raise _wrong(f"there is no column {column}; known are {', '.join(LAYOUT.columns)}")
    for column, words in kept.words.items():
        for meant in words.values():
            _check_meaning(column, meant)


def stream_of(department: Department, divisions: Sequence[str] | None) -> str:
    """The stream of an office's words."""
    return f"feed-words/{department}/{office_key(divisions)}"


def office_key(divisions: Sequence[str] | None) -> str:
    """What tells a department's offices apart: the divisions that each works for."""
    return "everywhere" if divisions is None else "+".join(sorted(divisions))


def _check_meaning(column: str, meant: str) -> None:
    try:
        LAYOUT.columns[column].read(Cell(column, LAYOUT.title(column), meant, _ANY_DAY))
    except Refused as refused:
        raise _wrong(f"{column} cannot be what a word is said to mean: {refused.detail}") from None


def _wrong(detail: str) -> Refused:
    return Refused("FEED_WORDS_WRONG", detail)


NO_WORDS: Final = OfficeWords({}, {})
