"""Stored names of settlement's events. A name is for ever; a class may move or grow by upcasting."""

from typing import Final

from kernel.writing.event_registry import EventRegistry, EventType
from settlement.admission_checks.domain import AdmissionCheckClosed
from settlement.encounters.domain import events as encounter
from settlement.institutions.domain import InstitutionContracted
from settlement.payment_refusals.domain import PaymentRefused
from settlement.policies.domain import PolicyAdopted
from settlement.reviews.domain import events as review
from settlement.years.domain import BenefitYearOpened, BenefitYearsJoined

REGISTRY: Final = EventRegistry(
    [
        EventType("EncounterAdmitted", encounter.EncounterAdmitted),
        EventType("EncounterReferred", encounter.EncounterReferred),
        EventType("FeeLinesUploaded", encounter.FeeLinesUploaded),
        EventType("FeeBatchVoided", encounter.FeeBatchVoided),
        EventType("EncounterDischarged", encounter.EncounterDischarged),
        EventType("SettlementConfirmed", encounter.SettlementConfirmed),
        EventType("SettlementRevoked", encounter.SettlementRevoked),
        EventType("BenefitYearOpened", BenefitYearOpened),
        EventType("InstitutionContracted", InstitutionContracted),
        EventType("PolicyAdopted", PolicyAdopted),
        EventType("SettlementSupplemented", encounter.SettlementSupplemented),
        EventType("CatalogueExceptionApproved", encounter.CatalogueExceptionApproved),
        EventType("ReviewOpened", review.ReviewOpened),
        EventType("ReviewRefreshed", review.ReviewRefreshed),
        EventType("ReviewObsolete", review.ReviewObsolete),
        EventType("ReviewProposed", review.ReviewProposed),
        EventType("ReviewRejected", review.ReviewRejected),
        EventType("ReviewReleased", review.ReviewReleased),
        EventType("PaymentRefused", PaymentRefused),
        EventType("BenefitYearsJoined", BenefitYearsJoined),
        EventType("AdmissionCheckClosed", AdmissionCheckClosed),
    ]
)
