"""The printed holder is compared with the applicant: by identity's note, which this service can check and not make."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from kernel.security.holder_notes import holder_note
from kernel.security.signed_notes import signed_note
from kernel.security.signing_keys import SigningKey
from kernel.values.refusals import Refused
from referral.printing.api.paper import COMPARED, NOT_COMPARED, Holder
from referral.printing.api.printing import compared

NOW: Final = datetime(2018, 9, 5, 1, 0, tzinfo=UTC)
IDENTITY: Final = SigningKey.generate("onestop/identity")
KEYS: Final = {IDENTITY.public.id.hex(): IDENTITY.public}
NUMBER: Final = "430102196001010020"
HOLDER: Final = Holder(name="欧阳示例", id_number=NUMBER, sex="女", born="1960年1月")


def note(**changed: Any) -> str:
    said: dict[str, Any] = {"person_id": "p1", "id_number": NUMBER, "name": "欧阳示例", "key": IDENTITY} | changed
    return holder_note(salt="示范", **{"until": NOW + timedelta(minutes=1)} | said)


def test_a_holder_whom_identity_compared_is_printed_as_such() -> None:
    assert compared(HOLDER, note(), "p1", NOW, KEYS).compared == COMPARED
    # Blanks in a name are no other name.
    assert compared(HOLDER, note(name="欧阳 示例"), "p1", NOW, KEYS).compared == COMPARED


def _told(text: str) -> str:
    return urlsafe_b64encode(signed_note(text, IDENTITY).encode()).decode()


@pytest.mark.parametrize(
    "wrong",
    [
        note(person_id="p2"),
        note(id_number="430102196001010039"),
        note(name="欧阳示"),
        note(until=NOW - timedelta(seconds=1)),
        note(key=SigningKey.generate("onestop/identity")),
        note()[:-8],
        "no note at all",
        "欧阳",
        _told("onestop checkpoint\n"),
        _told("onestop holder note v1\np1\n"),
    ],
)
def test_any_other_word_than_identity_s_of_this_holder_prints_nothing(wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        compared(HOLDER, wrong, "p1", NOW, KEYS)
    assert refused.value.code == "HOLDER_DISAGREES"
    assert NUMBER not in refused.value.detail


def test_where_identity_s_key_is_not_known_no_note_counts() -> None:
    with pytest.raises(Refused) as refused:
        compared(HOLDER, note(), "p1", NOW, None)
    assert refused.value.code == "HOLDER_DISAGREES"


async def test_a_form_without_a_note_says_that_nobody_compared(agency: httpx.AsyncClient, approved: str) -> None:
    told = {"name": "欧阳示例", "id_number": NUMBER, "phone": "13900000000", "address": "某县", "card_number": "A1"}
    printed = await agency.post(f"/v1/referrals/{approved}/form", json=told)
    assert printed.text.count(NOT_COMPARED) == 3
    assert NOT_COMPARED not in (await agency.get(f"/v1/referrals/{approved}/form")).text
    refused = await agency.post(f"/v1/referrals/{approved}/form.pdf", json=told | {"note": note()})
    assert (refused.status_code, refused.json()["code"]) == (409, "HOLDER_DISAGREES")
