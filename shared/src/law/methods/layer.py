"""A layer of the waterfall: what each has, whatever its method, and what every method answers for itself."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import msgspec

from law.claim import Claim
from law.course import Course
from law.methods.declared import Choice, Step, Table
from law.plan import LayerPlan
from law.rows import CountedIn, For, Funding, Part, Row
from law.trace import LayerTrace


class Layer(Part, tag_field="method", frozen=True, kw_only=True):
    """What every layer has: who pays, by which clause, and for whom.

    A method is a class below this one in a file of its own, with the method's name as its tag: its fields are the
    parameters, and it overrides what is its own of the rest. ``law.methods.register`` lists them.
    """

    payer: str
    name: str
    clause: str
    #: Applies to everyone insured, not only to the pack's population.
    everyone: bool = False
    #: What it pays of the compliant cost is not the person's own for later layers: insurances, aid (AMB-C5).
    lessens_own_cost: bool = False
    needs_referral: bool = False
    #: Under which readings, and for whom, the referral is needed.
    referral_for: For = For()
    funding: tuple[Funding, ...] = ()
    for_: For = msgspec.field(default=For(), name="for")

    #: What the method does, for readers of the document's page.
    DESCRIPTION: ClassVar[str]
    #: Its tables of figures, in the order in which a page shows them.
    TABLES: ClassVar[tuple[Table, ...]] = ()
    #: The open questions that it answers by a parameter.
    CHOICES: ClassVar[tuple[Choice, ...]] = ()
    #: It works on the compliant cost that the insurances before it leave to the person.
    ON_OWN_COST: ClassVar[bool] = False
    #: Outer payers tell its amount with the claim.
    TOLD: ClassVar[bool] = False
    #: Why it pays nothing, in the patient's words, by the flag that its sum leaves in the trace.
    WHY_NOTHING: ClassVar[Mapping[str, str]] = MappingProxyType({})
    #: What the payer does with its amount, in the patient's words.
    PAYS: ClassVar[str] = "支付"

    @property
    def method(self) -> str:
        """The method's name, as packs and traces write it."""
        return str(self.__struct_config__.tag)

    @property
    def counters(self) -> tuple[CountedIn, ...]:
        """The accumulators that the layer is counted in, by encounter; a method that has some names them so."""
        counted: tuple[CountedIn, ...] = getattr(self, "counted_in", ())
        return counted

    def rows(self, table: Table) -> tuple[Row, ...]:
        """The rows of one of its tables."""
        rows: tuple[Row, ...] = getattr(self, table.name)
        return rows

    def work_out(self, course: Course, plan: LayerPlan) -> LayerTrace:
        """Its sum: what the layer takes of what is left, and what it leaves in the year's accumulators."""
        raise NotImplementedError

    def reason(self, trace: LayerTrace) -> str:
        """How an amount came about, in one sentence for the patient."""
        raise NotImplementedError

    def remains(self, trace: LayerTrace, after_fen: Mapping[str, int]) -> Iterator[str]:  # noqa: ARG002 - for methods
        """What is left of the year's limit, or missing to its line, for the patient; of a bill that was counted."""
        yield from ()

    def faults(self, before: Sequence["Layer"]) -> Iterator[tuple[str, str]]:  # noqa: ARG002 - for methods
        """What does not hold in its parameters after the layers ``before``: the parameter, and what would be right."""
        yield from ()

    def accumulators(self) -> Iterator[tuple[str, str]]:
        """Where it names an accumulator that it reads or feeds, and which."""
        for j, counted in enumerate(self.counters):
            yield f"counted_in[{j}].name", counted.name

    def conditions(self) -> Iterator[tuple[str, For]]:
        """Where it says to whom and to what something applies, and what it says there."""
        yield "for", self.for_
        yield "referral_for", self.referral_for
        tables: list[tuple[str, Sequence[Any]]] = [("counted_in", self.counters), ("funding", self.funding)]
        tables += [(table.name, self.rows(table)) for table in self.TABLES]
        for name, rows in tables:
            for j, row in enumerate(rows):
                yield f"{name}[{j}].for", row.for_

    def steps(self) -> Iterator[Step]:
        """Figures that stand in no table, such as bands."""
        yield from ()

    def facts(self) -> Iterator[str]:
        """What else a reader of the document's page should know."""
        yield from ()

    def must_be_told(self) -> bool:
        """Whether a claim without an amount of this payer is refused."""
        return False

    def tellers(self) -> tuple[str, ...]:
        """The departments that may tell the payer's amount themselves, before or after settlement."""
        return ()

    def is_told_elsewhere(self) -> bool:
        """Whether only these tell it: aid that is given elsewhere, which no hospital can know."""
        return False

    def approvers(self) -> tuple[str, ...]:
        """The departments that may relieve the payer of its part in a special case."""
        return ()

    def left_out(self, claim: Claim) -> int:  # noqa: ARG002 - for methods
        """How much of a bill is none of the layer's, in fen: it stays with the person and counts in no limit."""
        return 0

    def own_payments_in(self, plan: LayerPlan) -> str | None:  # noqa: ARG002 - for methods
        """The accumulator of all that the person pays in the year, whichever document decided it (000 一(二)2)."""
        return None
