"""Stored names of identity's events; a name never changes, a class may move."""

from typing import Any, Final

from identity.certification.domain.certifications import CertificationCancelled, ChronicCertified
from identity.certification.domain.certifiers import CertifierRegistered
from identity.certification.domain.filings import ChronicFiled
from identity.comparison.domain.comparison import ComparisonMade, ComparisonPushed
from identity.comparison.domain.mobilisation import HomeVisited, TaskAssigned
from identity.comparison.domain.payment_list import (
    PaymentListApplied,
    PaymentListReceived,
    PaymentListRefused,
    PaymentsNoted,
)
from identity.comparison.domain.township import TownshipRecorded
from identity.enrolment.domain.exemption import ExemptionEnded, ExemptionGranted
from identity.enrolment.domain.premium import PremiumRefunded, PremiumSelfPaid
from identity.enrolment.domain.premium_batch import SubsidyApplied, SubsidyPaid, SubsidyRejected
from identity.entries.domain.entry import (
    EntryAmended,
    EntryApproved,
    EntryEntered,
    EntryRejected,
    EntryReturned,
    EntryReviewed,
    EntryWithdrawn,
)
from identity.facts.domain.facts import FactCorrected, FactTold, FactWithdrawn
from identity.facts.domain.handbook import HandbookChecked
from identity.feeds.domain.feed import (
    BatchApplied,
    BatchDiscarded,
    BatchRead,
    BatchReceived,
    BatchRefused,
    BatchReleased,
)
from identity.illnesses.domain import illness
from identity.illnesses.domain.exit_check import ExitChecked
from identity.persons.domain.annulment import RegistrationAnnulled
from identity.persons.domain.corrections import DeathCorrected, IdNumberCorrected, PersonalDataCorrected
from identity.persons.domain.erasure import ErasureAsked, ErasureConfirmed, ErasureDeclined, PersonErased
from identity.persons.domain.lookup import LookupMade
from identity.persons.domain.merging import AliasMoved, MergedAway, RecordsMerged
from identity.persons.domain.person import (
    DeathRecorded,
    MembershipAsserted,
    MembershipCorrected,
    MembershipEnded,
    PersonEnrolled,
    PersonRegistered,
)
from kernel.writing.event_registry import EventRegistry, EventType


def _hash_as_token(plain: dict[str, Any]) -> dict[str, Any]:
    """Version 1 held the keyed hash of an ID number, which serves as its own token (docs/decisions/0013)."""
    return {"number_token": plain.pop("id_number_hash"), **plain}


REGISTRY: Final = EventRegistry(
    [
        EventType("PersonRegistered", PersonRegistered, (_hash_as_token,)),
        EventType("MembershipAsserted", MembershipAsserted),
        EventType("MembershipEnded", MembershipEnded),
        EventType("MembershipCorrected", MembershipCorrected),
        EventType("PersonEnrolled", PersonEnrolled),
        EventType("DeathRecorded", DeathRecorded),
        EventType("HandbookChecked", HandbookChecked),
        EventType("IllnessRecorded", illness.IllnessRecorded),
        EventType("IllnessChanged", illness.IllnessChanged),
        EventType("IllnessVerified", illness.IllnessVerified),
        EventType("IllnessClosed", illness.IllnessClosed),
        EventType("ExitChecked", ExitChecked),
        EventType("LookupMade", LookupMade, (_hash_as_token,)),
        EventType("PersonalDataCorrected", PersonalDataCorrected),
        EventType("IdNumberCorrected", IdNumberCorrected),
        EventType("DeathCorrected", DeathCorrected),
        EventType("BatchReceived", BatchReceived),
        EventType("BatchRefused", BatchRefused),
        EventType("BatchRead", BatchRead),
        EventType("BatchReleased", BatchReleased),
        EventType("BatchDiscarded", BatchDiscarded),
        EventType("BatchApplied", BatchApplied),
        EventType("RecordsMerged", RecordsMerged),
        EventType("MergedAway", MergedAway),
        EventType("AliasMoved", AliasMoved),
        EventType("RegistrationAnnulled", RegistrationAnnulled),
        EventType("FactTold", FactTold),
        EventType("FactCorrected", FactCorrected),
        EventType("FactWithdrawn", FactWithdrawn),
        EventType("ErasureAsked", ErasureAsked),
        EventType("ErasureConfirmed", ErasureConfirmed),
        EventType("ErasureDeclined", ErasureDeclined),
        EventType("PersonErased", PersonErased),
        EventType("EntryEntered", EntryEntered),
        EventType("EntryAmended", EntryAmended),
        EventType("EntryReviewed", EntryReviewed),
        EventType("EntryApproved", EntryApproved),
        EventType("EntryReturned", EntryReturned),
        EventType("EntryRejected", EntryRejected),
        EventType("EntryWithdrawn", EntryWithdrawn),
        EventType("ComparisonMade", ComparisonMade),
        EventType("ComparisonPushed", ComparisonPushed),
        EventType("TaskAssigned", TaskAssigned),
        EventType("HomeVisited", HomeVisited),
        EventType("TownshipRecorded", TownshipRecorded),
        EventType("CertifierRegistered", CertifierRegistered),
        EventType("ChronicCertified", ChronicCertified),
        EventType("CertificationCancelled", CertificationCancelled),
        EventType("ChronicFiled", ChronicFiled),
        EventType("ExemptionGranted", ExemptionGranted),
        EventType("ExemptionEnded", ExemptionEnded),
        EventType("PremiumSelfPaid", PremiumSelfPaid),
        EventType("PremiumRefunded", PremiumRefunded),
        EventType("SubsidyApplied", SubsidyApplied),
        EventType("SubsidyPaid", SubsidyPaid),
        EventType("SubsidyRejected", SubsidyRejected),
        EventType("PaymentListReceived", PaymentListReceived),
        EventType("PaymentListRefused", PaymentListRefused),
        EventType("PaymentsNoted", PaymentsNoted),
        EventType("PaymentListApplied", PaymentListApplied),
    ]
)
