"""The applicant as identity tells of them: which poverty attributes they have on a day."""

from collections.abc import Iterable
from datetime import date

import msgspec

from kernel.values.refusals import RefusalKind, Refused
from referral.referrals.domain.form import Form


class Held(msgspec.Struct, frozen=True):
    """A category that a department says the person belongs to, from a day to a last day."""

    category: str
    valid_from: date
    valid_to: date | None = None


class Applicant(msgspec.Struct, frozen=True):
    """A person as identity last told of them."""

    person_id: str
    memberships: tuple[Held, ...] = ()
    deceased_on: date | None = None
    #: The record that stands for the person now, where identity merged two.
    merged_into: str | None = None
    #: Whose agency is in charge of the person (六位区划代码).
    county: str | None = None

    def categories_on(self, day: date) -> frozenset[str]:
        """The categories that hold on a day."""
        return frozenset(_holding(self.memberships, day))


def _holding(memberships: Iterable[Held], day: date) -> Iterable[str]:
    for held in memberships:
        if held.valid_from <= day and (held.valid_to is None or day <= held.valid_to):
            yield held.category


def check_applicant(form: Form, applicant: Applicant | None) -> None:
    """Refuse a form whose ticks identity does not confirm for the day of the signature (R-HN-22)."""
    if applicant is None:
        raise Refused(
            "PERSON_UNKNOWN",
            f"identity has told nothing of person {form.person_id}: register the person there first",
            kind=RefusalKind.NOT_FOUND,
            about={"person": form.person_id},
        )
    if applicant.merged_into is not None:
        raise Refused(
            "PERSON_MERGED",
            f"the record {form.person_id} was merged into {applicant.merged_into}: file the form for that one",
            kind=RefusalKind.CONFLICT,
            about={"person": form.person_id, "surviving": applicant.merged_into},
        )
    if applicant.deceased_on is not None and applicant.deceased_on < form.signed_on:
        raise Refused("PERSON_DECEASED", "the person died before the application was signed", kind=RefusalKind.CONFLICT)
    foreign = sorted(set(form.attributes) - applicant.categories_on(form.signed_on))
    if foreign:
        raise Refused(
            "ATTRIBUTE_NOT_HELD",
            f"no department says that the person belonged to {', '.join(foreign)} on {form.signed_on}",
            kind=RefusalKind.CONFLICT,
            about={"attributes": " ".join(foreign)},
        )
