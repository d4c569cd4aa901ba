"""Stored names of settlement's events. A name is for ever; a class may move or grow by upcasting."""

from typing import Final

from kernel.event_registry import EventRegistry, EventType
from settlement.domain.admission_check import AdmissionCheckClosed
from settlement.domain.benefit_year import BenefitYearOpened
from settlement.domain.encounter_events import (
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
from settlement.domain.institution import InstitutionContracted
from settlement.domain.joining import BenefitYearsJoined
from settlement.domain.law import PolicyAdopted
from settlement.domain.payment_refusal import PaymentRefused
from settlement.domain.review_events import (
    ReviewObsolete,
    ReviewOpened,
    ReviewProposed,
    ReviewRefreshed,
    ReviewRejected,
    ReviewReleased,
)

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
