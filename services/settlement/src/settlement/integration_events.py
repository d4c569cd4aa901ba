"""What settlement tells the other services, keyed by person or hospital: nobody's name, every fen's clause."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, get_args

import msgspec

from contracts import settlement as contract
from kernel.messaging.envelope import Published
from kernel.messaging.mending import MendingEvent
from kernel.running.scans.domain import ScanEvent
from kernel.writing.event_store import RecordedEvent
from settlement.admission_checks.domain import AdmissionCheckClosed
from settlement.cases.domain.case import CaseEvent
from settlement.encounters.domain import events as encounter
from settlement.encounters.domain.owners_events import OuterAmountTold
from settlement.encounters.domain.payees import payee_of
from settlement.institutions.domain import InstitutionContracted
from settlement.payment_refusals.domain import PaymentRefused
from settlement.policies.domain import PolicyAdopted
from settlement.reviews.domain.events import ReviewEvent
from settlement.webhooks.domain.webhook import WebhookEvent
from settlement.years.domain import BenefitYearOpened, BenefitYearReopened, BenefitYearsJoined

ToldT = TypeVar("ToldT", bound=msgspec.Struct)


def publish(recorded: RecordedEvent) -> Published | None:
    """The published form of a stored event, or None for what is nobody else's business."""
    return PUBLISHED[type(recorded.event)](recorded.event)


def _nothing(_event: Any) -> None:
    """It is nobody else's business."""


def _same(kind: type[msgspec.Struct], key: str = "person_id") -> Callable[[Any], Published]:
    """An event that is told in its own words."""
    return lambda event: Published(getattr(event, key), _told(kind, event))


def _referred(event: encounter.EncounterReferred) -> Published:
    assert event.admission.referral_id is not None, "who is referred has a referral"
    return Published(event.admission.person_id, _told(contract.EncounterReferred, event.admission))


def _confirmed(event: encounter.SettlementConfirmed) -> Published:
    result = event.adjudication
    layers = tuple(
        _told(
            contract.LayerPaid,
            layer,
            document=result.document,
            funding=layer.funds,
            payee=_payee(layer.payer, event),
        )
        for layer in result.layers
    )
    told = _told(
        contract.SettlementConfirmed,
        event,
        encounter_kind=event.claim.kind,
        discharged_on=event.claim.discharged_on,
        category=result.category,
        policy_id=result.policy_id,
        total_fen=result.total_fen,
        patient_pays_fen=result.patient_pays_fen,
        payout_fen=result.payout_fen,
        layers=layers,
        flags=tuple(sorted(name for name, raised in result.flags.items() if raised)),
        stay=_stay(event),
    )
    return Published(event.person_id, told)


def _stay(event: encounter.SettlementConfirmed) -> contract.Stay | msgspec.UnsetType:
    """What the stay was like; the messages of bills from before it was told must stay the same to the byte."""
    if event.stay is None:
        return msgspec.UNSET
    reach = msgspec.UNSET if event.stay.reach is None else event.stay.reach
    return _told(contract.Stay, event.claim, disease=event.stay.disease, diagnosis=event.stay.diagnosis, reach=reach)


def _supplemented(event: encounter.SettlementSupplemented) -> Published:
    layers = tuple(
        _told(
            contract.LayerChanged,
            layer,
            funding=layer.funds,
            payee=_payee(layer.payer, event),
        )
        for layer in event.layers
    )
    result = event.adjudication
    told = _told(
        contract.SettlementSupplemented, event, category=result.category, policy_id=result.policy_id, layers=layers
    )
    return Published(event.person_id, told)


def _refused(event: PaymentRefused) -> Published:
    told = _told(contract.PaymentRefused, event.bill, cancelled_from=event.cancelled_from, refused_at=event.refused_at)
    return Published(event.bill.person_id, told)


def _payee(payer: str, event: encounter.SettlementConfirmed | encounter.SettlementSupplemented) -> str:
    """Who gets a layer. What the hospital bears itself is told as its own, as it was before payees were told."""
    return "PERSON" if payee_of(payer, event.route, event.deducted) == "PERSON" else "HOSPITAL"


def _case(event: CaseEvent) -> Published | None:
    """How a case stands; of those from before cases were told nothing is, so that messages keep their numbers."""
    case = event.case
    if not case.told:
        return None
    told = _told(
        contract.CaseChanged,
        case,
        submitter=case.submitter.value,
        state=case.state.value,
        window_kind=None if case.window is None else case.window.kind,
        window_hospital=None if case.window is None else case.window.hospital_id,
        visits=tuple(contract.CaseVisit(visit.on, visit.by.value) for visit in case.visits),
        signed=tuple(_told(contract.CaseSignedOff, sign) for sign in case.signed),
    )
    return Published(case.person_id, told)


def _told(kind: type[ToldT], source: msgspec.Struct, **others: Any) -> ToldT:
    """What is told: the source's fields of the same names, but for those that are given."""
    names = kind.__struct_fields__
    return kind(**{name: others[name] if name in others else getattr(source, name) for name in names})


#: Every stored event, with what is told of it.
PUBLISHED: Final[Mapping[type, Callable[[Any], Published | None]]] = {
    InstitutionContracted: _same(contract.InstitutionContracted, "hospital_id"),
    encounter.EncounterAdmitted: _same(contract.EncounterAdmitted),
    encounter.EncounterReferred: _referred,
    encounter.EncounterCancelled: _same(contract.EncounterCancelled),
    encounter.SettlementConfirmed: _confirmed,
    encounter.SettlementRevoked: _same(contract.SettlementRevoked),
    encounter.SettlementSupplemented: _supplemented,
    encounter.CatalogueExceptionApproved: _same(contract.CatalogueExceptionApproved),
    encounter.CauseFound: _same(contract.CauseFound),
    OuterAmountTold: _same(contract.OuterAmountTold),
    PaymentRefused: _refused,
    **dict.fromkeys(
        (PolicyAdopted, AdmissionCheckClosed, BenefitYearOpened, BenefitYearReopened, BenefitYearsJoined), _nothing
    ),
    **dict.fromkeys((encounter.FeeLinesUploaded, encounter.FeeBatchVoided, encounter.EncounterDischarged), _nothing),
    **dict.fromkeys((encounter.AdmissionCorrected, encounter.DischargeCorrected, encounter.DischargeUndone), _nothing),
    **dict.fromkeys(get_args(CaseEvent), _case),
    **dict.fromkeys((*get_args(ReviewEvent), *get_args(ScanEvent)), _nothing),
    **dict.fromkeys((*get_args(WebhookEvent), *get_args(MendingEvent)), _nothing),
}
