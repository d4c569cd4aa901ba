"""Stored names of identity's events; a name never changes, a class may move."""

from typing import Any, Final, get_args

from identity.certification.domain import certifications
from identity.certification.domain.certifiers import CertifierRegistered
from identity.certification.domain.filings import ChronicFiled
from identity.comparison.domain import comparison, mobilisation, payment_list
from identity.enrolment.domain import exemption, premium_batch
from identity.enrolment.domain.premium import PremiumRefunded, PremiumSelfPaid
from identity.entries.domain import entry
from identity.facts.domain import facts
from identity.facts.domain.handbook import HandbookChecked
from identity.feeds.domain import feed, sender_keys
from identity.feeds.domain.offices import OfficeWordsKept
from identity.illnesses.domain import illness
from identity.illnesses.domain.exit_check import ExitChecked
from identity.persons.domain import corrections, erasure, merging, person
from identity.persons.domain.also_listed import AlsoListed
from identity.persons.domain.annulment import RegistrationAnnulled
from identity.persons.domain.handing_over import MembershipHandedOver
from identity.persons.domain.lookup import LookupMade
from identity.persons.domain.moving import PersonMoved
from identity.persons.domain.seeing import DataSeen
from identity.persons.domain.township import TownshipRecorded
from identity.persons.domain.withdrawing import MembershipWithdrawn
from kernel.messaging.mending import MendingEvent
from kernel.writing.event_registry import EventRegistry, EventType


def _hash_as_token(plain: dict[str, Any]) -> dict[str, Any]:
    """Version 1 held the keyed hash of an ID number, which serves as its own token (docs/decisions/0013)."""
    return {"number_token": plain.pop("id_number_hash"), **plain}


REGISTRY: Final = EventRegistry(
    [
        *get_args(person.Event),
        *get_args(corrections.Event),
        *get_args(merging.Event),
        *get_args(erasure.Event),
        erasure.PersonErased,
        RegistrationAnnulled,
        PersonMoved,
        AlsoListed,
        MembershipHandedOver,
        DataSeen,
        MembershipWithdrawn,
        *get_args(facts.Event),
        HandbookChecked,
        *get_args(entry.Event),
        *get_args(feed.Event),
        OfficeWordsKept,
        *get_args(sender_keys.Event),
        *get_args(certifications.Event),
        CertifierRegistered,
        ChronicFiled,
        *get_args(illness.Event),
        ExitChecked,
        *get_args(exemption.Event),
        PremiumSelfPaid,
        PremiumRefunded,
        *get_args(premium_batch.Event),
        *get_args(comparison.Event),
        *get_args(mobilisation.Event),
        *get_args(payment_list.Event),
        TownshipRecorded,
        *get_args(MendingEvent),
        # A kind with an older version takes the place of its class alone.
        EventType("PersonRegistered", person.PersonRegistered, (_hash_as_token,)),
        EventType("LookupMade", LookupMade, (_hash_as_token,)),
    ]
)
