"""What a story shows of events: all by a Chinese name, and nothing that is sealed."""

from collections.abc import Iterator
from typing import Any, Final, get_args

import msgspec
import pytest

from fund_ledger.journals.domain.events import JournalEvent
from identity.persons.domain.person import SealedPersonalData
from onestop.event_names import SERVICE_NAMES, event_name
from onestop.services import SERVICES
from onestop.shown import SEALED, shown
from referral.referrals.domain.referral import Event as ReferralEvent
from settlement.encounters.domain.events import EncounterEvent
from settlement.payment_refusals.domain import PaymentRefused
from settlement.reviews.domain.events import ReviewEvent

#: What is appended to the streams that a story is told from.
_TOLD: Final = (
    *(kind for kind in SERVICES["identity"].parts.registry.classes.values() if "entitlement" in kind.__struct_fields__),
    *get_args(ReferralEvent),
    *get_args(EncounterEvent),
    *get_args(ReviewEvent),
    *get_args(JournalEvent),
    PaymentRefused,
)


@pytest.mark.parametrize("kind", _TOLD, ids=lambda kind: kind.__name__)
def test_every_event_of_a_story_has_a_chinese_name(kind: type[msgspec.Struct]) -> None:
    assert not event_name(kind.__name__).isascii()


def test_every_service_has_a_chinese_name_and_an_unknown_event_keeps_its_own() -> None:
    assert SERVICE_NAMES.keys() == SERVICES.keys()
    assert event_name("OfTomorrow") == "OfTomorrow"


def test_every_sealed_field_of_every_event_is_known_as_one() -> None:
    found = {
        field
        for service in SERVICES.values()
        for kind in service.parts.registry.classes.values()
        for field, of in _fields(kind, set())
        if SealedPersonalData in {of, *get_args(of)} or field.endswith(("_token", "_tokens"))
    }
    assert {"personal", "number_token"} <= found
    assert found <= SEALED, f"a story would show {sorted(found - SEALED)}"


def test_what_is_sealed_is_left_out_at_any_depth() -> None:
    data = {"personal": {"name": "c"}, "people": [{"number_token": "t", "kept": 1}], "number_tokens": ("a",), "x": None}
    assert shown(data) == {"people": [{"kept": 1}], "x": None}


def _fields(kind: Any, seen: set[Any]) -> Iterator[tuple[str, Any]]:
    """The fields of a struct and of all structs in it."""
    for part in (kind, *get_args(kind)):
        if part is not kind:
            yield from _fields(part, seen)
        elif isinstance(part, type) and issubclass(part, msgspec.Struct) and part not in seen:
            seen.add(part)
            for field in msgspec.structs.fields(part):
                yield field.name, field.type
                yield from _fields(field.type, seen)
