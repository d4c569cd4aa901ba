"""Stored names of settlement's events. A name is for ever; a class may move or grow by upcasting."""

from typing import Final

from kernel.writing.event_registry import EventRegistry, EventType
from settlement.admission_checks.domain import AdmissionCheckClosed
from settlement.encounters.domain.events import (
    CatalogueExceptionApproved,
    EncounterAdmitted,
    EncounterDischarged,
    EncounterReferred,
    FeeBatchVoided,
    FeeLinesUploaded,
    SettlementConfirmed,
    SettlementRevoked,
    SettlementSupplemented,
)
from settlement.institutions.domain import InstitutionContracted
from settlement.payment_refusals.domain import PaymentRefused
from settlement.policies.domain import PolicyAdopted
from settlement.reviews.domain.events import (
    ReviewObsolete,
    ReviewOpened,
    ReviewProposed,
    ReviewRefreshed,
    ReviewRejected,
    ReviewReleased,
)
from settlement.years.domain import BenefitYearOpened, BenefitYearsJoined

REGISTRY: Final = EventRegistry(
    [
        EventType("EncounterAdmitted", EncounterAdmitted),
        EventType("EncounterReferred", EncounterReferred),
        EventType("FeeLinesUploaded", FeeLinesUploaded),
        EventType("FeeBatchVoided", FeeBatchVoided),
        EventType("EncounterDischarged", EncounterDischarged),
        EventType("SettlementConfirmed", SettlementConfirmed),
        EventType("SettlementRevoked", SettlementRevoked),
        EventType("BenefitYearOpened", BenefitYearOpened),
        EventType("InstitutionContracted", InstitutionContracted),
        EventType("PolicyAdopted", PolicyAdopted),
        EventType("SettlementSupplemented", SettlementSupplemented),
        EventType("CatalogueExceptionApproved", CatalogueExceptionApproved),
        EventType("ReviewOpened", ReviewOpened),
        EventType("ReviewRefreshed", ReviewRefreshed),
        EventType("ReviewObsolete", ReviewObsolete),
        EventType("ReviewProposed", ReviewProposed),
        EventType("ReviewRejected", ReviewRejected),
        EventType("ReviewReleased", ReviewReleased),
        EventType("PaymentRefused", PaymentRefused),
        EventType("BenefitYearsJoined", BenefitYearsJoined),
        EventType("AdmissionCheckClosed", AdmissionCheckClosed),
    ]
)
