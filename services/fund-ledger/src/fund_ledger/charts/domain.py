"""The chart of a place, read from the packs that count there: unknown funds, sources and purposes are refused."""

from collections.abc import Iterable, Mapping, Set
from datetime import date
from typing import Final

import msgspec

from kernel.values.divisions import around
from kernel.values.refusals import Refused
from law.packs import PackLibrary
from law.packs.model import Fund, PackFile

#: Sources that no document lists because they are none of the law's: what was there before, and money between funds.
BETWEEN_FUNDS: Final = frozenset({"OPENING", "PREPAYMENT", "POVERTY_FUND_TRANSFER"})


class ChartedFund(msgspec.Struct, frozen=True, kw_only=True):
    """A fund of a place. ``held_here`` says whether the ledger's bank account of the county has its money.

    ``seen_by`` are the departments and insurers whose own layer it is.
    """

    code: str
    name: str
    owner: str
    purposes: tuple[str, ...]
    held_here: bool
    clause: str
    seen_by: tuple[str, ...] = ()


class ChartedSource(msgspec.Struct, frozen=True):
    """Where a place's money comes from, as its document lists it."""

    code: str
    name: str
    clause: str


class Chart(msgspec.Struct, frozen=True):
    """The funds and sources of a county. A place whose documents list no sources takes any."""

    county: str
    funds: Mapping[str, ChartedFund]
    sources: Mapping[str, ChartedSource]

    def fund(self, code: str) -> ChartedFund:
        """A fund by its code; raises Refused FUND_UNKNOWN."""
        found = self.funds.get(code)
        if found is None:
            known = ", ".join(sorted(self.funds)) or "none, because no policy pack counts there"
            raise Refused(
                "FUND_UNKNOWN",
                f"{self.county} has no fund {code}; it has {known}",
                about={"fund": code, "county": self.county},
            )
        return found

    def seen_by(self, department: str) -> list[str]:
        """The funds whose owner the department or insurer is, by their codes."""
        return sorted(code for code, fund in self.funds.items() if department in fund.seen_by)

    def must_pay(self, code: str, purpose: str) -> None:
        """Refuse what a fund may not pay (专款专用, 001 二(三), 004 四(一)): PURPOSE_NOT_ALLOWED, FUND_UNKNOWN."""
        purposes = self.fund(code).purposes
        if purpose not in purposes:
            raise Refused(
                "PURPOSE_NOT_ALLOWED",
                f"the fund {code} of {self.county} does not pay {purpose}; its purposes are {', '.join(purposes)}",
                about={"fund": code, "purpose": purpose},
            )

    def must_hold(self, code: str) -> None:
        """Refuse money of a fund that others hold (001 二(三)): FUND_HELD_ELSEWHERE, FUND_UNKNOWN."""
        fund = self.fund(code)
        if not fund.held_here:
            raise Refused(
                "FUND_HELD_ELSEWHERE",
                f"the money of {code} is held by {fund.owner} and not in the account of {self.county}",
                about={"fund": code, "owner": fund.owner},
            )

    def must_come_from(self, source: str) -> None:
        """Refuse a source that the place's documents do not list (004 七(三)): SOURCE_UNKNOWN."""
        if self.sources and source not in self.sources and source not in BETWEEN_FUNDS:
            known = ", ".join(sorted({*self.sources, *BETWEEN_FUNDS}))
            raise Refused(
                "SOURCE_UNKNOWN",
                f"{self.county} gets no money from {source}; its sources are {known}",
                about={"source": source, "county": self.county},
            )


class Charts:
    """The charts of all places. ``own`` are funds that every place of this installation has beside its documents'.

    ``elsewhere`` replaces what the packs say about who holds the money, for the whole installation; None leaves it.
    """

    def __init__(self, library: PackLibrary, own: Set[str] = frozenset(), elsewhere: Set[str] | None = None) -> None:
        self._library = library
        self._own = own
        self._elsewhere = elsewhere
        self._ever: dict[str, Chart] = {}

    def on(self, county: str, day: date) -> Chart:
        """The chart of a county by the packs in force on a day; the county's own pack comes before the province's."""
        return self._chart(county, (policy.file for policy in self._library.candidates(county, day)))

    def ever(self, county: str) -> Chart:
        """The chart by all packs that ever counted there: what was settled under an old one is still booked."""
        if county not in self._ever:
            places = around(county)
            files = sorted(
                (pack.file for pack in self._library.packs if pack.file.division in places),
                key=lambda file: (places.index(file.division), -file.in_force_from.toordinal()),
            )
            self._ever[county] = self._chart(county, files)
        return self._ever[county]

    def _chart(self, county: str, files: Iterable[PackFile]) -> Chart:
        funds: dict[str, ChartedFund] = {}
        sources: dict[str, ChartedSource] = {}
        for file in files:
            cited = file.document.cited_as
            for fund in file.funds:
                funds[fund.code] = self._charted(fund, file, funds.get(fund.code))
            for source in file.sources:
                listed = ChartedSource(source.code, source.name, f"{cited} {source.clause}")
                sources.setdefault(source.code, listed)
        for code in sorted(self._own - funds.keys()):
            funds[code] = self._of_the_place(code)
        return Chart(county, funds, sources)

    def _charted(self, fund: Fund, file: PackFile, before: ChartedFund | None) -> ChartedFund:
        pays = fund.pays(file.read_as)
        if before is not None:
            purposes = tuple(dict.fromkeys((*before.purposes, *pays)))
            return msgspec.structs.replace(before, purposes=purposes)
        held_here = fund.held == "here" if self._elsewhere is None else fund.code not in self._elsewhere
        return ChartedFund(
            code=fund.code,
            name=fund.name,
            owner=fund.owner,
            purposes=pays,
            held_here=held_here,
            clause=f"{file.document.cited_as} {fund.clause}",
            seen_by=fund.seen_by,
        )

    def _of_the_place(self, code: str) -> ChartedFund:
        return ChartedFund(
            code=code,
            name=code,
            owner="",
            purposes=(code,),
            held_here=code not in (self._elsewhere or frozenset()),
            clause="",
        )
