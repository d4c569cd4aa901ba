"""Kinds of examples whose domain functions come with a later issue: read strictly, reported, never skipped."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from onestop.examples.outcome import Outcome

#: Every kind of the schema that is not played yet.
KINDS: Final = frozenset(
    {
        "advance_eligibility",
        "fund_revolving",
        "cii_revolving",
        "sla_working_days",
        "ratio_kpi",
        "reserve",
        "deadline",
        "clearing",
        "referral_gate",
        "split6040",
        "ratio_threshold",
        "prealloc",
        "coverage",
        "cert_table",
        "clawback",
        "clinic_ledger",
        "pass_through",
        "monthly_bill",
        "band_table",
        "eligibility_table",
        "exclusion_table",
        "prepay25",
        "premium",
        "lottery",
        "low_income_test",
        "precedence_table",
        "cii_segment",
        "reject_table",
        "idempotency",
        "readjudicate",
    }
)


class LaterExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An example of such a kind: a table of cases, or what is given and what must come out."""

    id: str
    title: str
    kind: str
    region: str
    clause: tuple[str, ...]
    assumes: tuple[str, ...] = ()
    given: dict[str, Any] = {}
    cases: tuple[dict[str, Any], ...] = ()
    expect: dict[str, Any] = {}
    revoke: str | None = None
    working: str = ""


def later_outcomes(example: LaterExample) -> Iterator[Outcome]:
    """Each case as a mismatch that says why: nothing was computed."""
    for number in range(1, max(1, len(example.cases)) + 1):
        yield Outcome(f"case {number}", {"kind": example.kind}, {"kind": "not played yet"})
