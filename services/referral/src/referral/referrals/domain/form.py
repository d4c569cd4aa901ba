"""The referral form (001 附件): what it says besides the personal fields, which lie with identity."""

from datetime import date
from enum import StrEnum

import msgspec

from kernel.values.refusals import Refused


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
    """A copy that lies with the application; the document of the place says which are needed (001 附件 注2)."""

    ID_CARD_COPY = "id_card_copy"
    HOUSEHOLD_BOOK_COPY = "household_book_copy"
    SOCIAL_CARD_COPY = "social_card_copy"
    HANDBOOK_COPY = "handbook_copy"
    DIAGNOSIS_CERTIFICATE = "diagnosis_certificate"


class FormField(StrEnum):
    """A field of the form whose content stays on paper: it is personal data, and this service keeps none."""

    PHONE = "phone"
    ADDRESS = "address"
    CARD_NUMBER = "card_number"


class Attachment(msgspec.Struct, frozen=True):
    """A copy, by the reference under which the hospital keeps it: the paper itself is personal data."""

    kind: AttachmentKind
    reference: str


class Form(msgspec.Struct, frozen=True, kw_only=True):
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
    #: The day of an emergency admission that the form is filed for afterwards (AMB-H5).
    emergency_admitted_on: date | None = None
    #: Which of the fields that stand on paper only are filled in there; of an old form nobody said.
    filled_in: tuple[FormField, ...] = ()


def check_form(form: Form, *, today: date, emergency_days: int | None = None) -> None:
    """Refuse an application that is not complete, or one for an emergency where that route is off or over."""
    if form.sending_hospital == form.receiving_hospital:
        raise Refused("REFERRAL_TO_ITSELF", f"{form.sending_hospital} cannot refer a patient to itself")
    if not form.attributes:
        raise Refused("ATTRIBUTE_MISSING", "tick at least one poverty attribute (001 附件)")
    check_not_to_come("signature", form.signed_on, today)
    if form.emergency_admitted_on is not None:
        _check_emergency(form.emergency_admitted_on, form.signed_on, emergency_days)


def _check_emergency(admitted_on: date, signed_on: date, days: int | None) -> None:
    if days is None:
        raise Refused("EMERGENCY_ROUTE_OFF", "no referral may be filed after an emergency admission here (AMB-H5)")
    check_order("signature", signed_on, "emergency admission", admitted_on)
    if (signed_on - admitted_on).days > days:
        raise Refused(
            "EMERGENCY_FILED_LATE",
            f"an emergency of {admitted_on} must be filed within {days} days; this was signed on {signed_on}",
        )


def check_not_to_come(what: str, day: date, today: date) -> None:
    """Refuse a date after today: DATE_IN_FUTURE."""
    if day > today:
        raise Refused("DATE_IN_FUTURE", f"the {what} of {day} has not come yet; today is {today}")


def check_entered(what: str, day: date, today: date, grace_days: int | None) -> None:
    """Refuse a seal of a day to come, or one that is entered too long after the day that it bears: SEAL_BACKDATED.

    ``grace_days`` are those within which an office may enter a paper that it sealed before; None for any number.
    """
    check_not_to_come(what, day, today)
    if grace_days is not None and (today - day).days > grace_days:
        raise Refused(
            "SEAL_BACKDATED",
            f"the {what} of {day} is entered on {today}, {(today - day).days} days later; at most {grace_days} days "
            "are allowed, so seal it with a day on which it can be entered",
        )


def check_order(later_what: str, later: date, earlier_what: str, earlier: date) -> None:
    """Refuse two dates in the wrong order: DATES_OUT_OF_ORDER."""
    if later < earlier:
        raise Refused(
            "DATES_OUT_OF_ORDER", f"the {later_what} of {later} is older than the {earlier_what} of {earlier}"
        )
