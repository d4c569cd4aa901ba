"""Examples of kind ``settle``: a person's bills of a year, one after the other, each settled or revoked."""

from collections.abc import Mapping
from datetime import date

import msgspec

from law.packs.model import Kind, Level, Place
from workbench.examples.amounts import Percent, Yuan
from workbench.examples.outcome import Value, flat


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of an example; an unknown key in it is an error."""


class MembershipGiven(Part, frozen=True, kw_only=True):
    """A membership of the person, as identity would tell it."""

    category: str
    valid_from: date
    valid_to: date | None = None
    group: str | None = None
    poverty_status: str | None = None
    exit_date: date | None = None


class State0(Part, frozen=True, kw_only=True):
    """The person and the funds before the first step."""

    self_ytd: Yuan | None = None
    compliant_self_ytd: Yuan | None = None
    aid_in_ytd: Yuan | None = None
    aid_out_ytd: Yuan | None = None
    sec_ytd: Yuan | None = None
    #: Any other accumulator by the pack's own name for it, and any other fund by its code.
    accumulators: dict[str, Yuan] = {}
    funds: dict[str, Yuan] = {}
    civil_balance: Yuan | None = None
    povfund_balance: Yuan | None = None
    category: str | None = None
    memberships: tuple[MembershipGiven, ...] | None = None
    removed_from: date | None = None
    poor: bool = True
    eligible: bool = True
    poverty_status: str | None = None
    exit_date: date | None = None
    registered: date | None = None
    marked: date | None = None


class Encounter(Part, frozen=True, kw_only=True, rename={"kind": "type", "place": "locality"}):
    """The stay or visit."""

    kind: Kind
    discharged: date
    place: Place = "in_county"
    level: Level | None = None
    admitted: date | None = None
    referral_approved: date | None = None
    major_disease_50: bool = False
    designated_for_major: bool = False
    exception_approved_by: tuple[str, ...] = ()
    patient_prepaid: Yuan | None = None
    cause: str = "illness"
    mental_disorder: bool = False
    designated: bool = True
    valid_invoice: bool = True
    emergency: bool = False


class Costs(Part, frozen=True, kw_only=True):
    """The bill by cost class."""

    total: Yuan
    compliant: Yuan | None = None
    out_of_catalogue: Yuan | None = None
    excluded: Yuan = "0.00"
    excluded_compliant: Yuan = "0.00"


class SettleExpected(Part, frozen=True, kw_only=True):
    """What must come out of a settlement. What is left out is not compared, but for money beside the bill."""

    layers: dict[str, Yuan]
    patient_pays: Yuan
    after: dict[str, Yuan] = {}
    flags: dict[str, bool] = {}
    cash_payout: Yuan = "0.00"
    refund_to_patient: Yuan | None = None


class RevokeExpected(Part, frozen=True, kw_only=True):
    """What must come out of a revocation."""

    after: dict[str, Yuan] = {}
    refund_to_patient: Yuan | None = None


class BillStep(Part, frozen=True, kw_only=True):
    """A bill, whatever must come of it."""

    id: str
    encounter: Encounter
    costs: Costs
    inputs: dict[str, Yuan]
    working: str | None = None


class SettleStep(BillStep, frozen=True, kw_only=True, tag_field="op", tag="settle"):
    """Settle a bill."""

    expect: SettleExpected


class RevokeStep(Part, frozen=True, kw_only=True, tag_field="op", tag="revoke"):
    """Take the settlement of an earlier step back."""

    id: str
    expect: RevokeExpected
    working: str | None = None


class RefusedExpected(Part, frozen=True, kw_only=True):
    """With which code a settlement must be refused."""

    refused: str


class RefuseStep(BillStep, frozen=True, kw_only=True, tag_field="op", tag="refuse"):
    """A bill that must not be settled; the year stays as it was."""

    expect: RefusedExpected


Step = SettleStep | RefuseStep | RevokeStep


class SettleExample(Part, frozen=True, kw_only=True, tag_field="kind", tag="settle"):
    """A person's bills under one policy pack."""

    id: str
    title: str
    region: str
    clause: tuple[str, ...]
    state0: State0
    steps: tuple[Step, ...]
    assumes: tuple[str, ...] = ()
    config: dict[str, Percent] = {}
    working: str | None = None


class Played(msgspec.Struct, frozen=True):
    """What a player says came out of a step: fields named as in ``expect``, with a dot for a field of a field."""

    fields: Mapping[str, Value]


class UnknownPackError(LookupError):
    """There is no policy pack for the region of an example."""


def expected_of(step: Step) -> dict[str, Value]:
    """The expected fields of a step, flat; what is not said is not expected."""
    return {name: value for name, value in flat(msgspec.to_builtins(step.expect)) if value is not None}


def unexpected_layers(step: Step, got: Mapping[str, Value]) -> dict[str, Value]:
    """Layers that paid something although the example names none of that payer: each must have been nothing."""
    if not isinstance(step, SettleStep):
        return {}
    paid = (field.removeprefix("layers.") for field in got if field.startswith("layers."))
    return {f"layers.{payer}": "0.00" for payer in paid if payer not in step.expect.layers}


def step_name(step: Step) -> str:
    """How a step is called in the report: its id and what it does."""
    return f"{step.id} {step.__struct_config__.tag}"
