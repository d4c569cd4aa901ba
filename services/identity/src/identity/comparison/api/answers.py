"""What the comparison's routes answer: figures of an area and of a comparison."""

from datetime import date
from typing import Final, Literal

import msgspec

from identity.comparison.domain.comparison import AreaFigures, Made, sum_of
from kernel.http import Wire
from kernel.values.divisions import prefix_of

_AS_MADE: Final = ("comparison_id", "area", "month", "compared_on", "due_on", "payment_list_id")
Source = Literal["PAYMENT_LIST", "ENROLMENTS"]


class FiguresAnswer(Wire, frozen=True):
    """The figures of an area. Shares are in hundredths of a percent: 9994 is 99.94 %, exceptions taken out.

    With a payment list ``name_mismatch`` are registered and not covered until somebody cleared whose payment it is;
    ``strangers`` are those of ``not_registered`` whose number nobody here has. ``name_variants`` are people whose name
    it writes in another way, and ``differences`` people of whom it and the enrolments here say different things: both
    are in the other figures as well.
    """

    area: str
    registered: int
    exceptions: dict[str, int]
    should_enrol: int
    matched: int
    elsewhere: int
    not_enrolled: int
    contradicted: int
    not_registered: int
    strangers: int
    name_mismatch: int
    name_variants: int
    differences: dict[str, int]
    coverage_basis_points: int
    raw_basis_points: int


class ComparisonAnswer(Wire, frozen=True):
    """A comparison with the figures of the whole area and of each township in it.

    ``source`` is what the registered poor were compared with: PAYMENT_LIST from outside, or ENROLMENTS recorded here.
    ``payment_rows`` are the list's rows by what they came to: whose row was REFUSED is not covered by it.
    """

    comparison_id: str
    area: str
    month: str
    compared_on: date
    due_on: date | None
    source: Source
    payment_list_id: str | None
    payment_rows: dict[str, int] | None
    pushed_on: date | None
    late: bool | None
    total: FiguresAnswer
    townships: tuple[FiguresAnswer, ...]


def figures_answer(figures: AreaFigures) -> FiguresAnswer:
    """An area's figures with its coverage."""
    counted = {**msgspec.structs.asdict(figures.coverage), **msgspec.structs.asdict(figures)}
    return msgspec.convert({**counted, "area": figures.township, "registered": figures.registered}, FiguresAnswer)


def comparison_answer(found: Made, part: str, payment_rows: dict[str, int] | None) -> ComparisonAnswer:
    """The part of a comparison that lies in an area, with what became of the payment list's rows."""
    made, pushed = found.made, found.pushed
    inside = [figures for figures in made.figures if figures.county.startswith(prefix_of(part))]
    return ComparisonAnswer(
        **{name: getattr(made, name) for name in _AS_MADE},
        source="ENROLMENTS" if made.payment_list_id is None else "PAYMENT_LIST",
        payment_rows=payment_rows,
        pushed_on=None if pushed is None else pushed.pushed_on,
        late=None if pushed is None else pushed.late,
        total=figures_answer(sum_of(part, inside)),
        townships=tuple(figures_answer(figures) for figures in inside),
    )
