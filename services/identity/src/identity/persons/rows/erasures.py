"""The rows of erasures, and what an erased person leaves behind."""

from collections.abc import Iterable

import msgspec

from identity.persons.domain.erasure import Erasure, PersonErased
from identity.persons.rows.erasure_tables import erasures
from identity.persons.rows.tables import former_numbers, personal_data
from kernel.writing.read_tables import Change, put, remove


def erasure_row(erasure: Erasure) -> Change:
    """An erasure as it stands."""
    return put(erasures, **msgspec.structs.asdict(erasure))


def erased_rows(event: PersonErased) -> Iterable[Change]:
    """Neither ciphertext nor number leads to the person any more."""
    person_id = event.entitlement.person_id
    yield remove(personal_data, person_id=person_id)
    for token in event.number_tokens:
        yield remove(former_numbers, number_token=token, person_id=person_id)
