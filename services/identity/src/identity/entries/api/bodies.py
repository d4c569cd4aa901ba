"""What is sent about entries."""

from datetime import date
from typing import Annotated

import msgspec

from identity.facts.domain.facts import FactCorrectionReason
from identity.facts.queries.telling import Telling
from identity.memberships.domain import Assertion, Ending
from identity.persons.domain.corrections import DataCorrectionReason, DeathCorrectionReason
from identity.persons.domain.person import Correction
from identity.persons.domain.resident_id import Sex
from identity.persons.queries.personal_fields import IdNumber, Name
from kernel.http import RequestBody, Wire
from kernel.http.fields import Text

PersonId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
MembershipId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
OfDepartment = Annotated[str, msgspec.Meta(max_length=40, description="Such as civil-affairs")]
FactId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class AssertChange(RequestBody, Assertion, frozen=True, tag="assert", tag_field="kind"):
    """A membership that should begin."""


class EndChange(RequestBody, Ending, frozen=True, tag="end", tag_field="kind"):
    """A membership that should end."""

    membership_id: MembershipId


class CorrectChange(RequestBody, Correction, frozen=True, tag="correct", tag_field="kind", kw_only=True):
    """A membership that should read otherwise."""

    membership_id: MembershipId


class DeathChange(RequestBody, frozen=True, tag="death", tag_field="kind"):
    """The person died."""

    died_on: date


class DeathCorrectionChange(RequestBody, frozen=True, tag="correct_death", tag_field="kind"):
    """The recorded death is of another day, or the person is not dead; the agency settles that."""

    reason: DeathCorrectionReason
    evidence: Text
    died_on: date | None = None


class NameChange(RequestBody, frozen=True, tag="correct_name", tag_field="kind"):
    """The person's name as it should read."""

    name: Name
    reason: DataCorrectionReason


class NumberChange(RequestBody, frozen=True, tag="correct_number", tag_field="kind"):
    """The right number as the ID card shows it; birth date and sex must agree with it."""

    id_number: IdNumber
    born_on: date
    sex: Sex
    reason: DataCorrectionReason


class FactChange(RequestBody, Telling, frozen=True, tag="tell_fact", tag_field="kind"):
    """A fact that should be told."""


class FactCorrectionChange(RequestBody, Telling, frozen=True, tag="correct_fact", tag_field="kind", kw_only=True):
    """A fact that should read otherwise, whole."""

    fact_id: FactId
    reason: FactCorrectionReason


class FactWithdrawalChange(RequestBody, frozen=True, tag="withdraw_fact", tag_field="kind"):
    """A fact that was told by error."""

    fact_id: FactId


class MergeChange(RequestBody, frozen=True, tag="merge", tag_field="kind", kw_only=True):
    """The other record is of the same person; ``keep`` names memberships to keep where one department's contradict."""

    other_id: PersonId
    evidence: Text
    keep: Annotated[list[MembershipId], msgspec.Meta(max_length=100)] = msgspec.field(default_factory=list)


MembershipChange = AssertChange | EndChange | CorrectChange
FactChanges = FactChange | FactCorrectionChange | FactWithdrawalChange
DataChange = NameChange | NumberChange
#: What the agency alone says.
AgencysChange = DeathCorrectionChange | MergeChange
Change = MembershipChange | FactChanges | DataChange | DeathChange | AgencysChange


class EnterBody(RequestBody, frozen=True):
    """A change of a person by the caller's department. Its days are those of the identification.

    The agency names the ``department`` whose list it enters, where a document says that it does; what it says itself
    (a name, a number, a death) has none.
    """

    person_id: PersonId
    change: Change
    department: OfDepartment | None = None


class AmendBody(RequestBody, frozen=True):
    """The change of a returned entry in new words."""

    change: Change


class ReasonBody(RequestBody, frozen=True):
    """Why an entry is rejected or sent back."""

    reason: Text


class EntryChanged(Wire, frozen=True, kw_only=True):
    """An entry after a step; ``person_revision`` is there once it changed the person.

    ``membership_id`` is the id of what it is about: a membership, a fact, or empty where it is the person.
    """

    entry_id: str
    person_id: str
    membership_id: str
    state: str
    revision: int
    person_revision: int | None = None
