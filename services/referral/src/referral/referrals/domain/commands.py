"""What may be asked of a referral: by its hospitals, by the agency, and by the stays that rest on it."""

from datetime import date
from typing import TypeAlias

import msgspec

from referral.referrals.domain.applicant import Applicant
from referral.referrals.domain.asked import Asked
from referral.referrals.domain.form import Form
from referral.referrals.domain.standing import Opinion

# ``today`` is the day in China on which the command is given.


class Apply(msgspec.Struct, frozen=True):
    """File the form; ``applicant`` is what identity last told of the person, None where nothing.

    ``asked`` is what the document of the applicant's county asks of the form.
    """

    form: Form
    applicant: Applicant | None
    today: date
    emergency_days: int | None = None
    asked: Asked = Asked()


class Endorse(msgspec.Struct, frozen=True):
    """The sending hospital's insurance office agrees, or not."""

    hospital_id: str
    agreed: bool
    opinion: Opinion
    today: date
    grace_days: int | None = None


class Approve(msgspec.Struct, frozen=True, kw_only=True):
    """The agency of the pooling area approves; ``validity_days`` is how long, None for ever.

    ``scans`` are the kinds of papers that it can look at, ``asked`` is what the place asks for.
    """

    opinion: Opinion
    today: date
    validity_days: int | None = None
    grace_days: int | None = None
    asked: Asked = Asked()
    scans: tuple[str, ...] = ()


class Reject(msgspec.Struct, frozen=True):
    """The agency of the pooling area rejects."""

    opinion: Opinion
    today: date
    grace_days: int | None = None


class Cancel(msgspec.Struct, frozen=True):
    """The sending hospital, or the agency where ``hospital_id`` is None, takes the referral back."""

    hospital_id: str | None
    reason: str


class Expire(msgspec.Struct, frozen=True):
    """Close an approval whose last day is over."""

    today: date


class Use(msgspec.Struct, frozen=True):
    """A stay that names this referral has begun: one referral, one stay (AMB-H5)."""

    encounter_id: str
    person_id: str
    hospital_id: str
    admitted_on: date


class GiveBack(msgspec.Struct, frozen=True):
    """The admission that used it was cancelled: another stay may."""

    encounter_id: str


Command: TypeAlias = Apply | Endorse | Approve | Reject | Cancel | Expire | Use | GiveBack
