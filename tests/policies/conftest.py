"""Desks at which made-up people's bills are settled by the real packs, one desk for each place."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from law import Adjudication, Claim, Membership, Standing, adjudicate
from law.methods.given import Given
from law.packs import PackLibrary, Policy, load_library
from law.standing import Enrolment
from settlement.encounters.domain.entitlement import AdmissionTerms, Arrival, admission_terms
from settlement.institutions.domain import Institution

POLICIES: Final = Path(__file__).parent.parent.parent / "policies"
#: The residents' insurance of the years that the documents are of, from New Year on.
INSURED: Final = tuple(Enrolment("RESIDENT", year, date(year, 1, 1), date(year, 1, 1)) for year in (2018, 2019))


class Desk:
    """Settles by the document of one place, for whoever holds the memberships given."""

    def __init__(self, library: PackLibrary, division: str) -> None:
        self._library = library
        self._division = division

    def policy(self, on: date) -> Policy:
        """The place's own policy on a day."""
        return self._library.in_force(self._division, on)

    def settle(
        self,
        memberships: Sequence[Membership],
        on: date,
        total_fen: int,
        balances: Mapping[str, int] | None = None,
        *,
        given_fen: Mapping[str, int] | None = None,
        enrolments: tuple[Enrolment, ...] = INSURED,
        **facts: Any,
    ) -> Adjudication:
        """Settle a stay that ends ``on``; outer payers that are not given give nothing, all cost is compliant."""
        policy = self.policy(on)
        nothing = {layer.payer: 0 for layer in policy.file.layers if isinstance(layer, Given) and not layer.optional}
        costs = {"compliant_fen": total_fen, "out_of_catalogue_fen": 0}
        claim = Claim(
            **{"kind": "inpatient", **costs, **facts},
            discharged_on=on,
            total_fen=total_fen,
            given_fen=nothing | dict(given_fen or {}),
        )
        return adjudicate(claim, Standing(tuple(memberships), enrolments), dict(balances or {}), policy)

    def admit(self, memberships: Sequence[Membership], on: date, place: str = "in_county") -> AdmissionTerms:
        """The terms at the door of a hospital, for a stay."""
        hospital = Institution(
            hospital_id="H1",
            name="示例医院",
            level="county",
            division=self._division,
            contract_from=date(2015, 1, 1),
        )
        arrival = Arrival(kind="inpatient", place=place, on=on, institution=hospital)
        return admission_terms(Standing(tuple(memberships), INSURED), self.policy(on), arrival)

    @staticmethod
    def member(category: str, valid_to: date | None = None, **facts: Any) -> Membership:
        """A membership that began years ago."""
        return Membership(category=category, valid_from=date(2015, 1, 1), valid_to=valid_to, **facts)

    @staticmethod
    def layers(result: Adjudication) -> dict[str, int]:
        """What each payer's layer came to, in fen."""
        return {layer.payer: layer.amount_fen for layer in result.layers}


@pytest.fixture(scope="session")
def desk_of() -> Callable[..., Desk]:
    """Opens the desk of a division; ``configured`` are figures that a document leaves open, by pack id."""
    packs = load_library(POLICIES).packs

    def desk(division: str, configured: Mapping[str, Mapping[str, str]] | None = None) -> Desk:
        return Desk(PackLibrary(packs, configured), division)

    return desk
