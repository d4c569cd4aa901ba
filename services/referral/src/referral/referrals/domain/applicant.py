"""The applicant as identity tells of them: which poverty attributes they have on a day."""

from datetime import date

import msgspec

from kernel.values.refusals import conflict, not_found
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
        return frozenset(
            held.category
            for held in self.memberships
            if held.valid_from <= day and (held.valid_to is None or day <= held.valid_to)
        )


def check_applicant(form: Form, applicant: Applicant | None) -> None:
    """Refuse a form whose ticks identity does not confirm for the day of the signature (R-HN-22)."""
    if applicant is None:
        detail = f"identity has told nothing of person {form.person_id}: register the person there first"
        raise not_found("PERSON_UNKNOWN", detail, person=form.person_id)
    if applicant.merged_into is not None:
        detail = f"the record {form.person_id} was merged into {applicant.merged_into}: file the form for that one"
        raise conflict("PERSON_MERGED", detail, person=form.person_id, surviving=applicant.merged_into)
    if applicant.deceased_on is not None and applicant.deceased_on < form.signed_on:
        raise conflict("PERSON_DECEASED", "the person died before the application was signed")
    foreign = sorted(set(form.attributes) - applicant.categories_on(form.signed_on))
    if foreign:
        detail = f"no department says that the person belonged to {', '.join(foreign)} on {form.signed_on}"
        raise conflict("ATTRIBUTE_NOT_HELD", detail, attributes=" ".join(foreign))
