"""Bills for searches: how a bill of any size is made up, and which situations a pack tells apart."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

import msgspec

from law import Claim
from law.certificate import Certificate
from law.packs import Pack, Policy
from law.packs.model import PackFile
from law.packs.names import open_figures_of_bills
from law.rows import For, Kind, Level, Place

KINDS: Final[tuple[Kind, ...]] = (
    "inpatient",
    "chronic_outpatient",
    "special_outpatient",
    "outpatient",
    "village_visit",
)
#: Where a person may be treated: the place, and the hospital's level there.
PLACES: Final[tuple[tuple[Place, Level], ...]] = (
    ("in_county", "county"),
    ("out_county", "county"),
    ("out_county", "city"),
    ("out_county", "province"),
)
#: For figures that a document leaves open: something to search with.
SAMPLES: Final[Mapping[bool, str]] = MappingProxyType({True: "10000.00", False: "10"})


class Shape(msgspec.Struct, frozen=True):
    """How a bill is made up, in percent of the total; ``given`` is by the place of the outer payer in the pack."""

    name: str
    compliant: int
    out_of_catalogue: int
    given: tuple[int, ...] = ()


SHAPES: Final = (
    Shape("all outside the catalogue, no insurance pays", 0, 100),
    Shape("all compliant, no insurance pays", 100, 0),
    Shape("90 % compliant, 10 % outside the catalogue, basic insurance pays 60 %", 90, 10, (60,)),
)


def bill(
    shape: Shape,
    total_fen: int,
    outer: tuple[str, ...],
    kind: str,
    where: tuple[str, str],
    day: date,
    *,
    referred: bool,
) -> Claim:
    """A bill of a size; parts are whole fen, rounded down. A chronic visit is certified."""
    given = dict.fromkeys(outer, 0)
    given |= {payer: total_fen * percent // 100 for payer, percent in zip(outer, shape.given, strict=False)}
    return Claim(
        kind=kind,
        discharged_on=day,
        place=where[0],
        level=where[1],
        total_fen=total_fen,
        compliant_fen=total_fen * shape.compliant // 100,
        out_of_catalogue_fen=total_fen * shape.out_of_catalogue // 100,
        given_fen=given,
        referral_approved_on=day if referred else None,
        certificate=Certificate("search", "search", "search", day) if kind == "chronic_outpatient" else None,
    )


def outer_payers(file: PackFile) -> tuple[str, ...]:
    """The payers whose amounts come with the bill and must be told."""
    return tuple(layer.payer for layer in file.layers if layer.must_be_told())


def kinds_told_apart(*files: PackFile) -> tuple[Kind, ...]:
    """The kinds of care that some layer speaks of, and one that none does."""
    named = {kind for file in files for to in _conditions(file) for kind in to.kind}
    others = [kind for kind in KINDS if kind not in named]
    return tuple(kind for kind in KINDS if kind in named or kind == next(iter(others), None))


def places_told_apart(*files: PackFile) -> tuple[tuple[Place, Level], ...]:
    """The places and levels that matter to the packs; one of them where none does."""
    if any(to.place or to.level for file in files for to in _conditions(file)):
        return PLACES
    if any(file.referral is not None for file in files):
        return PLACES[0], PLACES[2]
    return PLACES[:1]


def ready(pack: Pack, day: date, configured: Mapping[str, str] | None = None) -> Policy:
    """A pack on a day; figures that are open everywhere are taken from SAMPLES."""
    samples = {name: SAMPLES[money] for name, money in open_figures_of_bills(pack.file).items()}
    known = Policy(pack, day).configured
    return Policy(pack, day, samples | known | dict(configured or {}))


def _conditions(file: PackFile) -> Iterator[For]:
    for layer in file.layers:
        yield layer.for_
        yield from (counted.for_ for counted in layer.counters)
        yield from (row.for_ for table in layer.TABLES for row in layer.rows(table))
