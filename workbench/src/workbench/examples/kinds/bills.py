"""Kinds of examples about single bills: bands, segments, excluded cost, bad input, doubles, re-adjudication."""

from collections.abc import Iterator
from datetime import date, datetime, time
from hashlib import sha256
from typing import Final, TypeAlias

import msgspec
from typing_extensions import override

from kernel.values.china_time import CHINA
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import repeated
from kernel.writing.event_store import Answer
from law import Adjudication, Claim, Standing, adjudicate
from law.claim import check
from law.methods.banded_lump_sum import BandedLumpSum, band_amount
from law.methods.segmented_rate import Segment, segmented_increment
from law.packs import PackLibrary, Policy
from settlement.encounters.domain.readjudication import decide_in_order, without
from workbench.examples.amounts import Percent, Yuan
from workbench.examples.kinds.part import Part, Table, each, fen, one, yuan
from workbench.examples.outcome import Outcome, Value
from workbench.examples.people import insured, member

#: A bill whose day does not matter.
_SOME_DAY: Final = date(2019, 7, 2)


class BandCase(Part, frozen=True, kw_only=True):
    self_borne: Yuan
    relief: Yuan


class BandTable(Table, tag="band_table", frozen=True, kw_only=True):
    """The lump sum of each band."""

    cases: tuple[BandCase, ...]

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        layer = next(layer for layer in self.pack(library).file.layers if isinstance(layer, BandedLumpSum))
        return each(self.cases, "relief", lambda case: yuan(band_amount(layer.bands, fen(case.self_borne))))


class Band(Part, frozen=True, kw_only=True):
    upto: Yuan | None
    percent: Percent


class SegmentsGiven(Part, frozen=True, kw_only=True):
    deductible: Yuan
    bands: tuple[Band, ...]
    annual_cap: Yuan
    claims: tuple[Yuan, ...]


class SegmentsExpected(Part, frozen=True, kw_only=True):
    pays: tuple[Yuan, ...]


class CiiSegment(Table, tag="cii_segment", frozen=True, kw_only=True):
    """Critical-illness insurance by segments of the year's base."""

    given: SegmentsGiven
    expect: SegmentsExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        segments = [Segment(upto_yuan=band.upto, percent=str(band.percent)) for band in self.given.bands]
        base = paid = 0
        got: dict[str, Value] = {}
        for i, claim in enumerate(self.given.claims):
            base += fen(claim)
            limits = fen(self.given.deductible), (0, 1), fen(self.given.annual_cap)
            pays = segmented_increment(segments, *limits, cumulated_fen=base, paid_fen=paid)
            paid += pays
            got[f"pays[{i}]"] = yuan(pays)
        return one(self.expect, **got)


class ExclusionGiven(Part, frozen=True, kw_only=True):
    category: str
    compliant: Yuan
    BMI: Yuan
    CII: Yuan


class ExclusionCase(Part, frozen=True, kw_only=True):
    cause: str
    aid: Yuan
    mental_disorder: bool = False
    designated: bool = True
    valid_invoice: bool = True


class ExclusionTable(Table, tag="exclusion_table", frozen=True, kw_only=True):
    """For which causes no aid is given."""

    given: ExclusionGiven
    cases: tuple[ExclusionCase, ...]

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        policy, given = self.policy(library), self.given
        standing = Standing((member(given.category, policy.file, policy.on),), (insured(policy.on),))

        def aid(case: ExclusionCase) -> Yuan:
            told = {name: value for name, value in msgspec.structs.asdict(case).items() if name != "aid"}
            claim = stay(policy.on, given.compliant, given.compliant, given.BMI, given.CII)
            return yuan(layer_fen(adjudicate(msgspec.structs.replace(claim, **told), standing, {}, policy), "MA"))

        return each(self.cases, "aid", aid)


def layer_fen(result: Adjudication, payer: str) -> int:
    """What a payer's layer came to."""
    return next(layer.amount_fen for layer in result.layers if layer.payer == payer)


class RejectCase(Part, frozen=True, kw_only=True):
    total: Yuan
    compliant: Yuan
    BMI: Yuan
    CII: Yuan
    error: str | None


