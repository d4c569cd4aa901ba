"""The question: which settlements, and under which other law."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import InvalidOperation

import msgspec

from kernel.values.divisions import covers
from kernel.values.money import AmountError
from kernel.values.refusals import Refused, conflict
from law.figures import figure as figure_of
from law.packs import Pack, Policy, parse_pack, reread
from law.packs.names import open_figures_of_bills
from law.packs.readings import ReadingError
from settlement.policies.domain import LawBook, Outcome, laws_of


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Settlements whose discharge lies in the period; decided by ``pack_text`` in the place of its division's law.

    Without a pack each is decided by its own law, read as ``readings`` say. ``configured`` are figures that the other
    law leaves open. ``leave_out`` leaves settlements out that the other law refuses, instead of refusing the question.
    ``within`` are the divisions whose people are counted; empty is everybody.
    """

    since: date
    until: date
    pack_text: str | None = None
    readings: dict[str, str] = {}
    configured: dict[str, str] = {}
    leave_out: bool = False
    within: tuple[str, ...] = ()

    def counts(self, county: str) -> bool:
        """Whether the people of a county are counted."""
        return not self.within or any(covers(area, county) for area in self.within)


class OtherLaw:
    """Gives for an outcome the policies that would have been compared."""

    def __init__(self, question: Question, book: LawBook) -> None:
        self._question = question
        self._book = book
        text = question.pack_text
        self._instead = None if text is None else _read(parse_pack(text, "--pack"), question.readings)
        self._policies: dict[tuple[str, date, tuple[tuple[str, str], ...]], Policy] = {}
        self._reread: dict[str, Pack] = {}
        #: Whether the pack took any law's place by now.
        self.took_place = text is None

    def compared(self, outcome: Outcome) -> tuple[Policy, ...]:
        """The policies in their order: those of the outcome, each read otherwise or replaced."""
        return tuple(self._policy(*law, outcome.claim.discharged_on) for law in self._laws(outcome))

    def _laws(self, outcome: Outcome) -> Iterator[tuple[Pack, Mapping[str, str]]]:
        other, replaced = self._instead, False
        for law in laws_of(outcome):
            pack = self._book.pack(law.policy_digest)
            if other is None:
                yield self._otherwise(pack), law.configured | self._question.configured
            elif pack.file.division == other.file.division:
                self.took_place = True
                if not replaced:
                    yield other, law.configured | self._question.configured
                replaced = True
            else:
                yield pack, law.configured

    def _otherwise(self, pack: Pack) -> Pack:
        """A pack of before under the other readings, as far as it knows their questions."""
        if pack.digest not in self._reread:
            known = {reading.ambiguity for reading in pack.file.readings}
            asked = {name: value for name, value in self._question.readings.items() if name in known}
            self._reread[pack.digest] = _read(pack, asked)
        return self._reread[pack.digest]

    def _policy(self, pack: Pack, configured: Mapping[str, str], discharged_on: date) -> Policy:
        # A law that came later is read as it stood on its first day.
        on = max(discharged_on, pack.file.in_force_from)
        key = (pack.digest, on, tuple(sorted(configured.items())))
        if key not in self._policies:
            self._policies[key] = Policy(pack, on, configured)
        return self._policies[key]


def _read(pack: Pack, readings: Mapping[str, str]) -> Pack:
    try:
        return reread(pack, readings)
    except ReadingError as error:
        raise conflict("READING_UNKNOWN", f"{pack.pack_id}: {error}", pack=pack.pack_id) from error


def check(question: Question, packs: Mapping[str, Pack]) -> None:
    """Refuse a question that could have no answer; ``packs`` are those that were ever adopted.

    Raises Refused PERIOD_BACKWARDS, READING_UNKNOWN, FIGURE_UNKNOWN and FIGURE_MALFORMED, and PackError where the pack
    does not load.
    """
    if question.until < question.since:
        raise Refused("PERIOD_BACKWARDS", f"{question.until} lies before {question.since}; say the first day first")
    if question.pack_text is not None:
        other = _read(parse_pack(question.pack_text, "--pack"), question.readings)
        _check_figures(question.configured, open_figures_of_bills(other.file))
        return
    figures = [open_figures_of_bills(pack.file) for pack in packs.values()]
    _check_figures(question.configured, {name: money for one in figures for name, money in one.items()})
    known = {reading.ambiguity for pack in packs.values() for reading in pack.file.readings}
    if unknown := sorted(question.readings.keys() - known):
        said = f"no law that was settled by asks {', '.join(unknown)}; it asks {', '.join(sorted(known)) or 'nothing'}"
        raise conflict("READING_UNKNOWN", said)
    for pack in packs.values():
        asked = {reading.ambiguity for reading in pack.file.readings}
        _read(pack, {name: value for name, value in question.readings.items() if name in asked})


def _check_figures(configured: Mapping[str, str], figures: Mapping[str, bool]) -> None:
    """A figure that no law asks for would change nothing, and be taken for an answer."""
    if unknown := sorted(configured.keys() - figures.keys()):
        known = ", ".join(sorted(figures)) or "nothing"
        raise conflict("FIGURE_UNKNOWN", f"the law leaves no {', '.join(unknown)} open; it leaves open {known}")
    for name, text in configured.items():
        try:
            figure = figure_of(text, "--configure", money=figures[name])
        except (AmountError, InvalidOperation) as error:
            wanted = "an amount in yuan" if figures[name] else "a percentage"
            raise Refused("FIGURE_MALFORMED", f"{name}={text} is not {wanted}") from error
        if figure.numerator < 0 or not (figures[name] or figure.numerator <= figure.denominator):
            raise Refused("FIGURE_MALFORMED", f"{name}={text} is out of range")
