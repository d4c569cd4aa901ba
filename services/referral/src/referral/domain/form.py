"""The referral form (001 附件): what it says besides the personal fields, which lie with identity."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from kernel.refusals import Refused


class Attribute(StrEnum):
    """The poverty attributes that may be ticked: the categories of DOMAIN B1."""

    REGISTERED_POOR = "REGISTERED_POOR"
    DIBAO = "DIBAO"
    TEKUN = "TEKUN"
    POOR_DISABLED = "POOR_DISABLED"
    ORPHAN = "ORPHAN"
    GUARANTEED_HOUSEHOLD = "GUARANTEED_HOUSEHOLD"
    LOW_INCOME = "LOW_INCOME"
    OTHER_SPECIAL = "OTHER_SPECIAL"


class Signatory(StrEnum):
    """Who signed the application; a name would be personal data."""

    SELF = "SELF"
    FAMILY = "FAMILY"


class AttachmentKind(StrEnum):
    """A copy that lies with the application (001 附件 注2)."""

    ID_CARD_COPY = "id_card_copy"
    HOUSEHOLD_BOOK_COPY = "household_book_copy"
    SOCIAL_CARD_COPY = "social_card_copy"


#: One copy of each of these must be there.
REQUIRED_COPIES: Final = (
    frozenset({AttachmentKind.ID_CARD_COPY, AttachmentKind.HOUSEHOLD_BOOK_COPY}),
    frozenset({AttachmentKind.SOCIAL_CARD_COPY}),
)


class Attachment(msgspec.Struct, frozen=True):
    """A copy, by the reference under which the hospital keeps it: the paper itself is personal data."""

    kind: AttachmentKind
    reference: str


class Form(msgspec.Struct, frozen=True):
    """An application as filed. The receiving hospital is not on the paper form, but one copy goes there (注1)."""

    referral_id: str
    person_id: str
    sending_hospital: str
    receiving_hospital: str
    attributes: tuple[Attribute, ...]
    diagnosis: str
    signed_on: date
    signed_by: Signatory
    attachments: tuple[Attachment, ...]


def missing_copies(kinds: Iterable[AttachmentKind]) -> list[str]:
    """For each required copy that is not there, its name or the names of which one would do."""
    there = set(kinds)
    return [" or ".join(sorted(group)) for group in REQUIRED_COPIES if not group & there]


def check_form(form: Form, *, today: date) -> None:
    """Refuse an application that is not complete."""
    if form.sending_hospital == form.receiving_hospital:
        raise Refused("REFERRAL_TO_ITSELF", f"{form.sending_hospital} cannot refer a patient to itself")
    if not form.attributes:
        raise Refused("ATTRIBUTE_MISSING", "tick at least one poverty attribute (001 附件)")
    missing = missing_copies(attachment.kind for attachment in form.attachments)
    if missing:
        raise Refused("ATTACHMENT_MISSING", f"the application needs {' and '.join(missing)} (001 附件 注2)")
    check_not_to_come("signature", form.signed_on, today)


def check_not_to_come(what: str, day: date, today: date) -> None:
    """Refuse a date after today: DATE_IN_FUTURE."""
    if day > today:
        raise Refused("DATE_IN_FUTURE", f"the {what} of {day} has not come yet; today is {today}")


def check_order(later_what: str, later: date, earlier_what: str, earlier: date) -> None:
    """Refuse two dates in the wrong order: DATES_OUT_OF_ORDER."""
    if later < earlier:
        raise Refused(
            "DATES_OUT_OF_ORDER", f"the {later_what} of {later} is older than the {earlier_what} of {earlier}"
        )
