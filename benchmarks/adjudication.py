"""How fast one core adjudicates with the full trace, under each pack, and how long the packs take to load."""

import time
from datetime import date
from pathlib import Path
from typing import Final

from law import Claim, Membership, Standing, adjudicate
from law.packs import PackLibrary, Policy, load_library
from law.standing import Enrolment

POLICIES: Final = Path(__file__).parent.parent / "policies"
ASKED_PER_SECOND: Final = 50_000
ASKED_LOADING_SECONDS: Final = 0.3
#: Where, when, and what the outer payers gave of a stay of 30 000 yuan.
PLACES: Final[dict[str, tuple[str, date, dict[str, int]]]] = {
    "Jieyang": ("445202", date(2019, 8, 1), {"BMI": 1_800_000, "CII": 0}),
    "Leye": ("451028", date(2018, 8, 1), {"BMI": 1_800_000, "CII": 0, "MA": 0, "HPI": 0}),
    "Hunan": ("430102", date(2018, 8, 1), {"BMI": 1_800_000, "CII": 0, "THB": 0, "MA": 0, "HRED": 0}),
    "Huining": ("620422", date(2018, 8, 1), {"BMI": 1_800_000, "CII": 0}),
    "Guangxi": ("450202", date(2019, 8, 1), {"BMI": 1_800_000, "CII": 0, "BMI2": 0, "MA": 0}),
}


def adjudication_rows() -> list[tuple[str, str, str, str]]:
    """A row for each pack, and one for loading them all."""
    seconds, library = loading_seconds()
    rows = []
    for name, (county, on, given_fen) in PLACES.items():
        rate = adjudications_per_second(policy_of(library, county, on), given_fen, on)
        ratio = f"{rate / ASKED_PER_SECOND:.2f}"
        rows.append((f"adjudication, one core, full trace: {name}", f"{rate:,.0f}/s", "asked: 50,000/s", ratio))
    loading = f"{seconds * 1000:.0f} ms"
    ratio = f"{ASKED_LOADING_SECONDS / seconds:.1f}"
    return [*rows, (f"loading all {len(library.packs)} packs", loading, "asked: 300 ms", ratio)]


def loading_seconds(times: int = 5) -> tuple[float, PackLibrary]:
    """The best of some loads, and the library."""
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        library = load_library(POLICIES)
        best = min(best, time.perf_counter() - began)
    return best, library


def policy_of(library: PackLibrary, county: str, on: date) -> Policy:
    """The policy of a place; figures that its document leaves open are set to ten percent."""
    policy = library.in_force(county, on)
    return Policy(policy.pack, on, {"target_share_percent": "10"})


def adjudications_per_second(policy: Policy, given_fen: dict[str, int], on: date, times: int = 40_000) -> float:
    """The best of three runs over the same stay of a registered-poor person."""
    claim = Claim(
        kind="inpatient",
        discharged_on=on,
        level="county",
        total_fen=3_000_000,
        compliant_fen=2_700_000,
        out_of_catalogue_fen=200_000,
        given_fen=given_fen,
    )
    standing = Standing(
        (Membership(category="REGISTERED_POOR", valid_from=date(2016, 1, 1)),),
        (Enrolment("RESIDENT", on.year, date(on.year, 1, 1), date(on.year, 1, 1)),),
    )
    balances = {"aid_in": 100_000, "own_after_aid": 200_000, "own_paid": 100_000, "compliant_own": 250_000}
    best = 0.0
    for _ in range(3):
        began = time.perf_counter()
        for _ in range(times):
            adjudicate(claim, standing, balances, policy)
        best = max(best, times / (time.perf_counter() - began))
    return best
