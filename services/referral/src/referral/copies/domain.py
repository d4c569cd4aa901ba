"""Delivery: an approved form goes out in three copies, and each keeper's receipt is written down (001 附件 注1)."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import conflict
from referral.referrals.domain.form import check_not_to_come, check_order


class Copy(StrEnum):
    """Who keeps a copy."""

    AGENCY = "AGENCY"  # 医保经办机构
    SENDING = "SENDING"  # 转出医院
    RECEIVING = "RECEIVING"  # 转入医院


class CopyDelivered(msgspec.Struct, frozen=True):
    """A keeper has its copy; ``recorded_by`` is the office that says so."""

    referral_id: str
    copy: Copy
    delivered_on: date
    recorded_by: str


class DeliverCopy(msgspec.Struct, frozen=True):
    """Write a delivery down. ``approved_on`` is the day of the approval, None while there is none."""

    delivery: CopyDelivered
    approved_on: date | None
    today: date


#: The copies that were delivered, with the day of each.
Delivered = Mapping[Copy, date]


def decide(command: DeliverCopy, delivered: Delivered) -> Sequence[CopyDelivered]:
    """Write a delivery down once; raises Refused REFERRAL_NOT_IN_STATE, DATES_OUT_OF_ORDER, DATE_IN_FUTURE, …"""
    delivery = command.delivery
    if command.approved_on is None:
        detail = "only an approved form goes out in its copies, and this one is not approved"
        raise conflict("REFERRAL_NOT_IN_STATE", detail, referral=delivery.referral_id)
    check_not_to_come("delivery", delivery.delivered_on, command.today)
    check_order("delivery", delivery.delivered_on, "approval", command.approved_on)
    before = delivered.get(delivery.copy)
    if before == delivery.delivered_on:
        return []
    if before is not None:
        detail = f"this copy was delivered on {before} already"
        raise conflict("COPY_DELIVERED_BEFORE", detail, referral=delivery.referral_id, copy=delivery.copy)
    return [delivery]


def evolve(delivered: Delivered, event: CopyDelivered) -> Delivered:
    """The deliveries after one more."""
    return {**delivered, event.copy: event.delivered_on}


DECIDER: Final[Decider[DeliverCopy, Delivered, CopyDelivered]] = Decider({}, decide, evolve)
