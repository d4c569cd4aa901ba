"""Stored names of settlement's events. A name is for ever; a class may move or grow by upcasting."""

from typing import Final, get_args

from kernel.messaging.mending import MendingEvent
from kernel.running.scans.domain import ScanEvent
from kernel.writing.event_registry import EventRegistry
from settlement.admission_checks.domain import AdmissionCheckClosed
from settlement.cases.domain.case import CaseEvent
from settlement.encounters.domain.events import EncounterEvent
from settlement.institutions.domain import InstitutionContracted
from settlement.payment_refusals.domain import PaymentRefused
from settlement.policies.domain import PolicyAdopted
from settlement.reviews.domain.events import ReviewEvent
from settlement.webhooks.domain.webhook import WebhookEvent
from settlement.years.domain import BenefitYearOpened, BenefitYearReopened, BenefitYearsJoined

REGISTRY: Final = EventRegistry(
    [
        *get_args(EncounterEvent),
        *get_args(ReviewEvent),
        *get_args(CaseEvent),
        AdmissionCheckClosed,
        BenefitYearOpened,
        BenefitYearReopened,
        BenefitYearsJoined,
        InstitutionContracted,
        PaymentRefused,
        PolicyAdopted,
        *get_args(ScanEvent),
        *get_args(WebhookEvent),
        *get_args(MendingEvent),
    ]
)