class RejectTable(Table, tag="reject_table", frozen=True, kw_only=True):
    """Bills that cannot be right."""

    cases: tuple[RejectCase, ...]

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        def error(case: RejectCase) -> str | None:
            return refusal_of(stay(_SOME_DAY, case.total, case.compliant, case.BMI, case.CII))

        return each(self.cases, "error", error)


def refusal_of(claim: Claim) -> str | None:
    """The code with which a claim is refused, None where it is taken."""
    try:
        check(claim)
    except Refused as refused:
        return refused.code
    return None


class DeliveryGiven(Part, frozen=True, kw_only=True):
    key: str
    compliant_self: Yuan


class DeliveriesGiven(Part, frozen=True, kw_only=True):
    deliveries: tuple[DeliveryGiven, ...]


class DeliveriesExpected(Part, frozen=True, kw_only=True):
    compliant_self_ytd: Yuan
    posted: int


class Idempotency(Table, tag="idempotency", frozen=True, kw_only=True):
    """The same message delivered twice."""

    given: DeliveriesGiven
    expect: DeliveriesExpected

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        policy = self.policy(library)
        answers: dict[str, Answer] = {}
        posted: list[tuple[str, Claim]] = []
        for given in self.given.deliveries:
            claim = stay(policy.on, given.compliant_self, given.compliant_self)
            context = delivered(given.key, claim)
            if (first := answers.get(given.key)) is not None:
                repeated(first, context)
                continue
            answers[given.key] = Answer(context.scope, context.key, context.request_hash, 201, "")
            posted.append((given.key, claim))
        year = decide_in_order(posted, poor_person(policy), {}, policy)
        after = year[-1].result.after_fen["compliant_own"] if year else 0
        return one(self.expect, compliant_self_ytd=yuan(after), posted=len(posted))


def delivered(key: str, claim: Claim) -> CommandContext:
    """A hospital's message as the command path takes it, at the end of the discharge's day in China."""
    moment = datetime.combine(claim.discharged_on, time(23, 59), CHINA)
    asked = sha256(msgspec.json.encode(claim, order="sorted")).digest()
    return CommandContext(scope="hospital", key=key, request_hash=asked, actor="hospital", now=moment)


def stay(on: date, total: Yuan, compliant: Yuan, basic: Yuan = "0.00", critical: Yuan = "0.00") -> Claim:
    """A stay that ends on a day, with what the outer insurances pay of it."""
    given = {"BMI": fen(basic), "CII": fen(critical)}
    return Claim(
        kind="inpatient", discharged_on=on, total_fen=fen(total), compliant_fen=fen(compliant), given_fen=given
    )


def poor_person(policy: Policy) -> Standing:
    """A registered-poor person who is insured."""
    return Standing((member("registered_poor", policy.file, policy.on),), (insured(policy.on),))


class YearClaim(Part, frozen=True, kw_only=True):
    id: str
    compliant_self: Yuan


class YearGiven(Part, frozen=True, kw_only=True):
    claims: tuple[YearClaim, ...]
    revoke: str


class Readjudicate(Table, tag="readjudicate", frozen=True, kw_only=True):
    """An earlier bill is taken back, and the later ones are decided again."""

    given: YearGiven
    expect: dict[str, Yuan | dict[str, Yuan]]

    def __post_init__(self) -> None:
        known = {"before", "after"} | {f"correction_{claim.id}" for claim in self.given.claims}
        unknown = sorted(self.expect.keys() - known)
        if unknown:
            raise ValueError(f"the key {unknown[0]!r} is not known in expect of {self.id}")

    @override
    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        policy = self.policy(library)
        bills = [(c.id, stay(policy.on, c.compliant_self, c.compliant_self)) for c in self.given.claims]
        year = decide_in_order(bills, poor_person(policy), {}, policy)
        got: dict[str, Value] = {f"before.{bill.settlement_id}": yuan(layer_fen(bill.result, "MA")) for bill in year}
        for correction in without(year, self.given.revoke):
            got[f"after.{correction.settlement_id}"] = yuan(layer_fen(correction.after, "MA"))
            got[f"correction_{correction.settlement_id}"] = yuan(correction.layers_fen["MA"])
        return one(self.expect, **got)


Kinds: TypeAlias = BandTable | CiiSegment | ExclusionTable | Idempotency | Readjudicate | RejectTable
