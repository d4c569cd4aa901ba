"""What identity publishes: who is entitled, without a name or an ID number."""

from datetime import date
from typing import Final

import msgspec

from kernel.values.contract import Contract

TOPIC: Final = "identity"


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """A person belongs to a category of the poor, according to one department (DOMAIN B1).

    ``valid_to`` is the last day on which it holds; None while it goes on.
    """

    membership_id: str
    category: str
    department: str
    valid_from: date
    valid_to: date | None = None
    group: str | None = None
    poverty_status: str | None = None
    exit_date: date | None = None


class Enrolment(msgspec.Struct, frozen=True):
    """A person's insurance in one area and year (DOMAIN B2); eligible from the later of the two dates."""

    scheme: str
    area: str
    year: int
    registered_on: date | None = None
    marked_on: date | None = None


class Certification(msgspec.Struct, frozen=True, kw_only=True):
    """A special chronic disease that a hospital certified (门诊特殊慢性病, 003 三(八)).

    ``cancelled_from`` is the first day on which it does not hold; None while nobody cancelled it.
    ``doctors`` are the licence numbers of who certified, told once it was cancelled: an incident may be theirs (003
    三(九)). There are none where it was taken over from the system before.
    """

    certification_id: str
    disease: str
    hospital_id: str
    effective_from: date
    cancelled_from: date | None = None
    #: Not in the messages of cancellations from before they were told.
    doctors: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET


class EntitlementChanged(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a person's entitlement after a change; ``revision`` grows with each.

    ``merged_into`` names the record that stands for the person where two records were one person's: nothing new
    begins under the merged one, and what goes on under it sees here what the surviving one held at the merger.
    Nothing begins under an ``annulled`` one either, whose registration was an error.
    """

    person_id: str
    revision: int
    change: str
    county: str
    memberships: tuple[Membership, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    deceased_on: date | None = None
    merged_into: str | None = None
    certifications: tuple[Certification, ...] = ()
    annulled: bool = False
    #: The year of birth. Not in the messages of people who were registered before it was told.
    born_in: int | msgspec.UnsetType = msgspec.UNSET


class PremiumsPaid(msgspec.Struct, frozen=True, kw_only=True):
    """Finance paid an application for premiums: ``total_fen`` out of ``funds``, the first as far as it reaches.

    It names nobody: who is in the batch is identity's business (004 七(一)).
    """

    batch_id: str
    county: str
    area: str
    year: int
    funds: tuple[str, ...]
    persons: int
    total_fen: int
    paid_on: date


class HandbookChecked(msgspec.Struct, frozen=True):
    """A hospital was shown a poverty handbook (扶贫手册) for a person; its number stays with identity.

    ``result``: HOLDS, LAPSED, UNLISTED (no department told of it) or OF_ANOTHER.
    """

    check_id: str
    person_id: str
    hospital_id: str
    result: str
    checked_on: date


class ComparisonPushed(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a month's comparison of the poor with the insured was pushed to the areas below (003 一(一)).

    ``area`` is a division code of a region, city or county; it is theirs too that lie in it.
    """

    comparison_id: str
    area: str
    month: str
    pushed_on: date


CONTRACT: Final = Contract.of(TOPIC, EntitlementChanged, PremiumsPaid, HandbookChecked, ComparisonPushed)
